// Package saml reads SAML 2.0: the metadata that describes an identity provider
// ([ParseMetadata]), and the responses by which it vouches for somebody
// ([Verify]).
//
// A response is worth what its signature is over, and nothing else:
//
//	parse, strictly           internal/xmltree: no document types, no repair
//	look at the whole shape   one Response, one Assertion, signatures where they belong, no id twice
//	verify                    SignedInfo in canonical form, by a key of the metadata
//	digest                    the signed element in canonical form, compared with the verified SignedInfo's
//	read the octets digested  as a new document, from which every value is taken
//	check what it says        issuer, status, times, audience, recipient
//
// Which element is read is thus never a matter of looking it up: the reader
// gets the octets that the provider signed, and no others. KeyInfo is not read at
// all.
//
// Package functions are pure: no clock, no network, no store. What fails says
// what was seen and expected (package proof), for the operator; the caller of
// the service is told what [Kind] stands for.
//
// It is known of none of the identity providers in use that they need what is
// refused here: SHA-1, inclusive canonicalization, document types, advice with
// other assertions in it.
package saml

import (
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/xmltree"
)

// Namespaces.
const (
	protocolSpace  = "urn:oasis:names:tc:SAML:2.0:protocol"
	assertionSpace = "urn:oasis:names:tc:SAML:2.0:assertion"
	metadataSpace  = "urn:oasis:names:tc:SAML:2.0:metadata"
	signatureSpace = "http://www.w3.org/2000/09/xmldsig#"
	encSpace       = "http://www.w3.org/2001/04/xmlenc#"
	enc11Space     = "http://www.w3.org/2009/xmlenc11#"
	exclusiveC14N  = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// MaxResponse is how many bytes of a response are read: what fits into the
// 100,000 characters of base64 that the API takes.
const MaxResponse = 75_000

// responseLimits bound the work for a response. canonicalLimit is for the forms
// that are made of it, which repeat namespaces.
var (
	responseLimits  = xmltree.Limits{Bytes: MaxResponse, Depth: 100, Nodes: 10_000}
	canonicalLimits = xmltree.Limits{Bytes: 4 * MaxResponse, Depth: 100, Nodes: 20_000}
)

// Kind says what a refusal is about, in the terms of the API.
type Kind int

// The kinds of refusals.
const (
	Malformed     Kind = iota + 1 // not a response at all
	BadSignature                  // unsigned, not signed by the provider, or of a shape that signed ones do not have
	BadIssuer                     // issued by another provider
	BadStatus                     // the provider says no
	Stale                         // issued more than five minutes ago
	Expired                       // past a time that the assertion names
	BadAudience                   // meant for somebody else
	BadClaims                     // lacks something, or has it out of form
	NoSubject                     // names nobody
	NoSessionName                 // has no RoleSessionName
	BadSessionName
	BadSource // a SourceIdentity out of form
	NoRole    // has no Role
)

// Error is a refusal.
type Error struct {
	Kind    Kind
	Failure *proof.Failure
}

// Error gives the operator's view.
func (e *Error) Error() string { return e.Failure.Error() }

// Unwrap returns the failure.
func (e *Error) Unwrap() error { return e.Failure }

func refuse(kind Kind, check, saw, want string) error {
	return &Error{kind, &proof.Failure{Check: check, Saw: saw, Want: want}}
}
