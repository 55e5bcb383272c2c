package interop

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/saml/samltest"
)

// xmlsec1 is the C library's tool that most identity providers' XML security is
// measured by.

// xmlsec is the tool in a directory of its own, with the identity provider's
// key. The test is skipped where there is none.
type xmlsec struct {
	t   *testing.T
	dir string
	idp *samltest.IdP
}

func newXMLSec(t *testing.T) *xmlsec {
	t.Helper()
	if _, err := exec.LookPath("xmlsec1"); err != nil {
		t.Skip("xmlsec1 is not installed (Debian: apt-get install xmlsec1)")
	}
	x := &xmlsec{t, t.TempDir(), samltest.New(entity)}
	x.write("key.pem", samltest.PEM(x.idp.Key.(*rsa.PrivateKey)))
	public, err := x509.MarshalPKIXPublicKey(x.idp.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	x.write("public.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})))
	return x
}

func (x *xmlsec) path(name string) string { return filepath.Join(x.dir, name) }

func (x *xmlsec) write(name, text string) {
	x.t.Helper()
	if err := os.WriteFile(x.path(name), []byte(text), 0o600); err != nil {
		x.t.Fatal(err)
	}
}

func (x *xmlsec) read(name string) string {
	x.t.Helper()
	text, err := os.ReadFile(x.path(name))
	if err != nil {
		x.t.Fatal(err)
	}
	return string(text)
}

// run runs the tool, whose files are those of the directory.
func (x *xmlsec) run(args ...string) error {
	c := exec.CommandContext(x.t.Context(), "xmlsec1", args...)
	c.Dir = x.dir
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("xmlsec1 %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// ids are the attributes by which the tool finds what is signed.
var ids = []string{
	"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response",
	"--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
}

// sign has the tool fill in a signature of the element with the id.
func (x *xmlsec) sign(xml, id, signature, digest string) string {
	x.t.Helper()
	template := fmt.Sprintf(`<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="%s"/>
<ds:Reference URI="#%s"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="%s"/><ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue/></ds:Signature>`, signature, id, digest)
	at := strings.Index(xml, `ID="`+id+`"`)
	at += strings.Index(xml[at:], "</saml:Issuer>") + len("</saml:Issuer>")
	x.write("template.xml", xml[:at]+template+xml[at:])
	if err := x.run(append([]string{"--sign", "--privkey-pem", "key.pem", "--output", "signed.xml"}, append(ids, "template.xml")...)...); err != nil {
		x.t.Fatal(err)
	}
	return x.read("signed.xml")
}

// verify has the tool verify the signature in a document.
func (x *xmlsec) verify(xml string) error {
	x.write("verify.xml", xml)
	return x.run(append([]string{"--verify", "--pubkey-pem", "public.pem"}, append(ids, "verify.xml")...)...)
}

func TestResponsesThatXMLSecSignsAreTaken(t *testing.T) {
	x := newXMLSec(t)
	now := time.Now()
	for _, id := range []string{samltest.AssertionID, samltest.ResponseID} {
		for _, bits := range []string{"256", "384", "512"} {
			digest := "http://www.w3.org/2001/04/xmlenc#sha" + bits
			if bits == "384" {
				digest = "http://www.w3.org/2001/04/xmldsig-more#sha384"
			}
			r := response(now)
			r.Unsigned = true
			signed := x.sign(x.idp.Response(r), id, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha"+bits, digest)
			a, err := saml.Verify([]byte(signed), samlCheck(t, x.idp), now, nil)
			if err != nil || a.Subject != "ann" {
				t.Errorf("%s with SHA-%s: %v\n%s", id, bits, err, signed)
				continue
			}
			forged := strings.Replace(signed, ">ann</saml:NameID>", ">bob</saml:NameID>", 1)
			if _, err := saml.Verify([]byte(forged), samlCheck(t, x.idp), now, nil); forged == signed || err == nil {
				t.Errorf("%s with SHA-%s: a changed subject is taken", id, bits)
			}
		}
	}
}

func TestXMLSecVerifiesOurTestResponses(t *testing.T) {
	x := newXMLSec(t)
	for _, whole := range []bool{false, true} {
		r := response(time.Now())
		r.SignResponse = whole
		xml := x.idp.Response(r)
		if err := x.verify(xml); err != nil {
			t.Error(err)
		}
		if x.verify(strings.Replace(xml, ">ann</saml:NameID>", ">bob</saml:NameID>", 1)) == nil {
			t.Error("xmlsec1 verifies everything")
		}
	}
}

// TestAssertionsThatXMLSecEncryptsAreOpened has the tool encrypt the signed
// assertion for a private key of ours.
func TestAssertionsThatXMLSecEncryptsAreOpened(t *testing.T) {
	x := newXMLSec(t)
	now := time.Now()
	ours := samltest.RSAKey(1)
	public, err := x509.MarshalPKIXPublicKey(&ours.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	x.write("ours.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})))
	key, err := saml.ParsePrivateKey(samltest.PEM(ours))
	if err != nil {
		t.Fatal(err)
	}
	xml := x.idp.Response(response(now))
	start, end := strings.Index(xml, "<saml:Assertion "), strings.Index(xml, "</saml:Assertion>")+len("</saml:Assertion>")
	assertion := strings.Replace(xml[start:end], "<saml:Assertion ", `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" `, 1)
	for session, method := range map[string]string{
		"aes-256": "http://www.w3.org/2009/xmlenc11#aes256-gcm", "aes-128": "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
	} {
		x.write("plain.xml", assertion)
		x.write("encrypt.xml", fmt.Sprintf(`<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">
<xenc:EncryptionMethod Algorithm="%s"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>
<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>
<xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>`, method))
		if err := x.run("--encrypt", "--pubkey-pem", "ours.pem", "--session-key", session, "--xml-data", "plain.xml", "--output", "encrypted.xml", "encrypt.xml"); err != nil {
			t.Fatal(err)
		}
		_, data, _ := strings.Cut(x.read("encrypted.xml"), "?>")
		sealed := xml[:start] + "<saml:EncryptedAssertion>" + data + "</saml:EncryptedAssertion>" + xml[end:]
		c := samlCheck(t, x.idp)
		c.Keys = []*saml.PrivateKey{key}
		if a, err := saml.Verify([]byte(sealed), c, now, nil); err != nil || a.Subject != "ann" {
			t.Errorf("%s: %v\n%s", method, err, sealed)
		}
	}
}
