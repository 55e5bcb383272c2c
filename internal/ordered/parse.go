package ordered

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
)

// MaxDepth is how deep arrays and objects nest in what [ParseJSON] reads.
const MaxDepth = 200

// SyntaxError says what is wrong with a JSON text and where. Positions count
// characters.
type SyntaxError struct {
	Msg          string
	Offset       int // from 0
	Line, Column int // from 1
}

// Error returns the message with the position, as Python's json module does.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s: line %d column %d (char %d)", e.Msg, e.Line, e.Column, e.Offset)
}

// ErrTooDeep says that a text nests deeper than [MaxDepth].
var ErrTooDeep = errors.New("JSON nests too deeply")

// ParseJSON reads a JSON text. Of a repeated key the last value counts. NaN,
// Infinity and -Infinity are numbers here, as they are in Python. The error is a
// [*SyntaxError] or [ErrTooDeep].
func ParseJSON(text string) (any, error) {
	p := parser{text: []rune(text)}
	if len(p.text) > 0 && p.text[0] == '\ufeff' {
		return nil, p.fail("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0)
	}
	p.space()
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.at < len(p.text) {
		return nil, p.fail("Extra data", p.at)
	}
	return v, nil
}

type parser struct {
	text []rune
	at   int
}

func (p *parser) fail(msg string, offset int) error {
	e := &SyntaxError{Msg: msg, Offset: offset, Line: 1, Column: offset + 1}
	for i, r := range p.text[:min(offset, len(p.text))] {
		if r == '\n' {
			e.Line++
			e.Column = offset - i
		}
	}
	return e
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.ContainsRune(" \t\n\r", p.text[p.at]) {
		p.at++
	}
}

// next returns the character at the position, or 0 at the end.
func (p *parser) next() rune {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) value(depth int) (any, error) {
	if depth > MaxDepth {
		return nil, ErrTooDeep
	}
	switch r := p.next(); {
	case r == '"':
		return p.str()
	case r == '{':
		return p.object(depth)
	case r == '[':
		return p.array(depth)
	case r == '-' || '0' <= r && r <= '9':
		if v, ok := p.number(); ok {
			return v, nil
		}
	}
	for _, w := range words {
		if p.word(w.text) {
			return w.value, nil
		}
	}
	return nil, p.fail("Expecting value", p.at)
}

var words = []struct {
	text  string
	value any
}{
	{"null", nil},
	{"true", true},
	{"false", false},
	{"NaN", math.NaN()},
	{"Infinity", math.Inf(1)},
	{"-Infinity", math.Inf(-1)},
}

func (p *parser) word(w string) bool {
	if p.at+len(w) > len(p.text) || string(p.text[p.at:p.at+len(w)]) != w {
		return false
	}
	p.at += len(w)
	return true
}

// number reads an integer or a floating point number, as far as there is one.
func (p *parser) number() (v any, ok bool) {
	i := p.at
	digits := func() bool {
		start := i
		for i < len(p.text) && '0' <= p.text[i] && p.text[i] <= '9' {
			i++
		}
		return i > start
	}
	if p.text[i] == '-' {
		i++
	}
	if i < len(p.text) && p.text[i] == '0' {
		i++
	} else if !digits() {
		return nil, false
	}
	end, whole := i, true
	if i < len(p.text) && p.text[i] == '.' {
		i++
		if digits() {
			end, whole = i, false
		}
	}
	i = end
	if i < len(p.text) && (p.text[i] == 'e' || p.text[i] == 'E') {
		i++
		if i < len(p.text) && (p.text[i] == '+' || p.text[i] == '-') {
			i++
		}
		if digits() {
			end, whole = i, false
		}
	}
	text := string(p.text[p.at:end])
	p.at = end
	if whole {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, true
		}
	}
	f, _ := strconv.ParseFloat(text, 64) // out of range is infinite, as in Python
	return f, true
}

func (p *parser) array(depth int) (any, error) {
	p.at++
	list := []any{}
	if p.space(); p.next() == ']' {
		p.at++
		return list, nil
	}
	for {
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		p.space()
		switch p.next() {
		case ']':
			p.at++
			return list, nil
		case ',':
			p.at++
			p.space()
		default:
			return nil, p.fail("Expecting ',' delimiter", p.at)
		}
	}
}

func (p *parser) object(depth int) (any, error) {
	p.at++
	o := new(Object)
	if p.space(); p.next() == '}' {
		p.at++
		return o, nil
	}
	for {
		if p.next() != '"' {
			return nil, p.fail("Expecting property name enclosed in double quotes", p.at)
		}
		key, err := p.str()
		if err != nil {
			return nil, err
		}
		if p.space(); p.next() != ':' {
			return nil, p.fail("Expecting ':' delimiter", p.at)
		}
		p.at++
		p.space()
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.Set(key, v)
		p.space()
		switch p.next() {
		case '}':
			p.at++
			return o, nil
		case ',':
			p.at++
			p.space()
		default:
			return nil, p.fail("Expecting ',' delimiter", p.at)
		}
	}
}

func (p *parser) str() (string, error) {
	start := p.at
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch r := p.text[p.at]; {
		case r == '"':
			p.at++
			return b.String(), nil
		case r == '\\':
			e, err := p.escape(start)
			if err != nil {
				return "", err
			}
			b.WriteRune(e)
		case r < ' ':
			return "", p.fail("Invalid control character at", p.at)
		default:
			b.WriteRune(r)
		}
	}
	return "", p.fail("Unterminated string starting at", start)
}

// escape reads an escape sequence, up to its last character.
func (p *parser) escape(start int) (rune, error) {
	back := p.at
	if p.at++; p.at >= len(p.text) {
		return 0, p.fail("Unterminated string starting at", start)
	}
	if i := strings.IndexRune(`"\/bfnrt`, p.text[p.at]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), nil
	}
	if p.text[p.at] != 'u' {
		return 0, p.fail("Invalid \\escape", back)
	}
	r, ok := p.hex(p.at + 1)
	if !ok {
		return 0, p.fail("Invalid \\uXXXX escape", p.at)
	}
	p.at += 4
	if utf16.IsSurrogate(r) && p.at+2 < len(p.text) && p.text[p.at+1] == '\\' && p.text[p.at+2] == 'u' {
		if low, ok := p.hex(p.at + 3); ok {
			if both := utf16.DecodeRune(r, low); both != '\ufffd' {
				p.at += 6
				return both, nil
			}
		}
	}
	return r, nil
}

// hex reads four hexadecimal digits at offset i.
func (p *parser) hex(i int) (rune, bool) {
	if i+4 > len(p.text) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.text[i:i+4]), 16, 16)
	return rune(n), err == nil
}
