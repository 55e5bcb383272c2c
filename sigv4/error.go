package sigv4

import (
	"net/http"
	"strings"
)

// Error is a refusal as the protocol words it.
type Error struct {
	Status  int    // the HTTP status
	Code    string // the wire code; empty for a bare status without a body
	Message string // the sentence for the caller; may be empty
}

// Error returns code and sentence.
func (e *Error) Error() string {
	switch {
	case e.Code == "":
		return http.StatusText(e.Status)
	case e.Message == "":
		return e.Code
	}
	return e.Code + ": " + e.Message
}

// The constructors return a fresh value each time: a caller may change the
// fields of what it got.

// incomplete is the answer to a claim that is not well-formed.
func incomplete(message ...string) error {
	return &Error{http.StatusBadRequest, "IncompleteSignature", strings.Join(message, "")}
}

// doesNotMatch is the answer to a claim that is well-formed and wrong.
func doesNotMatch(message ...string) error {
	return &Error{http.StatusForbidden, "SignatureDoesNotMatch", strings.Join(message, "")}
}

// malformedQuery answers check 4. The status is documented as 404; those who
// observed it report 400, which is also what clients treat as final.
func malformedQuery(message ...string) error {
	return &Error{http.StatusBadRequest, "MalformedQueryString", strings.Join(message, "")}
}

// missingToken answers an unsigned request, and a presigned one whose algorithm
// is unknown (5b, 7a).
func missingToken() error {
	return &Error{http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token"}
}

// unknownKey answers a key id that cannot have been issued, in the words that
// the look-up uses for one that was not (15).
func unknownKey() error {
	return &Error{http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid."}
}

// mismatch answers check 16.
func mismatch() error {
	return doesNotMatch("The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}
