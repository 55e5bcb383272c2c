package jmespath

import (
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/daypass/daypass/internal/ordered"
)

// token is a word of an expression. Its kinds have the names that error messages
// show.
type token struct {
	kind  string
	value any // of a literal, identifier or number; the text of any other
	text  string
	start int // in characters
}

var simpleTokens = map[rune]string{
	'.': "dot", '*': "star", ']': "rbracket", ',': "comma", ':': "colon", '@': "current",
	'(': "lparen", ')': "rparen", '{': "lbrace", '}': "rbrace",
}

// pairs are tokens of one character that become others when a second follows.
var pairs = map[rune]struct {
	second    rune
	both, one string
}{
	'|': {'|', "or", "pipe"},
	'&': {'&', "and", "expref"},
	'<': {'=', "lte", "lt"},
	'>': {'=', "gte", "gt"},
	'!': {'=', "ne", "not"},
}

type lexer struct {
	text []rune
	at   int
}

// peek returns the character at the position, or -1 at the end.
func (l *lexer) peek() rune {
	if l.at < len(l.text) {
		return l.text[l.at]
	}
	return -1
}

// tokens splits an expression; the last token is of kind eof.
func tokens(expression string) ([]token, error) {
	l := lexer{text: []rune(expression)}
	if len(l.text) == 0 {
		return nil, failure("Invalid JMESPath expression: cannot be empty.")
	}
	var all []token
	for {
		for strings.ContainsRune(" \t\n\r", l.peek()) {
			l.at++
		}
		if l.peek() < 0 {
			return append(all, token{kind: "eof", value: "", start: len(l.text)}), nil
		}
		t, err := l.token()
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
}

func (l *lexer) token() (token, error) {
	start, c := l.at, l.peek()
	plain := func(kind string, length int) (token, error) {
		l.at = start + length
		text := string(l.text[start:l.at])
		return token{kind: kind, value: text, text: text, start: start}, nil
	}
	if kind, ok := simpleTokens[c]; ok {
		return plain(kind, 1)
	}
	if p, ok := pairs[c]; ok {
		if l.follows(p.second) {
			return plain(p.both, 2)
		}
		return plain(p.one, 1)
	}
	switch {
	case isIdentifier(c):
		for isIdentifier(l.peek()) || isDigit(l.peek()) {
			l.at++
		}
		return plain("unquoted_identifier", l.at-start)
	case c == '[':
		switch {
		case l.follows(']'):
			return plain("flatten", 2)
		case l.follows('?'):
			return plain("filter", 2)
		}
		return plain("lbracket", 1)
	case c == '=':
		if l.follows('=') {
			return plain("eq", 2)
		}
		return token{}, l.fail(start, "Unknown token '='")
	case c == '-' || isDigit(c):
		return l.number()
	case c == '\'':
		text, err := l.until('\'')
		text = strings.ReplaceAll(text, `\'`, "'")
		return token{kind: "literal", value: text, text: text, start: start}, err
	case c == '"':
		return l.quoted()
	case c == '`':
		return l.literal()
	}
	return token{}, l.fail(start, "Unknown token "+string(c))
}

func (l *lexer) follows(r rune) bool { return l.at+1 < len(l.text) && l.text[l.at+1] == r }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isIdentifier(r rune) bool {
	return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func (l *lexer) number() (token, error) {
	start := l.at
	l.at++
	for isDigit(l.peek()) {
		l.at++
	}
	text := string(l.text[start:l.at])
	if text == "-" {
		return token{}, l.fail(start, "Unknown token '-'")
	}
	n, _ := strconv.ParseInt(text, 10, 64) // one out of range is the largest there is: no list is that long
	return token{kind: "number", value: n, text: strconv.FormatInt(n, 10), start: start}, nil
}

// until reads up to the next delimiter without a backslash before it, and returns
// what is between. Backslashes stay.
func (l *lexer) until(delimiter rune) (string, error) {
	start := l.at
	for l.at++; l.at < len(l.text); l.at++ {
		switch l.text[l.at] {
		case delimiter:
			l.at++
			return string(l.text[start+1 : l.at-1]), nil
		case '\\':
			l.at++
		}
	}
	return "", l.fail(start, "Unclosed "+string(delimiter)+" delimiter")
}

func (l *lexer) quoted() (token, error) {
	start := l.at
	text, err := l.until('"')
	if err != nil {
		return token{}, err
	}
	v, err := ordered.ParseJSON(`"` + text + `"`)
	if err != nil {
		msg := err.Error()
		if e, ok := errors.AsType[*ordered.SyntaxError](err); ok {
			msg = e.Msg
		}
		return token{}, l.fail(start, msg)
	}
	return token{kind: "quoted_identifier", value: v, text: ordered.Str(v), start: start}, nil
}

// literal reads JSON between backticks. What is no JSON is a string without its
// quotes, which the language once had.
func (l *lexer) literal() (token, error) {
	start := l.at
	text, err := l.until('`')
	if err != nil {
		return token{}, err
	}
	text = strings.ReplaceAll(text, "\\`", "`")
	v, err := ordered.ParseJSON(text)
	if err != nil {
		v, err = ordered.ParseJSON(`"` + strings.TrimLeftFunc(text, unicode.IsSpace) + `"`)
	}
	if err != nil {
		return token{}, l.fail(start, "Bad token "+text)
	}
	return token{kind: "literal", value: v, text: ordered.Str(v), start: start}, nil
}
