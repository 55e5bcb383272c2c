package sigv4

import (
	"slices"
	"strings"
	"time"
)

const (
	// window is how far the time of a request may lie on either side of now.
	// X-Amz-Expires does not change it: that is a rule of S3.
	window = 15 * time.Minute

	terminator = "aws4_request"
)

// Scope is what a verifier serves. The zero value accepts nothing.
type Scope struct {
	Regions []string // the regions a request may be signed for
	Service string   // "sts"

	// Headers that must be signed beside the host, in lower case: those that
	// say what a request asks for.
	Headers []string
}

// Check reports whether the request was signed at a time near now, for one of
// the regions and the service of want (checks 10 to 13), and with a key id that
// could exist.
func (s *Signature) Check(now time.Time, want Scope) error {
	if err := s.checkTime(now); err != nil {
		return err
	}
	if strings.Count(s.Credential, "/") != 4 { // 12
		return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '", s.Credential, "'")
	}
	if err := s.checkScope(want); err != nil {
		return err
	}
	for _, name := range want.Headers {
		if !s.signs(name) {
			return doesNotMatch("'", name, "' must be a 'SignedHeader' in the AWS Authorization.")
		}
	}
	if !isKeyID(s.AccessKeyID) {
		return unknownKey()
	}
	return nil
}

// checkTime makes checks 10 and 11. Both ends of the window are inside, and now
// counts in whole seconds: so the refusal can say "t is now earlier than u" and
// never name one moment twice.
func (s *Signature) checkTime(now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	at := func(t time.Time) string { return t.Format(basicFormat) }
	if first := now.Add(-window); s.Time.Before(first) {
		return doesNotMatch("Signature expired: ", at(s.Time), " is now earlier than ", at(first), " (", at(now), " - 15 min.)")
	}
	if last := now.Add(window); s.Time.After(last) {
		return doesNotMatch("Signature not yet current: ", at(s.Time), " is still later than ", at(last), " (", at(now), " + 15 min.)")
	}
	return nil
}

// checkScope makes check 13, which reports all that is wrong at once. Each
// sentence brings the space that divides it from the next; so the region's,
// alone, ends with one.
func (s *Signature) checkScope(want Scope) error {
	var day [len("20060102")]byte
	date := s.Time.AppendFormat(day[:0], "20060102")
	region := slices.Contains(want.Regions, s.Region)
	service := s.Service == want.Service && want.Service != ""
	if region && service && s.Terminator == terminator && s.ScopeDate == string(date) {
		return nil
	}
	return doesNotMatch(
		missing(region, "Credential should be scoped to a valid region. "),
		missing(service, "Credential should be scoped to correct service: '"+want.Service+"'. "),
		missing(s.Terminator == terminator, "Credential should be scoped with a valid terminator: '"+terminator+"', not '"+s.Terminator+"'. "),
		missing(s.ScopeDate == string(date), "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+
			s.ScopeDate+"' != '"+string(date)+"', from '"+s.Time.Format(basicFormat)+"'."))
}

// isKeyID reports whether an id is one that could have been issued: \w{1,128}.
// The others need no look-up, and no store has to cope with their bytes.
func isKeyID(id string) bool {
	for i := range len(id) {
		if c := id[i]; !isUnreserved(c) || c == '-' || c == '.' || c == '~' {
			return false
		}
	}
	return id != "" && len(id) <= maxAccessKeyID
}
