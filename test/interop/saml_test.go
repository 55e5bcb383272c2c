package interop

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/saml/samltest"
	"github.com/daypass/daypass/internal/xmltree"
)

// A foreign implementation of XML signatures: what ours reads and makes must be
// what it reads and makes.

const entity = "https://idp.example.com/saml"

var roomy = xmltree.Limits{Bytes: 1 << 20, Depth: 100, Nodes: 20_000}

func response(now time.Time) samltest.Response {
	return samltest.Response{Now: now, Attributes: []samltest.Attribute{
		samltest.A("Role", "arn:aws:iam::123456789012:role/r,arn:aws:iam::123456789012:saml-provider/idp"), samltest.A("RoleSessionName", "ann"),
		samltest.A("PrincipalTag:note", "a <b> & \"c\"\r\n\td é \U0001F600"),
	}}
}

func samlCheck(t testing.TB, idp *samltest.IdP) *saml.Check {
	t.Helper()
	m, err := saml.ParseMetadata([]byte(idp.Metadata()))
	if err != nil {
		t.Fatal(err)
	}
	return &saml.Check{Metadata: m}
}

// foreignDocument reads a document as the foreign implementation does.
func foreignDocument(t testing.TB, xml string) *etree.Document {
	t.Helper()
	doc := etree.NewDocument()
	if err := doc.ReadFromString(xml); err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestCanonicalFormIsThatOfAForeignImplementation(t *testing.T) {
	now := time.Now()
	idp := samltest.New(entity)
	r := response(now)
	r.SignBoth = true
	for _, xml := range []string{
		idp.Response(r), idp.Metadata(),
		`<a xmlns="urn:a" xmlns:b="urn:b" xmlns:c="urn:c" c:z="1" b:y="2" x="3"><b:d xmlns:b="urn:e"><b:f/></b:d><g xmlns=""><h/></g><!-- c --></a>`,
		"<a>&#13;&lt;&gt;&amp;\"'<![CDATA[<&>]]><b x='&#9;&#10;&#13;&quot;&lt;&gt;'/></a>",
		`<a xmlns:p="urn:p" xmlns:q="urn:q"><b q:x="1"><p:c/><p:c xmlns:p="urn:q"/></b></a>`,
		`<p:a xmlns:p="urn:1"><b><p:c xmlns:p="urn:2"/><p:c/></b></p:a>`,
	} {
		for _, tt := range []struct {
			form    xmltree.Form
			foreign dsig.Canonicalizer
		}{
			{xmltree.Form{}, dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")},
			{xmltree.Form{Comments: true}, dsig.MakeC14N10ExclusiveWithCommentsCanonicalizerWithPrefixList("")},
			{xmltree.Form{Inclusive: []string{"p", "xs"}}, dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("p xs")},
		} {
			root, err := xmltree.Parse([]byte(xml), roomy)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := root.Canonical(tt.form, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := tt.foreign.Canonicalize(foreignDocument(t, xml).Root())
			if err != nil {
				t.Fatal(err)
			}
			if string(ours) != string(theirs) {
				t.Errorf("%+v\n  ours %s\ntheirs %s", tt.form, ours, theirs)
			}
		}
	}
}

func TestAForeignVerifierTakesOurTestResponses(t *testing.T) {
	idp := samltest.New(entity)
	r := response(time.Now())
	r.SignResponse = true
	xml := idp.Response(r)
	certificate, err := x509.ParseCertificate(idp.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{certificate}})
	context.Clock = dsig.NewFakeClockAt(certificate.NotBefore.Add(time.Hour))
	if _, err := context.Validate(foreignDocument(t, xml).Root()); err != nil {
		t.Errorf("%v\n%s", err, xml)
	}
}

func TestResponsesOfAForeignSignerAreTaken(t *testing.T) {
	now := time.Now()
	idp := samltest.New(entity)
	for _, method := range []string{dsig.RSASHA256SignatureMethod, dsig.RSASHA384SignatureMethod, dsig.RSASHA512SignatureMethod} {
		r := response(now)
		r.Unsigned = true
		doc := foreignDocument(t, idp.Response(r))
		context, err := dsig.NewSigningContext(idp.Key, [][]byte{idp.Certificate})
		if err != nil {
			t.Fatal(err)
		}
		context.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
		if err := context.SetSignatureMethod(method); err != nil {
			t.Fatal(err)
		}
		signed, err := context.SignEnveloped(doc.Root())
		if err != nil {
			t.Fatal(err)
		}
		doc.SetRoot(signed)
		xml, err := doc.WriteToString()
		if err != nil {
			t.Fatal(err)
		}
		a, err := saml.Verify([]byte(xml), samlCheck(t, idp), now, nil)
		if err != nil || a.Subject != "ann" {
			t.Errorf("%s: %v\n%s", method, err, xml)
		}
	}
}

// BenchmarkForeign is what the foreign implementation takes for the response of
// BenchmarkVerify in internal/saml.
func BenchmarkForeign(b *testing.B) {
	idp := samltest.New(entity)
	r := response(time.Now())
	for i := range 14 {
		r.Attributes = append(r.Attributes, samltest.A(fmt.Sprintf("urn:example:attribute:%d", i), strings.Repeat("value", 10), strings.Repeat("other", 10)))
	}
	r.SignResponse = true
	xml := idp.Response(r)
	certificate, err := x509.ParseCertificate(idp.Certificate)
	if err != nil {
		b.Fatal(err)
	}
	context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{certificate}})
	context.Clock = dsig.NewFakeClockAt(certificate.NotBefore.Add(time.Hour))
	c := samlCheck(b, idp)
	b.Run("goxmldsig", func(b *testing.B) {
		for b.Loop() {
			if _, err := context.Validate(foreignDocument(b, xml).Root()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("saml", func(b *testing.B) {
		for b.Loop() {
			if _, err := saml.Verify([]byte(xml), c, r.Now, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("rsa", func(b *testing.B) {
		key := idp.Key.(*rsa.PrivateKey)
		digest := make([]byte, 32)
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, digest, signature) != nil {
				b.Fatal("not verified")
			}
		}
	})
}
