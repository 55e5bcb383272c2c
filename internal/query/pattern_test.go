package query

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var patternTests = []struct {
	pattern string
	yes, no []string
}{
	{
		"arn",
		[]string{"arn:aws:iam::1:role/é", "\t\n\r ~", "\u0085", "\u00a0", "\ud7ff", "\ue000", "\ufffd", "\U00010000", "\U0010ffff"},
		[]string{"", "\x00", "\x1f", "\x7f", "\u0084", "\u0086", "\u009f", "\ufffe", "\uffff", "a\x00"},
	},
	{"policy", []string{"{}", "\t\n\r\u00ff", "\x7f"}, []string{"", "\u0100", "\x0b"}},
	{"tag-key", []string{"k", "é", "π", "a b", "_.:/=+-@", "\u00a0", "٣"}, []string{"", "*", "a\tb", "\u20ac", "\u0301"}},
	{"tag-value", []string{"", "v"}, []string{"v*"}},
	{"sts-name", []string{"", "a_B9+=,.@-"}, []string{"a b", "é", "a:b", "a/b"}},
	{"sts-external-id", []string{"", `a:b/c-d`}, []string{`a\b`, "a b"}},
	{"sts-id", []string{"", "AKIA_09az"}, []string{"A-B", "é"}},
	{"sts-serial", []string{"arn:aws:iam::1:mfa/me-1"}, []string{"a b"}},
	{"sts-code", []string{"", "012345"}, []string{"٣", "1a", " 1"}},
	{"serial", []string{"arn:aws:iam::1:mfa/me-1"}, []string{"", "a b"}},
	{"code", []string{"012345"}, []string{"", "٣"}},
	{"id", []string{"AIDA1"}, []string{"", "A-B"}},
	{"name", []string{"a_B9+=,.@-"}, []string{"", "a b", "a/b"}},
	{"path", []string{"/", "/a/", "///", "/a//b/", "/!~/"}, []string{"", "//", "a", "/a", "a/", "/a b/", "/é/", "/a/\n"}},
	{"path-prefix", []string{"/", "/a", "/\x7f"}, []string{"", "a", "/a b", "/é", "/\n"}},
	{"policy-path", []string{"/", "/a/", "/a.,+@=_-/b/"}, []string{"", "/a", "//", "/!/", "/a/\n"}},
	{"marker", []string{"AAA=", " \u00ff", "\x7f\u0080"}, []string{"", "\n", "\u0100"}},
	{"description", []string{"", "a\tb\n\r~", "\u00a1\u00ff"}, []string{"\x7f", "\u00a0", "\u0100"}},
	{"version-id", []string{"v1", "v10", "v1.a-Z9", "v1."}, []string{"", "v0", "v01", "1", "v1.a_b", "v1\n", "xv1"}},
	{
		"account-alias",
		[]string{"abc", "a-b", "0-9", "a-b-c", strings.Repeat("a", 63)},
		[]string{"", "a", "ab", "-ab", "ab-", "a--b", "aBc", "a_b", "é23", strings.Repeat("a", 64)},
	},
	{"saml-name", []string{"My_IdP-1.x"}, []string{"", "a b", "a@b", "a/b", "é"}},
	{"saml-key-id", []string{"SAMLPK0AZ9"}, []string{"", "samlpk", "A-B"}},
	{"any", []string{"", "a é"}, []string{"a\nb"}},
	{"any-text", []string{"a é"}, []string{"", "a\nb"}},
	{"selector-field", []string{"resources.ARN", "a|b_1"}, []string{"", "a b", "a-b"}},
	{"store-arn", []string{"arn:aws:cloudtrail:us-east-1:1:eventdatastore/A-b_1."}, []string{"", "a b", "a\n"}},
	{"namespace", []string{"", "s3", "aws-portal", "a_b"}, []string{"s3:", "é"}},
}

func TestPatterns(t *testing.T) {
	left := make(map[string]bool)
	for name := range patternTexts {
		left[name] = true
	}
	for _, tt := range patternTests {
		delete(left, tt.pattern)
		p, err := patternNamed(tt.pattern)
		if err != nil {
			t.Errorf("pattern %s: %v", tt.pattern, err)
			continue
		}
		for _, s := range tt.yes {
			if !p.Match(s) {
				t.Errorf("%s does not match %q", tt.pattern, s)
			}
		}
		for _, s := range tt.no {
			if p.Match(s) {
				t.Errorf("%s matches %q", tt.pattern, s)
			}
		}
	}
	for name := range left {
		t.Errorf("pattern %s has no test", name)
	}
}

func TestClassesThatAreNot(t *testing.T) {
	for _, text := range []string{`[\p{Nope}]+`, `[b-a]+`, `[\W]+`, `[a-\d]+`, `[\]+`, `(`} {
		if _, err := compilePattern(text); err == nil {
			t.Errorf("compilePattern(%q) = nil", text)
		}
	}
}

// slow returns the pattern as a regexp: our classes must agree with it.
func slow(text string) *regexp.Regexp {
	return regexp.MustCompile(`\A(?:` + unicodeEscape.ReplaceAllString(text, `\x{$1}`) + `)\z`)
}

func TestEveryCharacterIsInAClassWhenARegexpSaysSo(t *testing.T) {
	for name, text := range patternTexts {
		if !strings.HasPrefix(text, "[") {
			continue
		}
		p, err := patternNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		re := slow(text)
		step := rune(1)
		if testing.Short() {
			step = 7
		}
		for r := rune(0); r <= 0x10FFFF; r += step {
			if r > 0x3000 && step == 1 {
				step = 37 // the planes of ideographs are long
			}
			if utf8.ValidRune(r) && p.Match(string(r)) != re.MatchString(string(r)) {
				t.Errorf("%s: %U: class says %v", name, r, p.Match(string(r)))
			}
		}
	}
}
