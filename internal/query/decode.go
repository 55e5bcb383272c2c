package query

import (
	"cmp"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/awserr"
)

// Decode fills a T from the parameters of f. Of a repeated parameter the first
// counts; one that T does not have is ignored.
//
// The error is an *awserr.Error: MalformedInput when a parameter cannot be what
// T wants at its place, else a ValidationError that tells every constraint that
// is not met. With echo its message shows the offending values, as STS does;
// without it is IAM's.
func Decode[T any](f *Form, echo bool) (*T, error) {
	s := SchemaOf(reflect.TypeFor[T]())
	if !s.in {
		panic("query: " + s.Type.String() + " has members that no parameter can fill")
	}
	in := new(T)
	d := decoder{violations: violations{echo: echo}}
	if err := d.decode(s, f.params, reflect.ValueOf(in).Elem()); err != nil {
		return nil, err
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return in, nil
}

// decoder fills a struct and the structs in it, gathering violations.
type decoder struct{ violations }

// nested is a parameter that belongs inside a member: "Tags.member.2.Key" is
// {field: Tags, index: 2, param: {"Key", …}}. A structure has index 0.
type nested struct {
	field, index int
	param
}

// decode fills v, of type s, from params, whose names are relative to it.
func (d *decoder) decode(s *Schema, params []param, v reflect.Value) error {
	var seen uint64 // the fields given, by bit
	var inner []nested
	for _, p := range params {
		name, rest, dotted := strings.Cut(p.name, ".")
		i, ok := s.byName[name]
		if !ok {
			continue
		}
		f := &s.Fields[i]
		if f.Kind == Struct || f.Kind == List {
			n, ok := nest(f, i, rest, dotted, p.value)
			if !ok {
				return malformedInput()
			}
			if n.field >= 0 {
				if inner == nil {
					inner = make([]nested, 0, len(params))
				}
				inner = append(inner, n)
			}
			continue
		}
		if dotted {
			return malformedInput()
		}
		if seen&(1<<i) != 0 {
			continue
		}
		seen |= 1 << i
		if !f.set(v.Field(f.index), p.value) {
			return malformedInput()
		}
	}
	groups := group(inner)
	for _, i := range s.report {
		f := &s.Fields[i]
		given := seen&(1<<i) != 0
		if f.Kind == Struct || f.Kind == List {
			of := groups.of(i)
			given = len(of) > 0
			if given {
				if err := d.inner(f, of, v.Field(f.index)); err != nil {
					return err
				}
			}
		} else if given {
			d.check(f, v.Field(f.index))
		}
		if f.Required && !given {
			d.missing(f)
		}
	}
	return nil
}

// nest reads what follows the name of a structure or a list. A field of -1
// says that the parameter stands for nothing: `Tags=` is the empty list.
// It reports false for a parameter that makes no sense there: were it ignored,
// a misspelt list of policies would be no list of policies.
func nest(f *Field, i int, rest string, dotted bool, value string) (n nested, ok bool) {
	if !dotted {
		return nested{field: -1}, value == ""
	}
	if f.Kind == Struct {
		return nested{i, 0, param{rest, value}}, rest != ""
	}
	rest, ok = strings.CutPrefix(rest, "member.")
	if !ok {
		return n, false
	}
	number, rest, dotted := strings.Cut(rest, ".")
	index, ok := listIndex(number)
	if !ok || dotted && rest == "" {
		return n, false
	}
	if f.Elem.Kind == Struct {
		return nested{i, index, param{rest, value}}, dotted || value == ""
	}
	return nested{i, index, param{"", value}}, !dotted
}

// listIndex reads the N of "member.N": a positive decimal number without
// leading zeros. It is compared, never used as a size.
func listIndex(s string) (int, bool) {
	if s == "" || s[0] == '0' || len(s) > 10 {
		return 0, false
	}
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, n < 1<<31
}

// grouped holds nested parameters in the order of field and index; params
// mirrors it, so that those of one element are a slice.
type grouped struct {
	nested []nested
	params []param
}

// group sorts; parameters of one element stay in the order they came.
func group(in []nested) grouped {
	if len(in) == 0 {
		return grouped{}
	}
	byPlace := func(a, b nested) int {
		return cmp.Or(cmp.Compare(a.field, b.field), cmp.Compare(a.index, b.index))
	}
	if !slices.IsSortedFunc(in, byPlace) {
		slices.SortStableFunc(in, byPlace)
	}
	g := grouped{in, make([]param, len(in))}
	for i, n := range in {
		g.params[i] = n.param
	}
	return g
}

// of returns the parameters of a field, element by element.
func (g grouped) of(field int) [][]param {
	start, _ := slices.BinarySearchFunc(g.nested, field, func(n nested, field int) int { return cmp.Compare(n.field, field) })
	end, elements := start, 0
	for ; end < len(g.nested) && g.nested[end].field == field; end++ {
		if end == start || g.nested[end].index != g.nested[end-1].index {
			elements++
		}
	}
	if elements == 0 {
		return nil
	}
	out := make([][]param, 0, elements)
	for i := start; i < end; {
		j := i + 1
		for j < end && g.nested[j].index == g.nested[i].index {
			j++
		}
		out = append(out, g.params[i:j])
		i = j
	}
	return out
}

// inner fills a structure or a list from the parameters of its elements. Gaps
// in the numbers of a list are closed.
func (d *decoder) inner(f *Field, elements [][]param, v reflect.Value) error {
	if f.Kind == Struct {
		if f.Pointer {
			v.Set(reflect.New(f.Struct.Type))
			v = v.Elem()
		}
		d.enter(f, 0)
		defer d.leave()
		return d.decode(f.Struct, elements[0], v)
	}
	if f.Elem.Kind == String {
		list := make([]string, len(elements))
		for i, e := range elements {
			list[i] = e[0].value
		}
		d.count(f, len(list), list)
		v.Set(reflect.ValueOf(list))
		d.elements(f, list)
		return nil
	}
	d.count(f, len(elements), nil)
	v.Set(reflect.MakeSlice(v.Type(), len(elements), len(elements)))
	for i, e := range elements {
		d.enter(f, i+1)
		err := d.decode(f.Elem.Struct, e, v.Index(i))
		d.leave()
		if err != nil {
			return err
		}
	}
	return nil
}

// set stores a scalar. It reports false when text cannot be one of its kind.
func (f *Field) set(v reflect.Value, text string) bool {
	if f.Kind == String {
		if f.Pointer {
			*v.Addr().Interface().(**string) = new(text)
		} else {
			v.SetString(text)
		}
		return true
	}
	if f.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch f.Kind {
	case Int:
		n, err := strconv.ParseInt(text, 10, 32)
		v.SetInt(n)
		return err == nil
	case Bool:
		yes := strings.EqualFold(text, "true")
		v.SetBool(yes)
		return yes || strings.EqualFold(text, "false")
	}
	return false
}

func malformedInput() error { return awserr.New(http.StatusBadRequest, "MalformedInput", "") }
