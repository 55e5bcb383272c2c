package jmespath

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/ordered"
)

// The functions get as many arguments as they take, of the right types.

func doAbs(_ *search, a []any) (any, error) {
	if n, ok := a[0].(int64); ok && n != math.MinInt64 {
		return max(n, -n), nil
	}
	return math.Abs(float(a[0])), nil
}

func doAvg(_ *search, a []any) (any, error) {
	l := a[0].([]any)
	if len(l) == 0 {
		return nil, nil
	}
	return float(sum(l)) / float64(len(l)), nil
}

func doSum(_ *search, a []any) (any, error) { return sum(a[0].([]any)), nil }

// sum adds numbers: the sum of integers is one, as long as it fits.
func sum(l []any) any {
	var total any = int64(0)
	for _, e := range l {
		i, whole := total.(int64)
		j, also := e.(int64)
		if s := i + j; whole && also && (s > i) == (j > 0) {
			total = s
		} else {
			total = float(total) + float(e)
		}
	}
	return total
}

func doCeil(_ *search, a []any) (any, error)  { return toInteger(a[0], math.Ceil) }
func doFloor(_ *search, a []any) (any, error) { return toInteger(a[0], math.Floor) }

func toInteger(v any, round func(float64) float64) (any, error) {
	f, ok := v.(float64)
	switch {
	case !ok:
		return v, nil
	case math.IsNaN(f):
		return nil, errors.New("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return nil, errors.New("cannot convert float infinity to integer")
	}
	if f = round(f); math.Abs(f) < 1<<63 {
		return int64(f), nil
	}
	return f, nil
}

func doContains(s *search, a []any) (any, error) {
	if text, ok := a[0].(string); ok {
		part, ok := a[1].(string)
		if !ok {
			return nil, fmt.Errorf("'in <string>' requires string as left operand, not %s", pythonType(a[1]))
		}
		return strings.Contains(text, part), nil
	}
	return slices.ContainsFunc(a[0].([]any), func(e any) bool {
		if x, ok := e.(expref); ok {
			return a[1] == any(x)
		}
		return ordered.Equal(e, a[1])
	}), nil
}

func doEndsWith(_ *search, a []any) (any, error) {
	return strings.HasSuffix(a[0].(string), a[1].(string)), nil
}

func doStartsWith(_ *search, a []any) (any, error) {
	return strings.HasPrefix(a[0].(string), a[1].(string)), nil
}

func doJoin(s *search, a []any) (any, error) {
	l := a[1].([]any)
	if err := s.spend(len(l) * len(a[0].(string)) / 64); err != nil {
		return nil, err
	}
	parts := make([]string, len(l))
	for i, e := range l {
		parts[i] = e.(string)
	}
	return strings.Join(parts, a[0].(string)), nil
}

func doKeys(_ *search, a []any) (any, error) {
	keys := []any{}
	for k := range a[0].(*ordered.Object).All() {
		keys = append(keys, k)
	}
	return keys, nil
}

func doValues(_ *search, a []any) (any, error) {
	values := []any{}
	for _, v := range a[0].(*ordered.Object).All() {
		values = append(values, v)
	}
	return values, nil
}

func doLength(_ *search, a []any) (any, error) {
	switch v := a[0].(type) {
	case string:
		return int64(utf8.RuneCountInString(v)), nil
	case []any:
		return int64(len(v)), nil
	default:
		return int64(v.(*ordered.Object).Len()), nil
	}
}

func doMap(s *search, a []any) (any, error) {
	found := []any{}
	for _, e := range a[1].([]any) {
		v, err := s.eval(a[0].(expref).n, e)
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, nil
}

func doMerge(_ *search, a []any) (any, error) {
	merged := new(ordered.Object)
	for _, v := range a {
		o, ok := v.(*ordered.Object)
		if !ok { // only the first argument has a type
			return nil, fmt.Errorf("'%s' object is not iterable", pythonType(v))
		}
		for k, e := range o.All() {
			merged.Set(k, e)
		}
	}
	return merged, nil
}

func doNotNull(_ *search, a []any) (any, error) {
	for _, v := range a {
		if v != nil {
			return v, nil
		}
	}
	return nil, nil
}

func doReverse(_ *search, a []any) (any, error) {
	if s, ok := a[0].(string); ok {
		r := []rune(s)
		slices.Reverse(r)
		return string(r), nil
	}
	l := slices.Clone(a[0].([]any))
	slices.Reverse(l)
	return l, nil
}

// best returns the first of the largest or, for "<", smallest elements.
func best(sign string, v any) (any, error) {
	var found any
	for i, e := range v.([]any) {
		if i == 0 {
			found = e
			continue
		}
		better, err := less(sign, e, found)
		if err != nil {
			return nil, err
		}
		if better {
			found = e
		}
	}
	return found, nil
}

// key evaluates what an element is sorted by.
func (s *search) key(name string, by any, element any, types []string) (any, error) {
	k, err := s.eval(by.(expref).n, element)
	if err != nil {
		return nil, err
	}
	if t := typeOf(k); !slices.Contains(types, t) {
		return nil, wrongType(name, k, t, types)
	}
	return k, nil
}

func (s *search) bestBy(name, sign string, a []any) (any, error) {
	var found, foundKey any
	for i, e := range a[0].([]any) {
		k, err := s.key(name, a[1], e, []string{"number", "string"})
		if err != nil {
			return nil, err
		}
		better := i == 0
		if !better {
			if better, err = less(sign, k, foundKey); err != nil {
				return nil, err
			}
		}
		if better {
			found, foundKey = e, k
		}
	}
	return found, nil
}

func doSort(_ *search, a []any) (any, error) {
	l := slices.Clone(a[0].([]any))
	slices.SortStableFunc(l, order)
	return l, nil
}

// order compares two values of one comparable type.
func order(a, b any) int {
	if x, ok := a.(string); ok {
		return strings.Compare(x, b.(string))
	}
	return compareNumbers(a, b)
}

func doSortBy(s *search, a []any) (any, error) {
	l := a[0].([]any)
	if len(l) == 0 {
		return l, nil
	}
	type keyed struct{ key, element any }
	all := make([]keyed, len(l))
	var types []string
	for i, e := range l {
		if i == 0 {
			k, err := s.eval(a[1].(expref).n, e)
			if err != nil {
				return nil, err
			}
			if !comparable(k) {
				return nil, wrongType("sort_by", e, typeOf(k), []string{"string", "number"})
			}
			types = []string{typeOf(k)}
		}
		k, err := s.key("sort_by", a[1], e, types)
		if err != nil {
			return nil, err
		}
		all[i] = keyed{k, e}
	}
	slices.SortStableFunc(all, func(x, y keyed) int { return order(x.key, y.key) })
	out := make([]any, len(all))
	for i, k := range all {
		out[i] = k.element
	}
	return out, nil
}

func doToArray(_ *search, a []any) (any, error) {
	if l, ok := a[0].([]any); ok {
		return l, nil
	}
	return []any{a[0]}, nil
}

func doToString(_ *search, a []any) (any, error) {
	if s, ok := a[0].(string); ok {
		return s, nil
	}
	return string(ordered.AppendJSON(nil, a[0], ordered.Style{ASCII: true, Compact: true})), nil
}

func doToNumber(_ *search, a []any) (any, error) {
	if isNumber(a[0]) {
		return a[0], nil
	}
	s, ok := a[0].(string)
	if !ok {
		return nil, nil
	}
	s, ok = withoutUnderscores(strings.TrimSpace(s))
	if !ok || strings.ContainsAny(s, "xXpPoO") {
		return nil, nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return nil, nil
	}
	return f, nil
}

// withoutUnderscores removes underscores, which may stand between two digits.
func withoutUnderscores(s string) (string, bool) {
	for i := range len(s) {
		if s[i] == '_' && (i == 0 || i == len(s)-1 || !isDigit(rune(s[i-1])) || !isDigit(rune(s[i+1]))) {
			return "", false
		}
	}
	return strings.ReplaceAll(s, "_", ""), true
}

func doType(_ *search, a []any) (any, error) {
	if _, ok := a[0].(expref); ok {
		return nil, nil
	}
	return typeOf(a[0]), nil
}
