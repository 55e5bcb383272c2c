package saml

import (
	"regexp"
	"slices"
	"strings"
)

// RealAudience is the name that the real service goes by among identity
// providers.
const RealAudience = "urn:amazon:webservices"

// Site says for whom and where to responses must be meant. The zero value
// stands for the real service.
type Site struct {
	Audiences  []string // in place of the real service's name and addresses
	Recipients []string // in place of the real service's sign-in addresses
	UUID       string   // of the provider, at the end of the recipients of encrypted assertions
}

// realRecipient is the sign-in address of the real service, in any of its
// partitions and Regions, with what follows it for encrypted assertions.
var realRecipient = regexp.MustCompile(`^https://(?:[a-z0-9-]{1,32}\.)?signin\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)` +
	`(?:/static)?/saml(?:/acs/([A-Z0-9]{22,64}))?$`)

// recipient reports whether responses for this address are for us.
func (s *Site) recipient(address string) bool {
	if len(s.Recipients) > 0 {
		return slices.ContainsFunc(s.Recipients, func(r string) bool {
			return address == r || s.UUID != "" && address == strings.TrimSuffix(r, "/")+"/acs/"+s.UUID
		})
	}
	m := realRecipient.FindStringSubmatch(address)
	return m != nil && (m[1] == "" || m[1] == s.UUID)
}

// audience reports whether responses for this audience are for us.
func (s *Site) audience(name string) bool {
	if len(s.Audiences) > 0 {
		return slices.Contains(s.Audiences, name)
	}
	return name == RealAudience || s.recipient(name)
}

func (s *Site) wantRecipient() string {
	if len(s.Recipients) > 0 {
		return strings.Join(s.Recipients, " or ")
	}
	return "https://signin.aws.amazon.com/saml, or what --saml-recipient names"
}

func (s *Site) wantAudience() string {
	if len(s.Audiences) > 0 {
		return strings.Join(s.Audiences, " or ")
	}
	return RealAudience + ", or what --saml-audience names"
}
