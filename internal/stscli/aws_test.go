package stscli_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/cli"
	"github.com/daypass/daypass/internal/pyref"
)

// script runs command lines through the installed AWS CLI, one after the other in
// one process.
const script = `
import sys, io, os, json
import awscli.clidriver
import botocore.session
from awscli.customizations import assumerole
loader = botocore.session.create_loader(os.environ["AWS_DATA_PATH"])
botocore.session.create_loader = lambda path: loader # read models once
real, data = (sys.stdout, sys.stderr), os.environ["AWS_DATA_PATH"]
def ask(q):
    os.environ.clear()
    os.environ.update(q["Env"], AWS_DATA_PATH=data)
    assumerole.CACHE_DIR = q["Env"]["HOME"] + "/cache"
    sys.stdout, sys.stderr = out, err = io.StringIO(), io.StringIO()
    sys.argv = ["aws"] + q["Args"]
    try:
        code = awscli.clidriver.create_clidriver().main(sys.argv[1:])
    except SystemExit as e:
        code = e.code or 0
    finally:
        sys.stdout, sys.stderr = real
    return {"Out": out.getvalue(), "Err": err.getvalue(), "Code": code or 0}
json.dump([ask(q) for q in json.load(sys.stdin)], sys.stdout)
`

type question struct {
	Args []string // behind the word aws
	Env  map[string]string
}

type result struct {
	Out, Err string
	Code     int
}

// world is a Daypass and what stands around a command line.
type world struct {
	role, locked string
	env          map[string]string
	anna         daypasstest.Credentials
}

func newWorld(t *testing.T) world {
	s := daypasstest.New(t)
	anna := s.User("anna", `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}}`)
	w := world{
		role:   s.Role("build", daypasstest.Trust(s.UserARN("anna"))),
		locked: s.Role("locked", daypasstest.Trust("arn:aws:iam::"+s.Account+":role/build")),
		anna:   anna,
	}
	home := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(home, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("policy.json", "{\"Version\": \"2012-10-17\",\r\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}\r\n")
	write("tags.json", `[{"Key": "team", "Value": "web"}]`)
	write("input.json", `{"RoleArn": "`+w.role+`", "RoleSessionName": "from-file", "DurationSeconds": 1000}`)
	config := write("config", "[default]\nregion = us-east-1\n[profile txt]\nregion = us-east-1\noutput = text\n[profile iso]\nregion = us-east-1\ncli_timestamp_format = iso8601\n"+
		"[profile build]\nregion = us-east-1\nrole_arn = "+w.role+"\nsource_profile = anna\nrole_session_name = chained\n[profile anna]\nregion = us-east-1\n"+
		"[profile lost]\nregion = us-east-1\nrole_arn = "+w.locked+"\nsource_profile = anna\nrole_session_name = chained\n")
	keys := write("credentials", fmt.Sprintf("[anna]\naws_access_key_id = %s\naws_secret_access_key = %s\n", anna.AccessKeyID, anna.SecretAccessKey))
	w.env = map[string]string{
		"HOME": home, "PATH": os.Getenv("PATH"), "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": keys,
		"AWS_ENDPOINT_URL": s.URL, "AWS_ENDPOINT_URL_STS": s.URL, "AWS_ACCESS_KEY_ID": anna.AccessKeyID, "AWS_SECRET_ACCESS_KEY": anna.SecretAccessKey,
		"AWS_MAX_ATTEMPTS": "1", "PYTHONIOENCODING": "utf-8",
	}
	return w
}

// masks replace what differs from call to call.
var masks = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?s)^.*?((daypass sts|aws): error: |\nUnknown options)`), "USAGE $1"}, // the usage before it
	{regexp.MustCompile(`USAGE (daypass sts|aws): error`), "USAGE error"},
	{regexp.MustCompile(`ASIA[A-Z2-7]{16}`), "ASIA"},
	{regexp.MustCompile(`("SecretAccessKey": |"SessionToken": )"[^"]+"`), "$1…"},
	{regexp.MustCompile(`\t[A-Za-z0-9+/]{40}\t[A-Za-z0-9+/=_-]{200,}`), "\tSECRET\tTOKEN"},
	{regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d`), "TIME"},
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`), "ID"},
	{regexp.MustCompile(`(Encoded authorization failure message: )\S+`), "$1…"},
	// Formats that the AWS CLI has not.
	{regexp.MustCompile(`(?m)^table {36}\| yaml *\noff *\n`), "table                                   \n"},
	{regexp.MustCompile(`(json, text, table), yaml, off`), "$1"},
}

func masked(s string) string {
	for _, m := range masks {
		s = m.what.ReplaceAllString(s, m.with)
	}
	return s
}

// TestSameAsAWS: the same command line in the same environment has the same standard
// output, messages and exit code as "aws sts". Usage, ids and secrets are left out.
func TestSameAsAWS(t *testing.T) {
	w := newWorld(t)
	assume := []string{"assume-role", "--role-arn", w.role, "--role-session-name", "me"}
	with := func(args ...string) []string { return append(slices.Clone(assume), args...) }
	line := func(s string) []string { return strings.Fields(s) }
	who := []string{"get-caller-identity"}
	cases := []struct {
		name string
		args []string
		env  string // changes: NAME=value, or -NAME to unset
	}{
		{"who", who, ""},
		{"who, as text", line("get-caller-identity --output text"), ""},
		{"who, as a table", line("get-caller-identity --output table"), ""},
		{"who, as a table with colours", line("get-caller-identity --output table --color on"), ""},
		{"one value, as a table", line("get-caller-identity --output table --query Account"), ""},
		{"a query", line("get-caller-identity --query [Account,Arn] --output text"), ""},
		{"a query that finds nothing", line("get-caller-identity --query a.b"), ""},
		{"a query that fails", line("get-caller-identity --query sum(@)"), ""},
		{"an unknown function", line("get-caller-identity --query nosuch(@)"), ""},
		{"a bad query", line("get-caller-identity --query a["), ""},
		{"an empty query", []string{"get-caller-identity", "--query", ""}, ""},
		{"the profile's format", line("get-caller-identity --profile txt"), ""},
		{"the environment's format", who, "AWS_DEFAULT_OUTPUT=text"},
		{"an unknown format in the environment", who, "AWS_DEFAULT_OUTPUT=xml"},
		{"options before the command", line("--output text get-caller-identity --query Arn"), ""},
		{"shortened options", line("get-caller-identity --out text --quer Arn --reg us-east-1"), ""},
		{"equals signs", line("get-caller-identity --output=text --query=Arn"), ""},
		{"an ambiguous option", line("get-caller-identity --no"), ""},
		{"an unknown option", line("get-caller-identity --bogus x"), ""},
		{"an extra word", line("get-caller-identity x"), ""},
		{"an option without its value", line("get-caller-identity --region"), ""},
		{"a flag with a value", line("get-caller-identity --debug=yes"), ""},
		{"a format that does not exist", line("get-caller-identity --output jsom"), ""},
		{"no command", nil, ""},
		{"a command that does not exist", line("assume-rol"), ""},
		{"nothing of what is required", line("assume-role"), ""},
		{"one thing missing", line("assume-role --role-arn x"), ""},
		{"a separator", line("-- get-caller-identity"), ""},

		{"a role", assume, ""},
		{"a role, as text", with("--output", "text"), ""},
		{"a role, iso8601", with("--profile", "iso", "--query", "Credentials.Expiration"), "AWS_PROFILE=iso"},
		{"tags", with("--tags", "Key=a,Value=b", "Key=c,Value=d e", "--transitive-tag-keys", "a", "c", "--query", "[AssumedRoleUser.Arn,keys(@)]"), ""},
		{"tags in JSON", with("--tags", `[{"Key": "a", "Value": "b"}]`, "--query", "keys(@)"), ""},
		{"tags in pieces of JSON", with("--tags", `{"Key": "a", "Value": "b"}`, `{"Key": "c", "Value": ""}`, "--query", "keys(@)"), ""},
		{"tags from a file", with("--tags", "file://~/tags.json", "--query", "keys(@)"), ""},
		{"no tags", with("--tags", "--query", "keys(@)"), ""},
		{"a policy from a file", with("--policy", "file://$HOME/policy.json", "--query", "keys(@)"), ""},
		{"input from a file", append(line("assume-role --duration-s 900 --query AssumedRoleUser.Arn --cli-input-json"), "file://${HOME}/input.json"), ""},
		{"bad tags", with("--tags", "[{"), ""},
		{"bad tags in pieces", with("--tags", `{"Key": "a"}`, "x"), ""},
		{"a key twice", with("--tags", "Key=a,Value=b,Key=c,Value=d"), ""},
		{"wrong members", with("--tags", "Key=a,Bogus=[x,{y=z}]", "--duration-seconds", "1"), ""},
		{"wrong members only", with("--policy-arns", "Key=a"), ""},
		{"wrong types", append(line("assume-role --cli-input-json"), `{"RoleArn": 1, "RoleSessionName": ["a"], "DurationSeconds": "x", "Tags": {}, "Policy": null, "TransitiveTagKeys": [1.5]}`), ""},
		{"input that is no object", line("assume-role --cli-input-json [1]"), ""},
		{"input that is no JSON", line("assume-role --cli-input-json {x"), ""},
		{"a duration that is no number", with("--duration-seconds", "abc"), ""},
		{"a file that does not exist", with("--policy", "file:///nope"), ""},
		{"what only the service refuses", with("--source-identity", "a b", "--external-id", "é"), ""},
		{"a role that trusts others", line("assume-role --role-session-name me --role-arn " + w.locked), ""},

		{"a profile with a role", line("get-caller-identity --profile build --query Arn"), ""},
		{"a profile whose role trusts others", line("get-caller-identity --profile lost"), ""},
		{"a profile that does not exist", line("get-caller-identity --profile nope"), ""},
		{"a profile that does not exist, in the environment", who, "AWS_PROFILE=nope"},
		{"no credentials", who, "-AWS_ACCESS_KEY_ID -AWS_SECRET_ACCESS_KEY"},
		{"no signature", line("get-caller-identity --no-sign-request"), ""},
		{"a wrong secret", who, "AWS_SECRET_ACCESS_KEY=wrong"},
		{"no Region", who, "-AWS_CONFIG_FILE"},
		{"a bad Region", line("get-caller-identity --region us_east!"), ""},
		{"nobody there", line("get-caller-identity --endpoint-url http://127.0.0.1:1"), ""},
		{"an endpoint without a scheme", line("get-caller-identity --endpoint-url localhost"), ""},
		{"a timeout that is no number", line("get-caller-identity --cli-read-timeout x"), ""},
		{"a negative timeout for answers", line("get-caller-identity --cli-read-timeout -1"), ""},
		{"a negative timeout for connections", line("get-caller-identity --cli-connect-timeout=-2"), ""},
		{"timeouts", line("get-caller-identity --cli-read-timeout 0 --cli-connect-timeout 5 --no-paginate"), ""},

		{"web identity", append(line("assume-role-with-web-identity --role-session-name me --web-identity-token junk --role-arn"), w.role), "-AWS_ACCESS_KEY_ID"},
		{"SAML", append(line("assume-role-with-saml --saml-assertion junk --principal-arn arn:aws:iam::123456789012:saml-provider/x --role-arn"), w.role), ""},
		{"root", line("assume-root --target-principal 123456789012 --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"), ""},
		{"decode", line("decode-authorization-message --encoded-message junk"), ""},
		{"a key", line("get-access-key-info --access-key-id") /* the value follows */, ""},
		{"delegated", line("get-delegated-access-token --trade-in-token junk"), ""},
		{"federation", append(line("get-federation-token --name ann --query FederatedUser.Arn --policy"), "file://~/policy.json"), ""},
		{"a session", line("get-session-token --query keys(Credentials)"), ""},
		{"a web identity token", line("get-web-identity-token --audience a b --signing-algorithm ES384 --tags Key=a,Value=b"), ""},
	}
	for _, c := range []string{
		"assume-role", "assume-role-with-saml", "assume-role-with-web-identity", "assume-root", "decode-authorization-message", "get-access-key-info",
		"get-caller-identity", "get-delegated-access-token", "get-federation-token", "get-session-token", "get-web-identity-token",
	} {
		cases = append(cases, struct {
			name string
			args []string
			env  string
		}{"skeleton of " + c, line(c + " --generate-cli-skeleton"), ""})
	}
	questions := make([]question, len(cases))
	for i, c := range cases {
		if c.name == "a key" {
			c.args = append(c.args, w.anna.AccessKeyID)
		}
		env := maps.Clone(w.env)
		for word := range strings.FieldsSeq(c.env) {
			if name, unset := strings.CutPrefix(word, "-"); unset {
				delete(env, name)
			} else {
				name, value, _ := strings.Cut(word, "=")
				env[name] = value
			}
		}
		questions[i] = question{Args: append([]string{"sts"}, c.args...), Env: env}
	}
	names := make([]string, len(cases))
	for i, c := range cases {
		names[i] = c.name
	}
	for _, c := range []string{
		"--region eu-west-1 --output text sts get-caller-identity",
		"--query Arn --no-paginate sts get-caller-identity --output=text",
		"--out text --reg us-east-1 sts get-caller-identity --query Arn",
		"--output table sts get-caller-identity --output text",
		"--no sts get-caller-identity",
		"--bogus sts get-caller-identity",
		"--output jsom sts get-caller-identity",
		"--profile nope sts get-caller-identity",
		"--color sts sts get-caller-identity",
		"--debug=yes sts get-caller-identity",
		"--profile txt sts assume-role",
	} {
		names, questions = append(names, c), append(questions, question{line(c), w.env})
	}
	var theirs []result
	pyref.Ask(t, script, questions, &theirs)
	for i, q := range questions {
		ours := runIn(t.Context(), q)
		for _, d := range []struct{ what, got, want string }{
			{"standard output", masked(ours.Out), masked(theirs[i].Out)},
			{"standard error", masked(ours.Err), masked(theirs[i].Err)},
			{"exit code", fmt.Sprint(ours.Code), fmt.Sprint(theirs[i].Code)},
		} {
			if d.got != d.want {
				t.Errorf("%s: %s\n%v\n got %s\nwant %s\n(%q\n %q)", names[i], d.what, q.Args, d.got, d.want, d.got, d.want)
			}
		}
	}
}

func runIn(ctx context.Context, q question) result {
	var out, err bytes.Buffer
	code := cli.Run(ctx, q.Args, cli.Streams{In: strings.NewReader(""), Out: &out, Err: &err},
		func(name string) (string, bool) { v, ok := q.Env[name]; return v, ok })
	return result{out.String(), err.String(), code}
}
