package agent

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/secret"
)

var expires = time.Date(2026, 11, 2, 9, 45, 0, 0, time.UTC)

func provider(context.Context) (credentials.Credentials, error) {
	return credentials.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s3cret", SessionToken: "token", Expires: expires}, nil
}

func TestWhoIsAnswered(t *testing.T) {
	h := New(Config{Provider: credentials.ProviderFunc(provider), Token: secret.New("right")})
	for _, tt := range []struct {
		name, method, url, token string
		header                   http.Header
		status                   int
	}{
		{"a program with the token", "GET", "http://127.0.0.1:99/credentials", "right", nil, 200},
		{"by name", "GET", "http://localhost:99/credentials", "right", nil, 200},
		{"over IPv6", "GET", "http://[::1]:99/credentials", "right", nil, 200},
		{"no token", "GET", "http://127.0.0.1:99/credentials", "", nil, 401},
		{"another token", "GET", "http://127.0.0.1:99/credentials", "righ", nil, 401},
		{"a page", "GET", "http://127.0.0.1:99/credentials", "right", http.Header{"Origin": {"https://evil.example"}}, 403},
		{"a browser", "GET", "http://127.0.0.1:99/credentials", "right", http.Header{"Sec-Fetch-Site": {"none"}}, 403},
		{"a name that means this machine", "GET", "http://evil.example:99/credentials", "right", nil, 403},
		{"another path", "GET", "http://127.0.0.1:99/", "right", nil, 404},
		{"another path without the token", "GET", "http://127.0.0.1:99/", "", nil, 401},
		{"another method", "POST", "http://127.0.0.1:99/credentials", "right", nil, 405},
	} {
		r := httptest.NewRequest(tt.method, tt.url, nil)
		for name, values := range tt.header {
			r.Header[name] = values
		}
		if tt.token != "" {
			r.Header.Set("Authorization", tt.token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, w.Code, tt.status)
		}
		if has := strings.Contains(w.Body.String(), "s3cret"); has != (tt.status == 200) {
			t.Errorf("%s: the secret is in the answer: %v", tt.name, has)
		}
	}
}

func TestWhatIsAnswered(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	token := NewToken()
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, l, New(Config{Provider: credentials.ProviderFunc(provider), Token: token}))
	}()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+Path, nil)
	r.Header.Set("Authorization", token.Reveal())
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got map[string]string
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got["AccessKeyId"] != "ASIA1" || got["SecretAccessKey"] != "s3cret" || got["Token"] != "token" || got["Expiration"] != "2026-11-02T09:45:00Z" {
		t.Errorf("answer: %v", got)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAFailureIsNotTold(t *testing.T) {
	fails := func(context.Context) (credentials.Credentials, error) {
		return credentials.Credentials{}, errors.New("the secret cause")
	}
	r := httptest.NewRequest("GET", "http://127.0.0.1/credentials", nil)
	r.Header.Set("Authorization", "t")
	w := httptest.NewRecorder()
	New(Config{Provider: credentials.ProviderFunc(fails), Token: secret.New("t")}).ServeHTTP(w, r)
	if w.Code != 503 || strings.Contains(w.Body.String(), "cause") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAnAgentHasATokenAndAProvider(t *testing.T) {
	for _, cfg := range []Config{{Token: secret.New("t")}, {Provider: credentials.ProviderFunc(provider)}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v is taken", cfg)
				}
			}()
			New(cfg)
		}()
	}
}
