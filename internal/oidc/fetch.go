package oidc

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// Request is a document to get.
type Request struct {
	URL         string
	Limit       int64     // bytes of the document
	Thumbprints []string  // of the provider
	Now         time.Time // by which certificates are valid
}

// Document is what came of it.
type Document struct {
	Body         []byte
	CacheControl string // the header
	Thumbprint   bool   // no authority vouches for the server, but a thumbprint of the provider
}

// Fetch gets documents. An error that is [ErrUnreachable] may pass when the
// same is tried later.
type Fetch func(ctx context.Context, r Request) (*Document, error)

// ErrUnreachable is a server that does not answer, or answers that it cannot.
var ErrUnreachable = errors.New("unreachable")

// Times of a fetch (reference, federation 10). The whole exchange is bounded
// by whoever asks.
const (
	connectTime   = 2 * time.Second
	handshakeTime = 3 * time.Second
	maxAddresses  = 4        // that are tried
	maxHeader     = 32 << 10 // bytes
)

// Fetcher gets documents over TLS. It follows no redirect, knows no proxy and
// no cookies, and connects to addresses that it has looked at itself: a name is
// resolved once, so that it cannot mean another address afterwards. The zero
// Fetcher reaches public addresses only, and trusts the machine's authorities.
type Fetcher struct {
	Roots   *x509.CertPool // nil is the machine's
	Private bool           // loopback and private addresses may be reached

	// Lookup resolves a name; nil is the machine's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// Fetch is a [Fetch]. No error holds anything of the answer's body.
func (f *Fetcher) Fetch(ctx context.Context, r Request) (*Document, error) {
	u, err := parseURL(r.URL)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		DialTLSContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			conn, err := f.dial(ctx, address, r)
			if err != nil {
				return nil, connectError{err}
			}
			return conn, nil
		},
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("not over TLS")
		},
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeader,
	}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, errors.New("not a URL")
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "daypass")
	response, err := transport.RoundTrip(request) // without a Client nothing is followed
	if err != nil {
		return nil, fmt.Errorf("getting %s: %w", u.Redacted(), withoutAnswer(err))
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode >= 500:
		return nil, fmt.Errorf("getting %s: status %d: %w", u.Redacted(), response.StatusCode, ErrUnreachable)
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("getting %s: status %d, want 200", u.Redacted(), response.StatusCode)
	case response.ContentLength > r.Limit:
		return nil, fmt.Errorf("getting %s: more than %d bytes", u.Redacted(), r.Limit)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, r.Limit+1))
	if err == nil {
		err = ctx.Err() // whose end may look like that of the body
	}
	if err != nil {
		return nil, fmt.Errorf("getting %s: reading the answer: %w", u.Redacted(), withoutAnswer(err))
	}
	if int64(len(body)) > r.Limit {
		return nil, fmt.Errorf("getting %s: more than %d bytes", u.Redacted(), r.Limit)
	}
	d := &Document{Body: body, CacheControl: strings.Join(response.Header.Values("Cache-Control"), ",")}
	if s := response.TLS; s != nil {
		d.Thumbprint = checkChain(s.PeerCertificates, u.Hostname(), f.Roots, nil, r.Now) != nil
	}
	return d, nil
}

// connectError is a failure before anything was asked for.
type connectError struct{ error }

func (e connectError) Unwrap() error { return e.error }

// withoutAnswer keeps of an error what cannot repeat the server's answer, as
// those about malformed ones do.
func withoutAnswer(err error) error {
	if e, ok := errors.AsType[connectError](err); ok {
		return e.error
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() { // the end of ctx too
		return fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return errors.Join(e, ErrUnreachable)
	}
	return fmt.Errorf("the answer breaks off or is not HTTP: %w", ErrUnreachable)
}

// dial connects to the first address of the host that takes the connection, if
// all of them may be reached, and secures it.
func (f *Fetcher) dial(ctx context.Context, address string, r Request) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := f.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	var conn net.Conn
	for _, a := range addresses[:min(len(addresses), maxAddresses)] {
		d := net.Dialer{Timeout: connectTime}
		if conn, err = d.DialContext(ctx, "tcp", net.JoinHostPort(a.String(), port)); err == nil {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, ErrUnreachable)
	}
	secure := tls.Client(conn, f.client(host, r))
	shake, stop := context.WithTimeout(ctx, handshakeTime)
	defer stop()
	if err := secure.HandshakeContext(shake); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

// resolve returns the addresses of a host. One that may not be reached among
// them refuses all: the next answer might have it alone.
func (f *Fetcher) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	var found []netip.Addr
	if a, err := netip.ParseAddr(host); err == nil {
		found = []netip.Addr{a}
	} else {
		lookup := f.Lookup
		if lookup == nil {
			lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
				return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
			}
		}
		if found, err = lookup(ctx, host); err != nil || len(found) == 0 {
			return nil, errors.Join(fmt.Errorf("resolving %s: %w", host, err), ErrUnreachable)
		}
		for i, a := range found {
			found[i] = a.Unmap() // how the resolver shows IPv4
		}
	}
	for _, a := range found {
		if !mayReach(a, f.Private) {
			return nil, fmt.Errorf("%s is at %s, which may not be reached: see --oidc-allow-private-issuers", host, a)
		}
	}
	return found, nil
}
