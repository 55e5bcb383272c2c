package sigv4

import "time"

// Scope is what a verifier serves. The zero value accepts nothing.
type Scope struct {
	Regions []string // the regions a request may be signed for
	Service string   // "sts"
}

// Check reports whether the request was signed at a time near now, for one of
// the regions and the service of want (checks 10 to 13), and with a key id that
// could exist.
func (s *Signature) Check(now time.Time, want Scope) error { return errMismatch }
