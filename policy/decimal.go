package policy

import "strings"

// decimal is a decimal number of any length, compared exactly (C2): 10 equals
// 10.0, and 0.1 is a tenth. It is a view of its text and takes no memory.
type decimal struct {
	sign   int    // -1, 0, +1
	digits string // from the first digit that is not zero; may hold one point
	order  int    // places of the first digit before the point, exponent included
}

// maxExponent bounds exponents; what goes beyond is no number.
const maxExponent = 9999

// parseDecimal reads [+-]digits[.digits][e[+-]digits]; digits may be missing on
// one side of the point.
func parseDecimal(s string) (d decimal, ok bool) {
	sign := 1
	switch {
	case strings.HasPrefix(s, "-"):
		sign, s = -1, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	exponent := 0
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		if exponent, ok = parseExponent(s[at+1:]); !ok {
			return decimal{}, false
		}
		s = s[:at]
	}
	first, point, digits := -1, -1, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '.' && point < 0:
			point = i
		case '0' <= c && c <= '9':
			digits++
			if c != '0' && first < 0 {
				first = i
			}
		default:
			return decimal{}, false
		}
	}
	switch {
	case digits == 0:
		return decimal{}, false
	case first < 0:
		return decimal{}, true
	case point < 0:
		point = len(s)
	}
	d = decimal{sign: sign, digits: s[first:], order: point - first + exponent}
	if point < first {
		d.order++ // the point itself was counted
	}
	return d, true
}

func parseExponent(s string) (int, bool) {
	sign := 1
	switch {
	case strings.HasPrefix(s, "-"):
		sign, s = -1, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	n, ok := number(s, 0, maxExponent)
	return sign * n, ok
}

// number reads plain digits within bounds.
func number(s string, low, high int) (int, bool) {
	if s == "" {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		c := s[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = n*10 + int(c-'0'); n > high {
			return 0, false
		}
	}
	return n, n >= low
}

// compare is negative, zero or positive as d is less than, equal to or greater
// than e.
func (d decimal) compare(e decimal) int {
	switch {
	case d.sign != e.sign:
		return d.sign - e.sign
	case d.sign == 0:
		return 0
	case d.order != e.order:
		return d.sign * (d.order - e.order)
	}
	return d.sign * compareDigits(d.digits, e.digits)
}

// compareDigits compares digit by digit; what has run out counts as zeros.
func compareDigits(a, b string) int {
	for a != "" || b != "" {
		var x, y byte
		x, a = nextDigit(a)
		y, b = nextDigit(b)
		if x != y {
			return int(x) - int(y)
		}
	}
	return 0
}

func nextDigit(s string) (byte, string) {
	s = strings.TrimPrefix(s, ".")
	if s == "" {
		return '0', ""
	}
	return s[0], s[1:]
}
