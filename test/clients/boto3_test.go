package clients

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestBoto3 runs the cases of testdata/boto, each a subtest.
func TestBoto3(t *testing.T) {
	t.Parallel()
	p := python()
	if p.err != nil {
		absent(t, "Python with boto3", p.err)
	}
	s := start(t)
	env := append(s.clean(asRoot()...), "DAYPASS="+s.binary, "DAYPASS_DIR="+s.dir, "PYTHONDONTWRITEBYTECODE=1")
	env = append(env, samlForBoto(t)...)
	out, errs, code := run(t, 5*time.Minute, "testdata/boto", env, p.path, "main.py")
	if code != 0 || errs != "" {
		t.Errorf("the cases end with exit code %d\n%s", code, errs)
	}
	results := regexp.MustCompile(`(?m)^(ok|FAIL) (\w+)`).FindAllStringSubmatchIndex(out, -1)
	if len(results) == 0 {
		t.Fatalf("no case ran\n%s", out)
	}
	for i, at := range results {
		end := len(out)
		if i+1 < len(results) {
			end = results[i+1][0]
		}
		t.Run(out[at[4]:at[5]], func(t *testing.T) {
			if out[at[2]:at[3]] != "ok" {
				t.Error(strings.TrimSpace(out[at[5]:end]))
			}
		})
	}
	looked := regexp.MustCompile(`(?m)^looked at (no|[1-9]\d*) operation.*$`).FindString(out)
	if looked == "" {
		t.Error("the answers were not compared with the service model, or the cases did not reach their end")
	}
	t.Log(looked)
}
