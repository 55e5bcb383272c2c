package oidc

import (
	"net/netip"
	"strings"
	"testing"
)

func TestURLsOfIssuers(t *testing.T) {
	for _, c := range []struct {
		url  string
		want string // "" is a refusal
	}{
		{"https://token.actions.githubusercontent.com", "token.actions.githubusercontent.com"},
		{"https://oidc.eks.us-east-1.amazonaws.com/id/ABC", "oidc.eks.us-east-1.amazonaws.com/id/ABC"},
		{"https://dev-1.auth0.example/", "dev-1.auth0.example/"},
		{"https://idp.example:8443/realms/My%20Realm", "idp.example:8443/realms/My%20Realm"},
		{"https://127.0.0.1:8443", "127.0.0.1:8443"},
		{"https://[::1]:8443/x", "[::1]:8443/x"},
		{"https://keycloak:8443", "keycloak:8443"},
		{"https://dex", "dex"},
		{"https://SAML", ""},
		{"https://aws", ""},
		{"https://sts", ""},
		{"https://iam", ""},
		{"http://idp.example", ""},
		{"HTTPS://idp.example", ""},
		{"ftp://idp.example", ""},
		{"idp.example", ""},
		{"https://", ""},
		{"https:///x", ""},
		{"https://:443", ""},
		{"https://idp.example:", ""},
		{"https://idp.example:0", ""},
		{"https://idp.example:65536", ""},
		{"https://idp.example:080", ""},
		{"https://idp.example:x", ""},
		{"https://ann@idp.example", ""},
		{"https://ann:secret@idp.example", ""},
		{"https://idp.example?x=1", ""},
		{"https://idp.example/?", ""},
		{"https://idp.example#x", ""},
		{"https://idp.example/#", ""},
		{"https://idp.example/a/../b", ""},
		{"https://idp.example/./", ""},
		{"https://idp.example/a//b", ""},
		{"https://idp.example//", ""},
		{"https://idp.example/%2e%2e/x", ""},
		{"https://idp.example/a%2fb", ""},
		{"https://idp.example/a%5cb", ""},
		{"https://idp.example/a%00b", ""},
		{"https://idp.example/a%zz", ""},
		{"https://idp.example/a b", ""},
		{"https://idp.example/\t", ""},
		{"https://idp.example\\evil.example", ""},
		{"https://idp.exämple", ""},
		{"https://-idp.example", ""},
		{"https://idp..example", ""},
		{"https://idp.example.", ""},
		{"https://" + strings.Repeat("a", 64) + ".example", ""},
		{"https://[::ffff:127.0.0.1]", ""},
		{"https://[fe80::1%25eth0]", ""},
		{"https://*.example", ""},
	} {
		got, err := ParseIssuer(c.url)
		if (err == nil) != (c.want != "") || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.url, got, err, c.want)
		}
	}
}

func TestDiscoveryDocuments(t *testing.T) {
	const begin = `{"issuer":"https://idp.example/a",`
	for _, c := range []struct{ name, document, want string }{
		{"as usual", begin + `"jwks_uri":"https://idp.example/a/keys"}`, "https://idp.example/a/keys"},
		{"keys on another host", begin + `"jwks_uri":"https://keys.example/k?p=1"}`, "https://keys.example/k?p=1"},
		{"port 443 by name", begin + `"jwks_uri":"https://idp.example:443/k"}`, "https://idp.example:443/k"},
		{"another port", begin + `"jwks_uri":"https://idp.example:6443/k"}`, ""},
		{"not https", begin + `"jwks_uri":"http://idp.example/k"}`, ""},
		{"a file", begin + `"jwks_uri":"file:///etc/passwd"}`, ""},
		{"a user", begin + `"jwks_uri":"https://a@idp.example/k"}`, ""},
		{"no keys", begin + `"x":1}`, ""},
		{"keys a list", begin + `"jwks_uri":["https://idp.example/k"]}`, ""},
		{"another issuer", `{"issuer":"https://evil.example","jwks_uri":"https://idp.example/a/keys"}`, ""},
		{"an issuer with a slash more", `{"issuer":"https://idp.example/a/","jwks_uri":"https://idp.example/a/keys"}`, ""},
		{"no issuer", `{"jwks_uri":"https://idp.example/a/keys"}`, ""},
		{"the issuer twice", `{"issuer":"https://evil.example",` + begin[1:] + `"jwks_uri":"https://idp.example/a/keys"}`, ""},
		{"data behind it", begin + `"jwks_uri":"https://idp.example/a/keys"} {}`, ""},
		{"HTML", "<html>", ""},
		{"nothing", "", ""},
		{"a long address", begin + `"jwks_uri":"https://idp.example/` + strings.Repeat("a", maxURL) + `"}`, ""},
	} {
		got, err := parseDiscovery([]byte(c.document), "idp.example/a")
		if (err == nil) != (c.want != "") || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	if got := discoveryURL("idp.example/"); got != "https://idp.example/.well-known/openid-configuration" {
		t.Errorf("the discovery document of an issuer with a slash is at %s", got)
	}
	if got, err := parseDiscovery([]byte(`{"issuer":"https://idp.example:6443","jwks_uri":"https://idp.example:6443/k"}`), "idp.example:6443"); err != nil {
		t.Errorf("keys on the issuer's own port: %q, %v", got, err)
	}
}

func TestAddressesThatMayBeReached(t *testing.T) {
	const public, private, never = "public", "private", "never"
	for text, want := range map[string]string{
		"8.8.8.8": public, "172.15.0.1": public, "172.32.0.1": public, "100.63.0.1": public, "100.128.0.1": public, "223.255.255.255": public,
		"2606:4700::1111": public, "2a00:1450::1": public, "3ffe::1": public,
		"127.0.0.1": private, "127.255.255.255": private, "10.1.2.3": private, "172.16.0.1": private, "172.31.255.255": private,
		"192.168.1.1": private, "100.64.0.1": private, "100.127.255.255": private, "192.0.0.8": private, "192.0.2.1": private,
		"198.18.0.1": private, "198.19.255.255": private, "198.51.100.1": private, "203.0.113.1": private, "192.88.99.1": private,
		"::1": private, "fc00::1": private, "fd12:3456::1": private, "64:ff9b::a00:1": private, "64:ff9b:1::1": private,
		"2001:db8::1": private, "2001::1": private, "2001:20::1": private, "2002:a00:1::1": private, "3fff::1": private, "::7f00:1": private,
		"4000::1": private, "fec0::1": private,
		"0.0.0.0": never, "0.1.2.3": never, "169.254.169.254": never, "224.0.0.1": never, "239.1.1.1": never, "240.0.0.1": never, "255.255.255.255": never,
		"::": never, "fe80::1": never, "fe80::1%eth0": never, "ff02::1": never, "::ffff:127.0.0.1": never, "::ffff:8.8.8.8": never, "2606:4700::1%x": never,
	} {
		a := netip.MustParseAddr(text)
		if got := mayReach(a, false); got != (want == public) {
			t.Errorf("%s may be reached: %v, want it to be %s", text, got, want)
		}
		if got := mayReach(a, true); got != (want != never) {
			t.Errorf("%s may be reached with private issuers allowed: %v, want it to be %s", text, got, want)
		}
	}
	if mayReach(netip.Addr{}, true) {
		t.Error("no address may be reached")
	}
}
