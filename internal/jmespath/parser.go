package jmespath

import (
	"errors"
	"slices"
	"strings"
)

// maxDepth bounds how deep the nodes of an expression nest.
const maxDepth = 400

var errDeep = errors.New("the expression nests too deeply")

// power tells how tightly a token binds to what is left of it. Those that are not
// here do not bind: they end an expression.
var power = map[string]int{
	"pipe": 1, "or": 2, "and": 3,
	"eq": 5, "gt": 5, "lt": 5, "gte": 5, "lte": 5, "ne": 5,
	"flatten": 9,
	"star":    20, "filter": 21, "dot": 40, "not": 45, "lbrace": 50, "lbracket": 55, "lparen": 60,
}

// projectionStop: tokens that bind less end a projection.
const projectionStop = 10

type kind int

const (
	identity kind = iota
	field
	literal
	index
	slice
	chain // each child applied to what the one before it found
	pipe
	flatten
	projection
	valueProjection
	filterProjection // children: what to filter, what to do with each, the condition
	comparator
	and
	or
	not
	function
	reference // &expression
	list
	hash
)

type node struct {
	kind     kind
	name     string // of a field, function or comparator
	value    any    // of a literal
	index    int64
	bounds   [3]*int64 // of a slice: start, stop, step
	keys     []string  // of a hash, one for each child
	children []*node
	joins    bool // an index chain, which takes further indices as its own
	depth    int
}

type parser struct {
	expression string
	tokens     []token
	at         int
	depth      int
}

func parse(expression string) (*node, error) {
	t, err := tokens(expression)
	if err != nil {
		return nil, err
	}
	p := &parser{expression: expression, tokens: t}
	n, err := p.expr(0)
	if err != nil {
		return nil, err
	}
	if t := p.current(); t.kind != "eof" {
		return nil, p.fail(t, "Unexpected token: "+t.text)
	}
	return n, nil
}

func (p *parser) current() token { return p.tokens[p.at] }

func (p *parser) is(kind string) bool { return p.tokens[p.at].kind == kind }

// after returns the token behind the current one.
func (p *parser) after() token { return p.tokens[min(p.at+1, len(p.tokens)-1)] }

// take moves past the current token; the end stays current.
func (p *parser) take() token {
	t := p.tokens[p.at]
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	return t
}

// match takes a token of a kind.
func (p *parser) match(kind string) error {
	if !p.is(kind) {
		return p.expected(kind)
	}
	p.take()
	return nil
}

func (p *parser) expected(what string) error {
	t := p.current()
	if t.kind == "eof" {
		return p.incomplete()
	}
	return p.fail(t, "Expecting: "+what+", got: "+t.kind)
}

func oneOf(kinds ...string) string { return "['" + strings.Join(kinds, "', '") + "']" }

// grow sets the depth of a node from its children.
func (p *parser) grow(n *node) (*node, error) {
	n.depth = 1
	for _, c := range n.children {
		n.depth = max(n.depth, c.depth+1)
	}
	if n.depth > maxDepth {
		return nil, errDeep
	}
	return n, nil
}

func (p *parser) node(k kind, children ...*node) (*node, error) {
	return p.grow(&node{kind: k, children: children})
}

// expr reads an expression as far as its tokens bind tighter than bind.
func (p *parser) expr(bind int) (*node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errDeep
	}
	defer func() { p.depth-- }()
	left, err := p.prefix(p.take())
	for err == nil && bind < power[p.current().kind] {
		left, err = p.infix(left)
	}
	return left, err
}

// prefix reads what starts with t.
func (p *parser) prefix(t token) (*node, error) {
	switch t.kind {
	case "literal":
		return p.grow(&node{kind: literal, value: t.value})
	case "unquoted_identifier":
		return p.grow(&node{kind: field, name: t.text})
	case "quoted_identifier":
		if p.is("lparen") {
			return nil, p.failAt(0, p.current(), "Quoted identifier not allowed for function names.")
		}
		return p.grow(&node{kind: field, name: t.text})
	case "current":
		return p.node(identity)
	case "star":
		if p.is("rbracket") {
			return p.node(valueProjection, &node{}, &node{})
		}
		return p.project(valueProjection, &node{}, power["star"])
	case "filter":
		return p.filter(&node{})
	case "flatten":
		return p.flatten(&node{})
	case "lbrace":
		return p.hash()
	case "lbracket":
		switch {
		case p.is("number"), p.is("colon"):
			return p.index(&node{})
		case p.is("star") && p.after().kind == "rbracket":
			p.take()
			p.take()
			return p.project(projection, &node{}, power["star"])
		}
		return p.list()
	case "lparen":
		n, err := p.expr(0)
		if err == nil {
			err = p.match("rparen")
		}
		return n, err
	case "not":
		return p.operand(not, power["not"])
	case "expref":
		return p.operand(reference, 0)
	case "eof":
		return nil, p.incomplete()
	}
	return nil, p.fail(t, "invalid token")
}

// operand reads the right side of an operator; left are the children before it.
func (p *parser) operand(k kind, bind int, left ...*node) (*node, error) {
	right, err := p.expr(bind)
	if err != nil {
		return nil, err
	}
	return p.node(k, append(left, right)...)
}

// infix reads what continues left.
func (p *parser) infix(left *node) (*node, error) {
	t := p.current()
	if slices.Contains([]string{"star", "not", "lbrace"}, t.kind) {
		return nil, p.fail(t, "invalid token")
	}
	p.take()
	switch t.kind {
	case "dot":
		if p.is("star") {
			p.take()
			return p.project(valueProjection, left, power["dot"])
		}
		right, err := p.dotted(power["dot"])
		if err != nil {
			return nil, err
		}
		if left.kind == chain && !left.joins {
			left.children = append(left.children, right)
			return p.grow(left)
		}
		return p.node(chain, left, right)
	case "pipe":
		return p.operand(pipe, power["pipe"], left)
	case "or":
		return p.operand(or, power["or"], left)
	case "and":
		return p.operand(and, power["and"], left)
	case "lparen":
		return p.call(left)
	case "filter":
		return p.filter(left)
	case "flatten":
		return p.flatten(left)
	case "lbracket":
		return p.bracket(left)
	}
	n, err := p.operand(comparator, power[t.kind], left)
	if err == nil {
		n.name = t.kind
	}
	return n, err
}

// project reads what is done with each element of left.
func (p *parser) project(k kind, left *node, bind int) (*node, error) {
	right, err := p.projected(bind)
	if err != nil {
		return nil, err
	}
	return p.node(k, left, right)
}

func (p *parser) projected(bind int) (*node, error) {
	switch t := p.current(); {
	case power[t.kind] < projectionStop:
		return &node{}, nil
	case t.kind == "lbracket" || t.kind == "filter":
		return p.expr(bind)
	case t.kind == "dot":
		p.take()
		return p.dotted(bind)
	default:
		return nil, p.fail(t, "syntax error")
	}
}

// dotted reads what may follow a dot.
func (p *parser) dotted(bind int) (*node, error) {
	switch t := p.current(); t.kind {
	case "quoted_identifier", "unquoted_identifier", "star":
		return p.expr(bind)
	case "lbracket":
		p.take()
		return p.list()
	case "lbrace":
		p.take()
		return p.hash()
	default:
		return nil, p.fail(t, "Expecting: "+oneOf("quoted_identifier", "unquoted_identifier", "lbracket", "lbrace")+", got: "+t.kind)
	}
}

func (p *parser) flatten(left *node) (*node, error) {
	n, err := p.node(flatten, left)
	if err != nil {
		return nil, err
	}
	return p.project(projection, n, power["flatten"])
}

func (p *parser) filter(left *node) (*node, error) {
	condition, err := p.expr(0)
	if err != nil {
		return nil, err
	}
	if err := p.match("rbracket"); err != nil {
		return nil, err
	}
	each := &node{}
	if !p.is("flatten") {
		if each, err = p.projected(power["filter"]); err != nil {
			return nil, err
		}
	}
	return p.node(filterProjection, left, each, condition)
}

func (p *parser) bracket(left *node) (*node, error) {
	if p.is("number") || p.is("colon") {
		return p.index(left)
	}
	if err := p.match("star"); err != nil {
		return nil, err
	}
	if err := p.match("rbracket"); err != nil {
		return nil, err
	}
	return p.project(projection, left, power["star"])
}

// index reads the rest of [1] or [1:2:3]. A slice is a projection, but not when it
// follows an index: the AWS CLI has it so.
func (p *parser) index(left *node) (*node, error) {
	right, err := p.indexOrSlice()
	if err != nil {
		return nil, err
	}
	if left.kind == chain && left.joins {
		left.children = append(left.children, right)
		return p.grow(left)
	}
	n, err := p.node(chain, left, right)
	if err != nil {
		return nil, err
	}
	n.joins = true
	if right.kind == slice {
		return p.project(projection, n, power["star"])
	}
	return n, nil
}

func (p *parser) indexOrSlice() (*node, error) {
	if !p.is("colon") && p.after().kind != "colon" {
		n := &node{kind: index, index: p.take().value.(int64)}
		return n, p.match("rbracket")
	}
	n := &node{kind: slice}
	for part := 0; !p.is("rbracket") && part < 3; {
		t := p.current()
		switch {
		case t.kind == "colon" && part < 2:
			part++
		case t.kind == "number":
			n.bounds[part] = new(t.value.(int64))
		default:
			return nil, p.fail(t, "syntax error")
		}
		p.take()
	}
	return n, p.match("rbracket")
}

// call reads the arguments of a function. Commas between them may be left out:
// the AWS CLI has it so.
func (p *parser) call(left *node) (*node, error) {
	if left.kind != field {
		t := p.tokens[p.at-2]
		return nil, p.fail(t, "Invalid function name '"+t.text+"'")
	}
	n := &node{kind: function, name: left.name}
	for !p.is("rparen") {
		argument, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		if p.is("comma") {
			p.take()
		}
		n.children = append(n.children, argument)
	}
	p.take()
	return p.grow(n)
}

func (p *parser) list() (*node, error) {
	n := &node{kind: list}
	for {
		e, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, e)
		if p.is("rbracket") {
			p.take()
			return p.grow(n)
		}
		if err := p.match("comma"); err != nil {
			return nil, err
		}
	}
}

func (p *parser) hash() (*node, error) {
	n := &node{kind: hash}
	for {
		key := p.current()
		if key.kind != "quoted_identifier" && key.kind != "unquoted_identifier" {
			return nil, p.expected(oneOf("quoted_identifier", "unquoted_identifier"))
		}
		p.take()
		if err := p.match("colon"); err != nil {
			return nil, err
		}
		v, err := p.expr(0)
		if err != nil {
			return nil, err
		}
		n.keys = append(n.keys, key.text)
		n.children = append(n.children, v)
		switch {
		case p.is("comma"):
			p.take()
		case p.is("rbrace"):
			p.take()
			return p.grow(n)
		}
	}
}
