package saml_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/saml/samltest"
)

// BenchmarkVerify compares a usual response of 10 KB with what its signature
// alone costs: one RSA operation, and SHA-256 of what is signed. "ratio" is
// between the two, measured in the same run.
func BenchmarkVerify(b *testing.B) {
	idp := samltest.New(entity)
	r := usual()
	for i := range 14 {
		r.Attributes = append(r.Attributes, samltest.A(fmt.Sprintf("urn:example:attribute:%d", i), strings.Repeat("value", 10), strings.Repeat("other", 10)))
	}
	response := []byte(idp.Response(r))
	c := check(b, idp)
	key := idp.Key.(*rsa.PrivateKey)
	digest := sha256.Sum256(response)
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	bare := func() {
		d := sha256.Sum256(response)
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, d[:], signature); err != nil {
			b.Fatal(err)
		}
	}
	whole := func() {
		if _, err := saml.Verify(response, c, now, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(response)))
	b.ReportAllocs()
	var verifying, alone time.Duration
	for b.Loop() {
		start := time.Now()
		whole()
		middle := time.Now()
		bare()
		verifying += middle.Sub(start)
		alone += time.Since(middle)
	}
	b.ReportMetric(float64(verifying.Microseconds())/float64(b.N), "us/verify")
	b.ReportMetric(float64(alone.Microseconds())/float64(b.N), "us/bare")
	b.ReportMetric(float64(verifying)/float64(alone), "ratio")
}

// What costs most at the size limit: text, elements, attributes, namespaces, and
// what must be escaped.
func atTheLimit() map[string]string {
	fill := func(unit string) string { return strings.Repeat(unit, 70_000/len(unit)) }
	return map[string]string{
		"text":       "<saml:AttributeValue>" + fill("a") + "</saml:AttributeValue>",
		"escapes":    "<saml:AttributeValue>" + fill("&#13;") + "</saml:AttributeValue>",
		"elements":   strings.Repeat("<saml:AttributeValue/>", 3000),
		"namespaces": strings.Repeat(`<n:a xmlns:n="urn:n"/>`, 3000),
		"attributes": "<a" + func() string {
			var b strings.Builder
			for i := range 6000 {
				fmt.Fprintf(&b, ` a%d=""`, 6000-i)
			}
			return b.String()
		}() + "/>",
		"depth": strings.Repeat("<a>", 90) + fill("<b/>")[:36_000] + strings.Repeat("</a>", 90),
		"scope": "<a" + namespaces(50) + ">" + strings.Repeat("<c q='1' r='2'/>", 3000) + "</a>",
	}
}

// BenchmarkVerifyAtTheLimit is responses of nearly 75,000 bytes, of different
// kinds, signed twice, under the last of ten keys.
func BenchmarkVerifyAtTheLimit(b *testing.B) {
	idp := samltest.New(entity)
	others := make([]*samltest.IdP, 9)
	for i := range others {
		others[i] = samltest.WithKey(entity, samltest.RSAKey(1+i%2))
	}
	c := check(b, others[0], append(others[1:], idp)...)
	for name, content := range atTheLimit() {
		b.Run(name, func(b *testing.B) {
			r := usual()
			r.SignBoth = true
			r.Edit = replace("</saml:AttributeStatement>", `<saml:Attribute Name="urn:x">`+content+"</saml:Attribute></saml:AttributeStatement>")
			response := []byte(idp.Response(r))
			if len(response) > saml.MaxResponse {
				b.Fatalf("%d bytes", len(response))
			}
			b.SetBytes(int64(len(response)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := saml.Verify(response, c, now, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// The work for a response of the largest size is bounded: it takes milliseconds
// (BenchmarkVerifyAtTheLimit has how many), and here at most a second, which the
// race detector on a busy machine keeps to and work that grows faster than the
// response does not.
func TestResponsesAtTheSizeLimitAreVerifiedInTime(t *testing.T) {
	idp := samltest.New(entity)
	c := check(t, idp)
	for name, content := range atTheLimit() {
		r := usual()
		r.SignBoth = true
		r.Edit = replace("</saml:AttributeStatement>", `<saml:Attribute Name="urn:x">`+content+"</saml:Attribute></saml:AttributeStatement>")
		response := []byte(idp.Response(r))
		best := time.Hour
		for range 5 {
			start := time.Now()
			if _, err := saml.Verify(response, c, now, nil); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			best = min(best, time.Since(start))
		}
		if best > time.Second {
			t.Errorf("%s: %v", name, best)
		}
		t.Logf("%s: %d bytes in %v", name, len(response), best)
	}
}
