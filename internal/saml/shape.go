package saml

import (
	"fmt"

	"github.com/daypass/daypass/internal/xmltree"
)

// shape is where the parts of a document that matter are. There is one place
// for each, and a document that has one anywhere else is refused as a whole: all
// signature wrapping needs a second Response, Assertion or Signature, or a
// second element with the same id.
type shape struct {
	response  *xmltree.Element // nil in a decrypted assertion
	assertion *xmltree.Element // an Assertion or EncryptedAssertion; nil when there is none
	encrypted bool

	responseSignature  *xmltree.Element // nil when there is none
	assertionSignature *xmltree.Element
	ids                map[string]bool
}

// shapeOf looks at a whole document: a Response, or the Assertion that was in
// an EncryptedAssertion of one whose ids are given.
func shapeOf(root *xmltree.Element, outerIDs map[string]bool) (*shape, error) {
	s := &shape{ids: map[string]bool{}}
	var err error
	root.Walk(func(e *xmltree.Element) {
		if err == nil {
			err = s.place(root, e)
		}
		if err == nil {
			err = s.note(e, outerIDs)
		}
	})
	return s, err
}

// place puts an element where it belongs.
func (s *shape) place(root, e *xmltree.Element) error {
	switch {
	case e.Is(protocolSpace, "Response"):
		if e != root {
			return fmt.Errorf("a Response inside the document")
		}
		s.response = e
	case e.Is(assertionSpace, "Assertion"), e.Is(assertionSpace, "EncryptedAssertion"):
		if e != root && (e.Parent != root || s.response == nil) {
			return fmt.Errorf("an %s that is not directly in the Response", e.Local)
		}
		if s.assertion != nil {
			return fmt.Errorf("more than one assertion")
		}
		s.assertion, s.encrypted = e, e.Local == "EncryptedAssertion"
	case e.Is(signatureSpace, "Signature"):
		return s.placeSignature(root, e)
	}
	return nil
}

func (s *shape) placeSignature(root, e *xmltree.Element) error {
	where := &s.responseSignature
	switch {
	case e != root && e.Parent == s.response && s.response != nil:
	case e != root && e.Parent == s.assertion && s.assertion != nil && !s.encrypted:
		where = &s.assertionSignature
	default:
		return fmt.Errorf("a Signature that is not directly in the Response or its Assertion")
	}
	if *where != nil {
		return fmt.Errorf("more than one Signature in the %s", e.Parent.Local)
	}
	*where = e
	return nil
}

// note takes down the ids of an element: what any reader might look one up by.
func (s *shape) note(e *xmltree.Element, outer map[string]bool) error {
	for i := range e.Attrs {
		switch a := &e.Attrs[i]; {
		case a.Space == "" && (a.Local == "ID" || a.Local == "Id" || a.Local == "id"), a.Space == xmltree.XML && a.Local == "id":
			if a.Value == "" || s.ids[a.Value] || outer[a.Value] {
				return fmt.Errorf("an id that is empty or given twice")
			}
			s.ids[a.Value] = true
		}
	}
	return nil
}
