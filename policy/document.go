package policy

import "strconv"

// document is a policy as written: the grammar of policy section 1, with the
// values as text and their places. Nothing in it is compiled.
type document struct {
	version    string // "" when absent, which means 2008-10-17
	hasVersion bool
	versionAt  int
	id         string
	hasID      bool
	statements []stanza
}

// The two versions of the language.
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// stanza is one statement as written.
type stanza struct {
	start, end int // byte offsets of { and behind }
	sid        string
	hasSid     bool
	sidAt      int
	effect     string // "" when absent
	hasEffect  bool
	effectAt   int
	principal  principalClause
	action     clause
	resource   clause
	hasCond    bool
	operators  []operatorMap
}

// clause is an Action or Resource element, or its Not form.
type clause struct {
	present bool
	not     bool
	at      int
	values  []string
	nulls   int // how many null values a Resource list had besides
}

// empty reports whether the element says nothing: absent or an empty list.
func (c *clause) empty() bool { return len(c.values) == 0 && c.nulls == 0 }

// principalClause is a Principal or NotPrincipal element.
type principalClause struct {
	present bool
	not     bool
	at      int
	bare    bool // a string instead of a map: entries holds it with kind ""
	entries []principalEntry
	// noValue is set when a type of the map has an empty list.
	noValue bool
}

type principalEntry struct {
	kind, value string
	start, end  int // byte offsets of the value, quotes included
}

// operatorMap is one operator of a Condition element and what it is put to.
type operatorMap struct {
	name string
	at   int
	keys []keyValues
}

type keyValues struct {
	key    string
	at     int
	values []string
}

// problem is a refusal before it is put into an [Error].
type problem struct {
	at      int
	message string
	detail  string
}

// readDocument checks the shape of a document (2.1 row 1): known elements of
// the right types. Its problems carry no message; each kind words them in its
// own way. Principals of identity policies are not looked into, since their
// presence alone is the error (2.1 row 4).
func readDocument(kind Kind, root node) (*document, *problem) {
	if root.kind != objectNode {
		return nil, misshapen(root, "a policy is an object")
	}
	d := new(document)
	for i := range root.members {
		m := &root.members[i]
		v := &m.value
		switch m.key {
		case "Version":
			d.version, d.hasVersion, d.versionAt = v.text, true, v.start
			if v.kind != stringNode {
				return nil, misshapen(*v, "Version is a string")
			}
		case "Id":
			d.id, d.hasID = v.text, true
			if v.kind != stringNode {
				return nil, misshapen(*v, "Id is a string")
			}
		case "Statement":
			if p := d.readStatements(kind, v); p != nil {
				return nil, p
			}
		case "Conditions":
			// Recordings accept an empty map of this name at the top of identity
			// policies. One that says anything would be ignored, so it is refused.
			if kind == Trust || kind == StoredTrust || kind == Resource || v.kind != objectNode || len(v.members) > 0 {
				return nil, &problem{at: m.at, detail: "unknown element Conditions"}
			}
		default:
			return nil, &problem{at: m.at, detail: "unknown element " + strconv.Quote(m.key)}
		}
	}
	return d, nil
}

func misshapen(n node, detail string) *problem { return &problem{at: n.start, detail: detail} }

func (d *document) readStatements(kind Kind, v *node) *problem {
	items := []node{*v}
	if v.kind == arrayNode {
		items = v.items
	}
	d.statements = make([]stanza, len(items))
	for i := range items {
		if items[i].kind != objectNode {
			return misshapen(items[i], "a statement is an object")
		}
		if p := d.statements[i].read(kind, &items[i]); p != nil {
			return p
		}
	}
	return nil
}

func (s *stanza) read(kind Kind, n *node) *problem {
	s.start, s.end = n.start, n.end
	for i := range n.members {
		m := &n.members[i]
		v := &m.value
		var p *problem
		switch m.key {
		case "Sid":
			s.sid, s.hasSid, s.sidAt = v.text, true, v.start
			p = wantString(v, "Sid")
		case "Effect":
			s.effect, s.hasEffect, s.effectAt = v.text, true, v.start
			p = wantString(v, "Effect")
		case "Principal", "NotPrincipal":
			p = s.principal.read(kind, m)
		case "Action", "NotAction":
			p = s.action.read(m, m.key == "NotAction", false)
		case "Resource", "NotResource":
			p = s.resource.read(m, m.key == "NotResource", true)
		case "Condition":
			p = s.readCondition(v)
		default:
			p = &problem{at: m.at, detail: "unknown element " + strconv.Quote(m.key)}
		}
		if p != nil {
			return p
		}
	}
	return nil
}

func wantString(v *node, name string) *problem {
	if v.kind != stringNode {
		return misshapen(*v, name+" is a string")
	}
	return nil
}

// read takes a string or a list of strings; a Resource list may hold null too.
func (c *clause) read(m *member, not, nulls bool) *problem {
	if c.present {
		return &problem{at: m.at, detail: m.key + " beside its opposite"}
	}
	c.present, c.not, c.at = true, not, m.value.start
	switch m.value.kind {
	case stringNode:
		c.values = []string{m.value.text}
		return nil
	case arrayNode:
		c.values = make([]string, 0, len(m.value.items))
		for i := range m.value.items {
			switch v := &m.value.items[i]; {
			case v.kind == stringNode:
				c.values = append(c.values, v.text)
			case v.kind == nullNode && nulls:
				c.nulls++
			default:
				return misshapen(*v, m.key+" holds strings")
			}
		}
		return nil
	}
	return misshapen(m.value, m.key+" is a string or a list of strings")
}

func (c *principalClause) read(kind Kind, m *member) *problem {
	takes := kind == Trust || kind == StoredTrust || kind == Resource || kind == RCP
	if c.present && takes {
		return &problem{at: m.at, detail: m.key + " beside its opposite"}
	}
	c.present, c.not, c.at = true, m.key == "NotPrincipal", m.value.start
	if !takes {
		return nil
	}
	switch m.value.kind {
	case stringNode:
		c.bare = true
		c.entries = []principalEntry{{value: m.value.text, start: m.value.start, end: m.value.end}}
		return nil
	case objectNode:
	default:
		return misshapen(m.value, m.key+" is a map")
	}
	for i := range m.value.members {
		t := &m.value.members[i]
		switch t.key {
		case "AWS", "Federated", "Service", "CanonicalUser":
		default:
			return &problem{at: t.at, detail: "unknown type of principal " + strconv.Quote(t.key)}
		}
		values := []node{t.value}
		if t.value.kind == arrayNode {
			values = t.value.items
		}
		c.noValue = c.noValue || len(values) == 0
		for _, v := range values {
			if v.kind != stringNode {
				return misshapen(v, "a principal is a string")
			}
			c.entries = append(c.entries, principalEntry{kind: t.key, value: v.text, start: v.start, end: v.end})
		}
	}
	return nil
}

// readCondition takes a map of operators to maps of keys to values. An operator
// that is not known is let pass when its map is empty.
func (s *stanza) readCondition(v *node) *problem {
	if v.kind != objectNode {
		return misshapen(*v, "Condition is a map")
	}
	s.hasCond = true
	s.operators = make([]operatorMap, len(v.members))
	for i := range v.members {
		m := &v.members[i]
		if m.value.kind != objectNode {
			return misshapen(m.value, "an operator has a map")
		}
		if _, known := parseOperator(m.key); !known && len(m.value.members) > 0 {
			return &problem{at: m.at, detail: "unknown operator " + strconv.Quote(m.key)}
		}
		op := &s.operators[i]
		op.name, op.at = m.key, m.at
		op.keys = make([]keyValues, len(m.value.members))
		for j := range m.value.members {
			k := &m.value.members[j]
			values, p := conditionValues(&k.value)
			if p != nil {
				return p
			}
			op.keys[j] = keyValues{key: k.key, at: k.at, values: values}
		}
	}
	return nil
}

// conditionValues takes a scalar or a list of them. Numbers and booleans become
// their JSON text.
func conditionValues(v *node) ([]string, *problem) {
	items := []node{*v}
	if v.kind == arrayNode {
		items = v.items
	}
	values := make([]string, len(items))
	for i := range items {
		switch items[i].kind {
		case stringNode, numberNode, boolNode:
			values[i] = items[i].text
		default:
			return nil, misshapen(items[i], "a condition value is a string, a number or a boolean")
		}
	}
	return values, nil
}

// pathTo names the place at a byte offset: "Statement[2].Condition.Bool".
func pathTo(n *node, at int) string {
	switch n.kind {
	case objectNode:
		for i := range n.members {
			if m := &n.members[i]; m.at <= at && at < m.value.end {
				return "." + m.key + pathTo(&m.value, at)
			}
		}
	case arrayNode:
		for i := range n.items {
			if v := &n.items[i]; v.start <= at && at < v.end {
				return "[" + strconv.Itoa(i) + "]" + pathTo(v, at)
			}
		}
	}
	return ""
}
