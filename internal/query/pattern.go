package query

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Pattern is a regular expression of the service model. A value matches when
// the whole of it does; \w and \d are ASCII.
type Pattern struct {
	Text  string // as the model and the messages spell it
	match func(string) bool
}

// Match reports whether the whole of s matches.
func (p *Pattern) Match(s string) bool { return p.match(s) }

// patternTexts names the patterns that tags use.
var patternTexts = map[string]string{
	"arn":       `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`,
	"policy":    `[\u0009\u000A\u000D\u0020-\u00FF]+`,
	"tag-key":   `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
	"tag-value": `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`,
	"id":        `[\w]+`,
	"serial":    `[\w+=/:,.@-]+`,
	"code":      `[\d]+`,

	// STS lets the length forbid the empty value.
	"sts-name":        `[\w+=,.@-]*`,
	"sts-external-id": `[\w+=,.@:\/-]*`,
	"sts-id":          `[\w]*`,
	"sts-serial":      `[\w+=/:,.@-]*`,
	"sts-code":        `[\d]*`,

	// IAM
	"name":          `[\w+=,.@-]+`,
	"path":          `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`,
	"path-prefix":   `\u002F[\u0021-\u007F]*`,
	"policy-path":   `((/[A-Za-z0-9\.,\+@=_-]+)*)/`,
	"marker":        `[\u0020-\u00FF]+`,
	"description":   `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`,
	"version-id":    `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`,
	"account-alias": `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`,
	"namespace":     `[\w-]*`,
	"saml-name":     `[\w._-]+`,
	"saml-key-id":   `[A-Z0-9]+`,

	// CloudTrail
	"any":            `.*`,
	"any-text":       `.+`,
	"selector-field": `[\w|\d|\.|_]+`,
	"store-arn":      `^[a-zA-Z0-9._/\-:]+$`,
}

// patterns holds the compiled ones, by name: most types share them.
var patterns sync.Map

func patternNamed(name string) (*Pattern, error) {
	if p, ok := patterns.Load(name); ok {
		return p.(*Pattern), nil
	}
	text, ok := patternTexts[name]
	if !ok {
		return nil, fmt.Errorf("no pattern of this name")
	}
	p, err := compilePattern(text)
	if err != nil {
		return nil, err
	}
	kept, _ := patterns.LoadOrStore(name, p)
	return kept.(*Pattern), nil
}

// compilePattern compiles a character class with * or +, which is nearly all
// of the model and all of what every request pays for, to a table; the rest to
// a regexp. The alias pattern looks ahead, which regexp cannot.
func compilePattern(text string) (*Pattern, error) {
	if text == patternTexts["account-alias"] {
		return &Pattern{text, isAccountAlias}, nil
	}
	if body, ok := strings.CutPrefix(text, "["); ok {
		body, quantifier, _ := strings.Cut(body, "]")
		if quantifier == "*" || quantifier == "+" {
			c, err := parseClass(body)
			if err != nil {
				return nil, err
			}
			empty := quantifier == "*"
			return &Pattern{text, func(s string) bool { return (s != "" || empty) && c.all(s) }}, nil
		}
	}
	re, err := regexp.Compile(`\A(?:` + unicodeEscape.ReplaceAllString(text, `\x{$1}`) + `)\z`)
	if err != nil {
		return nil, err
	}
	return &Pattern{text, re.MatchString}, nil
}

// unicodeEscape finds the model's spelling of a code point. It knows the five
// and six digits that the arn pattern has, which Java itself reads otherwise.
var unicodeEscape = regexp.MustCompile(`\\u(10[0-9A-F]{4}|10000|[0-9A-F]{4})`)

// isAccountAlias is ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$: lower-case
// letters, digits and single hyphens that are neither first nor last.
func isAccountAlias(s string) bool {
	if len(s) < 3 || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' || strings.Contains(s, "--") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// class is a set of characters: a table for ASCII, ranges and categories for
// the rest. Runes of invalid UTF-8 count as U+FFFD, but a Form holds none.
type class struct {
	ascii  [utf8.RuneSelf]bool
	ranges [][2]rune
	tables []*unicode.RangeTable
}

// all reports whether every character of s is in the class.
func (c *class) all(s string) bool {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			if !c.ascii[b] {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !c.has(r) {
			return false
		}
		i += size
	}
	return true
}

func (c *class) has(r rune) bool {
	for _, rg := range c.ranges {
		if rg[0] <= r && r <= rg[1] {
			return true
		}
	}
	return unicode.IsOneOf(c.tables, r)
}

// parseClass reads what is between the brackets of a character class: single
// characters, ranges, and the escapes \w, \d, \p{L}, \u with the digits of a code
// point, and \ before a sign.
func parseClass(s string) (*class, error) {
	c := new(class)
	for s != "" {
		if rest, ok := strings.CutPrefix(s, `\w`); ok {
			for _, rg := range [][2]rune{{'a', 'z'}, {'A', 'Z'}, {'0', '9'}, {'_', '_'}} {
				c.add(rg[0], rg[1])
			}
			s = rest
			continue
		}
		if rest, ok := strings.CutPrefix(s, `\d`); ok {
			c.add('0', '9')
			s = rest
			continue
		}
		if rest, ok := strings.CutPrefix(s, `\p{`); ok {
			name, rest, _ := strings.Cut(rest, "}")
			table, ok := unicode.Categories[name]
			if !ok {
				return nil, fmt.Errorf("unknown category %q", name)
			}
			c.addTable(table)
			s = rest
			continue
		}
		low, rest, err := classRune(s)
		if err != nil {
			return nil, err
		}
		high := low
		if end, ok := strings.CutPrefix(rest, "-"); ok && end != "" { // a hyphen at the end is itself
			if high, rest, err = classRune(end); err != nil {
				return nil, err
			}
		}
		if high < low {
			return nil, fmt.Errorf("range %U-%U is upside down", low, high)
		}
		c.add(low, high)
		s = rest
	}
	return c, nil
}

// classRune reads one character of a class.
func classRune(s string) (r rune, rest string, err error) {
	if m := unicodeEscape.FindStringSubmatch(s); m != nil && strings.HasPrefix(s, m[0]) {
		n, err := strconv.ParseInt(m[1], 16, 32)
		return rune(n), s[len(m[0]):], err
	}
	if strings.HasPrefix(s, `\`) {
		s = s[1:]
		if s == "" || strings.ContainsAny(s[:1], "uwdpWDPsSbB") {
			return 0, "", fmt.Errorf("escape is not understood")
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	return r, s[size:], nil
}

func (c *class) add(low, high rune) {
	for r := low; r <= min(high, utf8.RuneSelf-1); r++ {
		c.ascii[r] = true
	}
	if high >= utf8.RuneSelf {
		c.ranges = append(c.ranges, [2]rune{max(low, utf8.RuneSelf), high})
	}
}

func (c *class) addTable(t *unicode.RangeTable) {
	c.tables = append(c.tables, t)
	for r := range rune(utf8.RuneSelf) {
		c.ascii[r] = c.ascii[r] || unicode.Is(t, r)
	}
}
