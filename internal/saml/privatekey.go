package saml

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// PrivateKey opens assertions that are encrypted for it. It does not print.
type PrivateKey struct{ key *rsa.PrivateKey }

// The sizes of private keys. The upper one bounds what a stranger's assertion
// costs: opening takes eight times as long for twice the bits.
const (
	minPrivate = 2048
	maxPrivate = 4096
)

// Format implements fmt.Formatter for every verb.
func (k *PrivateKey) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[private key]")) }

// Failures of [ParsePrivateKey] that have words of their own.
var (
	ErrKeyEncrypted = errors.New("the private key is encrypted")
	ErrKeyFormat    = errors.New("the format of the private key is not recognized")
)

// ParsePrivateKey reads an RSA key in PEM: PKCS #8 or PKCS #1, not encrypted.
func ParsePrivateKey(text string) (*PrivateKey, error) {
	block, rest := pem.Decode([]byte(text))
	if block == nil || strings.TrimSpace(string(rest)) != "" {
		return nil, ErrKeyFormat
	}
	if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
		return nil, ErrKeyEncrypted
	}
	var parsed any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default:
		return nil, ErrKeyFormat
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, ErrKeyFormat
	}
	if bits := key.N.BitLen(); bits < minPrivate || bits > maxPrivate {
		return nil, fmt.Errorf("an RSA key of %d bits, from %d to %d are taken", bits, minPrivate, maxPrivate)
	}
	return &PrivateKey{key}, nil
}

// Marshal returns the key as [UnmarshalPrivateKey] reads it, to be sealed.
func (k *PrivateKey) Marshal() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k.key) }

// UnmarshalPrivateKey reads what [PrivateKey.Marshal] made.
func UnmarshalPrivateKey(der []byte) (*PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("not a private key") // err might quote it
	}
	return &PrivateKey{key}, nil
}
