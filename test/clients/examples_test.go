package clients

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// examples is where they are.
const examples = "../../examples"

// exampleRole makes a role that the examples may assume, and a user who may.
func exampleRole(s *service) (settings []string) {
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}}`
	const allow = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`
	s.call("CreateUser", "UserName", "dev")
	s.call("PutUserPolicy", "UserName", "dev", "PolicyName", "assume", "PolicyDocument", allow)
	key := s.call("CreateAccessKey", "UserName", "dev")
	role := s.call("CreateRole", "RoleName", "example", "AssumeRolePolicyDocument", trust)("Arn")
	return []string{"AWS_ACCESS_KEY_ID=" + key("AccessKeyId"), "AWS_SECRET_ACCESS_KEY=" + key("SecretAccessKey"), "ROLE_ARN=" + role}
}

// built builds a Go example and returns its path.
func built(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "example")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", path, ".")
	cmd.Dir = filepath.Join(examples, name)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the example %s: %v\n%s", name, err, out)
	}
	return path
}

func TestExamplesAssumeARole(t *testing.T) {
	t.Parallel()
	s := start(t)
	settings := exampleRole(s)
	try := func(t *testing.T, name, program string, args ...string) {
		t.Helper()
		out, errs, code := run(t, time.Minute, ".", s.clean(settings...), program, args...)
		if want := "arn:aws:sts::123456789012:assumed-role/example/example-" + name; code != 0 || strings.TrimSpace(out) != want {
			t.Errorf("it prints %q, exit code %d, want %q\n%s", out, code, want, errs)
		}
	}
	t.Run("go", func(t *testing.T) { try(t, "go", built(t, "go")) })
	t.Run("aws-sdk-go-v2", func(t *testing.T) {
		if testing.Short() {
			t.Skip("its modules are slow to build")
		}
		try(t, "aws-sdk-go-v2", built(t, "aws-sdk-go-v2"))
	})
	t.Run("boto3", func(t *testing.T) {
		p := python()
		if p.err != nil {
			absent(t, "boto3", p.err)
		}
		try(t, "boto3", p.path, filepath.Join(examples, "boto3/assume_role.py"))
	})
}

func TestExampleIdentityProof(t *testing.T) {
	t.Parallel()
	s := start(t)
	program := built(t, "identity-proof")
	settings := exampleRole(s)
	proof, errs, code := run(t, time.Minute, ".", s.clean(settings...), program, "prove", "billing")
	if code != 0 {
		t.Fatalf("prove: %s", errs)
	}
	check := func(proof, service string, env []string) (string, int) {
		cmd := exec.CommandContext(t.Context(), program, "check", service)
		cmd.Env, cmd.Stdin = env, strings.NewReader(proof)
		out, _ := cmd.CombinedOutput()
		return strings.TrimSpace(string(out)), cmd.ProcessState.ExitCode()
	}
	if out, code := check(proof, "billing", s.clean()); code != 0 || out != "arn:aws:iam::123456789012:user/dev" {
		t.Errorf("check: %d %s", code, out)
	}
	if out, code := check(proof, "shipping", s.clean()); code == 0 || !strings.Contains(out, "the proof is refused") {
		t.Errorf("a proof for another service: %d %s", code, out)
	}
	elsewhere := append(s.clean(), "AWS_ENDPOINT_URL=http://127.0.0.1:1")
	if out, code := check(proof, "billing", elsewhere); code == 0 || !strings.Contains(out, "of another service than ours") {
		t.Errorf("a proof of another STS: %d %s", code, out)
	}
}

func TestExamplePodAndJob(t *testing.T) {
	t.Parallel()
	p := python()
	if p.err != nil {
		absent(t, "boto3", p.err)
	}
	aws, err := exec.LookPath("aws")
	if err != nil {
		absent(t, "AWS CLI", err)
	}
	w := startWorkload(t)
	out, errs, code := run(t, time.Minute, ".", w.clean(w.asWorkload()...), p.path, filepath.Join(examples, "pod/whoami.py"))
	if want := "arn:aws:sts::123456789012:assumed-role/web/pod-1"; code != 0 || strings.TrimSpace(out) != want {
		t.Errorf("the pod is %q, want %q\n%s", out, want, errs)
	}

	runner := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer runner-token" || r.URL.Query().Get("audience") != "sts.amazonaws.com" {
			answer.WriteHeader(http.StatusForbidden)
			return
		}
		_ = json.NewEncoder(answer).Encode(map[string]string{"value": w.token("system:serviceaccount:prod:web")})
	}))
	defer runner.Close()
	script, err := filepath.Abs(filepath.Join(examples, "ci-job/deploy.sh"))
	if err != nil {
		t.Fatal(err)
	}
	out, errs, code = run(t, time.Minute, filepath.Dir(aws), w.clean(
		"ACTIONS_ID_TOKEN_REQUEST_URL="+runner.URL+"/?v=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=runner-token", "ROLE_ARN="+w.role, "GITHUB_RUN_ID=42",
	), script)
	if want := "arn:aws:sts::123456789012:assumed-role/web/job-42"; code != 0 || strings.TrimSpace(out) != want {
		t.Errorf("the job is %q, want %q\n%s", out, want, errs)
	}
}
