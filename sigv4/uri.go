package sigv4

import (
	"bytes"
	"net/http"
	"strings"
)

// CheckURI reports whether the path of r is one a server may look at (check 1):
// absolute, with well-formed escapes, and never climbing above the root, in
// whatever spelling of "..". Its error has a status (400) and neither code nor
// message.
func CheckURI(r *http.Request) error {
	bad := &Error{Status: http.StatusBadRequest}
	path := rawPath(r)
	if path == "" && r.URL.Host != "" {
		return nil // "GET http://host HTTP/1.1"
	}
	if r.URL.Opaque != "" || !strings.HasPrefix(path, "/") {
		return bad
	}
	depth := 0
	for segment := range strings.SplitSeq(path, "/") {
		name, ok := unescapePath(segment)
		switch {
		case !ok:
			return bad
		case name == "" || name == ".":
		case name == "..":
			depth--
		default:
			depth++
		}
		if depth < 0 {
			return bad
		}
	}
	return nil
}

// rawPath returns the path of r as it goes over the wire: for a request that
// was received, as it came; for one to be sent, as net/http will write it. When
// RawPath is empty EscapedPath gives back the very bytes that were parsed.
func rawPath(r *http.Request) string {
	if r.RequestURI != "" && r.URL.RawPath != "" {
		return r.URL.RawPath
	}
	return r.URL.EscapedPath()
}

// unescapePath decodes the escapes of a path segment, where "+" is a plus.
func unescapePath(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			return "", false
		}
		b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
		i += 2
	}
	return b.String(), true
}

// path writes the canonical path: dot segments and repeated slashes removed,
// then every byte of a segment escaped, so that what the client escaped once is
// escaped twice (the rule of every service but S3).
func (c *canon) path(raw string) {
	start := len(c.buf)
	for segment := range strings.SplitSeq(raw, "/") {
		switch segment {
		case "", ".":
		case "..":
			c.buf = c.buf[:start+max(0, bytes.LastIndexByte(c.buf[start:], '/'))]
		default:
			c.buf = append(c.buf, '/')
			for i := range len(segment) {
				c.buf = appendByte(c.buf, segment[i])
			}
		}
	}
	if len(c.buf) == start || strings.HasSuffix(raw, "/") {
		c.buf = append(c.buf, '/')
	}
}
