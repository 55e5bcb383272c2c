package output

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/ordered"
)

// text prints v, of the key that identifies it, if there is one. Objects in a list
// share their columns: the keys that have a scalar in any of them.
func text(b *bytes.Buffer, v any, key string, columns []string) error {
	switch v := v.(type) {
	case *ordered.Object:
		return textObject(b, v, key, columns)
	case []any:
		return textList(b, v, key)
	}
	b.WriteString(ordered.Str(v) + "\n")
	return nil
}

func textList(b *bytes.Buffer, list []any, key string) error {
	objects := slices.ContainsFunc(list, func(e any) bool { _, ok := e.(*ordered.Object); return ok })
	if objects {
		columns, err := scalarKeys(list)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := text(b, e, key, columns); err != nil {
				return err
			}
		}
		return nil
	}
	var scalars, rest []any
	for _, e := range list {
		if isScalar(e) {
			scalars = append(scalars, e)
		} else {
			rest = append(rest, e)
		}
	}
	if len(scalars) > 0 {
		textScalars(b, scalars, key)
	}
	for _, e := range rest {
		if err := text(b, e, key, nil); err != nil {
			return err
		}
	}
	return nil
}

// textScalars prints scalars in one line, or one in a line behind their key.
func textScalars(b *bytes.Buffer, list []any, key string) {
	if key != "" {
		for _, e := range list {
			fmt.Fprintf(b, "%s\t%s\n", strings.ToUpper(key), ordered.Str(e))
		}
		return
	}
	cells := make([]string, len(list))
	for i, e := range list {
		cells[i] = ordered.Str(e)
	}
	b.WriteString(strings.Join(cells, "\t") + "\n")
}

// scalarKeys returns the keys that have a scalar in any object of the list.
func scalarKeys(list []any) ([]string, error) {
	seen := make(map[string]bool)
	for _, e := range list {
		o, ok := e.(*ordered.Object)
		if !ok {
			return nil, fmt.Errorf("'%s' object has no attribute 'items'", ordered.TypeName(e))
		}
		for k, v := range o.All() {
			if isScalar(v) {
				seen[k] = true
			}
		}
	}
	return slices.AppendSeq([]string{}, maps.Keys(seen)), nil
}

// textObject prints the scalars of an object in one line, then what is no scalar.
// With columns, each has a cell.
func textObject(b *bytes.Buffer, o *ordered.Object, key string, columns []string) error {
	var cells, rest []string
	keys := slices.Sorted(slices.Values(o.Keys()))
	for _, k := range keys {
		v, _ := o.Get(k)
		switch {
		case columns == nil && isScalar(v):
			cells = append(cells, ordered.Str(v))
		case !slices.Contains(columns, k):
			rest = append(rest, k)
		}
	}
	for _, k := range slices.Sorted(slices.Values(columns)) {
		cell := ""
		if v, ok := o.Get(k); ok {
			cell = ordered.Str(v)
		}
		cells = append(cells, cell)
	}
	if len(cells) > 0 {
		if key != "" {
			b.WriteString(strings.ToUpper(key) + "\t")
		}
		b.WriteString(strings.Join(cells, "\t") + "\n")
	}
	for _, k := range rest {
		v, _ := o.Get(k)
		if err := text(b, v, k, nil); err != nil {
			return err
		}
	}
	return nil
}
