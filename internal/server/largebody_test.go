package server

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/saml/samltest"
	"github.com/daypass/daypass/sigv4"
)

// longMetadata is a metadata document of n characters.
func longMetadata(n int) string {
	short := samltest.New("https://idp.example.com/saml").Metadata()
	at := strings.Index(short, "<IDPSSODescriptor")
	const open, shut = "<Extensions>", "</Extensions>"
	return short[:at] + open + strings.Repeat("x", n-len(short)-len(open+shut)) + shut + short[at:]
}

func iamForm(action string, params ...string) string {
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i+1 < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	return form.Encode()
}

// iam is a request to IAM, or to another service.
func (g *guarded) iam(as sigv4.Credentials, service, body string) *http.Request {
	r := g.request(as, body)
	sigv4.Sign(r, sha256.Sum256([]byte(body)), as, "us-east-1", service, time.Now())
	return r
}

func (g *guarded) do(r *http.Request) (status int, body string) {
	g.t.Helper()
	response, err := g.web.Client().Do(r)
	if err != nil {
		g.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestACallersMetadataMayBeLarge(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100}, false)
	create := func(name string, n int) *http.Request {
		return g.iam(root, "iam", iamForm("CreateSAMLProvider", "Name", name, "SAMLMetadataDocument", longMetadata(n)))
	}
	chunked := create("chunked", 5_000_000)
	chunked.ContentLength = -1
	late := g.iam(root, "iam", "SAMLMetadataDocument="+url.QueryEscape(longMetadata(1_000_000))+"&Name=late&Action=CreateSAMLProvider&Version=2010-05-08")
	for _, tt := range []struct {
		name string
		r    *http.Request
		want int
	}{
		{"5 MB", create("five", 5_000_000), 200},
		{"in chunks", chunked, 200},
		{"with the action at the end", late, 200},
		{"all that the API takes", create("ten", 10_000_000), 200},
		{"a character more", create("more", 10_000_001), 400},
		{"an update", g.iam(root, "iam", iamForm("UpdateSAMLProvider", "SAMLProviderArn", "arn:aws:iam::123456789012:saml-provider/five", "SAMLMetadataDocument", longMetadata(6_000_000))), 200},
	} {
		if got, text := g.do(tt.r); got != tt.want {
			t.Errorf("%s: status %d, want %d: %.300s", tt.name, got, tt.want, text)
		}
	}
	status, text := g.do(g.iam(root, "iam", iamForm("GetSAMLProvider", "SAMLProviderArn", "arn:aws:iam::123456789012:saml-provider/five")))
	if status != 200 || len(text) < 6_000_000 {
		t.Errorf("GetSAMLProvider: status %d, %d bytes", status, len(text))
	}
	eventually(t, "memory is given back", func() bool { return g.gate.large.inUse() == 0 && g.gate.bodies.inUse() == 0 })
}

// TestNobodyElseMaySendLargeBodies sends heads alone where the answer must not
// wait for the body.
func TestNobodyElseMaySendLargeBodies(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100}, false)
	metadata := longMetadata(2_000_000)
	body := iamForm("CreateSAMLProvider", "Name", "x", "SAMLMetadataDocument", metadata)
	unknown := sigv4.Credentials{AccessKeyID: "AKIARZPUZDIKAAAAAAAA", SecretAccessKey: root.SecretAccessKey}
	session := sigv4.Credentials{AccessKeyID: "ASIARZPUZDIKAAAAAAAA", SecretAccessKey: root.SecretAccessKey, SessionToken: "forged"}
	head := func(r *http.Request) string {
		var b strings.Builder
		_ = r.Header.Write(&b)
		return b.String()
	}
	old := g.request(root, body)
	sigv4.Sign(old, sha256.Sum256([]byte(body)), root, "us-east-1", "iam", time.Now().Add(-time.Hour))
	for name, headers := range map[string]string{
		"nobody":              "Content-Type: application/x-www-form-urlencoded\r\n",
		"an unknown key":      head(g.iam(unknown, "iam", body)),
		"a forged session":    head(g.iam(session, "iam", body)),
		"another service":     head(g.iam(root, "sts", body)),
		"a service not there": head(g.iam(root, "s3", body)),
		"an hour late":        head(old),
	} {
		l := g.dial()
		_, _ = fmt.Fprintf(l.c, "POST / HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n", g.addr, headers, len(body))
		if got := l.status(); got != 413 {
			t.Errorf("%s: status %d before the body, want 413", name, got)
		}
		l = g.dial() // whose length is not known before
		_, _ = fmt.Fprintf(l.c, "POST / HTTP/1.1\r\nHost: %s\r\n%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s", g.addr, headers, len(body), body[:MaxBody+1])
		if got := l.status(); got != 413 {
			t.Errorf("%s, in chunks: status %d after 512 KiB, want 413", name, got)
		}
	}
	l := g.dial()
	_, _ = fmt.Fprintf(l.c, "POST / HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n", g.addr, head(g.iam(root, "iam", body)), LargestBody+1)
	if got := l.status(); got != 413 {
		t.Errorf("more than the largest: status %d before the body, want 413", got)
	}
	for _, tt := range []struct {
		name string
		r    *http.Request
		want int
	}{
		{"whoever has the key's id alone", g.iam(wrongRoot, "iam", body), 403},
		{"another action", g.iam(root, "iam", iamForm("CreateUser", "UserName", "x", "SAMLMetadataDocument", metadata)), 413},
		{"another parameter", g.iam(root, "iam", iamForm("CreateSAMLProvider", "Name", "x", "XSAMLMetadataDocument", metadata)), 413},
	} {
		if got := g.dial().send(tt.r); got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
	}
	eventually(t, "memory is given back", func() bool { return g.gate.large.inUse() == 0 && g.gate.bodies.inUse() == 0 })
}

func TestMemoryOfLargeBodiesIsBounded(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100}, false)
	g.gate.large.init(3<<20, 100*time.Millisecond, time.Minute)
	body := iamForm("CreateSAMLProvider", "Name", "x", "SAMLMetadataDocument", longMetadata(2_000_000))
	var b strings.Builder
	_ = g.iam(root, "iam", body).Header.Write(&b)
	first := g.dial()
	_, _ = fmt.Fprintf(first.c, "POST / HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n%s", g.addr, b.String(), len(body), body[:1<<20])
	eventually(t, "the first holds memory", func() bool { return g.gate.large.inUse() > 0 })
	if got := g.dial().send(g.iam(root, "iam", body)); got != 503 {
		t.Errorf("a second one: status %d, want 503", got)
	}
	if got := g.dial().send(g.request(root, gci)); got != 200 {
		t.Errorf("a usual request beside it: status %d, want 200", got)
	}
	_, _ = io.WriteString(first.c, body[1<<20:])
	if got := first.status(); got != 200 {
		t.Errorf("the first, when it goes on: status %d, want 200", got)
	}
	if got := g.dial().send(g.iam(root, "iam", strings.Replace(body, "Name=x", "Name=y", 1))); got != 200 {
		t.Errorf("one after that: status %d, want 200", got)
	}
	if g.gate.large.size != 3<<20 || NewGate(GateConfig{}).large.size > 64<<20 {
		t.Error("there is more memory for large bodies than is meant to be")
	}
}
