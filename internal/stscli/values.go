package stscli

import (
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/daypass/daypass/internal/ordered"
)

// assign fills a struct of package sts with parameters that are valid.
func assign(dst reflect.Value, v any, s *shape) {
	switch v := v.(type) {
	case *ordered.Object:
		for k, e := range v.All() {
			m := s.member(k)
			assign(dst.Field(m.index), e, m.shape)
		}
	case []any:
		l := reflect.MakeSlice(dst.Type(), len(v), len(v))
		for i, e := range v {
			assign(l.Index(i), e, s.elem)
		}
		dst.Set(l)
	case string:
		dst.SetString(v)
	case int64:
		dst.SetInt(min(v, math.MaxInt32)) // beyond every parameter's range
	case bool:
		if v {
			dst.SetInt(1)
		}
	}
}

// answer returns an output of package sts as the AWS CLI has it: members in their
// order, without those that the service left out. stamp prints times.
func answer(v reflect.Value, stamp func(time.Time) string) any {
	switch v.Kind() {
	case reflect.Pointer:
		return answer(v.Elem(), stamp)
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return stamp(t)
		}
		o := new(ordered.Object)
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				o.Set(memberOf(v.Type().Field(i), i).name, answer(f, stamp))
			}
		}
		return o
	case reflect.Slice:
		l := make([]any, v.Len())
		for i := range l {
			l[i] = answer(v.Index(i), stamp)
		}
		return l
	case reflect.Int32:
		return v.Int()
	case reflect.String:
		return v.String()
	}
	panic(fmt.Sprintf("stscli: no answer has a %v", v.Type()))
}

// The formats of times, by the setting cli_timestamp_format.
func stamps(format string) (func(time.Time) string, error) {
	switch format {
	case "", "wire", "none":
		return func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z") }, nil
	case "iso8601":
		return func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999-07:00") }, nil
	}
	return nil, awsErrorf("Unknown cli_timestamp_format value: %s, valid values are \"none\", \"wire\" or \"iso8601\"", format)
}

// sample returns a value of a shape with nothing in it, for people to fill in. With
// names, texts are the names of their members.
func sample(s *shape, name string, names bool) any {
	switch s.kind {
	case structure:
		o := new(ordered.Object)
		for _, m := range s.members {
			o.Set(m.name, sample(m.shape, m.name, names))
		}
		return o
	case list:
		return []any{sample(s.elem, name, names)}
	case integer:
		return int64(0)
	case timestamp:
		return "1970-01-01T00:00:00"
	}
	if names {
		return name
	}
	return ""
}
