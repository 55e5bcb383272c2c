package clients

import (
	"encoding/base32"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/totp"
)

// seedOf reads the seed out of an answer.
func seedOf(t *testing.T, answer func(string) string) []byte {
	t.Helper()
	text, _ := base64.StdEncoding.DecodeString(answer("Base32StringSeed"))
	seed, err := base32.StdEncoding.DecodeString(string(text))
	if err != nil || len(seed) != totp.SeedSize {
		t.Fatalf("seed %q: %v", text, err)
	}
	return seed
}

// TestMFAProfiles has the AWS CLI and boto3 assume a role whose trust policy wants
// MFA: the CLI asks for the code at a terminal, and boto3 opens a session by it.
func TestMFAProfiles(t *testing.T) {
	t.Parallel()
	p := python()
	if p.err != nil {
		absent(t, "Python with boto3", p.err)
	}
	cli, err := exec.LookPath("aws")
	if err != nil {
		absent(t, "AWS CLI", err)
	}
	s := start(t)
	s.call("CreateUser", "UserName", "dana")
	key := s.call("CreateAccessKey", "UserName", "dana")
	seed := seedOf(t, s.call("CreateVirtualMFADevice", "VirtualMFADeviceName", "dana"))
	const serial = "arn:aws:iam::123456789012:mfa/dana"
	now := totp.At(time.Now())
	s.call("EnableMFADevice", "UserName", "dana", "SerialNumber", serial, "AuthenticationCode1", totp.Code(seed, now-3), "AuthenticationCode2", totp.Code(seed, now-2))
	now = totp.At(time.Now())
	s.call("ResyncMFADevice", "UserName", "dana", "SerialNumber", serial, "AuthenticationCode1", totp.Code(seed, now-1), "AuthenticationCode2", totp.Code(seed, now))
	s.call("CreateRole", "RoleName", "guarded", "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/dana"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`)
	s.call("PutUserPolicy", "UserName", "dana", "PolicyName", "p", "PolicyDocument",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`)

	// The code of the next step is taken at once, the one after it a step later.
	config := filepath.Join(t.TempDir(), "config")
	text := "[profile base]\naws_access_key_id = " + key("AccessKeyId") + "\naws_secret_access_key = " + key("SecretAccessKey") +
		"\n[profile guarded]\nsource_profile = base\nrole_arn = arn:aws:iam::123456789012:role/guarded\nmfa_serial = " + serial + "\nrole_session_name = cli\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := s.clean("AWS_CONFIG_FILE="+config, "SERIAL="+serial, "CLI="+cli, "SEED="+base32.StdEncoding.EncodeToString(seed), "PYTHONDONTWRITEBYTECODE=1")
	out, errs, code := run(t, 4*time.Minute, "testdata/mfa", env, p.path, "main.py")
	if code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, out, errs)
	}
	for _, want := range []string{
		"asked: Enter MFA code for " + serial, "assumed-role/guarded/cli",
		"again: MultiFactorAuthentication failed with invalid MFA one time pass code. |",
		"without: AccessDenied", "with: dana",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the clients did not say %q:\n%s\n%s", want, out, errs)
		}
	}
}
