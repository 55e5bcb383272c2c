package policy

import "math"

// statement is a compiled statement.
type statement struct {
	deny       bool
	actions    actionSet
	resources  resourceSet
	principals principalSet
	conditions []condition
}

func newStatement(s *stanza, variables bool) statement {
	return statement{
		deny:       s.effect == "Deny",
		actions:    newActionSet(&s.action),
		resources:  newResourceSet(&s.resource, variables),
		principals: newPrincipalSet(&s.principal),
		conditions: compileConditions(s.operators, variables),
	}
}

// applies reports in which ways the statement covers the caller, when its
// action, resource, principal and conditions all hold; 0 when it does not
// apply. An index may have found already that it is about the action.
func (s *statement) applies(q *query, actionFits bool) matchKind {
	if !actionFits && !s.actions.match(q.vendor, q.name) {
		return 0
	}
	if !s.resources.match(&q.target, q.context, s.deny) {
		return 0
	}
	kinds := s.principals.match(q.principal)
	if kinds == 0 {
		return 0
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(q.context) {
			return 0
		}
	}
	return kinds
}

// index finds the statements that may concern an action without looking at the
// others. Its lists are in the order of the document; a statement may be in
// more than one of them.
type index struct {
	actions map[string][]int // by "s3:getobject": those that name the action
	vendors map[string][]int // by "s3": those with a wildcard in a name of it
	wide    []int            // those with NotAction or any vendor
}

// indexFrom is the number of statements that makes an index worth its making.
const indexFrom = 8

func newIndex(statements []statement) *index {
	if len(statements) < indexFrom {
		return nil
	}
	x := &index{actions: map[string][]int{}, vendors: map[string][]int{}}
	for i := range statements {
		x.add(i, &statements[i].actions)
	}
	return x
}

func (x *index) add(i int, set *actionSet) {
	if set.not {
		x.wide = append(x.wide, i)
		return
	}
	for _, a := range set.list {
		switch {
		case a.any || a.vendor == "":
			x.wide = appendOnce(x.wide, i)
		case a.name.shape == exact:
			key := a.vendor + ":" + a.name.lit
			x.actions[key] = appendOnce(x.actions[key], i)
		default:
			x.vendors[a.vendor] = appendOnce(x.vendors[a.vendor], i)
		}
	}
}

func appendOnce(list []int, i int) []int {
	if len(list) > 0 && list[len(list)-1] == i {
		return list
	}
	return append(list, i)
}

// candidates are the statements that may be about one action.
type candidates struct{ named, vendor, wide []int }

func (x *index) lookup(action string, vendor int) candidates {
	var buf [128]byte
	key := appendLowerASCII(buf[:0], action)
	return candidates{named: x.actions[string(key)], vendor: x.vendors[string(key[:vendor])], wide: x.wide}
}

// next returns the candidates in the order of the document, each once, and
// whether it surely is about the action; i is -1 at the end.
func (c *candidates) next() (i int, fits bool) {
	named, vendor, wide := first(c.named), first(c.vendor), first(c.wide)
	i = min(named, vendor, wide)
	if i == none {
		return -1, false
	}
	if named == i {
		c.named = c.named[1:]
	}
	if vendor == i {
		c.vendor = c.vendor[1:]
	}
	if wide == i {
		c.wide = c.wide[1:]
	}
	return i, named == i
}

// none is behind every statement.
const none = math.MaxInt

func first(list []int) int {
	if len(list) == 0 {
		return none
	}
	return list[0]
}
