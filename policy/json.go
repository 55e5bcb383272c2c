package policy

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A strict JSON reader that keeps positions.
//
// encoding/json will not do: it keeps the last of two equal keys, matches keys
// of any letter case, replaces broken text, and says nothing of places. This
// reader refuses all of that, and bounds size and depth, so what the rest of
// the package sees is a plain tree.

// MaxDocument is the number of characters that any policy document may have.
const MaxDocument = 131072

// maxDepth is more than any policy needs (6) and little enough for the stack.
const maxDepth = 32

type nodeKind uint8

const (
	nullNode nodeKind = iota
	objectNode
	arrayNode
	stringNode
	numberNode
	boolNode
)

// node is one JSON value. Start and end are byte offsets, end behind the value.
type node struct {
	kind       nodeKind
	start, end int
	text       string   // decoded string; the text of a number, true or false
	members    []member // of an object, in order
	items      []node   // of an array
}

type member struct {
	key   string
	at    int // offset of the key
	value node
}

// badText says why a document cannot be read and where. Grammar is set when the
// text is no JSON at all, and not when it is JSON that breaks our rules
// (a repeated key): the reference words these differently.
type badText struct {
	at      int
	what    string
	grammar bool
}

type reader struct {
	s        string
	at       int
	bad      *badText // the first thing that is no JSON
	repeated *badText // the first repeated key
}

// readJSON reads one value that takes up the whole text.
func readJSON(s string) (node, *badText) {
	if bad := checkCharacters(s); bad != nil {
		return node{}, bad
	}
	r := reader{s: s}
	r.space()
	n := r.value(0)
	r.space()
	if r.bad == nil && r.at < len(s) {
		r.fail("text after the document")
	}
	if r.bad != nil {
		return node{}, r.bad
	}
	return n, r.repeated
}

// checkCharacters holds a document to its size and to the characters that may
// stand in it: nothing beyond U+00FF, in valid UTF-8. Control characters other
// than TAB, LF and CR have no place in JSON anyway.
func checkCharacters(s string) *badText {
	count := 0
	for i := 0; i < len(s); count++ {
		if count == MaxDocument {
			return &badText{at: i, what: "longer than 131072 characters", grammar: true}
		}
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || r > 0xFF {
			return &badText{at: i, what: "character beyond U+00FF", grammar: true}
		}
		i += size
	}
	return nil
}

func (r *reader) fail(what string) {
	if r.bad == nil {
		r.bad = &badText{at: r.at, what: what, grammar: true}
	}
}

func (r *reader) space() {
	for r.at < len(r.s) {
		switch r.s[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// peek returns the next byte, 0 at the end. A NUL in the text is no JSON either.
func (r *reader) peek() byte {
	if r.at < len(r.s) {
		return r.s[r.at]
	}
	return 0
}

// take consumes c when it is next.
func (r *reader) take(c byte) bool {
	if r.peek() != c {
		return false
	}
	r.at++
	return true
}

func (r *reader) value(depth int) (n node) {
	n.start = r.at
	switch c := r.peek(); {
	case depth > maxDepth:
		r.fail("nested too deep")
	case c == '{':
		n.kind, n.members = objectNode, r.object(depth)
	case c == '[':
		n.kind, n.items = arrayNode, r.array(depth)
	case c == '"':
		n.kind, n.text = stringNode, r.string()
	case c == '-' || '0' <= c && c <= '9':
		n.kind, n.text = numberNode, r.number()
	case r.word("true"):
		n.kind, n.text = boolNode, "true"
	case r.word("false"):
		n.kind, n.text = boolNode, "false"
	case r.word("null"):
	default:
		r.fail("expected a value")
	}
	n.end = r.at
	return n
}

func (r *reader) word(w string) bool {
	if !strings.HasPrefix(r.s[r.at:], w) {
		return false
	}
	r.at += len(w)
	return true
}

func (r *reader) object(depth int) (members []member) {
	r.at++ // {
	r.space()
	if r.take('}') {
		return nil
	}
	var keys keySet
	members = make([]member, 0, 4) // as most statements have
	for r.bad == nil {
		m := member{at: r.at}
		if r.peek() != '"' {
			r.fail("expected a key")
			return nil
		}
		m.key = r.string()
		r.space()
		if !r.take(':') {
			r.fail("expected a colon")
			return nil
		}
		r.space()
		m.value = r.value(depth + 1)
		if keys.has(members, m.key) {
			r.repeat(m)
		}
		members = append(members, m)
		r.space()
		if r.take('}') {
			return members
		}
		if !r.take(',') {
			r.fail("expected a comma or }")
		}
		r.space()
	}
	return nil
}

func (r *reader) repeat(m member) {
	if r.repeated == nil {
		r.repeated = &badText{at: m.at, what: "key " + strconv.Quote(m.key) + " occurs twice"}
	}
}

// keySet knows the keys of an object so far. It makes a map only when looking
// through the members would be slow, so that a hostile object costs no more
// than its length.
type keySet map[string]bool

const smallObject = 16

func (k *keySet) has(members []member, key string) bool {
	if len(members) < smallObject {
		return find(members, key) != nil
	}
	if *k == nil {
		*k = make(keySet, 2*smallObject)
		for i := range members {
			(*k)[members[i].key] = true
		}
	}
	known := (*k)[key]
	(*k)[key] = true
	return known
}

// find returns the value of a key, nil when there is none.
func find(members []member, key string) *node {
	for i := range members {
		if members[i].key == key {
			return &members[i].value
		}
	}
	return nil
}

func (r *reader) array(depth int) (items []node) {
	r.at++ // [
	r.space()
	if r.take(']') {
		return nil
	}
	for r.bad == nil {
		items = append(items, r.value(depth+1))
		r.space()
		if r.take(']') {
			return items
		}
		if !r.take(',') {
			r.fail("expected a comma or ]")
		}
		r.space()
	}
	return nil
}

// string reads a string. Without escapes it is a part of the document itself.
func (r *reader) string() string {
	r.at++ // "
	start := r.at
	for r.at < len(r.s) {
		switch c := r.s[r.at]; {
		case c == '"':
			r.at++
			return r.s[start : r.at-1]
		case c == '\\':
			return r.escaped(start)
		case c < ' ':
			r.fail("control character in a string")
			return ""
		default:
			r.at++
		}
	}
	r.fail("string without end")
	return ""
}

// escaped goes on with a string that began at start and has come to a backslash.
func (r *reader) escaped(start int) string {
	var b strings.Builder
	b.WriteString(r.s[start:r.at])
	for r.at < len(r.s) {
		switch c := r.s[r.at]; {
		case c == '"':
			r.at++
			return b.String()
		case c == '\\':
			if !r.escape(&b) {
				r.fail("invalid escape")
				return ""
			}
		case c < ' ':
			r.fail("control character in a string")
			return ""
		default:
			b.WriteByte(c)
			r.at++
		}
	}
	r.fail("string without end")
	return ""
}

func (r *reader) escape(b *strings.Builder) bool {
	r.at++ // backslash
	c := r.peek()
	r.at++
	switch c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		return r.unicode(b)
	default:
		r.at--
		return false
	}
	return true
}

// unicode reads the digits of a \u escape, and the second half of a surrogate
// pair. A half without its other half is no character and is refused.
func (r *reader) unicode(b *strings.Builder) bool {
	c, ok := r.hex4()
	if !ok {
		return false
	}
	if utf16.IsSurrogate(c) {
		if !r.word(`\u`) {
			return false
		}
		low, ok := r.hex4()
		if c = utf16.DecodeRune(c, low); !ok || c == utf8.RuneError {
			return false
		}
	}
	b.WriteRune(c)
	return true
}

func (r *reader) hex4() (rune, bool) {
	if len(r.s)-r.at < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(r.s[r.at:r.at+4], 16, 16)
	if err != nil {
		return 0, false
	}
	r.at += 4
	return rune(v), true
}

// number reads a number as JSON has them and returns its text: 5.50 stays 5.50.
func (r *reader) number() string {
	start := r.at
	r.take('-')
	if !r.take('0') && r.digits() == 0 {
		r.fail("expected a digit")
		return ""
	}
	if r.take('.') && r.digits() == 0 {
		r.fail("expected a digit")
		return ""
	}
	if r.take('e') || r.take('E') {
		if !r.take('+') {
			r.take('-')
		}
		if r.digits() == 0 {
			r.fail("expected a digit")
			return ""
		}
	}
	return r.s[start:r.at]
}

func (r *reader) digits() (n int) {
	for c := r.peek(); '0' <= c && c <= '9'; c = r.peek() {
		r.at++
		n++
	}
	return n
}

// place turns a byte offset into a line and a column, both from 1, columns in
// characters.
func place(s string, at int) Position {
	before := s[:min(at, len(s))]
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	return Position{Line: line, Column: column}
}
