package sts

import (
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// apiVersion is that of every call.
const apiVersion = "2011-06-15"

// MaxRequest is the largest body of a request in bytes. The largest legal
// parameter, a SAML response, has 100,000 characters.
const MaxRequest = 512 << 10

// parameter is a name and a value of a form.
type parameter struct{ name, value string }

// form collects the parameters of a call.
type form struct {
	all     []parameter
	missing []string // required, and not there
}

// encode returns the body of a call: its parameters in the order of their names,
// as the AWS SDK for Go sends them.
func encode(op *Operation, in any) ([]byte, error) {
	f := form{all: make([]parameter, 0, 16)}
	f.all = append(f.all, parameter{"Action", op.Name}, parameter{"Version", apiVersion})
	f.structure("", shapeOf(op.Input), reflect.ValueOf(in).Elem())
	if len(f.missing) > 0 {
		return nil, &ParamError{Operation: op.Name, Missing: f.missing}
	}
	slices.SortFunc(f.all, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	size := 0
	for _, p := range f.all {
		size += len(p.name) + len(p.value) + 2
	}
	if size > MaxRequest {
		return nil, fmt.Errorf("sts: %s: request: %w: %d bytes, at most %d", op.Name, ErrTooLarge, size, MaxRequest)
	}
	body := make([]byte, 0, size+size/8)
	for i, p := range f.all {
		if i > 0 {
			body = append(body, '&')
		}
		body = append(body, p.name...) // of letters, digits and dots
		body = append(body, '=')
		body = append(body, url.QueryEscape(p.value)...)
	}
	if len(body) > MaxRequest {
		return nil, fmt.Errorf("sts: %s: request: %w: %d bytes, at most %d", op.Name, ErrTooLarge, len(body), MaxRequest)
	}
	return body, nil
}

// structure adds the fields of v under a prefix, which ends in a dot unless it is
// empty.
func (f *form) structure(prefix string, s *shape, v reflect.Value) {
	for i := range s.fields {
		field := &s.fields[i]
		f.field(prefix+field.name, field, v.Field(field.index))
	}
}

func (f *form) field(name string, field *field, v reflect.Value) {
	switch field.kind {
	case kindString:
		// The value of a tag may be empty, and must then be sent: only there does a
		// required string have no minimum.
		if v.Len() > 0 || field.required && strings.HasSuffix(name, ".Value") {
			f.add(name, v.String())
		} else if field.required {
			f.missing = append(f.missing, name)
		}
	case kindInt:
		if n := v.Int(); n != 0 {
			f.add(name, strconv.FormatInt(n, 10))
		}
	case kindStruct:
		f.structure(name+".", field.of, v)
	case kindStrings:
		for i := range v.Len() {
			f.add(member(name, i), v.Index(i).String())
		}
	case kindStructs:
		for i := range v.Len() {
			f.structure(member(name, i)+".", field.of, v.Index(i))
		}
	}
	if field.required && (field.kind == kindStrings || field.kind == kindStructs) && v.Len() == 0 {
		f.missing = append(f.missing, name)
	}
}

func (f *form) add(name, value string) { f.all = append(f.all, parameter{name, value}) }

func member(list string, i int) string { return list + ".member." + strconv.Itoa(i+1) }
