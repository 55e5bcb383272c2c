// Package samltest is a SAML identity provider for tests: it has a key, a
// metadata document, and makes responses that are signed for real.
//
// It serves tests that log in, and tests that attack: what a response looks like
// can be changed before it is signed ([Response.Edit]) and after.
package samltest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// IdP is an identity provider.
type IdP struct {
	EntityID    string
	Key         crypto.Signer
	Certificate []byte // DER, of Key
}

// shared are RSA keys for tests, which take long to make.
var shared [3]struct {
	once sync.Once
	key  *rsa.PrivateKey
}

// RSAKey returns one of three RSA keys of 2,048 bits, always the same in one
// process.
func RSAKey(i int) *rsa.PrivateKey {
	s := &shared[i]
	s.once.Do(func() {
		var err error
		if s.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			panic(err)
		}
	})
	return s.key
}

// New returns an identity provider with an RSA key.
func New(entityID string) *IdP { return WithKey(entityID, RSAKey(0)) }

// WithCurve returns an identity provider with an ECDSA key.
func WithCurve(entityID string, curve elliptic.Curve) *IdP {
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		panic(err)
	}
	return WithKey(entityID, key)
}

// WithKey returns an identity provider with the key. Its certificate has been
// expired for years, which does not matter.
func WithKey(entityID string, key crypto.Signer) *IdP {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test identity provider"},
		NotBefore: time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return &IdP{entityID, key, der}
}

// Metadata returns the metadata document, with the certificates of others of
// the same entity beside its own.
func (p *IdP) Metadata(others ...*IdP) string {
	var keys strings.Builder
	for _, o := range append([]*IdP{p}, others...) {
		fmt.Fprintf(&keys, `<KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>%s`+
			`</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`, base64.StdEncoding.EncodeToString(o.Certificate))
	}
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s" validUntil="2012-01-01T00:00:00Z">
<IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">%s
<NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>
<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="%[1]s/sso"/>
</IDPSSODescriptor></EntityDescriptor>`, escape(p.EntityID), keys.String())
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}
