package installation_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/saml/samltest"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

// call makes calls to an installation with further settings.
type call func(as sigv4.Credentials, service, action string, params ...string) process.Answer

func serve(t *testing.T, cfg installation.Config) call {
	t.Helper()
	cfg.Dir, cfg.Region, cfg.Serving, cfg.Ephemeral = t.TempDir(), "us-east-1", true, true
	in, err := installation.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	root := installation.Root{Account: process.Account, AccessKeyID: process.RootKey, Secret: secret.New(process.RootSecret)}
	if _, err := in.EnsureFirstAccount(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server.New(server.Config{
		Pipeline: in.Pipeline, Services: in.Services, Region: "us-east-1", Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(web.Close)
	return func(as sigv4.Credentials, service, action string, params ...string) process.Answer {
		t.Helper()
		a, err := process.Call(t.Context(), web.Client(), web.URL, as, service, action, params...)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
}

func TestAProviderWithoutThumbprintsGetsThatOfItsIssuer(t *testing.T) {
	const found = "0123456789abcdef0123456789abcdef01234567"
	var asked []string
	call := serve(t, installation.Config{Thumbprint: func(_ context.Context, issuer string, _ time.Time) (string, error) {
		asked = append(asked, issuer)
		if issuer == "away.example" {
			return "", errors.New("nobody there")
		}
		return found, nil
	}})
	user := call(process.Root, "iam", "CreateUser", "UserName", "ann")
	ann := call(process.Root, "iam", "CreateAccessKey", "UserName", "ann").Credentials()
	if !user.OK() || ann.AccessKeyID == "" {
		t.Fatal(user.Body)
	}
	given := strings.Repeat("ab", 20)
	for _, tt := range []struct {
		as    sigv4.Credentials
		url   string
		print string // that is given
		want  string
	}{
		{process.Root, "https://idp.example/realms/main", "", found},
		{process.Root, "https://away.example", "", ""},
		{process.Root, "https://given.example", given, given},
		{process.Root, "https://idp.example?query", "", "refused"},
		{process.Root, "http://idp.example", "", "refused"},
		{ann, "https://inside.example", "", "refused"}, // may not make providers: nothing is asked for her
	} {
		params := []string{"Url", tt.url}
		if tt.print != "" {
			params = append(params, "ThumbprintList.member.1", tt.print)
		}
		made := call(tt.as, "iam", "CreateOpenIDConnectProvider", params...)
		if tt.want == "refused" {
			if made.OK() {
				t.Errorf("%s is made", tt.url)
			}
			continue
		}
		got := call(process.Root, "iam", "GetOpenIDConnectProvider", "OpenIDConnectProviderArn", made.Text("OpenIDConnectProviderArn"))
		_, list, _ := strings.Cut(got.Body, "<ThumbprintList>")
		list, _, _ = strings.Cut(list, "</ThumbprintList>")
		if !made.OK() || !got.OK() || strings.Contains(list, "member") != (tt.want != "") || !strings.Contains(list, tt.want) {
			t.Errorf("%s: %d %d %q, want thumbprint %q", tt.url, made.Status, got.Status, list, tt.want)
		}
	}
	if want := []string{"idp.example/realms/main", "away.example"}; !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}
}

func TestSAMLOnce(t *testing.T) {
	for _, once := range []bool{false, true} {
		call := serve(t, installation.Config{SAMLOnce: once})
		idp := samltest.New("https://idp.example.com/saml")
		provider := func(name string) string {
			return call(process.Root, "iam", "CreateSAMLProvider", "Name", name, "SAMLMetadataDocument", idp.Metadata()).Text("SAMLProviderArn")
		}
		one, two := provider("one"), provider("two")
		role := call(process.Root, "iam", "CreateRole", "RoleName", "r", "AssumeRolePolicyDocument",
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":["`+one+`","`+two+`"]},"Action":"sts:AssumeRoleWithSAML"}}`).Text("Arn")
		response := func(edit func(string) string) string {
			return idp.Base64(samltest.Response{Now: time.Now(), Edit: edit, Attributes: []samltest.Attribute{
				samltest.A("Role", role+","+one, role+","+two), samltest.A("RoleSessionName", "ann"),
			}})
		}
		first := response(nil)
		redeem := func(provider, response string) process.Answer {
			return call(process.Root, "sts", "AssumeRoleWithSAML", "RoleArn", role, "PrincipalArn", provider, "SAMLAssertion", response)
		}
		if a := call(process.Root, "sts", "AssumeRoleWithSAML", "RoleArn", role+"x", "PrincipalArn", one, "SAMLAssertion", first); a.OK() {
			t.Fatal("a role that is not there is assumed")
		}
		// One that was refused above is not used up.
		if a := redeem(one, first); !a.OK() {
			t.Fatalf("once %v: the first time: %d %s", once, a.Status, a.Body)
		}
		again := redeem(one, first)
		if again.OK() == once || once && (again.Text("Code") != "InvalidIdentityToken" || again.Text("Message") != "Response has been redeemed already") {
			t.Errorf("once %v: again: %d %s", once, again.Status, again.Body)
		}
		// The same assertion is the same in another response.
		wrapped := response(func(xml string) string { return strings.Replace(xml, samltest.ResponseID, "_another", 1) })
		if a := redeem(one, wrapped); a.OK() == once {
			t.Errorf("once %v: the assertion in another response: %d %s", once, a.Status, a.Body)
		}
		if a := redeem(two, first); !a.OK() {
			t.Errorf("once %v: at another provider: %d %s", once, a.Status, a.Body)
		}
	}
}
