package policy_test

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

const (
	home    = "111122223333" // the account of the callers
	foreign = "444455556666"
)

// The callers of these tests.
var (
	user = policy.Principal{
		Type: policy.User, Account: home,
		ARN: "arn:aws:iam::111122223333:user/ops/dana", EntityID: "AIDARTX3GSDSQDANA0001",
	}
	session = policy.Principal{
		Type: policy.RoleSession, Account: home, ARN: "arn:aws:sts::111122223333:assumed-role/deploy/build",
		EntityARN: "arn:aws:iam::111122223333:role/ops/deploy", EntityID: "AROARTX3GSDSQDEPLOY01",
	}
	federated = policy.Principal{
		Type: policy.FederatedUser, Account: home, ARN: "arn:aws:sts::111122223333:federated-user/bob",
		EntityARN: "arn:aws:iam::111122223333:user/ops/dana", EntityID: "AIDARTX3GSDSQDANA0001",
	}
	root      = policy.Principal{Type: policy.Root, Account: home, ARN: "arn:aws:iam::111122223333:root"}
	rootFed   = policy.Principal{Type: policy.FederatedUser, Account: home, ARN: "arn:aws:sts::111122223333:federated-user/bob", EntityARN: "arn:aws:iam::111122223333:root"}
	anonymous = policy.Principal{}
	service   = policy.Principal{Type: policy.Service, ARN: "lambda.amazonaws.com"}
	exchange  = policy.Principal{Type: policy.FederatedExchange, ARN: "arn:aws:iam::111122223333:oidc-provider/idp.example.com"}
)

// Policies of one statement about the action x:Y.
func says(effect string) string {
	return v2012(`{"Effect":"` + effect + `","Action":"x:Y","Resource":"*"}`)
}

func naming(effect, principal string) string {
	return v2012(`{"Effect":"` + effect + `","Principal":` + principal + `,"Action":["x:Y","sts:AssumeRole"],"Resource":"*"}`)
}

// Section 8, and which kind of match it is: what the resource policy alone
// gives in one account says whether the match is direct.
func TestPrincipals(t *testing.T) {
	const (
		none    = "none"
		account = "account" // gives nothing alone
		behind  = "behind"  // role or user: gives what boundary and session allow
		direct  = "direct"  // gives, whatever limits
	)
	tests := []struct {
		rule, principal string
		caller          policy.Principal
		want            string
	}{
		{"P1 star", `"*"`, user, direct},
		{"P1 star in the map", `{"AWS":"*"}`, session, direct},
		{"P1 star, anonymous", `"*"`, anonymous, direct},
		{"P1 star, a service", `"*"`, service, direct},
		{"P2 account", `{"AWS":"111122223333"}`, user, account},
		{"P2 account, session", `{"AWS":"111122223333"}`, session, account},
		{"P2 root ARN", `{"AWS":"arn:aws:iam::111122223333:root"}`, user, account},
		{"P2 root ARN of another partition", `{"AWS":"arn:aws-cn:iam::111122223333:root"}`, user, none},
		{"P2 other account", `{"AWS":"444455556666"}`, user, none},
		{"P2 account, anonymous", `{"AWS":"111122223333"}`, anonymous, none},
		{"P2 account, a service of that account", `{"AWS":"111122223333"}`, policy.Principal{Type: policy.Service, Account: home, ARN: "ec2.amazonaws.com"}, none},
		{"P3 user", `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, user, direct},
		{"P3 path counts", `{"AWS":"arn:aws:iam::111122223333:user/dana"}`, user, none},
		{"P3 letter case counts", `{"AWS":"arn:aws:iam::111122223333:user/ops/Dana"}`, user, none},
		{"P3 the user behind a federated session", `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, federated, behind},
		{"P4 role", `{"AWS":"arn:aws:iam::111122223333:role/ops/deploy"}`, session, behind},
		{"P4 trap 10: path counts", `{"AWS":"arn:aws:iam::111122223333:role/deploy"}`, session, none},
		{"P4 role of another account", `{"AWS":"arn:aws:iam::444455556666:role/ops/deploy"}`, session, none},
		{"P5 session", `{"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/build"}`, session, direct},
		{"P5 another session", `{"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/other"}`, session, none},
		{"P5 federated user", `{"AWS":"arn:aws:sts::111122223333:federated-user/bob"}`, federated, direct},
		{"P5 another federated user", `{"AWS":"arn:aws:sts::111122223333:federated-user/eve"}`, federated, none},
		{"P6 provider", `{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.com"}`, exchange, direct},
		{"P6 another provider", `{"Federated":"arn:aws:iam::111122223333:oidc-provider/other.example.com"}`, exchange, none},
		{"P6 not after the exchange", `{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.com"}`, session, none},
		{"T8 a star is not for exchanges", `{"AWS":"*"}`, exchange, none},
		{"P7 unique id of a user", `{"AWS":"AIDARTX3GSDSQDANA0001"}`, user, direct},
		{"P7 unique id of the user behind a federated session", `{"AWS":"AIDARTX3GSDSQDANA0001"}`, federated, behind},
		{"P7 unique id of a role", `{"AWS":"AROARTX3GSDSQDEPLOY01"}`, session, behind},
		{"P7 unique id of another user", `{"AWS":"AIDARTX3GSDSQOTHER001"}`, user, none},
		{"service", `{"Service":"lambda.amazonaws.com"}`, service, direct},
		{"another service", `{"Service":"ec2.amazonaws.com"}`, service, none},
		{"service names are not users", `{"Service":"lambda.amazonaws.com"}`, user, none},
		{"no wildcards inside ARNs", `{"AWS":"arn:aws:iam::111122223333:user/*"}`, user, none},
		{"no groups", `{"AWS":"arn:aws:iam::111122223333:group/ops"}`, user, none},
		{"canonical users are nobody here", `{"CanonicalUser":"x"}`, user, none},
		{"entries are alternatives", `{"Service":"ec2.amazonaws.com","AWS":["444455556666","arn:aws:iam::111122223333:user/ops/dana"]}`, user, direct},
		{"the closest kind counts", `{"AWS":["111122223333","arn:aws:iam::111122223333:role/ops/deploy"]}`, session, behind},
		{"account, root itself", `{"AWS":"111122223333"}`, root, direct},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			resource := attach(t, policy.Resource, naming("Allow", tt.principal))
			ask := func(set policy.Set, owner string) bool {
				return policy.Evaluate(&set, &policy.Request{Action: "x:Y", Resource: "*", Principal: tt.caller, ResourceAccount: owner}).Allowed()
			}
			// A trust policy gives nothing to an account, not even to root, that a
			// direct match would not give.
			s := attach(t, policy.Inline, says("Allow"))
			nothing := attach(t, policy.Inline, v2012(`{"Effect":"Allow","Action":"other:*","Resource":"*"}`))
			got := none
			switch {
			case ask(policy.Set{Resource: resource, Trust: true, Boundary: &nothing[0], Session: nothing, HasSession: true}, home):
				got = direct
			case ask(policy.Set{Resource: resource, Trust: true, Session: s, HasSession: true}, home):
				got = behind
			case ask(policy.Set{Resource: resource, Trust: true, Identity: s, Session: s, HasSession: true}, home):
				got = account
			}
			if got != tt.want {
				t.Errorf("%s matches %s: %s, want %s", tt.principal, tt.caller.ARN, got, tt.want)
			}
		})
	}
}

func TestNotPrincipal(t *testing.T) {
	tests := []struct {
		rule, principal string
		caller          policy.Principal
		denied          bool
	}{
		{"someone else", `{"AWS":"arn:aws:iam::111122223333:user/eli"}`, user, true},
		{"the user named", `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, user, false},
		{"the account named: a match of any kind", `{"AWS":"111122223333"}`, session, false},
		{"the role named", `{"AWS":"arn:aws:iam::111122223333:role/ops/deploy"}`, session, false},
		{"the account named, a service of it", `{"AWS":"111122223333"}`, policy.Principal{Type: policy.Service, Account: home, ARN: "ec2.amazonaws.com"}, true},
		{"an ARN with wildcards names nobody", `{"AWS":"arn:aws:iam::111122223333:user/*"}`, user, true},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			set := policy.Set{
				Identity: attach(t, policy.Inline, says("Allow")),
				Resource: attach(t, policy.Resource, v2012(`{"Effect":"Deny","NotPrincipal":`+tt.principal+`,"Action":"*","Resource":"*"}`)),
			}
			d := policy.Evaluate(&set, &policy.Request{Action: "x:Y", Resource: "*", Principal: tt.caller})
			if (d.Verdict == policy.ExplicitDeny) != tt.denied {
				t.Errorf("verdict %v, want denied = %v", d.Verdict, tt.denied)
			}
		})
	}
}

// given says which policies there are: each word is a layer, with "+" for one
// that allows x:Y, "-" for one that says nothing of it and "!" for one that
// denies. The resource policy is given apart, by the principal it names.
func given(t *testing.T, words string) policy.Set {
	t.Helper()
	texts := map[string]string{
		"+": v2012(`{"Effect":"Allow","Action":["x:Y","sts:AssumeRole"],"Resource":"*"}`),
		"-": v2012(`{"Effect":"Allow","Action":"other:*","Resource":"*"}`),
		"!": v2012(`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":["x:Y","sts:AssumeRole"],"Resource":"*"}`),
	}
	var set policy.Set
	for _, word := range strings.Fields(words) {
		layer := word[:len(word)-1]
		list := attach(t, policy.Inline, texts[word[len(word)-1:]])
		switch layer {
		case "I":
			set.Identity = append(set.Identity, list...)
		case "B":
			set.Boundary = &list[0]
		case "S":
			set.Session, set.HasSession = append(set.Session, list...), true
		case "SCP":
			set.SCPs = append(set.SCPs, list)
		case "RCP":
			set.RCPs = append(set.RCPs, list...)
		default:
			t.Fatalf("no layer %q", layer)
		}
	}
	return set
}

// outcome is a decision in a word or two.
func outcome(d policy.Decision) string {
	if d.Layer == policy.NoLayer {
		return d.Verdict.String()
	}
	return d.Verdict.String() + ": " + d.Layer.String()
}

const (
	byIdentity = "allowed: identity-based policy"
	byResource = "allowed: resource-based policy"
	noIdentity = "implicitDeny: identity-based policy"
	noBoundary = "implicitDeny: permissions boundary"
	noSession  = "implicitDeny: session policy"
	noResource = "implicitDeny: resource-based policy"
	noSCP      = "implicitDeny: service control policy"
)

// Section 9. The principal is that of the resource policy's Allow, "" for none.
func TestEvaluation(t *testing.T) {
	const (
		theUser    = `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`
		theRole    = `{"AWS":"arn:aws:iam::111122223333:role/ops/deploy"}`
		theSession = `{"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/build"}`
		theAccount = `{"AWS":"111122223333"}`
		anyone     = `"*"`
	)
	tests := []struct {
		rule      string
		caller    policy.Principal
		owner     string
		policies  string
		principal string
		want      string
	}{
		{"nothing allows", user, home, "", "", noIdentity},
		{"E4 identity allows", user, home, "I+", "", byIdentity},
		{"E4 one of several allows", user, home, "I- I- I+", "", byIdentity},
		{"E4 none of several allows", user, home, "I- I-", "", noIdentity},
		{"E4 the owner is unknown", user, "", "I+", "", byIdentity},

		{"E1 identity denies", user, home, "I+ I!", theUser, "explicitDeny: identity-based policy"},
		{"E1 boundary denies", user, home, "I+ B!", theUser, "explicitDeny: permissions boundary"},
		{"E1 session policy denies", session, home, "I+ S+ S!", theSession, "explicitDeny: session policy"},
		{"E1 SCP denies", user, home, "I+ SCP!", theUser, "explicitDeny: service control policy"},
		{"E1 RCP denies", user, home, "I+ RCP!", theUser, "explicitDeny: resource control policy"},
		{"E1 SCP is named before identity", user, home, "I! SCP!", "", "explicitDeny: service control policy"},
		{"E1 identity is named before boundary", user, home, "I! B! S!", "", "explicitDeny: identity-based policy"},

		{"E2 SCP allows", user, home, "I+ SCP+", "", byIdentity},
		{"E2 each level allows", user, home, "I+ SCP+ SCP+", "", byIdentity},
		{"E2 one level does not", user, home, "I+ SCP- SCP+", "", noSCP},
		{"E2 the last level does not", user, home, "I+ SCP+ SCP-", "", noSCP},
		{"E2 SCPs give nothing", user, home, "SCP+", "", noIdentity},
		{"E2 SCPs bind a direct match too", user, home, "SCP-", theUser, noSCP},
		{"E2 SCPs bind root", root, home, "SCP-", "", noSCP},
		{"E2 only denies of RCPs matter", user, home, "I+ RCP-", "", byIdentity},

		{"E3 user named", user, home, "", theUser, byResource},
		{"E3 trap 9: user named, boundary silent", user, home, "B-", theUser, byResource},
		{"E3 session named, all silent", session, home, "I- B- S-", theSession, byResource},
		{"E3 everybody named, all silent", session, home, "I- B- S-", anyone, byResource},
		{"E5 account named gives nothing", user, home, "", theAccount, noIdentity},
		{"E5 account named, identity allows", user, home, "I+", theAccount, byIdentity},
		{"E6 role named, no identity policy", session, home, "", theRole, byResource},
		{"E6 role named, boundary allows", session, home, "B+", theRole, byResource},
		{"E6 trap 9: role named, boundary silent", session, home, "B-", theRole, noBoundary},
		{"E6 role named, session policy silent", session, home, "S-", theRole, noSession},
		{"E6 role named, session policy allows", session, home, "S+", theRole, byResource},
		{"E6 role named, identity alone is silent", session, home, "I- B+ S+", theRole, byResource},
		{"E4 boundary silent", user, home, "I+ B-", "", noBoundary},
		{"E4 boundary allows", user, home, "I+ B+", "", byIdentity},
		{"E4 boundaries give nothing", user, home, "B+", "", noIdentity},
		{"E4 session policy silent", session, home, "I+ S-", "", noSession},
		{"E4 session policies give nothing", session, home, "S+", "", noIdentity},
		{"E4 one session policy is enough", session, home, "I+ S- S+", "", byIdentity},
		{"identity is named before boundary and session", session, home, "I- B- S-", "", noIdentity},
		{"boundary is named before session", session, home, "I+ B- S-", "", noBoundary},

		{"E7 both sides", user, foreign, "I+", theUser, byIdentity},
		{"E7 only the resource", user, foreign, "", theUser, noIdentity},
		{"E7 only the identity", user, foreign, "I+", "", noResource},
		{"E7 account named is enough", user, foreign, "I+", theAccount, byIdentity},
		{"E7 everybody named is enough", user, foreign, "I+", anyone, byIdentity},
		{"E7 everybody named is needed besides", user, foreign, "", anyone, noIdentity},
		{"E7 role named still needs identity", session, foreign, "", theRole, noIdentity},
		{"E7 boundary limits", user, foreign, "I+ B-", theUser, noBoundary},
		{"E7 session policy limits", session, foreign, "I+ S-", theSession, noSession},

		{"GetFederationToken: both", federated, home, "I+ S+", "", byIdentity},
		{"GetFederationToken: no session policy", federated, home, "I+", "", noSession},
		{"GetFederationToken: session policy alone", federated, home, "S+", "", noIdentity},
		{"GetFederationToken: federated user named", federated, home, "", `{"AWS":"arn:aws:sts::111122223333:federated-user/bob"}`, byResource},
		{"GetFederationToken: user named, session allows", federated, home, "S+", theUser, byResource},
		{"section 14: user named, no session policy", federated, home, "", theUser, noSession},
		{"GetFederationToken by root: session policy decides", rootFed, home, "S+", "", "allowed"},
		{"GetFederationToken by root: no session policy", rootFed, home, "", "", noSession},

		{"E9 root of the account", root, home, "", "", "allowed"},
		{"E9 root, RCP denies", root, home, "RCP!", "", "explicitDeny: resource control policy"},
		{"E9 root, task policy silent", root, home, "S-", "", noSession},
		{"E9 root, task policy allows", root, home, "S+", "", "allowed"},
		{"E7 root of another account", root, foreign, "", "", noResource},
		{"E7 root of another account, account named", root, foreign, "", theAccount, byResource},

		{"E10 anonymous, everybody named", anonymous, home, "", anyone, byResource},
		{"E10 anonymous, account named", anonymous, home, "", theAccount, noResource},
		{"E10 anonymous, nothing", anonymous, home, "", "", noResource},
		{"E10 service named", service, home, "", `{"Service":"lambda.amazonaws.com"}`, byResource},
		{"E10 another service named", service, home, "", `{"Service":"ec2.amazonaws.com"}`, noResource},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			set := given(t, tt.policies)
			if tt.principal != "" {
				set.Resource = attach(t, policy.Resource, naming("Allow", tt.principal))
			}
			r := &policy.Request{Action: "x:Y", Resource: "arn:aws:x:::r", ResourceAccount: tt.owner, Principal: tt.caller}
			d := policy.Evaluate(&set, r)
			if got := outcome(d); got != tt.want {
				t.Errorf("%s, resource policy %s: %s, want %s", tt.policies, tt.principal, got, tt.want)
			}
			if full := policy.Explain(&set, r); outcome(full) != outcome(d) || full.First != d.First {
				t.Errorf("Explain says %s by %+v, Evaluate %s by %+v", outcome(full), full.First, outcome(d), d.First)
			}
		})
	}
}

func TestResourcePolicyDenies(t *testing.T) {
	for _, caller := range []policy.Principal{user, session, root, anonymous} {
		set := given(t, "I+")
		set.Resource = attach(t, policy.Resource, naming("Allow", `"*"`), naming("Deny", `"*"`))
		d := policy.Evaluate(&set, &policy.Request{Action: "x:Y", Resource: "*", ResourceAccount: home, Principal: caller})
		if got := outcome(d); got != "explicitDeny: resource-based policy" {
			t.Errorf("E1, E9 %q: %s", caller.ARN, got)
		}
	}
}

// A session that has no rights without a session policy has none.
func TestSessionWithoutItsPolicy(t *testing.T) {
	set := given(t, "I+")
	set.HasSession = true
	if got := outcome(policy.Evaluate(&set, &policy.Request{Action: "x:Y", Resource: "*", Principal: session})); got != noSession {
		t.Errorf("%s, want %s", got, noSession)
	}
}

// Of several Allow statements of a resource policy the one that names the
// caller most closely decides, wherever it stands.
func TestClosestStatementDecides(t *testing.T) {
	for name, order := range map[string][]string{
		"account first": {`{"AWS":"111122223333"}`, `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`},
		"user first":    {`{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, `{"AWS":"111122223333"}`},
	} {
		set := policy.Set{Resource: attach(t, policy.Resource, naming("Allow", order[0]), naming("Allow", order[1]))}
		d := policy.Evaluate(&set, &policy.Request{Action: "x:Y", Resource: "*", Principal: user})
		if got := outcome(d); got != byResource {
			t.Errorf("%s: %s", name, got)
		} else if p := d.First.Source.Policy.Statements()[0].Principals[0]; p.Value == home {
			t.Errorf("%s: decided by the statement about %s", name, p.Value)
		}
	}
}

// E8: what no policy can refuse.
func TestActionsBeyondPolicies(t *testing.T) {
	set := given(t, "I! SCP!")
	for _, action := range []string{"sts:GetCallerIdentity", "STS:getcalleridentity", "sts:GetSessionToken"} {
		deny := v2012(`{"Effect":"Deny","Action":"*","Resource":"*"}`)
		set.Identity = attach(t, policy.Inline, deny)
		d := policy.Evaluate(&set, &policy.Request{Action: action, Resource: "*", Principal: user})
		if !d.Allowed() || d.Layer != policy.NoLayer {
			t.Errorf("%s: %s", action, outcome(d))
		}
	}
}

// Section 10.
func TestTrust(t *testing.T) {
	const (
		byTrust = "allowed: role trust policy"
		noTrust = "implicitDeny: role trust policy"
		role    = "arn:aws:iam::111122223333:role/target"
	)
	trusting := func(principal string) string {
		return v2012(`{"Effect":"Allow","Principal":` + principal + `,"Action":["sts:AssumeRole"]}`)
	}
	tests := []struct {
		rule, principal string
		caller          policy.Principal
		owner, policies string
		want            string
	}{
		{"T1 user named", `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, user, home, "", byTrust},
		{"T1 user named by unique id (P7)", `{"AWS":"AIDARTX3GSDSQDANA0001"}`, user, home, "", byTrust},
		{"T1 re-created user has another id (P7)", `{"AWS":"AIDARTX3GSDSQOLD00001"}`, user, home, "I-", noIdentity},
		{"T1 user named, boundary silent", `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, user, home, "B-", byTrust},
		{"T1 trap 8: account named alone is not enough", `{"AWS":"111122223333"}`, user, home, "", noIdentity},
		{"T1 account named and identity", `{"AWS":"arn:aws:iam::111122223333:root"}`, user, home, "I+", byTrust},
		{"T1 account named, boundary silent", `{"AWS":"111122223333"}`, user, home, "I+ B-", noBoundary},
		{"T1 identity alone is not enough", `{"AWS":"444455556666"}`, user, home, "I+", noTrust},
		{"T1 everybody", `{"AWS":"*"}`, user, home, "", byTrust},
		{"T1 identity denies", `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, user, home, "I!", "explicitDeny: identity-based policy"},
		{"T2 both sides", `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, user, foreign, "I+", byTrust},
		{"T2 trust alone", `{"AWS":"arn:aws:iam::111122223333:user/ops/dana"}`, user, foreign, "", noIdentity},
		{"T2 everybody still needs identity", `{"AWS":"*"}`, user, foreign, "", noIdentity},
		{"T2 identity alone", `{"AWS":"444455556666"}`, user, foreign, "I+", noTrust},
		{"T2 account named and identity", `{"AWS":"111122223333"}`, user, foreign, "I+", byTrust},
		{"T6 service", `{"Service":"lambda.amazonaws.com"}`, service, home, "", byTrust},
		{"T6 another service", `{"Service":"ec2.amazonaws.com"}`, service, home, "", noTrust},
		{"T7 role named", `{"AWS":"arn:aws:iam::111122223333:role/ops/deploy"}`, session, home, "", byTrust},
		{"T7 role named by unique id", `{"AWS":"AROARTX3GSDSQDEPLOY01"}`, session, home, "", byTrust},
		{"T7 role named, the session's own policy is silent", `{"AWS":"arn:aws:iam::111122223333:role/ops/deploy"}`, session, home, "S-", noSession},
		{"T7 session named, the session's own policy is silent", `{"AWS":"arn:aws:sts::111122223333:assumed-role/deploy/build"}`, session, home, "S-", byTrust},
		{"T7 a role does not trust itself", `{"AWS":"arn:aws:iam::111122223333:role/other"}`, session, home, "I+", noTrust},
		{"T8 only Federated entries", `{"AWS":"*"}`, exchange, home, "", noTrust},
		{"T8 the provider named", `{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.com"}`, exchange, home, "", byTrust},
		{"root needs to be named", `{"AWS":"444455556666"}`, root, home, "", noTrust},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			set := given(t, tt.policies)
			set.Trust = true
			set.Resource = attach(t, policy.Trust, trusting(tt.principal))
			d := policy.Evaluate(&set, &policy.Request{Action: "sts:AssumeRole", Resource: role, ResourceAccount: tt.owner, Principal: tt.caller})
			if got := outcome(d); got != tt.want {
				t.Errorf("%s trusted, %s: %s, want %s", tt.principal, tt.policies, got, tt.want)
			}
		})
	}

	t.Run("T3 ExternalId exists only when it was passed", func(t *testing.T) {
		set := policy.Set{Trust: true, Resource: attach(t, policy.Trust, v2012(`{"Effect":"Allow","Principal":{"AWS":"*"},
			"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"secret"}}}`))}
		r := &policy.Request{Action: "sts:AssumeRole", Resource: role, Principal: user}
		if d := policy.Evaluate(&set, r); d.Allowed() {
			t.Error("allowed without ExternalId")
		}
		r.Context = contextOf("sts:ExternalId=secret")
		if d := policy.Evaluate(&set, r); !d.Allowed() {
			t.Error("refused with the right ExternalId")
		}
	})
	t.Run("T5 tagging is an action of its own", func(t *testing.T) {
		set := policy.Set{Trust: true, Resource: attach(t, policy.Trust, trusting(`{"AWS":"*"}`))}
		if d := policy.Evaluate(&set, &policy.Request{Action: "sts:TagSession", Resource: role, Principal: user}); d.Allowed() {
			t.Error("sts:TagSession is allowed by a statement about sts:AssumeRole")
		}
	})
	t.Run("T8 sts:AssumeRole does not help an exchange", func(t *testing.T) {
		set := policy.Set{Trust: true, Resource: attach(t, policy.Trust, trusting(`{"Federated":"arn:aws:iam::111122223333:oidc-provider/idp.example.com"}`))}
		if d := policy.Evaluate(&set, &policy.Request{Action: "sts:AssumeRoleWithWebIdentity", Resource: role, Principal: exchange}); d.Allowed() {
			t.Error("allowed")
		}
	})
	t.Run("a Deny of the trust policy", func(t *testing.T) {
		set := given(t, "I+")
		set.Trust = true
		set.Resource = attach(t, policy.Trust, trusting(`{"AWS":"*"}`), strings.Replace(trusting(`{"AWS":"111122223333"}`), "Allow", "Deny", 1))
		d := policy.Evaluate(&set, &policy.Request{Action: "sts:AssumeRole", Resource: role, Principal: user})
		if got := outcome(d); got != "explicitDeny: role trust policy" {
			t.Error(got)
		}
	})
}

// A document that could not be read denies, wherever it is attached.
func TestUnreadablePolicyDenies(t *testing.T) {
	broken := []policy.Attached{{ID: "broken"}}
	for name, change := range map[string]func(*policy.Set){
		"identity":         func(s *policy.Set) { s.Identity = append(s.Identity, broken...) },
		"boundary":         func(s *policy.Set) { s.Boundary = &broken[0] },
		"session":          func(s *policy.Set) { s.Session = broken },
		"resource":         func(s *policy.Set) { s.Resource = broken },
		"service control":  func(s *policy.Set) { s.SCPs = [][]policy.Attached{broken} },
		"resource control": func(s *policy.Set) { s.RCPs = broken },
	} {
		set := given(t, "I+")
		change(&set)
		d := policy.Evaluate(&set, &policy.Request{Action: "x:Y", Resource: "*", Principal: user})
		if d.Verdict != policy.ExplicitDeny || d.First.Statement != -1 || d.First.Source.ID != "broken" {
			t.Errorf("%s: %s by %+v", name, outcome(d), d.First)
		}
	}
}

func TestZeroSetAndZeroRequestDeny(t *testing.T) {
	if d := policy.Evaluate(&policy.Set{}, &policy.Request{}); d.Verdict != policy.ImplicitDeny {
		t.Error(outcome(d))
	}
	if (policy.Decision{}).Allowed() {
		t.Error("the zero Decision allows")
	}
}

// By lists each deciding statement, the denying ones alone when there are any.
func TestExplainListsDecidingStatements(t *testing.T) {
	set := policy.Set{
		Identity: attach(t, policy.Inline,
			v2012(`{"Effect":"Allow","Action":"x:*","Resource":"*"},{"Effect":"Allow","Action":"z:*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}`),
			v2012(`{"Effect":"Deny","Action":"x:Z","Resource":"*"},{"Effect":"Allow","Action":"x:Y","Resource":"*"}`)),
		Resource: attach(t, policy.Resource, naming("Allow", `{"AWS":"111122223333"}`)),
	}
	boundary := attach(t, policy.Inline, says("Allow"))
	set.Boundary = &boundary[0]
	type key struct {
		layer     policy.Layer
		id        string
		statement int
	}
	check := func(name, action, owner string, want ...key) {
		t.Helper()
		d := policy.Explain(&set, &policy.Request{Action: action, Resource: "*", ResourceAccount: owner, Principal: user})
		var got []key
		for _, m := range d.By {
			got = append(got, key{m.Layer, m.Source.ID, m.Statement})
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %s by %v, want %v", name, outcome(d), got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %s by %v, want %v", name, outcome(d), got, want)
			}
		}
	}
	check("allowed by all that grant, boundary aside", "x:Y", home,
		key{policy.Identity, "1", 0}, key{policy.Identity, "1", 2}, key{policy.Identity, "2", 1})
	check("across accounts the resource policy grants too", "x:Y", foreign,
		key{policy.ResourceBased, "1", 0}, key{policy.Identity, "1", 0}, key{policy.Identity, "1", 2}, key{policy.Identity, "2", 1})
	check("only what denies", "x:Z", home, key{policy.Identity, "2", 0})
	check("nothing for an implicit deny", "z:Q", home)
}

// An index changes neither what is found nor the order.
func TestIndexKeepsOrder(t *testing.T) {
	long := v2012(`{"Effect":"Allow","Action":"x:Y","Resource":"*"},` + filler(4) + `,
		{"Effect":"Allow","Action":"x:*","Resource":"*"},{"Effect":"Allow","NotAction":"z:*","Resource":"*"},` + filler(4) + `,
		{"Effect":"Allow","Action":["x:Y","x:?"],"Resource":"*"},{"Effect":"Allow","Action":["X:y","q:r"],"Resource":"*"},{"Effect":"Allow","Action":["x:Y","*"],"Resource":"*"}`)
	set := policy.Set{Identity: attach(t, policy.Inline, long)}
	d := policy.Explain(&set, &policy.Request{Action: "X:Y", Resource: "*", Principal: user})
	var got []int
	for _, m := range d.By {
		got = append(got, m.Statement)
	}
	want := []int{0, 5, 6, 11, 12, 13}
	if len(got) != len(want) {
		t.Fatalf("statements %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("statements %v, want %v", got, want)
		}
	}
}

// Of gives each layer by itself, for the details of a simulation.
func TestVerdictOfEachLayer(t *testing.T) {
	set := given(t, "I+ B- SCP+ SCP-")
	set.Resource = attach(t, policy.Resource, naming("Deny", `"*"`))
	d := policy.Evaluate(&set, &policy.Request{Action: "x:Y", Resource: "*", Principal: user})
	for layer, want := range map[policy.Layer]policy.Verdict{
		policy.Identity: policy.Allowed, policy.PermissionsBoundary: policy.ImplicitDeny, policy.ServiceControl: policy.ImplicitDeny,
		policy.ResourceBased: policy.ExplicitDeny, policy.SessionPolicy: policy.Allowed, policy.ResourceControl: policy.Allowed,
	} {
		if got := d.Of(layer); got != want {
			t.Errorf("%s: %s, want %s", layer, got, want)
		}
	}
}

// Section 11.
func TestReasons(t *testing.T) {
	const managed = "arn:aws:iam::111122223333:policy/Name"
	deny := func(l policy.Layer, arn string) policy.Decision {
		return policy.Decision{Verdict: policy.ExplicitDeny, Layer: l, First: policy.Match{Source: &policy.Attached{ARN: arn}}}
	}
	missing := func(l policy.Layer) policy.Decision { return policy.Decision{Layer: l} }
	for _, tt := range []struct {
		d    policy.Decision
		want string
	}{
		{missing(policy.Identity), "because no identity-based policy allows the iam:GetUser action"},
		{missing(policy.PermissionsBoundary), "because no permissions boundary allows the iam:GetUser action"},
		{missing(policy.SessionPolicy), "because no session policy allows the iam:GetUser action"},
		{missing(policy.ServiceControl), "because no service control policy allows the iam:GetUser action"},
		{missing(policy.ResourceBased), "because no resource-based policy allows the iam:GetUser action"},
		{missing(policy.TrustPolicy), "because no role trust policy allows the iam:GetUser action"},
		{deny(policy.Identity, ""), "with an explicit deny in an identity-based policy"},
		{deny(policy.PermissionsBoundary, ""), "with an explicit deny in a permissions boundary"},
		{deny(policy.SessionPolicy, ""), "with an explicit deny in a session policy"},
		{deny(policy.ResourceBased, ""), "with an explicit deny in a resource-based policy"},
		{deny(policy.ServiceControl, ""), "with an explicit deny in a service control policy"},
		{deny(policy.ResourceControl, ""), "with an explicit deny in a resource control policy"},
		{deny(policy.TrustPolicy, ""), "with an explicit deny in the role trust policy"},
		{deny(policy.Identity, managed), "with an explicit deny in an identity-based policy: " + managed},
		{policy.Decision{Verdict: policy.Allowed, Layer: policy.Identity}, ""},
	} {
		if got := tt.d.Reason("iam:GetUser"); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
