package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// authority makes certificates.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func (a *authority) make(name string, change func(*x509.Certificate)) *authority {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
	}
	change(template)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return &authority{a.t, cert, key}
}

func newAuthority(t testing.TB, name string) *authority {
	return (&authority{t: t}).make(name, func(*x509.Certificate) {})
}

// server makes the certificate of a server.
func (a *authority) server(host string, change func(*x509.Certificate)) *authority {
	return a.make(host, func(c *x509.Certificate) {
		c.IsCA, c.KeyUsage, c.ExtKeyUsage = false, x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		c.DNSNames = []string{host}
		if change != nil {
			change(c)
		}
	})
}

func TestCertificates(t *testing.T) {
	ca, other := newAuthority(t, "ca"), newAuthority(t, "other")
	middle := ca.make("middle", func(*x509.Certificate) {})
	leaf := middle.server("idp.example", nil)
	old := middle.server("idp.example", func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) })
	oldMiddle := ca.make("middle", func(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) })
	clientOnly := middle.server("idp.example", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })
	self := (&authority{t: t}).server("idp.example", nil)
	notCA := self.server("idp.example", nil) // signed by a certificate that may sign none
	forged := other.server("idp.example", nil)
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	chain := func(list ...*authority) (all []*x509.Certificate) {
		for _, a := range list {
			all = append(all, a.cert)
		}
		return all
	}
	print := func(a *authority) []string {
		return []string{strings.Repeat("0", 40), strings.ToUpper(Thumbprint(a.cert))}
	}
	for _, c := range []struct {
		name   string
		chain  []*x509.Certificate
		roots  *x509.CertPool
		prints []string
		host   string
		want   bool
	}{
		{name: "a trusted authority", chain: chain(leaf, middle), roots: roots, want: true},
		{name: "a trusted authority, and a thumbprint that does not fit", chain: chain(leaf, middle), roots: roots, prints: print(other), want: true},
		{name: "a trusted authority, for another host", chain: chain(leaf, middle), roots: roots, host: "evil.example"},
		{name: "nobody", chain: chain(leaf, middle)},
		{name: "the thumbprint of the intermediate", chain: chain(leaf, middle), prints: print(middle), want: true},
		{name: "the thumbprint of the root that is served", chain: chain(leaf, middle, ca), prints: print(ca), want: true},
		{name: "the thumbprint of a certificate that is alone", chain: chain(self), prints: print(self), want: true},
		{name: "another thumbprint", chain: chain(leaf, middle), prints: print(other)},
		{name: "the thumbprint of the first", chain: chain(leaf, middle), prints: print(leaf)},
		{name: "the thumbprint of one in between", chain: chain(leaf, middle, ca), prints: print(middle)},
		{name: "the thumbprint, of a certificate that is only appended", chain: chain(forged, middle), prints: print(middle)},
		{name: "the thumbprint, with one between that signed nothing", chain: chain(leaf, other, middle), prints: print(middle)},
		{name: "the thumbprint, out of order", chain: chain(leaf, ca, middle), prints: print(middle)},
		{name: "the thumbprint, for another host", chain: chain(leaf, middle), prints: print(middle), host: "evil.example"},
		{name: "the thumbprint, out of date", chain: chain(old, middle), prints: print(middle)},
		{name: "the thumbprint, itself out of date", chain: chain(oldMiddle.server("idp.example", nil), oldMiddle), prints: print(oldMiddle)},
		{name: "the thumbprint, for clients only", chain: chain(clientOnly, middle), prints: print(middle)},
		{name: "the thumbprint of one that may not sign", chain: chain(notCA, self), prints: print(self)},
		{name: "no certificate", prints: print(ca), roots: roots},
	} {
		if c.host == "" {
			c.host = "idp.example"
		}
		if c.roots == nil {
			c.roots = x509.NewCertPool()
		}
		err := checkChain(c.chain, c.host, c.roots, c.prints, now)
		if (err == nil) != c.want || err != nil && !errors.Is(err, errCertificate) {
			t.Errorf("%s: %v, want trust: %v", c.name, err, c.want)
		}
	}
}

// site is a TLS server on loopback that counts its connections and requests.
type site struct {
	*httptest.Server
	requests    atomic.Int64
	connections atomic.Int64
	port        string
	ca          *authority
}

func newSite(t *testing.T, h http.HandlerFunc) *site {
	t.Helper()
	s := &site{ca: newAuthority(t, "ca")}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		h(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.connections.Add(1)
		}
	}
	s.Config.ErrorLog = discard
	leaf := s.ca.server("idp.example", func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)} })
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{leaf.cert.Raw, s.ca.cert.Raw}, PrivateKey: leaf.key}}}
	s.StartTLS()
	t.Cleanup(s.Close)
	_, s.port, _ = net.SplitHostPort(s.Listener.Addr().String())
	return s
}

// fetcher reaches the site under the name idp.example.
func (s *site) fetcher() *Fetcher {
	roots := x509.NewCertPool()
	roots.AddCert(s.ca.cert)
	return &Fetcher{Roots: roots, Private: true, Lookup: at("127.0.0.1")}
}

func at(addresses ...string) func(context.Context, string) ([]netip.Addr, error) {
	return func(context.Context, string) (all []netip.Addr, _ error) {
		for _, a := range addresses {
			all = append(all, netip.MustParseAddr(a))
		}
		return all, nil
	}
}

func (s *site) get(t *testing.T, f *Fetcher, prints ...string) (*Document, error) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
	defer stop()
	return f.Fetch(ctx, Request{URL: "https://idp.example:" + s.port + "/keys", Limit: 100, Thumbprints: prints, Now: now})
}

func TestFetch(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" || r.URL.Path != "/keys" {
			t.Errorf("asked for %s with %v", r.URL, r.Header)
		}
		w.Header().Set("Cache-Control", "max-age=600")
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		_, _ = w.Write([]byte("the document"))
	})
	f := s.fetcher()
	for range 2 {
		d, err := s.get(t, f)
		if err != nil || string(d.Body) != "the document" || d.CacheControl != "max-age=600" || d.Thumbprint {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	f.Roots = x509.NewCertPool()
	if _, err := s.get(t, f); !errors.Is(err, errCertificate) {
		t.Errorf("an unknown authority: %v", err)
	}
	if d, err := s.get(t, f, Thumbprint(s.ca.cert)); err != nil || !d.Thumbprint {
		t.Errorf("its thumbprint: %+v, %v", d, err)
	}
	if n := s.requests.Load(); n != 3 {
		t.Errorf("%d requests, want 3: an untrusted server is asked nothing", n)
	}
}

// TestFetchesThatAreRefused has a way in which a server may misbehave in each
// row. Nothing of what it says may be in the error.
func TestFetchesThatAreRefused(t *testing.T) {
	var elsewhere *site
	const secret = "ami-id"
	write := func(w http.ResponseWriter, text string) { _, _ = w.Write([]byte(text)) }
	for _, c := range []struct {
		name        string
		answer      http.HandlerFunc
		unreachable bool
	}{
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://idp.example:"+elsewhere.port+"/"+secret, http.StatusFound)
		}, false},
		{"a permanent redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://idp.example:"+elsewhere.port+"/"+secret, http.StatusPermanentRedirect)
		}, false},
		{"not found", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404); write(w, secret) }, false},
		{"no content", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, false},
		{"its own trouble", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503); write(w, secret) }, true},
		{"too long, and says so", func(w http.ResponseWriter, _ *http.Request) { write(w, strings.Repeat(secret, 20)) }, false},
		{"too long", func(w http.ResponseWriter, _ *http.Request) {
			for range 20 {
				write(w, secret)
				w.(http.Flusher).Flush()
			}
		}, false},
		{"a header without end", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat(secret, maxHeader)) }, true},
		{"breaks off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "50")
			write(w, secret)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, true},
		{"not HTTP", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			_, _ = conn.Write([]byte(secret + "\r\n\r\n"))
			_ = conn.Close()
		}, true},
		{"slow", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, false},
		{"slow after its head", func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			elsewhere := newSite(t, func(http.ResponseWriter, *http.Request) {})
			s := newSite(t, func(w http.ResponseWriter, r *http.Request) { c.answer(w, r) })
			_ = elsewhere
			d, err := s.get(t, s.fetcher())
			if err == nil || d != nil {
				t.Fatalf("%+v, %v", d, err)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error repeats the answer: %v", err)
			}
			if got := errors.Is(err, ErrUnreachable); got != c.unreachable {
				t.Errorf("%v is ErrUnreachable: %v, want %v", err, got, c.unreachable)
			}
			if n := s.requests.Load(); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
	elsewhere = newSite(t, func(http.ResponseWriter, *http.Request) {})
	t.Cleanup(func() { // after the parallel ones
		if n := elsewhere.connections.Load(); n != 0 {
			t.Errorf("%d connections to where redirects lead", n)
		}
	})
}

func TestAddressesAreLookedAtBeforeTheyAreConnectedTo(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("the document")) })
	for _, c := range []struct {
		name    string
		lookup  []string
		private bool
		want    bool
	}{
		{"loopback", []string{"127.0.0.1"}, false, false},
		{"loopback, allowed", []string{"127.0.0.1"}, true, true},
		{"IPv4 within IPv6, as resolvers show it", []string{"::ffff:127.0.0.1"}, false, false},
		{"the same, allowed", []string{"::ffff:127.0.0.1"}, true, true},
		{"a public address and loopback", []string{"8.8.8.8", "127.0.0.1"}, false, false},
		{"the metadata of a cloud, although allowed", []string{"169.254.169.254"}, true, false},
		{"nothing", nil, true, false},
	} {
		before := s.connections.Load()
		f := s.fetcher()
		f.Lookup, f.Private = at(c.lookup...), c.private
		_, err := s.get(t, f)
		if (err == nil) != c.want {
			t.Errorf("%s: %v, want success: %v", c.name, err, c.want)
		}
		if !c.want && s.connections.Load() != before {
			t.Errorf("%s: connected", c.name)
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
	defer stop()
	for _, url := range []string{"https://127.0.0.1:" + s.port, "http://idp.example:" + s.port, "https://[::ffff:127.0.0.1]:" + s.port} {
		f := s.fetcher()
		f.Private = false
		if _, err := f.Fetch(ctx, Request{URL: url, Limit: 100, Now: now}); err == nil {
			t.Errorf("%s is fetched", url)
		}
	}
}

// TestANameIsResolvedOnce: an answer that changes between check and connection
// (rebinding) changes nothing.
func TestANameIsResolvedOnce(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("the document")) })
	var asked int
	f := s.fetcher()
	f.Lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
		if asked++; asked > 1 {
			return at("169.254.169.254")(ctx, host)
		}
		return at("127.0.0.1")(ctx, host)
	}
	if _, err := s.get(t, f); err != nil || asked != 1 {
		t.Errorf("asked %d times, %v", asked, err)
	}
}

func TestNoProxyIsUsed(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("the document")) })
	t.Setenv("HTTPS_PROXY", "http://192.0.2.1:1")
	t.Setenv("https_proxy", "http://192.0.2.1:1")
	if _, err := s.get(t, s.fetcher()); err != nil {
		t.Error(err)
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	s := newSite(t, func(http.ResponseWriter, *http.Request) {})
	s.TLS.MinVersion, s.TLS.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	if _, err := s.get(t, s.fetcher()); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestAClosedPortIsUnreachable(t *testing.T) {
	s := newSite(t, func(http.ResponseWriter, *http.Request) {})
	s.Close()
	if _, err := s.get(t, s.fetcher()); !errors.Is(err, ErrUnreachable) {
		t.Error(err)
	}
	f := s.fetcher()
	f.Lookup = func(context.Context, string) ([]netip.Addr, error) { return nil, errors.New("no such host") }
	if _, err := s.get(t, f); !errors.Is(err, ErrUnreachable) {
		t.Error(err)
	}
}
