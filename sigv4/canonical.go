package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// canon writes canonical requests. They go to the hash in pieces, so that a
// request with large headers costs no memory of its own size; with a nil hash
// they stay in buf, for people to read.
type canon struct {
	h   hash.Hash // SHA-256
	buf []byte    // written, not yet hashed

	pad   [sha256.BlockSize]byte // of the HMAC
	inner [sha256.Size]byte      // sums on their way, which the hash's interface moves to the heap

	pairs   []pair // of the query string being sorted
	encoded []byte // what pairs point into
}

const (
	spillAt    = 4 << 10  // bytes in buf that go to the hash at once
	keepAtMost = 64 << 10 // bytes of a buffer that is worth keeping for the next request
)

var canons = sync.Pool{New: func() any {
	return &canon{h: sha256.New(), buf: make([]byte, 0, 2*spillAt)}
}}

func getCanon() *canon {
	c := canons.Get().(*canon)
	c.h.Reset()
	c.buf = c.buf[:0]
	return c
}

func (c *canon) free() {
	if cap(c.buf)+cap(c.encoded) <= keepAtMost && cap(c.pairs) <= maxPairs {
		canons.Put(c)
	}
}

func (c *canon) spill() {
	if len(c.buf) >= spillAt && c.h != nil {
		c.h.Write(c.buf)
		c.buf = c.buf[:0]
	}
}

// sum returns the SHA-256 of what was written.
func (c *canon) sum() (sum [sha256.Size]byte) {
	c.h.Write(c.buf)
	copy(sum[:], c.h.Sum(c.inner[:0]))
	return sum
}

// request writes the canonical request of r. It reports false when the list of
// signed headers is not one that a canonical request can have, or names a
// header that r does not have.
func (c *canon) request(r *http.Request, signedHeaders []string, presigned bool, payloadHash [32]byte) bool {
	method := r.Method
	if method == "" {
		method = http.MethodGet // as net/http sends it
	}
	c.buf = append(c.buf, method...)
	c.buf = append(c.buf, '\n')
	c.path(rawPath(r))
	c.buf = append(c.buf, '\n')
	c.query(r.URL.RawQuery, presigned)
	c.buf = append(c.buf, '\n')
	last := ""
	for _, name := range signedHeaders {
		// In order, each name once, lower case: the list as sent is the list
		// that was signed, so no two lists can mean the same.
		if name <= last || !isHeaderName(name) || !c.header(r, name) {
			return false
		}
		last = name
	}
	c.buf = append(c.buf, '\n')
	for i, name := range signedHeaders {
		if i > 0 {
			c.buf = append(c.buf, ';')
		}
		c.buf = append(c.buf, name...)
	}
	c.buf = append(c.buf, '\n')
	c.buf = hex.AppendEncode(c.buf, payloadHash[:])
	return true
}

// header writes the line of one signed header, and reports whether r has it.
//
// Some headers a Go server takes out of the map: Host always,
// Transfer-Encoding when it understood it. Content-Length it leaves there; a
// request made by a client has it in a field only.
func (c *canon) header(r *http.Request, name string) bool {
	c.buf = append(c.buf, name...)
	c.buf = append(c.buf, ':')
	switch name {
	case "host", ":authority":
		host := r.Host
		if host == "" {
			host = r.URL.Host
		}
		c.value(host)
		c.buf = append(c.buf, '\n')
		return host != ""
	case "transfer-encoding":
		if len(r.TransferEncoding) > 0 {
			c.values(r.TransferEncoding)
			return true
		}
	case "content-length":
		if len(r.Header["Content-Length"]) == 0 && r.ContentLength >= 0 {
			c.buf = strconv.AppendInt(c.buf, r.ContentLength, 10)
			c.buf = append(c.buf, '\n')
			return true
		}
	}
	var key [64]byte
	values := r.Header[string(appendHeaderKey(key[:0], name))]
	c.values(values)
	return len(values) > 0
}

// values writes the values of a repeated header, joined by commas.
func (c *canon) values(values []string) {
	for i, v := range values {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		c.value(v)
	}
	c.buf = append(c.buf, '\n')
}

// value writes a header value without the space around it, and with each run
// of spaces within it as one.
func (c *canon) value(v string) {
	v = strings.Trim(v, " \t")
	for {
		i := strings.Index(v, "  ")
		if i < 0 {
			c.buf = append(c.buf, v...)
			c.spill()
			return
		}
		c.buf = append(c.buf, v[:i+1]...)
		c.spill()
		v = strings.TrimLeft(v[i:], " ")
	}
}

// isHeaderName reports whether a name is a header's, in lower case.
func isHeaderName(name string) bool {
	if name == ":authority" {
		return true
	}
	for i := range len(name) {
		if c := name[i]; 'A' <= c && c <= 'Z' || !isUnreserved(c) && strings.IndexByte("!#$%&'*+^`|", c) < 0 {
			return false
		}
	}
	return true
}

// appendHeaderKey appends the key under which net/http keeps a header whose
// lower-case name is given: capitals at the start and after each "-".
func appendHeaderKey(dst []byte, name string) []byte {
	upper := true
	for i := range len(name) {
		c := name[i]
		if upper && 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper = c == '-'
		dst = append(dst, c)
	}
	return dst
}
