package stscli

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/daypass/daypass/internal/ordered"
)

// paramError is a parameter that cannot be read.
type paramError struct{ option, msg string }

func (e paramError) Error() string {
	return fmt.Sprintf("Error parsing parameter '%s': %s", e.option, e.msg)
}

// params makes the parameters of a call from its options.
func (c *command) params(found values, f files) (*ordered.Object, error) {
	in := new(ordered.Object)
	for _, m := range c.input.members {
		name := "--" + m.flag
		if !found.has(name) {
			continue
		}
		v, err := unpack(name, m.shape, found[name], f)
		if err != nil {
			return nil, err
		}
		in.Set(m.name, v)
	}
	if !found.has(inputJSON) {
		return in, nil
	}
	text, err := f.contents(inputJSON, found.text(inputJSON))
	if err != nil {
		return nil, err
	}
	v, err := parseJSON(strings.TrimPrefix(inputJSON, "--"), text)
	if err != nil {
		return nil, err
	}
	given, ok := v.(*ordered.Object)
	if !ok {
		return nil, awsErrorf("'%s' object has no attribute 'keys'", ordered.TypeName(v))
	}
	for k, v := range given.All() {
		if _, there := in.Get(k); !there {
			in.Set(k, v)
		}
	}
	return in, nil
}

// unpack reads the values of an option: files, JSON, shorthand, or as they are.
func unpack(name string, s *shape, given []string, f files) (any, error) {
	if len(given) == 1 {
		text, err := f.contents(name, given[0])
		if err != nil {
			return nil, err
		}
		given = []string{text}
	}
	if len(given) > 0 && (s.kind == structure || s.kind == list) {
		first := strings.TrimSpace(given[0])
		isJSON := strings.HasPrefix(first, "[") || strings.HasPrefix(first, "{")
		switch {
		case isJSON && (s.kind == structure || len(given) == 1 && first[0] == '['):
			return parseJSON(name, given[0])
		case s.complex() && !isJSON:
			return unpackShorthand(name, s, given, f)
		}
	}
	if s.kind != list {
		return scalar(s, given[0])
	}
	out := []any{}
	for _, g := range given {
		v, err := unpackElement(name, s.elem, g)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// unpackElement reads an element of a list: an object in JSON, or a scalar.
func unpackElement(name string, s *shape, text string) (any, error) {
	if s.kind != structure {
		return scalar(s, text)
	}
	if !strings.HasPrefix(strings.TrimLeftFunc(text, unicode.IsSpace), "{") {
		return nil, paramError{name, "Invalid JSON:\n" + text}
	}
	return parseJSON(name, text)
}

func parseJSON(name, text string) (any, error) {
	v, err := ordered.ParseJSON(text)
	if err != nil {
		return nil, paramError{name, fmt.Sprintf("Invalid JSON: %v\nJSON received: %s", err, text)}
	}
	return v, nil
}

// scalar reads a string or a number.
func scalar(s *shape, text string) (any, error) {
	if s.kind != integer {
		return text, nil
	}
	return parseInt(text)
}

// parseInt reads an integer in the forms that Python reads.
func parseInt(text string) (any, error) {
	plain := strings.TrimSpace(text)
	if !strings.Contains(plain, "__") && !strings.HasPrefix(plain, "_") && !strings.HasSuffix(plain, "_") {
		plain = strings.ReplaceAll(plain, "_", "")
	}
	n, err := strconv.ParseInt(plain, 10, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return nil, awsErrorf("invalid literal for int() with base 10: %s", ordered.Repr(text))
	}
	return n, nil // one out of range is out of the range of any parameter
}

func unpackShorthand(name string, s *shape, given []string, f files) (any, error) {
	elem := s
	if s.kind == list {
		elem = s.elem
	}
	out := []any{}
	for _, g := range given {
		o, err := parseShorthand(g, f.named)
		if err != nil {
			return nil, paramError{name, err.Error()}
		}
		if err := convert(o, elem); err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	if s.kind != list {
		return out[0], nil
	}
	return out, nil
}

// convert makes what the shape asks for of the strings of a shorthand object.
func convert(o *ordered.Object, s *shape) error {
	for _, m := range s.members {
		v, ok := o.Get(m.name)
		if !ok {
			continue
		}
		text, isText := v.(string)
		nested, isObject := v.(*ordered.Object)
		switch {
		case m.shape.kind == list && isText:
			o.Set(m.name, []any{v})
		case m.shape.kind == integer && isText:
			n, err := parseInt(text)
			if err != nil {
				return err
			}
			o.Set(m.name, n)
		case m.shape.kind == structure && isObject:
			if err := convert(nested, m.shape); err != nil {
				return err
			}
		}
	}
	return nil
}
