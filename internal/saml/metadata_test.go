package saml_test

import (
	"crypto"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/saml/samltest"
)

func TestMetadataThatIsRead(t *testing.T) {
	idp := samltest.New(entity)
	p384 := samltest.WithCurve(entity, elliptic.P384())
	for _, tt := range []struct {
		name, xml string
		keys      int
	}{
		{"one key", idp.Metadata(), 1},
		{"two keys", idp.Metadata(p384), 2},
		{"the same key twice", idp.Metadata(idp), 1},
		{"a key without a use", replace(` use="signing"`, "")(idp.Metadata()), 1},
		{"a key for encryption beside it", replace("<NameIDFormat>", `<KeyDescriptor use="encryption"/><NameIDFormat>`)(idp.Metadata()), 1},
		{"no declaration", replace(`<?xml version="1.0" encoding="UTF-8"?>`, "")(idp.Metadata()), 1},
		{"a certificate that is broken into lines", replace("<ds:X509Certificate>", "<ds:X509Certificate>\n  ")(idp.Metadata()), 1},
		{"inside an EntitiesDescriptor", entities(idp.Metadata()), 1},
		{"a service beside it", entities(idp.Metadata() + `<EntityDescriptor entityID="x"><SPSSODescriptor/></EntityDescriptor>`), 1},
	} {
		m, err := saml.ParseMetadata([]byte(tt.xml))
		if err != nil || len(m.EntityIDs) != 1 || m.EntityIDs[0] != entity || len(m.Keys) != tt.keys {
			t.Errorf("%s: %+v, %v", tt.name, m, err)
		}
	}
}

func entities(content string) string {
	content = strings.ReplaceAll(content, `<?xml version="1.0" encoding="UTF-8"?>`, "")
	return `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` + content + `</EntitiesDescriptor>`
}

func TestMetadataThatIsNotRead(t *testing.T) {
	idp := samltest.New(entity)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	small.PublicKey.N = new(big.Int).Rsh(small.PublicKey.N, 1)
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	huge := rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 8192, 1), E: 65537}
	tooSmall := rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), 1022, 1), E: 65537}
	certificate := base64.StdEncoding.EncodeToString(idp.Certificate)
	with := func(der []byte) string {
		return replace(certificate, base64.StdEncoding.EncodeToString(der))(idp.Metadata())
	}
	others := make([]*samltest.IdP, 10)
	for i := range others {
		others[i] = samltest.WithCurve(entity, curve)
	}
	eleven := ""
	for i := range 11 {
		eleven += replace(entity, fmt.Sprint("https://idp", i))(idp.Metadata())
	}
	for _, tt := range []struct{ name, xml, reason string }{
		{"a document type", "<!DOCTYPE x>" + idp.Metadata(), "document type"},
		{"another root", "<x>" + strings.TrimPrefix(idp.Metadata(), `<?xml version="1.0" encoding="UTF-8"?>`) + "</x>", "root element"},
		{"another namespace", replace("SAML:2.0:metadata", "SAML:1.0:metadata")(idp.Metadata()), "root element"},
		{"no identity provider", replace("IDPSSODescriptor", "SPSSODescriptor")(idp.Metadata()), "no IDPSSODescriptor"},
		{"no entity id", replace(`entityID="`+entity+`"`, "")(idp.Metadata()), "entityID"},
		{"a long entity id", replace(entity, strings.Repeat("x", 1025))(idp.Metadata()), "entityID"},
		{"the same entity twice", entities(idp.Metadata() + idp.Metadata()), "entityID"},
		{"no key for signing", replace(`use="signing"`, `use="encryption"`)(idp.Metadata()), "no certificate for signing"},
		{"no key for signing of the second", entities(idp.Metadata() + replace(`use="signing"`, `use="encryption"`, entity, "other")(idp.Metadata())), "no certificate for signing"},
		{"11 keys", idp.Metadata(others...), "more than 10 keys"},
		{"11 providers", entities(eleven), "more than 10 identity providers"},
		{"no certificate", with([]byte("hello")), "a certificate"},
		{"no base64", replace(certificate, "*")(idp.Metadata()), "not base64"},
		{"a certificate with something after it", with(append(append([]byte{}, idp.Certificate...), 0)), "a certificate"},
		{"an extension twice", with(certificateOf(t, &idp.Key.(*rsa.PrivateKey).PublicKey, idp.Key, true)), "a certificate"},
		{"an RSA key of 1,023 bits", with(certificateOf(t, &tooSmall, idp.Key, false)), "RSA key of 1023 bits"},
		{"an RSA key of 8,193 bits", with(certificateOf(t, &huge, idp.Key, false)), "RSA key of 8193 bits"},
		{"P-224", with(certificateOf(t, samltest.WithCurve("x", elliptic.P224()).Key.Public(), idp.Key, false)), "curve P-224"},
		{"Ed25519", with(certificateOf(t, ed.Public(), idp.Key, false)), "neither RSA nor ECDSA"},
	} {
		_, err := saml.ParseMetadata([]byte(tt.xml))
		if err == nil || !strings.Contains(err.Error(), tt.reason) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.reason)
		}
	}
}

func certificateOf(t *testing.T, public any, signer crypto.Signer, twice bool) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "x"}}
	if twice {
		e := pkix.Extension{Id: []int{1, 2, 3}, Value: []byte{5, 0}}
		template.ExtraExtensions = []pkix.Extension{e, e}
	}
	parent := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "x"}}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, signer)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestPrivateKeysDoNotPrint(t *testing.T) {
	k := privateKey(t, 1)
	for _, format := range []string{"%v", "%+v", "%#v", "%d", "%x", "%s"} {
		if got := fmt.Sprintf(format, k); got != "[private key]" {
			t.Errorf("%s prints %s", format, got)
		}
	}
	if got := fmt.Sprintf("%+v", struct{ K []*saml.PrivateKey }{[]*saml.PrivateKey{k}}); strings.Contains(got, samltest.RSAKey(1).D.String()) {
		t.Error("a struct that holds it prints it")
	}
	der, err := k.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := saml.UnmarshalPrivateKey(der); err != nil {
		t.Error(err)
	}
	if _, err := saml.UnmarshalPrivateKey(der[1:]); err == nil || strings.Contains(err.Error(), "asn1") {
		t.Errorf("of a damaged key: %v", err)
	}
}
