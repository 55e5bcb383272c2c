package oidc

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// discoveryPath is where an issuer says where its keys are.
const discoveryPath = "/.well-known/openid-configuration"

// discoveryURL is the address of an issuer's discovery document. The issuer is
// without scheme.
func discoveryURL(issuer string) string {
	return Scheme + strings.TrimSuffix(issuer, "/") + discoveryPath
}

// parseDiscovery reads the discovery document of the issuer, whose URL is
// without scheme, and returns the address of its keys. It may be on another
// host (Google's is), but on no port that the operator has not named: the
// issuer's, or 443.
func parseDiscovery(data []byte, issuer string) (keys string, err error) {
	doc, err := parseObject(data)
	if err != nil {
		return "", fmt.Errorf("discovery document: %w", err)
	}
	name, ok := doc.get("issuer")
	if !ok || name.kind != isText || name.text != Scheme+issuer {
		return "", errors.New("discovery document: the issuer is another")
	}
	uri, ok := doc.get("jwks_uri")
	if !ok || uri.kind != isText {
		return "", errors.New("discovery document: no jwks_uri")
	}
	at, err := parseURL(uri.text)
	if err != nil {
		return "", fmt.Errorf("discovery document: jwks_uri: %w", err)
	}
	own, err := parseURL(Scheme + issuer)
	if err != nil {
		return "", err
	}
	if at.Port() != "" && at.Port() != "443" && at.Port() != own.Port() {
		return "", errors.New("discovery document: jwks_uri is on another port")
	}
	return uri.text, nil
}

// maxURL bounds the address of keys.
const maxURL = 2048

// parseURL reads an address to fetch from.
func parseURL(text string) (*url.URL, error) {
	if len(text) > maxURL {
		return nil, errors.New("a URL that is too long")
	}
	if !strings.HasPrefix(text, Scheme) {
		return nil, errors.New("a URL that is not https")
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' || r == '"' }) {
		return nil, errors.New("a URL with characters that it cannot have")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme != "https" || u.Opaque != "":
		return nil, errors.New("not a URL")
	case u.User != nil:
		return nil, errors.New("a URL with a user")
	case strings.Contains(text, "#"):
		return nil, errors.New("a URL with a fragment")
	case !isHost(u.Hostname()):
		return nil, errors.New("a URL without the name of a host")
	case strings.HasSuffix(u.Host, ":"):
		return nil, errors.New("a URL with an empty port")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
			return nil, errors.New("a URL with a wrong port")
		}
	}
	return u, nil
}

// isHost reports whether s is a host's name or address.
func isHost(s string) bool {
	if a, err := netip.ParseAddr(s); err == nil {
		return a.Zone() == "" && !a.Is4In6()
	}
	if len(s) > 253 || strings.Contains(s, ":") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool {
				return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
			}) {
			return false
		}
	}
	return true
}

// ParseIssuer checks the URL of an issuer as it is registered, and returns it
// without its scheme. What a URL may leave to the reader is refused: dot
// segments, empty ones, escapes of what needs none, queries.
func ParseIssuer(text string) (string, error) {
	u, err := parseURL(text)
	if err != nil {
		return "", err
	}
	if strings.Contains(text, "?") {
		return "", errors.New("a URL with a query")
	}
	for segment := range strings.SplitSeq(strings.Trim(u.Path, "/"), "/") {
		if segment == "." || segment == ".." || segment == "" && strings.Trim(u.Path, "/") != "" {
			return "", errors.New("a URL with dot segments or empty ones")
		}
	}
	if strings.HasPrefix(u.Path, "//") || strings.HasSuffix(u.Path, "//") {
		return "", errors.New("a URL with empty segments")
	}
	if u.RawPath != "" || strings.ContainsFunc(u.Path, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }) {
		return "", errors.New("a URL with escapes that change its meaning")
	}
	issuer := strings.TrimPrefix(text, Scheme)
	switch strings.ToLower(issuer) {
	case "aws", "iam", "saml", "sts": // its condition keys, such as saml:sub, are taken
		return "", errors.New("a URL that is the prefix of other condition keys")
	}
	return issuer, nil
}
