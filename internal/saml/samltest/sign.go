package samltest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/daypass/daypass/internal/xmltree"
)

// Method is how a signature is made. Zero fields are the usual ones.
type Method struct {
	Signature  string // URI; default RSA or ECDSA with SHA-256
	Digest     string // URI; default SHA-256
	C14N       string // URI; default exclusive, without comments
	Transforms string // the elements in Transforms, in place of the usual two
	Prefixes   string // an InclusiveNamespaces PrefixList
	URI        string // default: # and the id of the element
	Info       string // further elements in SignedInfo
	KeyInfo    string // a KeyInfo element
	Object     string // further elements in Signature
	Value      func(info []byte) []byte
}

var limits = xmltree.Limits{Bytes: 10 << 20, Depth: 1000, Nodes: 1 << 20}

const (
	dsig = "http://www.w3.org/2000/09/xmldsig#"
	more = "http://www.w3.org/2001/04/xmldsig-more#"
	exc  = "http://www.w3.org/2001/10/xml-exc-c14n#"
	xenc = "http://www.w3.org/2001/04/xmlenc#"
)

// Sign puts a signature into the element with the id, after its Issuer.
func (p *IdP) Sign(xml, id string, m Method) string {
	m.defaults(p, id)
	root := must(xmltree.Parse([]byte(xml), limits))
	var target *xmltree.Element
	root.Walk(func(e *xmltree.Element) {
		if v, _ := e.Attr("ID"); v == id {
			target = e
		}
	})
	form := xmltree.Form{Comments: strings.Contains(m.C14N, "WithComments"), Inclusive: strings.Fields(m.Prefixes)}
	digest := base64.StdEncoding.EncodeToString(sum(m.Digest, must(target.Canonical(form, limits.Bytes))))
	sig := m.signature(digest)
	at := strings.Index(xml, `ID="`+id+`"`)
	at += strings.Index(xml[at:], "</saml:Issuer>") + len("</saml:Issuer>")
	signed := xml[:at] + sig + xml[at:]
	root = must(xmltree.Parse([]byte(signed), limits))
	var info *xmltree.Element
	root.Walk(func(e *xmltree.Element) {
		if v, _ := e.Attr("ID"); v == id {
			info = e.All(dsig, "Signature")[0].All(dsig, "SignedInfo")[0]
		}
	})
	octets := must(info.Canonical(form, limits.Bytes))
	value := base64.StdEncoding.EncodeToString(m.Value(octets))
	return strings.Replace(signed, ">VALUE</ds:SignatureValue>", ">"+value+"</ds:SignatureValue>", 1)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (m *Method) defaults(p *IdP, id string) {
	kind := "rsa"
	if _, ok := p.Key.(*ecdsa.PrivateKey); ok {
		kind = "ecdsa"
	}
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&m.Signature, more+kind+"-sha256")
	set(&m.Digest, xenc+"sha256")
	set(&m.C14N, exc)
	set(&m.URI, "#"+id)
	if m.Transforms == "" {
		m.Transforms = `<ds:Transform Algorithm="` + dsig + `enveloped-signature"/><ds:Transform Algorithm="` + m.C14N + `">` + m.prefixList() + `</ds:Transform>`
	}
	if m.Value == nil {
		m.Value = func(info []byte) []byte { return p.signature(m.Signature, info) }
	}
}

func (m *Method) prefixList() string {
	if m.Prefixes == "" {
		return ""
	}
	return `<ec:InclusiveNamespaces xmlns:ec="` + exc + `" PrefixList="` + m.Prefixes + `"/>`
}

func (m *Method) signature(digest string) string {
	return fmt.Sprintf(`<ds:Signature xmlns:ds="%s"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="%s">%s</ds:CanonicalizationMethod>`+
		`<ds:SignatureMethod Algorithm="%s"/><ds:Reference URI="%s"><ds:Transforms>%s</ds:Transforms><ds:DigestMethod Algorithm="%s"/>`+
		`<ds:DigestValue>%s</ds:DigestValue></ds:Reference>%s</ds:SignedInfo><ds:SignatureValue>VALUE</ds:SignatureValue>%s%s</ds:Signature>`,
		dsig, m.C14N, m.prefixList(), m.Signature, m.URI, m.Transforms, m.Digest, digest, m.Info, m.KeyInfo, m.Object)
}

func hashOf(uri string) crypto.Hash {
	switch {
	case strings.HasSuffix(uri, "512"):
		return crypto.SHA512
	case strings.HasSuffix(uri, "384"):
		return crypto.SHA384
	case strings.HasSuffix(uri, "sha1"):
		return crypto.SHA1
	case strings.HasSuffix(uri, "md5"):
		return crypto.MD5
	}
	return crypto.SHA256
}

func sum(uri string, data []byte) []byte {
	h := hashOf(uri).New()
	h.Write(data)
	return h.Sum(nil)
}

// signature signs SignedInfo with the provider's key.
func (p *IdP) signature(method string, info []byte) []byte {
	digest := sum(method, info)
	switch key := p.Key.(type) {
	case *rsa.PrivateKey:
		return must(rsa.SignPKCS1v15(rand.Reader, key, hashOf(method), digest))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, digest)
		if err != nil {
			panic(err)
		}
		size := (key.Curve.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
	}
	panic("samltest: no such key")
}

var _ = sha1.New // makes crypto.SHA1 available, for what must be refused

// RawSignature signs octets with the provider's key.
func RawSignature(p *IdP, method string, octets []byte) []byte { return p.signature(method, octets) }
