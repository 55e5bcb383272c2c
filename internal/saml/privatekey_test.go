package saml_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/saml/samltest"
)

func TestPrivateKeysThatAreNotRead(t *testing.T) {
	good := samltest.PEM(samltest.RSAKey(1))
	ec, err := x509.MarshalPKCS8PrivateKey(samltest.WithCurve("x", curve).Key)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	block := func(typ string, der []byte, headers map[string]string) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der, Headers: headers}))
	}
	for _, tt := range []struct {
		name, text string
		want       error
	}{
		{"nothing", "", saml.ErrKeyFormat},
		{"no PEM", "hello", saml.ErrKeyFormat},
		{"two keys", good + good, saml.ErrKeyFormat},
		{"a certificate", block("CERTIFICATE", []byte{1}, nil), saml.ErrKeyFormat},
		{"a key of ECDSA", block("PRIVATE KEY", ec, nil), saml.ErrKeyFormat},
		{"bytes that are no key", block("PRIVATE KEY", []byte{1}, nil), saml.ErrKeyFormat},
		{"bytes that are no RSA key", block("RSA PRIVATE KEY", []byte{1}, nil), saml.ErrKeyFormat},
		{"encrypted, PKCS #8", block("ENCRYPTED PRIVATE KEY", []byte{1}, nil), saml.ErrKeyEncrypted},
		{"encrypted, in the old way", block("RSA PRIVATE KEY", []byte{1}, map[string]string{"Proc-Type": "4,ENCRYPTED"}), saml.ErrKeyEncrypted},
		{"encrypted, by another header", block("RSA PRIVATE KEY", []byte{1}, map[string]string{"DEK-Info": "AES-128-CBC,00"}), saml.ErrKeyEncrypted},
	} {
		if _, err := saml.ParsePrivateKey(tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if _, err := saml.ParsePrivateKey(samltest.PEM(small)); err == nil || !strings.Contains(err.Error(), "1024 bits") {
		t.Errorf("1,024 bits: %v", err)
	}
	for _, text := range []string{good, " \n" + good + "\n ", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(samltest.RSAKey(1)), nil)} {
		if _, err := saml.ParsePrivateKey(text); err != nil {
			t.Error(err)
		}
	}
}
