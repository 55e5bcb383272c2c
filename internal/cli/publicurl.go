package cli

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// checkPublicURL refuses what cannot begin the identifier of an issuer, to which
// paths are added as they are.
func checkPublicURL(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Hostname() == "" || u.User != nil ||
		u.Path != "" && u.Path != "/" || strings.ContainsAny(text, "?#\"<>\\ ") {
		return badUsage("--public-url %q is not a scheme and a host, such as https://aws.example.com", text)
	}
	return nil
}

// publicURL is what the API is known as outside: what the operator says, or the
// address that it listens at.
func publicURL(said, scheme string, listening net.Addr) string {
	if said != "" {
		return strings.TrimSuffix(said, "/")
	}
	address := listening.String()
	if at, err := netip.ParseAddrPort(address); err == nil && at.Addr().IsUnspecified() {
		_, port, _ := net.SplitHostPort(address)
		address = net.JoinHostPort("localhost", port)
	}
	return scheme + "://" + address
}
