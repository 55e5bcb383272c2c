package iamsvc_test

import (
	"regexp"
	"testing"
)

func TestOutboundWebIdentityIsSwitchedOnAndOff(t *testing.T) {
	s := newStory(t)
	_, s.people["other"] = s.NewAccount()
	const (
		isOff = "404 FeatureDisabled Outbound web identity federation is not enabled for account 123456789012."
		isOn  = "409 FeatureEnabled Outbound web identity federation is already enabled for account 123456789012."
	)
	s.tell([]step{
		{call: "GetOutboundWebIdentityFederationInfo", want: isOff},
		{call: "DisableOutboundWebIdentityFederation", want: isOff},
	})
	issuer := s.do("", "EnableOutboundWebIdentityFederation").Element("IssuerIdentifier")
	if !regexp.MustCompile("^" + s.URL + `/oidc/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(issuer) {
		t.Errorf("issuer %q", issuer)
	}
	s.tell([]step{
		{call: "EnableOutboundWebIdentityFederation", want: isOn},
		{call: "GetOutboundWebIdentityFederationInfo", has: "<IssuerIdentifier>" + issuer + "</IssuerIdentifier><JwtVendingEnabled>true<"},
		{as: "other", call: "GetOutboundWebIdentityFederationInfo", want: "404 FeatureDisabled Outbound web identity federation is not enabled for account " + s.otherAccount() + "."},
		{as: "other", call: "EnableOutboundWebIdentityFederation", not: issuer},
		{call: "DisableOutboundWebIdentityFederation"},
		{call: "GetOutboundWebIdentityFederationInfo", want: isOff},
		{call: "DisableOutboundWebIdentityFederation", want: isOff},
		{call: "EnableOutboundWebIdentityFederation", has: issuer}, // it is the same for good
	})
}
