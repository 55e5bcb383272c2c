package cli

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/credentials"
)

func TestVariablesSurviveTheShell(t *testing.T) {
	const value = `a'b"c\d $HOME ` + "`x`" + ` é/+==`
	var text strings.Builder
	if err := shells["sh"](&text, []variable{{"AWS_SECRET_ACCESS_KEY", value}}); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", text.String()+`printf %s "$AWS_SECRET_ACCESS_KEY"`).Output()
	if err != nil || string(out) != value {
		t.Errorf("the shell reads %q, want %q: %v", out, value, err)
	}
	for shell, want := range map[string]string{
		"fish":       `set -gx AWS_SECRET_ACCESS_KEY 'a\'b"c\\d $HOME ` + "`x`" + ` é/+==';` + "\n",
		"powershell": `$Env:AWS_SECRET_ACCESS_KEY = 'a''b"c\d $HOME ` + "`x`" + ` é/+=='` + "\n",
		"dotenv":     `AWS_SECRET_ACCESS_KEY=` + value + "\n",
	} {
		var text strings.Builder
		if err := shells[shell](&text, []variable{{"AWS_SECRET_ACCESS_KEY", value}}); err != nil || text.String() != want {
			t.Errorf("%s: %q, want %q (%v)", shell, text.String(), want, err)
		}
	}
	for name, print := range shells {
		if name == "json" {
			continue
		}
		if err := print(&text, []variable{{"X", "a\nrm -rf"}}); err == nil {
			t.Errorf("%s prints a line break", name)
		}
	}
}

// TestAnotherIdentityOfTheShellGoes: a session token that stayed beside long-term keys
// would make them useless.
func TestAnotherIdentityOfTheShellGoes(t *testing.T) {
	all := others(credentialVariables(credentials.Credentials{AccessKeyID: "AKIA1", SecretAccessKey: "s"}, "us-east-2", ""))
	var text strings.Builder
	if err := shells["sh"](&text, all); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "sh", "-c", `set -eu; export AWS_SESSION_TOKEN=old AWS_PROFILE=other AWS_ACCESS_KEY_ID=AKIA0; `+text.String()+
		`echo "$AWS_ACCESS_KEY_ID ${AWS_SESSION_TOKEN-gone} ${AWS_PROFILE-gone} $AWS_REGION"`).Output()
	if want := "AKIA1 gone gone us-east-2\n"; string(out) != want || err != nil {
		t.Errorf("the shell has %q, want %q: %v\n%s", out, want, err, &text)
	}
	for shell, want := range map[string]string{"fish": "set -e AWS_PROFILE;\n", "powershell": "Remove-Item -ErrorAction SilentlyContinue Env:AWS_PROFILE\n", "dotenv": "", "json": "{}\n"} {
		var text strings.Builder
		if err := shells[shell](&text, []variable{{name: "AWS_PROFILE"}}); err != nil || text.String() != want {
			t.Errorf("%s: %q, want %q (%v)", shell, &text, want, err)
		}
	}
}

func TestNoOtherIdentityStays(t *testing.T) {
	c := credentials.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: "s", SessionToken: "t", Expires: time.Unix(1000, 0)}
	got := withVariables([]string{
		"PATH=/bin", "AWS_PROFILE=other", "AWS_SESSION_TOKEN=old", "AWS_WEB_IDENTITY_TOKEN_FILE=/x", "AWS_REGION=eu-west-1",
		"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://x", "AWS_SECURITY_TOKEN=older",
	}, credentialVariables(c, "us-east-2", ""))
	want := []string{
		"PATH=/bin", "AWS_ACCESS_KEY_ID=ASIA1", "AWS_SECRET_ACCESS_KEY=s", "AWS_SESSION_TOKEN=t",
		"AWS_CREDENTIAL_EXPIRATION=1970-01-01T00:16:40Z", "AWS_REGION=us-east-2", "AWS_DEFAULT_REGION=us-east-2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	long := credentialVariables(credentials.Credentials{AccessKeyID: "AKIA1", SecretAccessKey: "s"}, "", "http://127.0.0.1:7870")
	if slices.ContainsFunc(long, func(v variable) bool { return v.name == "AWS_SESSION_TOKEN" || v.name == "AWS_CREDENTIAL_EXPIRATION" }) {
		t.Errorf("of a long-term key: %v", long)
	}
}
