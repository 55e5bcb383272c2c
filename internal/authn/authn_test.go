package authn_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/keys"
)

const (
	allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

	invalid       = "403 InvalidClientTokenId The security token included in the request is invalid"
	invalidPeriod = "403 InvalidClientTokenId The security token included in the request is invalid."
	deletedKey    = "403 InvalidClientTokenId The AWS access key provided does not exist in our records."
	expired       = "403 ExpiredToken The security token included in the request is expired"
	mismatch      = "403 SignatureDoesNotMatch The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)

// whoami returns the caller's ARN, or the refusal.
func whoami(s *daypasstest.Server, c daypasstest.Credentials) string {
	a := s.Call(c, "sts", "GetCallerIdentity")
	if a.Status == 200 {
		return a.Element("Arn")
	}
	return strings.TrimSpace(strings.Join([]string{"403", a.Element("Code"), a.Element("Message")}, " "))
}

func must(t *testing.T, s *daypasstest.Server, c daypasstest.Credentials, service, action string, params ...string) *daypasstest.Answer {
	t.Helper()
	a := s.Call(c, service, action, params...)
	if a.Status != 200 {
		t.Fatalf("%s: %d %s", action, a.Status, a.Body)
	}
	return a
}

func TestForgedAndForeignCredentialsAreRefused(t *testing.T) {
	s := daypasstest.New(t)
	ann := s.User("ann", allowAll)
	role := s.Role("r", daypasstest.Trust(s.UserARN("ann")))
	session, other := s.AssumeRole(ann, role, "one"), s.AssumeRole(ann, role, "two")
	elsewhere := daypasstest.New(t)
	foreign := elsewhere.AssumeRole(elsewhere.User("ann", allowAll), elsewhere.Role("r", daypasstest.Trust(elsewhere.UserARN("ann"))), "other")

	with := func(c daypasstest.Credentials, change func(*daypasstest.Credentials)) daypasstest.Credentials {
		change(&c)
		return c
	}
	flip := func(token string) string {
		raw, err := base64.StdEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		raw[len(raw)/2] ^= 1
		return base64.StdEncoding.EncodeToString(raw)
	}
	for _, tt := range []struct {
		name string
		c    daypasstest.Credentials
		want string
	}{
		{"a good session", session, "arn:aws:sts::123456789012:assumed-role/r/one"},
		{"a flipped bit in the token", with(session, func(c *daypasstest.Credentials) { c.SessionToken = flip(c.SessionToken) }), invalid},
		{"a truncated token", with(session, func(c *daypasstest.Credentials) { c.SessionToken = c.SessionToken[:len(c.SessionToken)-8] }), invalid},
		{"the token of another access key", with(session, func(c *daypasstest.Credentials) { c.SessionToken = other.SessionToken }), invalid},
		{"a long-term key with somebody's token", with(ann, func(c *daypasstest.Credentials) { c.SessionToken = session.SessionToken }), invalid},
		{"a token of another installation", foreign, invalid},
		{"noise for a token", with(session, func(c *daypasstest.Credentials) { c.SessionToken = "noise" }), invalid},
		{"a temporary key without its token", with(session, func(c *daypasstest.Credentials) { c.SessionToken = "" }), invalidPeriod},
		{"a session with another secret", with(session, func(c *daypasstest.Credentials) { c.SecretAccessKey = other.SecretAccessKey }), mismatch},
		{"a key that never existed", daypasstest.Credentials{AccessKeyID: "AKIARZPUZDIKAAAAAAAA", SecretAccessKey: "x"}, invalidPeriod},
		{"a key with a wrong secret", with(ann, func(c *daypasstest.Credentials) { c.SecretAccessKey = "x" }), mismatch},
	} {
		if got := whoami(s, tt.c); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestSessionsEndAtTheirExpiry(t *testing.T) {
	s := daypasstest.New(t)
	ann := s.User("ann", allowAll)
	session := s.AssumeRole(ann, s.Role("r", daypasstest.Trust(s.UserARN("ann"))), "one")
	s.Advance(time.Hour - 2*time.Second)
	if got := whoami(s, session); strings.HasPrefix(got, "403") {
		t.Errorf("refused before its end: %s", got)
	}
	s.Advance(2 * time.Second)
	if got := whoami(s, session); got != expired {
		t.Errorf("at its end: %s, want %s", got, expired)
	}
}

func TestWhatIsDeletedOrDisabledIsRefusedAtOnce(t *testing.T) {
	for _, tt := range []struct {
		name   string
		undo   func(s *daypasstest.Server, ann daypasstest.Credentials)
		caller string // whose credentials are tried: ann, session, self, guest
		want   string
	}{
		{"an inactive key", func(s *daypasstest.Server, ann daypasstest.Credentials) {
			must(t, s, s.Root, "iam", "UpdateAccessKey", "UserName", "ann", "AccessKeyId", ann.AccessKeyID, "Status", "Inactive")
		}, "ann", invalidPeriod},
		{"a deleted key", func(s *daypasstest.Server, ann daypasstest.Credentials) {
			must(t, s, s.Root, "iam", "DeleteAccessKey", "UserName", "ann", "AccessKeyId", ann.AccessKeyID)
		}, "ann", deletedKey},
		{"the session of a deleted role", func(s *daypasstest.Server, _ daypasstest.Credentials) {
			must(t, s, s.Root, "iam", "DeleteRole", "RoleName", "r")
		}, "session", invalidPeriod},
		{"the session of a role that was made anew", func(s *daypasstest.Server, _ daypasstest.Credentials) {
			must(t, s, s.Root, "iam", "DeleteRole", "RoleName", "r")
			s.Role("r", daypasstest.Trust(s.UserARN("ann")))
		}, "session", invalidPeriod},
		{"the GetSessionToken session of a deleted user", deleteAnn(t), "self", invalidPeriod},
		{"the GetFederationToken session of a deleted user", deleteAnn(t), "guest", invalidPeriod},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := daypasstest.New(t)
			ann := s.User("ann", allowAll)
			who := map[string]daypasstest.Credentials{
				"ann":     ann,
				"session": s.AssumeRole(ann, s.Role("r", daypasstest.Trust(s.UserARN("ann"))), "one"),
				"self":    must(t, s, ann, "sts", "GetSessionToken").Credentials(),
				"guest":   must(t, s, ann, "sts", "GetFederationToken", "Name", "guest").Credentials(),
			}
			if got := whoami(s, who[tt.caller]); strings.HasPrefix(got, "403") {
				t.Fatalf("refused before: %s", got)
			}
			tt.undo(s, ann)
			if got := whoami(s, who[tt.caller]); got != tt.want {
				t.Errorf("after: %s, want %s", got, tt.want)
			}
		})
	}
}

func deleteAnn(t *testing.T) func(*daypasstest.Server, daypasstest.Credentials) {
	return func(s *daypasstest.Server, ann daypasstest.Credentials) {
		must(t, s, s.Root, "iam", "DeleteAccessKey", "UserName", "ann", "AccessKeyId", ann.AccessKeyID)
		must(t, s, s.Root, "iam", "DeleteUserPolicy", "UserName", "ann", "PolicyName", "policy0")
		must(t, s, s.Root, "iam", "DeleteUser", "UserName", "ann")
	}
}

func TestRotationKeepsSessionsUntilTheOldKeyIsDropped(t *testing.T) {
	s := daypasstest.New(t)
	ann := s.User("ann", allowAll)
	long := must(t, s, ann, "sts", "GetSessionToken", "DurationSeconds", "129600").Credentials()
	s.RotateKeys()
	if got := whoami(s, long); strings.HasPrefix(got, "403") {
		t.Errorf("refused after rotation: %s", got)
	}
	s.Advance(keys.LongestSession - time.Minute)
	if got := whoami(s, long); strings.HasPrefix(got, "403") {
		t.Errorf("refused before its end: %s", got)
	}
	s.Advance(2 * time.Minute)
	if got := whoami(s, long); got != invalid {
		t.Errorf("a token of a dropped key: %s, want %s", got, invalid)
	}
}

func TestTokenIssueTimeRevokesSessions(t *testing.T) {
	s := daypasstest.New(t)
	ann := s.User("ann", allowAll)
	role := s.Role("r", daypasstest.Trust(s.UserARN("ann")), allowAll)
	old := s.AssumeRole(ann, role, "one")
	s.Advance(time.Minute)
	must(t, s, s.Root, "iam", "PutRolePolicy", "RoleName", "r", "PolicyName", "AWSRevokeOlderSessions", "PolicyDocument",
		`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"`+
			s.Now().UTC().Format(time.RFC3339)+`"}}}}`)
	s.Advance(time.Minute)
	fresh := s.AssumeRole(ann, role, "two")
	if a := s.Call(old, "iam", "ListUsers"); a.Status != 403 || !strings.Contains(a.Body, "explicit deny") {
		t.Errorf("an older session: %d %s", a.Status, a.Body)
	}
	if a := s.Call(fresh, "iam", "ListUsers"); a.Status != 200 {
		t.Errorf("a younger session: %d %s", a.Status, a.Body)
	}
}
