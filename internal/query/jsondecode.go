package query

import (
	"math"
	"reflect"
	"strconv"
	"time"
)

// DecodeJSON fills a T from a request's body in JSON 1.1, under the same
// constraints as [Decode]. A member that is null is absent; one that T does not
// have is ignored.
//
// The error is an *awserr.Error: SerializationException when the body is no
// JSON, or a member of it cannot be what T wants, else a ValidationError that
// tells every constraint that is not met.
func DecodeJSON[T any](body []byte, echo bool) (*T, error) {
	s := SchemaOf(reflect.TypeFor[T]())
	if !s.inJSON {
		panic("query: " + s.Type.String() + " has members that no parameter can fill")
	}
	root, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	in := new(T)
	d := decoder{violations: violations{echo: echo}}
	if err := d.object(s, &root, reflect.ValueOf(in).Elem()); err != nil {
		return nil, err
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return in, nil
}

// object fills v, of type s, from a JSON object.
func (d *decoder) object(s *Schema, from *value, v reflect.Value) error {
	if from.kind != jsonObject {
		return from.unexpected("structure")
	}
	var given [64]*value
	for i := range from.members {
		m := &from.members[i]
		if at, ok := s.byName[m.name]; ok && m.value.kind != jsonNull {
			given[at] = &m.value
		}
	}
	for _, i := range s.report {
		f := &s.Fields[i]
		if given[i] == nil {
			if f.Required {
				d.missing(f)
			}
			continue
		}
		if err := d.member(f, given[i], v.Field(f.index)); err != nil {
			return err
		}
	}
	return nil
}

// member fills one member, and checks it.
func (d *decoder) member(f *Field, from *value, v reflect.Value) error {
	switch f.Kind {
	case List:
		return d.list(f, from, v)
	case Struct:
		if f.Pointer {
			v.Set(reflect.New(f.Struct.Type))
			v = v.Elem()
		}
		d.enter(f, 0)
		defer d.leave()
		return d.object(f.Struct, from, v)
	}
	if err := f.setJSON(v, from); err != nil {
		return err
	}
	d.check(f, v)
	return nil
}

func (d *decoder) list(f *Field, from *value, v reflect.Value) error {
	if from.kind != jsonArray {
		return from.unexpected("list")
	}
	if f.Elem.Kind == String {
		list := make([]string, len(from.elements))
		for i := range from.elements {
			if from.elements[i].kind != jsonString {
				return from.elements[i].unexpected("String")
			}
			list[i] = from.elements[i].text
		}
		d.count(f, len(list), list)
		v.Set(reflect.ValueOf(list))
		d.elements(f, list)
		return nil
	}
	d.count(f, len(from.elements), nil)
	v.Set(reflect.MakeSlice(v.Type(), len(from.elements), len(from.elements)))
	for i := range from.elements {
		d.enter(f, i+1)
		err := d.object(f.Elem.Struct, &from.elements[i], v.Index(i))
		d.leave()
		if err != nil {
			return err
		}
	}
	return nil
}

// lastTime is the last second of the year 9999, beyond which a time has no
// usual form.
const lastTime = 253402300799

// setJSON stores a scalar. Nothing is converted: the text "true" is no bool.
func (f *Field) setJSON(v reflect.Value, from *value) error {
	if f.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch f.Kind {
	case String:
		if from.kind != jsonString {
			return from.unexpected("String")
		}
		v.SetString(from.text)
	case Int:
		n, err := strconv.ParseInt(from.text, 10, 32)
		if from.kind != jsonNumber || err != nil {
			return from.unexpected("Integer")
		}
		v.SetInt(n)
	case Bool:
		if from.kind != jsonBool {
			return from.unexpected("Boolean")
		}
		v.SetBool(from.text == "true")
	case Time:
		seconds, err := strconv.ParseFloat(from.text, 64)
		if from.kind != jsonNumber || err != nil || seconds < 0 || seconds > lastTime {
			return from.unexpected("milliseconds since epoch")
		}
		v.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(seconds * 1000))).UTC()))
	}
	return nil
}

// unexpected refuses a value that is not what is wanted in its place. It shows
// the value's kind, not the value.
func (v *value) unexpected(want string) error {
	switch v.kind {
	case jsonObject:
		return serialization("Start of structure or map found where not expected.")
	case jsonArray:
		return serialization("Start of list found where not expected.")
	}
	kinds := [...]string{jsonNull: "NULL_VALUE", jsonString: "STRING_VALUE", jsonNumber: "NUMBER_VALUE", jsonBool: "BOOLEAN_VALUE"}
	return serialization(kinds[v.kind] + " can not be converted to " + want)
}
