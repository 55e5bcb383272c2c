package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/daypass/daypass/daypasstest"
)

// What the issuer of web identity tokens publishes is there for everybody, and
// nothing beside it.
func TestDocumentsAreServedToStrangers(t *testing.T) {
	s := daypasstest.New(t)
	issuer := s.Call(s.Root, "iam", "EnableOutboundWebIdentityFederation").Element("IssuerIdentifier")
	path := strings.TrimPrefix(issuer, s.URL)
	const discovery, keySet = "/.well-known/openid-configuration", "/.well-known/jwks.json"
	id := strings.TrimPrefix(path, "/oidc/")
	for _, tt := range []struct {
		name    string
		request string
		status  int
		want    string // in the body; "" wants an empty body
		keep    string // Cache-Control
	}{
		{"discovery", get(path + discovery), 200, `{"issuer":"` + issuer + `","jwks_uri":"` + issuer + `/.well-known/jwks.json",`, "public, max-age=3600"},
		{"keys", get(path + keySet), 200, `"kid":"EC384_0"`, "public, max-age=900"},
		{"HEAD", strings.Replace(get(path+keySet), "GET", "HEAD", 1), 200, "", "public, max-age=900"},
		{"another issuer", get("/oidc/00000000-0000-4000-8000-000000000000" + discovery), 404, "", ""},
		{"the issuer itself", get(path), 404, "", ""},
		{"a directory", get(path + "/.well-known/"), 404, "", ""},
		{"all issuers", get("/oidc/"), 404, "", ""},
		{"something else there", get(path + "/.well-known/users"), 404, "", ""},
		{"HEAD of nothing", strings.Replace(get(path), "GET", "HEAD", 1), 404, "", ""},
		{"a double slash", get("/" + path + keySet), 302, "", ""},
		{"a double slash within", get(path + "/" + keySet), 404, "", ""},
		{"dots", get(path + "/x/.." + keySet), 404, "", ""},
		{"dots above the root", get("/.." + path + keySet), 400, "", ""},
		{"an escape of the path", get("/%6fidc/" + id + keySet), 302, "", ""},
		{"an escape further on", get("/oidc/" + id + "/%2ewell-known/jwks.json"), 404, "", ""},
		{"without an issuer", get(discovery), 302, "", ""},
		{"POST", strings.Replace(post(""), "POST /", "POST "+path+keySet, 1), 400, "InvalidAction", ""},
		{"DELETE", strings.Replace(get(path+keySet), "GET", "DELETE", 1), 302, "", ""},
		{"an API call", get(path + keySet + "?" + whoami), 403, "MissingAuthenticationToken", ""},
		{"a question mark", get(path + keySet + "?"), 302, "", ""},
		{"a signed request", get(path+keySet, "Authorization: AWS4-HMAC-SHA256 x"), 400, "", ""},
	} {
		status, header, body := raw(t, s, tt.request)
		if status != tt.status || !strings.Contains(body, tt.want) || tt.want == "" && tt.status != 400 && body != "" {
			t.Errorf("%s: %d %q, want %d …%s…", tt.name, status, body, tt.status, tt.want)
		}
		if got := header.Get("Cache-Control"); got != tt.keep {
			t.Errorf("%s: Cache-Control %q, want %q", tt.name, got, tt.keep)
		}
		if status == http.StatusOK && (header.Get("Content-Type") != "application/json" || header.Get("Content-Length") == "0") {
			t.Errorf("%s: headers %v", tt.name, header)
		}
	}
}
