package policy

import "fmt"

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
