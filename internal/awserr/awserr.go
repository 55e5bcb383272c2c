// Package awserr holds the failures that callers are told of: a code and a
// sentence that the protocol defines, and an HTTP status.
//
// An error has two readers. Code and Message go to the caller; Err, the cause,
// goes to the operator's log and nowhere else. An error that is not an *Error
// is unknown to the protocol: the edge turns it into [Internal].
package awserr

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
)

// Error is a refusal or failure as the wire shows it.
type Error struct {
	Code    string // the wire code, "AccessDenied"
	Status  int    // the HTTP status; 0 means 400
	Message string // the sentence for the caller; may be empty
	Err     error  // the cause, for the operator only; may be nil

	// Quiet is Message without the secrets of the caller that it repeats, such as
	// the code of an MFA device; "" when it repeats none.
	Quiet string

	// Encoded is the encoded authorization message of a denial, which the edge
	// sends in a header beside the answer. Empty when there is none.
	Encoded string
}

// New returns an Error with a formatted message.
func New(status int, code, format string, args ...any) *Error {
	return &Error{Code: code, Status: status, Message: sprintf(format, args)}
}

func sprintf(format string, args []any) string {
	if len(args) == 0 {
		return format // a constant text may hold a percent sign
	}
	return fmt.Sprintf(format, args...)
}

// Validation returns a ValidationError (400) with the given sentence.
func Validation(format string, args ...any) *Error {
	return New(http.StatusBadRequest, "ValidationError", "%s", sprintf(format, args))
}

// Internal returns the bare failure that hides err from the caller.
func Internal(err error) *Error {
	return &Error{
		Code: "InternalFailure", Status: http.StatusInternalServerError,
		Message: "The request processing has failed because of an unknown error, exception or failure.",
		Err:     err,
	}
}

// Unavailable returns the 503 that asks the caller to try again.
func Unavailable(err error) *Error {
	return &Error{
		Code: "ServiceUnavailable", Status: http.StatusServiceUnavailable,
		Message: "The request has failed due to a temporary failure of the server.",
		Err:     err,
	}
}

// From returns err as an *Error: itself when it is or wraps one, [Internal]
// otherwise. It returns nil for nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Internal(err)
}

// Recorded returns the message as records and logs may keep it.
func (e *Error) Recorded() string { return cmp.Or(e.Quiet, e.Message) }

// Error gives the operator's view, cause included.
func (e *Error) Error() string {
	s := e.Code
	if text := e.Recorded(); text != "" {
		s += ": " + text
	}
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// HTTPStatus returns Status, or 400 when it is not set.
func (e *Error) HTTPStatus() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

// Fault returns the protocol's word for whose fault the failure is: "Sender"
// for the caller's, "Receiver" for ours.
func (e *Error) Fault() string {
	if e.HTTPStatus() >= 500 {
		return "Receiver"
	}
	return "Sender"
}
