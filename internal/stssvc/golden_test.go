package stssvc_test

import (
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/golden"
)

const (
	allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	denyAll  = `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`
)

// setup makes the people of the golden files: ann may do everything, bob
// nothing, and everything is denied to denied. Ann may assume deployer, which
// may assume next and untagged.
func setup(t *testing.T) (*daypasstest.Server, map[string]daypasstest.Credentials) {
	s := daypasstest.New(t, daypasstest.WithTime(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)))
	who := map[string]daypasstest.Credentials{
		"root": s.Root, "ann": s.User("ann", allowAll), "bob": s.User("bob"), "denied": s.User("denied", denyAll),
	}
	create := s.Call(s.Root, "iam", "CreateRole", "RoleName", "deployer", "Path", "/ops/", "MaxSessionDuration", "7200",
		"AssumeRolePolicyDocument", daypasstest.Trust(s.UserARN("ann")))
	if create.Status != 200 {
		t.Fatal(create.Body)
	}
	put := s.Call(s.Root, "iam", "PutRolePolicy", "RoleName", "deployer", "PolicyName", "all", "PolicyDocument", allowAll)
	if put.Status != 200 {
		t.Fatal(put.Body)
	}
	deployer := "arn:aws:iam::123456789012:role/ops/deployer"
	s.Role("next", daypasstest.Trust(deployer))
	s.Role("untagged", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"`+deployer+`"},"Action":"sts:AssumeRole"}}`)
	return s, who
}

func TestGolden(t *testing.T) { golden.Run(t, "testdata", setup) }
