package jmespath

import (
	"cmp"
	"fmt"

	"github.com/daypass/daypass/internal/ordered"
)

var signs = map[string]string{"lt": "<", "lte": "<=", "gt": ">", "gte": ">="}

func (s *search) compare(n *node, v any) (any, error) {
	left, err := s.eval(n.children[0], v)
	if err != nil {
		return nil, err
	}
	right, err := s.eval(n.children[1], v)
	if err != nil {
		return nil, err
	}
	switch n.name {
	case "eq", "ne":
		same, err := s.equal(left, right)
		return same == (n.name == "eq"), err
	}
	if !comparable(left) || !comparable(right) {
		return nil, nil
	}
	return less(signs[n.name], left, right)
}

// equal compares two values. Python takes true for 1, which the language does not,
// except inside of lists and objects.
func (s *search) equal(a, b any) (bool, error) {
	if err := s.spend(min(weigh(a, maxWork), weigh(b, maxWork))); err != nil {
		return false, err
	}
	_, aBool := a.(bool)
	_, bBool := b.(bool)
	if aBool && isNumber(b) || bBool && isNumber(a) {
		return false, nil
	}
	if x, ok := a.(expref); ok {
		return b == any(x), nil
	}
	return ordered.Equal(a, b), nil
}

func isNumber(v any) bool {
	switch v.(type) {
	case int64, float64:
		return true
	}
	return false
}

// comparable reports whether v has an order: numbers and strings do.
func comparable(v any) bool {
	_, ok := v.(string)
	return ok || isNumber(v)
}

// less reports whether "a sign b" holds for two numbers or two strings.
func less(sign string, a, b any) (bool, error) {
	x, aString := a.(string)
	y, bString := b.(string)
	if aString != bString {
		return false, fmt.Errorf("'%s' not supported between instances of '%s' and '%s'", sign, ordered.TypeName(a), ordered.TypeName(b))
	}
	var c int
	switch {
	case aString:
		c = cmp.Compare(x, y)
	case isNaN(a) || isNaN(b):
		return false, nil
	default:
		c = compareNumbers(a, b)
	}
	switch sign {
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	}
	return c >= 0, nil
}

func isNaN(v any) bool {
	f, ok := v.(float64)
	return ok && f != f
}

func compareNumbers(a, b any) int {
	i, aInt := a.(int64)
	j, bInt := b.(int64)
	if aInt && bInt {
		return cmp.Compare(i, j)
	}
	return cmp.Compare(float(a), float(b))
}

func float(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}
