package oidc

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// Thumbprint connects to an issuer, whose URL is without scheme, and returns the
// thumbprint of the last certificate that its server shows, within 5 seconds. The
// chain must be one that the authorities that are trusted anyway vouch for: what
// whoever answers first may choose would be no proof.
func (f *Fetcher) Thumbprint(ctx context.Context, issuer string, now time.Time) (string, error) {
	u, err := parseURL(Scheme + issuer)
	if err != nil {
		return "", err
	}
	ctx, stop := context.WithTimeout(ctx, exchangeTime)
	defer stop()
	conn, err := f.dial(ctx, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "443")), Request{Now: now})
	if err != nil {
		return "", err
	}
	defer conn.Close()
	secure, ok := conn.(*tls.Conn)
	if !ok {
		return "", errors.New("not over TLS")
	}
	chain := secure.ConnectionState().PeerCertificates
	return Thumbprint(chain[len(chain)-1]), nil // checked: there is one
}
