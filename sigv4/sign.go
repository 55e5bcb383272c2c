package sigv4

import (
	"net/http"
	"time"
)

// Credentials are what a client signs with. They do not print.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // empty for long-term credentials
}

// Sign adds X-Amz-Date, X-Amz-Security-Token when there is a token, and
// Authorization to the headers of r, replacing what a former attempt left.
func Sign(r *http.Request, payloadHash [32]byte, c Credentials, region, service string, now time.Time) {
}

// Presign returns the URL of r with a signature in its query string. It leaves
// r as it was. Whoever uses the URL must send the headers that r has now.
func Presign(r *http.Request, c Credentials, region, service string, now time.Time, expires time.Duration, payloadHash [32]byte) string {
	return ""
}
