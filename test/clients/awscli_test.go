package clients

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// awsPath finds the AWS CLI: beside the Python that has boto3, where it starts
// without a wrapper, or in the PATH.
var awsPath = sync.OnceValues(func() (string, error) {
	if p := python(); p.err == nil {
		if beside := filepath.Join(filepath.Dir(p.path), "aws"); exec.Command(beside, "--version").Run() == nil {
			return beside, nil
		}
	}
	return exec.LookPath("aws")
})

// awsCLI is the AWS CLI at one user's shell.
type awsCLI struct {
	t    *testing.T
	path string
	env  []string
	dir  string
	v2   bool
}

func newAWSCLI(t *testing.T, s *service) *awsCLI {
	t.Helper()
	path, err := awsPath()
	if err != nil {
		absent(t, "AWS CLI", err)
	}
	c := &awsCLI{t: t, path: path, env: s.clean(asRoot()...), dir: t.TempDir()}
	version, errs, _ := run(t, time.Minute, c.dir, c.env, path, "--version")
	version += errs // old ones write it to stderr
	if !strings.HasPrefix(version, "aws-cli/") {
		absent(t, "AWS CLI", errors.New("aws --version prints "+version))
	}
	c.v2 = strings.HasPrefix(version, "aws-cli/2")
	t.Log(strings.TrimSpace(version))
	return c
}

// with returns the CLI at a shell that has more settings.
func (c *awsCLI) with(env ...string) *awsCLI {
	other := *c
	other.env = append(append([]string{}, c.env...), env...)
	return &other
}

// as returns the CLI at a shell that holds the credentials of an answer.
func (c *awsCLI) as(answer map[string]any) *awsCLI {
	text := func(name string) string { s, _ := answer[name].(string); return s }
	return c.with("AWS_ACCESS_KEY_ID="+text("AccessKeyId"), "AWS_SECRET_ACCESS_KEY="+text("SecretAccessKey"), "AWS_SESSION_TOKEN="+text("SessionToken"))
}

// profile returns the CLI at a shell that has a profile and no keys.
func (c *awsCLI) profile(name string) *awsCLI {
	other := *c
	other.env = nil
	for _, setting := range c.env {
		if !strings.HasPrefix(setting, "AWS_ACCESS_KEY_ID=") && !strings.HasPrefix(setting, "AWS_SECRET_ACCESS_KEY=") && !strings.HasPrefix(setting, "AWS_SESSION_TOKEN=") {
			other.env = append(other.env, setting)
		}
	}
	other.env = append(other.env, "AWS_PROFILE="+name)
	return &other
}

func (c *awsCLI) run(args string) (stdout, stderr string, code int) {
	c.t.Helper()
	return run(c.t, time.Minute, c.dir, c.env, c.path, words(args)...)
}

// words splits a command line at spaces, but for those in single quotes.
func words(line string) []string {
	var all []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 0 {
			all = append(all, strings.Fields(part)...)
		} else {
			all = append(all, part)
		}
	}
	return all
}

// ok runs a command that succeeds and prints want, masked; "" wants nothing
// printed, "-" does not look. It returns what the command printed.
func (c *awsCLI) ok(args, want string) map[string]any {
	c.t.Helper()
	stdout, stderr, code := c.run(args)
	if code != 0 || stderr != "" {
		c.t.Fatalf("aws %s: exit code %d\n%s", args, code, stderr)
	}
	if got := masked(stdout); want != "-" && got != strings.TrimPrefix(want, "\n") {
		c.t.Errorf("aws %s prints\n%swant\n%s", args, got, strings.TrimPrefix(want, "\n"))
	}
	var answer map[string]any
	if json.Unmarshal([]byte(stdout), &answer) == nil {
		return answer
	}
	return map[string]any{"": strings.TrimSpace(stdout)}
}

// refused runs a command that the service refuses, with this on stderr and the
// exit code of the CLI for it.
func (c *awsCLI) refused(args, want string) {
	c.t.Helper()
	stdout, stderr, code := c.run(args)
	if strings.Contains(stderr, "Invalid choice") {
		c.t.Logf("this AWS CLI does not know %q", args)
		return
	}
	wantCode := 255
	if c.v2 {
		wantCode = 254
	}
	got := strings.TrimPrefix(strings.Trim(stderr, "\n"), "aws: [ERROR]: ")
	if stdout != "" || code != wantCode || got != want {
		c.t.Errorf("aws %s: exit code %d, want %d\n%s%s\nwant\n%s", args, code, wantCode, stdout, got, want)
	}
}

var masks = []struct {
	shape *regexp.Regexp
	with  string
}{
	{regexp.MustCompile(`\b(AKIA|ASIA)[A-Z2-7]{16}\b`), "$1…"},
	{regexp.MustCompile(`\b(AIDA|AROA|AGPA|ANPA|AIPA)[A-Z2-7]{17}\b`), "$1…"},
	{regexp.MustCompile(`"SecretAccessKey": "[A-Za-z0-9/+]{40}"`), `"SecretAccessKey": "SECRET"`},
	{regexp.MustCompile(`"SessionToken": "[A-Za-z0-9/+]{100,}=*"`), `"SessionToken": "TOKEN"`},
	{regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)`), "TIME"},
	{regexp.MustCompile(`"PackedPolicySize": [1-9]\d?\b`), `"PackedPolicySize": SIZE`},
}

// masked returns text with what differs from run to run masked.
func masked(text string) string {
	for _, m := range masks {
		text = m.shape.ReplaceAllString(text, m.with)
	}
	return text
}

// inner returns a member of an answer.
func inner(answer map[string]any, name string) map[string]any {
	m, _ := answer[name].(map[string]any)
	return m
}

const (
	readPolicy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:GetUser","iam:ListUsers"],"Resource":"*"}}`
	annPolicy  = `{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Action":["sts:AssumeRole","sts:GetFederationToken","sts:DecodeAuthorizationMessage","sts:AssumeRoot","sts:GetWebIdentityToken","sts:GetDelegatedAccessToken"],"Resource":"*"},` +
		`{"Effect":"Deny","Action":"sts:GetAccessKeyInfo","Resource":"*"}]}`
	trustAnn     = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"},"Action":"sts:AssumeRole"}}`
	trustPartner = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"partner-7"}}}}`
	trustRole    = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/deployer"},"Action":"sts:AssumeRole"}}`
)

// TestAWSCLI is a day of someone who has the AWS CLI and a Daypass.
func TestAWSCLI(t *testing.T) {
	t.Parallel()
	s := start(t)
	root := newAWSCLI(t, s)
	for name, text := range map[string]string{
		"trust.json": trustAnn, "partner.json": trustPartner, "chain.json": trustRole, "read.json": readPolicy, "ann.json": annPolicy,
	} {
		if err := os.WriteFile(filepath.Join(root.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	// The account is set up.
	root.ok("sts get-caller-identity", `
{
    "UserId": "123456789012",
    "Account": "123456789012",
    "Arn": "arn:aws:iam::123456789012:root"
}
`)
	root.ok("iam create-user --user-name ann", `
{
    "User": {
        "Path": "/",
        "UserName": "ann",
        "UserId": "AIDA…",
        "Arn": "arn:aws:iam::123456789012:user/ann",
        "CreateDate": "TIME"
    }
}
`)
	key := inner(root.ok("iam create-access-key --user-name ann", `
{
    "AccessKey": {
        "UserName": "ann",
        "AccessKeyId": "AKIA…",
        "Status": "Active",
        "SecretAccessKey": "SECRET",
        "CreateDate": "TIME"
    }
}
`), "AccessKey")
	root.ok("iam create-role --role-name deployer --assume-role-policy-document file://trust.json --max-session-duration 7200", `
{
    "Role": {
        "Path": "/",
        "RoleName": "deployer",
        "RoleId": "AROA…",
        "Arn": "arn:aws:iam::123456789012:role/deployer",
        "CreateDate": "TIME",
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {
                    "AWS": "arn:aws:iam::123456789012:user/ann"
                },
                "Action": "sts:AssumeRole"
            }
        }
    }
}
`)
	root.ok("iam put-role-policy --role-name deployer --policy-name read --policy-document file://read.json", "")
	root.ok("iam put-user-policy --user-name ann --policy-name ann --policy-document file://ann.json", "")
	root.ok("iam create-role --role-name partner --assume-role-policy-document file://partner.json", "-")
	root.ok("iam create-role --role-name next --assume-role-policy-document file://chain.json", "-")
	root.ok("iam get-role --role-name deployer --query Role.[RoleName,MaxSessionDuration] --output text", "deployer\t7200\n")
	root.refused("iam create-user --user-name ANN", "An error occurred (EntityAlreadyExists) when calling the CreateUser operation: User with name ANN already exists.")
	root.refused("iam get-role --role-name nobody", "An error occurred (NoSuchEntity) when calling the GetRole operation: The role with name nobody cannot be found.")
	root.refused("sts assume-role --role-arn arn:aws:iam::123456789012:role/deployer --role-session-name build-42",
		"An error occurred (AccessDenied) when calling the AssumeRole operation: Roles may not be assumed by root accounts.")

	// Ann takes the role and uses it.
	ann := root.as(key)
	session := ann.ok("sts assume-role --role-arn arn:aws:iam::123456789012:role/deployer --role-session-name build-42", `
{
    "Credentials": {
        "AccessKeyId": "ASIA…",
        "SecretAccessKey": "SECRET",
        "SessionToken": "TOKEN",
        "Expiration": "TIME"
    },
    "AssumedRoleUser": {
        "AssumedRoleId": "AROA…:build-42",
        "Arn": "arn:aws:sts::123456789012:assumed-role/deployer/build-42"
    }
}
`)
	deployer := ann.as(inner(session, "Credentials"))
	deployer.ok("sts get-caller-identity", `
{
    "UserId": "AROA…:build-42",
    "Account": "123456789012",
    "Arn": "arn:aws:sts::123456789012:assumed-role/deployer/build-42"
}
`)
	deployer.ok("iam list-users --query Users[].UserName --output text", "ann\n")
	deployer.refused("iam create-user --user-name eve", "An error occurred (AccessDenied) when calling the CreateUser operation: "+
		"User: arn:aws:sts::123456789012:assumed-role/deployer/build-42 is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::123456789012:user/eve"+
		" because no identity-based policy allows the iam:CreateUser action")
	deployer.refused("sts get-session-token", "An error occurred (AccessDenied) when calling the GetSessionToken operation: Cannot call GetSessionToken with session credentials")
	deployer.refused("sts get-federation-token --name bob", "An error occurred (AccessDenied) when calling the GetFederationToken operation: Cannot call GetFederationToken with session credentials")

	// Every other command of sts.
	ann.refused("sts assume-role --role-arn arn:aws:iam::123456789012:role/nobody --role-session-name build-42", "An error occurred (AccessDenied) when calling the AssumeRole operation: "+
		"User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/nobody")
	ann.ok("sts get-session-token --duration-seconds 900", `
{
    "Credentials": {
        "AccessKeyId": "ASIA…",
        "SecretAccessKey": "SECRET",
        "SessionToken": "TOKEN",
        "Expiration": "TIME"
    }
}
`)
	ann.ok("sts get-federation-token --name bob --policy file://read.json", `
{
    "Credentials": {
        "AccessKeyId": "ASIA…",
        "SecretAccessKey": "SECRET",
        "SessionToken": "TOKEN",
        "Expiration": "TIME"
    },
    "FederatedUser": {
        "FederatedUserId": "123456789012:bob",
        "Arn": "arn:aws:sts::123456789012:federated-user/bob"
    },
    "PackedPolicySize": SIZE
}
`)
	root.ok("sts get-access-key-info --access-key-id ASIAQNZGKIQY56JQ7WML", `
{
    "Account": "029608264753"
}
`)
	ann.refused("sts get-access-key-info --access-key-id ASIAQNZGKIQY56JQ7WML", "An error occurred (AccessDenied) when calling the GetAccessKeyInfo operation: "+
		"User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:GetAccessKeyInfo on resource: *")
	message := regexp.MustCompile(`X-Daypass-Encoded-Authorization-Message: (\S+)`).FindStringSubmatch(s.tap.sent.String())
	if message == nil {
		t.Fatal("no denial came with an encoded message")
	}
	decoded := ann.ok("sts decode-authorization-message --query DecodedMessage --output text --encoded-message "+message[1], "-")
	if decoded["allowed"] != false || inner(inner(decoded, "context"), "principal")["arn"] == nil {
		t.Errorf("decoded message = %v", decoded)
	}
	ann.refused("sts decode-authorization-message --encoded-message bogus",
		"An error occurred (InvalidAuthorizationMessageException) when calling the DecodeAuthorizationMessage operation: Message is not valid.")
	ann.refused("sts assume-role-with-web-identity --role-arn arn:aws:iam::123456789012:role/deployer --role-session-name build-42 --web-identity-token aaaa.bbbb.cccc",
		"An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
	ann.refused("sts assume-role-with-saml --role-arn arn:aws:iam::123456789012:role/deployer --principal-arn arn:aws:iam::123456789012:saml-provider/idp --saml-assertion PHg+",
		"An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithSAML operation: Specified provider doesn't exist.")
	ann.refused("sts assume-root --target-principal 111122223333 --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
		"An error occurred (AccessDenied) when calling the AssumeRoot operation: User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:AssumeRoot on resource: arn:aws:iam::111122223333:root")
	ann.refused("sts get-delegated-access-token --trade-in-token token",
		"An error occurred (AccessDenied) when calling the GetDelegatedAccessToken operation: User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:GetDelegatedAccessToken on resource: *")
	ann.refused("sts get-web-identity-token --audience sts.example.com --signing-algorithm RS256",
		"An error occurred (OutboundWebIdentityFederationDisabledException) when calling the GetWebIdentityToken operation: Outbound web identity federation is disabled for account 123456789012.")
	ann.with("AWS_SECRET_ACCESS_KEY=wrong").refused("sts get-caller-identity", "An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: "+
		"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	ann.with("AWS_ACCESS_KEY_ID=AKIARZPUZDIKNOBODYAA").refused("sts get-caller-identity",
		"An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.")

	// Profiles: what assumes the role is the CLI itself.
	config := filepath.Join(root.dir, "config")
	keys := filepath.Join(root.dir, "keys")
	for name, text := range map[string]string{
		keys: "[ann]\naws_access_key_id = " + key["AccessKeyId"].(string) + "\naws_secret_access_key = " + key["SecretAccessKey"].(string) + "\n",
		config: `
[profile deploy]
role_arn = arn:aws:iam::123456789012:role/deployer
source_profile = ann
role_session_name = from-profile
duration_seconds = 7200

[profile next]
role_arn = arn:aws:iam::123456789012:role/next
source_profile = deploy
role_session_name = second

[profile partner]
role_arn = arn:aws:iam::123456789012:role/partner
source_profile = ann
role_session_name = from-profile
external_id = partner-7

[profile stranger]
role_arn = arn:aws:iam::123456789012:role/partner
source_profile = ann
role_session_name = from-profile

[profile long]
role_arn = arn:aws:iam::123456789012:role/partner
source_profile = ann
role_session_name = from-profile
external_id = partner-7
duration_seconds = 7200
`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	shell := root.with("AWS_CONFIG_FILE="+config, "AWS_SHARED_CREDENTIALS_FILE="+keys)
	const who = "sts get-caller-identity --query Arn --output text"
	shell.profile("ann").ok(who, "arn:aws:iam::123456789012:user/ann\n")
	shell.profile("deploy").ok(who, "arn:aws:sts::123456789012:assumed-role/deployer/from-profile\n")
	shell.profile("next").ok(who, "arn:aws:sts::123456789012:assumed-role/next/second\n")
	shell.profile("partner").ok(who, "arn:aws:sts::123456789012:assumed-role/partner/from-profile\n")
	shell.profile("stranger").refused(who, "An error occurred (AccessDenied) when calling the AssumeRole operation: "+
		"User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/partner")
	shell.profile("long").refused(who,
		"An error occurred (ValidationError) when calling the AssumeRole operation: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	if root.v2 {
		out, _, code := shell.profile("deploy").run("configure export-credentials --format process")
		if code != 0 || !strings.Contains(out, `"SessionToken"`) {
			t.Errorf("aws configure export-credentials: exit code %d\n%s", code, out)
		}
	}

	// A revoked key, and the end of the day.
	root.ok("iam delete-access-key --user-name ann --access-key-id "+key["AccessKeyId"].(string), "")
	ann.refused("sts get-caller-identity", "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The AWS access key provided does not exist in our records.")
	root.refused("iam delete-user --user-name ann", "An error occurred (DeleteConflict) when calling the DeleteUser operation: Cannot delete entity, must delete policies first.")
}
