package interop

import (
	"os"
	"strings"
	"testing"
)

// TestDocs holds the example in docs/daypasstest.md to the test that it shows.
func TestDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/daypasstest.md")
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("deploy_test.go")
	if err != nil {
		t.Fatal(err)
	}
	want := "```go\n" + strings.Replace(string(code), "package interop\n", "package yours\n", 1) + "```\n"
	if !strings.Contains(string(doc), want) {
		t.Error("the example in docs/daypasstest.md is not deploy_test.go with package yours")
	}
}
