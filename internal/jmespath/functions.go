package jmespath

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/ordered"
)

// expref is an expression as an argument: &name.
type expref struct{ n *node }

// builtin is a function with the types of its parameters: none for any type,
// "array-number" for an array of numbers.
type builtin struct {
	types    [][]string
	variadic bool // the last parameter may be repeated
	do       func(s *search, a []any) (any, error)
}

var (
	anything = []string{}
	number   = []string{"number"}
	text     = []string{"string"}
	array    = []string{"array"}
	object   = []string{"object"}
	byRef    = []string{"expref"}
	numbers  = []string{"array-number"}
	sortable = []string{"array-number", "array-string"}
)

var builtins = map[string]builtin{
	"abs":         {[][]string{number}, false, doAbs},
	"avg":         {[][]string{numbers}, false, doAvg},
	"ceil":        {[][]string{number}, false, doCeil},
	"contains":    {[][]string{{"array", "string"}, anything}, false, doContains},
	"ends_with":   {[][]string{text, text}, false, doEndsWith},
	"floor":       {[][]string{number}, false, doFloor},
	"join":        {[][]string{text, {"array-string"}}, false, doJoin},
	"keys":        {[][]string{object}, false, doKeys},
	"length":      {[][]string{{"string", "array", "object"}}, false, doLength},
	"map":         {[][]string{byRef, array}, false, doMap},
	"max":         {[][]string{sortable}, false, func(_ *search, a []any) (any, error) { return best(">", a[0]) }},
	"max_by":      {[][]string{array, byRef}, false, func(s *search, a []any) (any, error) { return s.bestBy("max_by", ">", a) }},
	"merge":       {[][]string{object}, true, doMerge},
	"min":         {[][]string{sortable}, false, func(_ *search, a []any) (any, error) { return best("<", a[0]) }},
	"min_by":      {[][]string{array, byRef}, false, func(s *search, a []any) (any, error) { return s.bestBy("min_by", "<", a) }},
	"not_null":    {[][]string{anything}, true, doNotNull},
	"reverse":     {[][]string{{"array", "string"}}, false, doReverse},
	"sort":        {[][]string{{"array-string", "array-number"}}, false, doSort},
	"sort_by":     {[][]string{array, byRef}, false, doSortBy},
	"starts_with": {[][]string{text, text}, false, doStartsWith},
	"sum":         {[][]string{numbers}, false, doSum},
	"to_array":    {[][]string{anything}, false, doToArray},
	"to_number":   {[][]string{anything}, false, doToNumber},
	"to_string":   {[][]string{anything}, false, doToString},
	"type":        {[][]string{anything}, false, doType},
	"values":      {[][]string{object}, false, doValues},
}

func (s *search) call(n *node, v any) (any, error) {
	arguments := make([]any, len(n.children))
	for i, c := range n.children {
		a, err := s.eval(c, v)
		if err != nil {
			return nil, err
		}
		arguments[i] = a
	}
	f, ok := s.functions[n.name]
	if !ok {
		return nil, failure("Unknown function: %s()", n.name)
	}
	if err := f.checkCount(n.name, len(arguments)); err != nil {
		return nil, err
	}
	for i, types := range f.types {
		if err := checkType(n.name, arguments[i], types); err != nil {
			return nil, err
		}
	}
	for _, a := range arguments {
		if err := s.spend(weigh(a, maxWork)); err != nil {
			return nil, err
		}
	}
	return f.do(s, arguments)
}

func (f builtin) checkCount(name string, n int) error {
	want := len(f.types)
	noun := "arguments"
	if want == 1 {
		noun = "argument"
	}
	switch {
	case f.variadic && n < want:
		return failure("Expected at least %d %s for function %s(), received %d", want, noun, name, n)
	case !f.variadic && n != want:
		return failure("Expected %d %s for function %s(), received %d", want, noun, name, n)
	}
	return nil
}

// typeOf names the type of v as the language does.
func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case int64, float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	case *ordered.Object:
		return "object"
	case expref:
		return "expref"
	}
	return "unknown"
}

// wrongType is the error of a value that a function cannot take.
func wrongType(name string, v any, got string, want []string) error {
	shown := "an expression"
	if _, ok := v.(expref); !ok {
		if weigh(v, maxShown) >= maxShown {
			shown = "a large value"
		} else {
			shown = ordered.Str(v)
		}
	}
	return failure("In function %s(), invalid type for value: %s, expected one of: %s, received: \"%s\"",
		name, shown, oneOf(want...), got)
}

// maxShown is how many parts a value may have that an error shows.
const maxShown = 10000

// checkType checks an argument, and the elements of an array that has to have
// elements of one type.
func checkType(name string, v any, types []string) error {
	if len(types) == 0 {
		return nil
	}
	got := typeOf(v)
	var elements []string
	fits := false
	for _, t := range types {
		outer, inner, nested := strings.Cut(t, "-")
		fits = fits || got == outer
		if nested {
			elements = append(elements, inner)
		}
	}
	if !fits {
		return wrongType(name, v, got, types)
	}
	list, _ := v.([]any)
	if len(list) == 0 || len(elements) == 0 {
		return nil
	}
	want := elements[0]
	if len(elements) > 1 { // the first element decides
		if want = typeOf(list[0]); !slices.Contains(elements, want) {
			return wrongType(name, list[0], pythonType(list[0]), types)
		}
	}
	for _, e := range list {
		if typeOf(e) != want {
			return wrongType(name, e, pythonType(e), types)
		}
	}
	return nil
}

func pythonType(v any) string {
	if _, ok := v.(expref); ok {
		return "_Expression"
	}
	return ordered.TypeName(v)
}
