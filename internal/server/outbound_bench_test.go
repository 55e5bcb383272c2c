package server_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/sigv4"
)

// BenchmarkGetWebIdentityToken gets a token for another party, from the signed
// request to the rendered answer. Beside each it makes one bare signature of the
// same algorithm, and reports the ratio of the two.
func BenchmarkGetWebIdentityToken(b *testing.B) {
	in, err := installation.Open(context.Background(), installation.Config{Dir: b.TempDir(), Region: "us-east-1", Serving: true, Ephemeral: true})
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	root := installation.Root{Account: "123456789012", AccessKeyID: "AKIARZPUZDIKROOTROOT", Secret: secret.New("a/secret/of/forty/characters/000000000000")}
	if _, err := in.EnsureFirstAccount(context.Background(), root); err != nil {
		b.Fatal(err)
	}
	in.Outbound.SetURL("https://daypass.example")
	s := &bench{
		handler: server.New(server.Config{
			Pipeline: in.Pipeline, Services: in.Services, Region: "us-east-1", Now: time.Now, Log: slog.New(slog.DiscardHandler),
		}),
		root: sigv4.Credentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.Secret.Reveal()},
	}
	s.call(b, s.root, "iam", "EnableOutboundWebIdentityFederation")
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	text := make([]byte, 512)
	for algorithm, bare := range map[string]func() error{
		"RS256": func() error {
			sum := sha256.Sum256(text)
			_, err := rsa.SignPKCS1v15(nil, rsaKey, crypto.SHA256, sum[:])
			return err
		},
		"ES384": func() error {
			sum := sha512.Sum384(text)
			_, err := ecdsa.SignASN1(rand.Reader, ecKey, sum[:])
			return err
		},
	} {
		b.Run(algorithm, func(b *testing.B) {
			get := func() {
				r, _ := s.request(s.root, "sts", "2011-06-15", "GetWebIdentityToken", "Audience.member.1", "https://api.example", "SigningAlgorithm", algorithm)
				answer := httptest.NewRecorder()
				if s.handler.ServeHTTP(answer, r); answer.Code != http.StatusOK {
					b.Fatal(answer.Body)
				}
			}
			get() // the keys are made
			var floor, whole time.Duration
			for b.Loop() { // by turns: both have the same machine
				start := time.Now()
				if err := bare(); err != nil {
					b.Fatal(err)
				}
				middle := time.Now()
				get()
				floor += middle.Sub(start)
				whole += time.Since(middle)
			}
			b.ReportMetric(float64(floor.Nanoseconds())/float64(b.N), "crypto-ns/op")
			b.ReportMetric(float64(whole)/float64(floor), "ratio")
		})
	}
}
