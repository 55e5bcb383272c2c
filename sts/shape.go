package sts

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
)

// shape is the compiled form of an input or output struct.
type shape struct {
	fields []field
	byName map[string]int // by the name on the wire
}

type kind uint8

const (
	kindString kind = iota
	kindInt         // int32
	kindTime
	kindStruct
	kindStrings // []string
	kindStructs // a slice of structs
)

type field struct {
	index     int
	name      string // on the wire
	kind      kind
	pointer   bool
	required  bool
	sensitive bool
	of        *shape // of a struct, or of a list's elements
}

var shapes sync.Map // of reflect.Type to *shape

// shapeOf panics on a type that is none of ours: a mistake in this package.
func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{byName: make(map[string]int)}
	for i := range t.NumField() {
		sf := t.Field(i)
		f := field{index: i, name: sf.Name}
		for word := range strings.SplitSeq(sf.Tag.Get("q"), ",") {
			switch name, value, _ := strings.Cut(word, "="); name {
			case "name":
				f.name = value
			case "required":
				f.required = true
			case "sensitive":
				f.sensitive = true
			}
		}
		f.setType(sf.Type)
		s.byName[f.name] = len(s.fields)
		s.fields = append(s.fields, f)
	}
	stored, _ := shapes.LoadOrStore(t, s)
	return stored.(*shape)
}

func (f *field) setType(t reflect.Type) {
	if f.pointer = t.Kind() == reflect.Pointer; f.pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.String:
		f.kind = kindString
	case t.Kind() == reflect.Int32:
		f.kind = kindInt
	case t == reflect.TypeFor[time.Time]():
		f.kind = kindTime
	case t.Kind() == reflect.Struct:
		f.kind, f.of = kindStruct, shapeOf(t)
	case t == reflect.TypeFor[[]string]():
		f.kind = kindStrings
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		f.kind, f.of = kindStructs, shapeOf(t.Elem())
	default:
		panic(fmt.Sprintf("sts: no field is of type %v", t))
	}
}
