package cli_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/cli"
)

// writerFunc is a log.
type writerFunc func([]byte)

func (f writerFunc) Write(b []byte) (int, error) {
	f(b)
	return len(b), nil
}

func run(t *testing.T, stdin io.Reader, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = cli.Run(t.Context(), args, cli.Streams{In: stdin, Out: &o, Err: &e}, func(string) (string, bool) { return "", false })
	return o.String(), e.String(), code
}

// logOf writes lines of the service's log in both of its formats, the second as a
// journal shows it.
func logOf(t *testing.T, lines ...[]slog.Attr) (files []string) {
	t.Helper()
	dir := t.TempDir()
	var text, js bytes.Buffer
	for _, attrs := range lines {
		slog.New(slog.NewTextHandler(&text, nil)).LogAttrs(context.Background(), slog.LevelInfo, "request", attrs...)
		js.WriteString("Nov 22 11:20:01 host daypass[7]: ")
		slog.New(slog.NewJSONHandler(&js, nil)).LogAttrs(context.Background(), slog.LevelInfo, "request", attrs...)
	}
	for name, b := range map[string][]byte{"text.log": text.Bytes(), "json.log": js.Bytes()} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func TestExplainSaysWhy(t *testing.T) {
	base := func(id string, more ...slog.Attr) []slog.Attr {
		return append([]slog.Attr{
			slog.String("id", id), slog.Int("status", 403), slog.Duration("took", 1500*time.Microsecond),
			slog.String("from", "192.0.2.7"), slog.String("action", "sts:AssumeRole"),
		}, more...)
	}
	files := logOf(
		t,
		base("r-check", slog.String("code", "InvalidIdentityToken"), slog.String("message", "Incorrect token audience"),
			slog.String("check", "audience"), slog.String("saw", `"my app"`), slog.String("want", `"other = app"`)),
		base("r-deny", slog.String("caller", "arn:aws:iam::1:user/ann"), slog.String("key", "AKIA1"), slog.String("code", "AccessDenied"),
			slog.String("verdict", "explicitDeny"), slog.String("layer", "identity-based policy"), slog.String("policy", "P"), slog.Int("statement", 2)),
		base("r-none", slog.String("code", "AccessDenied"), slog.String("verdict", "implicitDeny"), slog.String("layer", "role trust policy")),
		base("r-cause", slog.String("code", "InternalFailure"), slog.String("cause", "disk \x1b[31mon fire\nnow")),
		base("r-plain", slog.String("code", "ValidationError"), slog.String("message", "1 validation error")),
		[]slog.Attr{slog.String("id", "r-good"), slog.Int("status", 200), slog.String("action", "sts:GetCallerIdentity")},
	)
	for id, want := range map[string][]string{
		"r-check": {"this check failed: audience", `seen +"my app"`, `expected +"other = app"`, "403 InvalidIdentityToken: Incorrect token audience", "nobody who is known", "from 192.0.2.7"},
		"r-deny":  {`statement 2 of P \(identity-based policy\) denies it`, "arn:aws:iam::1:user/ann, with AKIA1"},
		"r-none":  {"no role trust policy allows it"},
		"r-cause": {`because +disk  \[31mon fire now`},
		"r-plain": {"what the caller was told is all there is to it"},
		"r-good":  {"it was granted"},
	} {
		for _, file := range files {
			out, errs, code := run(t, nil, "explain", id, file)
			if code != 0 {
				t.Fatalf("%s: %d %s", id, code, errs)
			}
			for _, w := range want {
				if !regexp.MustCompile(w).MatchString(out) {
					t.Errorf("%s in %s: no %q in\n%s", id, filepath.Base(file), w, out)
				}
			}
			if strings.Contains(out, "\x1b") {
				t.Errorf("%s lets the log speak to the terminal", id)
			}
		}
	}
}

func TestExplainOfAnUnknownRequest(t *testing.T) {
	files := logOf(t, []slog.Attr{slog.String("id", "other"), slog.String("message", "about missing-id")})
	_, errs, code := run(t, nil, "explain", "missing-id", files[0])
	if code != 1 || !strings.Contains(errs, "request missing-id is not in "+files[0]) {
		t.Errorf("%d %s", code, errs)
	}
	if _, errs, code = run(t, nil, "explain"); code != 2 || !strings.Contains(errs, "which request?") {
		t.Errorf("%d %s", code, errs)
	}
	if _, _, code = run(t, nil, "explain", "x", filepath.Join(t.TempDir(), "none")); code != 1 {
		t.Errorf("a log that is not there: exit code %d", code)
	}
}

// What the service logs is what explain reads.
func TestExplainOfARefusalOfTheService(t *testing.T) {
	written := make(chan []byte, 1)
	s := daypasstest.New(t, daypasstest.WithLog(slog.New(slog.NewJSONHandler(writerFunc(func(b []byte) { written <- bytes.Clone(b) }), nil))))
	r, err := http.PostForm(s.URL, url.Values{"Action": {"GetCallerIdentity"}, "Version": {"2011-06-15"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	id := r.Header.Get("X-Amzn-Requestid")
	out, errs, code := run(t, bytes.NewReader(<-written), "explain", id) // the line comes after the answer
	if code != 0 || !strings.Contains(out, "sts:GetCallerIdentity") || !strings.Contains(out, "MissingAuthenticationToken") {
		t.Errorf("%d %s\n%s", code, errs, out)
	}
}
