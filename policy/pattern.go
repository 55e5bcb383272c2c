package policy

import (
	"strings"
	"unicode/utf8"
)

// Patterns (policy sections 4 and 5).
//
// Text is compiled to tokens once: literal text, "*", "?" and variables. The
// value of a variable takes its token's place as literal text, so a "*" or a
// "${…}" in it means nothing (V6). No string is ever put together.
//
// Between stars the tokens form chunks. Matching puts the first chunk at the
// start, the last at the end, and each of the others at the first place where
// it fits: with no turning back, many stars cost no more than one.

// token is a piece of a pattern.
type token struct {
	kind     tokenKind
	lit      string // of a literal
	runes    int    // characters in lit
	variable variable
}

type tokenKind uint8

const (
	literal  tokenKind = iota
	star               // any run of characters, none too
	question           // exactly one character
	value              // a variable
)

func literalToken(s string) token {
	return token{kind: literal, lit: s, runes: utf8.RuneCountInString(s)}
}

// variable is ${key} or ${key, 'default'}.
type variable struct {
	key         string
	hash        uint32 // foldHash of key
	fallback    string
	hasFallback bool
}

// resolve gives the value of a variable. A key that is absent or multi-valued
// has none (V3, V7) but for the default (V4).
func (v *variable) resolve(c *Context) (string, bool) {
	if e := c.find(v.hash, v.key); e != nil && !e.multi {
		return e.one[0], true
	}
	return v.fallback, v.hasFallback
}

// syntax says what is special in a text.
type syntax struct {
	wildcards bool // * and ?
	variables bool // ${key}, ${*}, ${?} and ${$}; Version 2012-10-17 (V2)
}

// tokens cuts a text into tokens, literals being parts of the text itself.
func tokens(text string, sx syntax) []token {
	list := make([]token, 0, 4)
	start := 0 // of the literal that goes on
	special := func(i, size int, t token) {
		if start < i {
			list = append(list, literalToken(text[start:i]))
		}
		list = append(list, t)
		start = i + size
	}
	for i := 0; i < len(text); i = max(i+1, start) {
		switch c := text[i]; {
		case sx.wildcards && c == '*':
			special(i, 1, token{kind: star})
		case sx.wildcards && c == '?':
			special(i, 1, token{kind: question})
		case sx.variables && strings.HasPrefix(text[i:], "${"):
			inner, _, closed := strings.Cut(text[i+2:], "}")
			if !closed { // ordinary text, and so is every later one
				sx.variables = false
				continue
			}
			t := token{kind: value}
			switch inner {
			case "*", "?", "$": // V5
				t = literalToken(inner)
			default:
				t.variable = parseVariable(inner)
			}
			special(i, len("${}")+len(inner), t)
		}
	}
	if start < len(text) {
		list = append(list, literalToken(text[start:]))
	}
	return list
}

// parseVariable reads what stands between ${ and }.
func parseVariable(inner string) variable {
	key, rest, comma := strings.Cut(inner, ",")
	v := variable{key: key, hash: foldHash(key)}
	if !comma {
		return v
	}
	rest = strings.Trim(rest, " ")
	if len(rest) >= 2 && rest[0] == '\'' && rest[len(rest)-1] == '\'' {
		v.fallback, v.hasFallback = rest[1:len(rest)-1], true
	}
	return v
}

// pattern is a compiled text.
type pattern struct {
	shape  shape
	fold   bool   // without regard to letter case
	vars   bool   // has variables
	lit    string // of exact and prefix; what a glob begins with
	chunks [][]token
}

type shape uint8

const (
	exact    shape = iota // a literal
	prefix                // a literal and a star
	anything              // a star
	glob                  // everything else: chunks with stars between
)

func newPattern(text string, sx syntax, fold bool) pattern {
	if !sx.variables || !strings.Contains(text, "${") {
		switch at := strings.IndexAny(text, "*?"); {
		case !sx.wildcards || at < 0:
			return pattern{shape: exact, lit: text, fold: fold}
		case at == len(text)-1 && text[at] == '*':
			return literalPrefix(text[:at], fold)
		}
	}
	return patternOf(tokens(text, sx), fold)
}

func literalPrefix(lit string, fold bool) pattern {
	if lit == "" {
		return pattern{shape: anything}
	}
	return pattern{shape: prefix, lit: lit, fold: fold}
}

func patternOf(list []token, fold bool) pattern {
	p := pattern{shape: glob, fold: fold}
	chunk := 0
	for i := range list {
		switch list[i].kind {
		case star:
			p.chunks = append(p.chunks, list[chunk:i])
			chunk = i + 1
		case value:
			p.vars = true
		}
	}
	p.chunks = append(p.chunks, list[chunk:])
	switch {
	case len(list) == 0:
		return pattern{shape: exact}
	case len(list) == 1 && list[0].kind == literal:
		return pattern{shape: exact, lit: list[0].lit, fold: fold}
	case len(list) == 1 && list[0].kind == star:
		return pattern{shape: anything}
	case len(list) == 2 && list[0].kind == literal && list[1].kind == star:
		return literalPrefix(list[0].lit, fold)
	}
	if list[0].kind == literal {
		p.lit = list[0].lit
	}
	return p
}

// resolves reports whether every variable has a value. A pattern with one that
// has none matches nothing (V3).
func (p *pattern) resolves(c *Context) bool {
	if !p.vars {
		return true
	}
	for _, chunk := range p.chunks {
		for i := range chunk {
			if chunk[i].kind == value {
				if _, ok := chunk[i].variable.resolve(c); !ok {
					return false
				}
			}
		}
	}
	return true
}

// match reports whether the pattern matches all of s.
func (p *pattern) match(s string, c *Context) bool {
	switch p.shape {
	case anything:
		return true
	case exact:
		if p.fold {
			return equalFold(p.lit, s)
		}
		return p.lit == s
	case prefix:
		if p.fold {
			_, ok := foldPrefix(s, p.lit)
			return ok
		}
		return strings.HasPrefix(s, p.lit)
	}
	// Most patterns fail at their first letters, before a variable is looked up.
	return (p.fold || strings.HasPrefix(s, p.lit)) && p.resolves(c) && p.matchChunks(s, c)
}

func (p *pattern) matchChunks(s string, c *Context) bool {
	n, ok := p.fits(p.chunks[0], s, c)
	if !ok {
		return false
	}
	s = s[n:]
	last := len(p.chunks) - 1
	if last == 0 {
		return s == ""
	}
	for _, chunk := range p.chunks[1:last] {
		if s, ok = p.after(chunk, s, c); !ok {
			return false
		}
	}
	return p.endsWith(p.chunks[last], s, c)
}

// fits reports whether s begins with a chunk, and with how many bytes.
func (p *pattern) fits(chunk []token, s string, c *Context) (n int, ok bool) {
	for i := range chunk {
		t := &chunk[i]
		rest := s[n:]
		switch t.kind {
		case question:
			if rest == "" {
				return 0, false
			}
			_, size := utf8.DecodeRuneInString(rest)
			n += size
			continue
		}
		lit := t.text(c)
		if !p.fold {
			if !strings.HasPrefix(rest, lit) {
				return 0, false
			}
			n += len(lit)
			continue
		}
		size, ok := foldPrefix(rest, lit)
		if !ok {
			return 0, false
		}
		n += size
	}
	return n, true
}

// text is what a literal or a variable stands for. That the variable has a
// value was made sure of before.
func (t *token) text(c *Context) string {
	if t.kind == literal {
		return t.lit
	}
	s, _ := t.variable.resolve(c)
	return s
}

// after finds the first place in s where a chunk fits and returns what follows.
func (p *pattern) after(chunk []token, s string, c *Context) (string, bool) {
	if len(chunk) == 0 { // two stars side by side
		return s, true
	}
	if len(chunk) == 1 && chunk[0].kind != question && !p.fold {
		_, rest, ok := strings.Cut(s, chunk[0].text(c))
		return rest, ok
	}
	for {
		if n, ok := p.fits(chunk, s, c); ok {
			return s[n:], true
		}
		if s == "" {
			return "", false
		}
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
}

// endsWith reports whether s ends with a chunk. A chunk has a fixed number of
// characters, so there is one place to look at.
func (p *pattern) endsWith(chunk []token, s string, c *Context) bool {
	if len(chunk) == 1 && chunk[0].kind != question && !p.fold {
		return strings.HasSuffix(s, chunk[0].text(c))
	}
	runes := 0
	for i := range chunk {
		switch t := &chunk[i]; t.kind {
		case literal:
			runes += t.runes
		case question:
			runes++
		default:
			runes += utf8.RuneCountInString(t.text(c))
		}
	}
	at := len(s)
	for range runes {
		if at == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	n, ok := p.fits(chunk, s[at:], c)
	return ok && at+n == len(s)
}
