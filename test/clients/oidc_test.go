package clients

import (
	"encoding/json"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/oidctest"
)

// workload is a service with an issuer on loopback, and a file with a token of
// it for a role.
type workload struct {
	*service
	issuer          *oidctest.Issuer
	role, tokenFile string
}

// startWorkload makes them; the issuer's authority is in the service's bundle.
func startWorkload(t *testing.T) *workload {
	t.Helper()
	w := &workload{issuer: oidctest.New("")}
	site := httptest.NewTLSServer(w.issuer)
	t.Cleanup(site.Close)
	w.issuer.URL = site.URL
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	w.write(t, bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw}))
	w.service = startWith(t, "DAYPASS_ACCOUNT_ID="+account, "DAYPASS_ROOT_ACCESS_KEY_ID="+rootKey, "DAYPASS_ROOT_SECRET_ACCESS_KEY="+rootSecret,
		"DAYPASS_OIDC_ALLOW_PRIVATE_ISSUERS=true", "DAYPASS_CA_BUNDLE="+bundle)
	provider := w.call("CreateOpenIDConnectProvider", "Url", w.issuer.URL, "ClientIDList.member.1", "sts.amazonaws.com")
	trust, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Federated": provider("OpenIDConnectProviderArn")}, "Action": "sts:AssumeRoleWithWebIdentity",
		"Condition": map[string]any{"StringEquals": map[string]any{strings.TrimPrefix(w.issuer.URL, "https://") + ":sub": "system:serviceaccount:prod:web"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.role = w.call("CreateRole", "RoleName", "web", "AssumeRolePolicyDocument", string(trust))("Arn")
	w.tokenFile = filepath.Join(t.TempDir(), "token")
	w.write(t, w.tokenFile, []byte(w.token("system:serviceaccount:prod:web")))
	return w
}

func (w *workload) write(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *workload) token(subject string) string {
	return w.issuer.Token(time.Now(), map[string]any{"sub": subject})
}

// asWorkload are the settings of a pod.
func (w *workload) asWorkload() []string {
	return []string{"AWS_ROLE_ARN=" + w.role, "AWS_WEB_IDENTITY_TOKEN_FILE=" + w.tokenFile, "AWS_ROLE_SESSION_NAME=pod-1"}
}

func TestAWSCLIWithWebIdentity(t *testing.T) {
	t.Parallel()
	w := startWorkload(t)
	root := newAWSCLI(t, w.service)
	cli := func(env []string, args ...string) (out, errs string, code int) {
		return run(t, time.Minute, root.dir, env, root.path, args...)
	}
	pod := func() []string { return w.clean(w.asWorkload()...) } // with a home of its own: the CLI keeps credentials there

	out, errs, code := cli(w.clean(), "sts", "assume-role-with-web-identity", "--role-arn", w.role, "--role-session-name", "cli",
		"--web-identity-token", "file://"+w.tokenFile, "--query", "[SubjectFromWebIdentityToken,Audience,Provider,AssumedRoleUser.Arn]", "--output", "text")
	provider := "arn:aws:iam::123456789012:oidc-provider/" + strings.TrimPrefix(w.issuer.URL, "https://")
	if want := "system:serviceaccount:prod:web\tsts.amazonaws.com\t" + provider + "\tarn:aws:sts::123456789012:assumed-role/web/cli"; code != 0 || strings.TrimSpace(out) != want {
		t.Errorf("assume-role-with-web-identity: %d %q %s, want %q", code, out, errs, want)
	}
	out, errs, code = cli(pod(), "sts", "get-caller-identity", "--query", "Arn", "--output", "text")
	if code != 0 || strings.TrimSpace(out) != "arn:aws:sts::123456789012:assumed-role/web/pod-1" {
		t.Errorf("a pod is %q: %d %s", out, code, errs)
	}
	w.write(t, w.tokenFile, []byte(w.token("system:serviceaccount:prod:other")))
	if _, errs, code := cli(pod(), "sts", "get-caller-identity"); code == 0 || !strings.Contains(errs, "(AccessDenied)") || !strings.Contains(errs, "Not authorized to perform sts:AssumeRoleWithWebIdentity") {
		t.Errorf("another pod: %d %s", code, errs)
	}
	w.write(t, w.tokenFile, []byte(w.issuer.Token(time.Now().Add(-2*time.Hour), nil)))
	if _, errs, code := cli(pod(), "sts", "get-caller-identity"); code == 0 || !strings.Contains(errs, "(ExpiredTokenException)") || !strings.Contains(errs, "Token expired: current date/time ") {
		t.Errorf("an expired token: %d %s", code, errs)
	}

	for _, c := range []struct{ args, want string }{
		{"create-open-id-connect-provider --url https://idp.example --client-id-list a b --tags Key=k,Value=v --query OpenIDConnectProviderArn", "arn:aws:iam::123456789012:oidc-provider/idp.example"},
		{"add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ARN --client-id c", ""},
		{"remove-client-id-from-open-id-connect-provider --open-id-connect-provider-arn ARN --client-id a", ""},
		{"update-open-id-connect-provider-thumbprint --open-id-connect-provider-arn ARN --thumbprint-list " + strings.Repeat("ab", 20), ""},
		{"tag-open-id-connect-provider --open-id-connect-provider-arn ARN --tags Key=x,Value=y", ""},
		{"untag-open-id-connect-provider --open-id-connect-provider-arn ARN --tag-keys k", ""},
		{"get-open-id-connect-provider --open-id-connect-provider-arn ARN --query [Url,ClientIDList[1],ThumbprintList[0],Tags[0].Key]", "idp.example\tc\t" + strings.Repeat("ab", 20) + "\tx"},
		{"list-open-id-connect-provider-tags --open-id-connect-provider-arn ARN --query Tags[].Value", "y"},
		{"list-open-id-connect-providers --query length(OpenIDConnectProviderList)", "2"},
		{"delete-open-id-connect-provider --open-id-connect-provider-arn ARN", ""},
	} {
		args := strings.Fields(strings.ReplaceAll(c.args, "ARN ", "arn:aws:iam::123456789012:oidc-provider/idp.example "))
		for i, a := range args {
			if a == "ARN" {
				args[i] = "arn:aws:iam::123456789012:oidc-provider/idp.example"
			}
		}
		out, errs, code := cli(root.env, append(append([]string{"iam"}, args...), "--output", "text")...)
		if code != 0 || strings.TrimSpace(out) != c.want {
			t.Errorf("%s: %d %q %s, want %q", c.args, code, out, errs, c.want)
		}
	}
}

// boto3 gets credentials by the token, keeps them, and gets others when they
// grow old.
const botoWebIdentity = `
import boto3, botocore.session
s = boto3.Session()
print(s.get_credentials().method)
print(s.client("sts").get_caller_identity()["Arn"])
sts = boto3.client("sts")
try:
    sts.assume_role_with_web_identity(RoleArn="ROLE", RoleSessionName="x1", WebIdentityToken="not.a.token")
except sts.exceptions.InvalidIdentityTokenException as e:
    print(e.response["Error"]["Message"])
out = sts.assume_role_with_web_identity(RoleArn="ROLE", RoleSessionName="x1", WebIdentityToken=open("TOKEN").read(), DurationSeconds=900)
print(out["SubjectFromWebIdentityToken"], out["Audience"], out["Provider"].rpartition(":")[0])
`

func TestBoto3WithWebIdentity(t *testing.T) {
	t.Parallel()
	p := python()
	if p.err != nil {
		absent(t, "Python with boto3", p.err)
	}
	w := startWorkload(t)
	script := strings.NewReplacer("ROLE", w.role, "TOKEN", w.tokenFile).Replace(botoWebIdentity)
	out, errs, code := run(t, time.Minute, t.TempDir(), w.clean(w.asWorkload()...), p.path, "-c", script)
	want := "assume-role-with-web-identity\narn:aws:sts::123456789012:assumed-role/web/pod-1\n" +
		"The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)\n" +
		"system:serviceaccount:prod:web sts.amazonaws.com arn:aws:iam::123456789012:oidc-provider/127.0.0.1\n"
	if code != 0 || out != want {
		t.Errorf("%d %s\n got %q\nwant %q", code, errs, out, want)
	}
}

// TestTerraformOpenIDConnect makes, changes and removes providers, and finds no
// difference in between.
func TestTerraformOpenIDConnect(t *testing.T) {
	if testing.Short() {
		t.Skip("Terraform is slow")
	}
	t.Parallel()
	s := start(t)
	tf := newTerraform(t, s)
	tf.env = append(tf.env, asRoot()...)
	config, err := os.ReadFile("testdata/terraform-oidc/main.tf")
	if err == nil {
		err = os.WriteFile(filepath.Join(tf.dir, "main.tf"), config, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	print1, print2 := strings.Repeat("a1", 20), strings.Repeat("b2", 20)
	tf.vars(map[string]any{"clients": []string{"one", "two"}, "thumbprints": []string{print1}, "team": "red"})
	tf.run(0, "apply", "-auto-approve")
	tf.run(0, "plan", "-detailed-exitcode")
	if arn := tf.outputs()["own_arn"]; arn != "arn:aws:iam::123456789012:oidc-provider/idp.corp.example:8443/realms/main" {
		t.Errorf("the provider is %v", arn)
	}
	tf.vars(map[string]any{"clients": []string{"two", "three"}, "thumbprints": []string{print2}, "team": "blue"})
	tf.run(0, "apply", "-auto-approve")
	tf.run(0, "plan", "-detailed-exitcode")
	get := s.call("GetOpenIDConnectProvider", "OpenIDConnectProviderArn", "arn:aws:iam::123456789012:oidc-provider/idp.corp.example:8443/realms/main")
	if get("ThumbprintList") == "" || get("Url") != "https://idp.corp.example:8443/realms/main" || get("Value") != "blue" {
		t.Errorf("the provider is at %s, of team %s", get("Url"), get("Value"))
	}
	tf.run(0, "destroy", "-auto-approve")
	if list := s.call("ListOpenIDConnectProviders"); list("Arn") != "" {
		t.Errorf("%s is left", list("Arn"))
	}
}
