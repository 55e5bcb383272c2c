package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man1")
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"daypass.1":                    "daypass-sts(1)",
		"daypass-serve.1":              "--data-dir",
		"daypass-sts.1":                "daypass-sts-get-caller-identity(1)",
		"daypass-sts-assume-role.1":    "--transitive-tag-keys",
		"daypass-sts-assume-root.1":    "--task-policy-arn",
		"daypass-completion-bash.1":    "completion",
		"daypass-credential-process.1": "credential_process",
	} {
		page, err := os.ReadFile(filepath.Join(dir, name))
		if text := strings.ReplaceAll(string(page), `\`, ""); err != nil || !strings.Contains(text, want) {
			t.Errorf("%s (%v) does not tell of %s:\n%s", name, err, want, text)
		}
	}
}
