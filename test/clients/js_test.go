package clients

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestJavaScript runs testdata/js/story.mjs with the AWS SDK for JavaScript,
// which npm fetches into a temporary directory.
func TestJavaScript(t *testing.T) {
	if testing.Short() {
		t.Skip("npm is slow")
	}
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skipf("no Node.js here: %v", err)
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skipf("no npm here: %v", err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/js")); err != nil {
		t.Fatal(err)
	}
	// npm keeps the settings of whoever runs the test: they say where its registry is.
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	install := exec.CommandContext(ctx, npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--loglevel=error")
	install.Dir = dir
	install.WaitDelay = time.Second
	if out, err := install.CombinedOutput(); err != nil {
		t.Skipf("npm cannot fetch the AWS SDK: %v\n%s", err, out)
	}
	s := start(t)
	out, errs, code := run(t, time.Minute, dir, s.clean(append(asRoot(), "NODE_NO_WARNINGS=1")...), node, "story.mjs")
	if code != 0 || strings.Count(out, "ok ") < 7 {
		t.Errorf("the story ends with exit code %d\n%s%s", code, out, errs)
	}
	t.Log(strings.TrimSpace(out))

	if err := os.CopyFS(filepath.Join(dir, "example"), os.DirFS(filepath.Join(examples, "javascript"))); err != nil {
		t.Fatal(err)
	}
	out, errs, code = run(t, time.Minute, dir, s.clean(append(exampleRole(s), "NODE_NO_WARNINGS=1")...), node, "example/assume-role.mjs")
	if want := "arn:aws:sts::123456789012:assumed-role/example/example-javascript"; code != 0 || strings.TrimSpace(out) != want {
		t.Errorf("the example prints %q, exit code %d, want %q\n%s", out, code, want, errs)
	}
}
