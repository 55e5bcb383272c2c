package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Code is what a person types in on another device.
type Code struct {
	Code    string // such as "WDJB-MJHT"
	Page    string // where it is typed in
	Whole   string // a page that has the code already; "" for none
	Expires time.Time
}

type deviceAnswer struct {
	Device   string `json:"device_code"`
	User     string `json:"user_code"`
	Page     string `json:"verification_uri"`
	Whole    string `json:"verification_uri_complete"`
	Seconds  int    `json:"expires_in"`
	Interval int    `json:"interval"`
}

// How often the provider is asked whether the person is done (RFC 8628, 3.5).
const (
	usualInterval = 5 * time.Second
	slowDown      = 5 * time.Second
	maxInterval   = time.Minute
)

// Device signs in on another device. It has show tell the person the code, and
// asks the provider until the code was typed in, refused or has expired.
func (a *App) Device(ctx context.Context, show func(Code) error) (*Tokens, error) {
	ctx, stop := context.WithTimeout(ctx, signInTime)
	defer stop()
	p, err := a.discover(ctx)
	if err != nil {
		return nil, err
	}
	if p.Device == "" {
		return nil, errors.New("the identity provider signs in no devices: it has no device_authorization_endpoint")
	}
	form := url.Values{"client_id": {a.ClientID}, "scope": {a.scope()}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Device, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var d deviceAnswer
	if err := a.ask(r, &d); err != nil {
		return nil, err
	}
	if d.Device == "" || d.User == "" || d.Page == "" {
		return nil, errors.New("the identity provider gave no code for the device")
	}
	life := time.Duration(min(max(d.Seconds, 1), int(signInTime/time.Second))) * time.Second
	if err := show(Code{Code: plain(d.User), Page: plain(d.Page), Whole: plain(d.Whole), Expires: a.now().Add(life)}); err != nil {
		return nil, err
	}
	ctx, end := context.WithTimeout(ctx, life)
	defer end()
	return a.poll(ctx, p, &d)
}

// poll asks for the tokens until there is an answer.
func (a *App) poll(ctx context.Context, p *provider, d *deviceAnswer) (*Tokens, error) {
	after := a.after
	if after == nil {
		after = time.After
	}
	interval := usualInterval
	if d.Interval > 0 {
		interval = min(time.Duration(d.Interval)*time.Second, maxInterval)
	}
	for {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for the code to be typed in: %w", ctx.Err())
		case <-after(interval):
		}
		t, err := a.exchange(ctx, p, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {d.Device}}, "")
		if err == nil {
			return t, nil
		}
		no, ok := errors.AsType[*refusal](err)
		switch {
		case ok && no.Code == "authorization_pending":
		case ok && no.Code == "slow_down":
			interval = min(interval+slowDown, maxInterval)
		default:
			return nil, err
		}
	}
}
