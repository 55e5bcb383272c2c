package output

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/daypass/daypass/internal/ordered"
)

// table prints v as boxes, one below the other and nested ones indented.
func table(b *bytes.Buffer, v any, o Options) error {
	if isEmpty(v) {
		return nil
	}
	t := &boxes{}
	if err := t.build(&o.Title, v, 0); err != nil {
		return err
	}
	t.render(b, o)
	return nil
}

// isEmpty reports whether Python takes v for false: no table is printed then.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case int64:
		return v == 0
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case *ordered.Object:
		return v.Len() == 0
	}
	return false
}

// build adds the boxes of v. Without a title, it adds to the last box.
func (t *boxes) build(title *string, v any, indent int) error {
	if isEmpty(v) {
		return nil
	}
	if title != nil {
		t.add(*title, indent)
	}
	switch v := v.(type) {
	case []any:
		if _, ok := v[0].(*ordered.Object); ok {
			return t.buildObjects(title, v, indent)
		}
		return t.buildList(v)
	case *ordered.Object:
		return t.buildObject(v, indent)
	}
	return nil
}

// buildList makes a row of each element.
func (t *boxes) buildList(list []any) error {
	for _, e := range list {
		row, ok := []any{e}, true
		switch e := e.(type) {
		case []any:
			row, ok = e, !slices.ContainsFunc(e, func(c any) bool { return !isScalar(c) })
		case *ordered.Object: // of an object behind something else, the keys
			row = nil
			for _, k := range e.Keys() {
				row = append(row, k)
			}
		}
		var err error
		if ok {
			err = t.last().addRow(row)
		} else {
			err = t.build(nil, e, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// buildObject makes one row of the scalars, and a box of everything else.
func (t *boxes) buildObject(o *ordered.Object, indent int) error {
	headers, more := split(o)
	if len(headers) == 1 {
		v, _ := o.Get(headers[0])
		if err := t.last().addRow([]any{headers[0], v}); err != nil {
			return err
		}
	} else if len(headers) > 0 {
		if err := t.last().addObject(headers, o); err != nil {
			return err
		}
	}
	for _, k := range more {
		v, _ := o.Get(k)
		if err := t.build(&k, v, indent+1); err != nil {
			return err
		}
	}
	return nil
}

// buildObjects makes a row of each object under common headers. Objects that have
// more than scalars get a box each.
func (t *boxes) buildObjects(title *string, list []any, indent int) error {
	scalars, others := make(map[string]bool), make(map[string]bool)
	for _, e := range list {
		o, ok := e.(*ordered.Object)
		if !ok {
			return notIterable(e)
		}
		headers, more := split(o)
		for _, k := range headers {
			scalars[k] = true
		}
		for _, k := range more {
			others[k] = true
		}
	}
	headers, more := slices.Sorted(maps.Keys(scalars)), slices.Sorted(maps.Keys(others))
	for i, e := range list {
		if i > 0 && len(more) > 0 {
			t.addLike(title, indent)
		}
		if i == 0 || len(more) > 0 {
			t.last().addHeaders(headers)
		}
		o := e.(*ordered.Object)
		if err := t.last().addCells(headers, o); err != nil {
			return err
		}
		for _, k := range more {
			v, ok := o.Get(k)
			if !ok {
				continue
			}
			if err := t.build(&k, v, indent+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// notIterable is the error of a list that begins with an object and goes on with
// something else.
func notIterable(v any) error {
	switch v.(type) {
	case string:
		return errors.New("string indices must be integers, not 'str'")
	case []any:
		return errors.New("list indices must be integers or slices, not str")
	}
	return fmt.Errorf("'%s' object is not iterable", ordered.TypeName(v))
}

// split returns the keys with scalars and the others, sorted.
func split(o *ordered.Object) (scalars, others []string) {
	for k, v := range o.All() {
		if isScalar(v) {
			scalars = append(scalars, k)
		} else {
			others = append(others, k)
		}
	}
	slices.Sort(scalars)
	slices.Sort(others)
	return scalars, others
}
