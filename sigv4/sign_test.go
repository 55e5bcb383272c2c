package sigv4_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/sigv4"
)

var testCredentials = sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret, SessionToken: "to/k+en="}

// TestSignPublished: we sign as the documentation's example is signed.
func TestSignPublished(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), "GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sigv4.Sign(r, sha256.Sum256(nil), sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, "us-east-1", "iam", testNow)
	want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, " +
		"Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
	if got := r.Header.Get("Authorization"); got != want {
		t.Errorf("Authorization = %s, want %s", got, want)
	}
}

// TestSignAgain: a retry leaves nothing of the attempt before.
func TestSignAgain(t *testing.T) {
	r := &http.Request{URL: &url.URL{Scheme: "https", Host: "sts.amazonaws.com", Path: "/"}} // no Header, no Method, no Host
	sigv4.Sign(r, sha256.Sum256(nil), testCredentials, "us-east-1", "sts", testNow)
	first := r.Header.Get("Authorization")
	if err := verify(r, sha256.Sum256(nil)); err != nil {
		t.Fatal(err)
	}
	sigv4.Sign(r, sha256.Sum256(nil), sigv4.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}, "us-east-1", "sts", testNow.Add(time.Second))
	if err := verify(r, sha256.Sum256(nil)); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Header.Values("Authorization")); n != 1 || r.Header.Get("Authorization") == first {
		t.Errorf("%d Authorization headers, the first: %s", n, r.Header.Get("Authorization"))
	}
	if got := r.Header.Get("X-Amz-Date"); got != "20150830T123601Z" {
		t.Errorf("X-Amz-Date = %s", got)
	}
	if got := r.Header.Values("X-Amz-Security-Token"); len(got) != 0 {
		t.Errorf("X-Amz-Security-Token = %q after signing without a token", got)
	}
}

// TestSignsWhatArrives: headers that proxies change are not signed.
func TestSignsWhatArrives(t *testing.T) {
	r := newRequest(t, "POST", "/", "sts.amazonaws.com", "a=b",
		"Content-Type: text/plain", "User-Agent: x", "Via: x", "X-Forwarded-For: x", "Proxy-Authorization: x", "Connection: close", "X-Note: a")
	r.Header["x-raw"] = []string{"b"}
	r.Header["X-None"] = nil
	sigv4.Sign(r, sha256.Sum256([]byte("a=b")), testCredentials, "us-east-1", "sts", testNow)
	s, err := sigv4.Parse(r)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(s.SignedHeaders, ";"), "content-type;host;x-amz-date;x-amz-security-token;x-note"; got != want {
		t.Errorf("signed headers = %s, want %s", got, want)
	}
	if err := verify(r, sha256.Sum256([]byte("a=b"))); err != nil {
		t.Error(err)
	}
}

func TestPresign(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), "GET", "https://sts.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Date=old&Version=2011-06-15&X-Amz-Signature=old&X-Amz-Expires=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-K8s-Aws-Id", "cluster")
	before := fmt.Sprint(r.URL, r.Header)
	got := sigv4.Presign(r, testCredentials, "us-east-1", "sts", testNow, time.Minute, sha256.Sum256(nil))
	if after := fmt.Sprint(r.URL, r.Header); after != before {
		t.Errorf("Presign changed its request: %s, was %s", after, before)
	}
	rest, sig, _ := strings.Cut(got, "&X-Amz-Signature=")
	want := "https://sts.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256" +
		"&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=60" +
		"&X-Amz-Security-Token=to%2Fk%2Ben%3D&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"
	if rest != want || len(sig) != 64 {
		t.Errorf("Presign = %s, want %s and a signature", got, want)
	}
	sent := newRequest(t, "GET", strings.TrimPrefix(got, "https://sts.amazonaws.com"), "sts.amazonaws.com", "", "X-K8s-Aws-Id: cluster")
	if err := verify(sent, sha256.Sum256(nil)); err != nil {
		t.Error(err)
	}
	if got := sigv4.Presign(r, testCredentials, "us-east-1", "sts", testNow, 0, sha256.Sum256(nil)); strings.Contains(got, "Expires") {
		t.Errorf("Presign without a lifetime = %s", got)
	}
}

// TestSecretsDoNotPrint: neither by verb nor in a log nor as JSON.
func TestSecretsDoNotPrint(t *testing.T) {
	key := sigv4.DeriveKey(secret, "20150830", "us-east-1", "sts")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", testCredentials, "k", key)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "c", testCredentials, "k", key, "s", struct{ C any }{testCredentials})
	text, err := json.Marshal([]any{testCredentials, key})
	if err != nil {
		t.Fatal(err)
	}
	out := log.String() + string(text) + testCredentials.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
		out += fmt.Sprintf(verb+verb, testCredentials, key)
	}
	for _, leak := range []string{secret, fmt.Sprintf("%x", secret), testCredentials.SessionToken, fmt.Sprintf("%x", [32]byte(key)), fmt.Sprint([32]byte(key))} {
		if strings.Contains(out, leak) {
			t.Errorf("%q is printed in %s", leak, out)
		}
	}
}
