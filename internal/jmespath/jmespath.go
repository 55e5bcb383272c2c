// Package jmespath evaluates JMESPath expressions, the language of --query.
//
//	Credentials.[AccessKeyId, Expiration]
//	{Id: AssumedRoleUser.AssumedRoleId, Keys: keys(@)}
//
// It is the dialect of the AWS CLI, in what it finds and in what it says of
// mistakes: objects keep the order of their keys, wildcards follow it, slices
// behind an index are no projections, and values that JMESPath does not let
// compare are compared as Python does or refused in Python's words.
//
// An expression is bounded in depth, and so is the work that it may cause:
// [ErrTooMuch].
package jmespath

import (
	"errors"
	"slices"

	"github.com/daypass/daypass/internal/ordered"
)

// maxWork bounds the values that an expression may visit or make.
const maxWork = 4 << 20

// ErrTooMuch says that an expression makes too much of its input.
var ErrTooMuch = errors.New("the expression makes too large a result")

// Expression is a compiled expression. It is safe for concurrent use.
type Expression struct{ root *node }

// Compile reads an expression. Unknown functions and wrong arguments are errors of
// [Expression.Search], as the AWS CLI has it.
func Compile(expression string) (*Expression, error) {
	root, err := parse(expression)
	if err != nil {
		return nil, err
	}
	return &Expression{root}, nil
}

// Search returns what the expression finds in a value of package ordered, nil for
// nothing. The result shares parts with the value.
func (e *Expression) Search(value any) (any, error) {
	v, err := (&search{functions: builtins}).eval(e.root, value)
	if err == nil && hasReference(v) {
		return nil, errNoValue
	}
	return v, err
}

// errNoValue says that a result has an &expression in it.
var errNoValue = failure("Encountered unrecognized type in JSON encoder.")

func hasReference(v any) bool {
	switch v := v.(type) {
	case expref:
		return true
	case []any:
		return slices.ContainsFunc(v, hasReference)
	case *ordered.Object:
		for _, e := range v.All() {
			if hasReference(e) {
				return true
			}
		}
	}
	return false
}

// search is one evaluation.
type search struct {
	functions map[string]builtin // builtins, which call back into the search
	work      int
}

// spend counts work.
func (s *search) spend(n int) error {
	if s.work += n; s.work > maxWork {
		return ErrTooMuch
	}
	return nil
}

// weigh counts the parts of a value, up to limit. Parts count as often as they
// appear.
func weigh(v any, limit int) int {
	n := 1
	switch v := v.(type) {
	case string:
		n += len(v) / 64
	case []any:
		for _, e := range v {
			if n += weigh(e, limit-n); n >= limit {
				return n
			}
		}
	case *ordered.Object:
		for _, e := range v.All() {
			if n += weigh(e, limit-n); n >= limit {
				return n
			}
		}
	}
	return n
}

func (s *search) eval(n *node, v any) (any, error) {
	if err := s.spend(1); err != nil {
		return nil, err
	}
	switch n.kind {
	case identity:
		return v, nil
	case literal:
		return n.value, nil
	case field:
		if o, ok := v.(*ordered.Object); ok {
			found, _ := o.Get(n.name)
			return found, nil
		}
		return nil, nil
	case index:
		return at(v, n.index), nil
	case slice:
		return cut(v, n.bounds)
	case chain, pipe:
		var err error
		for _, c := range n.children {
			if v, err = s.eval(c, v); err != nil {
				return nil, err
			}
		}
		return v, nil
	case flatten:
		return s.flatten(n, v)
	case projection, valueProjection, filterProjection:
		return s.project(n, v)
	case comparator:
		return s.compare(n, v)
	case and, or:
		left, err := s.eval(n.children[0], v)
		if err != nil || truthy(left) == (n.kind == or) {
			return left, err
		}
		return s.eval(n.children[1], v)
	case not:
		operand, err := s.eval(n.children[0], v)
		return !truthy(operand), err
	case function:
		return s.call(n, v)
	case reference:
		return expref{n.children[0]}, nil
	default: // list, hash
		return s.collect(n, v)
	}
}

// collect evaluates the parts of a list or hash.
func (s *search) collect(n *node, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	o, l := new(ordered.Object), make([]any, 0, len(n.children))
	for i, c := range n.children {
		part, err := s.eval(c, v)
		if err != nil {
			return nil, err
		}
		if err := s.spend(weigh(part, maxWork)); err != nil {
			return nil, err
		}
		if n.kind == hash {
			o.Set(n.keys[i], part)
		} else {
			l = append(l, part)
		}
	}
	if n.kind == hash {
		return o, nil
	}
	return l, nil
}

// truthy reports whether v is neither null, false nor empty. Numbers are true.
func truthy(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case *ordered.Object:
		return v.Len() > 0
	}
	return true
}

func (s *search) flatten(n *node, v any) (any, error) {
	base, err := s.eval(n.children[0], v)
	list, ok := base.([]any)
	if err != nil || !ok {
		return nil, err
	}
	flat := []any{}
	for _, e := range list {
		inner, ok := e.([]any)
		if !ok {
			inner = []any{e}
		}
		if err := s.spend(len(inner)); err != nil {
			return nil, err
		}
		flat = append(flat, inner...)
	}
	return flat, nil
}

func (s *search) project(n *node, v any) (any, error) {
	base, err := s.eval(n.children[0], v)
	if err != nil {
		return nil, err
	}
	list, ok := base.([]any)
	if o, isObject := base.(*ordered.Object); n.kind == valueProjection {
		ok = isObject
		list = nil
		if isObject {
			for _, e := range o.All() {
				list = append(list, e)
			}
		}
	}
	if !ok {
		return nil, nil
	}
	found := []any{}
	for _, e := range list {
		if n.kind == filterProjection {
			keep, err := s.eval(n.children[2], e)
			if err != nil {
				return nil, err
			}
			if !truthy(keep) {
				continue
			}
		}
		part, err := s.eval(n.children[1], e)
		if err != nil {
			return nil, err
		}
		if part != nil {
			found = append(found, part)
		}
	}
	return found, nil
}

// at returns the element of a list; a negative index counts from the end.
func at(v any, i int64) any {
	l, ok := v.([]any)
	if !ok {
		return nil
	}
	if i < 0 {
		i += int64(len(l))
	}
	if i < 0 || i >= int64(len(l)) {
		return nil
	}
	return l[i]
}

// cut returns a slice of a list.
func cut(v any, bounds [3]*int64) (any, error) {
	l, ok := v.([]any)
	if !ok {
		return nil, nil
	}
	n, step := int64(len(l)), int64(1)
	if bounds[2] != nil {
		step = *bounds[2]
	}
	if step == 0 {
		return nil, errors.New("slice step cannot be zero")
	}
	// first and last are where a bound that is out of range comes to lie.
	first, last := int64(0), n
	if step < 0 {
		first, last = -1, n-1
	}
	bound := func(b *int64, missing int64) int64 {
		if b == nil {
			return missing
		}
		i := *b
		if i < 0 {
			i += n
		}
		return min(max(i, first), last)
	}
	start, stop := bound(bounds[0], first), bound(bounds[1], last)
	if step < 0 {
		start, stop = bound(bounds[0], last), bound(bounds[1], first)
	}
	out := []any{}
	for i := start; i < stop && step > 0 || i > stop && step < 0; i += step {
		out = append(out, l[i])
		if step > n || step < -n { // the next one is beyond the end, or beyond 64 bits
			break
		}
	}
	return out, nil
}
