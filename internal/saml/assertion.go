package saml

import (
	"fmt"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/xmltree"
)

// Assertion is what a provider says, after all of it was proved.
type Assertion struct {
	ID        string
	Issuer    string
	Subject   string // the NameID
	Format    string // of the NameID, a URI
	Recipient string
	Encrypted bool

	Attributes  []Attribute
	SessionEnds time.Time // the earliest SessionNotOnOrAfter; zero without
}

// Attribute is an attribute with its values. One whose values are not text has
// none.
type Attribute struct {
	Name   string
	Values []string
}

// Values returns the values of all attributes of the name, in order.
func (a *Assertion) Values(name string) []string {
	var all []string
	for i := range a.Attributes {
		if a.Attributes[i].Name == name {
			all = append(all, a.Attributes[i].Values...)
		}
	}
	return all
}

// unspecified is the format of a NameID that names none.
const unspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

// trimmed returns the text of an element without the white space around it.
func trimmed(e *xmltree.Element) (string, error) {
	text, err := e.Value()
	return strings.Trim(text, " \t\r\n"), err
}

// issuerOf returns the Issuer that is directly in e.
func issuerOf(e *xmltree.Element) (string, error) {
	issuer, err := e.One(assertionSpace, "Issuer")
	if err != nil {
		return "", err
	}
	return trimmed(issuer)
}

// instant reads a time, which SAML has in UTC.
func instant(e *xmltree.Element, attr string) (t time.Time, given bool, err error) {
	text, given := e.Attr(attr)
	if !given {
		return t, false, nil
	}
	if len(text) > 40 || !strings.HasSuffix(text, "Z") {
		return t, true, fmt.Errorf("%s of %s is not a time in UTC", attr, e.Local)
	}
	t, err = time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return t, true, fmt.Errorf("%s of %s is not a time in UTC", attr, e.Local)
	}
	return t, true, nil
}

// readStatements reads the attributes and the end of the provider's own
// session.
func (a *Assertion) readStatements(e *xmltree.Element) error {
	for _, s := range e.All(assertionSpace, "AuthnStatement") {
		ends, given, err := instant(s, "SessionNotOnOrAfter")
		if err != nil {
			return err
		}
		if given && (a.SessionEnds.IsZero() || ends.Before(a.SessionEnds)) {
			a.SessionEnds = ends
		}
	}
	for _, s := range e.All(assertionSpace, "AttributeStatement") {
		for _, attr := range s.All(assertionSpace, "Attribute") {
			name, _ := attr.Attr("Name")
			if name == "" {
				return fmt.Errorf("an Attribute has no Name")
			}
			a.Attributes = append(a.Attributes, Attribute{name, valuesOf(attr)})
		}
	}
	return nil
}

// valuesOf returns the values of an attribute that are text. An identifier of
// the kind that eduPersonTargetedID has, a NameID in the value, is its text.
func valuesOf(attr *xmltree.Element) []string {
	var values []string
	for _, v := range attr.All(assertionSpace, "AttributeValue") {
		if id, err := v.One(assertionSpace, "NameID"); err == nil && len(v.Elements()) == 1 {
			v = id
		}
		if text, err := v.Value(); err == nil {
			values = append(values, text)
		}
	}
	return values
}
