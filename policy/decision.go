package policy

// Verdict is the answer to a request. The zero Verdict denies.
type Verdict uint8

// The three answers, with the words that the simulation API uses for them.
const (
	ImplicitDeny Verdict = iota // nothing allows
	ExplicitDeny                // a Deny statement applies
	Allowed
)

// String gives the word of EvalDecision: implicitDeny, explicitDeny, allowed.
func (v Verdict) String() string {
	switch v {
	case Allowed:
		return "allowed"
	case ExplicitDeny:
		return "explicitDeny"
	default:
		return "implicitDeny"
	}
}

// Layer is a kind of policy in its part of the evaluation. The order is that in
// which an explicit deny is named (policy 11).
type Layer uint8

// The layers. NoLayer is for decisions that no policy makes: the root user in
// its own account (E9), and GetCallerIdentity (E8).
const (
	NoLayer Layer = iota
	ServiceControl
	ResourceControl
	ResourceBased
	TrustPolicy
	Identity
	PermissionsBoundary
	SessionPolicy
	layers // their number
)

// String names the layer as the sentences of policy 11 do, without an article.
func (l Layer) String() string {
	switch l {
	case ServiceControl:
		return "service control policy"
	case ResourceControl:
		return "resource control policy"
	case ResourceBased:
		return "resource-based policy"
	case TrustPolicy:
		return "role trust policy"
	case Identity:
		return "identity-based policy"
	case PermissionsBoundary:
		return "permissions boundary"
	case SessionPolicy:
		return "session policy"
	default:
		return "no policy"
	}
}

// Match is a statement that applied.
type Match struct {
	Source    *Attached // the policy, as given in the [Set]
	Layer     Layer
	Statement int // index into Source.Policy.Statements(); -1 when Source.Policy is nil (an unreadable policy denies)
}

// Decision is a verdict and its grounds.
type Decision struct {
	Verdict Verdict
	// Layer granted, denied explicitly, or was the first that lacked an Allow.
	Layer Layer
	// First is the statement that decided; zero for an implicit deny and for
	// what needs no statement (NoLayer).
	First Match
	// By holds every deciding statement, First included: with an explicit deny
	// all that deny and no others, when allowed all that grant (identity and
	// resource policies; what limits is not listed). Only [Explain] fills it.
	By []Match

	each [layers]Verdict
}

// Of returns the verdict of one layer taken by itself: ExplicitDeny when one of
// its statements denies, Allowed when it allows or is absent, ImplicitDeny
// otherwise. An absent boundary, session policy or organization allows; absent
// identity and resource policies do not.
func (d Decision) Of(l Layer) Verdict { return d.each[l] }

// Allowed reports whether the request may go ahead.
func (d Decision) Allowed() bool { return d.Verdict == Allowed }

// Reason is the end of an access-denied sentence (policy 11), "" when allowed:
//
//	because no identity-based policy allows the iam:GetUser action
//	with an explicit deny in a permissions boundary
//	with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/Name
func (d Decision) Reason(action string) string {
	switch {
	case d.Verdict == Allowed || d.Layer == NoLayer:
		return ""
	case d.Verdict == ImplicitDeny:
		return "because no " + d.Layer.String() + " allows the " + action + " action"
	}
	article := "a "
	switch d.Layer {
	case Identity:
		article = "an "
	case TrustPolicy:
		article = "the "
	}
	reason := "with an explicit deny in " + article + d.Layer.String()
	if src := d.First.Source; src != nil && src.ARN != "" {
		reason += ": " + src.ARN
	}
	return reason
}
