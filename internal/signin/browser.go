package signin

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// callbackPath is where the browser comes back to.
const callbackPath = "/callback"

// signInTime is how long a person may take.
const signInTime = 10 * time.Minute

// Browser signs in by the provider's page. It has open show a URL to the
// person, and waits for the browser to come back, at most ten minutes. port is
// that of the loopback address it comes back to; 0 takes a free one, which most
// providers allow.
func (a *App) Browser(ctx context.Context, port int, open func(url string) error) (*Tokens, error) {
	ctx, stop := context.WithTimeout(ctx, signInTime)
	defer stop()
	p, err := a.discover(ctx)
	if err != nil {
		return nil, err
	}
	if p.Authorization == "" {
		return nil, errors.New("the identity provider has no authorization endpoint")
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, fmt.Errorf("listening for the browser: %w", err)
	}
	back := &callback{state: random(), issuer: p.Issuer, named: p.Names, came: make(chan outcome, 1)}
	server := &http.Server{Handler: back, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	go func() { _ = server.Serve(l) }()
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = server.Shutdown(end) // the browser gets its page first
		_ = server.Close()
	}()
	redirect := "http://" + l.Addr().String() + callbackPath
	verifier, nonce := random(), random()
	if err := open(a.authorizationURL(p, redirect, back.state, nonce, verifier)); err != nil {
		return nil, err
	}
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the browser: %w", ctx.Err())
	case o := <-back.came:
		if o.err != nil {
			return nil, o.err
		}
		return a.exchange(ctx, p, url.Values{
			"grant_type": {"authorization_code"}, "code": {o.code}, "redirect_uri": {redirect}, "code_verifier": {verifier},
		}, nonce)
	}
}

// authorizationURL is the page that the person is sent to.
func (a *App) authorizationURL(p *provider, redirect, state, nonce, verifier string) string {
	challenge := sha256.Sum256([]byte(verifier))
	u, err := address(p.Authorization)
	if err != nil {
		panic(err) // discover has read it
	}
	q := u.Query()
	for name, value := range map[string]string{
		"response_type": "code", "client_id": a.ClientID, "redirect_uri": redirect, "scope": a.scope(), "state": state, "nonce": nonce,
		"code_challenge": base64.RawURLEncoding.EncodeToString(challenge[:]), "code_challenge_method": "S256",
	} {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// callback is what the browser comes back to. Only one visit counts: the first
// that knows the state, which this process has told the provider alone.
type callback struct {
	state, issuer string
	named         bool // the provider names itself
	came          chan outcome
}

// outcome is what the browser brought.
type outcome struct {
	code string
	err  error
}

// ServeHTTP takes the code and tells the person to go back.
func (c *callback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if r.Method != http.MethodGet || r.URL.Path != callbackPath || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(c.state)) != 1 {
		http.NotFound(w, r) // nothing that we have asked for
		return
	}
	o := outcome{code: q.Get("code")}
	switch {
	case (c.named || q.Has("iss")) && q.Get("iss") != c.issuer:
		o.err = errors.New("the browser was sent back by another identity provider")
	case q.Get("error") != "":
		o.err = &refusal{q.Get("error"), q.Get("error_description")}
	case o.code == "":
		o.err = errors.New("the browser came back without a code")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	text := "You are signed in. You can close this page and go back to the terminal."
	if o.err != nil {
		text = "Signing in failed. The terminal says why."
	}
	_, _ = io.WriteString(w, "<!doctype html><title>Daypass</title><p>"+text+"</p>\n")
	select {
	case c.came <- o:
	default: // it came back before
	}
}
