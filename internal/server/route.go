package server

import (
	"net/http"
	"strings"
)

// scopeService returns the service that a signed request names in its
// credential scope, "" when it is not signed or not in form. It proves
// nothing: it picks the API whose verification is to judge the signature.
func scopeService(r *http.Request) string {
	_, service := scope(r)
	return service
}

// scope returns the Region and the service of a request's credential scope.
func scope(r *http.Request) (region, service string) {
	credential := ""
	if header := r.Header.Get("Authorization"); header != "" {
		_, rest, _ := strings.Cut(header, "Credential=")
		credential, _, _ = strings.Cut(rest, ",")
	} else if strings.Contains(r.URL.RawQuery, "X-Amz-Credential=") {
		credential = r.URL.Query().Get("X-Amz-Credential")
	}
	credential = strings.TrimSpace(credential)
	if strings.Count(credential, "/") != 4 {
		return "", ""
	}
	_, rest, _ := strings.Cut(credential, "/") // the key id
	_, rest, _ = strings.Cut(rest, "/")        // the date
	region, rest, _ = strings.Cut(rest, "/")
	service, _, _ = strings.Cut(rest, "/")
	return region, service
}
