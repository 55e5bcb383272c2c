package ordered

import (
	"errors"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/pyref"
)

var texts = []string{
	`{"b": 1, "a": [1.5, true, null, "x"], "b": 2}`, `""`, ``, ` `, `{`, `[`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `[1`, `[1,`, `[1,]`, `{a: 1}`,
	`{1: 1}`, `nul`, `tru`, `-`, `01`, `1.`, `1.e3`, `.5`, `1e`, `1e+`, `-0`, `-0.0`, `1E5`, `1e400`, `-1e400`, `NaN`, `Infinity`, `-Infinity`, `-Inf`, `1 2`, `[] x`,
	"\"a\nb\"", "\"a\x01\"", `"\x"`, `"\u12"`, `"\u12g4"`, `"\u00e9"`, `"\ud83d\ude00"`, `"a`, `"a\`, `"\u`, `'a'`, "[1\n,\n2\n x]", `"é\q"`, "\ufeff{}", `{"a": {"b": [}}`,
	`9007199254740993`, `-9223372036854775808`, `1e16`, `1e15`, `0.0001`, `0.00001`, `123456789.123`, `"\u007f\u0080\u00ad\u200b\u2028"`, `"it's"`, `"\"it's\""`, `"\t\r\n\b\f\\/"`, `"\/"`,
}

// What is read, how it is printed, and what is refused in which words: as Python does.
func TestSameAsPython(t *testing.T) {
	var answers []struct{ Repr, Indented, ASCII, Compact, Error string }
	pyref.Ask(t, `
import sys, json
def ask(text):
    try:
        v = json.loads(text)
        return {"Repr": repr(v), "Indented": json.dumps(v, indent=4, ensure_ascii=False), "ASCII": json.dumps(v), "Compact": json.dumps(v, separators=(",", ":"))}
    except Exception as e:
        return {"Error": str(e)}
json.dump([ask(t) for t in json.load(sys.stdin)], sys.stdout)
`, texts, &answers)
	for i, text := range texts {
		v, err := ParseJSON(text)
		if err != nil {
			if err.Error() != answers[i].Error {
				t.Errorf("%q: %v, want %s", text, err, answers[i].Error)
			}
			continue
		}
		for _, c := range []struct{ got, want string }{
			{Repr(v), answers[i].Repr},
			{string(AppendJSON(nil, v, Style{Indent: 4})), answers[i].Indented},
			{string(AppendJSON(nil, v, Style{ASCII: true})), answers[i].ASCII},
			{string(AppendJSON(nil, v, Style{ASCII: true, Compact: true})), answers[i].Compact},
		} {
			if c.got != c.want {
				t.Errorf("%q: %s, want %s (%s)", text, c.got, c.want, answers[i].Error)
			}
		}
	}
}

func TestDepthIsBounded(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	if _, err := ParseJSON(nested(MaxDepth)); err != nil {
		t.Errorf("%d levels: %v", MaxDepth, err)
	}
	if _, err := ParseJSON(nested(MaxDepth + 2)); !errors.Is(err, ErrTooDeep) {
		t.Errorf("%d levels: %v, want %v", MaxDepth+2, err, ErrTooDeep)
	}
	if _, err := ParseJSON(strings.Repeat(`{"a":`, 1e6)); !errors.Is(err, ErrTooDeep) {
		t.Errorf("a million levels: %v", err)
	}
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"a": 1, "b": 2}`, `{"b": 2.0, "a": true}`, true},
		{`{"a": 1}`, `{"b": 1}`, false},
		{`{"a": null}`, `{"b": null}`, false},
		{`[1, 2]`, `[2, 1]`, false},
		{`"1"`, `1`, false},
		{`null`, `false`, false},
	} {
		a, errA := ParseJSON(c.a)
		b, errB := ParseJSON(c.b)
		if got := Equal(a, b); got != c.want || errA != nil || errB != nil {
			t.Errorf("%s = %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseJSON(text)
		if err != nil {
			return
		}
		for _, s := range []Style{{}, {Indent: 4}, {ASCII: true}, {Compact: true}} {
			once := string(AppendJSON(nil, v, s))
			back, err := ParseJSON(once)
			if err != nil {
				t.Fatalf("%q prints %q: %v", text, once, err)
			}
			if again := string(AppendJSON(nil, back, s)); again != once {
				t.Errorf("%q prints %q, read back as %q", text, once, again)
			}
		}
	})
}
