package saml_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/saml/samltest"
)

// part is the element of a text, from its start tag to its end tag.
func part(xml, tag string) string {
	start := strings.Index(xml, "<"+tag)
	end := strings.LastIndex(xml, "</"+tag+">")
	if start < 0 || end < 0 {
		panic("no " + tag)
	}
	return xml[start : end+len("</"+tag+">")]
}

// evil is a text about somebody else, under another id.
func evil(xml string) string {
	return strings.NewReplacer(">ann<", ">root<", samltest.AssertionID, "_evil", samltest.ResponseID, "_evilresponse").Replace(xml)
}

// unsigned is a text without its signature.
func unsigned(xml string) string { return strings.Replace(xml, part(xml, "ds:Signature"), "", 1) }

// The eight classic shapes of signature wrapping. All keep what was signed
// somewhere, and hope that a reader finds something else.
func TestSignatureWrappingIsRefused(t *testing.T) {
	idp := samltest.New(entity)
	r := usual()
	r.SignResponse = true
	response := idp.Response(r)
	responseSignature := part(response, "ds:Signature")
	bare := unsigned(response)

	assertionSigned := idp.Response(usual())
	assertion := part(assertionSigned, "saml:Assertion")
	signature := part(assertion, "ds:Signature")
	forged := evil(unsigned(assertion))
	within := func(parent, child string) string { // child at the end of parent
		i := strings.LastIndex(parent, "</")
		return parent[:i] + child + parent[i:]
	}
	inResponse := func(content string) string { return strings.Replace(assertionSigned, assertion, content, 1) }
	withSignature := func(assertion, signature string) string {
		return strings.Replace(assertion, "</saml:Issuer>", "</saml:Issuer>"+signature, 1)
	}
	object := func(content string) string {
		return strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+content+"</ds:Object></ds:Signature>", 1)
	}
	for _, tt := range []struct{ name, xml, reason string }{
		{
			"1: the Response inside the signature of a forged one",
			withSignature(evil(bare), within(responseSignature, bare)), "a Response inside the document",
		},
		{
			"2: the Response before a detached signature in a forged one",
			withSignature(evil(bare), bare+responseSignature), "a Response inside the document",
		},
		{"3: a forged Assertion before the signed one", inResponse(forged + assertion), "more than one assertion"},
		{"3: and after it", inResponse(assertion + forged), "more than one assertion"},
		{"4: a forged Assertion around the signed one", inResponse(within(forged, assertion)), "not directly in the Response"},
		{
			"5: the signature in a forged Assertion, the signed one at the end",
			inResponse(withSignature(forged, signature) + unsigned(assertion)), "more than one assertion",
		},
		{
			"6: the signed one inside the signature of a forged one",
			inResponse(withSignature(forged, within(signature, unsigned(assertion)))), "not directly in the Response",
		},
		{
			"7: the forged one in Extensions",
			inResponse("<samlp:Extensions>" + forged + "</samlp:Extensions>" + assertion), "not directly in the Response",
		},
		{
			"7: the signed one in Extensions",
			inResponse("<samlp:Extensions>" + assertion + "</samlp:Extensions>" + forged), "not directly in the Response",
		},
		{
			"8: the signed one in an Object of the forged one's signature",
			inResponse(withSignature(forged, object(unsigned(assertion)))), "not directly in the Response",
		},

		{"two signed assertions", inResponse(assertion + part(idp.Sign(replace(samltest.AssertionID, "_other")(unsigned(assertionSigned)), "_other", samltest.Method{}),
			"saml:Assertion")), "more than one assertion"},
		{"a forged Assertion beside an encrypted one", inResponse(assertion + (&samltest.Encryption{For: &samltest.RSAKey(1).PublicKey}).Element("x")), "more than one assertion"},
		{"the signature of an assertion in the Response", withSignature(inResponse(forged), signature), "over another element"},
		{"the signature beside the assertion", inResponse(signature + forged), "over another element"},
		{"a changed assertion under a signature in it", evil(assertionSigned), "no key of the metadata"},
		{"a signature somewhere else", inResponse(strings.Replace(assertion, "<saml:Subject>", "<saml:Subject>"+signature, 1)), "a Signature that is not directly in"},
		{"two signatures in the assertion", inResponse(withSignature(assertion, signature)), "more than one Signature in the Assertion"},
		{"two signatures in the Response", withSignature(response, responseSignature), "more than one Signature in the Response"},
		{"a forged one with the same id", inResponse(strings.Replace(assertion, "<saml:Subject>", `<saml:Subject ID="`+samltest.AssertionID+`">`, 1)), "given twice"},
		{"the same, in other letters", inResponse(strings.Replace(assertion, "<saml:Subject>", `<saml:Subject Id="`+samltest.AssertionID+`">`, 1)), "given twice"},
		{"the same, in small letters", inResponse(strings.Replace(assertion, "<saml:Subject>", `<saml:Subject id="`+samltest.AssertionID+`">`, 1)), "given twice"},
		{"the same, as xml:id", inResponse(strings.Replace(assertion, "<saml:Subject>", `<saml:Subject xml:id="`+samltest.AssertionID+`">`, 1)), "given twice"},
		{"an empty id", strings.Replace(assertionSigned, "<samlp:Status>", `<samlp:Status ID="">`, 1), "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.xml, check(t, idp), saml.BadSignature, tt.reason) })
	}
}

// What a signature itself may be.
func TestSignaturesOutOfFormAreRefused(t *testing.T) {
	idp := samltest.New(entity)
	enveloped := `<ds:Transform Algorithm="` + dsig + `enveloped-signature"/>`
	exclusive := `<ds:Transform Algorithm="` + exc + `"/>`
	public := idp.Key.Public().(*rsa.PublicKey)
	keyed := func(info []byte) []byte { // with the certificate as the key
		h := hmac.New(sha256.New, idp.Certificate)
		h.Write(info)
		return h.Sum(nil)
	}
	for _, tt := range []struct {
		name   string
		method samltest.Method
		reason string
	}{
		{"SHA-1", samltest.Method{Signature: dsig + "rsa-sha1"}, "signature method"},
		{"a digest with SHA-1", samltest.Method{Digest: dsig + "sha1"}, "digest method"},
		{"HMAC keyed with the certificate", samltest.Method{Signature: more + "hmac-sha256", Value: keyed}, "signature method"},
		{"HMAC in the first version", samltest.Method{Signature: dsig + "hmac-sha1", Value: keyed}, "signature method"},
		{"none", samltest.Method{Signature: "none"}, "signature method"},
		{"an ECDSA method for an RSA key", samltest.Method{Signature: more + "ecdsa-sha256", Value: func([]byte) []byte { return make([]byte, 64) }}, "no key of the metadata"},
		{"a reference to everything", samltest.Method{URI: "#"}, "over another element"},
		{"a reference without a number sign", samltest.Method{URI: samltest.AssertionID}, "over another element"},
		{"a reference to another document", samltest.Method{URI: "https://evil.example/#" + samltest.AssertionID}, "over another element"},
		{"a reference to another element", samltest.Method{URI: "#" + samltest.ResponseID}, "over another element"},
		{"an XPointer", samltest.Method{URI: "#xpointer(id('" + samltest.AssertionID + "'))"}, "over another element"},
		{"two references", samltest.Method{Info: `<ds:Reference URI="#x"/>`}, "one Reference"},
		{"XSLT", samltest.Method{Transforms: enveloped + `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>`}, "not one that is taken"},
		{"XPath", samltest.Method{Transforms: enveloped + `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>`}, "not one that is taken"},
		{"base64", samltest.Method{Transforms: enveloped + `<ds:Transform Algorithm="` + dsig + `base64"/>`}, "not one that is taken"},
		{"XPath in place of the enveloped signature", samltest.Method{Transforms: `<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>` + exclusive}, "first transform"},
		{"a parameter of the enveloped signature", samltest.Method{Transforms: `<ds:Transform Algorithm="` + dsig + `enveloped-signature"><ds:XPath>x</ds:XPath></ds:Transform>` + exclusive}, "first transform"},
		{"three transforms", samltest.Method{Transforms: enveloped + exclusive + exclusive}, "not two"},
		{"one transform", samltest.Method{Transforms: exclusive}, "not two"},
		{"no transforms", samltest.Method{Transforms: "<!-- -->"}, "not two"},
		{"something that is no transform", samltest.Method{Transforms: enveloped + `<ds:Other Algorithm="` + exc + `"/>`}, "not two"},
		{"inclusive canonicalization of SignedInfo", samltest.Method{C14N: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", Transforms: enveloped + exclusive}, "not one that is taken"},
		{"a canonicalization of one's own", samltest.Method{Transforms: enveloped + `<ds:Transform Algorithm="urn:own"/>`}, "not one that is taken"},
		{"a parameter of the canonicalization", samltest.Method{Transforms: enveloped + `<ds:Transform Algorithm="` + exc + `"><ds:XPath>x</ds:XPath></ds:Transform>`}, "parameters that are not known"},
		{"a long list of prefixes", samltest.Method{Prefixes: strings.Repeat("a ", 17)}, "more than 16 prefixes"},
		{"an Object", samltest.Method{Object: "<ds:Object>x</ds:Object>"}, "parts are not SignedInfo"},
		{"two SignedInfo", samltest.Method{Object: "<ds:SignedInfo/>"}, "parts are not SignedInfo"},
		{"two KeyInfo", samltest.Method{KeyInfo: "<ds:KeyInfo/><ds:KeyInfo/>"}, "parts are not SignedInfo"},
		{"nothing as the value", samltest.Method{Value: func([]byte) []byte { return nil }}, "SignatureValue is not base64"},
		{"zeros as the value", samltest.Method{Value: func([]byte) []byte { return make([]byte, 256) }}, "no key of the metadata"},
		{"one as the value", samltest.Method{Value: func([]byte) []byte { return big.NewInt(1).FillBytes(make([]byte, 256)) }}, "no key of the metadata"},
		{"the modulus as the value", samltest.Method{Value: func([]byte) []byte { return public.N.Bytes() }}, "no key of the metadata"},
		{"the value of something else", samltest.Method{Value: func(info []byte) []byte {
			return samltest.RawSignature(idp, more+"rsa-sha256", append(info, ' '))
		}}, "no key of the metadata"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := usual()
			r.Method = tt.method
			refused(t, idp.Response(r), check(t, idp), saml.BadSignature, tt.reason)
		})
	}
}

// Zeros verify under no ECDSA key, whatever a library thinks of them.
func TestECDSAZerosAreRefused(t *testing.T) {
	for _, size := range []int{1, 63, 64, 65, 72, 96} {
		idp := samltest.WithCurve(entity, curve)
		r := usual()
		r.Method.Value = func([]byte) []byte { return make([]byte, size) }
		refused(t, idp.Response(r), check(t, idp), saml.BadSignature, "no key of the metadata")
	}
	// DER in place of the two numbers.
	idp := samltest.WithCurve(entity, curve)
	r := usual()
	r.Method.Value = func(info []byte) []byte {
		digest := sha256.Sum256(info)
		der, err := idp.Key.Sign(rand.Reader, digest[:], crypto.SHA256)
		if err == nil && len(der) == 64 {
			der = append(der, 0)
		}
		return der
	}
	r.Method.Signature = more + "ecdsa-sha256"
	refused(t, idp.Response(r), check(t, idp), saml.BadSignature, "no key of the metadata")
}

// What stands in a signed document cannot be changed, nor what its signature
// says of it.
func TestChangesAfterSigningAreRefused(t *testing.T) {
	idp := samltest.New(entity)
	r := usual()
	xml := idp.Response(r)
	digest := regexp.MustCompile(`<ds:DigestValue>[^<]*`).FindString(xml)
	value := regexp.MustCompile(`<ds:SignatureValue>[^<]*`).FindString(xml)
	other := "A"
	if value[40] == 'A' {
		other = "B"
	}
	flipped := strings.Replace(xml, value, value[:40]+other+value[41:], 1)
	for _, tt := range []struct{ name, xml, reason string }{
		{"the subject", replace(">ann<", ">bob<")(xml), "changed after it was signed"},
		{"white space", replace("<saml:Subject>", " <saml:Subject>")(xml), "changed after it was signed"},
		{"an attribute", replace(`Version="2.0" IssueInstant="`, `Version="2.0" X="" IssueInstant="`)(xml), "changed after it was signed"},
		{"the digest", replace(digest, "<ds:DigestValue>"+base64.StdEncoding.EncodeToString(make([]byte, 32)))(xml), "no key of the metadata"},
		{"an empty digest", replace(digest, "<ds:DigestValue>")(xml), "DigestValue is not base64"},
		{"a short digest", replace(digest, "<ds:DigestValue>AAAA")(xml), "has not the length"},
		{"a comment in the digest, and another digest", replace(digest, digest+"<!--"+digest[4:]+"-->")(xml), "accepted"},
		{"two digests", replace(digest, digest+"</ds:DigestValue>"+digest)(xml), "parts of Reference"},
		{"a comment in the value", replace(value, value[:30]+"<!-- -->"+value[30:])(xml), "holds other than text"},
		{"the value", flipped, "no key of the metadata"},
		{"no signature", unsigned(xml), "signature: saw none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.reason == "accepted" { // canonical form has no comments: nothing was changed
				accepted(t, tt.xml, check(t, idp))
				return
			}
			refused(t, tt.xml, check(t, idp), saml.BadSignature, tt.reason)
		})
	}
}

// A comment splits the text of a name; canonical form drops it, so that the
// signature still holds. What is read is what was signed.
func TestACommentDoesNotCutANameShort(t *testing.T) {
	idp := samltest.New(entity)
	r := usual()
	r.Subject = "ann@example.com.evil.example"
	xml := replace("ann@example.com.evil", "ann@example.com<!-- -->.evil")(idp.Response(r))
	a, err := saml.Verify([]byte(xml), check(t, idp), now, nil)
	if err != nil || a.Subject != r.Subject {
		t.Errorf("read %+v, %v", a, err)
	}
	// When comments are signed too, they are still there, and nothing is read.
	r.Method.C14N = exc + "WithComments"
	r.Edit = replace("ann@example.com.evil", "ann@example.com<!-- -->.evil")
	refused(t, idp.Response(r), check(t, idp), saml.NoSubject, "NameID holds other than text")
	r = usual()
	r.Edit = replace(">ann<", "><b>ann</b><")
	refused(t, idp.Response(r), check(t, idp), saml.NoSubject, "NameID holds other than text")
}

func TestDocumentTypesAndTheLikeAreRefused(t *testing.T) {
	idp := samltest.New(entity)
	xml := idp.Response(usual())
	for _, tt := range []struct{ name, xml, reason string }{
		{"a document type", "<!DOCTYPE x>" + xml, "document type"},
		{"an external entity", `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + xml, "document type"},
		{"a document type within", replace("<saml:Subject>", "<!DOCTYPE x><saml:Subject>")(xml), "document type"},
		{"an entity", replace(">ann<", ">&ann;<")(xml), "a reference to an entity"},
		{"a processing instruction", replace("<saml:Subject>", "<?x y?><saml:Subject>")(xml), "processing instruction"},
		{"another encoding", `<?xml version="1.0" encoding="UTF-16"?>` + xml, "XML declaration"},
		{"another version", `<?xml version="1.1"?>` + xml, "XML declaration"},
		{"a byte order mark", "\ufeff" + xml, "text outside"},
		{"bytes that are no UTF-8", replace(">ann<", ">\xff<")(xml), "in UTF-8"},
		{"a second root", xml + xml, "second root"},
		{"text after the end", xml + "x", "text outside"},
		{"an attribute twice", replace(`Version="2.0"`, `Version="2.0" Version="2.0"`)(xml), "given twice"},
		{"a prefix that is not declared", replace("<saml:Subject>", "<s:Subject>")(xml), "not declared"},
		{"a name with two colons", replace("<saml:Subject>", "<saml:x:Subject>")(xml), "not a name"},
		{"nothing", "", "no element"},
		{"the end is missing", xml[:len(xml)-3], "end tag"},
		{"too deep", replace("<saml:Subject>", strings.Repeat("<a>", 101)+strings.Repeat("</a>", 101)+"<saml:Subject>")(xml), "too deep"},
		{"too many nodes", replace("<saml:Subject>", strings.Repeat("<a/>", 10_001)+"<saml:Subject>")(xml), "too many nodes"},
		{"too long", xml + strings.Repeat(" ", 80_000), "bytes"},
		{"too many namespaces", replace("<saml:Subject>", "<saml:Subject"+namespaces(70)+">")(xml), "too many namespaces"},
		{"no response", `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>`, "a Response of SAML 2.0"},
		{"a response of another protocol", `<Response/>`, "a Response of SAML 2.0"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.xml, check(t, idp), saml.Malformed, tt.reason) })
	}
}

func namespaces(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(` xmlns:n` + string(rune('a'+i/26)) + string(rune('a'+i%26)) + `="urn:x"`)
	}
	return b.String()
}

// A namespace that is declared once and used everywhere grows in canonical
// form: what is made of a small document is bounded too.
func TestCanonicalFormsAreBounded(t *testing.T) {
	idp := samltest.New(entity)
	r := usual()
	r.Method.Info = `<ds:X xmlns:n="urn:` + strings.Repeat("x", 20_000) + `">` + strings.Repeat("<n:a/>", 100) + "</ds:X>"
	refused(t, idp.Response(r), check(t, idp), saml.BadSignature, "over the limit")
	r = usual()
	r.Edit = replace("<saml:AttributeStatement>", `<saml:AttributeStatement xmlns:n="urn:`+strings.Repeat("x", 20_000)+`">`+strings.Repeat("<n:a/>", 100))
	refused(t, idp.Response(r), check(t, idp), saml.BadSignature, "over the limit")
}

// Only the provider's keys count, whatever the signature brings along.
func TestForeignKeysAreRefused(t *testing.T) {
	idp := samltest.New(entity)
	stranger := samltest.WithKey(entity, samltest.RSAKey(1))
	r := usual()
	r.Method.KeyInfo = `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>` + base64.StdEncoding.EncodeToString(stranger.Certificate) +
		`</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`
	refused(t, stranger.Response(r), check(t, idp), saml.BadSignature, "no key of the metadata")
	// A signature that is not good spoils one that is.
	r = usual()
	r.SignResponse = true
	refused(t, stranger.Sign(idp.Response(r), samltest.AssertionID, samltest.Method{}), check(t, idp), saml.BadSignature, "")
	refused(t, stranger.Sign(idp.Response(usual()), samltest.ResponseID, samltest.Method{}), check(t, idp), saml.BadSignature, "signature of the Response")
	good := samltest.Response{Now: now, Attributes: usual().Attributes, Unsigned: true}
	refused(t, idp.Sign(stranger.Sign(idp.Response(good), samltest.AssertionID, samltest.Method{}), samltest.ResponseID, samltest.Method{}),
		check(t, idp), saml.BadSignature, "signature of the Assertion")
}

// The key of one provider does not sign for another one of the same document.
func TestAKeySignsForItsOwnProviderOnly(t *testing.T) {
	one, other := samltest.New(entity), samltest.WithKey("https://other.example/idp", samltest.RSAKey(1))
	strip := func(s string) string { return s[strings.Index(s, "<EntityDescriptor"):] }
	both := `<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` + strip(one.Metadata()) + strip(other.Metadata()) + `</EntitiesDescriptor>`
	m, err := saml.ParseMetadata([]byte(both))
	if err != nil {
		t.Fatal(err)
	}
	c := &saml.Check{Metadata: m}
	accepted(t, one.Response(usual()), c)
	r := usual()
	r.Issuer = entity
	refused(t, other.Response(r), c, saml.BadSignature, "made by the issuer")
	r.Issuer = "https://third.example"
	refused(t, other.Response(r), c, saml.BadIssuer, "third.example")
}

func TestEveryKeyOfTheMetadataIsGood(t *testing.T) {
	old, next := samltest.New(entity), samltest.WithKey(entity, samltest.RSAKey(1))
	third := samltest.WithCurve(entity, curve)
	for _, p := range []*samltest.IdP{old, next, third} {
		accepted(t, p.Response(usual()), check(t, old, next, third))
	}
}

// Encryption: what does not decrypt, and what decrypts to something else than a
// signed assertion, is refused in one way.
func TestEncryptedAssertionsThatAreRefused(t *testing.T) {
	idp := samltest.New(entity)
	key := &samltest.RSAKey(1).PublicKey
	c := check(t, idp)
	c.Keys = []*saml.PrivateKey{privateKey(t, 1)}
	c.Required = true
	signedThen := func(edit func(*samltest.Response)) string {
		r := usual()
		r.Encrypt = &samltest.Encryption{For: key}
		edit(&r)
		return idp.Response(r)
	}
	around := func(plain string) string { // a response with this as the encrypted text
		xml := idp.Response(usual())
		return strings.Replace(xml, part(xml, "saml:Assertion"), (&samltest.Encryption{For: key, Data: xenc + "aes128-cbc"}).Element(plain), 1)
	}
	assertion := part(idp.Response(usual()), "saml:Assertion")
	const failed = "it cannot be decrypted"
	for _, tt := range []struct{ name, xml, reason string }{
		{"not encrypted", idp.Response(usual()), "mode is Required"},
		{"not signed", signedThen(func(r *samltest.Response) { r.Unsigned = true }), "signature: saw none"},
		{"for another key", signedThen(func(r *samltest.Response) { r.Encrypt.For = &samltest.RSAKey(2).PublicKey }), failed},
		{"changed", replace("<xenc:CipherValue>", "<xenc:CipherValue>AAAA")(signedThen(func(*samltest.Response) {})), failed},
		{"PKCS #1 v1.5", signedThen(func(r *samltest.Response) { r.Encrypt.Transport = xenc + "rsa-1_5" }), "key transport"},
		{"a mask in the first form of OAEP", signedThen(func(r *samltest.Response) {
			r.Encrypt.Params = `<e:MGF xmlns:e="` + xenc11 + `" Algorithm="` + xenc11 + `mgf1sha256"/>`
		}), "key transport"},
		{"an unknown digest", signedThen(func(r *samltest.Response) { r.Encrypt.Params = digestMethod(more + "md5") }), "digest or mask"},
		{"triple DES", replace(xenc11+"aes256-gcm", xenc+"tripledes-cbc")(signedThen(func(*samltest.Response) {})), "encryption method"},
		{"a key of another length", replace(xenc11+"aes256-gcm", xenc11+"aes128-gcm")(signedThen(func(*samltest.Response) {})), failed},
		{"text that is no XML", around("hello"), failed},
		{"nothing", around(""), failed},
		{"another element", around("<saml:Subject/>"), failed},
		{"a document type", around("<!DOCTYPE x>" + assertion), failed},
		{"two assertions", around(replace("<saml:Subject>", "<saml:Subject>"+evil(unsigned(assertion)))(assertion)), "shape of the decrypted assertion"},
		{"a Response", around(`<saml:Assertion ID="x"><samlp:Response/></saml:Assertion>`), "a Response inside"},
		{"an encrypted one within", around(`<saml:Assertion ID="x"><saml:EncryptedAssertion/></saml:Assertion>`), "not directly in the Response"},
		{"an id that the response has too", around(replace(samltest.AssertionID, samltest.ResponseID)(unsigned(assertion))), "given twice"},
		{"three keys", replace("<xenc:EncryptedKey ", "<xenc:EncryptedKey/><xenc:EncryptedKey/><xenc:EncryptedKey ")(
			signedThen(func(*samltest.Response) {})), "3 encrypted keys"},
		{"no key", replace("xenc:EncryptedKey", "xenc:Key")(signedThen(func(*samltest.Response) {})), "0 encrypted keys"},
		{"changed after it was signed", around(replace(">ann<", ">root<")(assertion)), "changed after it was signed"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.xml, c, saml.BadSignature, tt.reason) })
	}
	// Ciphertexts that are too short, or no whole number of blocks.
	cipherText := regexp.MustCompile(`<xenc:CipherValue>[^<]*</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`)
	for _, data := range []string{xenc + "aes256-cbc", xenc11 + "aes256-gcm"} {
		for _, size := range []int{1, 11, 12, 15, 16, 17, 31, 33} {
			xml := signedThen(func(r *samltest.Response) { r.Encrypt.Data = data })
			short := "<xenc:CipherValue>" + base64.StdEncoding.EncodeToString(make([]byte, size)) + "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"
			refused(t, cipherText.ReplaceAllString(xml, short), c, saml.BadSignature, failed)
		}
	}
	t.Run("padding is no oracle", func(t *testing.T) {
		xml := around(assertion)
		value := regexp.MustCompile(`<xenc:CipherValue>([^<]*)</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>`).FindStringSubmatch(xml)[1]
		data, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 256 {
			data[len(data)-17] ^= byte(i) // in the last block but one: the padding's byte of the last
			_, err := saml.Verify([]byte(strings.Replace(xml, value, base64.StdEncoding.EncodeToString(data), 1)), c, now, nil)
			data[len(data)-17] ^= byte(i)
			if i == 0 && err != nil || i > 0 && (err == nil || !strings.Contains(err.Error(), failed)) {
				t.Errorf("with the padding changed by %#x: %v", i, err)
			}
		}
	})
}

func TestClaimsOfTheResponseAreChecked(t *testing.T) {
	idp := samltest.New(entity)
	edit := func(oldNew ...string) func(*samltest.Response) {
		return func(r *samltest.Response) { r.Edit = replace(oldNew...) }
	}
	at := func(d time.Duration) string { return now.Add(d).Format("2006-01-02T15:04:05.000Z") }
	until, from := `NotOnOrAfter="`+at(5*time.Minute)+`" Recipient`, `NotBefore="`+at(-5*time.Minute)
	confirmation := func(r string) string { return part(r, "saml:SubjectConfirmation") }(idp.Response(usual()))
	for _, tt := range []struct {
		name   string
		edit   func(*samltest.Response)
		kind   saml.Kind
		reason string
	}{
		{"another issuer", func(r *samltest.Response) { r.Issuer = entity + "/" }, saml.BadIssuer, "issuer of the Assertion"},
		{"no issuer", func(r *samltest.Response) {
			r.Edit = replace("<saml:Subject>", "<saml:Issuer>x</saml:Issuer><saml:Subject>")
		}, saml.BadIssuer, "2 elements Issuer"},
		{"another issuer of the response", edit("<saml:Issuer>"+entity+"</saml:Issuer>\n  <samlp:Status>", "<saml:Issuer>x</saml:Issuer>\n  <samlp:Status>"), saml.BadIssuer, "issuer of the Response"},
		{"the provider says no", func(r *samltest.Response) { r.Status = "urn:oasis:names:tc:SAML:2.0:status:Responder" }, saml.BadStatus, "Responder"},
		{"no status", edit("samlp:StatusCode", "samlp:Other"), saml.BadStatus, `saw "none"`},
		{"another version", edit(`Version="2.0" IssueInstant="`+at(0)+`">`, `Version="1.1" IssueInstant="`+at(0)+`">`), saml.BadClaims, "version of the Assertion"},
		{"another version of the response", edit(`Version="2.0" IssueInstant="`+at(0)+`" D`, `Version="2.1" IssueInstant="`+at(0)+`" D`), saml.BadClaims, "version of the Response"},
		{"issued more than 5 minutes ago", func(r *samltest.Response) { r.Now = now.Add(-5*time.Minute - time.Millisecond) }, saml.Stale, "IssueInstant of the Response"},
		{"an old assertion in a new response", edit(`IssueInstant="`+at(0)+`">`, `IssueInstant="`+at(-6*time.Minute)+`">`), saml.Stale, "IssueInstant of the Assertion"},
		{"issued in the future", func(r *samltest.Response) { r.Now = now.Add(time.Minute + time.Millisecond) }, saml.BadClaims, "IssueInstant of the Response"},
		{"no time of issue", edit(`IssueInstant="`+at(0)+`">`, ">"), saml.BadClaims, "IssueInstant of the Assertion"},
		{"a time that is not in UTC", edit(`IssueInstant="`+at(0)+`">`, `IssueInstant="2026-01-31T13:00:00+01:00">`), saml.BadClaims, "not a time in UTC"},
		{"a time out of form", edit(`IssueInstant="`+at(0)+`">`, `IssueInstant="yesterdayZ">`), saml.BadClaims, "not a time in UTC"},
		{"conditions that are past", edit(at(5*time.Minute)+`">`, at(0)+`">`), saml.Expired, "times of Conditions"},
		{"conditions that have not come", edit(from, `NotBefore="`+at(time.Minute+time.Second)), saml.BadClaims, "times of Conditions"},
		{"conditions with a time out of form", edit(from, `NotBefore="x`), saml.BadClaims, "times of Conditions"},
		{"no conditions", edit("saml:Conditions", "saml:Other"), saml.BadAudience, "no Conditions"},
		{"an unknown condition", edit("</saml:Conditions>", "<x/></saml:Conditions>"), saml.BadClaims, "conditions"},
		{"another audience", func(r *samltest.Response) { r.Audience = "urn:amazon:webservices2" }, saml.BadAudience, "webservices2"},
		{"no audience", edit("saml:AudienceRestriction", "saml:OneTimeUse"), saml.BadAudience, "no AudienceRestriction"},
		{"a second restriction that does not match", edit("<saml:AudienceRestriction>", "<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction><saml:AudienceRestriction>"), saml.BadAudience, `"x"`},
		{"markup in the audience", edit("<saml:Audience>", "<saml:Audience><x/>"), saml.BadAudience, "other than text"},
		{"a confirmation that is past", edit(until, `NotOnOrAfter="`+at(0)+`" Recipient`), saml.Expired, "times of SubjectConfirmationData"},
		{"a confirmation without a time", edit(until, "Recipient"), saml.BadClaims, "times of SubjectConfirmationData"},
		{"another recipient", func(r *samltest.Response) { r.Recipient = "https://signin.aws.amazon.com.evil.example/saml" }, saml.BadClaims, "recipient"},
		{"the recipient of another provider", func(r *samltest.Response) {
			r.Recipient = "https://signin.aws.amazon.com/saml/acs/SAMLSPXXXXXXXXXXXXXXXX"
		}, saml.BadClaims, "recipient"},
		{"no recipient", edit(` Recipient="https://signin.aws.amazon.com/saml"`, ""), saml.BadClaims, "recipient"},
		{"another method of confirmation", edit("cm:bearer", "cm:sender-vouches"), saml.BadClaims, "sender-vouches"},
		{"two confirmations", edit(confirmation, confirmation+confirmation), saml.BadClaims, "2 elements SubjectConfirmation"},
		{"no confirmation", edit(confirmation, ""), saml.BadClaims, "no SubjectConfirmation"},
		{"no data of the confirmation", edit("saml:SubjectConfirmationData", "saml:Other"), saml.BadClaims, "no SubjectConfirmationData"},
		{"no subject", edit("saml:Subject>", "saml:Other>"), saml.NoSubject, "no Subject"},
		{"no name", edit("saml:NameID", "saml:Other"), saml.NoSubject, "no NameID"},
		{"an empty name", edit(">ann<", "><"), saml.NoSubject, "empty NameID"},
		{"two names", edit("<saml:SubjectConfirmation ", "<saml:NameID>x</saml:NameID><saml:SubjectConfirmation "), saml.NoSubject, "2 elements NameID"},
		{"a session that is over", func(r *samltest.Response) { r.Ends = now }, saml.Expired, "SessionNotOnOrAfter"},
		{"a session with an end out of form", edit(`SessionIndex="_session"`, `SessionNotOnOrAfter="x"`), saml.BadClaims, "statements"},
		{"an attribute without a name", edit("<saml:Attribute Name=", "<saml:Attribute X="), saml.BadClaims, "statements"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, whole := range []bool{false, true} {
				r := usual()
				r.SignResponse = whole
				tt.edit(&r)
				refused(t, idp.Response(r), check(t, idp), tt.kind, tt.reason)
			}
		})
	}
	t.Run("no assertion", func(t *testing.T) {
		r := usual()
		r.Status = "urn:oasis:names:tc:SAML:2.0:status:Responder"
		xml := idp.Response(r)
		none := strings.Replace(xml, part(xml, "saml:Assertion"), "", 1)
		refused(t, none, check(t, idp), saml.BadStatus, "Responder")
		refused(t, replace("status:Responder", "status:Success")(none), check(t, idp), saml.BadSignature, "no Assertion")
	})
}

func TestRecipientsAndAudiencesOfOnesOwn(t *testing.T) {
	idp := samltest.New(entity)
	c := check(t, idp)
	c.Site.Recipients, c.Site.Audiences = []string{"https://daypass.example/saml"}, []string{"urn:daypass"}
	r := usual()
	r.Recipient, r.Audience = "https://daypass.example/saml", "urn:daypass"
	accepted(t, idp.Response(r), c)
	r.Recipient += "/acs/" + c.Site.UUID
	accepted(t, idp.Response(r), c)
	r.Recipient = "https://daypass.example/saml/acs/"
	refused(t, idp.Response(r), c, saml.BadClaims, "recipient")
	r.Recipient = "https://signin.aws.amazon.com/saml"
	refused(t, idp.Response(r), c, saml.BadClaims, "recipient")
	r.Recipient, r.Audience = "https://daypass.example/saml", "urn:amazon:webservices"
	refused(t, idp.Response(r), c, saml.BadAudience, "urn:daypass")
	c.Site.Audiences = nil
	r.Audience = "https://daypass.example/saml"
	accepted(t, idp.Response(r), c)
}
