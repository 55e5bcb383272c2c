package policy

import "strings"

// Evaluation (policy sections 9 and 10).
//
//	E1  an explicit deny anywhere                                -> ExplicitDeny
//	E2  every level of SCPs must allow                           -> else ImplicitDeny
//	E9  root in its own account                                  -> Allowed
//	E10 anonymous, services, federated exchanges                 -> as the resource policy says directly
//	    then, with I identity, B boundary, S session policy, and
//	    K the ways in which the resource policy names the caller
//	    same account
//	E3    directly                                               -> Allowed
//	E6    the role or user behind the session, B and S           -> Allowed
//	E4/5  I and B and S                                          -> Allowed
//	T1    a trust policy: besides, the account must be named
//	    another account
//	E7    I and B and S, and named in any way                    -> Allowed
//	E8  GetCallerIdentity and GetSessionToken                    -> Allowed, whatever the policies say

// Evaluate decides r under s and names the first deciding statement. It does
// not allocate.
func Evaluate(s *Set, r *Request) Decision {
	e := newEvaluation(r)
	return e.decide(s, r)
}

// Explain is Evaluate with every deciding statement listed in By.
func Explain(s *Set, r *Request) Decision {
	e := newEvaluation(r)
	e.all = true
	return e.decide(s, r)
}

// query is a request, cut into what statements look at.
type query struct {
	action       string
	vendor, name string
	target       target
	principal    *Principal
	context      *Context
}

func newQuery(r *Request) query {
	vendor, name, _ := strings.Cut(r.Action, ":")
	return query{
		action: r.Action, vendor: vendor, name: name,
		target: newTarget(r.Resource), principal: &r.Principal, context: r.Context,
	}
}

// evaluation gathers what the policies say before anything is decided.
type evaluation struct {
	query
	sameAccount bool    // the resource is the caller's account's
	all         bool    // gather every statement, not just the first
	denies      []Match // when all is set
	grants      []Match
}

func newEvaluation(r *Request) evaluation {
	return evaluation{
		query:       newQuery(r),
		sameAccount: r.ResourceAccount == "" || r.ResourceAccount == r.Principal.Account,
	}
}

// finding is what the policies of one layer say.
type finding struct {
	denied, allowed bool
	kinds           matchKind // of all Allow statements
	deny            Match     // the first
	allow           Match     // the first of those that name the caller most closely
	closest         matchKind // in which way it does
}

// verdict is that of the layer by itself.
func (f *finding) verdict() Verdict {
	switch {
	case f.denied:
		return ExplicitDeny
	case f.allowed:
		return Allowed
	default:
		return ImplicitDeny
	}
}

func (e *evaluation) decide(s *Set, r *Request) Decision {
	if equalFold(r.Action, "sts:GetCallerIdentity") || equalFold(r.Action, "sts:GetSessionToken") { // E8
		d := Decision{Verdict: Allowed}
		for l := range d.each {
			d.each[l] = Allowed
		}
		return d
	}
	var found [layers]finding
	scpLevels := e.serviceControl(s.SCPs, &found[ServiceControl])
	e.gather(&found[ResourceControl], ResourceControl, s.RCPs)
	named := ResourceBased
	if s.Trust {
		named = TrustPolicy
	}
	e.gather(&found[named], named, s.Resource)
	e.gather(&found[Identity], Identity, s.Identity)
	if s.Boundary != nil {
		e.gatherOne(&found[PermissionsBoundary], PermissionsBoundary, s.Boundary)
	}
	e.gather(&found[SessionPolicy], SessionPolicy, s.Session)

	// A layer that is absent limits nothing.
	p := &r.Principal
	found[ServiceControl].allowed = scpLevels
	found[ResourceControl].allowed = true
	found[PermissionsBoundary].allowed = found[PermissionsBoundary].allowed || s.Boundary == nil
	found[SessionPolicy].allowed = found[SessionPolicy].allowed ||
		!s.HasSession && len(s.Session) == 0 && p.Type != FederatedUser

	d := e.combine(s, r, &found, named)
	for l := range found {
		d.each[l] = found[l].verdict()
	}
	return d
}

// combine is the table above.
func (e *evaluation) combine(s *Set, r *Request, found *[layers]finding, named Layer) Decision {
	for l := range found { // E1
		if found[l].denied {
			return Decision{Verdict: ExplicitDeny, Layer: Layer(l), First: found[l].deny, By: e.denies}
		}
	}
	if !found[ServiceControl].allowed { // E2
		return Decision{Layer: ServiceControl}
	}
	p, k := &r.Principal, found[named].kinds
	grantedBy := func(l Layer) Decision {
		return Decision{Verdict: Allowed, Layer: l, First: found[l].allow, By: e.grants}
	}
	switch p.Type { // E10
	case Anonymous, Service, FederatedExchange:
		if k&direct != 0 {
			return grantedBy(named)
		}
		return Decision{Layer: named}
	}
	if e.sameAccount && k&direct != 0 { // E3
		return grantedBy(named)
	}

	// Who needs no identity policy: root, and sessions whose role or user the
	// resource policy names (E6).
	identity := found[Identity].allowed || isRoot(p) || e.sameAccount && k&(byRole|byUser) != 0
	switch {
	case !identity:
		return Decision{Layer: Identity}
	case !found[PermissionsBoundary].allowed:
		return Decision{Layer: PermissionsBoundary}
	case !found[SessionPolicy].allowed:
		return Decision{Layer: SessionPolicy}
	case (!e.sameAccount || s.Trust) && k == 0: // E7, T1, T2
		return Decision{Layer: named}
	case found[Identity].allowed && !s.Trust:
		return grantedBy(Identity)
	case found[named].allowed:
		return grantedBy(named)
	default:
		return Decision{Verdict: Allowed} // E9
	}
}

// isRoot reports whether the caller has all rights of its account: its root
// user, or a federated session that root has made.
func isRoot(p *Principal) bool {
	return p.Type == Root || p.Type == FederatedUser && strings.HasSuffix(p.EntityARN, ":root")
}

// serviceControl reports whether each level of SCPs allows; f gets the denials.
func (e *evaluation) serviceControl(levels [][]Attached, f *finding) bool {
	allowed := true
	for _, level := range levels {
		f.allowed = false
		e.gather(f, ServiceControl, level)
		allowed = allowed && f.allowed
	}
	return allowed
}

func (e *evaluation) gather(f *finding, l Layer, list []Attached) {
	for i := range list {
		e.gatherOne(f, l, &list[i])
	}
}

// gatherOne adds what one policy says. A policy that could not be read denies.
func (e *evaluation) gatherOne(f *finding, l Layer, a *Attached) {
	if a.Policy == nil {
		e.deny(f, Match{Source: a, Layer: l, Statement: -1})
		return
	}
	x := a.Policy.index
	if x == nil {
		for i := range a.Policy.statements {
			e.gatherStatement(f, l, a, i, false)
		}
		return
	}
	list := x.lookup(e.action, len(e.vendor))
	for i, fits := list.next(); i >= 0; i, fits = list.next() {
		e.gatherStatement(f, l, a, i, fits)
	}
}

func (e *evaluation) gatherStatement(f *finding, l Layer, a *Attached, i int, actionFits bool) {
	s := &a.Policy.statements[i]
	if !s.deny && f.allowed && !e.all && !s.principals.present {
		return // another Allow says nothing new
	}
	kinds := s.applies(&e.query, actionFits)
	switch {
	case kinds == 0:
	case s.deny:
		e.deny(f, Match{Source: a, Layer: l, Statement: i})
	default:
		e.allow(f, Match{Source: a, Layer: l, Statement: i}, kinds)
	}
}

func (e *evaluation) deny(f *finding, m Match) {
	if !f.denied {
		f.denied, f.deny = true, m
	}
	if e.all {
		e.denies = append(e.denies, m)
	}
}

func (e *evaluation) allow(f *finding, m Match, kinds matchKind) {
	f.kinds |= kinds
	if !f.allowed || kinds > f.closest {
		f.allowed, f.allow, f.closest = true, m, kinds
	}
	if e.all && e.isGrant(m.Layer, kinds) {
		e.grants = append(e.grants, m)
	}
}

// isGrant reports whether an Allow gives a right, and does not just limit. A
// resource policy that names the account gives nothing inside it (E5).
func (e *evaluation) isGrant(l Layer, kinds matchKind) bool {
	switch l {
	case Identity, TrustPolicy:
		return true
	case ResourceBased:
		return kinds != byAccount || !e.sameAccount
	default:
		return false
	}
}
