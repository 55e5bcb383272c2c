package policy

import (
	"unicode"
	"unicode/utf8"
)

// Letter case.
//
// Key names and the IgnoreCase operators fold Unicode letters one to one, but
// never onto ASCII: the Kelvin sign is not a k and the long s is not an s, so
// that no look-alike passes for an ASCII name. Actions and ARN heads, which are
// ASCII, fold ASCII only.

// foldRune maps letters that differ only in case to one rune.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if l := unicode.ToLower(r); l >= utf8.RuneSelf {
		return l
	}
	return r
}

// nextFolded cuts the first character off s, folded. Bytes that are not UTF-8
// get a value of their own each, beyond all characters.
func nextFolded(s string) (r rune, size int) {
	if c := s[0]; c < utf8.RuneSelf {
		return foldRune(rune(c)), 1
	}
	r, size = utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 {
		return unicode.MaxRune + 1 + rune(s[0]), 1
	}
	return foldRune(r), size
}

// equalFold reports whether a and b are equal without regard to case.
func equalFold(a, b string) bool {
	n, ok := foldPrefix(a, b)
	return ok && n == len(a)
}

// foldPrefix reports whether s begins with prefix without regard to case, and
// with how many bytes of s.
func foldPrefix(s, prefix string) (n int, ok bool) {
	// As long as both are ASCII, bytes will do.
	for n < len(s) && n < len(prefix) {
		a, b := s[n], prefix[n]
		if a|b >= utf8.RuneSelf {
			break
		}
		if a != b && foldRune(rune(a)) != foldRune(rune(b)) {
			return 0, false
		}
		n++
	}
	prefix = prefix[n:]
	for len(prefix) > 0 {
		if n == len(s) {
			return 0, false
		}
		r, rn := nextFolded(s[n:])
		p, pn := nextFolded(prefix)
		if r != p {
			return 0, false
		}
		n, prefix = n+rn, prefix[pn:]
	}
	return n, true
}

// foldHash is a hash of s that ignores case: FNV-1a over the folded characters.
func foldHash(s string) uint32 {
	h := uint32(2166136261)
	for len(s) > 0 {
		r, n := nextFolded(s)
		s = s[n:]
		h = (h ^ uint32(r)) * 16777619
	}
	return h
}

// lowerASCII returns s with ASCII letters in lower case.
func lowerASCII(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return string(appendLowerASCII(make([]byte, 0, len(s)), s))
		}
	}
	return s
}

func appendLowerASCII(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
