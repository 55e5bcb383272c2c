package output

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/daypass/daypass/internal/ordered"
	"github.com/daypass/daypass/internal/pyref"
)

// script prints values with the formatters of the installed AWS CLI, and YAML with
// the library that it brings.
const script = `
import sys, io, json, argparse, yaml
import awscli.table, awscli.formatter
real = sys.stdout
def ask(q):
    value = json.loads(q["Value"])
    sys.stdout = out = io.StringIO()
    failed = None
    try:
        if q["Format"] == "yaml":
            out.write(yaml.safe_dump(value, default_flow_style=False, allow_unicode=True, width=float("inf")).removesuffix("...\n"))
        else:
            awscli.table.determine_terminal_width = lambda default_width=80: q["Width"]
            query = argparse.Namespace(search=lambda response: value)
            args = argparse.Namespace(query=query, color="on" if q["Color"] else "off")
            awscli.formatter.get_formatter(q["Format"], args)("AssumeRole", {})
    except Exception as e:
        failed = str(e)
    finally:
        sys.stdout = real
    return {"Out": out.getvalue(), "Error": failed}
json.dump([ask(q) for q in json.load(sys.stdin)], real)
`

type question struct {
	Format, Value string
	Color         bool
	Width         int
}

// Thousands of values print as the AWS CLI prints them.
func TestSameAsAWS(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var all []question
	for i := range 900 {
		v := value(rng, 4)
		if i < len(plain) {
			parsed, err := ordered.ParseJSON(plain[i])
			if err != nil {
				t.Fatal(err)
			}
			v = parsed
		}
		text := string(ordered.AppendJSON(nil, v, ordered.Style{}))
		for _, f := range []string{"json", "text", "yaml"} {
			all = append(all, question{f, text, false, 80})
		}
		all = append(all, question{"table", text, rng.IntN(4) == 0, []int{80, 30, 300}[rng.IntN(3)]})
	}
	var answers []struct {
		Out   string
		Error *string
	}
	pyref.Ask(t, script, all, &answers)
	wrong := 0
	for i, q := range all {
		v, err := ordered.ParseJSON(q.Value)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		failed := Print(&b, q.Format, v, Options{Title: "AssumeRole", Color: q.Color, Width: q.Width})
		got, want := b.String(), answers[i].Out
		if failed != nil {
			got += "\nfails: " + masked(q, failed.Error())
		}
		if answers[i].Error != nil {
			want += "\nfails: " + masked(q, *answers[i].Error)
		}
		if got != want {
			if wrong++; wrong < 12 {
				t.Errorf("%+v\n got\n%s\nwant\n%s\n%q\n%q", q, got, want, got, want)
			}
		}
	}
	t.Logf("%d printed, %d differ", len(all), wrong)
}

// masked leaves out why a list cannot be a table: the AWS CLI stumbles over it in
// other places, and says no more.
func masked(q question, failure string) string {
	if q.Format == "table" {
		return "somehow"
	}
	return failure
}

// plain are values as answers have them, and edges.
var plain = []string{
	`{"Credentials": {"SessionToken": "t", "AccessKeyId": "ASIA"}, "PackedPolicySize": 6, "Tags": ["a", "123"]}`,
	`{"UserId": "AIDA", "Account": "123456789012", "Arn": "arn:aws:iam::123456789012:user/Ann"}`,
	`{"Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "s/+=", "SessionToken": "FwoG", "Expiration": "2026-11-22T14:45:03Z"},
	  "AssumedRoleUser": {"AssumedRoleId": "AROA:s", "Arn": "arn"}, "PackedPolicySize": 6}`,
	`{}`, `[]`, `null`, `""`, `"text"`, `0`, `1`, `true`, `false`, `1.5`, `{"a": {}}`, `{"a": []}`, `[[]]`, `[{}]`, `[null]`, `["a", "b"]`,
	`[["a", "b"], ["c", "d"]]`, `[[["a"]], "b"]`, `[{"a": 1}, {"b": 2}]`, `[{"a": 1}, "b"]`, `["b", {"a": 1}]`, `[[{"a": [1], "b": 2}, {"a": [3]}]]`,
	`{"Key": "日本語", "Ambiguous": "±§é", "Wide": "ＡＢ"}`, `{"T": "2026-11-22T14:45:03Z", "M": "123", "Z": "yes", "E": "", "S": " x", "C": "a: b", "H": "#x"}`,
	`"a\nb\tc\u0001\u007f"`, `{"a": "line\nline", "b": "~", "c": "null", "e": "0x1F", "f": "-", "g": "'q'", "h": "\"q\"", "i": "@x", "j": "1_000"}`,
}

var words = []string{
	"a", "Arn", "Key", "Expiration", "arn:aws:iam::123456789012:role/x", "", "with space", "日本", "é", "12", "true", "x,y", "tab\tx", "'q'", "2026-11-22",
	"a much longer value that takes a lot of the room of a terminal", "null", "~", "12:30", "-x", "? x", "{x}", "1.5", ".5", "=", "<<",
}

func value(rng *rand.Rand, depth int) any {
	switch n := rng.IntN(10); {
	case depth > 0 && n < 3:
		o := new(ordered.Object)
		for range rng.IntN(4) {
			o.Set([]string{"a", "B", "Key", "Value", "c"}[rng.IntN(5)], value(rng, depth-1))
		}
		return o
	case depth > 0 && n < 6:
		l := []any{}
		for range rng.IntN(4) {
			l = append(l, value(rng, depth-1))
		}
		return l
	}
	return []any{nil, true, false, int64(rng.IntN(2000) - 1000), float64(rng.IntN(100)) / 8, words[rng.IntN(len(words))], words[rng.IntN(len(words))]}[rng.IntN(7)]
}

// A width for every character that the AWS CLI knows.
func TestWidthOfCharacters(t *testing.T) {
	var ranges [][3]int
	pyref.Ask(t, `
import sys, json, unicodedata
wide, out = None, []
for c in range(0x20, 0x30000):
    ch = chr(c)
    if unicodedata.category(ch) in ("Cn", "Cs"): continue
    w = 2 if unicodedata.east_asian_width(ch) in "WFA" else 1
    if w != wide or c != out[-1][1] + 1: out.append([c, c, w])
    out[-1][1] = c; wide = w
json.dump(out, sys.stdout)
`, nil, &ranges)
	wrong := 0
	for _, r := range ranges {
		for c := r[0]; c <= r[1]; c++ {
			if got := textWidth(string(rune(c))); got != r[2] {
				if wrong++; wrong < 10 {
					t.Errorf("%s is %d wide, want %d", fmt.Sprintf("%U", c), got, r[2])
				}
			}
		}
	}
}
