package digest

import (
	"crypto"
	"crypto/md5" // what fingerprints are made of: it secures nothing
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
)

// keyBits is the size of the keys, as the real service's are.
const keyBits = 2048

// Key signs digests. Its private part does not print.
type Key struct {
	private *rsa.PrivateKey
	public  []byte
}

// NewKey makes a key. That takes a moment.
func NewKey() (*Key, error) {
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, fmt.Errorf("making a key for digests: %w", err)
	}
	return keyOf(private), nil
}

func keyOf(private *rsa.PrivateKey) *Key {
	return &Key{private: private, public: x509.MarshalPKCS1PublicKey(&private.PublicKey)}
}

// ParseKey reads what [Key.Private] returned.
func ParseKey(private []byte) (*Key, error) {
	k, err := x509.ParsePKCS1PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("reading a key for digests: %w", err)
	}
	return keyOf(k), nil
}

// Private returns the private key, to be sealed: PKCS #1, DER.
func (k *Key) Private() []byte { return x509.MarshalPKCS1PrivateKey(k.private) }

// Public returns the public key as ListPublicKeys tells it: PKCS #1, DER.
func (k *Key) Public() []byte { return k.public }

// Fingerprint returns that of the public key.
func (k *Key) Fingerprint() string { return Fingerprint(k.public) }

// Fingerprint returns that of a public key as [Key.Public] returns it: the MD5
// of its bytes, in hexadecimal.
func Fingerprint(public []byte) string {
	sum := md5.Sum(public)
	return hex.EncodeToString(sum[:])
}

// Format prints which key it is.
func (k *Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "key %s", k.Fingerprint()) }

func (k *Key) sign(text []byte) ([]byte, error) {
	sum := sha256.Sum256(text)
	return rsa.SignPKCS1v15(nil, k.private, crypto.SHA256, sum[:])
}

// Hash returns the SHA-256 of a content before compression, in hexadecimal.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
