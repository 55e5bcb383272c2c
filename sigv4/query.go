package sigv4

import (
	"bytes"
	"slices"
	"strings"
)

// maxPairs bounds the parameters of a query string, which are sorted. The
// largest calls of the protocol send some hundreds.
const maxPairs = 4096

// CheckQuery reports whether every escape in a raw query string is well-formed
// (check 4). [Parse] makes the same check; a server calls this one for actions
// that are not signed.
func CheckQuery(rawQuery string) error {
	if strings.Count(rawQuery, "&") >= maxPairs {
		return malformedQuery("Too many parameters")
	}
	for {
		key, value, rest, ok := nextPair(rawQuery)
		if !ok {
			return nil
		}
		for _, text := range [...]string{key, value} {
			if err := checkEscapes(text); err != nil {
				return err
			}
		}
		rawQuery = rest
	}
}

// checkEscapes looks at one name or value: an escape has to end within it.
func checkEscapes(s string) error {
	for {
		_, after, found := strings.Cut(s, "%")
		switch {
		case !found:
			return nil
		case len(after) < 2:
			return malformedQuery("Incomplete trailing escape % sequence")
		case !isHex(after[0]) || !isHex(after[1]):
			return malformedQuery("Illegal hex character in escape % pattern: %", after[:2])
		}
		s = after[2:]
	}
}

// queryClaim is what a query string has of a claim. The first of a name wins.
type queryClaim struct {
	algorithm, credential, date, signedHeaders, signature, token field

	tooLong bool // one of them, the token aside, is over maxClaim
}

func readQuery(raw string) (q queryClaim) {
	for {
		key, value, rest, ok := nextPair(raw)
		if !ok {
			return q
		}
		raw = rest
		f := q.field(unescape(key))
		if f == nil || f.ok {
			continue
		}
		*f = field{unescape(value), true}
		q.tooLong = q.tooLong || len(f.value) > maxClaim && f != &q.token
	}
}

func (q *queryClaim) field(name string) *field {
	switch name {
	case "X-Amz-Algorithm":
		return &q.algorithm
	case "X-Amz-Credential":
		return &q.credential
	case "X-Amz-Date":
		return &q.date
	case "X-Amz-SignedHeaders":
		return &q.signedHeaders
	case "X-Amz-Signature":
		return &q.signature
	case "X-Amz-Security-Token":
		return &q.token
	}
	return nil
}

// nextPair splits the first parameter off a raw query string. Like form
// decoders it passes over empty ones, as in "a&&b".
func nextPair(raw string) (key, value, rest string, ok bool) {
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair != "" {
			key, value, _ = strings.Cut(pair, "=")
			return key, value, raw, true
		}
	}
	return "", "", "", false
}

// A pair is a parameter in canonical encoding: name and value lie in
// canon.encoded at [start:mid] and [mid:end].
type pair struct{ start, mid, end int }

// query writes the canonical query string: every parameter decoded, encoded in
// the one canonical way, and sorted by name, then value. A name without "=" is
// written as having an empty value. In a presigned request the signature is
// left out: the first of that name, which is the one that counts; a second one
// is a parameter that nobody signed.
func (c *canon) query(raw string, presigned bool) {
	if raw == "" {
		return
	}
	c.pairs, c.encoded = c.pairs[:0], c.encoded[:0]
	for {
		key, value, rest, ok := nextPair(raw)
		if !ok {
			break
		}
		raw = rest
		p := pair{start: len(c.encoded)}
		c.encoded = appendDecoded(c.encoded, key)
		p.mid = len(c.encoded)
		if presigned && string(c.encoded[p.start:p.mid]) == "X-Amz-Signature" {
			presigned = false
			c.encoded = c.encoded[:p.start]
			continue
		}
		c.encoded = appendDecoded(c.encoded, value)
		p.end = len(c.encoded)
		c.pairs = append(c.pairs, p)
	}
	e := c.encoded
	slices.SortFunc(c.pairs, func(a, b pair) int {
		if n := bytes.Compare(e[a.start:a.mid], e[b.start:b.mid]); n != 0 {
			return n
		}
		return bytes.Compare(e[a.mid:a.end], e[b.mid:b.end])
	})
	for i, p := range c.pairs {
		if i > 0 {
			c.buf = append(c.buf, '&')
		}
		c.buf = append(c.buf, e[p.start:p.mid]...)
		c.buf = append(c.buf, '=')
		c.buf = append(c.buf, e[p.mid:p.end]...)
		c.spill()
	}
}

// unescape decodes a name or value of a query string, where "+" is a space. A
// malformed escape stands for itself.
func unescape(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		c, n := decodeAt(s, i)
		b.WriteByte(c)
		i += n
	}
	return b.String()
}

// appendDecoded appends a raw name or value of a query string in canonical
// encoding.
func appendDecoded(dst []byte, s string) []byte {
	for s != "" {
		n := plain(s)
		dst = append(dst, s[:n]...)
		if n == len(s) {
			break
		}
		c, more := decodeAt(s, n)
		dst = appendByte(dst, c)
		s = s[n+1+more:]
	}
	return dst
}

// plain returns how many bytes at the start of s need no escape.
func plain(s string) int {
	for i := range len(s) {
		if !isUnreserved(s[i]) {
			return i
		}
	}
	return len(s)
}

// decodeAt returns the byte that s[i] stands for, and how many bytes after s[i]
// it took to say so.
func decodeAt(s string, i int) (c byte, n int) {
	switch {
	case s[i] == '+':
		return ' ', 0
	case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
		return unhex(s[i+1])<<4 | unhex(s[i+2]), 2
	}
	return s[i], 0
}

// appendByte appends c, escaped unless RFC 3986 calls it unreserved.
func appendByte(dst []byte, c byte) []byte {
	const upperHex = "0123456789ABCDEF"
	if isUnreserved(c) {
		return append(dst, c)
	}
	return append(dst, '%', upperHex[c>>4], upperHex[c&15])
}

// isUnreserved reports whether c is one of A-Z a-z 0-9 "-" "." "_" "~". Each bit
// of the masks is a character: below "@", and from there on.
func isUnreserved(c byte) bool {
	const low, high uint64 = 0x03ff_6000_0000_0000, 0x47ff_fffe_87ff_fffe
	switch {
	case c < 64:
		return low>>c&1 != 0
	case c < 128:
		return high>>(c-64)&1 != 0
	}
	return false
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// unhex returns the value of a hexadecimal digit.
func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}
