package policy

import "strings"

// Resource elements (M4 to M10).

// target is the resource of a request, cut once: five colons make an ARN.
type target struct {
	text string
	cuts [5]int // places of the first five colons
	arn  bool
	head string // up to the fifth colon and with it
	rest string // what follows
}

func newTarget(resource string) (t target) {
	t.text = resource
	at := 0
	for i := range t.cuts {
		n := strings.IndexByte(resource[at:], ':')
		if n < 0 {
			return t
		}
		t.cuts[i] = at + n
		at += n + 1
	}
	t.arn, t.head, t.rest = true, resource[:at], resource[at:]
	return t
}

// part is one of the five parts of the head.
func (t *target) part(i int) string {
	start := 0
	if i > 0 {
		start = t.cuts[i-1] + 1
	}
	return t.text[start:t.cuts[i]]
}

// resource is one compiled value of a Resource element. The zero resource, of
// what is no ARN, matches nothing.
type resource struct {
	any   bool        // "*", the only one that matches a request without a resource (M9)
	head  string      // the five parts and their colons, when none has a wildcard
	parts *[5]pattern // otherwise
	rest  pattern
}

// newResource compiles a value. Variables count only behind the fifth colon
// (V1); before it their text is itself.
func newResource(text string, variables bool) resource {
	if text == "*" {
		return resource{any: true}
	}
	for strings.HasSuffix(text, "*") && strings.Count(text, ":") < 5 { // M10
		text += ":*"
	}
	t := newTarget(text)
	if !t.arn {
		return resource{}
	}
	r := resource{rest: newPattern(t.rest, syntax{wildcards: true, variables: variables}, false)}
	if !strings.ContainsAny(t.head, "*?") {
		r.head = t.head
		return r
	}
	r.parts = new([5]pattern)
	for i := range r.parts {
		r.parts[i] = newPattern(t.part(i), syntax{wildcards: true}, true)
	}
	return r
}

// match reports whether the resource covers t: part by part, so that no
// wildcard crosses one of the first five colons (M4); the rest with regard to
// letter case, what precedes it without (M6).
func (r *resource) match(t *target, c *Context) bool {
	if r.any {
		return true
	}
	if !t.arn || !r.rest.match(t.rest, c) {
		return false
	}
	if r.parts == nil {
		return r.head == t.head || equalFold(r.head, t.head)
	}
	for i := range r.parts {
		if !r.parts[i].match(t.part(i), nil) {
			return false
		}
	}
	return true
}

// resourceSet is a Resource or NotResource element.
type resourceSet struct {
	all  bool // no element at all, or a plain "*"
	not  bool
	list []resource
}

func newResourceSet(c *clause, variables bool) resourceSet {
	if !c.present {
		return resourceSet{all: true}
	}
	s := resourceSet{not: c.not, list: make([]resource, len(c.values))}
	for i, v := range c.values {
		s.list[i] = newResource(v, variables)
		s.all = s.all || s.list[i].any && !c.not
	}
	return s
}

// match reports whether the element covers t. Where a NotResource has a
// variable without a value, one cannot tell what the author left out: a Deny
// then applies and an Allow does not.
func (s *resourceSet) match(t *target, c *Context, deny bool) bool {
	if s.all {
		return true
	}
	for i := range s.list {
		r := &s.list[i]
		if r.match(t, c) {
			return !s.not
		}
		if s.not && !deny && !r.rest.resolves(c) {
			return false
		}
	}
	return s.not
}
