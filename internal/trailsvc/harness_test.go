package trailsvc_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/internal/trailsvc"
	"github.com/daypass/daypass/sigv4"
)

const account = "123456789012"

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// stage is a Daypass whose CloudTrail has the test's bucket and events.
type stage struct {
	t    testing.TB
	url  string
	in   *installation.Installation
	root sigv4.Credentials
}

func newStage(t testing.TB, cfg trailsvc.Config) *stage {
	t.Helper()
	ctx := context.Background()
	now := func() time.Time { return noon }
	in, err := installation.Open(ctx, installation.Config{
		Dir: t.TempDir(), Region: "us-east-1", MasterKey: secret.New(keys.NewMaster()), Serving: true, Ephemeral: true, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	s := &stage{t: t, in: in, root: sigv4.Credentials{AccessKeyID: "AKIARZPUZDIKROOTROOT", SecretAccessKey: "rootSecretAccessKey000000000000000000000"}}
	_, err = in.EnsureFirstAccount(ctx, installation.Root{Account: account, AccessKeyID: s.root.AccessKeyID, Secret: secret.New(s.root.SecretAccessKey)})
	if err != nil {
		t.Fatal(err)
	}
	cfg.DB = in.DB
	services := in.Services[:0:0]
	for _, of := range in.Services {
		if of.API.Name != "cloudtrail" {
			services = append(services, of)
		}
	}
	web := httptest.NewServer(server.New(server.Config{
		Pipeline: in.Pipeline, Services: append(services, trailsvc.New(cfg)), Region: "us-east-1", Now: now, Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(web.Close)
	s.url = web.URL
	return s
}

// answer is what an action answered.
type answer struct {
	status int
	text   string
	body   map[string]any
}

// code is the name of a refusal; "" of success.
func (a answer) code() string { code, _ := a.body["__type"].(string); return code }

// says reports whether a refusal is of the code, with the words in its message.
func (a answer) says(code, words string) bool {
	message, _ := a.body["message"].(string)
	return a.status == http.StatusBadRequest && a.code() == code && strings.Contains(message, words)
}

// call has root call an action in us-east-1.
func (s *stage) call(action, body string) answer {
	s.t.Helper()
	return s.callAs(s.root, "us-east-1", action, body)
}

// must is call of what succeeds.
func (s *stage) must(action, body string) answer {
	s.t.Helper()
	a := s.call(action, body)
	if a.status != http.StatusOK {
		s.t.Fatalf("%s %s: %d %s", action, body, a.status, a.text)
	}
	return a
}

func (s *stage) callAs(c sigv4.Credentials, region, action, body string) answer {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.url+"/", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."+action)
	sigv4.Sign(r, sha256.Sum256([]byte(body)), c, region, "cloudtrail", noon)
	return s.send(r)
}

func (s *stage) send(r *http.Request) answer {
	s.t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{status: response.StatusCode, text: string(text)}
	if err := json.Unmarshal(text, &a.body); err != nil {
		s.t.Fatalf("%v in %q", err, text)
	}
	if got := response.Header.Get("Content-Type"); got != "application/x-amz-json-1.1" {
		s.t.Errorf("Content-Type is %q", got)
	}
	return a
}

func readAll(t testing.TB, r *http.Response) string {
	t.Helper()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
