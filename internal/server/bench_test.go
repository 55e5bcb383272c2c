package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/sigv4"
)

// bench is a whole Daypass without a network: requests go straight to its
// handler.
type bench struct {
	handler http.Handler
	root    sigv4.Credentials
}

func newBench(b *testing.B) *bench {
	b.Helper()
	in, err := installation.Open(context.Background(), installation.Config{Dir: b.TempDir(), Region: "us-east-1", Serving: true, Ephemeral: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close() })
	root := installation.Root{Account: "123456789012", AccessKeyID: "AKIARZPUZDIKROOTROOT", Secret: secret.New("a/secret/of/forty/characters/000000000000")}
	if _, err := in.EnsureFirstAccount(context.Background(), root); err != nil {
		b.Fatal(err)
	}
	return &bench{
		handler: server.New(server.Config{
			Pipeline: in.Pipeline, Services: in.Services, Region: "us-east-1", Now: time.Now, Log: slog.New(slog.DiscardHandler),
		}),
		root: sigv4.Credentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.Secret.Reveal()},
	}
}

// request makes a signed request, which may be sent many times: call [rewind]
// before each.
func (s *bench) request(c sigv4.Credentials, service, version, action string, params ...string) (*http.Request, string) {
	form := url.Values{"Action": {action}, "Version": {version}}
	for i := 0; i+1 < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	body := form.Encode()
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:7870/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sigv4.Sign(r, sha256.Sum256([]byte(body)), c, "us-east-1", service, time.Now())
	return r, body
}

func (s *bench) call(b *testing.B, c sigv4.Credentials, service, action string, params ...string) string {
	b.Helper()
	r, _ := s.request(c, service, map[string]string{"sts": "2011-06-15", "iam": "2010-05-08"}[service], action, params...)
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s: %d %s", action, w.Code, w.Body)
	}
	return w.Body.String()
}

func between(text, start, end string) string {
	_, rest, _ := strings.Cut(text, start)
	value, _, _ := strings.Cut(rest, end)
	return value
}

// statements is a policy of n statements, of which the last one allows sts.
func statements(n int) string {
	var list []string
	for i := range n - 1 {
		list = append(list, fmt.Sprintf(`{"Sid":"S%d","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::team-%03d/*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}`, i, i))
	}
	list = append(list, `{"Sid":"Sts","Effect":"Allow","Action":"sts:*","Resource":"*"}`)
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
}

type nowhere struct {
	header http.Header
	status int
}

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n *nowhere) WriteHeader(status int)      { n.status = status }

// BenchmarkRequest is a whole request in process: everything but the network.
func BenchmarkRequest(b *testing.B) {
	s := newBench(b)
	s.call(b, s.root, "iam", "CreateUser", "UserName", "ann")
	s.call(b, s.root, "iam", "PutUserPolicy", "UserName", "ann", "PolicyName", "p", "PolicyDocument", statements(10))
	key := s.call(b, s.root, "iam", "CreateAccessKey", "UserName", "ann")
	ann := sigv4.Credentials{AccessKeyID: between(key, "<AccessKeyId>", "<"), SecretAccessKey: between(key, "<SecretAccessKey>", "<")}
	s.call(b, s.root, "iam", "CreateRole", "RoleName", "r", "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"},"Action":["sts:AssumeRole","sts:TagSession"]}}`)
	role := []string{"RoleArn", "arn:aws:iam::123456789012:role/r", "RoleSessionName", "bench"}
	issued := s.call(b, ann, "sts", "AssumeRole", role...)
	session := sigv4.Credentials{
		AccessKeyID: between(issued, "<AccessKeyId>", "<"), SecretAccessKey: between(issued, "<SecretAccessKey>", "<"),
		SessionToken: between(issued, "<SessionToken>", "<"),
	}
	full := append(role[:len(role):len(role)], "Policy", statements(10))
	for i := range 10 {
		full = append(full, fmt.Sprintf("Tags.member.%d.Key", i+1), fmt.Sprint("key", i), fmt.Sprintf("Tags.member.%d.Value", i+1), fmt.Sprint("value", i))
	}
	for _, bb := range []struct {
		name   string
		c      sigv4.Credentials
		action string
		params []string
	}{
		{"GetCallerIdentity", ann, "GetCallerIdentity", nil},
		{"GetCallerIdentity/session", session, "GetCallerIdentity", nil},
		{"AssumeRole", ann, "AssumeRole", role},
		{"AssumeRole/policy-and-tags", ann, "AssumeRole", full},
		{"GetSessionToken", ann, "GetSessionToken", nil},
		{"GetFederationToken", ann, "GetFederationToken", []string{"Name", "guest"}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			r, body := s.request(bb.c, "sts", "2011-06-15", bb.action, bb.params...)
			reader := bytes.NewReader(nil)
			w := &nowhere{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				reader.Reset([]byte(body))
				r.Body = readCloser{reader}
				s.handler.ServeHTTP(w, r)
			}
			if w.status != http.StatusOK {
				b.Fatalf("status %d", w.status)
			}
		})
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }
