package policy

import (
	"fmt"
	"slices"
)

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

	// StoredTrust is a trust policy that a role has. What the shared-provider
	// controls ask of new ones is not asked of it: a rule that came later does
	// not take a role from those who have it.
	StoredTrust
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
	kind       Kind
	text       string
	doc        *document
	statements []statement
	index      *index // nil for a short policy
}

// Parse reads, checks and compiles a document of the given kind. Its error is a
// *[Error] with the exact sentence of the reference. It bounds what it reads:
// 131,072 characters, and a nesting no deeper than policies need.
//
// AWS principals of trust policies are checked for shape only. Whether the user
// or role exists is for the caller to find out, with RewritePrincipals, which
// is also where unique ids take the place of ARNs (P7); Parse accepts both.
func Parse(kind Kind, text string) (*Policy, error) {
	rules, ok := rulesOf(kind)
	if !ok {
		return nil, fmt.Errorf("parsing policy: no kind %d", kind)
	}
	root, bad := readJSON(text)
	if bad != nil {
		message := rules.syntax
		if bad.grammar {
			message = rules.json
		}
		return nil, newError(text, &root, &problem{at: bad.at, message: message, detail: bad.what})
	}
	doc, p := readDocument(kind, root)
	if p != nil {
		p.message = rules.syntax
		return nil, newError(text, &root, p)
	}
	for _, look := range rules.checks {
		if p := look(doc); p != nil {
			return nil, newError(text, &root, p)
		}
	}
	return compile(kind, text, doc), nil
}

func compile(kind Kind, text string, doc *document) *Policy {
	variables := doc.version == version2012 // V2
	p := &Policy{kind: kind, text: text, doc: doc, statements: make([]statement, len(doc.statements))}
	for i := range doc.statements {
		p.statements[i] = newStatement(&doc.statements[i], variables)
	}
	p.index = newIndex(p.statements)
	return p
}

// Text returns the document as it was given.
func (p *Policy) Text() string { return p.text }

// Kind returns the kind the document was parsed as.
func (p *Policy) Kind() Kind { return p.kind }

// Statements describes the statements in their order.
func (p *Policy) Statements() []StatementInfo {
	list := make([]StatementInfo, len(p.doc.statements))
	for i := range p.doc.statements {
		s := &p.doc.statements[i]
		info := StatementInfo{
			Sid: s.sid, Effect: s.effect,
			Start: place(p.text, s.start+1), End: place(p.text, s.end),
			NotPrincipal: s.principal.not,
			NotAction:    s.action.not, Actions: slices.Clone(s.action.values),
			NotResource: s.resource.not, Resources: slices.Clone(s.resource.values),
		}
		for _, e := range s.principal.entries {
			info.Principals = append(info.Principals, PrincipalInfo{Kind: e.kind, Value: e.value})
		}
		for _, op := range s.operators {
			for _, k := range op.keys {
				info.Conditions = append(info.Conditions, ConditionInfo{Operator: op.name, Key: k.key, Values: slices.Clone(k.values)})
			}
		}
		list[i] = info
	}
	return list
}
