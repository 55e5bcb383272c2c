package sts

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Fault is whose fault a refusal is, as the service says.
type Fault string

// The faults.
const (
	FaultClient Fault = "Sender"   // the request's; sending it again does not help
	FaultServer Fault = "Receiver" // the service's
)

// APIError is a refusal by the service. Every error that came as an answer has
// one inside, the modelled ones too:
//
//	if e, ok := errors.AsType[*sts.APIError](err); ok && e.Code == "AccessDenied" { … }
//	if e, ok := errors.AsType[*sts.ExpiredTokenException](err); ok { … }
type APIError struct {
	Operation string // "AssumeRole"
	Status    int    // of HTTP
	Code      string // "AccessDenied"; UnknownError when the answer is not the service's
	Message   string // for people; not stable
	RequestID string // names the call in the service's logs
	Fault     Fault
	Attempts  int // how often the call was sent

	// EncodedMessage is what [Client.DecodeAuthorizationMessage] makes the reason
	// of a denial from. Daypass sends it beside every denial.
	EncodedMessage string
}

// UnknownError is the code of an answer that is not in the service's format, such
// as a proxy's.
const UnknownError = "UnknownError"

// Error returns operation, code, message, status and request id.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sts: %s: %s", e.Operation, e.Code)
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	fmt.Fprintf(&b, " (status %d", e.Status)
	if e.RequestID != "" {
		b.WriteString(", request " + e.RequestID)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", %d attempts", e.Attempts)
	}
	b.WriteByte(')')
	return b.String()
}

// The modelled errors, each with the refusal inside.
type (
	// ExpiredTokenException: the identity token, assertion or context assertion
	// has expired. (Expired credentials are an [APIError] with code ExpiredToken.)
	ExpiredTokenException struct{ *APIError }

	// ExpiredTradeInTokenException: the trade-in token has expired.
	ExpiredTradeInTokenException struct{ *APIError }

	// IDPCommunicationErrorException: the service could not reach the identity
	// provider. The client tries again by itself.
	IDPCommunicationErrorException struct{ *APIError }

	// IDPRejectedClaimException: the identity provider says that the token is not
	// good, or no longer.
	IDPRejectedClaimException struct{ *APIError }

	// InvalidAuthorizationMessageException: the encoded message is damaged, or
	// has expired.
	InvalidAuthorizationMessageException struct{ *APIError }

	// InvalidIdentityTokenException: the identity token or assertion could not be
	// verified.
	InvalidIdentityTokenException struct{ *APIError }

	// JWTPayloadSizeExceededException: the tags make the token too large.
	JWTPayloadSizeExceededException struct{ *APIError }

	// MalformedPolicyDocumentException: a session policy is not a policy. The
	// message says where.
	MalformedPolicyDocumentException struct{ *APIError }

	// OutboundWebIdentityFederationDisabledException: the account has not enabled
	// tokens for parties outside.
	OutboundWebIdentityFederationDisabledException struct{ *APIError }

	// PackedPolicyTooLargeException: session policies and tags together do not
	// fit into a session token.
	PackedPolicyTooLargeException struct{ *APIError }

	// RegionDisabledException: STS is not active in this Region for the account
	// that the credentials would be for.
	RegionDisabledException struct{ *APIError }

	// SessionDurationEscalationException: the token would outlive the session that
	// asks for it.
	SessionDurationEscalationException struct{ *APIError }
)

// Unwrap returns the refusal.
func (e *ExpiredTokenException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *ExpiredTradeInTokenException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *IDPCommunicationErrorException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *IDPRejectedClaimException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *InvalidAuthorizationMessageException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *InvalidIdentityTokenException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *JWTPayloadSizeExceededException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *MalformedPolicyDocumentException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *OutboundWebIdentityFederationDisabledException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *PackedPolicyTooLargeException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *RegionDisabledException) Unwrap() error { return e.APIError }

// Unwrap returns the refusal.
func (e *SessionDurationEscalationException) Unwrap() error { return e.APIError }

// typed returns the modelled error of a refusal, by the code on the wire, or the
// refusal itself.
func (e *APIError) typed() error {
	switch e.Code {
	case "ExpiredTokenException":
		return &ExpiredTokenException{e}
	case "ExpiredTradeInTokenException":
		return &ExpiredTradeInTokenException{e}
	case "IDPCommunicationError":
		return &IDPCommunicationErrorException{e}
	case "IDPRejectedClaim":
		return &IDPRejectedClaimException{e}
	case "InvalidAuthorizationMessageException":
		return &InvalidAuthorizationMessageException{e}
	case "InvalidIdentityToken":
		return &InvalidIdentityTokenException{e}
	case "JWTPayloadSizeExceededException":
		return &JWTPayloadSizeExceededException{e}
	case "MalformedPolicyDocument":
		return &MalformedPolicyDocumentException{e}
	case "OutboundWebIdentityFederationDisabledException":
		return &OutboundWebIdentityFederationDisabledException{e}
	case "PackedPolicyTooLarge":
		return &PackedPolicyTooLargeException{e}
	case "RegionDisabledException":
		return &RegionDisabledException{e}
	case "SessionDurationEscalationException":
		return &SessionDurationEscalationException{e}
	}
	return e
}

// ParamError says that a call was not sent since a required parameter is missing.
type ParamError struct {
	Operation string
	Missing   []string // as the protocol spells them: "RoleArn", "Tags.member.1.Key"
}

// Error names the operation and the parameters.
func (e *ParamError) Error() string {
	return fmt.Sprintf("sts: %s: missing required parameter: %s", e.Operation, strings.Join(e.Missing, ", "))
}

// ErrNoCredentials says that a call must be signed and the client has no
// credentials provider.
var ErrNoCredentials = errors.New("no credentials provider is configured")

// ErrTooLarge says that a request or an answer is over [MaxRequest] or
// [MaxAnswer].
var ErrTooLarge = errors.New("too large")

// faultOf tells whose fault a refusal is, for an answer that does not say.
func faultOf(status int) Fault {
	if status >= http.StatusInternalServerError {
		return FaultServer
	}
	return FaultClient
}
