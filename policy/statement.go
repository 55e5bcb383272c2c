package policy

import "slices"

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
// action, resource, principal and conditions all hold; 0 when it does not apply.
func (s *statement) applies(q *query) matchKind {
	if !s.actions.match(q.vendor, q.name) || !s.resources.match(&q.target, q.context, s.deny) {
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
// others. A statement is listed once for any action: under wide when a value of
// its Action has a wildcard in the vendor or it has NotAction, else under the
// vendors of which it has a wildcard name, and under the very actions it names
// of other vendors.
type index struct {
	wide    []int
	vendors map[string][]int
	actions map[string][]int // "s3:getobject"
}

// indexFrom is the number of statements that makes an index worth its making.
const indexFrom = 8

func newIndex(statements []statement) *index {
	if len(statements) < indexFrom {
		return nil
	}
	x := &index{vendors: map[string][]int{}, actions: map[string][]int{}}
	for i := range statements {
		x.add(i, &statements[i].actions)
	}
	return x
}

func (x *index) add(i int, set *actionSet) {
	if set.not || slices.ContainsFunc(set.list, func(a action) bool { return a.any || a.vendor == "" }) {
		x.wide = append(x.wide, i)
		return
	}
	for _, a := range set.list {
		if a.name.shape != exact {
			x.vendors[a.vendor] = appendOnce(x.vendors[a.vendor], i)
		}
	}
	for _, a := range set.list {
		if last := x.vendors[a.vendor]; len(last) > 0 && last[len(last)-1] == i {
			continue
		}
		key := a.vendor + ":" + a.name.lit
		x.actions[key] = appendOnce(x.actions[key], i)
	}
}

func appendOnce(list []int, i int) []int {
	if len(list) > 0 && list[len(list)-1] == i {
		return list
	}
	return append(list, i)
}
