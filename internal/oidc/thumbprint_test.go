package oidc

import (
	"crypto/x509"
	"net/http"
	"testing"
)

func TestTheThumbprintOfAnIssuer(t *testing.T) {
	s := newSite(t, func(http.ResponseWriter, *http.Request) { t.Error("something is asked for") })
	issuer := "idp.example:" + s.port + "/realms/main"
	got, err := s.fetcher().Thumbprint(t.Context(), issuer, now)
	if want := Thumbprint(s.ca.cert); err != nil || got != want {
		t.Errorf("%s %v, want that of the last certificate, %s", got, err, want)
	}
	for name, change := range map[string]func(*Fetcher){
		"an authority that nobody trusts": func(f *Fetcher) { f.Roots = x509.NewCertPool() },
		"an address that is private":      func(f *Fetcher) { f.Private = false },
		"one private address of two":      func(f *Fetcher) { f.Private, f.Lookup = false, at("93.184.216.34", "127.0.0.1") },
		"an address that is never one":    func(f *Fetcher) { f.Lookup = at("169.254.169.254") },
		"a name without an address":       func(f *Fetcher) { f.Lookup = at() },
	} {
		f := s.fetcher()
		change(f)
		if got, err := f.Thumbprint(t.Context(), issuer, now); err == nil {
			t.Errorf("%s: %s, want an error", name, got)
		}
	}
	for _, other := range []string{"evil.example:" + s.port, "idp.example:0", "user@idp.example:" + s.port, "idp.example:" + s.port + "#x"} {
		if got, err := s.fetcher().Thumbprint(t.Context(), other, now); err == nil {
			t.Errorf("%s: %s, want an error", other, got)
		}
	}
}
