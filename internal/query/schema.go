package query

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Kind is what a member holds.
type Kind uint8

// The kinds of members. A parameter is one of the first five, or a Time in
// JSON; an answer may hold any.
const (
	String   Kind = iota + 1 // string
	Int                      // int32
	Bool                     // bool
	Struct                   // a struct
	List                     // []string or a slice of structs
	Time                     // time.Time, the zero time is absent
	Blob                     // []byte, base64 on the wire
	Document                 // PolicyDocument, percent-encoded on the wire
	Map                      // map[string]int32 or map[string]string
)

// PolicyDocument is a policy document in an answer of IAM. The wire has it
// percent-encoded as RFC 3986 wants; here it is plain text.
type PolicyDocument string

// NoResult is the output of an operation whose answer has no Result element.
type NoResult struct{}

// Range is a closed range in which either end may be open.
type Range struct {
	Min, Max       int64
	HasMin, HasMax bool
}

// Field describes a member of a structure. Its tag is a list of words:
//
//	name=x              its name on the wire, when not the name of the Go field
//	required            absent: "Member must not be null"
//	len=2..64           characters of a string; either end may be left out
//	range=900..43200    value of an integer
//	items=1..5          number of list elements
//	pattern=arn         a name in the table of patterns
//	enum=A|B            the legal values
//	each-len, each-pattern, each-enum, each-notnull
//	                    the same for the elements of a list of strings
//	sensitive           its value is never repeated in a message
//	private             its value is repeated to the caller alone: not in records
//	keep                printed in an answer even when empty
type Field struct {
	Name      string
	Kind      Kind
	Pointer   bool // a pointer to Kind
	Required  bool // of an element: the words "Member must not be null" belong to its constraint
	Sensitive bool
	Private   bool
	Keep      bool
	Bounds    Range // of length, value or number of elements, by Kind
	Pattern   *Pattern
	Enum      []string
	Elem      *Field  // of a List or Map
	Struct    *Schema // of a Struct

	index            int    // of the field in the Go struct
	path             string // the name as messages spell it
	open, end, empty string // its XML tags
	key              string // its JSON key with the colon
}

// Schema is the compiled form of a struct type. It is immutable.
type Schema struct {
	Type   reflect.Type
	Fields []Field

	byName map[string]int
	report []int // the fields in the order violations are reported
	sorted []int // the fields in the order of their names
	in     bool  // every field is of a kind that a parameter may have
	inJSON bool  // the same for parameters in JSON, which has times too
}

var schemas sync.Map // of reflect.Type to *Schema

// SchemaOf returns the schema of a struct type. It panics when the type cannot
// be one: the type is ours, so that is a mistake in the program.
func SchemaOf(t reflect.Type) *Schema {
	if s, ok := schemas.Load(t); ok {
		return s.(*Schema)
	}
	s, _ := schemas.LoadOrStore(t, compile(t))
	return s.(*Schema)
}

func compile(t reflect.Type) *Schema {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("query: %v is not a struct", t))
	}
	s := &Schema{Type: t, byName: make(map[string]int), in: true, inJSON: true}
	for i := range t.NumField() {
		sf := t.Field(i)
		if !sf.IsExported() {
			panic(fmt.Sprintf("query: %v.%s is not exported", t, sf.Name))
		}
		f := Field{Name: sf.Name, index: i}
		f.setType(sf.Type)
		if err := f.setTag(sf.Tag.Get("q")); err != nil {
			panic(fmt.Sprintf("query: %v.%s: %v", t, sf.Name, err))
		}
		f.path = strings.ToLower(f.Name[:1]) + f.Name[1:]
		f.setTags()
		if _, dup := s.byName[f.Name]; dup {
			panic(fmt.Sprintf("query: %v has two members %s", t, f.Name))
		}
		s.byName[f.Name] = i
		s.Fields = append(s.Fields, f)
		s.in = s.in && f.decodable()
		s.inJSON = s.inJSON && f.decodableJSON()
	}
	if len(s.Fields) > 64 {
		panic(fmt.Sprintf("query: %v has more than 64 members", t))
	}
	s.order()
	return s
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	documentType = reflect.TypeFor[PolicyDocument]()
)

func (f *Field) setType(t reflect.Type) {
	if t.Kind() == reflect.Pointer {
		f.Pointer = true
		t = t.Elem()
	}
	switch {
	case t == timeType:
		f.Kind = Time
	case t == documentType:
		f.Kind = Document
	case t == reflect.TypeFor[string]():
		f.Kind = String
	case t == reflect.TypeFor[int32]():
		f.Kind = Int
	case t == reflect.TypeFor[bool]():
		f.Kind = Bool
	case t == reflect.TypeFor[[]byte]():
		f.Kind = Blob
	case t == reflect.TypeFor[map[string]int32](), t == reflect.TypeFor[map[string]string](), t == reflect.TypeFor[[]string]():
		f.Kind = List
		if t.Kind() == reflect.Map {
			f.Kind = Map
		}
		f.Elem = new(Field)
		f.Elem.setType(t.Elem())
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct:
		f.Kind = List
		f.Elem = &Field{Kind: Struct, Struct: SchemaOf(t.Elem())}
	case t.Kind() == reflect.Struct:
		f.Kind, f.Struct = Struct, SchemaOf(t)
	default:
		panic(fmt.Sprintf("query: members of type %v are not supported", t))
	}
	if f.Pointer && (f.Kind == List || f.Kind == Map || f.Kind == Blob || f.Kind == Time) {
		panic(fmt.Sprintf("query: a pointer to %v is not supported", t))
	}
}

// decodable reports whether a parameter may be of the field's kind.
func (f *Field) decodable() bool {
	switch f.Kind {
	case String, Int, Bool:
		return true
	case Struct:
		return f.Struct.in
	case List:
		return f.Elem.decodable()
	}
	return false
}

// decodableJSON is decodable for parameters in JSON.
func (f *Field) decodableJSON() bool {
	switch f.Kind {
	case String, Int, Bool, Time:
		return true
	case Struct:
		return f.Struct.inJSON
	case List:
		return f.Elem.decodableJSON()
	}
	return false
}

func (f *Field) setTag(tag string) error {
	for word := range strings.SplitSeq(tag, ",") {
		if word == "" {
			continue
		}
		to := f
		name, value, _ := strings.Cut(word, "=")
		if each, ok := strings.CutPrefix(name, "each-"); ok {
			if f.Kind != List || f.Elem.Kind != String {
				return fmt.Errorf("%q on what is not a list of strings", word)
			}
			name, to = each, f.Elem
		}
		if err := to.setWord(name, value); err != nil {
			return fmt.Errorf("%q: %w", word, err)
		}
	}
	return nil
}

func (f *Field) setWord(name, value string) error {
	var err error
	want := f.Kind
	switch name {
	case "name":
		f.Name = value
	case "required", "notnull":
		f.Required = true
	case "sensitive":
		f.Sensitive = true
	case "private":
		f.Private = true
	case "keep":
		f.Keep = true
	case "len":
		want = String
		f.Bounds, err = parseRange(value)
	case "range":
		want = Int
		f.Bounds, err = parseRange(value)
	case "items":
		want = List
		f.Bounds, err = parseRange(value)
	case "pattern":
		want = String
		f.Pattern, err = patternNamed(value)
	case "enum":
		want = String
		f.Enum = strings.Split(value, "|")
	default:
		return fmt.Errorf("no such word")
	}
	if err == nil && want != f.Kind {
		err = fmt.Errorf("does not fit the type")
	}
	return err
}

func parseRange(s string) (r Range, err error) {
	low, high, ok := strings.Cut(s, "..")
	if !ok || low == "" && high == "" {
		return r, fmt.Errorf("not a range")
	}
	if r.HasMin = low != ""; r.HasMin {
		if r.Min, err = strconv.ParseInt(low, 10, 64); err != nil {
			return r, err
		}
	}
	if r.HasMax = high != ""; r.HasMax {
		r.Max, err = strconv.ParseInt(high, 10, 64)
	}
	return r, err
}

func (f *Field) setTags() {
	f.open, f.end, f.empty = "<"+f.Name+">", "</"+f.Name+">", "<"+f.Name+"/>"
	f.key = strconv.Quote(f.Name) + ":"
	if f.Elem != nil {
		f.Elem.open, f.Elem.end, f.Elem.empty = "<member>", "</member>", "<member/>"
	}
}

// order fills the two orders of the fields.
//
// The real service keeps its violations in a Java hash map keyed by member:
// of every answer recorded with violations of several members, the order is
// that of a java.util.HashMap of 16 buckets, and the order of the model fits
// one alone (see docs/choices.md).
func (s *Schema) order() {
	s.report, s.sorted = make([]int, len(s.Fields)), make([]int, len(s.Fields))
	for i := range s.Fields {
		s.report[i], s.sorted[i] = i, i
	}
	buckets := uint32(16)
	for len(s.Fields)*4 > int(buckets)*3 { // the map doubles when it is three quarters full
		buckets *= 2
	}
	slices.SortStableFunc(s.report, func(a, b int) int {
		return cmp.Compare(bucket(s.Fields[a].path, buckets), bucket(s.Fields[b].path, buckets))
	})
	slices.SortFunc(s.sorted, func(a, b int) int {
		return strings.Compare(s.Fields[a].Name, s.Fields[b].Name)
	})
}

// bucket returns the place of a key in a java.util.HashMap of n buckets.
func bucket(key string, n uint32) uint32 {
	var h uint32
	for i := range len(key) {
		h = h*31 + uint32(key[i])
	}
	return (h ^ h>>16) & (n - 1)
}
