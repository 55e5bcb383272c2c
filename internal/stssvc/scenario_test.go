package stssvc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/daypasstest"
)

// scene tells a story as a chain of steps and holds the first thing that went
// otherwise than it says.
type scene struct {
	t *testing.T
	s *daypasstest.Server
}

func newScene(t *testing.T) *scene { return &scene{t, daypasstest.New(t)} }

func (s *scene) as(c daypasstest.Credentials) *actor { return &actor{s, c} }

type actor struct {
	*scene
	c daypasstest.Credentials
}

// assumes assumes a role with further parameters, and goes on as its session.
func (a *actor) assumes(role string, params ...string) *actor {
	a.t.Helper()
	answer := a.s.Call(a.c, "sts", "AssumeRole", append([]string{"RoleArn", role, "RoleSessionName", "scene"}, params...)...)
	if answer.Status != 200 {
		a.t.Fatalf("AssumeRole %s %v: %d %s", role, params, answer.Status, answer.Body)
	}
	return a.as(answer.Credentials())
}

// cannotAssume expects the refusal of an action on the role.
func (a *actor) cannotAssume(action, role string, params ...string) {
	a.t.Helper()
	answer := a.s.Call(a.c, "sts", "AssumeRole", append([]string{"RoleArn", role, "RoleSessionName", "scene"}, params...)...)
	want := fmt.Sprintf("is not authorized to perform: %s on resource: %s", action, role)
	if answer.Status != 403 || !strings.HasSuffix(answer.Element("Message"), want) {
		a.t.Errorf("AssumeRole %s %v: %d %s, want 403 …%s", role, params, answer.Status, answer.Element("Message"), want)
	}
}

func (a *actor) can(action string, params ...string) *daypasstest.Answer {
	a.t.Helper()
	answer := a.s.Call(a.c, "iam", action, params...)
	if answer.Status != 200 {
		a.t.Errorf("%s %v: %d %s", action, params, answer.Status, answer.Body)
	}
	return answer
}

func (a *actor) cannot(reason, action string, params ...string) {
	a.t.Helper()
	answer := a.s.Call(a.c, "iam", action, params...)
	if answer.Status != 403 || !strings.Contains(answer.Element("Message"), reason) {
		a.t.Errorf("%s %v: %d %s, want 403 …%s", action, params, answer.Status, answer.Body, reason)
	}
}

func trust(statement string) string {
	return `{"Version":"2012-10-17","Statement":` + statement + `}`
}

func allow(action, resource string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":%q,"Resource":%q}}`, action, resource)
}

func deny(action, resource string) string {
	return strings.Replace(allow(action, resource), "Allow", "Deny", 1)
}

func TestATrustPolicyThatNamesTheUserNeedsNoIdentityPolicy(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	ann.assumes(s.s.Role("named", daypasstest.Trust(s.s.UserARN("ann"))))
	account := s.s.Role("account", daypasstest.Trust(s.s.Account))
	ann.cannotAssume("sts:AssumeRole", account)
	s.as(s.s.User("bob", allow("sts:AssumeRole", account))).assumes(account)
}

func TestAnExplicitDenyWinsOverTrust(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann", deny("sts:AssumeRole", "*")))
	ann.cannotAssume("sts:AssumeRole", s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann"))))
}

func TestAcrossAccountsBothSidesMustAllow(t *testing.T) {
	s := newScene(t)
	_, otherRoot := s.s.NewAccount()
	ann := s.as(s.s.User("ann"))
	role := s.s.RoleIn(otherRoot, "r", daypasstest.Trust(s.s.UserARN("ann")))
	ann.cannotAssume("sts:AssumeRole", role)

	bob := s.as(s.s.User("bob", allow("sts:*", "*")))
	bob.cannotAssume("sts:AssumeRole", role) // trusted is ann
	open := s.s.RoleIn(otherRoot, "open", daypasstest.Trust(s.s.Account))
	session := bob.assumes(open, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	if arn := s.s.Call(session.c, "sts", "GetCallerIdentity").Element("Arn"); !strings.HasSuffix(arn, ":assumed-role/open/scene") || strings.Contains(arn, s.s.Account) {
		t.Errorf("the session is %s", arn)
	}
	onlyAssume := s.as(s.s.User("carol", allow("sts:AssumeRole", "*")))
	onlyAssume.assumes(open)
	onlyAssume.cannotAssume("sts:TagSession", open, "Tags.member.1.Key", "k", "Tags.member.1.Value", "v")
	onlyAssume.cannotAssume("sts:SetSourceIdentity", open, "SourceIdentity", "carol")
}

func TestExternalID(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	role := s.s.Role("r", trust(`{"Effect":"Allow","Principal":{"AWS":"`+s.s.UserARN("ann")+`"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"42"}}}`))
	ann.cannotAssume("sts:AssumeRole", role)
	ann.cannotAssume("sts:AssumeRole", role, "ExternalId", "43")
	ann.assumes(role, "ExternalId", "42")
}

func TestMFAConditionsAreNotMetWithoutADevice(t *testing.T) {
	s := newScene(t)
	condition := func(operator string) string {
		return trust(`{"Effect":"Allow","Principal":{"AWS":"` + s.s.UserARN("ann") + `"},"Action":"sts:AssumeRole","Condition":{` + operator + `}}`)
	}
	key := s.s.User("ann")
	present := s.s.Role("present", condition(`"Bool":{"aws:MultiFactorAuthPresent":"true"}`))
	absent := s.s.Role("absent", condition(`"Null":{"aws:MultiFactorAuthPresent":"true"}`))
	isFalse := s.s.Role("false", condition(`"Bool":{"aws:MultiFactorAuthPresent":"false"}`))

	longTerm := s.as(key)
	longTerm.cannotAssume("sts:AssumeRole", present)
	longTerm.assumes(absent)
	longTerm.cannotAssume("sts:AssumeRole", isFalse)

	session := s.as(s.s.Call(key, "sts", "GetSessionToken").Credentials())
	session.cannotAssume("sts:AssumeRole", present)
	session.cannotAssume("sts:AssumeRole", absent)
	session.assumes(isFalse)
}

func TestPassedTagsAndNamesAreConditionKeys(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	role := s.s.Role("r", trust(`[
		{"Effect":"Allow","Principal":{"AWS":"`+s.s.UserARN("ann")+`"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":{
			"StringLike":{"sts:RoleSessionName":"sc*"},
			"StringEqualsIfExists":{"aws:RequestTag/team":"blue","sts:SourceIdentity":"ann"},
			"ForAllValues:StringEquals":{"aws:TagKeys":["team","note"],"sts:TransitiveTagKeys":["team"]}}}]`))
	ann.assumes(role)
	ann.assumes(role, "Tags.member.1.Key", "team", "Tags.member.1.Value", "blue", "TransitiveTagKeys.member.1", "team", "SourceIdentity", "ann")
	ann.cannotAssume("sts:AssumeRole", role, "Tags.member.1.Key", "team", "Tags.member.1.Value", "red")
	ann.cannotAssume("sts:AssumeRole", role, "Tags.member.1.Key", "other", "Tags.member.1.Value", "x")
	ann.cannotAssume("sts:AssumeRole", role, "SourceIdentity", "bob")
	ann.cannotAssume("sts:AssumeRole", role, "Tags.member.1.Key", "note", "Tags.member.1.Value", "x", "TransitiveTagKeys.member.1", "note")
	ann.cannotAssume("sts:AssumeRole", role, "RoleSessionName", "other")
}

func TestTagsGovernTheSession(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	role := s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann")), allow("iam:GetUser", "arn:aws:iam::*:user/${aws:PrincipalTag/who}"))
	ann.assumes(role).cannot("no identity-based policy", "GetUser", "UserName", "ann")
	ann.assumes(role, "Tags.member.1.Key", "WHO", "Tags.member.1.Value", "ann").can("GetUser", "UserName", "ann")

	// The role's own tags hold until the session's override them, case ignored.
	s.as(s.s.Root).can("TagRole", "RoleName", "r", "Tags.member.1.Key", "who", "Tags.member.1.Value", "ann")
	ann.assumes(role).can("GetUser", "UserName", "ann")
	ann.assumes(role, "Tags.member.1.Key", "Who", "Tags.member.1.Value", "bob").cannot("no identity-based policy", "GetUser", "UserName", "ann")
}

func TestTransitiveTagsPassOnAndOthersDoNot(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	first := s.s.Role("first", daypasstest.Trust(s.s.UserARN("ann")), allow("sts:*", "*"))
	second := s.s.Role("second", daypasstest.Trust(first), allow("iam:GetUser", "arn:aws:iam::*:user/${aws:PrincipalTag/who}"))
	pass := []string{"Tags.member.1.Key", "who", "Tags.member.1.Value", "ann"}
	ann.assumes(first, pass...).assumes(second).cannot("no identity-based policy", "GetUser", "UserName", "ann")
	ann.assumes(first, append(pass, "TransitiveTagKeys.member.1", "who")...).assumes(second).can("GetUser", "UserName", "ann")
}

func TestSourceIdentityNeedsBothSidesInAChain(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	quiet := s.s.Role("quiet", daypasstest.Trust(s.s.UserARN("ann")), allow("sts:AssumeRole", "*"))
	next := s.s.Role("next", daypasstest.Trust(quiet))
	ann.assumes(quiet).assumes(next)
	ann.assumes(quiet, "SourceIdentity", "ann").cannotAssume("sts:SetSourceIdentity", next)
	s.as(s.s.Root).can("PutRolePolicy", "RoleName", "quiet", "PolicyName", "more", "PolicyDocument", allow("sts:SetSourceIdentity", next))
	ann.assumes(quiet, "SourceIdentity", "ann").assumes(next)
}

func TestSessionPoliciesLimitAndNeverGrant(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	role := s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann")), allow("iam:Get*", "*"))
	ann.assumes(role).can("GetUser", "UserName", "ann")
	ann.assumes(role, "Policy", allow("iam:ListUsers", "*")).cannot("no session policy", "GetUser", "UserName", "ann")
	ann.assumes(role, "Policy", allow("iam:*", "*")).cannot("no identity-based policy", "ListUsers")
	ann.assumes(role, "Policy", allow("iam:*", "*")).can("GetUser", "UserName", "ann")
	ann.assumes(role, "PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess").can("GetUser", "UserName", "ann")
	ann.assumes(role, "PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/AmazonS3FullAccess").cannot("no session policy", "GetUser", "UserName", "ann")
	ann.assumes(role, "Policy", deny("iam:GetUser", "*"), "PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess").
		cannot("explicit deny in a session policy", "GetUser", "UserName", "ann")
}

func TestPolicyChangesActOnLiveSessions(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	session := ann.assumes(s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann"))))
	session.cannot("no identity-based policy", "ListUsers")
	s.as(s.s.Root).can("PutRolePolicy", "RoleName", "r", "PolicyName", "p", "PolicyDocument", allow("iam:ListUsers", "*"))
	session.can("ListUsers")
	boundary := s.as(s.s.Root).can("CreatePolicy", "PolicyName", "b", "PolicyDocument", allow("s3:*", "*")).Element("Arn")
	s.as(s.s.Root).can("PutRolePermissionsBoundary", "RoleName", "r", "PermissionsBoundary", boundary)
	session.cannot("no permissions boundary", "ListUsers")
	s.as(s.s.Root).can("CreatePolicyVersion", "PolicyArn", boundary, "PolicyDocument", allow("iam:*", "*"), "SetAsDefault", "true")
	session.can("ListUsers")
}

func TestATrustPolicyIsBoundToTheUserNotItsName(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	role := s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann")))
	ann.assumes(role)
	root := s.as(s.s.Root)
	root.can("DeleteAccessKey", "UserName", "ann", "AccessKeyId", ann.c.AccessKeyID)
	root.can("DeleteUser", "UserName", "ann")
	if document := root.can("GetRole", "RoleName", "r").Element("AssumeRolePolicyDocument"); !strings.Contains(document, "AIDA") {
		t.Errorf("the trust policy shows %s, want the bare id", document)
	}
	s.as(s.s.User("ann")).cannotAssume("sts:AssumeRole", role)
}

func TestFederatedUsersHaveNoMoreThanBothPolicies(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann", allow("sts:*", "*"))
	answer := s.s.Call(ann, "sts", "GetFederationToken", "Name", "guest", "Policy", allow("*", "*"))
	if answer.Status != 200 {
		t.Fatal(answer.Body)
	}
	guest := answer.Credentials()
	for _, call := range [][]string{{"sts", "GetAccessKeyInfo", "AccessKeyId", guest.AccessKeyID}, {"sts", "GetSessionToken"}, {"iam", "ListUsers"}} {
		if a := s.s.Call(guest, call[0], call[1], call[2:]...); a.Status != 403 {
			t.Errorf("%v: %d %s", call, a.Status, a.Body)
		}
	}
}

func TestDecodedMessageTellsWhatDecided(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann", allow("sts:*", "*"), `{"Version":"2012-10-17","Statement":{"Sid":"NoUsers","Effect":"Deny","Action":"iam:*User*","Resource":"*"}}`)
	refusal := s.s.Call(ann, "iam", "CreateUser", "UserName", "x")
	encoded := refusal.Header.Get("X-Daypass-Encoded-Authorization-Message")
	decoded := s.s.Call(ann, "sts", "DecodeAuthorizationMessage", "EncodedMessage", encoded).Element("DecodedMessage")
	for _, want := range []string{
		`"allowed":false,"explicitDeny":true`, `"statementId":"NoUsers","effect":"DENY"`, `"actions":{"items":[{"value":"iam:*User*"}]}`,
		`"action":"iam:CreateUser","resource":"arn:aws:iam::123456789012:user/x"`, `"name":"ann"`, `{"key":"aws:username","values":{"items":[{"value":"ann"}]}}`,
		`"principals":{"items":[{"value":"AIDA`,
	} {
		if !strings.Contains(decoded, want) {
			t.Errorf("decoded message lacks %s:\n%s", want, decoded)
		}
	}
	_, other := s.s.NewAccount()
	if a := s.s.Call(other, "sts", "DecodeAuthorizationMessage", "EncodedMessage", encoded); a.Status != 400 || a.Element("Code") != "InvalidAuthorizationMessageException" {
		t.Errorf("another account decodes it: %d %s", a.Status, a.Body)
	}
	s.s.Advance(25 * 60 * 60 * 1e9)
	if a := s.s.Call(ann, "sts", "DecodeAuthorizationMessage", "EncodedMessage", encoded); a.Status != 400 {
		t.Errorf("a day later: %d %s", a.Status, a.Body)
	}
}

func TestPackedPolicyTooLarge(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	role := s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann")))
	var tags []string
	for i := range 50 {
		tags = append(tags, fmt.Sprintf("Tags.member.%d.Key", i+1), fmt.Sprintf("k%d-%x", i, i*7919), fmt.Sprintf("Tags.member.%d.Value", i+1), fmt.Sprintf("%x", i*i*104729+i))
	}
	a := s.s.Call(ann, "sts", "AssumeRole", append([]string{"RoleArn", role, "RoleSessionName", "scene"}, tags...)...)
	if a.Status != 400 || a.Element("Code") != "PackedPolicyTooLarge" || !strings.HasPrefix(a.Element("Message"), "Packed size of session tags consumes ") {
		t.Errorf("50 long tags: %d %s", a.Status, a.Body)
	}
	a = s.s.Call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "scene", "Policy", allow("s3:"+strings.Repeat("A", 2000), "*"))
	if a.Status != 400 || a.Element("Code") != "ValidationError" {
		t.Errorf("a policy of more than 2,048 characters: %d %s", a.Status, a.Body)
	}
}

func TestARoleMadeAnewCanBeAssumed(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	ann.assumes(s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann"))))
	s.as(s.s.Root).can("DeleteRole", "RoleName", "r")
	ann.cannotAssume("sts:AssumeRole", "arn:aws:iam::123456789012:role/r")
	ann.assumes(s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann"))))
}

func TestProvidedContextsNeedPermissionAndAProvider(t *testing.T) {
	s := newScene(t)
	ann := s.as(s.s.User("ann"))
	context := []string{
		"ProvidedContexts.member.1.ProviderArn", "arn:aws:iam::aws:contextProvider/IdentityCenter",
		"ProvidedContexts.member.1.ContextAssertion", "assertion",
	}
	ann.cannotAssume("sts:SetContext", s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann"))), context...)
	role := s.s.Role("all", trust(`{"Effect":"Allow","Principal":{"AWS":"`+s.s.UserARN("ann")+`"},"Action":["sts:AssumeRole","sts:SetContext"]}`))
	a := s.s.Call(ann.c, "sts", "AssumeRole", append(context, "RoleArn", role, "RoleSessionName", "scene")...)
	if a.Status != 400 || a.Element("Code") != "InvalidParameterValue" {
		t.Errorf("a context of no provider: %d %s", a.Status, a.Body)
	}
}

func TestPolicyAndARNsTogetherHaveALimit(t *testing.T) {
	s := newScene(t)
	ann := s.s.User("ann")
	role := s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann")))
	a := s.s.Call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "scene", "Policy", allow("s3:"+strings.Repeat("A", 1930), "*"),
		"PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess")
	if a.Status != 400 || a.Element("Code") != "PackedPolicyTooLarge" {
		t.Errorf("2,048 characters of policy and an ARN: %d %s", a.Status, a.Body)
	}
}

func TestResourceAccountIsAConditionKey(t *testing.T) {
	s := newScene(t)
	perimeter := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:ResourceAccount":"` + s.s.Account + `"}}}]}`
	ann := s.as(s.s.User("ann", perimeter))
	ann.can("ListUsers")
	ann.assumes(s.s.Role("own", daypasstest.Trust(s.s.Account)))
	_, otherRoot := s.s.NewAccount()
	ann.cannotAssume("sts:AssumeRole", s.s.RoleIn(otherRoot, "other", daypasstest.Trust(s.s.Account)))
}

// The message of a denial goes to whoever is refused: it must not tell a role
// that is there from one that is not, nor what its trust policy demands.
func TestTheMessageOfADenialTellsNothingOfTheRole(t *testing.T) {
	s := newScene(t)
	_, otherRoot := s.s.NewAccount()
	s.s.RoleIn(otherRoot, "hushed", `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Principal":{"AWS":"`+s.s.Account+`"},"Action":"sts:AssumeRole"},
		{"Sid":"SecretSid","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringNotEquals":{"sts:ExternalId":"topsecret"}}}]}`)
	other := s.s.Call(otherRoot, "sts", "GetCallerIdentity").Element("Account")
	if a := s.s.Call(otherRoot, "iam", "TagRole", "RoleName", "hushed", "Tags.member.1.Key", "project", "Tags.member.1.Value", "hush"); a.Status != 200 {
		t.Fatal(a.Body)
	}
	ann := s.s.User("ann", allow("*", "*"))
	message := func(role string) string {
		return s.s.Call(ann, "sts", "AssumeRole", "RoleArn", "arn:aws:iam::"+other+":role/"+role, "RoleSessionName", "scene").
			Header.Get("X-Daypass-Encoded-Authorization-Message")
	}
	there, missing := message("hushed"), message("nobody")
	if len(there) == 0 || len(there) != len(missing) {
		t.Errorf("message of %d characters for a role that is there, of %d for one that is not", len(there), len(missing))
	}
	decoded := s.s.Call(ann, "sts", "DecodeAuthorizationMessage", "EncodedMessage", there).Element("DecodedMessage")
	for _, leak := range []string{"SecretSid", "topsecret", "hush\"", "project"} {
		if strings.Contains(decoded, leak) {
			t.Errorf("the decoded message tells %s:\n%s", leak, decoded)
		}
	}
	if !strings.Contains(decoded, `"explicitDeny":false`) {
		t.Errorf("the decoded message tells of the trust policy's Deny:\n%s", decoded)
	}
}

func TestGetAccessKeyInfoTakesOnlyAccessKeys(t *testing.T) {
	s := newScene(t)
	for _, id := range []string{"AROAQNZGKIQY56JQ7WMLA", "XXXXQNZGKIQY56JQ7WML", "ASIAQNZGKIQY56JQ7WMLA"} {
		if a := s.s.Call(s.s.Root, "sts", "GetAccessKeyInfo", "AccessKeyId", id); a.Status != 400 || a.Element("Code") != "ValidationError" {
			t.Errorf("%s: %d %s", id, a.Status, a.Body)
		}
	}
}
