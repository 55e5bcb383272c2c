// Package pyref asks the installed AWS CLI's own Python modules what they make
// of something. It is for tests.
package pyref

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
)

// Ask runs a Python script that reads JSON from its standard input and writes JSON
// to its standard output, and decodes the answer into out. The test is skipped
// where the modules are not installed, or fails there when DAYPASS_REQUIRE_CLIENTS
// is set.
func Ask(t testing.TB, script string, in, out any) {
	t.Helper()
	if text, err := exec.CommandContext(t.Context(), "python3", "-c", "import awscli, jmespath, botocore").CombinedOutput(); err != nil {
		if os.Getenv("DAYPASS_REQUIRE_CLIENTS") != "" {
			t.Fatalf("the AWS CLI's modules are not there: %v\n%s", err, text)
		}
		t.Skipf("the AWS CLI's modules are not there: %v", err)
	}
	question, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "-W", "ignore", "-c", script)
	cmd.Env = append(os.Environ(), "PYTHONIOENCODING=utf-8")
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(question), &stderr
	answer, err := cmd.Output()
	if err != nil {
		t.Fatalf("python3: %v\n%s", err, &stderr)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatalf("python3 answered %.200s: %v", answer, err)
	}
}
