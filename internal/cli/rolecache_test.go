package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// sessions is a service that counts the roles it gives, and knows the keys of those
// since it was last set up.
type sessions struct {
	mu         sync.Mutex
	given      int
	lost       int // keys up to this number are unknown
	parameters []string
}

func (s *sessions) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Form.Get("Action") == "GetCallerIdentity" {
		for n := range s.lost {
			if strings.Contains(r.Header.Get("Authorization"), fmt.Sprintf("Credential=ASIAEXAMPLE%d/", n+1)) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, `<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The security token included in the request is invalid</Message></Error></ErrorResponse>`)
				return
			}
		}
		_, _ = io.WriteString(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		return
	}
	s.given++
	s.parameters = append(s.parameters, r.Form.Get("RoleArn")+" "+r.Form.Get("TokenCode"))
	fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLE%d</AccessKeyId>`+
		`<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
		s.given, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
}

// TestRolesAreKeptBetweenRuns: an MFA code is asked for once an hour, not at each
// command; all commands share what is kept.
func TestRolesAreKeptBetweenRuns(t *testing.T) {
	t.Parallel()
	service := new(sessions)
	server := httptest.NewServer(service)
	defer server.Close()
	dir := t.TempDir()
	config := write(t, "[profile guarded]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = guarded\n"+
		"mfa_serial = arn:aws:iam::123456789012:mfa/ann\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = s\n")
	p := &person{t, map[string]string{
		"HOME": dir, "AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": dir + "/none", "AWS_PROFILE": "guarded", "AWS_ENDPOINT_URL": server.URL, "AWS_EC2_METADATA_DISABLED": "true",
	}}
	key := func(args ...string) string {
		t.Helper()
		out, errs, code := p.types(append([]string{"env", "--shell", "dotenv"}, args...)...)
		line, _, _ := strings.Cut(out, "\n")
		if code != 0 {
			return errs
		}
		return strings.TrimPrefix(line, "AWS_ACCESS_KEY_ID=")
	}
	want := func(got, want string, given int) {
		t.Helper()
		if got != want || service.given != given {
			t.Errorf("got %s after %d sessions %q, want %s after %d", got, service.given, service.parameters, want, given)
		}
	}
	want(key("--token-code", "111111"), "ASIAEXAMPLE1", 1)
	want(key(), "ASIAEXAMPLE1", 1) // nobody is asked, which nobody could be
	if out, errs, code := p.types("sts", "get-caller-identity", "--query", "Account", "--output", "text"); out != "123456789012\n" || code != 0 || service.given != 1 {
		t.Errorf("sts: %d %s%s after %d sessions", code, out, errs, service.given)
	}
	kept := filepath.Join(dir, ".config", "daypass", "login", "roles")
	if info, err := os.Stat(kept); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("where they are kept: %v", err)
	}

	// A role of the flags is kept too, for the key that it was assumed with.
	role := []string{"--role", "arn:aws:iam::123456789012:role/other", "--session-name", "me"}
	want(key(role...), "ASIAEXAMPLE2", 2)
	want(key(role...), "ASIAEXAMPLE2", 2)
	want(key(append(role, "--duration", "900")...), "ASIAEXAMPLE3", 3)
	want(key(append(role, "--external-id", "x")...), "ASIAEXAMPLE4", 4)
	want(key("--role", "arn:aws:iam::123456789012:role/other", "--session-name", "you"), "ASIAEXAMPLE5", 5)

	// Not where that is not wanted.
	want(key("--no-cache", "--token-code", "222222"), "ASIAEXAMPLE6", 6)
	p.env["DAYPASS_NO_CACHE"] = "true"
	want(key("--token-code", "333333"), "ASIAEXAMPLE7", 7)
	p.types("sts", "get-caller-identity")
	if out, errs, code := p.types("sts", "get-caller-identity"); code != 255 || !strings.Contains(errs, "no MFA code was entered") {
		t.Errorf("sts without a cache: %d %s%s", code, out, errs)
	}
	p.env["DAYPASS_NO_CACHE"] = "maybe"
	if _, errs, code := p.types("sts", "get-caller-identity"); code != 2 || !strings.Contains(errs, `DAYPASS_NO_CACHE is "maybe"`) {
		t.Errorf("a setting that is neither: %d %s", code, errs)
	}
	delete(p.env, "DAYPASS_NO_CACHE")
	want(key(), "ASIAEXAMPLE1", 7)

	// Nor without a place for it.
	p.env["HOME"] = ""
	want(key("--token-code", "444444"), "ASIAEXAMPLE8", 8)
}

// TestAKeptRoleThatTheServiceDoesNotKnow is assumed anew: the service may have been
// set up anew.
func TestAKeptRoleThatTheServiceDoesNotKnow(t *testing.T) {
	t.Parallel()
	service := new(sessions)
	server := httptest.NewServer(service)
	defer server.Close()
	dir := t.TempDir()
	config := write(t, "[default]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = default\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = s\n")
	p := &person{t, map[string]string{"HOME": dir, "AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": dir + "/none", "AWS_ENDPOINT_URL": server.URL, "AWS_EC2_METADATA_DISABLED": "true"}}
	who := func() string {
		out, errs, _ := p.types("sts", "get-caller-identity", "--query", "Account", "--output", "text")
		return strings.TrimSpace(out + errs)
	}
	for n, tt := range []struct{ lost, given int }{{0, 1}, {0, 1}, {1, 2}, {1, 2}} {
		service.lost = tt.lost
		if got := who(); got != "123456789012" || service.given != tt.given {
			t.Errorf("run %d: %s after %d sessions, want %d", n, got, service.given, tt.given)
		}
	}
	service.lost = 10
	if got := who(); !strings.Contains(got, "InvalidClientTokenId") || service.given != 3 {
		t.Errorf("one that is never known: %s after %d sessions", got, service.given)
	}
}

// TestTheEndpointIsThatOfRolesToo: --endpoint-url is where the profile's role is
// assumed, and one's own service need not have a Region.
func TestTheEndpointIsThatOfRolesToo(t *testing.T) {
	t.Parallel()
	service := new(sessions)
	server := httptest.NewServer(service)
	defer server.Close()
	config := write(t, "[profile a]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = a\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = s\n")
	p := &person{t, map[string]string{"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": config + "-none", "AWS_EC2_METADATA_DISABLED": "true"}}
	out, errs, code := p.types("env", "--profile", "a", "--endpoint-url", server.URL)
	if code != 0 || !strings.Contains(out, "AWS_REGION='us-east-1'") || !strings.Contains(out, "AWS_ENDPOINT_URL='"+server.URL+"'") || service.given != 1 {
		t.Errorf("%d %s%s", code, out, errs)
	}
}
