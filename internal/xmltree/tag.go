package xmltree

import (
	"fmt"
	"strings"
)

// openTag reads a start tag, or that of an empty element.
func (p *parser) openTag() error {
	p.pos++
	e := &Element{Parent: p.cur}
	if p.cur == nil {
		if p.root != nil {
			return fmt.Errorf("a second root element")
		}
		e.Parent = p.outer
	}
	var err error
	if e.Prefix, e.Local, err = p.name(); err != nil {
		return err
	}
	if p.depth--; p.depth < 0 {
		return fmt.Errorf("%w: elements too deep", ErrLimit)
	}
	if p.cur == nil {
		p.root = e
		err = p.spend()
	} else {
		err = p.add(Node{Element: e})
	}
	if err != nil {
		return err
	}
	p.opened = append(p.opened, len(p.scope))
	p.cur = e
	empty, err := p.attributes(e)
	if err != nil {
		return err
	}
	if err := p.resolve(e); err != nil {
		return err
	}
	if empty {
		p.leave()
	}
	return nil
}

// name reads a name with an optional prefix. The parts begin with a letter or
// an underscore; there is one colon at most.
func (p *parser) name() (prefix, local string, err error) {
	start := p.pos
	for p.pos < len(p.text) && isNameByte(p.text[p.pos]) {
		p.pos++
	}
	prefix, local, ok := strings.Cut(p.text[start:p.pos], ":")
	if !ok {
		prefix, local = "", prefix
	}
	if !isName(local) || ok && !isName(prefix) || prefix == "xmlns" && local == "xmlns" {
		return "", "", fmt.Errorf("not a name")
	}
	return prefix, local, nil
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == ':'
}

func isName(s string) bool {
	return s != "" && !strings.ContainsRune(s, ':') && (s[0] == '_' || s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z')
}

// space skips white space and tells whether there was any.
func (p *parser) space() bool {
	start := p.pos
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
	return p.pos > start
}

// attributes reads the rest of a start tag.
func (p *parser) attributes(e *Element) (empty bool, err error) {
	for {
		spaced := p.space()
		rest := p.text[p.pos:]
		switch {
		case strings.HasPrefix(rest, ">"):
			p.pos++
			return false, nil
		case strings.HasPrefix(rest, "/>"):
			p.pos += 2
			return true, nil
		case !spaced:
			return false, fmt.Errorf("%s is not a tag", e.Local)
		}
		if err := p.attribute(e); err != nil {
			return false, err
		}
	}
}

func (p *parser) attribute(e *Element) error {
	if err := p.spend(); err != nil {
		return err
	}
	prefix, local, err := p.name()
	if err != nil {
		return err
	}
	p.space()
	if !strings.HasPrefix(p.text[p.pos:], "=") {
		return fmt.Errorf("attribute %s has no value", local)
	}
	p.pos++
	p.space()
	rest := p.text[p.pos:]
	if rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return fmt.Errorf("attribute %s has no quotes", local)
	}
	end := strings.IndexByte(rest[1:], rest[0])
	if end < 0 || strings.IndexByte(rest[1:1+end], '<') >= 0 {
		return fmt.Errorf("attribute %s is not closed", local)
	}
	value, err := unescape(rest[1:1+end], true)
	if err != nil {
		return err
	}
	p.pos += end + 2
	switch {
	case prefix == "xmlns":
		return p.declare(e, local, value)
	case prefix == "" && local == "xmlns":
		return p.declare(e, "", value)
	}
	if e.Attrs == nil {
		e.Attrs = make([]Attr, 0, 3)
	}
	e.Attrs = append(e.Attrs, Attr{Prefix: prefix, Local: local, Value: value})
	return nil
}

// xmlns is the namespace of declarations themselves, which nobody may declare.
const xmlns = "http://www.w3.org/2000/xmlns/"

func (p *parser) declare(e *Element, prefix, space string) error {
	switch {
	case prefix == "xmlns", space == xmlns, (prefix == "xml") != (space == XML):
		return fmt.Errorf("a declaration of a reserved prefix or namespace")
	case prefix != "" && space == "":
		return fmt.Errorf("prefix %s is declared as nothing", prefix)
	case prefix == "xml":
		return nil // says what always holds
	}
	for _, d := range e.Decls {
		if d.Prefix == prefix {
			return fmt.Errorf("prefix %q is declared twice", prefix)
		}
	}
	if len(p.scope) >= scopeLimit {
		return fmt.Errorf("%w: too many namespaces", ErrLimit)
	}
	d := Decl{prefix, space}
	e.Decls = append(e.Decls, d)
	p.scope = append(p.scope, d)
	return nil
}

// lookup returns the namespace of a prefix.
func (p *parser) lookup(prefix string) (string, error) {
	if prefix == "xml" {
		return XML, nil
	}
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].Prefix == prefix {
			return p.scope[i].Space, nil
		}
	}
	if prefix == "" {
		return "", nil
	}
	return "", fmt.Errorf("prefix %s is not declared", prefix)
}

// manyAttrs is from how many attributes on repetition is looked for in a map.
const manyAttrs = 16

// resolve finds the namespaces of an element and its attributes, which may not
// be repeated.
func (p *parser) resolve(e *Element) (err error) {
	if e.Space, err = p.lookup(e.Prefix); err != nil {
		return err
	}
	type name struct{ space, local string }
	var seen map[name]bool
	if len(e.Attrs) >= manyAttrs {
		seen = make(map[name]bool, len(e.Attrs))
	}
	for i := range e.Attrs {
		a := &e.Attrs[i]
		if a.Prefix != "" {
			if a.Space, err = p.lookup(a.Prefix); err != nil {
				return err
			}
		}
		again := false
		if seen != nil {
			n := name{a.Space, a.Local}
			again, seen[n] = seen[n], true
		} else {
			for _, b := range e.Attrs[:i] {
				again = again || b.Local == a.Local && b.Space == a.Space
			}
		}
		if again {
			return fmt.Errorf("attribute %s is given twice", a.Local)
		}
	}
	return nil
}
