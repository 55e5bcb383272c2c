package daypasstest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
)

// A test of code that assumes a role: the session does what the role's
// policies allow, and ends when its time is over.
func Example() {
	testDeploy := func(t *testing.T) {
		aws := daypasstest.New(t)
		ann := aws.User("ann")
		role := aws.Role("deployer", daypasstest.Trust(aws.UserARN("ann")),
			`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:ListUsers","Resource":"*"}}`)

		session := aws.AssumeRole(ann, role, "build-42")
		if a := aws.Call(session, "iam", "ListUsers"); a.Status != 200 {
			t.Errorf("ListUsers: %d %s", a.Status, a.Body)
		}
		if a := aws.Call(session, "iam", "ListRoles"); a.Element("Code") != "AccessDenied" {
			t.Errorf("ListRoles: %d %s", a.Status, a.Body)
		}
		aws.Advance(time.Hour)
		if a := aws.Call(session, "iam", "ListUsers"); a.Element("Code") != "ExpiredToken" {
			t.Errorf("an hour later: %d %s", a.Status, a.Body)
		}
	}
	_ = testDeploy
	// In a _test.go file: func TestDeploy(t *testing.T) { … }
}

func TestTheHelpersDoWhatTheySay(t *testing.T) {
	aws := daypasstest.New(t, daypasstest.WithRegion("eu-west-1"), daypasstest.WithTime(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)))
	ann := aws.User("ann")
	role := aws.Role("deployer", daypasstest.Trust(aws.UserARN("ann")))
	session := aws.AssumeRole(ann, role, "build-42")
	if got, want := aws.Call(session, "sts", "GetCallerIdentity").Element("Arn"), "arn:aws:sts::"+aws.Account+":assumed-role/deployer/build-42"; got != want {
		t.Errorf("the session is %s, want %s", got, want)
	}
	answer := aws.Call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "build-42")
	if got := answer.Element("Expiration"); got != "2030-01-02T04:04:05Z" {
		t.Errorf("expiration %s does not follow the clock", got)
	}
	if got := answer.Header.Get("Date"); got != "Wed, 02 Jan 2030 03:04:05 GMT" {
		t.Errorf("the Date header is %s", got)
	}
	id, root := aws.NewAccount()
	other := aws.RoleIn(root, "open", daypasstest.Trust(aws.Account))
	if want := fmt.Sprintf("arn:aws:iam::%s:role/open", id); other != want {
		t.Errorf("the other account's role is %s, want %s", other, want)
	}
	bob := aws.UserIn(root, "bob")
	if got := aws.Call(bob, "sts", "GetCallerIdentity").Element("Arn"); !strings.HasPrefix(got, "arn:aws:iam::"+id) {
		t.Errorf("bob is %s", got)
	}
	aws.RotateKeys()
	aws.Advance(59 * time.Minute)
	if a := aws.Call(session, "sts", "GetCallerIdentity"); a.Status != 200 {
		t.Errorf("after rotation: %d %s", a.Status, a.Body)
	}
	aws.Advance(time.Minute)
	if a := aws.Call(session, "sts", "GetCallerIdentity"); a.Element("Code") != "ExpiredToken" {
		t.Errorf("at its end: %d %s", a.Status, a.Body)
	}
}
