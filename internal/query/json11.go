package query

import (
	"net/http"

	"github.com/daypass/daypass/internal/awserr"
)

// AppendJSON11 appends the answer of a service that speaks JSON 1.1: the members
// of the output struct and nothing around them.
func AppendJSON11(dst []byte, out any) []byte {
	s, v, ok := result(out)
	if !ok {
		return append(dst, "{}"...)
	}
	return appendJSONFields(dst, s, v)
}

// AppendErrorJSON11 appends a failure:
//
//	{"__type":"TrailNotFoundException","message":"…"}
func AppendErrorJSON11(dst []byte, e *awserr.Error) []byte {
	dst = AppendJSONText(append(dst, `{"__type":`...), ExceptionName(e.Code))
	if e.Message != "" {
		dst = AppendJSONText(append(dst, `,"message":`...), e.Message)
	}
	return append(dst, '}')
}

// StatusJSON11 is the HTTP status of a failure: services that speak JSON 1.1
// tell all that is the caller's fault with 400, but for a body that is too
// large, which may never have been read.
func StatusJSON11(e *awserr.Error) int {
	status := e.HTTPStatus()
	if status < http.StatusInternalServerError && status != http.StatusRequestEntityTooLarge {
		return http.StatusBadRequest
	}
	return status
}

// ExceptionName is the name that services which speak JSON 1.1 have for what
// those of the Query protocol call code. Codes of their own are there already.
func ExceptionName(code string) string {
	if name, ok := exceptions[code]; ok {
		return name
	}
	return code
}

// exceptions are the refusals that all services share.
var exceptions = map[string]string{
	"AccessDenied":               "AccessDeniedException",
	"ExpiredToken":               "ExpiredTokenException",
	"IncompleteSignature":        "IncompleteSignatureException",
	"InvalidAction":              "UnknownOperationException",
	"InvalidClientTokenId":       "UnrecognizedClientException",
	"MissingAuthenticationToken": "MissingAuthenticationTokenException",
	"RequestEntityTooLarge":      "RequestEntityTooLargeException",
	"ServiceUnavailable":         "ServiceUnavailableException",
	"SignatureDoesNotMatch":      "InvalidSignatureException",
	"ValidationError":            "ValidationException",
}
