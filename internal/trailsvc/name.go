package trailsvc

import (
	"net/netip"
	"strings"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/pipeline"
)

// ref is a trail as a request addresses it.
type ref struct {
	given   string // as it was spelled
	name    string
	region  string // of the ARN; that of the call for a name
	account string // of the ARN; the caller's for a name
	byARN   bool
}

// parseRef reads the name or the ARN of a trail.
func parseRef(c *pipeline.Call, given string) (ref, error) {
	if strings.HasPrefix(given, "arn:") {
		return parseARN(c, given)
	}
	return ref{given: given, name: given, region: c.Region, account: c.Account}, checkName(given)
}

// parseARN reads the ARN of a trail.
func parseARN(c *pipeline.Call, given string) (ref, error) {
	a, err := arn.Parse(given)
	typ, name, ok := strings.Cut(a.Resource, "/")
	switch {
	case err != nil, !ok, a.Service != "cloudtrail", a.Partition != c.Partition, !endpoint.IsRegion(a.Region), !isAccount(a.Account), len(given) > 512:
		return ref{}, invalidARN(given)
	case typ == "eventdatastore" || typ == "channel" || typ == "dashboard":
		return ref{}, refusal("ResourceTypeNotSupportedException", "The resource type %s is not supported.", typ)
	case typ != "trail" || checkName(name) != nil:
		return ref{}, invalidARN(given)
	}
	return ref{given: given, name: name, region: a.Region, account: a.Account, byARN: true}, nil
}

func invalidARN(given string) error {
	return refusal("CloudTrailARNInvalidException", "The following trail ARN is not valid: %s. "+
		"The format of a trail ARN is arn:aws:cloudtrail:us-east-2:123456789012:trail/MyTrail.", clip(given))
}

// arn returns the ARN that the request speaks of, which for the name of a
// shadow trail is not that of the trail.
func (r ref) arn(c *pipeline.Call) string { return trailARN(c, r.region, r.account, r.name) }

func trailARN(c *pipeline.Call, region, account, name string) string {
	return arn.ARN{Partition: c.Partition, Service: "cloudtrail", Region: region, Account: account, Resource: "trail/" + name}.String()
}

// isAccount reports whether s has the form of an account id.
func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }

// checkName refuses what cannot be the name of a trail.
func checkName(name string) error {
	switch {
	case len(name) < 3:
		return invalidName("Trail name too short. Minimum allowed length: 3 characters. Specified name length: %d characters.", len(name))
	case len(name) > 128:
		return invalidName("Trail name too long. Maximum allowed length: 128 characters. Specified name length: %d characters.", len(name))
	case !isLetter(name[0]):
		return invalidName("Trail name must starts with a letter or number.")
	case !isLetter(name[len(name)-1]):
		return invalidName("Trail name must ends with a letter or number.")
	case hasOther(name):
		return invalidName("Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).")
	}
	for i := range len(name) - 1 {
		if isSign(name[i]) && isSign(name[i+1]) {
			return invalidName("Trail name cannot have adjacent periods (.), hyphens (-), or underscores (_).")
		}
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return invalidName("Trail name cannot be in IP address format.")
	}
	return nil
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func isLetter(c byte) bool { return strings.IndexByte(letters, c) >= 0 }

func isSign(c byte) bool { return c == '.' || c == '_' || c == '-' }

func hasOther(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return !strings.ContainsRune(letters+"._-", r) })
}

func invalidName(format string, args ...any) error {
	return refusal("InvalidTrailNameException", format, args...)
}

// clip bounds what a refusal repeats of a request.
func clip(s string) string {
	const limit = 512
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
