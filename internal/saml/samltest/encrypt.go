package samltest

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
)

// Encryption is how an assertion is encrypted. Zero fields are the usual ones.
type Encryption struct {
	For       *rsa.PublicKey
	Data      string // URI; default AES-256 in GCM
	Transport string // URI; default RSA-OAEP in its first form
	Hash      crypto.Hash
	MGF       crypto.Hash
	Params    string // elements in the EncryptionMethod of the key
	Beside    bool   // puts the key beside the data, not into it
}

// apply replaces the Assertion in a response by an EncryptedAssertion.
func (c *Encryption) apply(xml string) string {
	start := strings.Index(xml, "<saml:Assertion ")
	end := strings.Index(xml, "</saml:Assertion>") + len("</saml:Assertion>")
	return xml[:start] + c.Element(xml[start:end]) + xml[end:]
}

// Element returns the EncryptedAssertion of a text.
func (c *Encryption) Element(plain string) string {
	data, transport, hash := c.Data, c.Transport, c.Hash
	if data == "" {
		data = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
	}
	if transport == "" {
		transport = xenc + "rsa-oaep-mgf1p"
	}
	if hash == 0 {
		hash = crypto.SHA1
	}
	size := 32
	if strings.Contains(data, "128") {
		size = 16
	}
	secret := make([]byte, size)
	_, _ = rand.Read(secret)
	mgf := c.MGF
	if mgf == 0 {
		mgf = crypto.SHA1
	}
	wrapped := must(rsa.EncryptOAEPWithOptions(rand.Reader, c.For, secret, &rsa.OAEPOptions{Hash: hash, MGFHash: mgf}))
	key := fmt.Sprintf(`<xenc:EncryptedKey xmlns:xenc="%s"><xenc:EncryptionMethod Algorithm="%s">%s</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue>%s`+
		`</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>`, xenc, transport, c.Params, base64.StdEncoding.EncodeToString(wrapped))
	inside := `<ds:KeyInfo xmlns:ds="` + dsig + `">` + key + `</ds:KeyInfo>`
	beside := ""
	if c.Beside {
		inside, beside = "", key
	}
	return fmt.Sprintf(`<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="%s" Type="http://www.w3.org/2001/04/xmlenc#Element">`+
		`<xenc:EncryptionMethod Algorithm="%s"/>%s<xenc:CipherData><xenc:CipherValue>%s</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>%s`+
		`</saml:EncryptedAssertion>`, xenc, data, inside, base64.StdEncoding.EncodeToString(seal(data, secret, plain)), beside)
}

func seal(method string, secret []byte, plain string) []byte {
	block := must(aes.NewCipher(secret))
	if strings.HasSuffix(method, "gcm") {
		aead := must(cipher.NewGCM(block))
		nonce := make([]byte, aead.NonceSize())
		_, _ = rand.Read(nonce)
		return aead.Seal(nonce, nonce, []byte(plain), nil)
	}
	n := aes.BlockSize - len(plain)%aes.BlockSize
	padded := append([]byte(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	out := make([]byte, aes.BlockSize+len(padded))
	_, _ = rand.Read(out[:aes.BlockSize])
	cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], padded)
	return out
}

// PEM returns a private key as the API takes it.
func PEM(key *rsa.PrivateKey) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))}))
}
