package jmespath

import (
	"testing"

	"github.com/daypass/daypass/internal/ordered"
)

// FuzzSearch: no expression panics or runs away, and what it finds is printed as
// JSON that reads back as the same.
func FuzzSearch(f *testing.F) {
	compliance(f, func(_ string, given any, c *ordered.Object) {
		if e, ok := c.Get("expression"); ok {
			f.Add(e.(string), show(given))
		}
	})
	f.Fuzz(func(t *testing.T, expression, given string) {
		v, err := ordered.ParseJSON(given)
		if err != nil {
			v = nil
		}
		e, err := Compile(expression)
		if err != nil {
			return
		}
		found, err := e.Search(v)
		if err != nil {
			return
		}
		text := show(found)
		back, err := ordered.ParseJSON(text)
		if err != nil {
			if err == ordered.ErrTooDeep {
				return
			}
			t.Fatalf("%q of %s prints %s, which is no JSON: %v", expression, given, text, err)
		}
		if again := show(back); again != text {
			t.Errorf("%q of %s prints %s, read back as %s", expression, given, text, again)
		}
	})
}
