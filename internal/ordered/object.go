// Package ordered holds values as they are printed and queried on the command
// line: JSON values whose objects keep the order of their keys.
//
// A value is one of
//
//	nil  bool  int64  float64  string  []any  *Object
//
// The AWS CLI is a Python program, and what it prints of a value is what Python
// prints. [Str], [Repr], [TypeName] and [AppendJSON] tell the same, and
// [ParseJSON] refuses in the same words. Numbers that do not fit in 64 bits are
// read as floating point.
package ordered

import (
	"iter"
	"slices"
)

// Object is a JSON object. Its zero value is empty and ready for use. It is not
// safe for concurrent changes.
type Object struct {
	keys   []string
	values map[string]any
}

// Set sets the value of key. A new key comes last, one that is there keeps its
// place.
func (o *Object) Set(key string, value any) {
	if _, there := o.values[key]; !there {
		o.keys = append(o.keys, key)
	}
	if o.values == nil {
		o.values = make(map[string]any)
	}
	o.values[key] = value
}

// Get returns the value of key, and whether it is there.
func (o *Object) Get(key string) (value any, ok bool) {
	value, ok = o.values[key]
	return value, ok
}

// Len returns the number of keys.
func (o *Object) Len() int { return len(o.keys) }

// Keys returns the keys in their order.
func (o *Object) Keys() []string { return slices.Clone(o.keys) }

// All yields keys and values in the order of the keys.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, k := range o.keys {
			if !yield(k, o.values[k]) {
				return
			}
		}
	}
}

// Equal reports whether two values are equal as Python has it: 1 equals 1.0 and
// true, and the order of keys does not count.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case string:
		s, ok := b.(string)
		return ok && a == s
	case []any:
		l, ok := b.([]any)
		return ok && slices.EqualFunc(a, l, Equal)
	case *Object:
		o, ok := b.(*Object)
		if !ok || o.Len() != a.Len() {
			return false
		}
		for k, v := range a.All() {
			if w, there := o.Get(k); !there || !Equal(v, w) {
				return false
			}
		}
		return true
	default:
		return equalNumbers(a, b)
	}
}

// equalNumbers compares numbers, among which Python counts booleans.
func equalNumbers(a, b any) bool {
	i, aInt := integer(a)
	j, bInt := integer(b)
	if aInt && bInt {
		return i == j
	}
	x, aFloat := a.(float64)
	y, bFloat := b.(float64)
	switch {
	case aFloat && bFloat:
		return x == y
	case aFloat && bInt:
		return x == float64(j)
	case aInt && bFloat:
		return float64(i) == y
	}
	return false
}

func integer(v any) (n int64, ok bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}
