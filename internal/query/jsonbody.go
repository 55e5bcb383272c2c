package query

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/awserr"
)

// maxJSONDepth is how deep values may be nested in a body. The deepest of the
// models, a condition of an advanced event selector, is at 6.
const maxJSONDepth = 16

// value is a JSON value of a request.
type value struct {
	kind     jsonKind
	text     string // of a string, a number or a bool
	members  []jsonMember
	elements []value
}

type jsonMember struct {
	name  string
	value value
}

type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonString
	jsonNumber
	jsonBool
	jsonObject
	jsonArray
)

// parseJSON reads a body that is one JSON value. An empty one is an object
// without members. It is stricter than most readers: text must be UTF-8, a name
// may not be there twice, and there are limits to depth and number.
func parseJSON(body []byte) (value, error) {
	if len(bytes.TrimLeft(body, " \t\r\n")) == 0 {
		return value{kind: jsonObject}, nil
	}
	if !utf8.Valid(body) {
		return value{}, serialization("")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	r := jsonReader{d: d, left: MaxParameters}
	v, err := r.value(0)
	if err != nil {
		return value{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return value{}, serialization("") // something follows
	}
	return v, nil
}

type jsonReader struct {
	d    *json.Decoder
	left int // how many values there may still be
}

func (r *jsonReader) value(depth int) (value, error) {
	token, err := r.d.Token()
	if err != nil {
		return value{}, serialization("")
	}
	return r.from(token, depth)
}

// from reads the value that begins with a token.
func (r *jsonReader) from(token json.Token, depth int) (v value, err error) {
	if r.left--; r.left < 0 || depth > maxJSONDepth {
		return v, serialization("The request has too many values, or nests them too deeply.")
	}
	switch t := token.(type) {
	case nil:
		return v, nil
	case string:
		return value{kind: jsonString, text: t}, nil
	case json.Number:
		return value{kind: jsonNumber, text: t.String()}, nil
	case bool:
		if t {
			return value{kind: jsonBool, text: "true"}, nil
		}
		return value{kind: jsonBool, text: "false"}, nil
	case json.Delim:
		if t == '{' {
			v.kind = jsonObject
			v.members, err = r.members(depth)
		} else {
			v.kind = jsonArray
			v.elements, err = r.elements(depth)
		}
	}
	return v, err
}

func (r *jsonReader) members(depth int) (all []jsonMember, err error) {
	seen := map[string]bool{}
	for r.d.More() {
		token, err := r.d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, serialization("")
		}
		if seen[name] { // which of the two would be meant?
			return nil, serialization("A member is there twice.")
		}
		seen[name] = true
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		all = append(all, jsonMember{name, v})
	}
	return all, r.end()
}

func (r *jsonReader) elements(depth int) (all []value, err error) {
	for r.d.More() {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, r.end()
}

// end reads the bracket at the end.
func (r *jsonReader) end() error {
	if _, err := r.d.Token(); err != nil {
		return serialization("")
	}
	return nil
}

// serialization is the refusal of a body that cannot be what the service wants.
func serialization(message string) error {
	return awserr.New(http.StatusBadRequest, "SerializationException", "%s", message)
}
