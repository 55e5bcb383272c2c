package sigv4

import (
	"net/http"
	"time"
)

// Signature is what a request claims about itself. None of it is proven until
// [Signature.Verify] has passed. The zero value claims nothing and never
// verifies.
type Signature struct {
	Credential string // as sent: the five parts below, joined by slashes

	// The parts of Credential; all empty when it does not have exactly five,
	// which Check refuses.
	AccessKeyID string
	ScopeDate   string // yyyymmdd
	Region      string
	Service     string
	Terminator  string

	Time          time.Time // of signing, as the request says; UTC, whole seconds
	Token         string    // the session token; empty when there is none
	Presigned     bool      // the claim came in the query string
	SignedHeaders []string  // as listed by the signer

	signature string // as sent
}

// Parse reads the claim of r from its Authorization header or its query string
// (checks 4 to 9). It looks at no more of r than that, and its work is bounded
// whatever r holds.
func Parse(r *http.Request) (*Signature, error) { return nil, errMismatch }
