package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/cli"
	"github.com/daypass/daypass/internal/oidctest"
)

// person is somebody at a shell.
type person struct {
	t   *testing.T
	env map[string]string
}

func (p *person) lookup(name string) (string, bool) { v, ok := p.env[name]; return v, ok }

// types runs a command line and returns what it prints.
func (p *person) types(args ...string) (out, errs string, code int) {
	p.t.Helper()
	var o, e bytes.Buffer
	code = cli.Run(p.t.Context(), args, cli.Streams{In: strings.NewReader(""), Out: &o, Err: &e}, p.lookup)
	return o.String(), e.String(), code
}

// sso is an identity provider whose users always agree.
type sso struct {
	*oidctest.Issuer
	mu       sync.Mutex
	nonce    string
	subject  string
	life     time.Duration
	gone     bool // refuses refresh tokens
	refreshs int
}

func (s *sso) renewals() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refreshs
}

func (s *sso) becomes(subject string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subject = subject
}

func (s *sso) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone = true
}

func (s *sso) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		var document map[string]any
		_ = json.Unmarshal(s.Discovery(), &document)
		maps.Copy(document, map[string]any{"authorization_endpoint": s.URL + "/authorize", "token_endpoint": s.URL + "/token"})
		_ = json.NewEncoder(w).Encode(document)
	case "/authorize":
		s.nonce = r.Form.Get("nonce")
		http.Redirect(w, r, r.Form.Get("redirect_uri")+"?"+url.Values{"code": {"c"}, "state": {r.Form.Get("state")}, "iss": {s.URL}}.Encode(), http.StatusFound)
	case "/token":
		if r.Form.Get("grant_type") == "refresh_token" {
			s.refreshs++
			if s.gone {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"the session has ended"}`)
				return
			}
		}
		now := time.Now()
		token := s.Token(now, map[string]any{"aud": "daypass", "nonce": s.nonce, "sub": s.subject, "exp": now.Add(s.life).Unix()})
		_ = json.NewEncoder(w).Encode(map[string]any{"id_token": token, "refresh_token": "r"})
	default:
		s.Issuer.ServeHTTP(w, r)
	}
}

// TestAPersonSignsIn and then uses what that gave, in each way.
func TestAPersonSignsIn(t *testing.T) {
	t.Parallel()
	idp := &sso{Issuer: oidctest.New(""), subject: "ann@example.com", life: time.Hour}
	site := httptest.NewTLSServer(idp)
	defer site.Close()
	idp.URL = site.URL
	bundle := write(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw})))

	s := daypasstest.New(t, daypasstest.WithIssuer(site.URL, idp))
	provider := s.Call(s.Root, "iam", "CreateOpenIDConnectProvider", "Url", site.URL, "ClientIDList.member.1", "daypass").Element("OpenIDConnectProviderArn")
	role := s.Role("developer", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"`+provider+`"},"Action":"sts:AssumeRoleWithWebIdentity"}}`)
	session := "arn:aws:sts::" + s.Account + ":assumed-role/developer/ann@example.com"

	dir := t.TempDir()
	p := &person{t, map[string]string{"DAYPASS_LOGIN_DIR": dir, "AWS_ENDPOINT_URL": s.URL, "AWS_CONFIG_FILE": dir + "/none", "AWS_SHARED_CREDENTIALS_FILE": dir + "/none", "AWS_EC2_METADATA_DISABLED": "true"}}
	meanwhile := func() {} // the person looks at the page
	browse := func(args ...string) (errs string, code int) {
		t.Helper()
		r, w := io.Pipe()
		done := make(chan int, 1)
		go func() {
			done <- cli.Run(t.Context(), append([]string{"login", "--no-browser"}, args...), cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: w}, p.lookup)
			_ = w.Close()
		}()
		var seen strings.Builder
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			seen.Write(buf[:n])
			if at := regexp.MustCompile(`https://\S+/authorize\?\S+`).FindString(seen.String()); at != "" {
				meanwhile()
				answer, err := site.Client().Get(at)
				if err != nil {
					t.Error(err)
				} else {
					_ = answer.Body.Close()
				}
				rest, _ := io.ReadAll(r)
				seen.Write(rest)
				break
			}
			if err != nil {
				break
			}
		}
		return seen.String(), <-done
	}
	errs, code := browse("--issuer", site.URL, "--client-id", "daypass", "--role", role, "--ca-bundle", bundle)
	if code != 0 || !strings.Contains(errs, "Signed in as ann@example.com: credentials of "+role) {
		t.Fatalf("login: %d %s", code, errs)
	}
	file := filepath.Join(dir, "default.json")
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("what is kept: %v %v", info, err)
	}

	who := func(access, secret, token string) string {
		return s.Call(daypasstest.Credentials{AccessKeyID: access, SecretAccessKey: secret, SessionToken: token}, "sts", "GetCallerIdentity").Element("Arn")
	}
	out, errs, code := p.types("env", "--login", "default", "--shell", "json")
	var vars map[string]string
	if err := json.Unmarshal([]byte(out), &vars); err != nil || code != 0 {
		t.Fatalf("env: %d %s %v", code, errs, err)
	}
	if got := who(vars["AWS_ACCESS_KEY_ID"], vars["AWS_SECRET_ACCESS_KEY"], vars["AWS_SESSION_TOKEN"]); got != session || vars["AWS_ENDPOINT_URL_STS"] != s.URL {
		t.Errorf("env: %s is %v", got, vars)
	}
	out, errs, code = p.types("credential-process", "--login", "default")
	var process map[string]any
	if err := json.Unmarshal([]byte(out), &process); err != nil || code != 0 || process["Expiration"] == nil {
		t.Fatalf("credential-process: %d %s %s %v", code, out, errs, err)
	}
	if got := who(process["AccessKeyId"].(string), process["SecretAccessKey"].(string), process["SessionToken"].(string)); got != session {
		t.Errorf("credential-process: %s", got)
	}

	// Credentials that are about to expire are renewed without the person.
	expire := func(in time.Duration) {
		t.Helper()
		var kept map[string]any
		text, err := os.ReadFile(file)
		if err = errors.Join(err, json.Unmarshal(text, &kept)); err != nil {
			t.Fatal(err)
		}
		kept["expires"] = time.Now().Add(in)
		text, _ = json.Marshal(kept)
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expire(time.Minute)
	out, _, _ = p.types("env", "--login", "default")
	if n := idp.renewals(); n != 1 || strings.Contains(out, vars["AWS_ACCESS_KEY_ID"]) {
		t.Errorf("after %d renewals: %.60s", n, out)
	}
	// A token of somebody else renews nothing.
	idp.becomes("eve@example.com")
	expire(-time.Minute)
	if out, errs, code := p.types("env", "--login", "default"); code != 1 || out != "" || !strings.Contains(errs, "somebody else") {
		t.Errorf("renewed by somebody else: %d %s", code, errs)
	}
	idp.becomes("ann@example.com")
	// While that fails, those that still hold are used; then the person is asked.
	idp.end()
	expire(time.Minute)
	if _, errs, code := p.types("env", "--login", "default"); code != 0 {
		t.Errorf("with a minute left: %d %s", code, errs)
	}
	expire(-time.Minute)
	if _, errs, code := p.types("env", "--login", "default"); code != 1 || !strings.Contains(errs, "the session has ended") || !strings.Contains(errs, "run 'daypass login --name default'") {
		t.Errorf("with nothing left: %d %s", code, errs)
	}
	// Signing in again, by name alone, keeps nobody waiting who needs what there is.
	expire(10 * time.Minute)
	meanwhile = func() {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		if code := cli.Run(ctx, []string{"env", "--login", "default"}, cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}, p.lookup); code != 0 {
			t.Errorf("env while signing in: %d", code)
		}
	}
	if errs, code := browse(); code != 0 {
		t.Errorf("again, by name alone: %d %s", code, errs)
	}
}

// TestAnAgentServesARole to a program that knows of it by its variables.
func TestAnAgentServesARole(t *testing.T) {
	t.Parallel()
	s := daypasstest.New(t)
	dev := s.User("dev", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`)
	role := s.Role("deploy", daypasstest.Trust(s.UserARN("dev")))
	dir := t.TempDir()
	p := &person{t, map[string]string{
		"AWS_ENDPOINT_URL": s.URL, "AWS_CONFIG_FILE": dir + "/none", "AWS_SHARED_CREDENTIALS_FILE": dir + "/none", "USER": "ann lee",
		"AWS_ACCESS_KEY_ID": dev.AccessKeyID, "AWS_SECRET_ACCESS_KEY": dev.SecretAccessKey,
	}}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, w := io.Pipe()
	var errs bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- cli.Run(ctx, []string{"agent", "--role", role}, cli.Streams{In: strings.NewReader(""), Out: w, Err: &errs}, p.lookup)
		_ = w.Close()
	}()
	var printed strings.Builder
	buf := make([]byte, 4096)
	exported := regexp.MustCompile(`(?m)^export (\w+)='(.*)'$`)
	vars := map[string]string{}
	for vars["AWS_ENDPOINT_URL_STS"] == "" {
		n, err := r.Read(buf)
		printed.Write(buf[:n])
		if err != nil {
			t.Fatalf("the agent ends: %d %s", <-done, errs.String())
		}
		for _, m := range exported.FindAllStringSubmatch(printed.String(), -1) {
			vars[m[1]] = m[2]
		}
	}
	file := vars["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
	token, err := os.ReadFile(file)
	if info, e := os.Stat(file); err != nil || e != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the token's file: %v %v", err, e)
	}
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, vars["AWS_CONTAINER_CREDENTIALS_FULL_URI"], nil)
	request.Header.Set("Authorization", string(token))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var c struct{ AccessKeyID, SecretAccessKey, Token, Expiration string }
	if err := json.NewDecoder(answer.Body).Decode(&c); err != nil || c.Expiration == "" {
		t.Fatalf("%v %+v", err, c)
	}
	got := s.Call(daypasstest.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.Token}, "sts", "GetCallerIdentity").Element("Arn")
	if want := "arn:aws:sts::" + s.Account + ":assumed-role/deploy/ann-lee"; got != want {
		t.Errorf("the agent's credentials are %s, want %s", got, want)
	}
	stop()
	if code := <-done; code != 0 {
		t.Errorf("it ends with %d: %s", code, errs.String())
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("the token stays: %v", err)
	}
}
