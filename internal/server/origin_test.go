package server

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"testing"
)

func TestOrigin(t *testing.T) {
	proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, tt := range []struct {
		name, remote, forwarded, proto string
		tls                            bool
		want                           string
		secure                         bool
	}{
		{"a client of its own", "203.0.113.9:1234", "", "", false, "203.0.113.9", false},
		{"a client over TLS", "203.0.113.9:1234", "", "", true, "203.0.113.9", true},
		{"a stranger's claim is ignored", "203.0.113.9:1234", "198.51.100.1", "https", false, "203.0.113.9", false},
		{"a trusted proxy's is believed", "10.1.2.3:1234", "198.51.100.1", "https", false, "198.51.100.1", true},
		{"what the client put before is not", "10.1.2.3:1234", "1.2.3.4, 198.51.100.1, 10.9.9.9", "", false, "198.51.100.1", false},
		{"IPv6", "[fd00::1]:1234", "2001:db8::7", "HTTPS", false, "2001:db8::7", true},
		{"mapped IPv4", "[::ffff:10.1.2.3]:1", "198.51.100.1", "", false, "198.51.100.1", false},
		{"noise ends the chain", "10.1.2.3:1234", "198.51.100.1, unknown", "", false, "10.1.2.3", false},
		{"the proxy says plaintext", "10.1.2.3:1234", "", "http", true, "10.1.2.3", false},
	} {
		r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{}}
		if tt.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tt.forwarded)
		}
		if tt.proto != "" {
			r.Header.Set("X-Forwarded-Proto", tt.proto)
		}
		if tt.tls {
			r.TLS = new(tls.ConnectionState)
		}
		addr, secure := proxies.origin(r)
		if addr.String() != tt.want || secure != tt.secure {
			t.Errorf("%s: %v, secure %v; want %s, %v", tt.name, addr, secure, tt.want, tt.secure)
		}
	}
}
