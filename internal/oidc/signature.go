package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha256" // the algorithms' hashes
	_ "crypto/sha512"
	"math/big"
)

// algorithm is one of the ways to sign that there are. A key can be used with
// those of its kind only, whatever a token says.
type algorithm struct {
	name  string
	hash  crypto.Hash
	curve elliptic.Curve // nil for RSA
}

var algorithms = map[string]algorithm{
	"RS256": {"RS256", crypto.SHA256, nil},
	"RS384": {"RS384", crypto.SHA384, nil},
	"RS512": {"RS512", crypto.SHA512, nil},
	"ES256": {"ES256", crypto.SHA256, elliptic.P256()},
	"ES384": {"ES384", crypto.SHA384, elliptic.P384()},
	"ES512": {"ES512", crypto.SHA512, elliptic.P521()},
}

const allAlgorithms = "RS256, RS384, RS512, ES256, ES384 or ES512"

// verify reports whether the signature over text was made with the key, which
// fits the algorithm.
func (k *key) verify(alg algorithm, text string, signature []byte) bool {
	h := alg.hash.New()
	h.Write([]byte(text))
	sum := h.Sum(nil)
	if alg.curve == nil {
		return rsa.VerifyPKCS1v15(k.rsa, alg.hash, sum, signature) == nil
	}
	size := (alg.curve.Params().BitSize + 7) / 8
	if len(signature) != 2*size { // r and s side by side, not DER
		return false
	}
	r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
	return ecdsa.Verify(k.ec, sum, r, s)
}
