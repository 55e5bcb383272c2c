package policy

import (
	"fmt"
	"strings"
)

// Error is the refusal of a policy document. Message is the sentence that the
// error code MalformedPolicyDocument carries on the wire, punctuation included
// (policy 2.1 to 2.3); the position is for the operator and for editors.
type Error struct {
	Message string // exact sentence of the reference
	Offset  int    // in bytes, from 0
	Line    int    // from 1; 0 when the refusal concerns no place in particular
	Column  int    // in characters, from 1
	Path    string // where in the document: "Statement[2].Condition.DateLessThan"
	Detail  string // what exactly is wrong, for the operator; may be empty
}

// Error gives the operator's view; the caller is shown Message alone.
func (e *Error) Error() string {
	s := e.Message
	if e.Line > 0 {
		s += fmt.Sprintf(" (line %d, column %d", e.Line, e.Column)
		if e.Path != "" {
			s += ", " + e.Path
		}
		if e.Detail != "" {
			s += ": " + e.Detail
		}
		s += ")"
	}
	return s
}

// newError makes the refusal of a problem found in text, of which root is the
// tree as far as it could be read.
func newError(text string, root *node, p *problem) *Error {
	at := place(text, p.at)
	return &Error{
		Message: p.message, Offset: p.at, Line: at.Line, Column: at.Column,
		Path: strings.TrimPrefix(pathTo(root, p.at), "."), Detail: p.detail,
	}
}

// InvalidPrincipal is the refusal of a trust policy that names a principal
// which does not exist; kind is "AWS", "Service" or "Federated":
//
//	Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/x"
func InvalidPrincipal(kind, value string) error {
	return &Error{Message: invalidPrincipal(kind, value)}
}
