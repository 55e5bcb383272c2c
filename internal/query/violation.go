package query

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/awserr"
)

// What a ValidationError may show of a request. The real service repeats a
// whole session policy of more than 2,048 characters; a stranger's megabyte is
// cut. The count in the message is always that of all violations.
const (
	maxEcho    = 16 << 10 // bytes of one value
	maxMessage = 64 << 10 // bytes of clauses, after which no more are added
)

// violations gathers the clauses of a ValidationError:
//
//	2 validation errors detected: Value 'x' at 'roleArn' failed to satisfy
//	constraint: Member must have length greater than or equal to 20; Value null
//	at 'roleSessionName' failed to satisfy constraint: Member must not be null
//
// Without echo, and for a sensitive member, it is "Value at 'roleArn'". An
// element of a list of structures is "tags.1.member.key".
type violations struct {
	echo   bool
	within []place // where the structure being filled is, from the outside in
	n      int
	text   []byte
	quiet  []byte // text without the values of private members; nil while it shows none
}

// place is a member that is a structure, or the element of one that is a list.
type place struct {
	member *Field
	index  int // from 1 in a list; 0 for a structure
}

// enter notes that a structure is being filled, until leave.
func (vs *violations) enter(f *Field, index int) { vs.within = append(vs.within, place{f, index}) }
func (vs *violations) leave()                    { vs.within = vs.within[:len(vs.within)-1] }

// appendPath appends the path of the structure being filled, with its final dot.
func (vs *violations) appendPath(dst []byte) []byte {
	for _, p := range vs.within {
		dst = append(dst, p.member.path...)
		if p.index > 0 {
			dst = strconv.AppendInt(append(dst, '.'), int64(p.index), 10)
			dst = append(dst, ".member"...)
		}
		dst = append(dst, '.')
	}
	return dst
}

// err returns what was gathered, nil when that is nothing.
func (vs *violations) err() error {
	if vs.n == 0 {
		return nil
	}
	form := "%d validation errors detected: %s"
	if vs.n == 1 {
		form = "%d validation error detected: %s"
	}
	e := awserr.Validation(form, vs.n, vs.text)
	if vs.quiet != nil {
		e.Quiet = fmt.Sprintf(form, vs.n, vs.quiet)
	}
	return e
}

// add appends a clause. value is the offending value in quotes, "null", or ""
// when it is not to be shown.
func (vs *violations) add(f *Field, value, constraint string) {
	vs.n++
	if len(vs.text) > maxMessage {
		return
	}
	if !vs.echo || f.Sensitive && value != null {
		value = ""
	}
	private := f.Private && value != "" && value != null
	if private && vs.quiet == nil {
		vs.quiet = slices.Clone(vs.text)
	}
	before := len(vs.text)
	vs.text = vs.appendClause(vs.text, f, value, constraint)
	switch {
	case private:
		vs.quiet = vs.appendClause(vs.quiet, f, "", constraint)
	case vs.quiet != nil:
		vs.quiet = append(vs.quiet, vs.text[before:]...)
	}
}

func (vs *violations) appendClause(dst []byte, f *Field, value, constraint string) []byte {
	if vs.n > 1 {
		dst = append(dst, "; "...)
	}
	dst = append(dst, "Value "...)
	if value != "" {
		dst = append(append(dst, value...), ' ')
	}
	dst = append(dst, "at '"...)
	dst = append(vs.appendPath(dst), f.path...)
	dst = append(dst, "' failed to satisfy constraint: "...)
	return append(dst, constraint...)
}

// missing adds that a required member is absent.
func (vs *violations) missing(f *Field) { vs.add(f, null, notNull) }

// check adds what is wrong with a scalar that was given.
func (vs *violations) check(f *Field, v reflect.Value) {
	if f.Pointer {
		v = v.Elem()
	}
	switch f.Kind {
	case String:
		vs.checkString(f, v.String())
	case Int:
		n := v.Int()
		if f.Bounds.HasMax && n > f.Bounds.Max {
			vs.add(f, quote(strconv.FormatInt(n, 10)), atMost("value", f.Bounds.Max))
		}
		if f.Bounds.HasMin && n < f.Bounds.Min {
			vs.add(f, quote(strconv.FormatInt(n, 10)), atLeast("value", f.Bounds.Min))
		}
	}
}

// checkString tries the pattern before the length, as recorded.
func (vs *violations) checkString(f *Field, s string) {
	if f.Pattern != nil && !f.Pattern.Match(s) {
		vs.add(f, quote(s), matches(f.Pattern))
	}
	// Characters are counted only where bytes leave it open: a character has one to four.
	n := int64(len(s))
	if f.Bounds.HasMax && n > f.Bounds.Max || f.Bounds.HasMin && n < f.Bounds.Min*utf8.UTFMax {
		n = int64(utf8.RuneCountInString(s))
	}
	if f.Bounds.HasMax && n > f.Bounds.Max {
		vs.add(f, quote(s), atMost("length", f.Bounds.Max))
	}
	if f.Bounds.HasMin && n < f.Bounds.Min {
		vs.add(f, quote(s), atLeast("length", f.Bounds.Min))
	}
	if f.Enum != nil && !slices.Contains(f.Enum, s) {
		vs.add(f, quote(s), vs.oneOf(f.Enum))
	}
}

// count adds that a list of so many elements is too short or too long. list are
// those of a list of strings.
func (vs *violations) count(f *Field, elements int, list []string) {
	n := int64(elements)
	long, short := f.Bounds.HasMax && n > f.Bounds.Max, f.Bounds.HasMin && n < f.Bounds.Min
	if !long && !short {
		return
	}
	value := ""
	if f.Elem.Kind == String {
		value = quoteList(list)
	}
	if long {
		vs.add(f, value, atMost("length", f.Bounds.Max))
	}
	if short {
		vs.add(f, value, atLeast("length", f.Bounds.Min))
	}
}

// elements adds one clause when any element of a list of strings breaks any
// constraint. It names all that elements have, whichever is broken.
func (vs *violations) elements(f *Field, list []string) {
	e := f.Elem
	probe := violations{}
	for _, s := range list {
		if probe.checkString(e, s); probe.n > 0 {
			vs.add(f, quoteList(list), "Member must satisfy constraint: ["+vs.constraints(e)+"]")
			return
		}
	}
}

// constraints words all that is asked of an element, in the recorded order.
func (vs *violations) constraints(e *Field) string {
	var all []string
	if e.Bounds.HasMax {
		all = append(all, atMost("length", e.Bounds.Max))
	}
	if e.Bounds.HasMin {
		all = append(all, atLeast("length", e.Bounds.Min))
	}
	if e.Pattern != nil {
		all = append(all, matches(e.Pattern))
	}
	if e.Enum != nil {
		all = append(all, vs.oneOf(e.Enum))
	}
	if e.Required {
		all = append(all, notNull)
	}
	return strings.Join(all, ", ")
}

const (
	null    = "null" // an absent value, as it is shown; it gives nothing away
	notNull = "Member must not be null"
)

func atMost(what string, n int64) string {
	return "Member must have " + what + " less than or equal to " + strconv.FormatInt(n, 10)
}

func atLeast(what string, n int64) string {
	return "Member must have " + what + " greater than or equal to " + strconv.FormatInt(n, 10)
}

func matches(p *Pattern) string {
	return "Member must satisfy regular expression pattern: " + p.Text
}

// oneOf names the legal values where the service shows values at all.
func (vs *violations) oneOf(enum []string) string {
	if !vs.echo {
		return "Member must satisfy enum value set"
	}
	return "Member must satisfy enum value set: [" + strings.Join(enum, ", ") + "]"
}

// quote returns a value as messages show it, cut when it is very long.
func quote(s string) string {
	if len(s) > maxEcho {
		s = strings.ToValidUTF8(s[:maxEcho], "") + "..."
	}
	return "'" + s + "'"
}

func quoteList(list []string) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, s := range list {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s)
		if b.Len() > maxEcho {
			break // quote cuts the rest
		}
	}
	b.WriteByte(']')
	return quote(b.String())
}
