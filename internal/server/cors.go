package server

import "net/http"

// STS may be called from browsers (reference 1.6); IAM may not. Credentials of
// the browser's own (cookies) play no part, so any origin will do.

func allowOrigin(h http.Header) {
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Access-Control-Expose-Headers"] = exposed
}

// Values of headers, shared by all answers and never changed.
var (
	anyOrigin = []string{"*"}
	exposed   = []string{"x-amzn-RequestId, Date"}
)

// preflight answers OPTIONS: which service is meant is not known yet.
func preflight(x *exchange) {
	h := x.w.Header()
	allowOrigin(h)
	h.Set("Access-Control-Allow-Methods", "GET, POST")
	if want := x.HTTP.Header.Get("Access-Control-Request-Headers"); want != "" && len(want) <= 4096 {
		h.Set("Access-Control-Allow-Headers", want)
	}
	h.Set("Access-Control-Max-Age", "172800")
	x.bare(http.StatusOK)
}
