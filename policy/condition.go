package policy

import (
	"net/netip"
	"slices"
	"strings"
)

// Conditions (policy section 6).
//
// Each key of each operator compiles to a condition: the operator, the key and
// a test that says whether one value of the context fits one of the listed
// values. What a missing key or a list of values means is the same for all
// operators and stands in holds; what a pair of values means stands in the
// tests.

type condition struct {
	op   operator
	key  string
	hash uint32 // foldHash of key
	test test
}

// test reports whether v fits at least one of the values it was made of. Values
// that cannot be read fit nothing.
type test interface {
	fits(v string, c *Context) bool
}

// compileConditions turns a Condition element into conditions, all of which
// must hold (C11).
func compileConditions(operators []operatorMap, variables bool) []condition {
	var list []condition
	for i := range operators {
		op, known := parseOperator(operators[i].name)
		if !known {
			continue // its map is empty
		}
		for _, k := range operators[i].keys {
			list = append(list, condition{
				op: op, key: k.key, hash: foldHash(k.key),
				test: newTest(op, k.values, variables),
			})
		}
	}
	return list
}

// holds follows the table of missing keys and sets.
func (n *condition) holds(c *Context) bool {
	e := c.find(n.hash, n.key)
	if n.op.base == null { // C9
		return n.test.fits(boolText(e == nil), nil)
	}
	if e == nil {
		switch {
		case n.op.ifExists:
			return true
		case n.op.set != noSet:
			return n.op.set == forAll
		default:
			return n.op.negated // C8
		}
	}
	set := n.op.set
	if set == noSet {
		if e.multi && !n.op.negated {
			// A list never fits an operator for single values. A negated one
			// means none of the list, which is what ForAllValues says of it.
			return false
		}
		set = forAll
	}
	for _, v := range e.values() {
		satisfied := n.test.fits(v, c) != n.op.negated // C10
		if satisfied != (set == forAll) {
			return satisfied
		}
	}
	return set == forAll
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func newTest(op operator, values []string, variables bool) test {
	switch op.base {
	case stringExact, stringFold, stringLike:
		sx := syntax{wildcards: op.base == stringLike, variables: variables}
		t := make(stringTest, len(values))
		for i, v := range values {
			t[i] = newPattern(v, sx, op.base == stringFold)
		}
		return t
	case numeric:
		return numericTest{op.relation, parseAll(values, parseDecimal)}
	case date:
		return dateTest{op.relation, parseAll(values, parseInstant)}
	case boolean, null:
		return boolTest(parseAll(values, parseBool))
	case ipAddress:
		return ipTest(parseAll(values, parseNetwork))
	case arnLike:
		t := make(arnTest, len(values))
		for i, v := range values {
			t[i] = newARNPattern(v, variables)
		}
		return t
	default: // binary
		return binaryTest(values)
	}
}

// parseAll keeps the values that can be read.
func parseAll[T any](values []string, parse func(string) (T, bool)) []T {
	list := make([]T, 0, len(values))
	for _, s := range values {
		if v, ok := parse(s); ok {
			list = append(list, v)
		}
	}
	return list
}

// stringTest is C1.
type stringTest []pattern

func (t stringTest) fits(v string, c *Context) bool {
	for i := range t {
		if t[i].match(v, c) {
			return true
		}
	}
	return false
}

// numericTest is C2.
type numericTest struct {
	relation relation
	values   []decimal
}

func (t numericTest) fits(v string, _ *Context) bool {
	d, ok := parseDecimal(v)
	return ok && slices.ContainsFunc(t.values, func(p decimal) bool { return t.relation.holds(d.compare(p)) })
}

// dateTest is C3.
type dateTest struct {
	relation relation
	values   []instant
}

func (t dateTest) fits(v string, _ *Context) bool {
	d, ok := parseInstant(v)
	return ok && slices.ContainsFunc(t.values, func(p instant) bool { return t.relation.holds(d.compare(p)) })
}

// boolTest is C4, and the test of Null.
type boolTest []bool

func (t boolTest) fits(v string, _ *Context) bool {
	b, ok := parseBool(v)
	return ok && slices.Contains(t, b)
}

// parseBool knows the two words in any letter case and nothing else.
func parseBool(s string) (value, ok bool) {
	switch {
	case equalFold(s, "true"):
		return true, true
	case equalFold(s, "false"):
		return false, true
	default:
		return false, false
	}
}

// binaryTest is C5: base64 texts are compared as text.
type binaryTest []string

func (t binaryTest) fits(v string, _ *Context) bool { return slices.Contains(t, v) }

// ipTest is C6. Families never match each other, and an IPv4 address inside an
// IPv6 one is IPv6.
type ipTest []netip.Prefix

func (t ipTest) fits(v string, _ *Context) bool {
	a, ok := parseAddress(v)
	return ok && slices.ContainsFunc(t, func(p netip.Prefix) bool { return p.Contains(a) })
}

func parseAddress(s string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(s)
	return a, err == nil && a.Zone() == ""
}

// parseNetwork reads an address, which stands for itself alone, or a network.
// Bits behind the mask do not count.
func parseNetwork(s string) (netip.Prefix, bool) {
	if !strings.Contains(s, "/") {
		a, ok := parseAddress(s)
		return netip.PrefixFrom(a, a.BitLen()), ok
	}
	p, err := netip.ParsePrefix(s)
	return p, err == nil
}

// arnTest is C7.
type arnTest []arnPattern

func (t arnTest) fits(v string, c *Context) bool {
	target := newTarget(v)
	if !target.arn {
		return false
	}
	for i := range t {
		if t[i].match(&target, c) {
			return true
		}
	}
	return false
}

// arnPattern is six patterns, one for each part.
type arnPattern struct {
	parts []pattern // nil when the text is no ARN
	// dynamic is set instead when there are variables: a value may bring colons,
	// so the parts are found anew for each request.
	dynamic []token
}

func newARNPattern(text string, variables bool) arnPattern {
	list := tokens(text, syntax{wildcards: true, variables: variables})
	if slices.ContainsFunc(list, func(t token) bool { return t.kind == value }) {
		return arnPattern{dynamic: list}
	}
	return arnPattern{parts: arnParts(list)}
}

func (p *arnPattern) match(t *target, c *Context) bool {
	parts := p.parts
	if p.dynamic != nil {
		parts = arnParts(substitute(p.dynamic, c))
	}
	if parts == nil || !parts[5].match(t.rest, nil) {
		return false
	}
	for i := range parts[:5] {
		if !parts[i].match(t.part(i), nil) {
			return false
		}
	}
	return true
}

// substitute puts the values of variables in their places, as literal text; nil
// when one has none.
func substitute(list []token, c *Context) []token {
	out := slices.Clone(list)
	for i := range out {
		if t := &out[i]; t.kind == value {
			s, ok := t.variable.resolve(c)
			if !ok {
				return nil
			}
			*t = literalToken(s)
		}
	}
	return out
}

// arnParts cuts tokens at the first five colons of their literal text; nil when
// there are fewer.
func arnParts(list []token) []pattern {
	parts := make([]pattern, 0, 6)
	var part []token
	for _, t := range list {
		for t.kind == literal && len(parts) < 5 {
			before, after, colon := strings.Cut(t.lit, ":")
			if !colon {
				break
			}
			if before != "" {
				part = append(part, literalToken(before))
			}
			parts = append(parts, patternOf(part, false))
			part, t = nil, literalToken(after)
		}
		if t.kind != literal || t.lit != "" {
			part = append(part, t)
		}
	}
	if len(parts) < 5 {
		return nil
	}
	return append(parts, patternOf(part, false))
}
