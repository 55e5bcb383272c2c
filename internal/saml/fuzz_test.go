package saml_test

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/saml/samltest"
)

// Whatever is done to a signed response, what is read is what was signed.
func FuzzVerify(f *testing.F) {
	idp := samltest.New(entity)
	c := check(f, idp)
	c.Keys = []*saml.PrivateKey{privateKey(f, 1)}
	whole, both, secret := usual(), usual(), usual()
	whole.SignResponse, both.SignBoth = true, true
	secret.Encrypt = &samltest.Encryption{For: &samltest.RSAKey(1).PublicKey}
	signed := idp.Response(usual())
	for _, xml := range []string{signed, idp.Response(whole), idp.Response(both), idp.Response(secret)} {
		f.Add(xml, 0, "", 0)
	}
	// An edit of the signed response: what the fuzzer inserts, and where.
	f.Add("", strings.Index(signed, "<saml:Assertion"), evil(unsigned(part(signed, "saml:Assertion"))), 0)
	f.Add("", strings.Index(signed, ">ann<")+2, "<!-- -->", 0)
	f.Add("", strings.Index(signed, ">ann<")+1, "root", 3)
	f.Fuzz(func(t *testing.T, xml string, at int, insert string, remove int) {
		if xml == "" {
			at = max(0, min(at, len(signed)))
			end := max(at, min(at+max(0, min(remove, len(signed))), len(signed)))
			xml = signed[:at] + insert + signed[end:]
		}
		a, err := saml.Verify([]byte(xml), c, now, nil)
		if err != nil {
			return
		}
		claims, err := a.Claims(nil)
		if err != nil || a.Subject != "ann" || a.Issuer != entity || claims.SessionName != "ann@example.com" || !claims.MayAssume(role, provider) {
			t.Fatalf("read %+v, %v of\n%s", a, err, xml)
		}
	})
}

func FuzzParseMetadata(f *testing.F) {
	idp := samltest.New(entity)
	f.Add(idp.Metadata())
	f.Add(idp.Metadata(samltest.WithCurve(entity, curve)))
	f.Add(`<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` + strings.TrimPrefix(idp.Metadata(), `<?xml version="1.0" encoding="UTF-8"?>`) + `</EntitiesDescriptor>`)
	f.Fuzz(func(t *testing.T, xml string) {
		m, err := saml.ParseMetadata([]byte(xml))
		if err == nil && (len(m.EntityIDs) == 0 || len(m.EntityIDs) > 10 || len(m.Keys) < len(m.EntityIDs) || len(m.Keys) > 10) {
			t.Fatalf("read %+v", m)
		}
	})
}
