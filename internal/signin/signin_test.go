package signin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/oidctest"
	"github.com/daypass/daypass/internal/secret"
)

// idp is an identity provider whose users always agree.
type idp struct {
	t      *testing.T
	web    *httptest.Server
	issuer *oidctest.Issuer

	discovery map[string]any // over its own
	claims    map[string]any // over its own
	device    map[string]any // over its own
	tokens    map[string]any // over its own
	answers   []string       // errors of the token endpoint before it gives tokens
	refresh   string

	asked     url.Values // of the authorization page
	exchanged []url.Values
}

func newIDP(t *testing.T) *idp {
	p := &idp{t: t, refresh: "refresh-1"}
	p.web = httptest.NewServer(p)
	t.Cleanup(p.web.Close)
	p.issuer = oidctest.New(p.web.URL)
	return p
}

func (p *idp) app() *App {
	return &App{Issuer: p.web.URL, ClientID: "daypass", Scopes: []string{"offline_access"}}
}

func (p *idp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	answer := map[string]any{}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		answer = map[string]any{
			"issuer": p.web.URL, "authorization_endpoint": p.web.URL + "/authorize?tenant=1", "token_endpoint": p.web.URL + "/token",
			"device_authorization_endpoint": p.web.URL + "/device",
		}
		maps.Copy(answer, p.discovery)
	case "/device":
		answer = map[string]any{"device_code": "dev", "user_code": "WDJB-MJHT", "verification_uri": p.web.URL + "/go", "expires_in": 60, "interval": 1}
		maps.Copy(answer, p.device)
	case "/token":
		p.exchanged = append(p.exchanged, r.PostForm)
		if n := len(p.exchanged) - 1; n < len(p.answers) {
			w.WriteHeader(http.StatusBadRequest)
			answer = map[string]any{"error": p.answers[n], "error_description": "words\x1b[31m of the provider"}
			break
		}
		claims := map[string]any{"aud": "daypass", "nonce": p.asked.Get("nonce")}
		maps.Copy(claims, p.claims)
		answer = map[string]any{"id_token": p.issuer.Token(time.Now(), claims), "access_token": "unused", "refresh_token": p.refresh}
		maps.Copy(answer, p.tokens)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// visit is a browser: it goes to the page and back again, with these
// parameters over those of the provider.
func (p *idp) visit(over url.Values) func(string) error {
	return func(page string) error {
		u, err := url.Parse(page)
		if err != nil {
			return err
		}
		p.asked = u.Query()
		back := url.Values{"code": {"code-1"}, "state": {p.asked.Get("state")}}
		maps.Copy(back, over)
		go func() {
			answer, err := http.Get(p.asked.Get("redirect_uri") + "?" + back.Encode())
			if err == nil {
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
			}
		}()
		return nil
	}
}

func TestABrowserSignsIn(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	got, err := p.app().Browser(t.Context(), 0, p.visit(url.Values{"iss": {p.web.URL}}))
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != "subject-1" || got.Refresh.Reveal() != "refresh-1" || time.Until(got.Expires) < 50*time.Minute || strings.Count(got.ID.Reveal(), ".") != 2 {
		t.Errorf("tokens: %+v", got)
	}
	if p.asked.Get("tenant") != "1" || p.asked.Get("scope") != "openid offline_access" || p.asked.Get("response_type") != "code" || p.asked.Get("code_challenge_method") != "S256" {
		t.Errorf("asked: %v", p.asked)
	}
	form := p.exchanged[0]
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	if form.Get("code") != "code-1" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.asked.Get("code_challenge") ||
		form.Get("redirect_uri") != p.asked.Get("redirect_uri") || form.Get("client_id") != "daypass" {
		t.Errorf("exchanged: %v", form)
	}
	if !strings.HasPrefix(p.asked.Get("redirect_uri"), "http://127.0.0.1:") {
		t.Errorf("comes back to %s", p.asked.Get("redirect_uri"))
	}
}

func TestWhatABrowserBringsIsChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name              string
		back              url.Values
		discovery, claims map[string]any
		want              string
	}{
		{"an error", url.Values{"error": {"access_denied"}, "error_description": {"not\x07 you"}}, nil, nil, "the identity provider refuses: access_denied: not you"},
		{"no code", url.Values{"code": {""}}, nil, nil, "the browser came back without a code"},
		{"another issuer", url.Values{"iss": {"https://evil.example"}}, nil, nil, "the browser was sent back by another identity provider"},
		{"no issuer, where there should be one", nil, map[string]any{"authorization_response_iss_parameter_supported": true}, nil, "the browser was sent back by another identity provider"},
		{"another nonce", nil, nil, map[string]any{"nonce": "another"}, "the ID token was not made for this sign-in: its nonce is another"},
		{"no nonce", nil, nil, map[string]any{"nonce": nil}, "the ID token was not made for this sign-in: its nonce is another"},
		{"a token of another issuer", nil, nil, map[string]any{"iss": "https://evil.example"}, "the ID token is of another issuer"},
		{"a token for another client", nil, nil, map[string]any{"aud": []string{"others"}}, "the ID token is for another client"},
		{"an old token", nil, nil, map[string]any{"exp": 1000}, "the ID token has expired: is the clock right?"},
		{"an endpoint without TLS", nil, map[string]any{"token_endpoint": "http://idp.example/token"}, nil, "a URL that is not https"},
		{"a discovery document of another issuer", nil, map[string]any{"issuer": "https://evil.example"}, nil, "of another issuer"},
		{"no token endpoint", nil, map[string]any{"token_endpoint": ""}, nil, "has no token endpoint"},
		{"no authorization endpoint", nil, map[string]any{"authorization_endpoint": ""}, nil, "has no authorization endpoint"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newIDP(t)
			p.discovery, p.claims = tt.discovery, tt.claims
			_, err := p.app().Browser(t.Context(), 0, p.visit(tt.back))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// TestAStrangersVisitIsNotAnOutcome has somebody who does not know the state
// come before the browser does.
func TestAStrangersVisitIsNotAnOutcome(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	_, err := p.app().Browser(t.Context(), 0, func(page string) error {
		u, _ := url.Parse(page)
		for _, query := range []string{"?code=evil&state=guess", "?code=evil", "", "?error=access_denied&state="} {
			answer, err := http.Get(u.Query().Get("redirect_uri") + query)
			if err != nil {
				return err
			}
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusNotFound {
				t.Errorf("%q is answered with %d", query, answer.StatusCode)
			}
		}
		return p.visit(nil)(page)
	})
	if err != nil || p.exchanged[0].Get("code") != "code-1" {
		t.Errorf("%v, exchanged %v", err, p.exchanged)
	}
}

func TestADeviceSignsIn(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.answers = []string{"authorization_pending", "slow_down", "authorization_pending"}
	a := p.app()
	var waits []time.Duration
	a.after = func(d time.Duration) <-chan time.Time {
		waits = append(waits, d)
		return time.After(0)
	}
	var shown Code
	got, err := a.Device(t.Context(), func(c Code) error { shown = c; return nil })
	if err != nil || got.Subject != "subject-1" {
		t.Fatalf("%+v %v", got, err)
	}
	if shown.Code != "WDJB-MJHT" || shown.Page != p.web.URL+"/go" {
		t.Errorf("shown: %+v", shown)
	}
	if want := []time.Duration{time.Second, time.Second, 6 * time.Second, 6 * time.Second}; !slices.Equal(waits, want) {
		t.Errorf("waits %v, want %v", waits, want)
	}
	if form := p.exchanged[0]; form.Get("device_code") != "dev" || form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:device_code" {
		t.Errorf("exchanged: %v", form)
	}
}

func TestADeviceThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		answers []string
		device  map[string]any
		want    string
	}{
		{"by the person", []string{"authorization_pending", "access_denied"}, nil, "the identity provider refuses: access_denied: words[31m of the provider"},
		{"too late", []string{"expired_token"}, nil, "expired_token"},
		{"no code", nil, map[string]any{"user_code": ""}, "gave no code for the device"},
	} {
		p := newIDP(t)
		p.answers, p.device = tt.answers, tt.device
		a := p.app()
		a.after = func(time.Duration) <-chan time.Time { return time.After(0) }
		if _, err := a.Device(t.Context(), func(Code) error { return nil }); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	p := newIDP(t)
	p.discovery = map[string]any{"device_authorization_endpoint": ""}
	if _, err := p.app().Device(t.Context(), func(Code) error { return nil }); err == nil || !strings.Contains(err.Error(), "signs in no devices") {
		t.Errorf("no endpoint: %v", err)
	}
	p = newIDP(t)
	p.device = map[string]any{"expires_in": 1}
	p.answers = slices.Repeat([]string{"authorization_pending"}, 100)
	if _, err := p.app().Device(t.Context(), func(Code) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a code that has expired: %v", err)
	}
}

func TestATokenIsRefreshed(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.refresh = ""
	got, err := p.app().Refresh(t.Context(), secret.New("old"))
	if err != nil || got.Refresh.Reveal() != "old" || p.exchanged[0].Get("refresh_token") != "old" {
		t.Errorf("%+v %v", got, err)
	}
	p.refresh = "new"
	if got, err := p.app().Refresh(t.Context(), secret.New("old")); err != nil || got.Refresh.Reveal() != "new" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestWhatIsNoIDToken(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		"": "gave no ID token", "x": "is not a JWT", "a.b": "is not a JWT", "a.b.c.d": "is not a JWT", "a.!.c": "claims of the ID token cannot be read", "a.e30x.c": "cannot be read",
	} {
		p := newIDP(t)
		p.tokens = map[string]any{"id_token": token}
		if _, err := p.app().Refresh(t.Context(), secret.New("r")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", token, err, want)
		}
	}
}

// TestAProviderIsBounded in what it sends and where it sends us.
func TestAProviderIsBounded(t *testing.T) {
	t.Parallel()
	var answer http.HandlerFunc
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r) }))
	defer web.Close()
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"too long", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxAnswer+1)) }, "more than 1048576 bytes"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		}, "with status 302"},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, "not what is expected"},
		{"a failure", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "with status 502"},
	} {
		answer = tt.answer
		a := &App{Issuer: web.URL, ClientID: "x"}
		if _, err := a.Refresh(t.Context(), secret.New("r")); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	for _, issuer := range []string{"http://idp.example", "", "https://u@idp.example", "https://idp.example?x=1", "idp.example", "https:idp.example", "https://", "%zz"} {
		a := &App{Issuer: issuer, ClientID: "x"}
		if _, err := a.Refresh(t.Context(), secret.New("r")); err == nil || !strings.Contains(err.Error(), "issuer") {
			t.Errorf("issuer %q: %v", issuer, err)
		}
	}
}
