package sigv4

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
		return "bad request URI"
	case e.Message == "":
		return e.Code
	}
	return e.Code + ": " + e.Message
}

var errMismatch = &Error{
	Status: 403, Code: "SignatureDoesNotMatch",
	Message: "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
}
