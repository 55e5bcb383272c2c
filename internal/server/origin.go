package server

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose X-Forwarded-For and X-Forwarded-Proto are
// believed. The zero value believes nobody.
type Proxies []netip.Prefix

// origin returns where a request comes from and whether it came over TLS. Of
// X-Forwarded-For counts the last address that is not itself a trusted proxy's:
// what stands before it, a client may have made up.
func (p Proxies) origin(r *http.Request) (netip.Addr, bool) {
	addr := hostAddr(r.RemoteAddr)
	secure := r.TLS != nil
	if !p.trust(addr) {
		return addr, secure
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto != "" {
		secure = strings.EqualFold(proto, "https")
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := hostAddr(strings.TrimSpace(hops[i]))
		if !hop.IsValid() {
			break
		}
		if addr = hop; !p.trust(hop) {
			break
		}
	}
	return addr, secure
}

func (p Proxies) trust(a netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// hostAddr parses an address with or without a port; the zero Addr when it is
// neither.
func hostAddr(s string) netip.Addr {
	if host, _, err := net.SplitHostPort(s); err == nil {
		s = host
	}
	a, _ := netip.ParseAddr(strings.Trim(s, "[]"))
	return a.Unmap().WithZone("")
}
