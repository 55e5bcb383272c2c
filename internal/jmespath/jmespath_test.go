package jmespath

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/ordered"
)

// compliance yields the cases of the public suite.
func compliance(t testing.TB, visit func(name string, given any, c *ordered.Object)) {
	t.Helper()
	files, err := filepath.Glob("testdata/compliance/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no suite: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		groups, err := ordered.ParseJSON(string(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for i, g := range groups.([]any) {
			given, _ := g.(*ordered.Object).Get("given")
			cases, _ := g.(*ordered.Object).Get("cases")
			for j, c := range cases.([]any) {
				visit(fmt.Sprintf("%s/%d/%d", filepath.Base(file), i, j), given, c.(*ordered.Object))
			}
		}
	}
}

func find(expression string, v any) (any, error) {
	e, err := Compile(expression)
	if err != nil {
		return nil, err
	}
	return e.Search(v)
}

func TestCompliance(t *testing.T) {
	n := 0
	compliance(t, func(name string, given any, c *ordered.Object) {
		e, ok := c.Get("expression")
		if _, bench := c.Get("bench"); !ok || bench {
			return
		}
		n++
		expression := e.(string)
		got, err := find(expression, given)
		if want, ok := c.Get("error"); ok {
			if err == nil {
				t.Errorf("%s: %q = %s, want error %v", name, expression, show(got), want)
			}
			return
		}
		if want, _ := c.Get("result"); err != nil || !ordered.Equal(got, want) {
			t.Errorf("%s: %q = %s, %v, want %s", name, expression, show(got), err, show(want))
		}
	})
	if n < 800 {
		t.Errorf("%d cases, want the whole suite", n)
	}
}

func show(v any) string { return string(ordered.AppendJSON(nil, v, ordered.Style{})) }

// Objects keep the order of their keys, through wildcards, functions and hashes.
func TestOrderOfKeysIsKept(t *testing.T) {
	given := mustParse(t, `{"z": {"v": 1}, "a": {"v": 2}, "m": {"v": 3}}`)
	for expression, want := range map[string]string{
		"*.v":                                  `[1, 2, 3]`,
		"keys(@)":                              `["z", "a", "m"]`,
		"values(@)[*].v":                       `[1, 2, 3]`,
		"{b: z.v, a: a.v}":                     `{"b": 1, "a": 2}`,
		"merge(@, {a: `0`, c: `1`}) | keys(@)": `["z", "a", "m", "c"]`,
	} {
		if got, err := find(expression, given); err != nil || show(got) != want {
			t.Errorf("%s = %s, %v, want %s", expression, show(got), err, want)
		}
	}
}

func mustParse(t testing.TB, text string) any {
	t.Helper()
	v, err := ordered.ParseJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDepthIsBounded(t *testing.T) {
	for _, unit := range []string{"(%s)", "[%s]", "!%s", "{a: %s}", "abs(%s)", "[?%s]", "&%s", "%s|a", "%s[]", "%s==a", "a||%s"} {
		expression := "a"
		parts := strings.SplitN(unit, "%s", 2)
		expression = strings.Repeat(parts[0], 10000) + expression + strings.Repeat(parts[1], 10000)
		if _, err := Compile(expression); err == nil {
			t.Errorf("%q, nested ten thousand times, compiles", unit)
		}
	}
	if _, err := Compile("a" + strings.Repeat(".a", 10000)); err != nil {
		t.Errorf("a long path is refused: %v", err)
	}
}

func TestWorkIsBounded(t *testing.T) {
	for _, expression := range []string{
		"a" + strings.Repeat("|[@,@]", 60),
		"a" + strings.Repeat("|[@,@][]", 60),
		"a" + strings.Repeat("|{a:@,b:@}", 60) + "|to_string(@)",
		"a" + strings.Repeat("|merge({a:@},{b:@})", 60) + "|@==@",
		"'0123456789abcdef'" + strings.Repeat("|join(@,[@,@,@])", 60),
	} {
		if _, err := find(expression, mustParse(t, `{"a": [1]}`)); err == nil {
			t.Errorf("%.40s… is evaluated", expression)
		}
	}
	list := make([]any, 1000)
	for i := range list {
		list[i] = ""
	}
	o := new(ordered.Object)
	o.Set("s", strings.Repeat("x", 300_000))
	o.Set("l", list)
	if _, err := find("join(s, l)", o); err == nil {
		t.Error("300 MB are joined")
	}
}
