// Package xmltree reads XML that a stranger wrote and writes it in canonical
// form, as signatures over XML need it.
//
// It reads a deliberately small XML: UTF-8, elements, attributes, namespaces,
// text, CDATA, comments and the five predefined entities. A document type, a
// processing instruction, an undeclared prefix, an attribute given twice, a
// character that XML does not have, or anything after the root refuses the
// whole document; nothing is repaired or guessed. Since there are no document
// types, there are no entities to expand and no default attributes.
//
// What is written ([Element.Canonical]) is Exclusive XML Canonicalization 1.0
// (https://www.w3.org/TR/xml-exc-c14n/), with or without comments. Reading what
// was written gives the same tree.
//
// Names of elements and attributes are ASCII: those of SAML and of signatures
// are.
package xmltree

import (
	"errors"
	"fmt"
	"strings"
)

// XML is the namespace that the prefix "xml" always stands for.
const XML = "http://www.w3.org/XML/1998/namespace"

// Limits bound the work that a document may cause. The zero value allows
// nothing.
type Limits struct {
	Bytes int
	Depth int // of elements in elements
	Nodes int // elements, attributes, declarations, comments and runs of text
}

// scopeLimit is how many namespace declarations may hold at one place. Each name
// is looked up among them.
const scopeLimit = 64

// Element is an element with what is in it.
type Element struct {
	Prefix, Local string
	Space         string // the namespace; "" is none
	Attrs         []Attr
	Decls         []Decl // namespaces declared here
	Children      []Node
	Parent        *Element // nil for the root
}

// Attr is an attribute other than a namespace declaration.
type Attr struct {
	Prefix, Local string
	Space         string // the namespace; "" is none
	Value         string
}

// Decl declares a namespace for a prefix; "" is the default namespace.
type Decl struct{ Prefix, Space string }

// Node is what an element holds: an element, a run of text, or a comment. Text
// and CDATA that follow each other are nodes of their own.
type Node struct {
	Element *Element // nil for text and comments
	Comment bool
	Text    string
}

// ErrLimit is wrapped by the errors of documents that are larger than allowed.
var ErrLimit = errors.New("over the limit")

// Is reports whether e is the element of this name.
func (e *Element) Is(space, local string) bool { return e.Local == local && e.Space == space }

// Elements returns the elements that are directly in e.
func (e *Element) Elements() []*Element {
	var all []*Element
	for i := range e.Children {
		if c := e.Children[i].Element; c != nil {
			all = append(all, c)
		}
	}
	return all
}

// All returns the elements of this name that are directly in e.
func (e *Element) All(space, local string) []*Element {
	var all []*Element
	for i := range e.Children {
		if c := e.Children[i].Element; c != nil && c.Is(space, local) {
			all = append(all, c)
		}
	}
	return all
}

// One returns the element of this name that is directly in e, when there is
// exactly one.
func (e *Element) One(space, local string) (*Element, error) {
	switch all := e.All(space, local); len(all) {
	case 1:
		return all[0], nil
	case 0:
		return nil, fmt.Errorf("%s has no %s", e.Local, local)
	default:
		return nil, fmt.Errorf("%s has %d elements %s", e.Local, len(all), local)
	}
}

// Walk calls f for e and all elements in it, in document order.
func (e *Element) Walk(f func(*Element)) {
	f(e)
	for i := range e.Children {
		if c := e.Children[i].Element; c != nil {
			c.Walk(f)
		}
	}
}

// Attr returns the value of the attribute that has this name and no namespace,
// and whether there is one.
func (e *Element) Attr(local string) (value string, ok bool) {
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Local == local && a.Space == "" {
			return a.Value, true
		}
	}
	return "", false
}

// Value returns the text of an element that holds text alone. Elements and
// comments in it are an error: who reads past them reads something else than
// who wrote it.
func (e *Element) Value() (string, error) {
	if len(e.Children) == 1 && e.Children[0].isText() {
		return e.Children[0].Text, nil
	}
	var b strings.Builder
	for i := range e.Children {
		if !e.Children[i].isText() {
			return "", fmt.Errorf("%s holds other than text", e.Local)
		}
		b.WriteString(e.Children[i].Text)
	}
	return b.String(), nil
}

func (n *Node) isText() bool { return n.Element == nil && !n.Comment }

// inScope returns the namespace that a prefix stands for inside e.
func (e *Element) inScope(prefix string) (space string, ok bool) {
	if prefix == "xml" {
		return XML, true
	}
	for ; e != nil; e = e.Parent {
		for _, d := range e.Decls {
			if d.Prefix == prefix {
				return d.Space, true
			}
		}
	}
	return "", prefix == ""
}
