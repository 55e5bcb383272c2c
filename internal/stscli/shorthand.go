package stscli

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/daypass/daypass/internal/ordered"
)

// maxNesting bounds how deep lists and objects nest in shorthand.
const maxNesting = 100

// shorthand reads the AWS CLI's short way to write an object:
//
//	Key=a,Value=b            {"Key": "a", "Value": "b"}
//	names=a,b,kind=c         {"names": ["a", "b"], "kind": "c"}
//	a=[x,{b=c}],d={e='f,g'}  {"a": ["x", {"b": "c"}], "d": {"e": "f,g"}}
//	key@=file://name         the contents of a file
//
// A backslash before a comma takes it for what it is, and quotes do so for all.
type shorthand struct {
	text  []rune
	at    int
	files bool // the values of this key may name files
	load  func(string) (string, bool, error)
}

// shorthandError is a mistake at a position.
type shorthandError struct {
	text []rune
	msg  string
	at   int
	tail string
}

// Error shows the text with a mark below the position.
func (e *shorthandError) Error() string {
	before, after := string(e.text[:e.at]), string(e.text[e.at:])
	indent := len([]rune(before[strings.LastIndex(before, "\n")+1:]))
	line, rest, more := strings.Cut(after, "\n")
	if more {
		rest = "\n" + rest
	}
	return fmt.Sprintf("%s for input:\n%s%s\n%s^%s%s", e.msg, before, line, strings.Repeat(" ", indent), rest, e.tail)
}

func (s *shorthand) expected(what, got string) error {
	return &shorthandError{s.text, fmt.Sprintf("Expected: '%s', received: '%s'", what, got), min(s.at, len(s.text)), ""}
}

// parseShorthand reads text. load returns the contents of a file, and whether the
// value names one.
func parseShorthand(text string, load func(string) (string, bool, error)) (*ordered.Object, error) {
	s := &shorthand{text: []rune(text), load: load}
	o := new(ordered.Object)
	for {
		start := s.at
		key, value, err := s.pair()
		if err != nil {
			return nil, err
		}
		if _, twice := o.Get(key); twice {
			return nil, &shorthandError{
				s.text, fmt.Sprintf("Second instance of key \"%s\" encountered", key), start,
				"\nThis is often because there is a preceding \",\" instead of a space.",
			}
		}
		o.Set(key, value)
		if s.end() {
			return o, nil
		}
		if err := s.expect(','); err != nil {
			return nil, err
		}
	}
}

func (s *shorthand) end() bool { return s.at >= len(s.text) }

func (s *shorthand) is(r rune) bool { return !s.end() && s.text[s.at] == r }

func (s *shorthand) space() {
	for !s.end() && strings.ContainsRune(" \t\n\r\v\f", s.text[s.at]) {
		s.at++
	}
}

// expect reads r and the space around it.
func (s *shorthand) expect(r rune) error {
	s.space()
	if s.end() {
		return s.expected(string(r), "EOF")
	}
	if !s.is(r) {
		return s.expected(string(r), string(s.text[s.at]))
	}
	s.at++
	s.space()
	return nil
}

// key reads a key and the equals sign behind it.
func (s *shorthand) key() (string, error) {
	start := s.at
	for !s.end() && (s.text[s.at] < 128 && strings.ContainsRune("-_.#/:", s.text[s.at]) || isAlphanumeric(s.text[s.at])) {
		s.at++
	}
	key := string(s.text[start:s.at])
	s.space()
	if s.files = s.is('@'); s.files {
		s.at++
	}
	return key, s.expect('=')
}

func isAlphanumeric(r rune) bool {
	return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func (s *shorthand) pair() (key string, value any, err error) {
	if key, err = s.key(); err != nil {
		return "", nil, err
	}
	switch {
	case s.end():
		return key, "", nil
	case s.is('['), s.is('{'):
		value, err = s.nested(0)
	default:
		value, err = s.list()
	}
	return key, value, err
}

// list reads a value, or several with commas between them. Whether what follows a
// comma is one more or the next key only shows at its end.
func (s *shorthand) list() (any, error) {
	first, err := s.value(followsFirst, true)
	if err != nil {
		return nil, err
	}
	s.space()
	if !s.is(',') {
		return first, nil
	}
	values := []any{first}
	for {
		s.at++
		s.space()
		v, err := s.value(followsSecond, false)
		if err == nil {
			s.space()
			if s.end() {
				values = append(values, v)
				break
			}
			if s.is(',') {
				values = append(values, v)
				continue
			}
			err = s.expected(",", string(s.text[s.at]))
		}
		if _, syntax := errors.AsType[*shorthandError](err); s.end() || !syntax {
			return nil, err
		}
		for !s.is(',') {
			s.at--
		}
		break
	}
	if len(values) == 1 {
		return first, nil
	}
	return values, nil
}

// nested reads a list in brackets, an object in braces, or a value.
func (s *shorthand) nested(depth int) (any, error) {
	switch {
	case depth > maxNesting:
		return nil, &shorthandError{s.text, "Too deeply nested", s.at, ""}
	case s.is('['):
		return s.explicitList(depth)
	case s.is('{'):
		return s.explicitObject(depth)
	}
	return s.value(followsFirst, true)
}

func (s *shorthand) explicitList(depth int) (any, error) {
	s.at++
	s.space()
	list := []any{}
	for !s.is(']') {
		v, err := s.nested(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if err := s.separator(']'); err != nil {
			return nil, err
		}
	}
	s.at++
	return list, nil
}

func (s *shorthand) explicitObject(depth int) (any, error) {
	s.at++
	s.space()
	o := new(ordered.Object)
	for !s.is('}') {
		key, err := s.key()
		if err != nil {
			return nil, err
		}
		v, err := s.nested(depth + 1)
		if err != nil {
			return nil, err
		}
		o.Set(key, v)
		if err := s.separator('}'); err != nil {
			return nil, err
		}
	}
	s.at++
	return o, nil
}

// separator reads the comma between elements; there need be none before end.
func (s *shorthand) separator(end rune) error {
	s.space()
	if s.is(end) {
		return nil
	}
	return s.expect(',')
}

// value reads a quoted or a plain value. A plain one may be empty where the first
// of a list is.
func (s *shorthand) value(follows func(rune) bool, mayBeEmpty bool) (string, error) {
	var v string
	switch {
	case s.is('\''), s.is('"'):
		quoted, ok := s.quoted(s.text[s.at])
		if !ok {
			name := map[rune]string{'\'': "singled", '"': "double"}[s.text[s.at]]
			return "", s.expected("<"+name+" quoted>", "<none>")
		}
		v = quoted
	default:
		start := s.at
		for s.step(follows, s.at == start) {
		}
		if s.at == start && !mayBeEmpty {
			return "", s.expected("<second>", "<none>")
		}
		v = strings.TrimRightFunc(strings.ReplaceAll(string(s.text[start:s.at]), `\,`, ","), unicode.IsSpace)
	}
	if !s.files {
		return v, nil
	}
	contents, named, err := s.load(v)
	if err != nil || !named {
		return v, err
	}
	return contents, nil
}

// step moves over one character of a plain value, if it may stand there.
func (s *shorthand) step(follows func(rune) bool, first bool) bool {
	switch {
	case s.end():
		return false
	case s.is('\\') && s.at+1 < len(s.text) && s.text[s.at+1] == ',':
		s.at += 2
	case first && starts(s.text[s.at]), !first && follows(s.text[s.at]):
		s.at++
	default:
		return false
	}
	return true
}

// starts reports whether a plain value may begin with r.
func starts(r rune) bool {
	return r > ' ' && !unicode.IsSpace(r) && !strings.ContainsRune(`"',=[{`, r)
}

// followsFirst reports whether r may stand within a plain value.
func followsFirst(r rune) bool {
	return (r > ' ' || unicode.IsSpace(r)) && !strings.ContainsRune(`"',]}`, r)
}

// followsSecond is followsFirst behind a comma, where an equals sign would make the
// value a key.
func followsSecond(r rune) bool {
	return (r > ' ' || unicode.IsSpace(r)) && !strings.ContainsRune(`"',=`, r)
}

// quoted reads a value between quotes. Where none but an escaped quote is left to
// end it, that one does.
func (s *shorthand) quoted(quote rune) (string, bool) {
	end := -1
	for i := s.at + 1; i < len(s.text); i++ {
		if s.text[i] == quote {
			end = i
			break
		}
		if s.text[i] == '\\' && i+1 < len(s.text) && s.text[i+1] == quote {
			i++
			end = i
		}
	}
	if end < 0 {
		return "", false
	}
	v := string(s.text[s.at+1 : end])
	s.at = end + 1
	v = strings.ReplaceAll(v, `\`+string(quote), string(quote))
	return strings.ReplaceAll(v, `\\`, `\`), true
}
