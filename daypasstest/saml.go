package daypasstest

import (
	"fmt"

	"github.com/daypass/daypass/internal/saml/samltest"
)

// SAMLProvider is a SAML identity provider that an account trusts. Its
// responses are signed for real, at the server's time.
type SAMLProvider struct {
	ARN string
	IdP *samltest.IdP // what makes its responses

	s *Server
}

// SAMLProvider makes a SAML provider in the account, with an identity provider
// behind it.
func (s *Server) SAMLProvider(name string) *SAMLProvider {
	s.t.Helper()
	return s.SAMLProviderIn(s.Root, name)
}

// SAMLProviderIn is [Server.SAMLProvider] for the account of the given root
// credentials.
func (s *Server) SAMLProviderIn(root Credentials, name string) *SAMLProvider {
	s.t.Helper()
	idp := samltest.New("https://" + name + ".example.com/saml")
	made := s.must(root, "iam", "CreateSAMLProvider", "Name", name, "SAMLMetadataDocument", idp.Metadata())
	return &SAMLProvider{ARN: made.Element("SAMLProviderArn"), IdP: idp, s: s}
}

// Trust returns a trust policy that lets whoever the provider vouches for
// assume the role, tag the session and set a source identity. A condition block
// may be given, without its name: `{"StringEquals":{"saml:sub":"ann"}}`.
func (p *SAMLProvider) Trust(condition ...string) string {
	block := ""
	if len(condition) > 0 {
		block = `,"Condition":` + condition[0]
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":%q},`+
		`"Action":["sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity"]%s}}`, p.ARN, block)
}

// Response returns a response, in base64, that vouches for a subject as a
// session of a role. attributes are names and values in turn, beside Role and
// RoleSessionName: "SourceIdentity", "ann", "PrincipalTag:team", "red".
func (p *SAMLProvider) Response(roleARN, subject string, attributes ...string) string {
	r := samltest.Response{Now: p.s.Now(), Subject: subject, Attributes: []samltest.Attribute{
		samltest.A("Role", roleARN+","+p.ARN), samltest.A("RoleSessionName", subject),
	}}
	for i := 0; i+1 < len(attributes); i += 2 {
		r.Attributes = append(r.Attributes, samltest.A(attributes[i], attributes[i+1]))
	}
	return p.IdP.Base64(r)
}

// AssumeRole assumes a role for the subject and returns its credentials.
func (p *SAMLProvider) AssumeRole(roleARN, subject string, attributes ...string) Credentials {
	p.s.t.Helper()
	return p.s.must(Credentials{}, "sts", "AssumeRoleWithSAML", "RoleArn", roleARN, "PrincipalArn", p.ARN,
		"SAMLAssertion", p.Response(roleARN, subject, attributes...)).Credentials()
}
