package clients

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestReadme types what the README says under Start into a shell. The service
// makes its own root credentials there; what a reader does by hand between the
// commands is to keep ann's key under a profile.
func TestReadme(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skipf("no bash here: %v", err)
	}
	aws, err := awsPath()
	if err != nil {
		absent(t, "AWS CLI", err)
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "\n    export AWS_ENDPOINT_URL=")
	block, _, _ = strings.Cut("    export AWS_ENDPOINT_URL="+block, "\n## ")
	before, after, ok := strings.Cut(block, "    AWS_PROFILE=ann ")
	if !ok {
		t.Fatal("the README's start has no command of ann's any more")
	}

	s := startWith(t)
	number := regexp.MustCompile(`\baccount=(\d{12})\b`).FindStringSubmatch(s.log.String())
	if number == nil {
		t.Fatalf("the service does not tell its account\n%s", s.log)
	}
	here := strings.NewReplacer("http://127.0.0.1:7870", s.url, "~/.local/share/daypass/credentials", s.credentialsFile(), "<account>", number[1])
	shell := func(commands string) string {
		t.Helper()
		out, errs, code := run(t, time.Minute, t.TempDir(), s.clean("CLI="+aws), bash, "-e", "-c", `aws() { "$CLI" "$@"; }`+"\n"+here.Replace(commands))
		if code != 0 || errs != "" {
			t.Fatalf("exit code %d\n%s\n%s%s", code, here.Replace(commands), out, errs)
		}
		return out
	}

	type accessKey struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
	}
	var key accessKey
	printed := json.NewDecoder(strings.NewReader(shell(before)))
	for printed.More() {
		var answer struct{ AccessKey accessKey }
		if err := printed.Decode(&answer); err != nil {
			t.Fatal(err)
		}
		if answer.AccessKey.AccessKeyID != "" {
			key = answer.AccessKey
		}
	}
	f, err := os.OpenFile(s.credentialsFile(), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("\n[ann]\naws_access_key_id = " + key.AccessKeyID + "\naws_secret_access_key = " + key.SecretAccessKey + "\nregion = us-east-1\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	exports := regexp.MustCompile(`(?m)^    export .*\n`).FindAllString(before, -1)
	out := shell(strings.Join(exports, "") + "    AWS_PROFILE=ann " + after)
	if !strings.Contains(out, `:assumed-role/reader/demo"`) || !strings.Contains(out, `"SessionToken"`) {
		t.Errorf("ann's command prints\n%s", out)
	}
}
