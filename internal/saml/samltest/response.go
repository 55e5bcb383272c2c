package samltest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// AttributePrefix opens the names of the attributes that say what a session is
// to be.
const AttributePrefix = "https://aws.amazon.com/SAML/Attributes/"

// Attribute is an attribute with its values.
type Attribute struct {
	Name   string
	Values []string
}

// A returns an attribute; a name without a colon or slash gets AttributePrefix.
func A(name string, values ...string) Attribute {
	if !strings.ContainsAny(name, "/") && !strings.HasPrefix(name, "urn:") && !strings.ContainsRune(name, '.') {
		name = AttributePrefix + name
	}
	return Attribute{name, values}
}

// Response is what a response says. Now must be set; the zero value of any other
// field is what a usual response has.
type Response struct {
	Now        time.Time
	Issuer     string // default: the provider's entity id
	Subject    string // default: "ann"
	Format     string // default: persistent
	Recipient  string // default: https://signin.aws.amazon.com/saml
	Audience   string // default: urn:amazon:webservices
	Status     string // default: Success
	Attributes []Attribute
	Ends       time.Time // SessionNotOnOrAfter; zero is none

	SignResponse bool // in place of the assertion, unless SignBoth
	SignBoth     bool
	Unsigned     bool
	Encrypt      *Encryption // encrypts the assertion
	Method       Method

	// Edit changes the XML before anything is signed.
	Edit func(xml string) string
}

// The ids in each response.
const (
	ResponseID  = "_response"
	AssertionID = "_assertion"
)

// Base64 returns the response as the API takes it.
func (p *IdP) Base64(r Response) string {
	return base64.StdEncoding.EncodeToString([]byte(p.Response(r)))
}

// Response returns the response in XML.
func (p *IdP) Response(r Response) string {
	r.defaults(p)
	xml := r.xml()
	if r.Edit != nil {
		xml = r.Edit(xml)
	}
	if !r.Unsigned && (!r.SignResponse || r.SignBoth) {
		xml = p.Sign(xml, AssertionID, r.Method)
	}
	if r.Encrypt != nil {
		xml = r.Encrypt.apply(xml)
	}
	if !r.Unsigned && (r.SignResponse || r.SignBoth) {
		xml = p.Sign(xml, ResponseID, r.Method)
	}
	return xml
}

func (r *Response) defaults(p *IdP) {
	for field, value := range map[*string]string{
		&r.Issuer: p.EntityID, &r.Subject: "ann", &r.Format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		&r.Recipient: "https://signin.aws.amazon.com/saml", &r.Audience: "urn:amazon:webservices",
		&r.Status: "urn:oasis:names:tc:SAML:2.0:status:Success",
	} {
		if *field == "" {
			*field = value
		}
	}
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func (r *Response) xml() string {
	var attributes strings.Builder
	for _, a := range r.Attributes {
		fmt.Fprintf(&attributes, `<saml:Attribute Name="%s" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri">`, escape(a.Name))
		for _, v := range a.Values {
			fmt.Fprintf(&attributes, `<saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" `+
				`xsi:type="xs:string">%s</saml:AttributeValue>`, escape(v))
		}
		attributes.WriteString(`</saml:Attribute>`)
	}
	ends := ""
	if !r.Ends.IsZero() {
		ends = fmt.Sprintf(` SessionNotOnOrAfter="%s"`, stamp(r.Ends))
	}
	return strings.NewReplacer(
		"{issuer}", escape(r.Issuer), "{now}", stamp(r.Now), "{until}", stamp(r.Now.Add(5*time.Minute)), "{from}", stamp(r.Now.Add(-5*time.Minute)),
		"{subject}", escape(r.Subject), "{format}", escape(r.Format), "{recipient}", escape(r.Recipient), "{audience}", escape(r.Audience),
		"{status}", escape(r.Status), "{attributes}", attributes.String(), "{ends}", ends,
	).Replace(template)
}

const template = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ` +
	`ID="` + ResponseID + `" Version="2.0" IssueInstant="{now}" Destination="{recipient}">
  <saml:Issuer>{issuer}</saml:Issuer>
  <samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>
  <saml:Assertion ID="` + AssertionID + `" Version="2.0" IssueInstant="{now}">
    <saml:Issuer>{issuer}</saml:Issuer>
    <saml:Subject>
      <saml:NameID Format="{format}">{subject}</saml:NameID>
      <saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
        <saml:SubjectConfirmationData NotOnOrAfter="{until}" Recipient="{recipient}"/>
      </saml:SubjectConfirmation>
    </saml:Subject>
    <saml:Conditions NotBefore="{from}" NotOnOrAfter="{until}">
      <saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction>
    </saml:Conditions>
    <saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_session"{ends}>
      <saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext>
    </saml:AuthnStatement>
    <saml:AttributeStatement>{attributes}</saml:AttributeStatement>
  </saml:Assertion>
</samlp:Response>`
