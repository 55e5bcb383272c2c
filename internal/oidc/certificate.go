package oidc

import (
	"crypto/sha1"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// errCertificate is a server whose certificate nobody vouches for.
var errCertificate = errors.New("certificate")

// checkChain decides whether the certificates that a server shows are those of
// host: by the authorities that are trusted anyway, and failing that by the
// thumbprints of the provider (reference, federation 6). A thumbprint names
// the last certificate of the chain; it then stands for an authority that
// vouches for this host alone, and everything else is checked as ever.
func checkChain(chain []*x509.Certificate, host string, roots *x509.CertPool, thumbprints []string, now time.Time) error {
	if len(chain) == 0 {
		return fmt.Errorf("%w: none", errCertificate)
	}
	options := x509.VerifyOptions{DNSName: host, Roots: roots, CurrentTime: now, Intermediates: x509.NewCertPool()}
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err := chain[0].Verify(options)
	if err == nil {
		return nil
	}
	last := chain[len(chain)-1]
	if !slices.ContainsFunc(thumbprints, func(t string) bool { return strings.EqualFold(t, Thumbprint(last)) }) {
		return fmt.Errorf("%w: %v, and the thumbprint %s of the last one is not registered", errCertificate, err, Thumbprint(last))
	}
	for i, c := range chain[1:] {
		if err := chain[i].CheckSignatureFrom(c); err != nil {
			return fmt.Errorf("%w: number %d is not signed by the one behind it: %v", errCertificate, i+1, err)
		}
	}
	options.Roots = x509.NewCertPool()
	options.Roots.AddCert(last)
	if _, err := chain[0].Verify(options); err != nil {
		return fmt.Errorf("%w: the thumbprint fits, but %v", errCertificate, err)
	}
	return nil
}

// Thumbprint is the SHA-1 of a certificate in hexadecimal, by which AWS names
// it. It need not be strong against collisions: who could choose the certificate
// that is registered is trusted with more.
func Thumbprint(c *x509.Certificate) string {
	sum := sha1.Sum(c.Raw)
	return hex.EncodeToString(sum[:])
}

// client is the TLS of a fetch.
func (f *Fetcher) client(host string, r Request) *tls.Config {
	return &tls.Config{
		ServerName: host,
		MinVersion: tls.VersionTLS12,
		NextProtos: []string{"http/1.1"},
		// The standard check knows no thumbprints: VerifyConnection makes it, and
		// theirs. It runs in every handshake; there are no resumed ones.
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			return checkChain(s.PeerCertificates, host, f.Roots, r.Thumbprints, r.Now)
		},
	}
}
