package policy

import (
	"strconv"
	"strings"
)

// String prints the document in one canonical form: elements in the order of
// the grammar, statements as a list, lists of one as the single value, no white
// space. Parse reads it back as the same policy, and printing that gives the
// same text.
func (p *Policy) String() string {
	var w printer
	w.object(func() {
		if p.doc.hasVersion {
			w.key("Version")
			w.text(p.doc.version)
		}
		if p.doc.hasID {
			w.key("Id")
			w.text(p.doc.id)
		}
		w.key("Statement")
		w.list(len(p.doc.statements), func(i int) { w.statement(&p.doc.statements[i]) })
	})
	return w.String()
}

// printer writes JSON. A comma is due before anything that follows a value.
type printer struct {
	strings.Builder
	due bool
}

func (w *printer) object(members func()) {
	w.separate()
	w.WriteByte('{')
	members()
	w.WriteByte('}')
	w.due = true
}

func (w *printer) list(n int, item func(i int)) {
	w.separate()
	w.WriteByte('[')
	for i := range n {
		item(i)
	}
	w.WriteByte(']')
	w.due = true
}

func (w *printer) separate() {
	if w.due {
		w.WriteByte(',')
	}
	w.due = false
}

func (w *printer) key(s string) {
	w.text(s)
	w.WriteByte(':')
	w.due = false
}

// text writes a string. What may not stand in a document is escaped.
func (w *printer) text(s string) {
	w.separate()
	w.WriteString(quote(s))
	w.due = true
}

func (w *printer) null() {
	w.separate()
	w.WriteString("null")
	w.due = true
}

// quote writes s as a JSON string of the characters that a document may have.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= 0x10000:
			high, low := (r-0x10000)>>10+0xD800, (r-0x10000)&0x3FF+0xDC00
			b.WriteString(`\u` + strconv.FormatInt(int64(high), 16) + `\u` + strconv.FormatInt(int64(low), 16))
		case r < ' ' || r > 0xFF:
			hex := strconv.FormatInt(int64(r), 16)
			b.WriteString(`\u` + "0000"[len(hex):] + hex)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func (w *printer) statement(s *stanza) {
	w.object(func() {
		if s.hasSid {
			w.key("Sid")
			w.text(s.sid)
		}
		w.key("Effect")
		w.text(s.effect)
		if s.principal.present {
			w.key(not(s.principal.not) + "Principal")
			w.principals(&s.principal)
		}
		if s.action.present {
			w.key(not(s.action.not) + "Action")
			w.values(s.action.values, s.action.nulls)
		}
		if s.resource.present {
			w.key(not(s.resource.not) + "Resource")
			w.values(s.resource.values, s.resource.nulls)
		}
		if s.hasCond {
			w.key("Condition")
			w.conditions(s.operators)
		}
	})
}

func not(is bool) string {
	if is {
		return "Not"
	}
	return ""
}

// values writes a list, or its only member without brackets.
func (w *printer) values(values []string, nulls int) {
	if len(values) == 1 && nulls == 0 {
		w.text(values[0])
		return
	}
	w.list(len(values)+nulls, func(i int) {
		if i < len(values) {
			w.text(values[i])
		} else {
			w.null()
		}
	})
}

func (w *printer) principals(c *principalClause) {
	if c.bare {
		w.text(c.entries[0].value)
		return
	}
	w.object(func() {
		for entries := c.entries; len(entries) > 0; {
			n := 1
			for n < len(entries) && entries[n].kind == entries[0].kind {
				n++
			}
			values := make([]string, n)
			for i := range values {
				values[i] = entries[i].value
			}
			w.key(entries[0].kind)
			w.values(values, 0)
			entries = entries[n:]
		}
	})
}

func (w *printer) conditions(operators []operatorMap) {
	w.object(func() {
		for i := range operators {
			w.key(operators[i].name)
			w.object(func() {
				for _, k := range operators[i].keys {
					w.key(k.key)
					w.values(k.values, 0)
				}
			})
		}
	})
}
