package policy

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// slowMatch is the plainest matcher there is: it tries everything.
func slowMatch(list []token, s string, c *Context) bool {
	if len(list) == 0 {
		return s == ""
	}
	switch t := list[0]; t.kind {
	case star:
		for i := range s + "$" {
			if slowMatch(list[1:], s[i:], c) {
				return true
			}
		}
		return false
	case question:
		r := []rune(s)
		return len(r) > 0 && slowMatch(list[1:], string(r[1:]), c)
	case literal:
		return strings.HasPrefix(s, t.lit) && slowMatch(list[1:], s[len(t.lit):], c)
	default:
		v, ok := t.variable.resolve(c)
		return ok && strings.HasPrefix(s, v) && slowMatch(list[1:], s[len(v):], c)
	}
}

// The fast matcher is the slow one.
func TestPatternsMatchAsTheSlowMatcherDoes(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("abé")), 0, 12, -1)
	pieces := rapid.SampledFrom([]string{"a", "b", "é", "*", "?", "**", "?*", "${v}", "${none}", "${d, 'ab'}", "${*}", "${", "ab"})
	rapid.Check(t, func(t *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(pieces, 0, 8).Draw(t, "pattern"), "")
		s := text.Draw(t, "text")
		c := new(Context)
		c.Set("v", rapid.StringOfN(rapid.RuneFrom([]rune("ab*?é")), 0, 3, -1).Draw(t, "v"))
		for _, sx := range []syntax{{}, {wildcards: true}, {variables: true}, {wildcards: true, variables: true}} {
			p := newPattern(pattern, sx, false)
			if got, want := p.match(s, c), p.resolves(c) && slowMatch(tokens(pattern, sx), s, c); got != want {
				t.Fatalf("%q matches %q = %v, want %v (%+v)", pattern, s, got, want, sx)
			}
			folding := newPattern(strings.ToUpper(pattern), syntax{wildcards: sx.wildcards}, true)
			if got, want := folding.match(s, c), slowMatch(tokens(strings.ToLower(pattern), syntax{wildcards: sx.wildcards}), s, c); got != want {
				t.Fatalf("%q, folded, matches %q = %v, want %v (%+v)", pattern, s, got, want, sx)
			}
		}
	})
}

// Parts of ARNs are matched one by one, however they are compiled.
func TestARNsMatchAsTheirPartsDo(t *testing.T) {
	part := rapid.SampledFrom([]string{"", "a", "aws", "*", "a*", "?", "*s", "${v}"})
	value := rapid.SampledFrom([]string{"", "a", "aws", "s", "as"})
	rapid.Check(t, func(t *rapid.T) {
		patterns := rapid.SliceOfN(part, 6, 7).Draw(t, "pattern")
		values := rapid.SliceOfN(value, 6, 7).Draw(t, "value")
		c := new(Context)
		c.Set("v", value.Draw(t, "v"))
		want := true
		for i := range 6 {
			p, v := patterns[i], values[i]
			if i == 5 {
				p, v = strings.Join(patterns[5:], ":"), strings.Join(values[5:], ":")
			}
			want = want && slowMatch(tokens(p, syntax{wildcards: true, variables: true}), v, c)
		}
		p := newARNPattern(strings.Join(patterns, ":"), true)
		target := newTarget(strings.Join(values, ":"))
		if got := p.match(&target, c); got != want {
			t.Fatalf("%q matches %q = %v, want %v", patterns, values, got, want)
		}
	})
}

// Many stars must not take time that grows with their number.
func TestAdversarialPatterns(t *testing.T) {
	s := strings.Repeat("a", 20000)
	for name, pattern := range map[string]string{
		"stars and letters":        strings.Repeat("*a", 1000) + "*b",
		"stars":                    strings.Repeat("*", 20000) + "b",
		"stars and question marks": strings.Repeat("*?", 1000) + "*b",
		"long chunks":              strings.Repeat("*"+strings.Repeat("?", 50)+"b", 20),
		"variables":                strings.Repeat("*${v}", 1000) + "*b",
	} {
		p := newPattern(pattern, syntax{wildcards: true, variables: true}, false)
		c := new(Context)
		c.Set("v", "a")
		start := time.Now()
		if p.match(s, c) {
			t.Errorf("%s: matches", name)
		}
		if d := time.Since(start); d > patience {
			t.Errorf("%s: took %v", name, d)
		}
	}
}

// patience is what a matcher in step with its input needs at most on a machine
// with other things to do. One that backtracks needs hours.
const patience = 30 * time.Second

// Compiling takes time and memory in proportion to the text.
func TestAdversarialTexts(t *testing.T) {
	for _, piece := range []string{"${", "a*", "${*}", "${a}", "a?", "${a, ''}", "$"} {
		text := strings.Repeat(piece, 120000/len(piece))
		start := time.Now()
		p := newPattern(text, syntax{wildcards: true, variables: true}, false)
		p.match(text, nil)
		newARNPattern("arn:aws:s3:::"+text, true)
		if d := time.Since(start); d > patience {
			t.Errorf("%s, repeated: took %v", piece, d)
		}
	}
}

// C2: decimals compare as numbers of any length do.
func TestDecimalsCompareExactly(t *testing.T) {
	texts := []string{
		"0", "-0", "0.0", "+1", "1", "1.0", "01", "1.", ".5", "0.5", "0.50", "-1", "-1.5", "10", "9", "1e1", "1E+1", "100e-1",
		"0.1", "0.10000000000000000001", "99999999999999999999", "100000000000000000000", "1e20", "0.05", "5e-2", "-0.05", "12.34", "12.4",
		"0e5", "1e-400", "1e400",
	}
	for _, a := range texts {
		for _, b := range texts {
			x, ok1 := parseDecimal(a)
			y, ok2 := parseDecimal(b)
			p, ok3 := new(big.Rat).SetString(strings.TrimSuffix(strings.TrimPrefix(a, "+"), "."))
			q, ok4 := new(big.Rat).SetString(strings.TrimSuffix(strings.TrimPrefix(b, "+"), "."))
			if !ok1 || !ok2 || !ok3 || !ok4 {
				t.Fatalf("%s or %s cannot be read", a, b)
			}
			if got, want := sign(x.compare(y)), p.Cmp(q); got != want {
				t.Errorf("%s against %s: %d, want %d", a, b, got, want)
			}
		}
	}
	for _, s := range []string{"", "-", "+", ".", "x", "1x", "1 ", " 1", "1.2.3", "1e", "1e+", "e5", "0x10", "1_000", "NaN", "Infinity", "--1", "1e10000", "1e99999999999999999999", "١"} {
		if d, ok := parseDecimal(s); ok {
			t.Errorf("%q is read as %+v", s, d)
		}
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	default:
		return 0
	}
}

// C3: our calendar is that of package time.
func TestInstantsAreThoseOfPackageTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "seconds"), rapid.Int64Range(0, 999999999).Draw(t, "nanoseconds"))
		zone := time.FixedZone("", 60*rapid.IntRange(-23*60, 23*60).Draw(t, "offset"))
		text := at.In(zone).Format(time.RFC3339Nano)
		if strings.HasPrefix(text, "-") || len(text) > 35 {
			t.Skip("beyond four digits of year")
		}
		got, ok := parseInstant(text)
		if !ok || got.seconds != at.Unix() || got.nanoseconds != at.Nanosecond() {
			t.Fatalf("%s is %+v, %v; want %d.%09d", text, got, ok, at.Unix(), at.Nanosecond())
		}
	})
}

func TestDates(t *testing.T) {
	for _, tt := range []struct {
		text  string
		save  bool // may be saved
		exist bool // is an instant
	}{
		{"2030-01-01", true, true},
		{"2030-01", true, true},
		{"2030", true, true}, // seconds since 1970
		{"2030-01-01T", true, true},
		{"2030-01-01T5", true, true},
		{"2030-01-01T05:06", true, true},
		{"2030-01-01T05:06Z", true, true},
		{"2030-01-01t05:06:07z", true, true},
		{"2030-01-01T05:06:07.123456789+05:30", true, true},
		{"2030-01-01T05:06:07-08", true, true},
		{"-292275054-01-01", true, true},
		{"01T01", true, true},
		{"9223372036854775807", true, true},
		{"2023-02-31", true, false},
		{"2023-04-31", true, false},
		{"1900-02-29", true, false},
		{"2000-02-29", true, true},
		{"", false, false},
		{"T05:06", false, false},
		{"2030-00-01", false, false},
		{"2030-13-01", false, false},
		{"2030-01-00", false, false},
		{"2030-01-32", false, false},
		{"2030-001-01", false, false},
		{"2030-01-01-01", false, false},
		{"2030-01-01 05:06:07", false, false},
		{"2030-01-01T24:00:00", false, false},
		{"2030-01-01T05:60:00", false, false},
		{"2030-01-01T05:06:60", false, false},
		{"2030-01-01T05:06:07:08", false, false},
		{"2030-01-01T05:06:07.", false, false},
		{"2030-01-01T05:06:07.1234567890", false, false},
		{"2030-01-01T05:06:07+1", false, false},
		{"2030-01-01T05:06:07+24:00", false, false},
		{"2030-01-01T05:06:07+01:60", false, false},
		{"2030-01-01T05:06:07+01:0", false, false},
		{"2030-01-01T05:06:07Zx", false, false},
		{"9223372036854775808", false, false},
		{"12.5", false, false},
		{"+12", false, false},
		{"292278994-01-01", false, false},
		{"-292275055-01-01", false, false},
		{strings.Repeat("0", 100) + "1", false, false},
	} {
		_, save := scanDate(tt.text)
		_, exist := parseInstant(tt.text)
		if save != tt.save || exist != tt.exist {
			t.Errorf("%q: may be saved %v, exists %v; want %v, %v", tt.text, save, exist, tt.save, tt.exist)
		}
	}
}

// Letter case is folded one to one, and nothing folds onto ASCII.
func TestFolding(t *testing.T) {
	for r := rune(0x80); r <= 0x10FFFF; r++ {
		if foldRune(r) < 0x80 {
			t.Errorf("%U folds onto %q", r, foldRune(r))
		}
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"aZ", "Az", true},
		{"é", "É", true},
		{"ÿ", "Ÿ", true},
		{"a", "", false},
		{"", "a", false},
		{"K", "\u212a", false},
		{"s", "\u017f", false},
		{"i", "\u0130", false},
		{"\xff", "\xfe", false},
		{"\xff", "\xff", true},
		{"\xff", "\ufffd", false},
	} {
		if got := equalFold(tt.a, tt.b); got != tt.want {
			t.Errorf("equalFold(%q, %q) = %v", tt.a, tt.b, got)
		}
		if tt.want && foldHash(tt.a) != foldHash(tt.b) {
			t.Errorf("hashes of %q and %q differ", tt.a, tt.b)
		}
	}
}

func TestServiceNamesAreSorted(t *testing.T) {
	for i := 1; i < len(serviceNames); i++ {
		if serviceNames[i-1] >= serviceNames[i] {
			t.Errorf("%q is not before %q", serviceNames[i-1], serviceNames[i])
		}
	}
}
