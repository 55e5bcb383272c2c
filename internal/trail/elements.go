package trail

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/daypass/daypass/internal/query"
)

// shape is how a struct of parameters, or of an answer, is recorded: the
// members of its schema under the names that records have for them, which begin
// with a small letter.
type shape struct{ members []member }

type member struct {
	*query.Field
	key  string // with a comma before and a colon behind
	hide hiding
	of   *shape  // of a struct
	elem *member // of a list or a map
}

var shapes sync.Map // of reflect.Type to *shape

// shapeOf returns the shape of a struct type, compiled once.
func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s, _ := shapes.LoadOrStore(t, compile(query.SchemaOf(t)))
	return s.(*shape)
}

func compile(schema *query.Schema) *shape {
	s := &shape{members: make([]member, len(schema.Fields))}
	for i := range schema.Fields {
		s.members[i] = memberOf(&schema.Fields[i])
		f := s.members[i].Field
		s.members[i].key = `,"` + strings.ToLower(f.Name[:1]) + f.Name[1:] + `":`
		s.members[i].hide = hidingOf(f)
	}
	return s
}

func memberOf(f *query.Field) member {
	m := member{Field: f}
	if f.Struct != nil {
		m.of = shapeOf(f.Struct.Type)
	}
	if f.Elem != nil {
		m.elem = new(memberOf(f.Elem))
	}
	return m
}

// elements writes members of one call's structs.
type elements struct {
	times      string // the service's form of a time
	hideTokens bool
	asked      bool // they are parameters: none is there that was not sent
}

// appendAll appends the members that are there, each with a comma before it. v
// is addressable; in is a pointer to a struct, or nil.
func (e *elements) appendAll(dst []byte, in any) []byte {
	v := reflect.ValueOf(in)
	if !v.IsValid() || v.IsNil() {
		return dst
	}
	v = v.Elem()
	return e.appendFields(dst, shapeOf(v.Type()), v)
}

func (e *elements) appendFields(dst []byte, s *shape, v reflect.Value) []byte {
	for i := range s.members {
		m := &s.members[i]
		if fv := v.Field(i); m.hide != left && !e.absent(m, fv) {
			dst = e.appendValue(append(dst, m.key...), m, fv)
		}
	}
	return dst
}

// absent reports whether the member is not there, as query has it on the wire.
// A required text may be empty: the value of a tag.
func (e *elements) absent(m *member, v reflect.Value) bool {
	if m.Pointer {
		return v.IsNil()
	}
	if m.Keep && !e.asked || m.Required {
		return false
	}
	switch m.Kind {
	case query.String, query.Document:
		return v.Len() == 0
	case query.List, query.Map, query.Blob:
		return v.IsNil()
	case query.Time:
		return timeOf(v).IsZero()
	}
	return false
}

func timeOf(v reflect.Value) time.Time { return *v.Addr().Interface().(*time.Time) }

func (e *elements) appendValue(dst []byte, m *member, v reflect.Value) []byte {
	if m.Pointer {
		v = v.Elem()
	}
	switch m.Kind {
	case query.String:
		switch {
		case m.hide == length:
			return appendLength(dst, v.String())
		case m.hide == token && e.hideTokens:
			return append(dst, `"`+hiddenText+`"`...)
		}
		return query.AppendJSONText(dst, v.String())
	case query.Int:
		return strconv.AppendInt(dst, v.Int(), 10)
	case query.Bool:
		return appendBool(dst, v.Bool())
	case query.Time:
		return append(timeOf(v).UTC().AppendFormat(append(dst, '"'), e.times), '"')
	case query.Document:
		return append(query.AppendEscaped(append(dst, '"'), v.String()), '"')
	case query.Struct:
		start := len(dst)
		return closed(e.appendFields(dst, m.of, v), start, "{}")
	case query.List:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.appendValue(dst, m.elem, v.Index(i))
		}
		return append(dst, ']')
	case query.Map:
		start := len(dst)
		for _, key := range sortedKeys(v) {
			dst = append(query.AppendJSONText(append(dst, ','), key), ':')
			dst = e.appendValue(dst, m.elem, v.MapIndex(reflect.ValueOf(key)))
		}
		return closed(dst, start, "{}")
	}
	return append(dst, "null"...)
}

func sortedKeys(v reflect.Value) []string {
	switch m := v.Interface().(type) {
	case map[string]int32:
		return slices.Sorted(maps.Keys(m))
	case map[string]string:
		return slices.Sorted(maps.Keys(m))
	}
	return nil
}

// closed makes an object of the members from start on, each of which has a
// comma before it; none makes what empty says.
func closed(dst []byte, start int, empty string) []byte {
	if len(dst) == start {
		return append(dst, empty...)
	}
	dst[start] = '{'
	return append(dst, '}')
}

// bounded puts what says that a member was too large in its place, which began
// at start, if it is (reference, cloudtrail 1).
func bounded(dst []byte, start int, name string) []byte {
	size := len(dst) - start
	if size <= maxElements {
		return dst
	}
	dst = append(append(append(dst[:start], `{"reason":"`...), name...), ` too large","omitted":true,"originalSize":`...)
	return append(strconv.AppendInt(dst, int64(size), 10), '}')
}
