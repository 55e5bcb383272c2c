package saml

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // makes crypto.SHA256 available
	_ "crypto/sha512" // makes crypto.SHA384 and crypto.SHA512 available
	"math/big"
)

// The algorithms that are known, by the names that signatures have for them.
// What is not here is refused: SHA-1 and MD5 as broken, HMAC since its key would
// be a public certificate, and all others.

const (
	moreSpace      = "http://www.w3.org/2001/04/xmldsig-more#"
	envelopedName  = signatureSpace + "enveloped-signature"
	withoutComment = exclusiveC14N
	withComments   = exclusiveC14N + "WithComments"
)

// family is a kind of key.
type family int

const (
	rsaKeys family = iota + 1
	ecdsaKeys
)

// method is how a signature is made.
type method struct {
	keys family
	hash crypto.Hash
}

var methods = map[string]method{
	moreSpace + "rsa-sha256":   {rsaKeys, crypto.SHA256},
	moreSpace + "rsa-sha384":   {rsaKeys, crypto.SHA384},
	moreSpace + "rsa-sha512":   {rsaKeys, crypto.SHA512},
	moreSpace + "ecdsa-sha256": {ecdsaKeys, crypto.SHA256},
	moreSpace + "ecdsa-sha384": {ecdsaKeys, crypto.SHA384},
}

var digests = map[string]crypto.Hash{
	encSpace + "sha256":  crypto.SHA256,
	moreSpace + "sha384": crypto.SHA384,
	encSpace + "sha512":  crypto.SHA512,
}

func sum(h crypto.Hash, data []byte) []byte {
	d := h.New()
	d.Write(data)
	return d.Sum(nil)
}

// verify reports whether the key made the signature of what has this digest.
// The method fits the kind of the key, or the answer is no.
func (m method) verify(key crypto.PublicKey, digest, signature []byte) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return m.keys == rsaKeys && rsa.VerifyPKCS1v15(k, m.hash, digest, signature) == nil
	case *ecdsa.PublicKey:
		size := (k.Curve.Params().BitSize + 7) / 8
		if m.keys != ecdsaKeys || len(signature) != 2*size { // r and s, one after the other
			return false
		}
		r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
		return ecdsa.Verify(k, digest, r, s)
	}
	return false
}
