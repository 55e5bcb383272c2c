package stssvc_test

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/oidctest"
	"github.com/daypass/daypass/internal/spool"
)

// kinds are callers of every kind that sessions come in, made at one moment:
// with MFA and without, where there is a choice.
type kinds struct {
	*scene
	dir    string // of the spool
	phone  *device
	ann    daypasstest.Credentials
	anyone string // a role that all of them may assume
	of     map[string]daypasstest.Credentials
}

func newKinds(t *testing.T) *kinds {
	dir := t.TempDir()
	const url = "https://idp.example"
	issuer := oidctest.New(url)
	s := &scene{t, daypasstest.New(t, daypasstest.WithDir(dir), daypasstest.WithTime(morning), daypasstest.WithIssuer(url, issuer))}
	k := &kinds{scene: s, dir: filepath.Join(dir, "spool"), ann: s.s.User("ann", allowAll)}
	k.phone = newDevice(t, s.s, s.s.Root, "ann", "phone")
	key := newDevice(t, s.s, s.s.Root, s.s.Account, "root-account-mfa-device")
	k.anyone = s.s.Role("anyone", daypasstest.Trust("*"), allowAll)
	saml := s.s.SAMLProvider("idp")
	web := s.s.Call(s.s.Root, "iam", "CreateOpenIDConnectProvider", "Url", url, "ClientIDList.member.1", "sts.amazonaws.com").Element("OpenIDConnectProviderArn")
	webRole := s.s.Role("web", trust(`{"Effect":"Allow","Principal":{"Federated":"`+web+`"},"Action":"sts:AssumeRoleWithWebIdentity"}`), allowAll)
	call := func(c daypasstest.Credentials, action string, params ...string) daypasstest.Credentials {
		t.Helper()
		a := s.s.Call(c, "sts", action, params...)
		if a.Status != 200 {
			t.Fatalf("%s: %s", action, a.Body)
		}
		return a.Credentials()
	}
	assume := []string{"RoleArn", k.anyone, "RoleSessionName", "scene"}
	k.of = map[string]daypasstest.Credentials{
		"a user":                       k.ann,
		"the root user":                s.s.Root,
		"a user's session":             call(k.ann, "GetSessionToken"),
		"a user's session with MFA":    call(k.ann, "GetSessionToken", k.phone.proof(0)...),
		"the root's session":           call(s.s.Root, "GetSessionToken"),
		"the root's session with MFA":  call(s.s.Root, "GetSessionToken", key.proof(0)...),
		"a role's session":             call(k.ann, "AssumeRole", assume...),
		"a role's session with MFA":    call(k.ann, "AssumeRole", append(k.phone.proof(1), assume...)...),
		"a session of SAML":            saml.AssumeRole(s.s.Role("desk", saml.Trust(), allowAll), "ann"),
		"a session of a web identity":  call(daypasstest.Credentials{}, "AssumeRoleWithWebIdentity", "RoleArn", webRole, "RoleSessionName", "scene", "WebIdentityToken", issuer.Token(s.s.Now(), nil)),
		"a federated user":             call(k.ann, "GetFederationToken", "Name", "guest", "Policy", allowAll),
		"a federated user of the root": call(s.s.Root, "GetFederationToken", "Name", "guest", "Policy", allowAll),
	}
	k.of["a role by a user's session with MFA"] = call(k.of["a user's session with MFA"], "AssumeRole", assume...)
	k.of["a role by a role with MFA"] = call(k.of["a role's session with MFA"], "AssumeRole", assume...)
	return k
}

// TestWhoWasThereBySessionKind asks each kind of session what trust policies
// see of its MFA (reference, sts-api 6 and policy T4), by roles of which each
// trusts whom it sees one value of.
func TestWhoWasThereBySessionKind(t *testing.T) {
	k := newKinds(t)
	sees := map[string]string{}
	for value, condition := range map[string]string{
		"present": `{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericEquals":{"aws:MultiFactorAuthAge":"60"}}`,
		"now":     `{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericEquals":{"aws:MultiFactorAuthAge":"0"}}`,
		"false":   `{"Bool":{"aws:MultiFactorAuthPresent":"false"},"Null":{"aws:MultiFactorAuthAge":"true"}}`,
		"absent":  `{"Null":{"aws:MultiFactorAuthPresent":"true","aws:MultiFactorAuthAge":"true"}}`,
	} {
		sees[value] = k.s.Role("sees-"+value, trust(`{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":`+condition+`}`))
	}
	k.s.Advance(time.Minute)
	ask := func(c daypasstest.Credentials, value string, params ...string) bool {
		return k.s.Call(c, "sts", "AssumeRole", append([]string{"RoleArn", sees[value], "RoleSessionName", "scene"}, params...)...).Status == 200
	}
	for kind, want := range map[string]string{
		"a user":                              "absent",
		"a user's session":                    "false",
		"a user's session with MFA":           "present",
		"a role's session":                    "false",
		"a role's session with MFA":           "false", // the code was for that call
		"a role by a user's session with MFA": "false",
		"a role by a role with MFA":           "false",
		"a session of SAML":                   "false",
		"a session of a web identity":         "false",
	} {
		for value := range sees {
			if got := ask(k.of[kind], value); got != (value == want) {
				t.Errorf("%s: seen as %q: %v, want %q", kind, value, got, want)
			}
		}
	}
	// A code with the call itself makes it the call of who is there now.
	for i, kind := range []string{"a user", "a user's session", "a user's session with MFA"} {
		k.s.Advance(time.Minute)
		if !ask(k.of[kind], "now", k.phone.proof(0)...) {
			t.Errorf("%s, with a code: not seen as there", kind)
		}
		if i == 0 && ask(k.of[kind], "absent", k.phone.proof(1)...) {
			t.Errorf("%s, with a code: seen as a call without", kind)
		}
	}
}

// TestIdentityPoliciesSeeWhoWasThere asks those that may call IAM what identity
// policies see.
func TestIdentityPoliciesSeeWhoWasThere(t *testing.T) {
	k := newKinds(t)
	deny := func(condition, action string) string {
		return `{"Effect":"Deny","Action":"` + action + `","Resource":"*","Condition":` + condition + `}`
	}
	guard := trust("[" + deny(`{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, "iam:ListUsers") + "," +
		deny(`{"Bool":{"aws:MultiFactorAuthPresent":"false"}}`, "iam:ListRoles") + "," +
		deny(`{"Null":{"aws:MultiFactorAuthPresent":"true"}}`, "iam:ListGroups") + "]")
	root := k.as(k.s.Root)
	root.can("PutUserPolicy", "UserName", "ann", "PolicyName", "guard", "PolicyDocument", guard)
	for _, role := range []string{"anyone", "desk", "web"} {
		root.can("PutRolePolicy", "RoleName", role, "PolicyName", "guard", "PolicyDocument", guard)
	}
	for kind, denied := range map[string]string{
		"a user":                      "ListGroups",
		"a user's session with MFA":   "ListUsers",
		"a role's session":            "ListRoles",
		"a role's session with MFA":   "ListRoles",
		"a session of SAML":           "ListRoles",
		"a session of a web identity": "ListRoles",
	} {
		for _, action := range []string{"ListUsers", "ListRoles", "ListGroups"} {
			a := k.s.Call(k.of[kind], "iam", action)
			if got := a.Status == 200; got != (action != denied) {
				t.Errorf("%s: %s %d %s, want %s denied alone", kind, action, a.Status, a.Element("Message"), denied)
			}
		}
	}
	for _, kind := range []string{"a user's session", "the root's session", "a federated user", "a federated user of the root"} {
		if a := k.s.Call(k.of[kind], "iam", "ListUsers"); a.Element("Code") != "InvalidClientTokenId" {
			t.Errorf("%s: IAM answers %d %s", kind, a.Status, a.Body)
		}
	}
	k.as(k.of["the root's session with MFA"]).can("ListUsers")
}

// TestRecordsSayWhoWasThere looks at the records of later calls by each kind:
// those of a role that was assumed with MFA say so (reference, cloudtrail 2).
func TestRecordsSayWhoWasThere(t *testing.T) {
	k := newKinds(t)
	want := map[string]string{ // "" is no such member
		"a user": "", "the root user": "",
		"a user's session": "false", "a user's session with MFA": "true",
		"the root's session": "false", "the root's session with MFA": "true",
		"a role's session": "false", "a role's session with MFA": "true",
		"a role by a user's session with MFA": "true",
		"a role by a role with MFA":           "false", // nobody was asked for that one
		"a session of SAML":                   "false", "a session of a web identity": "false",
		"a federated user": "false", "a federated user of the root": "false",
	}
	ids := map[string]string{}
	for kind, c := range k.of {
		ids[k.s.Call(c, "sts", "GetCallerIdentity").Element("RequestId")] = kind
	}
	got := map[string]string{}
	for range 1000 { // records of reads are written soon after their answer
		if err := spool.Scan(k.dir, func(line []byte) error {
			var e struct {
				RequestID    string
				UserIdentity struct {
					SessionContext struct {
						Attributes struct{ MFAAuthenticated string }
					}
				}
			}
			if err := json.Unmarshal(line, &e); err != nil {
				return err
			}
			if kind, ok := ids[e.RequestID]; ok {
				got[kind] = e.UserIdentity.SessionContext.Attributes.MFAAuthenticated
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if len(got) == len(ids) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for kind, mfa := range want {
		if seen, ok := got[kind]; !ok || seen != mfa {
			t.Errorf("%s: the record has mfaAuthenticated %q (found %v), want %q", kind, seen, ok, mfa)
		}
	}
	if len(want) != len(k.of) {
		t.Errorf("%d kinds are wanted, there are %d", len(want), len(k.of))
	}
}
