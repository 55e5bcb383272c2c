package policy_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

const trusted = `"Principal":{"AWS":"111122223333"}`

// trust is a trust policy with the given elements after Effect and, unless they
// say otherwise, Action.
func trust(elements ...string) string {
	list := append([]string{`"Effect":"Allow"`}, elements...)
	if !strings.Contains(strings.Join(elements, ","), `Action"`) {
		list = append(list, `"Action":"sts:AssumeRole"`)
	}
	return v2012(`{` + strings.Join(list, ",") + `}`)
}

// The rows of 2.2.
func TestTrustPolicies(t *testing.T) {
	const (
		notJSON     = "This policy contains invalid Json"
		syntax      = "Syntax error in policy."
		stsOnly     = "AssumeRole policy may only specify STS AssumeRole actions."
		noResource  = "Has prohibited field Resource"
		federated   = "Federated principals must be valid domain names or SAML metadata ARNs"
		noValues    = "Invalid principal in policy: com.amazon.balsa.error.InvalidPolicyException: The passed in policy has a statement with no principals!"
		noPrincipal = "Missing required field Principal"
	)
	invalid := func(kind, value string) string {
		return `Invalid principal in policy: "` + kind + `":"` + value + `"`
	}
	aws := func(value string) string { return trust(`"Principal":{"AWS":"` + value + `"}`) }
	tests := []struct{ name, text, want string }{
		{"right", trust(trusted), ""},
		{"no version", `{"Statement":{"Effect":"Allow",` + trusted + `,"Action":"sts:AssumeRole"}}`, ""},
		{"older version", `{"Version":"2008-10-17","Statement":{"Effect":"Allow",` + trusted + `,"Action":"sts:AssumeRole"}}`, ""},
		{"all types", trust(`"Principal":{"AWS":["*","111122223333"],"Service":"lambda.amazonaws.com","Federated":"accounts.google.com"}`), ""},

		{"text", `x`, notJSON},
		{"trailing comma", `{"Version":"2012-10-17","Statement":[],}`, notJSON},
		{"unknown element", trust(trusted, `"Foo":1`), syntax},
		{"element twice", trust(trusted, trusted), syntax},
		{"not an object", `[]`, syntax},
		{"unknown version", strings.Replace(trust(trusted), "2012-10-17", "2012-10-18", 1), "The policy must contain a valid version string"},
		{"empty Statement", `{"Version":"2012-10-17","Statement":[]}`, "Could not parse the policy: Statement is empty!"},
		{"no Statement", `{"Version":"2012-10-17"}`, "Could not parse the policy: Statement is empty!"},
		{"no Effect", v2012(`{` + trusted + `,"Action":"sts:AssumeRole"}`), "Missing required field Effect"},
		{"unknown Effect", strings.Replace(trust(trusted), "Allow", "Permit", 1), "Invalid effect: Permit"},
		{"Effect in other letters", strings.Replace(trust(trusted), "Allow", "allow", 1), "Invalid effect: allow"},
		{"no Principal", trust(), noPrincipal},
		{"empty Principal", trust(`"Principal":{}`), "Missing required field Principal cannot be empty!"},
		{"no values", trust(`"Principal":{"AWS":[]}`), noValues},
		{"no values of one type", trust(`"Principal":{"AWS":"*","Service":[]}`), noValues},
		{"star as text", trust(`"Principal":"*"`), `AssumeRolepolicy contained an invalid principal: "STAR":"*".`},
		{"other text", trust(`"Principal":"111122223333"`), "Principal must be a JSON object."},
		{"list", trust(`"Principal":["*"]`), syntax},
		{"unknown type", trust(`"Principal":{"Azure":"x"}`), syntax},
		{"star in the map", aws("*"), ""},
		{"NotPrincipal with Allow", trust(`"NotPrincipal":{"AWS":"111122223333"}`), "Allow with NotPrincipal is not allowed."},
		{"NotPrincipal with Deny", strings.Replace(trust(`"NotPrincipal":{"AWS":"111122223333"}`), "Allow", "Deny", 1), "AssumeRole policy must not contain NotPrincipal field."},
		{"Principal with NotPrincipal", trust(trusted, `"NotPrincipal":{"AWS":"*"}`), syntax},
		{"no Action", v2012(`{"Effect":"Allow",` + trusted + `}`), "Missing required field Action"},
		{"no actions", trust(trusted, `"Action":[]`), "Missing required field Action"},
		{"action of another service", trust(trusted, `"Action":"s3:GetObject"`), stsOnly},
		{"one action of another service", trust(trusted, `"Action":["sts:AssumeRole","iam:PassRole"]`), stsOnly},
		{"section 14: every action", trust(trusted, `"Action":"*"`), stsOnly},
		{"action without vendor", trust(trusted, `"Action":"AssumeRole"`), stsOnly},
		{"action with two colons", trust(trusted, `"Action":"sts:Assume:Role"`), "Actions/Condition can contain only one colon."},
		{"every STS action", trust(trusted, `"Action":"sts:*"`), ""},
		{"an action that STS does not have", trust(trusted, `"Action":"sts:InvalidAction"`), stsOnly},
		{"one of two that STS does not have", trust(trusted, `"Action":["sts:AssumeRole","sts:AssumeRoles"]`), stsOnly},
		{"actions in other letters, with wildcards", trust(trusted, `"Action":["STS:assumerole*","sts:Tag?ession","sts:SetSourceIdentity","sts:SetContext"]`), ""},
		{"no such action, no such principal", trust(`"Principal":{"AWS":"nobody"}`, `"Action":"sts:InvalidAction"`), stsOnly},
		{"letter case of the vendor (M1)", trust(trusted, `"Action":"STS:AssumeRole"`), ""},
		{"NotAction of STS", trust(trusted, `"NotAction":"sts:TagSession"`), ""},
		{"NotAction of another service", trust(trusted, `"NotAction":"s3:*"`), stsOnly},
		{"Action with NotAction", trust(trusted, `"Action":"sts:*","NotAction":"sts:*"`), syntax},
		{"Resource", trust(trusted, `"Resource":"*"`), noResource},
		{"a permissions policy by mistake", v2012(statement1()), noResource},
		{"NotResource", trust(trusted, `"NotResource":"*"`), "AssumeRole policy must not contain resources."},
		{"equal Sids", v2012(`{"Sid":"a","Effect":"Allow",` + trusted + `,"Action":"sts:AssumeRole"},{"Sid":"a","Effect":"Allow",` + trusted + `,"Action":"sts:AssumeRole"}`), "The Statement Ids in the policy are not unique"},
		{"Sid of other characters", trust(trusted, `"Sid":"a b"`), "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
		{"unknown operator", trust(trusted, `"Condition":{"Nope":{"k":"v"}}`), syntax},
		{"no date", trust(trusted, `"Condition":{"DateLessThan":{"k":"x"}}`), legacyParsing},
		{"a condition", trust(trusted, `"Condition":{"StringEquals":{"sts:ExternalId":"x"}}`), ""},

		{"user", aws("arn:aws:iam::111122223333:user/ops/dana"), ""},
		{"role", aws("arn:aws:iam::111122223333:role/ops/r"), ""},
		{"root", aws("arn:aws:iam::111122223333:root"), ""},
		{"session", aws("arn:aws:sts::111122223333:assumed-role/r/s"), ""},
		{"federated user", aws("arn:aws:sts::111122223333:federated-user/f"), ""},
		{"P7 stored user", aws("AIDARTX3GSDSQEXAMPLE1"), ""},
		{"P7 stored role", aws("AROARTX3GSDSQEXAMPLE1"), ""},
		{"P7 no id of a group", aws("AGPARTX3GSDSQEXAMPLE1"), invalid("AWS", "AGPARTX3GSDSQEXAMPLE1")},
		{"group", aws("arn:aws:iam::111122223333:group/g"), invalid("AWS", "arn:aws:iam::111122223333:group/g")},
		{"wildcard inside an ARN", aws("arn:aws:iam::111122223333:role/*"), invalid("AWS", "arn:aws:iam::111122223333:role/*")},
		{"wildcard account", aws("arn:aws:iam::*:root"), invalid("AWS", "arn:aws:iam::*:root")},
		{"question mark inside an ARN", aws("arn:aws:iam::111122223333:user/dan?"), invalid("AWS", "arn:aws:iam::111122223333:user/dan?")},
		{"policy", aws("arn:aws:iam::111122223333:policy/p"), invalid("AWS", "arn:aws:iam::111122223333:policy/p")},
		{"role without name", aws("arn:aws:iam::111122223333:role/"), invalid("AWS", "arn:aws:iam::111122223333:role/")},
		{"session without name", aws("arn:aws:sts::111122223333:assumed-role/r"), invalid("AWS", "arn:aws:sts::111122223333:assumed-role/r")},
		{"unknown partition", aws("arn:azure:iam::111122223333:root"), invalid("AWS", "arn:azure:iam::111122223333:root")},
		{"ARN with a region", aws("arn:aws:iam:us-east-1:111122223333:root"), invalid("AWS", "arn:aws:iam:us-east-1:111122223333:root")},
		{"short account", aws("1111"), invalid("AWS", "1111")},
		{"a name", aws("dana"), invalid("AWS", "dana")},
		{"empty", aws(""), invalid("AWS", "")},

		{"service", trust(`"Principal":{"Service":"ec2.amazonaws.com"}`), ""},
		{"service of a region", trust(`"Principal":{"Service":"states.eu-west-1.amazonaws.com"}`), ""},
		{"service with two names", trust(`"Principal":{"Service":["delivery.logs.amazonaws.com","ecs-tasks.amazonaws.com"]}`), ""},
		{"service in China", trust(`"Principal":{"Service":"ec2.amazonaws.com.cn"}`), ""},
		{"unknown service", trust(`"Principal":{"Service":"x.amazonaws.com"}`), invalid("SERVICE", "x.amazonaws.com")},
		{"service without domain", trust(`"Principal":{"Service":"lambda"}`), invalid("SERVICE", "lambda")},
		{"service of another domain", trust(`"Principal":{"Service":"lambda.example.com"}`), invalid("SERVICE", "lambda.example.com")},
		{"service star", trust(`"Principal":{"Service":"*"}`), invalid("SERVICE", "*")},

		{"OIDC provider", trust(`"Principal":{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.com/t"}`), ""},
		{"SAML provider", trust(`"Principal":{"Federated":"arn:aws:iam::111122223333:saml-provider/corp"}`), ""},
		{"built-in provider", trust(`"Principal":{"Federated":"www.amazon.com"}`), ""},
		{"Federated of another kind", trust(`"Principal":{"Federated":"arn:aws:iam::111122223333:user/u"}`), federated},
		{"Federated text", trust(`"Principal":{"Federated":"corp"}`), federated},
		{"Federated URL", trust(`"Principal":{"Federated":"https://idp.example.com"}`), federated},
		{"Federated star", trust(`"Principal":{"Federated":"*"}`), federated},
		{"canonical user", trust(`"Principal":{"CanonicalUser":"` + strings.Repeat("0a", 32) + `"}`), ""},
		{"canonical user of another shape", trust(`"Principal":{"CanonicalUser":"x"}`), invalid("CANONICALUSER", "x")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := message(policy.Trust, tt.text); got != tt.want {
				t.Errorf("message %q to %s, want %q", got, tt.text, tt.want)
			}
		})
	}
}

// Providers that many tenants share must be held to one tenant.
func TestSharedProviders(t *testing.T) {
	const (
		github  = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
		cognito = "A condition block must be present for the Cognito provider"
	)
	refused := "Trust policy with trusted principal " + github + " must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, " +
		"token.actions.githubusercontent.com:sub or token.actions.githubusercontent.com:job_workflow_ref which is not scoped to all."
	tests := []struct{ name, provider, condition, want string }{
		{"no condition", github, ``, refused},
		{"another key", github, `{"StringEquals":{"token.actions.githubusercontent.com:aud":"sts.amazonaws.com"}}`, refused},
		{"the subject", github, `{"StringEquals":{"token.actions.githubusercontent.com:sub":"repo:o/r:ref:refs/heads/main"}}`, ""},
		{"the workflow", github, `{"StringLike":{"token.actions.githubusercontent.com:job_workflow_ref":"o/r/*"}}`, ""},
		{"a pattern", github, `{"ForAnyValue:StringLike":{"token.actions.githubusercontent.com:sub":["repo:*"]}}`, ""},
		{"everything", github, `{"StringLike":{"token.actions.githubusercontent.com:sub":"*"}}`, refused},
		{"everything among others", github, `{"StringLike":{"token.actions.githubusercontent.com:sub":["repo:o/*","*"]}}`, refused},
		{"the negation", github, `{"StringNotEquals":{"token.actions.githubusercontent.com:sub":"repo:o/r"}}`, refused},
		{"only if it exists", github, `{"StringEqualsIfExists":{"token.actions.githubusercontent.com:sub":"repo:o/r"}}`, refused},
		{"one's own provider", "arn:aws:iam::111122223333:oidc-provider/idp.example.com", ``, ""},
		{"Azure Sentinel", "arn:aws:iam::111122223333:oidc-provider/sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", `{"StringEquals":{"sts:RoleSessionName":"x"}}`, ""},
		{"Cognito without condition", "cognito-identity.amazonaws.com", ``, cognito},
		{"Cognito with the audience", "cognito-identity.amazonaws.com", `{"StringEquals":{"cognito-identity.amazonaws.com:aud":"us-east-1:x"}}`, ""},
		{"Cognito with another key", "cognito-identity.amazonaws.com", `{"StringEquals":{"cognito-identity.amazonaws.com:amr":"authenticated"}}`, cognito},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			elements := []string{`"Principal":{"Federated":"` + tt.provider + `"}`, `"Action":"sts:AssumeRoleWithWebIdentity"`}
			if tt.condition != "" {
				elements = append(elements, `"Condition":`+tt.condition)
			}
			if got := message(policy.Trust, trust(elements...)); got != tt.want {
				t.Errorf("message %q, want %q", got, tt.want)
			}
			deny := strings.Replace(trust(elements...), "Allow", "Deny", 1)
			if got := message(policy.Trust, deny); got != "" {
				t.Errorf("a Deny is refused: %q", got)
			}
		})
	}
}

// TestEachSharedProvider has the issuers of the reference (federation 8) with the
// key that a role must look at.
func TestEachSharedProvider(t *testing.T) {
	for issuer, keys := range map[string][]string{
		"token.actions.githubusercontent.com":                {"sub", "job_workflow_ref"},
		"vstoken.actions.githubusercontent.com":              {"sub"},
		"oidc-configuration.audit-log.githubusercontent.com": {"sub"},
		"gitlab.com":              {"sub"},
		"agent.buildkite.com":     {"sub"},
		"app.terraform.io":        {"sub"},
		"oidc.codefresh.io":       {"sub"},
		"studio.datachain.ai/api": {"sub"},
		"scalr.io":                {"sub"},
		"tokens.cloud.shisho.dev": {"sub"},
		"proidc.upbound.io":       {"sub"},
		"rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km": {"sub"},
		"oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qog":  {"sub"},
		"api.pulumi.com/oidc": {"aud"},
		"sandboxes.cloud":     {"aud"},
		"oidc.vercel.com":     {"aud"},
		"sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d": {"sts:RoleSessionName"},
	} {
		provider := "arn:aws:iam::111122223333:oidc-provider/" + issuer
		for i := range keys {
			if !strings.Contains(keys[i], ":") {
				keys[i] = issuer + ":" + keys[i]
			}
		}
		refused := "Trust policy with trusted principal " + provider + " must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, " +
			strings.Join(keys, " or ") + " which is not scoped to all."
		try := func(condition string) string {
			return message(policy.Trust, trust(`"Principal":{"Federated":"`+provider+`"}`, `"Action":"sts:AssumeRoleWithWebIdentity"`, `"Condition":`+condition))
		}
		for _, key := range keys {
			for _, operator := range []string{"StringEquals", "StringLike", "StringEqualsIgnoreCase", "ForAnyValue:StringEquals"} {
				if got := try(`{"` + operator + `":{"` + strings.ToUpper(key) + `":["a","b"]}}`); got != "" {
					t.Errorf("%s with %s of %s: %q", issuer, operator, key, got)
				}
			}
			for _, condition := range []string{
				`{}`,
				`{"StringEquals":{"` + issuer + `:nothing":"a"}}`,
				`{"StringLike":{"` + key + `":"*"}}`,
				`{"StringLike":{"` + key + `":["a","?*"]}}`,
				`{"StringLike":{"` + key + `":["*","a"]}}`,
				`{"StringEquals":{"` + key + `":"${` + key + `}"}}`,
				`{"StringLike":{"` + key + `":"*${aws:FederatedProvider}*"}}`,
				`{"StringNotLike":{"` + key + `":"a"}}`,
				`{"StringLikeIfExists":{"` + key + `":"a"}}`,
				`{"ForAllValues:StringLike":{"` + key + `":"a"}}`,
				`{"Null":{"` + key + `":"false"}}`,
			} {
				if got := try(condition); got != refused {
					t.Errorf("%s with %s: %q, want %q", issuer, condition, got, refused)
				}
				stored := trust(`"Principal":{"Federated":"`+provider+`"}`, `"Action":"sts:AssumeRoleWithWebIdentity"`, `"Condition":`+condition)
				if got := message(policy.StoredTrust, stored); got != "" {
					t.Errorf("a role that has it already, %s with %s: %q", issuer, condition, got)
				}
			}
		}
	}
}

// A role that has an action which STS does not have keeps working.
func TestStoredTrustPoliciesKeepTheirActions(t *testing.T) {
	if got := message(policy.StoredTrust, trust(trusted, `"Action":["sts:AssumeRole","sts:InvalidAction"]`)); got != "" {
		t.Errorf("refused: %q", got)
	}
}

func TestInvalidPrincipal(t *testing.T) {
	err := policy.InvalidPrincipal("AWS", "arn:aws:iam::111122223333:role/x")
	e, ok := errors.AsType[*policy.Error](err)
	if want := `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/x"`; !ok || e.Message != want || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// P7: ARNs and unique ids take each other's place; nothing else moves.
func TestRewritePrincipals(t *testing.T) {
	const text = `{ "Version": "2012-10-17",
  "Statement": [ {"Effect":"Allow", "Principal": {"AWS": [ "arn:aws:iam::111122223333:user/dana" , "111122223333"],
    "Service":"ec2.amazonaws.com"}, "Action":"sts:AssumeRole"},
  {"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::111122223333:user/\u0064ana"},"Action":"sts:*"} ] }`
	p := mustParse(t, policy.Trust, text)
	var seen []string
	got, err := p.RewritePrincipals(func(kind, value string) (string, error) {
		seen = append(seen, kind+" "+value)
		if value == "arn:aws:iam::111122223333:user/dana" {
			return "AIDARTX3GSDSQEXAMPLE1", nil
		}
		return value, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer(
		`"arn:aws:iam::111122223333:user/dana"`, `"AIDARTX3GSDSQEXAMPLE1"`,
		`"arn:aws:iam::111122223333:user/\u0064ana"`, `"AIDARTX3GSDSQEXAMPLE1"`).Replace(text)
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if s := strings.Join(seen, "; "); s != "AWS arn:aws:iam::111122223333:user/dana; AWS 111122223333; Service ec2.amazonaws.com; AWS arn:aws:iam::111122223333:user/dana" {
		t.Errorf("asked about %s", s)
	}
	same, err := p.RewritePrincipals(func(_, value string) (string, error) { return value, nil })
	if err != nil || same != text {
		t.Errorf("unchanged values change the text: %v\n%s", err, same)
	}
	broken := errors.New("no such user")
	if _, err := p.RewritePrincipals(func(_, _ string) (string, error) { return "", broken }); err != broken {
		t.Errorf("error %v, want %v", err, broken)
	}
	quoted, err := p.RewritePrincipals(func(_, _ string) (string, error) { return `a"b\`, nil })
	if err != nil || !strings.Contains(quoted, `"a\"b\\"`) {
		t.Errorf("values are not quoted: %v\n%s", err, quoted)
	}
}
