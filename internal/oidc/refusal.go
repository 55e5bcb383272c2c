package oidc

import (
	"net/http"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/proof"
)

// The sentences of the protocol (reference, federation 9). The two blanks are
// the real service's.
const (
	saysNotJWT      = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
	saysNoKey       = "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
	saysCertificate = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint"
	saysAudience    = "Incorrect token audience"
	saysMissing     = "Missing a required claim: "
	saysSource      = `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`
)

// And ours, where none is known.
const (
	saysSignature   = "Token signature invalid"
	saysUnreachable = "The identity provider could not be reached."
	saysSubject     = "The sub claim must have 6 to 255 characters"
	saysTags        = "The session tags of the token are not valid"
	saysRoles       = "The roles of the token do not include the requested role"
)

func refuse(says string, why *proof.Failure) error {
	return &awserr.Error{Code: "InvalidIdentityToken", Status: http.StatusBadRequest, Message: says, Err: why}
}

func notJWT(check, saw, want string) error {
	return refuse(saysNotJWT, &proof.Failure{Check: check, Saw: saw, Want: want})
}

func noKey(check, saw, want string) error {
	return refuse(saysNoKey, &proof.Failure{Check: check, Saw: saw, Want: want})
}

func missingClaim(name string) error {
	return refuse(saysMissing+name, &proof.Failure{Check: "claim " + name, Saw: "none", Want: "one"})
}

// badClaim refuses a claim of the wrong type.
func badClaim(name, want string) error { return notJWT("claim "+name, "something else", want) }

func expired(says string, why *proof.Failure) error {
	return &awserr.Error{Code: "ExpiredTokenException", Status: http.StatusBadRequest, Message: says, Err: why}
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// UnknownIssuer is the refusal of a token whose issuer nobody registered.
func UnknownIssuer(issuer string) error {
	return refuse("No OpenIDConnect provider found in your account for "+issuer,
		&proof.Failure{Check: "issuer", Saw: proof.Quote(issuer), Want: "a provider of the role's account"})
}
