package xmltree

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Form is a form of canonical XML.
type Form struct {
	Comments  bool     // keep comments
	Inclusive []string // prefixes that are written where they are in force, used or not; "" is the default namespace
	Omit      *Element // a child that is left out, as an enveloped signature is
}

// Canonical returns the element in canonical form: the octets that a signature
// is over. They can be many times longer than what was read, since a namespace
// is written wherever it comes into use; more than limit are refused.
func (e *Element) Canonical(form Form, limit int) ([]byte, error) {
	w := canonical{Form: form, limit: limit, dst: make([]byte, 0, min(limit, 4096))}
	w.element(e, true)
	if len(w.dst) > limit {
		return nil, fmt.Errorf("%w: canonical form of %s, more than %d bytes", ErrLimit, e.Local, limit)
	}
	return w.dst, nil
}

type canonical struct {
	Form
	dst      []byte
	limit    int
	rendered []Decl // what has been written and is in force, the innermost last
}

func (w *canonical) element(e *Element, apex bool) {
	if len(w.dst) > w.limit {
		return
	}
	before := len(w.rendered)
	w.dst = append(w.dst, '<')
	w.name(e.Prefix, e.Local)
	w.declarations(e, apex)
	w.attributes(e)
	w.dst = append(w.dst, '>')
	for i := range e.Children {
		switch n := &e.Children[i]; {
		case n.Element != nil:
			if n.Element != w.Omit {
				w.element(n.Element, false)
			}
		case !n.Comment:
			w.escape(n.Text, &inText)
		case w.Comments:
			w.dst = append(append(append(w.dst, "<!--"...), n.Text...), "-->"...)
		}
	}
	w.dst = append(w.dst, "</"...)
	w.name(e.Prefix, e.Local)
	w.dst = append(w.dst, '>')
	w.rendered = w.rendered[:before]
}

func (w *canonical) name(prefix, local string) {
	if prefix != "" {
		w.dst = append(append(w.dst, prefix...), ':')
	}
	w.dst = append(w.dst, local...)
}

// declarations writes the namespaces that the element or its attributes use,
// and those of the inclusive list, as far as they are not in force.
func (w *canonical) declarations(e *Element, apex bool) {
	start := len(w.rendered)
	w.declare(e.Prefix, e.Space)
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Prefix != "" {
			w.declare(a.Prefix, a.Space)
		}
	}
	if apex {
		for _, prefix := range w.Inclusive {
			if space, ok := e.inScope(prefix); ok {
				w.declare(prefix, space)
			}
		}
	} else {
		for _, d := range e.Decls {
			if slices.Contains(w.Inclusive, d.Prefix) {
				w.declare(d.Prefix, d.Space)
			}
		}
	}
	added := w.rendered[start:]
	slices.SortFunc(added, func(a, b Decl) int { return strings.Compare(a.Prefix, b.Prefix) })
	for _, d := range added {
		w.dst = append(w.dst, " xmlns"...)
		if d.Prefix != "" {
			w.dst = append(append(w.dst, ':'), d.Prefix...)
		}
		w.value(d.Space)
	}
}

// declare notes a namespace to be written, unless it is in force.
func (w *canonical) declare(prefix, space string) {
	if prefix == "xml" {
		return
	}
	for i := len(w.rendered) - 1; i >= 0; i-- {
		if d := &w.rendered[i]; d.Prefix == prefix {
			if d.Space == space {
				return
			}
			w.rendered = append(w.rendered, Decl{prefix, space})
			return
		}
	}
	if prefix != "" || space != "" {
		w.rendered = append(w.rendered, Decl{prefix, space})
	}
}

func (w *canonical) attributes(e *Element) {
	attrs := e.Attrs
	byName := func(a, b Attr) int {
		return cmp.Or(strings.Compare(a.Space, b.Space), strings.Compare(a.Local, b.Local))
	}
	if !slices.IsSortedFunc(attrs, byName) {
		attrs = slices.SortedFunc(slices.Values(attrs), byName)
	}
	for i := range attrs {
		w.dst = append(w.dst, ' ')
		w.name(attrs[i].Prefix, attrs[i].Local)
		w.value(attrs[i].Value)
	}
}

func (w *canonical) value(s string) {
	w.dst = append(w.dst, '=', '"')
	w.escape(s, &inValues)
	w.dst = append(w.dst, '"')
}

// inText and inValues are the characters that are written as references.
var inText, inValues = setOf("&<>\r"), setOf("&<\"\t\n\r")

// set is a set of ASCII characters.
type set [256]bool

func setOf(characters string) (s set) {
	for i := range len(characters) {
		s[characters[i]] = true
	}
	return s
}

// index returns where the first character of the set is in a text; -1 when none
// is.
func (set *set) index(s string) int {
	for i := range len(s) {
		if set[s[i]] {
			return i
		}
	}
	return -1
}

// escape writes text with some characters as references.
func (w *canonical) escape(s string, special *set) {
	for {
		i := special.index(s)
		if i < 0 {
			w.dst = append(w.dst, s...)
			return
		}
		w.dst = append(w.dst, s[:i]...)
		switch s[i] {
		case '&':
			w.dst = append(w.dst, "&amp;"...)
		case '<':
			w.dst = append(w.dst, "&lt;"...)
		case '>':
			w.dst = append(w.dst, "&gt;"...)
		case '"':
			w.dst = append(w.dst, "&quot;"...)
		case '\t':
			w.dst = append(w.dst, "&#x9;"...)
		case '\n':
			w.dst = append(w.dst, "&#xA;"...)
		default:
			w.dst = append(w.dst, "&#xD;"...)
		}
		s = s[i+1:]
	}
}
