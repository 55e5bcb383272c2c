package saml_test

import (
	"crypto"
	"crypto/elliptic"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/saml/samltest"
)

var curve = elliptic.P256()

var now = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

const (
	entity   = "https://idp.example.com/saml"
	role     = "arn:aws:iam::123456789012:role/r"
	provider = "arn:aws:iam::123456789012:saml-provider/idp"
	more     = "http://www.w3.org/2001/04/xmldsig-more#"
	xenc     = "http://www.w3.org/2001/04/xmlenc#"
	xenc11   = "http://www.w3.org/2009/xmlenc11#"
	dsig     = "http://www.w3.org/2000/09/xmldsig#"
	exc      = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// usual is a response of an ordinary log-in.
func usual() samltest.Response {
	return samltest.Response{Now: now, Attributes: []samltest.Attribute{
		samltest.A("Role", role+","+provider), samltest.A("RoleSessionName", "ann@example.com"),
	}}
}

func check(t testing.TB, p *samltest.IdP, others ...*samltest.IdP) *saml.Check {
	t.Helper()
	m, err := saml.ParseMetadata([]byte(p.Metadata(others...)))
	if err != nil {
		t.Fatal(err)
	}
	return &saml.Check{Metadata: m, Site: saml.Site{UUID: "SAMLSP4SHN3UIS2D558H46"}}
}

func privateKey(t testing.TB, i int) *saml.PrivateKey {
	t.Helper()
	k, err := saml.ParsePrivateKey(samltest.PEM(samltest.RSAKey(i)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// accepted verifies a response that is to be taken.
func accepted(t *testing.T, xml string, c *saml.Check) *saml.Assertion {
	t.Helper()
	report := new(proof.Report)
	a, err := saml.Verify([]byte(xml), c, now, report)
	if err != nil {
		t.Fatalf("refused: %v\nafter %v\n%s", err, report.Steps, xml)
	}
	if a.Subject != "ann" || a.Issuer != entity || len(report.Steps) < 8 {
		t.Errorf("read %+v after %v", a, report.Steps)
	}
	return a
}

// refused verifies a response that is not to be taken, for this reason.
func refused(t *testing.T, xml string, c *saml.Check, kind saml.Kind, reason string) {
	t.Helper()
	a, err := saml.Verify([]byte(xml), c, now, nil)
	if err == nil {
		t.Errorf("accepted: %+v", a)
		return
	}
	e, ok := errors.AsType[*saml.Error](err)
	if !ok || e.Kind != kind || !strings.Contains(err.Error(), reason) {
		t.Errorf("refused with kind %v: %v; want kind %v: …%s…", e.Kind, err, kind, reason)
	}
}

func TestResponsesOfManyKindsAreTaken(t *testing.T) {
	idp := samltest.New(entity)
	p256, p384 := samltest.WithCurve(entity, elliptic.P256()), samltest.WithCurve(entity, elliptic.P384())
	key := &samltest.RSAKey(1).PublicKey
	for _, tt := range []struct {
		name string
		idp  *samltest.IdP
		edit func(*samltest.Response)
	}{
		{"the assertion is signed", idp, func(*samltest.Response) {}},
		{"the response is signed", idp, func(r *samltest.Response) { r.SignResponse = true }},
		{"both are signed", idp, func(r *samltest.Response) { r.SignBoth = true }},
		{"SHA-384", idp, func(r *samltest.Response) {
			r.Method = samltest.Method{Signature: more + "rsa-sha384", Digest: more + "sha384"}
		}},
		{"SHA-512", idp, func(r *samltest.Response) {
			r.Method = samltest.Method{Signature: more + "rsa-sha512", Digest: xenc + "sha512"}
		}},
		{"P-256", p256, func(*samltest.Response) {}},
		{"P-384 with SHA-384", p384, func(r *samltest.Response) { r.Method.Signature = more + "ecdsa-sha384" }},
		{"P-384 with SHA-256", p384, func(r *samltest.Response) { r.SignBoth = true }},
		{"canonical with comments", idp, func(r *samltest.Response) {
			r.Method.C14N = exc + "WithComments"
			r.Edit = replace("<saml:Subject>", "<!-- a --><saml:Subject>")
		}},
		{"comments between elements", idp, func(r *samltest.Response) { r.Edit = replace("<saml:Subject>", "<!--x--><saml:Subject><!--y-->") }},
		{"inclusive prefixes", idp, func(r *samltest.Response) {
			r.SignBoth, r.Method.Prefixes = true, "xs"
			r.Edit = replace(` ID="_response"`, ` xmlns:xs="http://www.w3.org/2001/XMLSchema" ID="_response"`)
		}},
		{"a KeyInfo with whatever is in it", idp, func(r *samltest.Response) { r.Method.KeyInfo = "<ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo>" }},
		{"CDATA, references and line ends", idp, func(r *samltest.Response) {
			r.Edit = replace(">ann<", "><![CDATA[a]]>n&#110;<", "<saml:AuthnContext>", "\r\n<saml:AuthnContext>")
		}},
		{"no Issuer in the response", idp, func(r *samltest.Response) {
			r.Edit = replace("  <saml:Issuer>"+entity+"</saml:Issuer>\n  <samlp:Status>", "<samlp:Status>")
		}},
		{"an issuer with white space around it", idp, func(r *samltest.Response) { r.Edit = replace(entity+"<", "\n "+entity+"\n<") }},
		{"one time use", idp, func(r *samltest.Response) {
			r.Edit = replace("</saml:Conditions>", "<saml:OneTimeUse/></saml:Conditions>")
		}},
		{"a sign-in address of a Region", idp, func(r *samltest.Response) { r.Recipient = "https://eu-west-1.signin.aws.amazon.com/saml" }},
		{"an old sign-in address", idp, func(r *samltest.Response) { r.Recipient = "https://signin.aws.amazon.com/static/saml" }},
		{"a sign-in address with the provider's id", idp, func(r *samltest.Response) {
			r.Recipient = "https://signin.aws.amazon.com/saml/acs/SAMLSP4SHN3UIS2D558H46"
		}},
		{"the sign-in address as audience", idp, func(r *samltest.Response) { r.Audience = "https://signin.aws.amazon.com/saml" }},
		{"several audiences", idp, func(r *samltest.Response) {
			r.Edit = replace("<saml:Audience>", "<saml:Audience>urn:other</saml:Audience><saml:Audience>")
		}},
		{"issued 5 minutes ago", idp, func(r *samltest.Response) { r.Now = now.Add(-5*time.Minute + time.Millisecond) }},
		{"a clock that is ahead by a minute", idp, func(r *samltest.Response) { r.Now = now.Add(time.Minute) }},

		{"encrypted", idp, func(r *samltest.Response) { r.Encrypt = &samltest.Encryption{For: key} }},
		{"encrypted, the response signed", idp, func(r *samltest.Response) { r.Encrypt, r.SignResponse = &samltest.Encryption{For: key}, true }},
		{"encrypted, both signed", idp, func(r *samltest.Response) { r.Encrypt, r.SignBoth = &samltest.Encryption{For: key}, true }},
		{"AES-128 in CBC", idp, func(r *samltest.Response) { r.Encrypt = &samltest.Encryption{For: key, Data: xenc + "aes128-cbc"} }},
		{"AES-256 in CBC", idp, func(r *samltest.Response) { r.Encrypt = &samltest.Encryption{For: key, Data: xenc + "aes256-cbc"} }},
		{"AES-128 in GCM", idp, func(r *samltest.Response) {
			r.Encrypt = &samltest.Encryption{For: key, Data: xenc11 + "aes128-gcm", Beside: true}
		}},
		{"OAEP with SHA-256, masked with SHA-1", idp, func(r *samltest.Response) {
			r.Encrypt = &samltest.Encryption{For: key, Hash: crypto.SHA256, Params: digestMethod(xenc + "sha256")}
		}},
		{"OAEP of XML Encryption 1.1", idp, func(r *samltest.Response) {
			r.Encrypt = &samltest.Encryption{
				For: key, Transport: xenc11 + "rsa-oaep", Hash: crypto.SHA256, MGF: crypto.SHA256,
				Params: digestMethod(xenc+"sha256") + `<e:MGF xmlns:e="` + xenc11 + `" Algorithm="` + xenc11 + `mgf1sha256"/>`,
			}
		}},
		{"for the older of two keys", idp, func(r *samltest.Response) { r.Encrypt = &samltest.Encryption{For: &samltest.RSAKey(2).PublicKey} }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := usual()
			tt.edit(&r)
			c := check(t, tt.idp)
			c.Keys = []*saml.PrivateKey{privateKey(t, 1), privateKey(t, 2)}
			c.Required = r.Encrypt != nil
			a := accepted(t, tt.idp.Response(r), c)
			if a.Encrypted != c.Required || a.ID != samltest.AssertionID {
				t.Errorf("read %+v", a)
			}
		})
	}
}

func digestMethod(uri string) string {
	return `<d:DigestMethod xmlns:d="` + dsig + `" Algorithm="` + uri + `"/>`
}

// replace returns an edit that replaces texts, which must be there.
func replace(oldNew ...string) func(string) string {
	return func(xml string) string {
		for i := 0; i < len(oldNew); i += 2 {
			if !strings.Contains(xml, oldNew[i]) {
				panic("no " + oldNew[i])
			}
			xml = strings.ReplaceAll(xml, oldNew[i], oldNew[i+1])
		}
		return xml
	}
}
