package saml

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // the hash of OAEP in its first form; not for signatures
	"errors"
	"fmt"

	"github.com/daypass/daypass/internal/xmltree"
)

// mostEncryptedKeys is for how many recipients an assertion may be encrypted:
// each costs an RSA operation for each private key.
const mostEncryptedKeys = 2

// cipherOf is how an assertion is encrypted.
type cipherOf struct {
	keySize int
	gcm     bool
}

var ciphers = map[string]cipherOf{
	encSpace + "aes128-cbc":   {16, false},
	encSpace + "aes256-cbc":   {32, false},
	enc11Space + "aes128-gcm": {16, true},
	enc11Space + "aes256-gcm": {32, true},
}

// The hashes of OAEP, by the names of digests and of mask functions. The mask
// function of the first form of OAEP is always with SHA-1.
var (
	oaepDigests = map[string]crypto.Hash{
		"": crypto.SHA1, signatureSpace + "sha1": crypto.SHA1,
		encSpace + "sha256": crypto.SHA256, moreSpace + "sha384": crypto.SHA384, encSpace + "sha512": crypto.SHA512,
	}
	oaepMasks = map[string]crypto.Hash{
		"": crypto.SHA1, enc11Space + "mgf1sha1": crypto.SHA1,
		enc11Space + "mgf1sha256": crypto.SHA256, enc11Space + "mgf1sha384": crypto.SHA384, enc11Space + "mgf1sha512": crypto.SHA512,
	}
)

// errDecrypt is all that anybody learns of why something does not decrypt.
var errDecrypt = errors.New("it cannot be decrypted with the provider's private keys")

// decrypt returns the Assertion in an EncryptedAssertion, opened by the first
// of the keys that fits.
func decrypt(e *xmltree.Element, keys []*PrivateKey) (*xmltree.Element, error) {
	data, err := e.One(encSpace, "EncryptedData")
	if err != nil {
		return nil, err
	}
	name, err := encryptionMethod(data)
	if err != nil {
		return nil, err
	}
	way, ok := ciphers[name]
	if !ok {
		return nil, fmt.Errorf("encryption method %.100q is not one that is taken", name)
	}
	text, err := cipherValue(data)
	if err != nil {
		return nil, err
	}
	wrapped, err := encryptedKeys(e, data)
	if err != nil {
		return nil, err
	}
	for _, private := range keys {
		for _, w := range wrapped {
			secret, err := private.unwrap(w)
			if err != nil {
				continue
			}
			plain, err := way.open(secret, text)
			if err != nil {
				continue
			}
			root, err := xmltree.ParseIn(e, plain, responseLimits)
			if err == nil && root.Is(assertionSpace, "Assertion") {
				return root, nil
			}
		}
	}
	return nil, errDecrypt
}

func encryptionMethod(e *xmltree.Element) (string, error) {
	m, err := e.One(encSpace, "EncryptionMethod")
	if err != nil {
		return "", err
	}
	name, _ := m.Attr("Algorithm")
	return name, nil
}

func cipherValue(e *xmltree.Element) ([]byte, error) {
	data, err := e.One(encSpace, "CipherData")
	if err != nil {
		return nil, err
	}
	value, err := data.One(encSpace, "CipherValue")
	if err != nil {
		return nil, err
	}
	return base64Value(value)
}

// wrappedKey is a content key under somebody's public key.
type wrappedKey struct {
	options rsa.OAEPOptions
	data    []byte
}

// encryptedKeys finds the content keys: in the KeyInfo of the data, or beside
// the data.
func encryptedKeys(e, data *xmltree.Element) ([]wrappedKey, error) {
	found := e.All(encSpace, "EncryptedKey")
	for _, info := range data.All(signatureSpace, "KeyInfo") {
		found = append(found, info.All(encSpace, "EncryptedKey")...)
	}
	if len(found) == 0 || len(found) > mostEncryptedKeys {
		return nil, fmt.Errorf("it has %d encrypted keys, from 1 to %d are taken", len(found), mostEncryptedKeys)
	}
	all := make([]wrappedKey, len(found))
	for i, k := range found {
		var err error
		if all[i].data, err = cipherValue(k); err != nil {
			return nil, err
		}
		if all[i].options, err = oaep(k); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// oaep reads the EncryptionMethod of an EncryptedKey.
func oaep(k *xmltree.Element) (o rsa.OAEPOptions, err error) {
	method, err := k.One(encSpace, "EncryptionMethod")
	if err != nil {
		return o, err
	}
	digest, mask := "", ""
	for _, part := range method.Elements() {
		switch {
		case part.Is(signatureSpace, "DigestMethod"):
			digest, _ = part.Attr("Algorithm")
		case part.Is(enc11Space, "MGF"):
			mask, _ = part.Attr("Algorithm")
		case part.Is(encSpace, "OAEPparams"):
			if o.Label, err = base64Value(part); err != nil {
				return o, err
			}
		}
	}
	name, _ := method.Attr("Algorithm")
	first := name == encSpace+"rsa-oaep-mgf1p"
	if !first && name != enc11Space+"rsa-oaep" || first && mask != "" {
		return o, fmt.Errorf("key transport %.100q is not one that is taken", name)
	}
	var known [2]bool
	o.Hash, known[0] = oaepDigests[digest]
	o.MGFHash, known[1] = oaepMasks[mask]
	if !known[0] || !known[1] {
		return o, fmt.Errorf("the digest or mask of the key transport is not one that is taken")
	}
	return o, nil
}

func (k *PrivateKey) unwrap(w wrappedKey) ([]byte, error) {
	return k.key.Decrypt(rand.Reader, w.data, &w.options)
}

// open decrypts text, which begins with the nonce or initial vector.
func (c cipherOf) open(secret, text []byte) ([]byte, error) {
	if len(secret) != c.keySize {
		return nil, errDecrypt
	}
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, errDecrypt
	}
	if c.gcm {
		aead, err := cipher.NewGCM(block)
		if err != nil || len(text) < aead.NonceSize() {
			return nil, errDecrypt
		}
		return aead.Open(nil, text[:aead.NonceSize()], text[aead.NonceSize():], nil)
	}
	if len(text) < 2*aes.BlockSize || len(text)%aes.BlockSize != 0 {
		return nil, errDecrypt
	}
	plain := make([]byte, len(text)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, text[:aes.BlockSize]).CryptBlocks(plain, text[aes.BlockSize:])
	// Padding that is wrong is not told from an assertion that is: it stays, and
	// is no XML.
	if n := int(plain[len(plain)-1]); n >= 1 && n <= aes.BlockSize {
		plain = plain[:len(plain)-n]
	}
	return plain, nil
}
