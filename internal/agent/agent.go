// Package agent serves credentials to the programs of one machine, as the
// container agents of AWS do: every AWS SDK asks the URL in
// AWS_CONTAINER_CREDENTIALS_FULL_URI, shows the authorization token that it was
// given, and asks again before what it got expires. So programs hold no key, and
// what they hold is always fresh.
//
//	GET /credentials
//	Authorization: TOKEN
//
//	{"AccessKeyId":…, "SecretAccessKey":…, "Token":…, "Expiration":"2026-11-02T09:45:00Z"}
//
// A loopback address is open to every user of the machine, and to every page in
// a browser on it. The token keeps out the former; the latter are refused too by
// what browsers cannot help sending.
package agent

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/secret"
)

// Path is where credentials are asked for.
const Path = "/credentials"

// Config says what an agent serves. All of it must be set, but for Log.
type Config struct {
	Provider credentials.Provider // is asked at each request: give it a cache
	Token    secret.String        // that requests must show
	Log      *slog.Logger         // nil discards
}

// NewToken returns a random authorization token.
func NewToken() secret.String {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return secret.New(base64.RawURLEncoding.EncodeToString(b[:]))
}

// answer is what SDKs read.
type answer struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	Token           string `json:",omitempty"`
	Expiration      string `json:",omitempty"`
}

// failure is what SDKs show when there is no answer.
type failure struct{ Code, Message string }

// New returns the handler. It panics without a provider or a token: an agent
// that asks for none would give credentials to anybody.
func New(cfg Config) http.Handler {
	if cfg.Provider == nil || cfg.Token.Empty() {
		panic("agent: no provider, or no token")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &handler{cfg}
}

type handler struct{ cfg Config }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case !isLoopback(r.Host), r.Header.Get("Origin") != "", r.Header.Get("Sec-Fetch-Site") != "":
		// A page, or a name that was made to mean this machine (DNS rebinding).
		refuse(w, http.StatusForbidden, "Forbidden", "credentials are for programs on this machine")
	case subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(h.cfg.Token.Reveal())) != 1:
		refuse(w, http.StatusUnauthorized, "Unauthorized", "the authorization token is missing or another")
	case r.URL.Path != Path:
		refuse(w, http.StatusNotFound, "NotFound", "credentials are at "+Path)
	case r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "credentials are to be had by GET")
	default:
		h.answer(w, r)
	}
}

func (h *handler) answer(w http.ResponseWriter, r *http.Request) {
	c, err := h.cfg.Provider.Retrieve(r.Context())
	if err != nil {
		h.cfg.Log.Error("getting credentials", "err", err)
		refuse(w, http.StatusServiceUnavailable, "Unavailable", "there are no credentials; the agent's log says why")
		return
	}
	a := answer{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, Token: c.SessionToken}
	if !c.Expires.IsZero() {
		a.Expiration = c.Expires.UTC().Format(time.RFC3339)
	}
	send(w, http.StatusOK, a)
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	send(w, status, failure{code, message})
}

func send(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // who left is not told
}

// isLoopback reports whether a Host header names a loopback address.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// Limits of the server.
const (
	requestTime = 10 * time.Second
	answerTime  = 2 * time.Minute // a provider may have to wait for another service
	drainTime   = time.Second
)

// Serve serves the handler on the listener until ctx ends.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler: h, ReadTimeout: requestTime, WriteTimeout: answerTime, IdleTimeout: answerTime, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		_ = server.Shutdown(stop)
		return server.Close()
	}
}
