package clients

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// terraform is Terraform in a working directory.
type terraform struct {
	t    *testing.T
	path string
	dir  string
	env  []string
}

// newTerraform prepares a working directory with the AWS provider, or skips.
func newTerraform(t *testing.T, s *service) *terraform {
	t.Helper()
	path, err := exec.LookPath("terraform")
	if err != nil {
		t.Skipf("no Terraform here: %v", err)
	}
	tf := &terraform{t: t, path: path, dir: t.TempDir(), env: s.clean("CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0")}
	if err := os.CopyFS(tf.dir, os.DirFS("testdata/terraform")); err != nil {
		t.Fatal(err)
	}
	if provider := unpackedProvider(); provider != "" {
		// Used as it lies there: init would read its half gigabyte for a checksum.
		config := filepath.Join(tf.dir, "terraform.rc")
		text := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"hashicorp/aws\" = %q\n  }\n  direct {}\n}\n", provider)
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		tf.env = append(tf.env, "TF_CLI_CONFIG_FILE="+config)
		return tf
	}
	for _, name := range []string{"TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR"} {
		if v := os.Getenv(name); v != "" {
			if _, err := os.Stat(v); err == nil {
				tf.env = append(tf.env, name+"="+v)
			}
		}
	}
	if _, errs, code := run(t, 2*time.Minute, tf.dir, tf.env, path, "init", "-no-color"); code != 0 {
		t.Skipf("terraform init finds no AWS provider 5.x (DAYPASS_TERRAFORM_PLUGINS may name a mirror directory):\n%s", errs)
	}
	return tf
}

// unpackedProvider finds the directory of an unpacked AWS provider: in the
// filesystem mirror that DAYPASS_TERRAFORM_PLUGINS names, or in one where
// machines keep such things. "" leaves it to Terraform's own configuration.
func unpackedProvider() string {
	home, _ := os.UserHomeDir()
	roots := []string{
		os.Getenv("DAYPASS_TERRAFORM_PLUGINS"),
		filepath.Join(home, ".terraform.d", "plugins"), filepath.Join(home, ".local", "share", "terraform", "plugins"),
		"/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins", "/opt/*",
	}
	for _, root := range roots {
		if root == "" {
			continue
		}
		found, _ := filepath.Glob(filepath.Join(root, "registry.terraform.io/hashicorp/aws/5.*", runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-aws_*"))
		if len(found) > 0 {
			return filepath.Dir(found[0])
		}
	}
	return ""
}

// run runs a command and wants an exit code.
func (tf *terraform) run(want int, args ...string) (stdout string) {
	tf.t.Helper()
	started := time.Now()
	out, errs, code := run(tf.t, 3*time.Minute, tf.dir, tf.env, tf.path, append(args, "-no-color")...)
	if code != want {
		tf.t.Fatalf("terraform %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out, errs)
	}
	tf.t.Logf("terraform %s: %v", args[0], time.Since(started).Round(time.Millisecond))
	return out
}

// outputs returns the values of the configuration's outputs.
func (tf *terraform) outputs() map[string]any {
	tf.t.Helper()
	var all map[string]struct{ Value any }
	if err := json.Unmarshal([]byte(tf.run(0, "output", "-json")), &all); err != nil {
		tf.t.Fatal(err)
	}
	values := map[string]any{}
	for name, o := range all {
		values[name] = o.Value
	}
	return values
}

// vars sets the variables of the configuration.
func (tf *terraform) vars(values map[string]any) {
	tf.t.Helper()
	text, err := json.Marshal(values)
	if err == nil {
		err = os.WriteFile(filepath.Join(tf.dir, "terraform.tfvars.json"), text, 0o600)
	}
	if err != nil {
		tf.t.Fatal(err)
	}
}

// TestTerraform takes a configuration with the nouns of IAM through its life:
// applied, unchanged, changed, unchanged, destroyed. The provider acts as a role
// that a user assumes.
func TestTerraform(t *testing.T) {
	if testing.Short() {
		t.Skip("Terraform is slow")
	}
	t.Parallel()
	s := start(t)
	tf := newTerraform(t, s)

	const everything = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	s.call("CreateUser", "UserName", "maker")
	key := s.call("CreateAccessKey", "UserName", "maker")
	s.call("CreateRole", "RoleName", "builder", "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/maker"},`+
			`"Action":["sts:AssumeRole","sts:TagSession"],"Condition":{"StringEquals":{"sts:ExternalId":"tf-1"}}}}`)
	s.call("PutRolePolicy", "RoleName", "builder", "PolicyName", "everything", "PolicyDocument", everything)
	tf.env = append(tf.env, "AWS_ACCESS_KEY_ID="+key("AccessKeyId"), "AWS_SECRET_ACCESS_KEY="+key("SecretAccessKey"))

	tf.vars(map[string]any{"team": "red", "max_session_duration": 3600, "builder_role": "arn:aws:iam::123456789012:role/builder"})
	tf.run(0, "apply", "-auto-approve")
	tf.run(0, "plan", "-detailed-exitcode")
	before := tf.outputs()
	if got, want := before["me"], "arn:aws:sts::123456789012:assumed-role/builder/terraform"; got != want {
		t.Errorf("the provider acts as %v, want %v", got, want)
	}

	tf.vars(map[string]any{"team": "blue", "max_session_duration": 7200, "builder_role": "arn:aws:iam::123456789012:role/builder"})
	tf.run(0, "apply", "-auto-approve")
	tf.run(0, "plan", "-detailed-exitcode")
	after := tf.outputs()
	if after["max_session_duration"] != 7200.0 || after["role_id"] != before["role_id"] || after["key_id"] != before["key_id"] || after["secret"] != before["secret"] {
		t.Errorf("outputs after the change = %v, before %v: want the same role and key with another duration", after["max_session_duration"], before["max_session_duration"])
	}

	// The provider tells of a refusal in the service's words.
	s.call("PutRolePolicy", "RoleName", "builder", "PolicyName", "frozen", "PolicyDocument",
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:UpdateRole","Resource":"*"}}`)
	tf.vars(map[string]any{"team": "blue", "max_session_duration": 3600, "builder_role": "arn:aws:iam::123456789012:role/builder"})
	started := time.Now()
	_, errs, code := run(t, 3*time.Minute, tf.dir, tf.env, tf.path, "apply", "-auto-approve", "-no-color", "-target=aws_iam_role.deployer")
	t.Logf("terraform apply, refused: %v", time.Since(started).Round(time.Millisecond))
	const refusal = "User: arn:aws:sts::123456789012:assumed-role/builder/terraform is not authorized to perform: iam:UpdateRole on resource: role tf-deployer with an explicit deny in an identity-based policy"
	if words := strings.Join(strings.Fields(strings.ReplaceAll(errs, "│", " ")), " "); code != 1 || !strings.Contains(words, refusal) {
		t.Errorf("a refused change: exit code %d, want 1\n%s\nwant in it\n%s", code, errs, refusal)
	}

	tf.run(0, "destroy", "-auto-approve")
	if left := s.call("ListUsers")("UserName"); left != "maker" {
		t.Errorf("after destroy there is still user %s", left)
	}
}
