package iam

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold returns the form of s under which names and tag keys are compared: two
// texts that differ only in case have the same form. It folds all of Unicode,
// one rune to one rune, and does not depend on a language.
func Fold(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.Map(foldRune, s)
		}
	}
	return s
}

// foldRune returns one and the same member of the set of runes that differ
// from r only in case: the ASCII lower-case letter if there is one, the
// smallest rune otherwise.
func foldRune(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	if r < utf8.RuneSelf {
		return r
	}
	least := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	if 'A' <= least && least <= 'Z' { // the Kelvin sign folds to k
		return least + 'a' - 'A'
	}
	return least
}
