// Package signin signs a person in at an OpenID Connect provider, from a
// program without a secret of its own (RFC 8252), and gets the ID token that
// AssumeRoleWithWebIdentity takes.
//
// There are two ways. [App.Browser] opens the provider's page in a browser and
// waits on a loopback address for it to come back with a code, which is worth
// nothing without the verifier that never left this process (PKCE, RFC 7636).
// [App.Device] is for where there is no browser: it shows a short code to be
// typed in on any other device, and asks until that is done (RFC 8628).
// [App.Refresh] gets another ID token without the person.
//
// What the provider sends is bounded, nothing is redirected, and its addresses
// must be https, but for a provider on a loopback address.
package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// App is this program as a provider knows it. The zero Scopes and Client will do.
type App struct {
	Issuer   string   // URL of the provider
	ClientID string   // of this program at the provider
	Scopes   []string // beside "openid"
	Client   *http.Client
	Now      func() time.Time // nil is time.Now

	after func(time.Duration) <-chan time.Time // nil is time.After
}

// provider is what the discovery document tells of one.
type provider struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Device        string `json:"device_authorization_endpoint"`

	// Names says that answers to the browser name their issuer (RFC 9207).
	Names bool `json:"authorization_response_iss_parameter_supported"`
}

// Bounds of what a provider sends and of the time it takes.
const (
	maxAnswer  = 1 << 20 // bytes
	answerTime = 30 * time.Second
	maxReason  = 500 // bytes of a provider's own words
)

func (a *App) now() time.Time {
	if a.Now == nil {
		return time.Now()
	}
	return a.Now()
}

// discover reads the provider's discovery document.
func (a *App) discover(ctx context.Context) (*provider, error) {
	issuer, err := address(a.Issuer)
	if err != nil {
		return nil, fmt.Errorf("issuer %q: %w", a.Issuer, err)
	}
	if issuer.RawQuery != "" {
		return nil, fmt.Errorf("issuer %q: it has a query", a.Issuer)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(a.Issuer, "/")+"/.well-known/openid-configuration", nil)
	if err != nil {
		return nil, err
	}
	p := new(provider)
	if err := a.ask(r, p); err != nil {
		return nil, err
	}
	if p.Issuer != a.Issuer {
		return nil, fmt.Errorf("the discovery document of %s is of another issuer", a.Issuer)
	}
	for name, text := range map[string]string{"authorization": p.Authorization, "token": p.Token, "device_authorization": p.Device} {
		if text == "" {
			continue // who needs it says so
		}
		if _, err := address(text); err != nil {
			return nil, fmt.Errorf("the %s_endpoint of %s: %w", name, a.Issuer, err)
		}
	}
	return p, nil
}

// address reads a URL that may be talked to.
func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, errors.New("not a URL")
	case u.User != nil || u.Fragment != "":
		return nil, errors.New("a URL with a user or a fragment")
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return u, nil
	}
	return nil, errors.New("a URL that is not https")
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// refusal is an error of the provider's (RFC 6749, 5.2).
type refusal struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`
}

// Error gives the provider's words, without what could play with a terminal.
func (r *refusal) Error() string {
	text := r.Code
	if r.Description != "" {
		text += ": " + r.Description
	}
	return "the identity provider refuses: " + plain(text)
}

// plain keeps of a foreign text what may be shown.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}

// ask sends a request and reads its answer, a JSON object.
func (a *App) ask(r *http.Request, answer any) error {
	ctx, stop := context.WithTimeout(r.Context(), answerTime)
	defer stop()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if a.Client != nil {
		client.Transport = a.Client.Transport
	}
	r.Header.Set("Accept", "application/json")
	response, err := client.Do(r.WithContext(ctx))
	if err != nil {
		return fmt.Errorf("asking the identity provider: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("reading the identity provider's answer: %w", err)
	case len(body) > maxAnswer:
		return fmt.Errorf("the identity provider's answer has more than %d bytes", maxAnswer)
	case response.StatusCode == http.StatusOK:
		if err := json.Unmarshal(body, answer); err != nil {
			return fmt.Errorf("the identity provider's answer from %s is not what is expected", r.URL.Redacted())
		}
		return nil
	}
	no := new(refusal)
	if err := json.Unmarshal(body, no); err == nil && no.Code != "" {
		return no
	}
	return fmt.Errorf("the identity provider answers %s with status %d", r.URL.Redacted(), response.StatusCode)
}
