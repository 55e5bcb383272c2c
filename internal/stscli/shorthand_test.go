package stscli

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/ordered"
	"github.com/daypass/daypass/internal/pyref"
)

func noFiles(string) (string, bool, error) { return "", false, nil }

var shorthands = []string{
	"a=b", "a=b,c=d", "a=", "a", "", "=", "a=b,", "a=b,c", "a=b,c,d=e,f", "a=b,c=d,e=f", "Key=a,Value=b c ", " a = b , c = d ", "a=b\\,c", "a=b,c\\,d", "a='b,c'", `a="b,c"`,
	`a='it\'s'`, `a="\"q\""`, `a='b\\c'`, `a='b`, `a='b\'`, `a="b`, "a=[b,c]", "a=[]", "a=[b", "a=[b,", "a=[b c]", "a={b=c}", "a={b=c,d=[e,{f=g}]}", "a={b=c", "a={b}", "a={}",
	"a=[[b],[c]]", "a=b,a=c", "a==b", "a=b=c", "a=b,c=d=e", "a@=b", "a@b", "a=[b]c", "a='b'c", "a=b]c", "a=b}c", "a=é,b=日本", "a=b\nc=d", "a=b,\nc==d", "a=b,\nc", "a-b_c.d#e/f:g=h",
	"a b=c", "a=b,'c'", "a=b,\"c\",d=e", "a=,b=c", "a=b,,c=d", "a=arn:aws:iam::1:role/x,b=y", "a=[x=y]", "a={b=c}=d", "a=\tb", "a=!#$%&()*+-./<>?^_`|~;",
}

// Shorthand means what the AWS CLI makes of it, or is refused with the same text.
func TestShorthandSameAsAWS(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	all := shorthands
	for _, s := range shorthands {
		for range 20 {
			r := []rune(s)
			i := rng.IntN(len(r) + 1)
			insert := []rune("ab=,[]{}'\"\\@ é\n")[rng.IntN(15)]
			all = append(all, string(r[:i])+string(insert)+string(r[i:]))
		}
	}
	var answers []struct{ Value, Error string }
	pyref.Ask(t, `
import sys, json
from awscli.shorthand import ShorthandParser, ShorthandParseError, ShorthandParseSyntaxError
def ask(s):
    try:
        return {"Value": json.dumps(ShorthandParser().parse(s), ensure_ascii=False)}
    except ShorthandParseSyntaxError as e: # its text is mended: see docs/divergences.md
        return {"Error": "Expected: '%s', received: '%s' for input:\n%s" % (e.expected, e.actual, e._error_location())}
    except ShorthandParseError as e:
        return {"Error": str(e)}
    except TypeError as e: # it tests the end of the text for being white space
        return {"Error": "TypeError"}
json.dump([ask(s) for s in json.load(sys.stdin)], sys.stdout)
`, all, &answers)
	wrong := 0
	for i, s := range all {
		got, err := parseShorthand(s, noFiles)
		line, want := "", "= "+answers[i].Value
		if err != nil {
			line = "fails: " + err.Error()
		} else {
			line = "= " + string(ordered.AppendJSON(nil, got, ordered.Style{}))
		}
		if answers[i].Error != "" {
			want = "fails: " + answers[i].Error
		}
		if line != want && !strings.HasPrefix(want, "fails: TypeError") {
			if wrong++; wrong < 15 {
				t.Errorf("%q\n got %s\nwant %s", s, line, want)
			}
		}
	}
	t.Logf("%d texts, %d differ", len(all), wrong)
}

func TestShorthandIsBounded(t *testing.T) {
	for _, s := range []string{"a=" + strings.Repeat("[", 1e5), "a=" + strings.Repeat("{b=", 1e5)} {
		if _, err := parseShorthand(s, noFiles); err == nil || !strings.Contains(err.Error(), "nested") {
			t.Errorf("%.10s…: %.100v", s, err)
		}
	}
}

func TestShorthandFiles(t *testing.T) {
	load := func(s string) (string, bool, error) {
		if s == "file://broken" {
			return "", true, errors.New("broken")
		}
		name, ok := strings.CutPrefix(s, "file://")
		return "<" + name + ">", ok, nil
	}
	got, err := parseShorthand("a@=file://x,b=file://x,c@=y,d@=[file://z,'file://q']", load)
	if text := show(got); err != nil || text != `{"a": "<x>", "b": "file://x", "c": "y", "d": ["<z>", "<q>"]}` {
		t.Errorf("%s, %v", text, err)
	}
	for _, s := range []string{"a@=file://broken", "a@=b,file://broken", "a@=[file://broken]"} {
		if _, err := parseShorthand(s, load); err == nil || err.Error() != "broken" {
			t.Errorf("%s: %v, want the file's error", s, err)
		}
	}
}

func show(v any) string { return string(ordered.AppendJSON(nil, v, ordered.Style{})) }

func FuzzShorthand(f *testing.F) {
	for _, s := range shorthands {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := parseShorthand(s, noFiles)
		if err != nil {
			if !strings.Contains(err.Error(), "for input:") {
				t.Errorf("%q: %v", s, err)
			}
			return
		}
		if o.Len() == 0 {
			t.Errorf("%q has no key", s)
		}
	})
}
