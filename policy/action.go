package policy

import "strings"

// Action elements (M1 to M3).

// action is one compiled value of an Action element: "*", or vendor and name,
// which are compared apart, so that "s3:*" does not match "s3express:X".
type action struct {
	any    bool   // "*", alone or on both sides of the colon
	vendor string // lower case; "" for any
	name   pattern
}

func newAction(text string) action {
	vendor, name, _ := strings.Cut(text, ":")
	if text == "*" || text == "*:*" {
		return action{any: true}
	}
	if vendor == "*" {
		vendor = ""
	}
	return action{vendor: lowerASCII(vendor), name: newPattern(lowerASCII(name), syntax{wildcards: true}, true)}
}

// match reports whether the action of a request, cut at its colon, is meant.
func (a *action) match(vendor, name string) bool {
	return a.any || (a.vendor == "" || equalFold(a.vendor, vendor)) && a.name.match(name, nil)
}

// actionSet is an Action or NotAction element.
type actionSet struct {
	not  bool
	list []action
}

func newActionSet(c *clause) actionSet {
	s := actionSet{not: c.not, list: make([]action, len(c.values))}
	for i, v := range c.values {
		s.list[i] = newAction(v)
	}
	return s
}

func (s *actionSet) match(vendor, name string) bool {
	for i := range s.list {
		if s.list[i].match(vendor, name) {
			return !s.not
		}
	}
	return s.not
}
