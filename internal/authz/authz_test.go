package authz

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

const (
	account  = "123456789012"
	allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	boundary = "arn:aws:iam::123456789012:policy/limit"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// world has the user ann, who may do everything, and ben, who may do
// everything within a boundary that is not there.
type world struct {
	*Authorizer
	ann, ben *facts.Principal
}

func newWorld(t *testing.T) world {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	ring := new(keys.Ring)
	if err := ring.Set([]keys.RingKey{keys.NewRingKey(1, now)}); err != nil {
		t.Fatal(err)
	}
	cache := facts.New(facts.Config{DB: db, Partition: "aws"})
	user := func(name, boundary string) *facts.Principal {
		u := iam.User{
			ID: iam.NewID(iam.UserPrefix, account), Account: account, Path: "/", Name: name, Created: now, Boundary: boundary,
			Tags: []iam.Tag{{Key: "Team", Value: "blue"}, {Key: "level", Value: "1"}},
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.CreateUser(u), tx.PutInlinePolicy(store.OwnerUser(u), iam.InlinePolicy{Name: "all", Document: allowAll}))
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := cache.User(t.Context(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	err = db.Update(t.Context(), func(tx *store.Tx) error { return tx.CreateAccount(iam.Account{ID: account, Created: now}) })
	if err != nil {
		t.Fatal(err)
	}
	return world{&Authorizer{Facts: cache, Ring: ring}, user("ann", ""), user("ben", boundary)}
}

func userCaller(p *facts.Principal) *authn.Caller {
	return &authn.Caller{
		Account: account, AccessKeyID: "AKIA", Entity: p,
		Principal: policy.Principal{Type: policy.User, Account: account, ARN: p.ARN, EntityID: p.ID},
	}
}

func federated(p *facts.Principal, s session.Session) *authn.Caller {
	s.Kind, s.Account, s.Name = session.Federated, account, "guest"
	c := &authn.Caller{Account: account, AccessKeyID: "ASIA", Entity: p, Session: &s, Principal: policy.Principal{
		Type: policy.FederatedUser, Account: account, ARN: "arn:aws:sts::123456789012:federated-user/guest",
	}}
	if p != nil {
		c.Principal.EntityARN, c.Principal.EntityID = p.ARN, p.ID
	}
	return c
}

func TestDecide(t *testing.T) {
	w := newWorld(t)
	trust, err := policy.Parse(policy.Trust, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`)
	if err != nil {
		t.Fatal(err)
	}
	get := Question{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/k"}
	assume := func(tr *Trust) Question {
		return Question{Action: "sts:AssumeRole", Resource: "arn:aws:iam::123456789012:role/r", Trust: tr}
	}
	for _, tt := range []struct {
		name   string
		caller *authn.Caller
		q      Question
		want   string // verdict and layer
	}{
		{"a user with a policy", userCaller(w.ann), get, "allowed identity-based policy"},
		{"a boundary that is gone limits to nothing", userCaller(w.ben), get, "explicitDeny permissions boundary"},
		{"a federated user without session policies has no rights", federated(w.ann, session.Session{}), get, "implicitDeny session policy"},
		{"a federated user with one", federated(w.ann, session.Session{Policy: allowAll}), get, "allowed identity-based policy"},
		{"a federated user of root, with one", federated(nil, session.Session{Policy: allowAll}), get, "allowed identity-based policy"},
		{"a federated user of root, without", federated(nil, session.Session{}), get, "implicitDeny session policy"},
		{"a session policy that is gone grants nothing", federated(w.ann, session.Session{PolicyARNs: []string{boundary}}), get, "implicitDeny session policy"},
		{"a session policy that cannot be read denies", federated(w.ann, session.Session{Policy: "{"}), get, "explicitDeny session policy"},
		{"a role that is not there", userCaller(w.ann), assume(&Trust{}), "implicitDeny role trust policy"},
		{"a role that trusts everyone", userCaller(w.ben), assume(&Trust{Policy: trust}), "explicitDeny permissions boundary"},
		{"the same, of ann", userCaller(w.ann), assume(&Trust{Policy: trust}), "allowed role trust policy"},
		{"another account's resource, without its policy", userCaller(w.ann), Question{Action: "s3:GetObject", Resource: "*", Owner: "999999999999"}, "implicitDeny resource-based policy"},
	} {
		d, err := w.Decide(t.Context(), tt.caller, RequestKeys(tt.caller, Request{Now: now}), &tt.q)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got := d.Verdict.String() + " " + d.Layer.String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestRefusalTellsCallersOfOtherAccountsNoReason(t *testing.T) {
	w := newWorld(t)
	caller := userCaller(w.ann)
	for owner, want := range map[string]string{
		account:        "User: " + w.ann.ARN + " is not authorized to perform: s3:GetObject on resource: bucket b because no identity-based policy allows the s3:GetObject action",
		"":             "User: " + w.ann.ARN + " is not authorized to perform: s3:GetObject on resource: bucket b because no identity-based policy allows the s3:GetObject action",
		"999999999999": "User: " + w.ann.ARN + " is not authorized to perform: s3:GetObject on resource: bucket b",
	} {
		q := Question{Action: "s3:GetObject", Resource: "arn:aws:s3:::b", Text: "bucket b", Owner: owner}
		err := w.Refusal(caller, RequestKeys(caller, Request{Now: now}), &q, policy.Decision{Layer: policy.Identity}, true, now)
		e := awserr.From(err)
		if e.Message != want || e.Code != "AccessDenied" || e.Status != 403 || e.Encoded == "" {
			t.Errorf("owner %q: %v, want %q", owner, e, want)
		}
	}
}

func TestRequestKeys(t *testing.T) {
	w := newWorld(t)
	user := userCaller(w.ann)
	plain := userCaller(w.ann)
	plain.Session = &session.Session{Kind: session.User, Issued: now.Add(-time.Hour)}
	mfa := userCaller(w.ann)
	mfa.Session = &session.Session{Kind: session.User, Issued: now.Add(-time.Hour), MFA: now.Add(-90 * time.Second)}
	role := &authn.Caller{
		Account: account, Entity: w.ann,
		Principal: policy.Principal{
			Type: policy.RoleSession, Account: account, EntityID: "AROAX", EntityARN: "arn:aws:iam::123456789012:role/ops/r",
			ARN: "arn:aws:sts::123456789012:assumed-role/r/s",
		},
		Session: &session.Session{
			Kind: session.Role, Name: "s", Issued: now, Source: "ann", Provider: "accounts.google.com", MFA: now,
			Tags:  []session.Tag{{Key: "team", Value: "red"}},
			Facts: []session.Fact{{Key: "saml:sub", Values: []string{"x"}}, {Key: "p:amr", Values: []string{"a"}, Multi: true}},
		},
	}
	root := &authn.Caller{Account: account, Principal: policy.Principal{Type: policy.Root, Account: account, ARN: "arn:aws:iam::123456789012:root"}}
	for _, tt := range []struct {
		name   string
		caller *authn.Caller
		want   string // key=value or key! for absent
	}{
		{"nobody", nil, "aws:PrincipalArn! aws:userid! aws:CurrentTime=2026-03-01T12:00:00Z aws:EpochTime=1772366400 aws:SecureTransport=true aws:RequestedRegion=eu-west-1 aws:ViaAWSService=false aws:UserAgent=curl"},
		{"a user", user, "aws:username=ann aws:PrincipalType=User aws:userid=" + w.ann.ID + " aws:PrincipalArn=" + w.ann.ARN + " aws:MultiFactorAuthPresent! aws:TokenIssueTime! aws:PrincipalTag/team=blue"},
		{"a user's session", plain, "aws:username=ann aws:MultiFactorAuthPresent=false aws:MultiFactorAuthAge! aws:TokenIssueTime=2026-03-01T11:00:00Z"},
		{"a user's session with MFA", mfa, "aws:MultiFactorAuthPresent=true aws:MultiFactorAuthAge=90"},
		{"a role session", role, "aws:username! aws:PrincipalType=AssumedRole aws:userid=AROAX:s aws:PrincipalArn=arn:aws:iam::123456789012:role/ops/r aws:MultiFactorAuthPresent=false aws:MultiFactorAuthAge! aws:SourceIdentity=ann aws:FederatedProvider=accounts.google.com aws:PrincipalTag/TEAM=red aws:PrincipalTag/level=1 saml:sub=x p:amr=a"},
		{"root", root, "aws:username! aws:PrincipalType=Account aws:userid=123456789012 aws:PrincipalArn=arn:aws:iam::123456789012:root"},
		{"a federated user", federated(w.ann, session.Session{Issued: now}), "aws:username! aws:PrincipalType=FederatedUser aws:userid=123456789012:guest aws:PrincipalArn=arn:aws:sts::123456789012:federated-user/guest aws:MultiFactorAuthPresent=false aws:MultiFactorAuthAge!"},
		{"a federated user of root", federated(nil, session.Session{Issued: now, MFA: now}), "aws:MultiFactorAuthPresent=false aws:MultiFactorAuthAge!"},
	} {
		keys := RequestKeys(tt.caller, Request{Now: now, Secure: true, Region: "eu-west-1", UserAgent: "curl"})
		for pair := range strings.FieldsSeq(tt.want) {
			key, want, present := strings.Cut(pair, "=")
			got, _, ok := keys.Get(strings.TrimSuffix(key, "!"))
			if ok != present || ok && got[0] != want {
				t.Errorf("%s: %s is %q, want %s", tt.name, key, got, pair)
			}
		}
	}
}

func TestOnlyTheRightAccountDecodesAMessage(t *testing.T) {
	w := newWorld(t)
	caller := userCaller(w.ann)
	request := policy.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b", ResourceAccount: "999999999999", Context: new(policy.Context)}
	text := w.Encode(caller, &request, policy.Decision{}, now)
	for _, tt := range []struct {
		name, text, account string
		at                  time.Time
		ok                  bool
	}{
		{"the caller's account", text, account, now, true},
		{"the resource's account", text, "999999999999", now, true},
		{"another account", text, "111111111111", now, false},
		{"in time", text, account, now.Add(MessageLifetime), true},
		{"too late", text, account, now.Add(MessageLifetime + time.Second), false},
		{"cut short", text[:len(text)-1], account, now, false},
		{"with a line break", text[:9] + "\n" + text[9:], account, now, false},
		{"padded", text + "=", account, now, false},
		{"nothing", "", account, now, false},
	} {
		if _, err := w.Decode(tt.text, tt.account, tt.at); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestAMessageThatWouldBeTooLongIsShortened(t *testing.T) {
	w := newWorld(t)
	caller := userCaller(w.ann)
	request := policy.Request{Action: "s3:GetObject", Resource: "*", ResourceAccount: account, Context: new(policy.Context)}
	for range 200 {
		id := iam.NewSecret()
		request.Context.Set("k/"+id, id)
	}
	text := w.Encode(caller, &request, policy.Decision{}, now)
	if text == "" || len(text) > maxMessage {
		t.Fatalf("message of %d characters", len(text))
	}
	if decoded, err := w.Decode(text, account, now); err != nil || !strings.Contains(decoded, `"conditions":{"items":[]}`) {
		t.Errorf("Decode = %s, %v", decoded, err)
	}
	request.Resource = strings.Repeat(iam.NewSecret()+iam.NewSecret(), 200)
	for range 300 {
		request.Resource += iam.NewSecret()
	}
	if text := w.Encode(caller, &request, policy.Decision{}, now); text != "" {
		t.Errorf("message of %d characters, want none", len(text))
	}
}
