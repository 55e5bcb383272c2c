package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/secret"
)

// Tokens are what a sign-in gives.
type Tokens struct {
	ID      secret.String // the ID token, for AssumeRoleWithWebIdentity
	Refresh secret.String // for [App.Refresh]; empty when the provider gives none
	Expires time.Time     // of the ID token
	Subject string        // who signed in, as the provider names them
}

// tokenAnswer is the answer of a token endpoint.
type tokenAnswer struct {
	ID      string `json:"id_token"`
	Refresh string `json:"refresh_token"`
}

// claims are those of an ID token that its receiver must look at.
type claims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	Nonce    string   `json:"nonce"`
	Expires  float64  `json:"exp"`
}

// audience is one or several names.
type audience []string

// UnmarshalJSON reads a name or a list of names.
func (a *audience) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// exchange gets tokens from the token endpoint, and checks that the ID token is
// the one that was asked for. Its signature is not: it comes straight from the
// provider, over TLS (OpenID Connect Core, 3.1.3.7), and whoever gives credentials
// for it verifies it.
func (a *App) exchange(ctx context.Context, p *provider, form url.Values, nonce string) (*Tokens, error) {
	if p.Token == "" {
		return nil, errors.New("the identity provider has no token endpoint")
	}
	form.Set("client_id", a.ClientID)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Token, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer tokenAnswer
	if err := a.ask(r, &answer); err != nil {
		return nil, err
	}
	if answer.ID == "" {
		return nil, errors.New("the identity provider gave no ID token: does the client have the scope openid?")
	}
	c, err := readClaims(answer.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Issuer != a.Issuer:
		return nil, errors.New("the ID token is of another issuer")
	case !slices.Contains(c.Audience, a.ClientID):
		return nil, errors.New("the ID token is for another client")
	case nonce != "" && subtle.ConstantTimeCompare([]byte(c.Nonce), []byte(nonce)) != 1:
		return nil, errors.New("the ID token was not made for this sign-in: its nonce is another")
	}
	t := &Tokens{ID: secret.New(answer.ID), Expires: time.Unix(int64(c.Expires), 0), Subject: plain(c.Subject)}
	if !t.Expires.After(a.now()) {
		return nil, errors.New("the ID token has expired: is the clock right?")
	}
	if answer.Refresh != "" {
		t.Refresh = secret.New(answer.Refresh)
	}
	return t, nil
}

func readClaims(token string) (c claims, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, errors.New("the ID token is not a JWT")
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return c, errors.New("the claims of the ID token cannot be read")
	}
	return c, nil
}

// Refresh gets another ID token for who signed in before. Providers that give
// no new refresh token mean the old one to go on.
func (a *App) Refresh(ctx context.Context, refresh secret.String) (*Tokens, error) {
	p, err := a.discover(ctx)
	if err != nil {
		return nil, err
	}
	t, err := a.exchange(ctx, p, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh.Reveal()}, "scope": {a.scope()}}, "")
	if err != nil {
		return nil, err
	}
	if t.Refresh.Empty() {
		t.Refresh = refresh
	}
	return t, nil
}

func (a *App) scope() string { return strings.Join(append([]string{"openid"}, a.Scopes...), " ") }

// random is a text that nobody guesses.
func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
