package policy

// Kind is what a document is for. It decides which elements it may have and
// how its refusals read. The zero Kind is invalid.
type Kind int

// The kinds of policy.
const (
	Managed  Kind = iota + 1 // a managed identity policy
	Inline                   // an identity policy embedded in a user, group or role
	Session                  // the Policy parameter of an STS call
	Trust                    // who may assume a role
	Resource                 // on a resource, as in simulations
	SCP                      // service control policy
	RCP                      // resource control policy
)

// Position is a place in a document, as simulations show it: both count from 1,
// columns in characters, and both point just behind a brace (policy 12).
type Position struct{ Line, Column int }

// StatementInfo is a statement as its author wrote it.
type StatementInfo struct {
	Sid          string
	Effect       string   // "Allow" or "Deny"
	Start, End   Position // just behind its { and its }
	NotPrincipal bool     // Principals came as NotPrincipal
	Principals   []PrincipalInfo
	NotAction    bool // Actions came as NotAction
	Actions      []string
	NotResource  bool // Resources came as NotResource
	Resources    []string
	Conditions   []ConditionInfo
}

// PrincipalInfo is one value of a Principal element. Kind is "AWS",
// "Federated", "Service" or "CanonicalUser"; the bare "*" has Kind "".
type PrincipalInfo struct{ Kind, Value string }

// ConditionInfo is one key of a Condition element, with its operator.
type ConditionInfo struct {
	Operator string // "ForAllValues:StringLikeIfExists"
	Key      string
	Values   []string // numbers and booleans as their JSON text
}

// Policy is a checked and compiled document. It is immutable and safe for
// concurrent use.
type Policy struct {
	kind Kind
	text string
}

// Parse reads, checks and compiles a document of the given kind. Its error is a
// *[Error] with the exact sentence of the reference. It bounds what it reads:
// 131,072 characters, and a nesting no deeper than policies need.
//
// AWS principals of trust policies are checked for shape only. Whether the user
// or role exists is for the caller to find out, with RewritePrincipals, which
// is also where unique ids take the place of ARNs (P7); Parse accepts both.
func Parse(kind Kind, text string) (*Policy, error) { return &Policy{kind: kind, text: text}, nil }

// Text returns the document as it was given.
func (p *Policy) Text() string { return p.text }

// String prints the document in one canonical form, which Parse reads back as
// the same policy.
func (p *Policy) String() string { return p.text }

// Kind returns the kind the document was parsed as.
func (p *Policy) Kind() Kind { return p.kind }

// Statements describes the statements in their order.
func (p *Policy) Statements() []StatementInfo { return nil }

// ContextKeys returns the context keys that conditions and variables use, in
// order of first use and in its spelling; keys that differ only in letter case
// are one.
func (p *Policy) ContextKeys() []string { return nil }

// RewritePrincipals returns the text with each value of each Principal element
// replaced by what f returns for it; every other byte stays. f is given the
// principal type ("AWS", "Federated", "Service", "CanonicalUser") and the
// value; an error of f ends the work and is returned as it is.
func (p *Policy) RewritePrincipals(f func(kind, value string) (string, error)) (string, error) {
	return p.text, nil
}

// InvalidPrincipal is the refusal of a trust policy that names a principal
// which does not exist:
//
//	Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/x"
func InvalidPrincipal(kind, value string) error {
	return &Error{Message: `Invalid principal in policy: "` + kind + `":"` + value + `"`}
}

// SizeWithoutSpace is the size of a document as quotas count it: in characters,
// white space left out.
func SizeWithoutSpace(text string) int { return len(text) }

// MissingKeys returns the context keys that policies of s use and r does not
// supply: the MissingContextValues of a simulation.
func MissingKeys(s *Set, r *Request) []string { return nil }

// Evaluate decides r under s and names the first deciding statement. It does
// not allocate.
func Evaluate(s *Set, r *Request) Decision { return Decision{} }

// Explain is Evaluate with every deciding statement listed in By.
func Explain(s *Set, r *Request) Decision { return Decision{} }
