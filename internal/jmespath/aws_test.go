package jmespath

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/ordered"
	"github.com/daypass/daypass/internal/pyref"
)

// The suite's expressions, and thousands of damaged ones, find the same with the
// AWS CLI's own JMESPath, or fail with the same text.
func TestSameAsAWS(t *testing.T) {
	type question struct{ Expression, Given string }
	var all []question
	rng := rand.New(rand.NewPCG(1, 2))
	compliance(t, func(_ string, given any, c *ordered.Object) {
		e, ok := c.Get("expression")
		if !ok {
			return
		}
		all = append(all, question{e.(string), show(given)})
		for range 4 {
			all = append(all, question{damage(rng, e.(string)), show(given)})
		}
	})
	for _, e := range quirks {
		all = append(all, question{e, `{"a": [3, 1, 2], "s": "héllo", "o": {"b": 1, "a": [1.5, true, null]}, "l": [{"k": 1}, {"k": "x"}]}`})
	}
	var answers []struct{ Found, Error *string }
	pyref.Ask(t, `
import sys, json, jmespath
def ask(q):
    try:
        return {"Found": json.dumps(jmespath.search(q["Expression"], json.loads(q["Given"])), ensure_ascii=False)}
    except Exception as e:
        return {"Error": str(e)}
json.dump([ask(q) for q in json.load(sys.stdin)], sys.stdout)
`, all, &answers)
	wrong := 0
	for i, q := range all {
		got, err := find(q.Expression, mustParse(t, q.Given))
		line, want := "finds "+show(got), "?"
		if err != nil {
			line = "fails: " + err.Error()
		}
		switch a := answers[i]; {
		case a.Found != nil:
			want = "finds " + *a.Found
		case strings.Contains(*a.Error, "_Expression is not JSON serializable"): // a bare &expression
			want = "fails: " + errNoValue.Error()
		default:
			want = "fails: " + *a.Error
		}
		if line != want {
			if wrong++; wrong < 20 {
				t.Errorf("%s of %s\n got %s\nwant %s", q.Expression, q.Given, line, want)
			}
		}
	}
	t.Logf("%d expressions, %d differ", len(all), wrong)
}

var quirks = []string{
	"s < `1`", "`1` < s", "s > 'a'", "a == `[3, true, 2]`", "contains(a, `true`)", "contains(s, `1`)", "max_by(l, &k)", "sort_by(l, &k)",
	"a[0][0:1]", "a[::0]", "a[-99999999999999999999:99999999999999999999]", "a[10:-10:-1]", "a[::-2]", "to_number('1_000')", "to_number(' 12 ')",
	"to_number('1e3')", "to_number('0x10')", "to_number('1__0')", "to_number('nan')", "to_string(o)", "to_string(`1e400`)", "ceil(`1e400`)",
	"ceil(`1.5`)", "floor(`-1.5`)", "abs(`-9`)", "avg(a)", "sum(a)", "sum(`[0.1, 0.2]`)", "length(s)", "reverse(s)", "type(&a)", "abs(s)",
	"nosuch(a)", "abs()", "merge()", "not_null()", "join(',', a)", "keys(a)", "merge(o, `{\"z\": 1}`)", "map(&k, l)", "o.*", "\"a\"(b)", "@(foo)",
	"a b", "a.", "a[", "a[1", "a[1:", "a[1:2:3:4]", "{a: b", "{a b}", "{1: b}", "'abc", "`{\"a\"", "\"a\\x\"", "\"a\nb\"", "=", "a = b", "a-", "a -1", "#",
	"a[?", "a[?b", "&", "!", "a.*.[", "a[*", "a.1", "abs(a b)", "abs(,)", "`bad\\`tick`", "`\"`", "a[?k>`1`]", "[]", "[*]", "*", "a[*].*", "é", "\"é\"",
	"a\t\n|@", "foo(&a, b)", "min(`[\"a\", 1]`)", "max(`[1, \"a\"]`)", "min(`[true]`)", "`1.0`", "`1e16`", "`1e-5`", "`-0.0`", "`12345678901234567`",
}

// damage removes, doubles, replaces or inserts a character.
func damage(rng *rand.Rand, e string) string {
	r := []rune(e)
	if len(r) == 0 {
		return "a"
	}
	const alphabet = ".*[]{}()|&<>=!@,:?'\"`-_ 01aé\\"
	i, c := rng.IntN(len(r)), []rune(alphabet)[rng.IntN(len([]rune(alphabet)))]
	switch rng.IntN(4) {
	case 0:
		return string(append(r[:i:i], r[i+1:]...)) + ""
	case 1:
		return fmt.Sprint(string(r[:i]), string(r[i]), string(r[i:]))
	case 2:
		return fmt.Sprint(string(r[:i]), string(c), string(r[i+1:]))
	}
	return fmt.Sprint(string(r[:i]), string(c), string(r[i:]))
}
