package replicas_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

func TestWhatOneReplicaAnsweredHoldsOnTheOther(t *testing.T) {
	t.Parallel()
	c := newCluster(t, postgres.Start(t), 2)
	a, b := c.replicas[0], c.replicas[1]
	ok := func(x process.Answer) bool { return x.OK() }

	ann := c.user(a, "ann")
	if got := c.must(b, ann, "sts", "GetCallerIdentity").Text("Arn"); !strings.HasSuffix(got, ":user/ann") {
		t.Errorf("ann is %s on the other replica", got)
	}
	app := c.role(a, "app")
	session := c.must(a, ann, "sts", "AssumeRole", "RoleArn", app, "RoleSessionName", "session").Credentials()
	c.must(b, session, "iam", "ListUsers")

	for _, tt := range []struct {
		name          string
		change        [][]string // by one replica
		as            sigv4.Credentials
		action        []string // by the other
		before, after func(process.Answer) bool
	}{
		{
			"a key that is made inactive",
			[][]string{{"UpdateAccessKey", "UserName", "ann", "AccessKeyId", ann.AccessKeyID, "Status", "Inactive"}},
			ann,
			[]string{"sts", "GetCallerIdentity"},
			ok, refused,
		},
		{
			"a key that is made active again",
			[][]string{{"UpdateAccessKey", "UserName", "ann", "AccessKeyId", ann.AccessKeyID, "Status", "Active"}},
			ann,
			[]string{"sts", "GetCallerIdentity"},
			refused, ok,
		},
		{
			"a policy that is taken from a role",
			[][]string{{"DeleteRolePolicy", "RoleName", "app", "PolicyName", "all"}},
			session,
			[]string{"iam", "ListUsers"},
			ok, refused,
		},
		{
			"a policy that is given to a role",
			[][]string{{"PutRolePolicy", "RoleName", "app", "PolicyName", "all", "PolicyDocument", allowAll}},
			session,
			[]string{"iam", "ListUsers"},
			refused, ok,
		},
		{
			"a role that is deleted and made again, under its name",
			[][]string{
				{"DeleteRolePolicy", "RoleName", "app", "PolicyName", "all"},
				{"DeleteRole", "RoleName", "app"},
				{"CreateRole", "RoleName", "app", "AssumeRolePolicyDocument", trustAll},
				{"PutRolePolicy", "RoleName", "app", "PolicyName", "all", "PolicyDocument", allowAll},
			},
			session,
			[]string{"sts", "GetCallerIdentity"},
			ok, refused,
		},
		{
			"a key that is deleted",
			[][]string{{"DeleteAccessKey", "UserName", "ann", "AccessKeyId", ann.AccessKeyID}},
			ann,
			[]string{"sts", "GetCallerIdentity"},
			ok, refused,
		},
	} {
		c.until(tt.name+", before", b, tt.as, tt.before, tt.action[0], tt.action[1])
		for _, change := range tt.change {
			c.must(a, process.Root, "iam", change[0], change[1:]...)
		}
		if took := c.until(tt.name, b, tt.as, tt.after, tt.action[0], tt.action[1]); took > seenWithin {
			t.Errorf("%s: seen by the other replica after %v", tt.name, took)
		}
	}
}

func TestChangesAreSeenAtOnce(t *testing.T) {
	t.Parallel()
	c := newCluster(t, postgres.Start(t), 2)
	a, b := c.replicas[0], c.replicas[1]
	c.must(a, process.Root, "iam", "CreateUser", "UserName", "ann")
	rounds := 30
	if soak() > 0 {
		rounds = 1000
	}
	var took []time.Duration
	for range rounds {
		key := c.must(a, process.Root, "iam", "CreateAccessKey", "UserName", "ann").Credentials()
		c.must(b, key, "sts", "GetCallerIdentity")
		c.must(a, process.Root, "iam", "DeleteAccessKey", "UserName", "ann", "AccessKeyId", key.AccessKeyID)
		took = append(took, c.until("refused", b, key, refused, "sts", "GetCallerIdentity"))
	}
	t.Logf("a deleted key is refused by the other replica after %s", spread(took))
	if slow := len(took) - fasterThan(took, 500*time.Millisecond); slow > len(took)/2 { // polling alone takes 500 ms in the mean
		t.Errorf("%d of %d took longer than notification does", slow, len(took))
	}
}

func fasterThan(all []time.Duration, d time.Duration) (n int) {
	for _, x := range all {
		if x < d {
			n++
		}
	}
	return n
}

func TestTokensAreOpenedByAllReplicasWhileKeysRotate(t *testing.T) {
	t.Parallel()
	c := newCluster(t, postgres.Start(t), 2)
	a, b := c.replicas[0], c.replicas[1]
	ann := c.user(a, "ann")
	crossed := func() {
		for _, pair := range [][2]*replica{{a, b}, {b, a}} {
			session := c.must(pair[0], ann, "sts", "GetSessionToken").Credentials()
			c.must(pair[1], session, "sts", "GetCallerIdentity")
		}
	}
	before := c.must(a, ann, "sts", "GetSessionToken").Credentials()
	c.command("keys", "rotate")
	for end := time.Now().Add(12 * time.Second); time.Now().Before(end); { // past the moment when the new key seals
		crossed()
		time.Sleep(50 * time.Millisecond)
	}
	after := c.must(a, ann, "sts", "GetSessionToken").Credentials()
	c.must(b, before, "sts", "GetCallerIdentity")
	c.must(b, after, "sts", "GetCallerIdentity")
	if before.SessionToken[:7] == after.SessionToken[:7] { // format and key id, in base64
		t.Errorf("the token of after the rotation is sealed by the key of before: %s…", after.SessionToken[:7])
	}
}

func TestAReplicaWithAnotherMasterKeyDoesNotServe(t *testing.T) {
	t.Parallel()
	c := newCluster(t, postgres.Start(t), 1)
	cfg := c.replicas[0].cfg
	cfg.Dir = t.TempDir()
	cfg.Env = []string{cfg.Env[1]} // it makes a master key of its own
	p, err := process.TryStart(t, cfg)
	if err == nil {
		t.Fatal("it serves")
	}
	if text := p.Log.String(); !strings.Contains(text, "master.key is lost") {
		t.Errorf("it says %s", strconv.Quote(text))
	}
}
