package oidc

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// A reader of JSON for documents that strangers sign or send. The standard one
// keeps the last of two members with one name, matches names without regard to
// case, and mends invalid UTF-8: each lets two readers of a document see
// different things.

type kind uint8

const (
	isNull kind = iota
	isBool
	isNumber
	isText
	isList
	isObject
)

// value is a JSON value.
type value struct {
	kind    kind
	text    string // of a text; a number as it is spelled; "true" or "false"
	list    []value
	members []member
}

type member struct {
	name  string
	value value
}

// get returns the member of exactly this name.
func (v *value) get(name string) (*value, bool) {
	for i := range v.members {
		if v.members[i].name == name {
			return &v.members[i].value, true
		}
	}
	return nil, false
}

// texts returns a list of texts, or a single text as a list of one.
func (v *value) texts() (list []string, ok bool) {
	if v.kind == isText {
		return []string{v.text}, true
	}
	if v.kind != isList {
		return nil, false
	}
	list = make([]string, len(v.list))
	for i := range v.list {
		if v.list[i].kind != isText {
			return nil, false
		}
		list[i] = v.list[i].text
	}
	return list, true
}

// latest is the last second that a number of seconds may name: the end of the
// year 9999.
const latest = 253402300799

// seconds returns a whole number of seconds since 1970.
func (v *value) seconds() (n int64, ok bool) {
	if v.kind != isNumber {
		return 0, false
	}
	n, err := strconv.ParseInt(v.text, 10, 64) // takes neither fraction nor exponent
	return n, err == nil && n >= 0 && n <= latest
}

// The bounds of a document. Ours need a depth of five.
const (
	maxDepth  = 20
	maxValues = 100_000
)

// parseJSON reads a document that is one value and nothing after it.
func parseJSON(data []byte) (v value, err error) {
	if !utf8.Valid(data) {
		return v, errors.New("not UTF-8")
	}
	p := parser{data: data}
	if v, err = p.value(0); err != nil {
		return value{}, err
	}
	if p.space(); p.at != len(data) {
		return value{}, p.error("something behind the end")
	}
	return v, nil
}

// parseObject is parseJSON for a document that is an object.
func parseObject(data []byte) (value, error) {
	v, err := parseJSON(data)
	if err == nil && v.kind != isObject {
		err = errors.New("not an object")
	}
	return v, err
}

type parser struct {
	data  []byte
	at    int
	count int // of values
}

func (p *parser) error(what string) error { return fmt.Errorf("%s at byte %d", what, p.at) }

func (p *parser) space() {
	for p.at < len(p.data) {
		switch p.data[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// next is the byte that comes after white space; 0 at the end.
func (p *parser) next() byte {
	p.space()
	if p.at == len(p.data) {
		return 0
	}
	return p.data[p.at]
}

func (p *parser) value(depth int) (v value, err error) {
	if depth > maxDepth {
		return v, p.error("nested too deep")
	}
	if p.count++; p.count > maxValues {
		return v, p.error("too many values")
	}
	switch c := p.next(); {
	case c == '{':
		v.kind = isObject
		v.members, err = p.object(depth)
	case c == '[':
		v.kind = isList
		v.list, err = p.array(depth)
	case c == '"':
		v.kind = isText
		v.text, err = p.string()
	case c == '-' || c >= '0' && c <= '9':
		v.kind = isNumber
		v.text, err = p.number()
	case p.word("true"):
		v = value{kind: isBool, text: "true"}
	case p.word("false"):
		v = value{kind: isBool, text: "false"}
	case p.word("null"):
	default:
		err = p.error("no value")
	}
	return v, err
}

// word takes a word if it is next.
func (p *parser) word(w string) bool {
	if len(p.data)-p.at < len(w) || string(p.data[p.at:p.at+len(w)]) != w {
		return false
	}
	p.at += len(w)
	return true
}

// fewMembers is how many members are compared one by one with a new one.
const fewMembers = 16

func (p *parser) object(depth int) (members []member, err error) {
	p.at++
	if p.next() == '}' {
		p.at++
		return nil, nil
	}
	var seen map[string]bool
	for {
		if p.next() != '"' {
			return nil, p.error("no member name")
		}
		m := member{}
		if m.name, err = p.string(); err != nil {
			return nil, err
		}
		twice := seen[m.name]
		if seen == nil {
			for i := range members {
				twice = twice || members[i].name == m.name
			}
		}
		if twice {
			return nil, p.error("a member twice")
		}
		if p.next() != ':' {
			return nil, p.error("no colon")
		}
		p.at++
		if m.value, err = p.value(depth + 1); err != nil {
			return nil, err
		}
		members = append(members, m)
		switch {
		case seen != nil:
			seen[m.name] = true
		case len(members) > fewMembers:
			seen = make(map[string]bool, 2*len(members))
			for i := range members {
				seen[members[i].name] = true
			}
		}
		switch p.next() {
		case ',':
			p.at++
		case '}':
			p.at++
			return members, nil
		default:
			return nil, p.error("neither comma nor brace")
		}
	}
}

func (p *parser) array(depth int) (list []value, err error) {
	p.at++
	if p.next() == ']' {
		p.at++
		return nil, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		switch p.next() {
		case ',':
			p.at++
		case ']':
			p.at++
			return list, nil
		default:
			return nil, p.error("neither comma nor bracket")
		}
	}
}

// string reads a text; the opening quote is next.
func (p *parser) string() (string, error) {
	p.at++
	start := p.at
	for p.at < len(p.data) {
		switch c := p.data[p.at]; {
		case c == '"':
			s := string(p.data[start:p.at])
			p.at++
			return s, nil
		case c == '\\':
			return p.escaped(append([]byte(nil), p.data[start:p.at]...))
		case c < ' ':
			return "", p.error("a control character in a text")
		}
		p.at++
	}
	return "", p.error("a text without end")
}

// escaped goes on from the first backslash of a text.
func (p *parser) escaped(b []byte) (string, error) {
	for p.at < len(p.data) {
		c := p.data[p.at]
		p.at++
		switch {
		case c == '"':
			return string(b), nil
		case c < ' ':
			return "", p.error("a control character in a text")
		case c != '\\':
			b = append(b, c)
			continue
		}
		r, err := p.escape()
		if err != nil {
			return "", err
		}
		b = utf8.AppendRune(b, r)
	}
	return "", p.error("a text without end")
}

// escape reads what comes behind a backslash.
func (p *parser) escape() (rune, error) {
	if p.at == len(p.data) {
		return 0, p.error("a text without end")
	}
	c := p.data[p.at]
	p.at++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		r, ok := p.hex()
		if ok && utf16.IsSurrogate(r) {
			low := rune(0)
			if ok = p.word(`\u`); ok {
				low, ok = p.hex()
			}
			r = utf16.DecodeRune(r, low)
			ok = ok && r != utf8.RuneError
		}
		if ok {
			return r, nil
		}
	}
	return 0, p.error("no such escape")
}

// hex reads four hexadecimal digits.
func (p *parser) hex() (r rune, ok bool) {
	if len(p.data)-p.at < 4 {
		return 0, false
	}
	for _, c := range p.data[p.at : p.at+4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	p.at += 4
	return r, true
}

func (p *parser) digits() bool {
	start := p.at
	for p.at < len(p.data) && p.data[p.at] >= '0' && p.data[p.at] <= '9' {
		p.at++
	}
	return p.at > start
}

func (p *parser) number() (string, error) {
	start := p.at
	p.word("-")
	ok := p.word("0") || p.digits()
	if ok && p.word(".") {
		ok = p.digits()
	}
	if ok && (p.word("e") || p.word("E")) {
		_ = p.word("+") || p.word("-")
		ok = p.digits()
	}
	if !ok {
		return "", p.error("no number")
	}
	return string(p.data[start:p.at]), nil
}
