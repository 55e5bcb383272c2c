// Package keys keeps the installation's keys: the master key that wraps every
// secret at rest, and the ring of keys that seal session tokens.
//
// # At rest
//
// A [Vault] holds the master key and wraps what the database stores: access
// key secrets, and the ring's own keys. A wrapped value is
//
//	1 byte    format, 1
//	12 bytes  nonce, random
//	n bytes   AES-256-GCM ciphertext and tag
//
// under a key derived from the master key by HKDF-SHA256. What the value is
// for (such as "access-key/AKIA…") is bound to it as associated data, so a row
// copied over another row does not open.
//
// # In use
//
// A [Ring] holds the keys that seal tokens: one seals, the others still open
// what they sealed until the longest session they can have sealed has ended.
package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of the master key and of each ring key, in bytes.
const KeySize = 32

const vaultFormat = 1

// ErrWrongKey is returned by [Vault.Open] for what this master key did not
// wrap, or not for this purpose, or what has been altered since.
var ErrWrongKey = errors.New("wrapped under another master key, or altered")

// Vault wraps secrets under the master key. It is safe for concurrent use.
type Vault struct{ aead cipher.AEAD }

// NewVault returns the Vault of a master key of [KeySize] bytes.
func NewVault(master []byte) (*Vault, error) {
	if len(master) != KeySize {
		return nil, fmt.Errorf("master key has %d bytes, want %d", len(master), KeySize)
	}
	aead, err := derive(master, "daypass vault 1")
	if err != nil {
		return nil, err
	}
	return &Vault{aead}, nil
}

// ParseMaster decodes a master key written as base64 (as in master.key and
// DAYPASS_MASTER_KEY). White space around it is ignored.
func ParseMaster(text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != KeySize {
		return nil, fmt.Errorf("master key must be %d bytes in base64 (44 characters)", KeySize)
	}
	return key, nil
}

// NewMaster makes a master key and returns it in the form that [ParseMaster]
// reads.
func NewMaster() string {
	return base64.StdEncoding.EncodeToString(random(KeySize))
}

// Seal wraps plain for the purpose that context names.
func (v *Vault) Seal(plain []byte, context string) []byte {
	nonce := random(v.aead.NonceSize())
	out := append([]byte{vaultFormat}, nonce...)
	return v.aead.Seal(out, nonce, plain, []byte(context))
}

// Open unwraps what [Vault.Seal] made for the same context. The error is
// [ErrWrongKey].
func (v *Vault) Open(sealed []byte, context string) ([]byte, error) {
	n := 1 + v.aead.NonceSize()
	if len(sealed) < n || sealed[0] != vaultFormat {
		return nil, ErrWrongKey
	}
	plain, err := v.aead.Open(nil, sealed[1:n], sealed[n:], []byte(context))
	if err != nil {
		return nil, ErrWrongKey
	}
	return plain, nil
}

// derive returns the AES-256-GCM cipher of the key that HKDF makes of key for
// a purpose.
func derive(key []byte, purpose string) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, key, nil, purpose, KeySize)
	if err != nil {
		return nil, fmt.Errorf("deriving key for %s: %w", purpose, err)
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, fmt.Errorf("deriving key for %s: %w", purpose, err)
	}
	return cipher.NewGCM(block)
}

// random returns n bytes of crypto/rand, which never fails: the process ends
// before it would.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
