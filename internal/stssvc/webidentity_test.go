package stssvc_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/oidctest"
)

// exchange is a server with an issuer, its provider, and a role that trusts it.
type exchange struct {
	*daypasstest.Server
	t        *testing.T
	issuer   *oidctest.Issuer
	provider string // ARN
	role     string // ARN
}

var morning = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// newExchange registers an issuer for sts.amazonaws.com, and makes the role
// "web" that trusts it under a condition, which may be empty.
func newExchange(t *testing.T, url, condition string) *exchange {
	t.Helper()
	x := &exchange{t: t, issuer: oidctest.New(url)}
	x.Server = daypasstest.New(t, daypasstest.WithTime(morning), daypasstest.WithIssuer(url, x.issuer))
	a := x.Call(x.Root, "iam", "CreateOpenIDConnectProvider", "Url", url, "ClientIDList.member.1", "sts.amazonaws.com", "ClientIDList.member.2", "second")
	if a.Status != http.StatusOK {
		t.Fatal(a.Body)
	}
	x.provider = a.Element("OpenIDConnectProviderArn")
	x.role = x.Role("web", x.trusts(condition), allowAll)
	return x
}

// trusts is a trust policy for the provider.
func (x *exchange) trusts(condition string, actions ...string) string {
	if len(actions) == 0 {
		actions = []string{"sts:AssumeRoleWithWebIdentity"}
	}
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":%q},"Action":["%s"]%s}}`,
		x.provider, strings.Join(actions, `","`), condition)
}

func (x *exchange) assume(token string, params ...string) *daypasstest.Answer {
	x.t.Helper()
	return x.Call(daypasstest.Credentials{}, "sts", "AssumeRoleWithWebIdentity",
		append([]string{"RoleArn", x.role, "RoleSessionName", "build-7", "WebIdentityToken", token}, params...)...)
}

func (x *exchange) token(claims map[string]any) string { return x.issuer.Token(x.Now(), claims) }

// outcome words an answer as "status code message"; "" succeeds.
func outcome(a *daypasstest.Answer) string {
	if a.Status == http.StatusOK {
		return ""
	}
	return fmt.Sprintf("%d %s %s", a.Status, a.Element("Code"), a.Element("Message"))
}

const notTrusted = "403 AccessDenied Not authorized to perform sts:AssumeRoleWithWebIdentity"

func TestWebIdentityAnswers(t *testing.T) {
	x := newExchange(t, "https://idp.example/realms/main", "")
	a := x.assume(x.token(nil))
	if got := outcome(a); got != "" {
		t.Fatal(got)
	}
	for element, want := range map[string]string{
		"SubjectFromWebIdentityToken": "subject-1", "Audience": "sts.amazonaws.com", "Provider": x.provider, "SourceIdentity": "", "PackedPolicySize": "",
		"Arn": "arn:aws:sts::123456789012:assumed-role/web/build-7", "Expiration": "2026-01-31T13:00:00Z",
	} {
		if got := a.Element(element); got != want {
			t.Errorf("%s is %q, want %q", element, got, want)
		}
	}
	who := x.Call(a.Credentials(), "sts", "GetCallerIdentity")
	if arn := who.Element("Arn"); arn != "arn:aws:sts::123456789012:assumed-role/web/build-7" {
		t.Errorf("the session is %q", arn)
	}
	a = x.assume(x.token(map[string]any{"aud": "elsewhere", "azp": "second"}), "DurationSeconds", "900", "Policy", allowAll)
	if got := outcome(a); got != "" || a.Element("Audience") != "second" || a.Element("Expiration") != "2026-01-31T12:15:00Z" || a.Element("PackedPolicySize") == "" {
		t.Errorf("%s %s", got, a.Body)
	}
}

func TestWebIdentityRefusals(t *testing.T) {
	x := newExchange(t, "https://idp.example", "")
	const notJWT = "400 InvalidIdentityToken The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
	const noKey = "400 InvalidIdentityToken Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements"
	unix := x.Now().Unix()
	for _, c := range []struct {
		name, token, want string
		params            []string
	}{
		{name: "an access token", token: "gho_0123456789", want: notJWT},
		{name: "another issuer", token: x.token(map[string]any{"iss": "https://evil.example"}), want: "400 InvalidIdentityToken No OpenIDConnect provider found in your account for https://evil.example"},
		{name: "an issuer without https", token: x.token(map[string]any{"iss": "http://idp.example"}), want: "400 InvalidIdentityToken No OpenIDConnect provider found in your account for http://idp.example"},
		{name: "an issuer without a scheme", token: x.token(map[string]any{"iss": "idp.example"}), want: "400 InvalidIdentityToken No OpenIDConnect provider found in your account for idp.example"},
		{name: "no issuer", token: x.token(map[string]any{"iss": nil}), want: "400 InvalidIdentityToken Missing a required claim: iss"},
		{name: "another audience", token: x.token(map[string]any{"aud": "elsewhere"}), want: "400 InvalidIdentityToken Incorrect token audience"},
		{name: "an unknown key", token: oidctest.NewKey("key-2", "RS256").Sign(x.issuer.Claims(x.Now(), nil)), want: noKey},
		{
			name: "a forged signature", token: oidctest.NewKey("foreign", "RS256").SignText(`{"alg":"RS256","kid":"key-1"}`, fmt.Sprintf(`{"iss":"https://idp.example","aud":"sts.amazonaws.com","sub":"subject-1","iat":%d,"exp":%d}`, unix, unix+60)),
			want: "400 InvalidIdentityToken Token signature invalid",
		},
		{
			name: "expired", token: x.token(map[string]any{"exp": unix - 100}),
			want: fmt.Sprintf("400 ExpiredTokenException Token expired: current date/time %d must be before the expiration date/time %d", unix, unix-100),
		},
		{name: "no subject", token: x.token(map[string]any{"sub": nil}), want: "400 InvalidIdentityToken Missing a required claim: sub"},
		{name: "a role that is not there", token: x.token(nil), params: []string{"RoleArn", x.role + "er"}, want: notTrusted},
		{name: "a role of another account", token: x.token(nil), params: []string{"RoleArn", "arn:aws:iam::999999999999:role/web"}, want: "400 InvalidIdentityToken No OpenIDConnect provider found in your account for https://idp.example"},
		{name: "tags that the role does not admit", token: x.token(map[string]any{"https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"a": "b"}}}), want: notTrusted},
		{name: "a source identity that the role does not admit", token: x.token(map[string]any{"https://aws.amazon.com/source_identity": "Admin"}), want: notTrusted},
		{name: "roles without this one", token: x.token(map[string]any{"https://aws.amazon.com/roles": []string{x.role + "er"}}), want: "400 InvalidIdentityToken The roles of the token do not include the requested role"},
		{name: "roles with it", token: x.token(map[string]any{"https://aws.amazon.com/roles": x.role + "er;" + x.role})},
		{name: "longer than the role lasts", token: x.token(nil), params: []string{"DurationSeconds", "7200"}, want: "400 ValidationError The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		{name: "ProviderId of Amazon", token: x.token(nil), params: []string{"ProviderId", "www.amazon.com"}, want: "400 InvalidIdentityToken Access tokens of www.amazon.com cannot be verified here"},
		{name: "ProviderId of Facebook", token: x.token(nil), params: []string{"ProviderId", "graph.facebook.com"}, want: "400 InvalidIdentityToken Access tokens of graph.facebook.com cannot be verified here"},
		{name: "ProviderId of an issuer", token: x.token(nil), params: []string{"ProviderId", "idp.example"}, want: "400 InvalidIdentityToken No OpenIDConnect provider found in your account for idp.example"},
	} {
		if got := outcome(x.assume(c.token, c.params...)); got != c.want {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestNothingIsFetchedForStrangers: the issuer is asked only about tokens that
// name it, and once.
func TestNothingIsFetchedForStrangers(t *testing.T) {
	x := newExchange(t, "https://idp.example", "")
	other := oidctest.New("https://evil.example")
	for range 20 {
		x.assume("a.b.c")
		x.assume(other.Token(x.Now(), nil))
		x.assume(x.token(nil), "RoleArn", "arn:aws:iam::999999999999:role/web")
	}
	if asked := x.issuer.Requests(); len(asked) != 0 {
		t.Errorf("the issuer was asked for %v", asked)
	}
	for range 20 {
		x.assume(x.token(nil))
		x.assume(oidctest.NewKey("foreign", "RS256").Sign(x.issuer.Claims(x.Now(), nil)))
	}
	if asked := fmt.Sprint(x.issuer.Requests()); asked != "[/.well-known/openid-configuration /keys]" {
		t.Errorf("the issuer was asked for %v", asked)
	}
}

// TestChangesOfAProviderHoldAtOnce: client ids and providers are not remembered
// beyond their change.
func TestChangesOfAProviderHoldAtOnce(t *testing.T) {
	x := newExchange(t, "https://idp.example", "")
	third := func() string { return x.token(map[string]any{"aud": "third"}) }
	for _, c := range []struct {
		action string
		params []string
		token  string
		want   string
	}{
		{"GetOpenIDConnectProvider", nil, third(), "400 InvalidIdentityToken Incorrect token audience"},
		{"AddClientIDToOpenIDConnectProvider", []string{"ClientID", "third"}, third(), ""},
		{"RemoveClientIDFromOpenIDConnectProvider", []string{"ClientID", "third"}, third(), "400 InvalidIdentityToken Incorrect token audience"},
		{"DeleteOpenIDConnectProvider", nil, x.token(nil), "400 InvalidIdentityToken No OpenIDConnect provider found in your account for https://idp.example"},
	} {
		if a := x.Call(x.Root, "iam", c.action, append(c.params, "OpenIDConnectProviderArn", x.provider)...); a.Status != 200 {
			t.Fatal(a.Body)
		}
		if got := outcome(x.assume(c.token)); got != c.want {
			t.Errorf("after %s: %q, want %q", c.action, got, c.want)
		}
	}
}

// TestConditionKeysOfWebIdentity has a condition of the trust policy in each
// row, and whether it holds.
func TestConditionKeysOfWebIdentity(t *testing.T) {
	const url = "https://token.actions.githubusercontent.com"
	const p = "token.actions.githubusercontent.com:"
	x := newExchange(t, url, `{"StringLike":{"`+p+`sub":"*ject*"}}`)
	token := x.token(map[string]any{
		"aud": []string{"x", "sts.amazonaws.com"}, "amr": []string{"a", "b"}, "email": "ann@example.com", "repository": "corp/app", "environment": "prod", "sha": "abc",
	})
	one := func(operator, key, value string) string { return fmt.Sprintf(`{%q:{%q:%q}}`, operator, key, value) }
	const narrow = `"StringEquals":{"` + p + `sub":"subject-1"}`
	for _, c := range []struct {
		condition string
		want      bool
	}{
		{one("StringEquals", p+"sub", "subject-1"), true},
		{one("StringEquals", p+"sub", "subject-2"), false},
		{`{` + narrow + `,"StringLike":{"` + p + `aud":"sts.amazonaws.com"}}`, true},
		{`{` + narrow + `,"StringLike":{"` + p + `aud":"x"}}`, false},
		{`{` + narrow + `,"ForAnyValue:StringEquals":{"` + p + `oaud":"x"}}`, true},
		{`{` + narrow + `,"ForAnyValue:StringEquals":{"` + p + `amr":"b"}}`, true},
		{`{` + narrow + `,"ForAnyValue:StringEquals":{"` + p + `amr":"c"}}`, false},
		{`{` + narrow + `,"StringLike":{"` + p + `email":"*@example.com"}}`, true},
		{`{` + narrow + `,"StringLike":{"` + p + `repository":"corp/*"}}`, true},
		{`{` + narrow + `,"StringLike":{"` + p + `repository":"evil/*"}}`, false},
		{`{` + narrow + `,"StringLike":{"` + p + `environment":"prod"}}`, true},
		{`{` + narrow + `,"Null":{"` + p + `sha":"true"}}`, true},
		{`{` + narrow + `,"StringLike":{"sts:RoleSessionName":"build-*"}}`, true},
		{`{` + narrow + `,"StringLike":{"aws:FederatedProvider":"` + x.provider + `"}}`, true},
		{`{` + narrow + `,"Bool":{"sts:RoleAuthorizedByIdp":"false"}}`, true},
		{`{` + narrow + `,"Bool":{"sts:RoleAuthorizedByIdp":"true"}}`, false},
	} {
		if a := x.Call(x.Root, "iam", "UpdateAssumeRolePolicy", "RoleName", "web", "PolicyDocument", x.trusts(c.condition)); a.Status != 200 {
			t.Fatal(a.Body)
		}
		want := ""
		if !c.want {
			want = notTrusted
		}
		if got := outcome(x.assume(token)); got != want {
			t.Errorf("%s: %q, want %q", c.condition, got, want)
		}
	}
}

// TestWhatStaysInTheSession: aud, sub and amr are keys of the session's later
// calls, tags and source identity too; the issuer's own claims are not.
func TestWhatStaysInTheSession(t *testing.T) {
	const p = "token.actions.githubusercontent.com:"
	x := newExchange(t, "https://token.actions.githubusercontent.com", `{"StringEquals":{"`+p+`sub":"subject-1"}}`)
	update := x.Call(x.Root, "iam", "UpdateAssumeRolePolicy", "RoleName", "web", "PolicyDocument",
		x.trusts(`{"StringEquals":{"`+p+`sub":"subject-1"}}`, "sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"))
	if update.Status != 200 {
		t.Fatal(update.Body)
	}
	a := x.assume(x.token(map[string]any{
		"amr": []string{"a", "b"}, "email": "ann@example.com", "repository": "corp/app", "https://aws.amazon.com/source_identity": "Admin",
		"https://aws.amazon.com/tags": map[string]any{"principal_tags": map[string]any{"team": []string{"blue"}}, "transitive_tag_keys": []string{"team"}},
	}))
	if got := outcome(a); got != "" || a.Element("SourceIdentity") != "Admin" {
		t.Fatal(got, a.Body)
	}
	session := a.Credentials()
	for _, c := range []struct {
		condition string
		want      bool
	}{
		{`{"StringEquals":{"` + p + `sub":"subject-1","` + p + `aud":"sts.amazonaws.com"}}`, true},
		{`{"ForAllValues:StringEquals":{"` + p + `amr":["a","b"]},"Null":{"` + p + `amr":"false"}}`, true},
		{`{"StringEquals":{"aws:PrincipalTag/team":"blue","aws:SourceIdentity":"Admin","aws:FederatedProvider":"` + x.provider + `"}}`, true},
		{`{"Null":{"` + p + `email":"false"}}`, false},
		{`{"Null":{"` + p + `oaud":"false"}}`, false},
		{`{"Null":{"` + p + `repository":"false"}}`, false},
	} {
		policy := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*","Condition":` + c.condition + `}}`
		if put := x.Call(x.Root, "iam", "PutRolePolicy", "RoleName", "web", "PolicyName", "policy0", "PolicyDocument", policy); put.Status != 200 {
			t.Fatal(put.Body)
		}
		if got := x.Call(session, "iam", "ListRoles"); (got.Status == 200) != c.want {
			t.Errorf("%s: %d", c.condition, got.Status)
		}
	}
	next := x.Role("next", daypasstest.Trust(x.role))
	x.Call(x.Root, "iam", "PutRolePolicy", "RoleName", "web", "PolicyName", "policy0", "PolicyDocument", allowAll)
	chained := x.AssumeRole(session, next, "chained")
	tagged := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListRoles","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue","aws:SourceIdentity":"Admin"}}}}`
	x.Call(x.Root, "iam", "PutRolePolicy", "RoleName", "next", "PolicyName", "p", "PolicyDocument", tagged)
	if a := x.Call(chained, "iam", "ListRoles"); a.Status != 200 {
		t.Errorf("a chained session lacks the transitive tag or the source identity: %s", a.Body)
	}
}

// TestBuiltInIssuers need no provider; trust policies name them by host.
func TestBuiltInIssuers(t *testing.T) {
	for _, c := range []struct{ url, iss, host string }{
		{"https://accounts.google.com", "https://accounts.google.com", "accounts.google.com"},
		{"https://accounts.google.com", "accounts.google.com", "accounts.google.com"},
		{"https://cognito-identity.amazonaws.com", "https://cognito-identity.amazonaws.com", "cognito-identity.amazonaws.com"},
	} {
		issuer := oidctest.New(c.url)
		s := daypasstest.New(t, daypasstest.WithTime(morning), daypasstest.WithIssuer(c.url, issuer))
		x := &exchange{Server: s, t: t, issuer: issuer, provider: c.host}
		x.role = x.Role("web", x.trusts(`{"StringEquals":{"`+c.host+`:aud":"my-client"}}`))
		a := x.assume(x.token(map[string]any{"iss": c.iss, "aud": "my-client"}))
		if got := outcome(a); got != "" || a.Element("Provider") != c.host {
			t.Errorf("%s: %q %s", c.iss, got, a.Body)
		}
		if got := outcome(x.assume(x.token(map[string]any{"iss": c.iss, "aud": "their-client"}))); got != notTrusted {
			t.Errorf("%s, for another client: %q", c.iss, got)
		}
	}
}
