package oidc

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// The bounds of a key set (reference, federation 7) and of its RSA keys, in
// bits: the least is what is safe, the most what is affordable.
const (
	maxKeys = 100 // of each type
	minRSA  = 2048
	maxRSA  = 8192
)

// key is a public key that a provider signs tokens with.
type key struct {
	id    string
	hasID bool
	alg   string // the only algorithm it is for; "" is any of its type
	rsa   *rsa.PublicKey
	ec    *ecdsa.PublicKey
}

// fits reports whether the key is for signatures of the algorithm.
func (k *key) fits(alg algorithm) bool {
	if k.alg != "" && k.alg != alg.name {
		return false
	}
	if alg.curve == nil {
		return k.rsa != nil
	}
	return k.ec != nil && k.ec.Curve == alg.curve
}

// KeySet is the keys that a provider publishes (RFC 7517).
type KeySet struct {
	keys    []key
	rsa, ec int // how many of each type the document has, useful or not

	thumbprint bool // as in Document
}

// Len returns how many keys of the set can verify tokens.
func (s *KeySet) Len() int { return len(s.keys) }

// has reports whether a key with the token's key id is there. A token without
// one may be of any key.
func (s *KeySet) has(t *Token) bool {
	return !t.hasKid || slices.ContainsFunc(s.keys, func(k key) bool { return k.hasID && k.id == t.kid })
}

// ParseKeys reads a key set. A key that cannot verify tokens (of another type,
// for encryption, too weak, not on its curve) is left out; a set without any
// other is refused.
func ParseKeys(data []byte) (*KeySet, error) {
	doc, err := parseObject(data)
	if err != nil {
		return nil, fmt.Errorf("key set: %w", err)
	}
	list, ok := doc.get("keys")
	if !ok || list.kind != isList {
		return nil, errors.New("key set: no list of keys")
	}
	s := new(KeySet)
	var last error
	for i := range list.list {
		k, err := s.read(&list.list[i])
		switch {
		case err != nil:
			last = err
		case s.rsa <= maxKeys && k.rsa != nil, s.ec <= maxKeys && k.ec != nil:
			s.keys = append(s.keys, k)
		}
	}
	if len(s.keys) == 0 {
		if last == nil {
			last = errors.New("it is empty")
		}
		return nil, fmt.Errorf("key set: no key that verifies tokens: %w", last)
	}
	return s, nil
}

func (s *KeySet) read(v *value) (k key, err error) {
	if v.kind != isObject {
		return k, errors.New("a key is not an object")
	}
	m, err := textMembers(v, "kty", "use", "alg", "kid", "crv")
	if err != nil {
		return k, err
	}
	switch m["kty"] {
	case "RSA":
		s.rsa++
	case "EC":
		s.ec++
	default:
		return k, errors.New("a key is neither RSA nor EC")
	}
	if use, ok := m["use"]; ok && use != "sig" {
		return k, errors.New("a key is not for signatures")
	}
	if ops, ok := v.get("key_ops"); ok {
		if list, ok := ops.texts(); !ok || !slices.Contains(list, "verify") {
			return k, errors.New("a key is not for verifying")
		}
	}
	if _, leaked := v.get("d"); leaked { // whoever reads the set can sign with it
		return k, errors.New("a key comes with its private half")
	}
	k.id, k.hasID = m["kid"]
	if k.alg = m["alg"]; k.alg != "" {
		if _, ok := algorithms[k.alg]; !ok {
			return k, errors.New("a key is for another algorithm")
		}
	}
	if m["kty"] == "RSA" {
		k.rsa, err = rsaKey(v)
	} else {
		k.ec, err = ecKey(v, m["crv"])
	}
	return k, err
}

// textMembers returns those of the members that are there; each must be a text.
func textMembers(v *value, names ...string) (map[string]string, error) {
	m := make(map[string]string, len(names))
	for _, name := range names {
		if t, ok := v.get(name); ok {
			if t.kind != isText {
				return nil, fmt.Errorf("%s of a key is not a text", name)
			}
			m[name] = t.text
		}
	}
	return m, nil
}

func number(v *value, name string) ([]byte, error) {
	t, ok := v.get(name)
	if !ok || t.kind != isText {
		return nil, fmt.Errorf("a key has no %s", name)
	}
	b, err := decode64(t.text)
	if err != nil || len(b) == 0 {
		return nil, fmt.Errorf("%s of a key is not base64url", name)
	}
	return b, nil
}

func rsaKey(v *value) (*rsa.PublicKey, error) {
	n, err := number(v, "n")
	if err != nil {
		return nil, err
	}
	e, err := number(v, "e")
	if err != nil {
		return nil, err
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if bits := modulus.BitLen(); bits < minRSA || bits > maxRSA {
		return nil, fmt.Errorf("an RSA key has %d bits, want %d to %d", bits, minRSA, maxRSA)
	}
	if modulus.Bit(0) == 0 {
		return nil, errors.New("an RSA key is even")
	}
	if exponent.Bit(0) == 0 || exponent.BitLen() < 2 || exponent.BitLen() > 31 {
		return nil, errors.New("the exponent of an RSA key is not odd, or not from 3 to 2^31-1")
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

func ecKey(v *value, curveName string) (*ecdsa.PublicKey, error) {
	curve, ok := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[curveName]
	if !ok {
		return nil, errors.New("an EC key is of another curve")
	}
	x, err := number(v, "x")
	if err != nil {
		return nil, err
	}
	y, err := number(v, "y")
	if err != nil {
		return nil, err
	}
	if size := (curve.Params().BitSize + 7) / 8; len(x) != size || len(y) != size {
		return nil, errors.New("a coordinate of an EC key is not as long as its curve wants")
	}
	k, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	if err != nil {
		return nil, errors.New("an EC key is not on its curve")
	}
	return k, nil
}
