package server_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/oidc"
	"github.com/daypass/daypass/internal/oidctest"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/sigv4"
)

// BenchmarkWebIdentity exchanges a token for a session, from the request to the
// rendered answer, with the keys of the issuer at hand. Beside each exchange it
// does the cryptography that there must be, one RSA-2048 verification and the
// sealing of a token of the same length, and reports the ratio of the two.
func BenchmarkWebIdentity(b *testing.B) {
	issuer := oidctest.New("https://idp.example")
	in, err := installation.Open(context.Background(), installation.Config{
		Dir: b.TempDir(), Region: "us-east-1", Serving: true, Ephemeral: true,
		FetchOIDC: func(_ context.Context, r oidc.Request) (*oidc.Document, error) {
			answer := httptest.NewRecorder()
			issuer.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, r.URL, nil))
			return &oidc.Document{Body: answer.Body.Bytes()}, nil
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	root := installation.Root{Account: "123456789012", AccessKeyID: "AKIARZPUZDIKROOTROOT", Secret: secret.New("a/secret/of/forty/characters/000000000000")}
	if _, err := in.EnsureFirstAccount(context.Background(), root); err != nil {
		b.Fatal(err)
	}
	s := &bench{
		handler: server.New(server.Config{
			Pipeline: in.Pipeline, Services: in.Services, Region: "us-east-1", Now: time.Now, Log: slog.New(slog.DiscardHandler),
		}),
		root: sigv4.Credentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.Secret.Reveal()},
	}
	for _, params := range [][]string{
		{"CreateOpenIDConnectProvider", "Url", issuer.URL, "ClientIDList.member.1", "sts.amazonaws.com"},
		{"CreateRole", "RoleName", "web", "AssumeRolePolicyDocument", `{"Version":"2012-10-17","Statement":{"Effect":"Allow",
			"Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/idp.example"},"Action":"sts:AssumeRoleWithWebIdentity",
			"Condition":{"StringEquals":{"idp.example:aud":"sts.amazonaws.com"},"StringLike":{"idp.example:sub":"repo:corp/app:*"}}}}`},
	} {
		r, _ := s.request(s.root, "iam", "2010-05-08", params[0], params[1:]...)
		answer := httptest.NewRecorder()
		if s.handler.ServeHTTP(answer, r); answer.Code != http.StatusOK {
			b.Fatal(answer.Body)
		}
	}
	token := issuer.Token(time.Now(), map[string]any{"sub": "repo:corp/app:ref:refs/heads/main", "repository": "corp/app", "exp": time.Now().Add(6 * time.Hour).Unix()})
	body := url.Values{
		"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {"arn:aws:iam::123456789012:role/web"},
		"RoleSessionName": {"build-7"}, "WebIdentityToken": {token},
	}.Encode()
	length := 0 // of the session token
	exchange := func() {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:7870/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		answer := httptest.NewRecorder()
		if s.handler.ServeHTTP(answer, r); answer.Code != http.StatusOK {
			b.Fatal(answer.Body)
		}
		if length == 0 {
			_, text, _ := strings.Cut(answer.Body.String(), "<SessionToken>")
			length = strings.Index(text, "</")
		}
	}
	exchange() // fetches the keys

	signed := token[:strings.LastIndexByte(token, '.')]
	signature := issuer.Key.Signature(signed)
	public := issuer.Key.Private.Public().(*rsa.PublicKey)
	plain := make([]byte, length*3/4)
	bare := func() {
		sum := sha256.Sum256([]byte(signed))
		if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], signature); err != nil {
			b.Fatal(err)
		}
		in.Ring.Seal(plain, "session", "ASIAEXAMPLE", time.Now())
	}
	var floor, whole time.Duration
	for b.Loop() { // by turns: both have the same machine
		start := time.Now()
		bare()
		middle := time.Now()
		exchange()
		floor += middle.Sub(start)
		whole += time.Since(middle)
	}
	b.ReportMetric(float64(floor.Nanoseconds())/float64(b.N), "crypto-ns/op")
	b.ReportMetric(float64(whole.Nanoseconds())/float64(b.N), "exchange-ns/op")
	b.ReportMetric(float64(whole)/float64(floor), "ratio")
}
