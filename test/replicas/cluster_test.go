// Package replicas tests several processes on one PostgreSQL, with faults
// between them. DAYPASS_SOAK=10m makes the faults come again and again for
// that long.
package replicas_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "16") // they mostly wait
	code := m.Run()
	postgres.Clean()
	process.Clean()
	os.Exit(code)
}

const (
	// seenWithin is how long after the answer of a change another replica may
	// still answer by what was before.
	seenWithin = 5 * time.Second

	// pace is the pause between the calls of one client.
	pace = 40 * time.Millisecond

	// answeredWithin is how long a request may take, whatever happens to the
	// database: 10 s, and what a busy machine adds.
	answeredWithin = 15 * time.Second
)

// replica is a process with a network of its own to the database.
type replica struct {
	*process.Process
	name  string
	proxy *postgres.Proxy
	cfg   process.Config

	mu  sync.Mutex
	url string // of the process that runs now; guarded by mu
}

// cluster is what shares a database.
type cluster struct {
	t        *testing.T
	database string // its URL, without a proxy
	replicas []*replica
	client   *http.Client
}

func newCluster(t *testing.T, server *postgres.Server, n int) *cluster {
	t.Helper()
	c := &cluster{t: t, database: server.FreshDatabase(t), client: &http.Client{
		Timeout:   time.Minute,
		Transport: &http.Transport{MaxIdleConnsPerHost: 32},
	}}
	t.Cleanup(c.client.CloseIdleConnections)
	master := keys.NewMaster()
	for i := range n {
		r := &replica{name: string(rune('A' + i)), proxy: postgres.NewProxy(t, server.Address())}
		r.cfg = process.Config{Dir: t.TempDir(), Env: []string{
			"DAYPASS_MASTER_KEY=" + master, "DAYPASS_DATABASE_URL=" + server.Via(t, c.database, r.proxy.Address()),
		}}
		r.start(t)
		c.replicas = append(c.replicas, r)
	}
	return c
}

func (r *replica) start(t *testing.T) {
	t.Helper()
	p := process.Start(t, r.cfg)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Process, r.url = p, p.URL
}

func (r *replica) endpoint() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.url
}

func (c *cluster) call(r *replica, as sigv4.Credentials, service, action string, params ...string) (process.Answer, error) {
	return process.Call(context.Background(), c.client, r.endpoint(), as, service, action, params...)
}

// must makes a call that has to succeed.
func (c *cluster) must(r *replica, as sigv4.Credentials, service, action string, params ...string) process.Answer {
	c.t.Helper()
	a, err := c.call(r, as, service, action, params...)
	if err != nil || !a.OK() {
		c.t.Fatalf("%s by %s: %v, %d %s\n%s", action, r.name, err, a.Status, a.Body, r.Log)
	}
	return a
}

// user makes a user who may do everything and returns an access key of it.
func (c *cluster) user(r *replica, name string) sigv4.Credentials {
	c.t.Helper()
	c.must(r, process.Root, "iam", "CreateUser", "UserName", name)
	c.must(r, process.Root, "iam", "PutUserPolicy", "UserName", name, "PolicyName", "all", "PolicyDocument", allowAll)
	return c.must(r, process.Root, "iam", "CreateAccessKey", "UserName", name).Credentials()
}

const (
	allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	trustAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"` + process.Account + `"}}}`
)

// role makes a role that whoever is allowed to assumes, and may list users.
func (c *cluster) role(r *replica, name string) (arn string) {
	c.t.Helper()
	c.must(r, process.Root, "iam", "CreateRole", "RoleName", name, "AssumeRolePolicyDocument", trustAll)
	c.must(r, process.Root, "iam", "PutRolePolicy", "RoleName", name, "PolicyName", "all", "PolicyDocument", allowAll)
	return "arn:aws:iam::" + process.Account + ":role/" + name
}

// until calls until f holds of the answer, and returns how long that took.
func (c *cluster) until(what string, r *replica, as sigv4.Credentials, f func(process.Answer) bool, service, action string, params ...string) time.Duration {
	c.t.Helper()
	start := time.Now()
	for {
		a, err := c.call(r, as, service, action, params...)
		if err == nil && f(a) {
			return time.Since(start)
		}
		if time.Since(start) > 60*time.Second {
			c.t.Fatalf("%s: not after a minute: %v, %d %s\n%s", what, err, a.Status, a.Body, r.Log)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func refused(a process.Answer) bool { return a.Status == http.StatusForbidden }

func (c *cluster) ready(r *replica) bool {
	r.mu.Lock()
	admin := r.Admin
	r.mu.Unlock()
	a, err := c.client.Get(admin + "/readyz")
	if err != nil {
		return false
	}
	_ = a.Body.Close()
	return a.StatusCode == http.StatusOK
}

func (c *cluster) awaitReady(r *replica, want bool) time.Duration {
	c.t.Helper()
	start := time.Now()
	for c.ready(r) != want {
		if time.Since(start) > 60*time.Second {
			c.t.Fatalf("/readyz of %s is not %v after a minute\n%s", r.name, want, r.Log)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(start)
}

// command runs daypass beside the processes, on the same database.
func (c *cluster) command(args ...string) string {
	c.t.Helper()
	cmd := exec.Command(process.Binary(c.t), append(args, "--data-dir", c.t.TempDir())...)
	cmd.Env = append(os.Environ(), c.replicas[0].cfg.Env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("daypass %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// spread says how durations are distributed.
func spread(all []time.Duration) string {
	if len(all) == 0 {
		return "none"
	}
	all = slices.Sorted(slices.Values(all))
	at := func(p int) time.Duration { return all[(len(all)-1)*p/100].Round(100 * time.Microsecond) }
	return fmt.Sprintf("n=%d p50=%v p99=%v max=%v", len(all), at(50), at(99), at(100))
}

// load is what goes on while faults come and go: it keeps book of what was
// answered, and says what should not have been.
type load struct {
	*cluster

	mu       sync.Mutex
	killed   *replica        // that may be away just now; guarded by mu
	users    []string        // whose creation was answered; guarded by mu
	seen     []time.Duration // from the answer of a revocation to the first refusal elsewhere; guarded by mu
	statuses map[int]int     // guarded by mu
	slowest  time.Duration   // guarded by mu
}

// tell makes one call and checks what holds at any time: an answer comes in
// time, and it is success, 503 or what else the caller allows.
func (l *load) tell(r *replica, as sigv4.Credentials, also []int, service, action string, params ...string) (process.Answer, error) {
	start := time.Now()
	a, err := l.call(r, as, service, action, params...)
	took := time.Since(start)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statuses[a.Status]++
	l.slowest = max(l.slowest, took)
	switch {
	case took > answeredWithin:
		l.t.Errorf("%s by %s took %v", action, r.name, took)
	case err != nil && l.killed != r:
		l.t.Errorf("%s by %s: %v", action, r.name, err)
	case err == nil && !a.OK() && a.Status != http.StatusServiceUnavailable && !slices.Contains(also, a.Status):
		l.t.Errorf("%s by %s: %d %s", action, r.name, a.Status, a.Body)
	case a.Status == http.StatusServiceUnavailable && !strings.Contains(a.Body, "<Code>ServiceUnavailable</Code>"):
		l.t.Errorf("%s by %s: %s", action, r.name, a.Body)
	}
	if err == nil && a.Status == 0 {
		err = errors.New("no answer")
	}
	return a, err
}

// away says that a process may be away, or may not any more.
func (l *load) away(r *replica, away bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.killed = nil; away {
		l.killed = r
	}
}

// create makes users by one replica, and remembers those that were answered.
func (l *load) create(ctx context.Context, r *replica) {
	for i := 0; ctx.Err() == nil; i++ {
		name := fmt.Sprintf("by-%s-%d", r.name, i)
		if a, err := l.tell(r, process.Root, nil, "iam", "CreateUser", "UserName", name); err == nil && a.OK() {
			l.mu.Lock()
			l.users = append(l.users, name)
			l.mu.Unlock()
		}
		time.Sleep(pace)
	}
}

// use uses a session by one replica: it is never refused.
func (l *load) use(ctx context.Context, r *replica, session sigv4.Credentials) {
	for ctx.Err() == nil {
		_, _ = l.tell(r, session, nil, "sts", "GetCallerIdentity")
		_, _ = l.tell(r, session, nil, "iam", "GetRole", "RoleName", "app")
		time.Sleep(pace)
	}
}

// revoke deletes keys by one replica, and sees to it that another refuses them
// in time.
func (l *load) revoke(ctx context.Context, from, to *replica) {
	user := "revoked-by-" + from.name
	forbidden := []int{http.StatusForbidden}
	for ctx.Err() == nil {
		a, err := l.tell(from, process.Root, []int{http.StatusConflict}, "iam", "CreateAccessKey", "UserName", user)
		if err != nil || !a.OK() {
			if a.Status == http.StatusConflict { // keys whose creation was not answered are in the way
				l.clear(from, user)
			}
			time.Sleep(20 * time.Millisecond)
			continue
		}
		key := a.Credentials()
		warm, err := l.tell(to, key, nil, "sts", "GetCallerIdentity")
		known := err == nil && warm.OK()
		for ctx.Err() == nil {
			d, err := l.tell(from, process.Root, []int{http.StatusNotFound}, "iam", "DeleteAccessKey", "UserName", user, "AccessKeyId", key.AccessKeyID)
			if err == nil && (d.OK() || d.Status == http.StatusNotFound) {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if ctx.Err() != nil {
			return
		}
		l.gone(to, key, known, forbidden)
		time.Sleep(pace)
	}
}

// gone watches a replica until it refuses a key that was deleted just now.
func (l *load) gone(to *replica, key sigv4.Credentials, known bool, forbidden []int) {
	deleted := time.Now()
	for {
		asked := time.Since(deleted)
		a, err := l.tell(to, key, forbidden, "sts", "GetCallerIdentity")
		switch {
		case err == nil && a.Status == http.StatusForbidden:
			if known {
				l.mu.Lock()
				l.seen = append(l.seen, time.Since(deleted))
				l.mu.Unlock()
			}
			return
		case err == nil && a.OK() && asked > seenWithin:
			l.t.Errorf("WRONG ALLOW: %s accepts a key that was deleted %v ago", to.name, asked)
			return
		case time.Since(deleted) > 2*time.Minute:
			l.t.Errorf("%s neither accepts nor refuses a deleted key: %v, %d", to.name, err, a.Status)
			return
		case a.Status == http.StatusServiceUnavailable:
			time.Sleep(pace)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func (l *load) clear(r *replica, user string) {
	a, err := l.call(r, process.Root, "iam", "ListAccessKeys", "UserName", user)
	if err != nil || !a.OK() {
		return
	}
	for _, part := range strings.Split(a.Body, "<AccessKeyId>")[1:] {
		id, _, _ := strings.Cut(part, "<")
		_, _ = l.call(r, process.Root, "iam", "DeleteAccessKey", "UserName", user, "AccessKeyId", id)
	}
}

// during runs the load on the first two replicas while f injects faults, and
// checks in the end that nothing that was answered is lost.
func (c *cluster) during(f func(*load)) {
	c.t.Helper()
	l := &load{cluster: c, statuses: map[int]int{}}
	a, b := c.replicas[0], c.replicas[1]
	arn := c.role(a, "app")
	session := c.must(a, c.user(a, "ann"), "sts", "AssumeRole", "RoleArn", arn, "RoleSessionName", "session").Credentials()
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for _, r := range []*replica{a, b} {
		c.must(a, process.Root, "iam", "CreateUser", "UserName", "revoked-by-"+r.name)
		wg.Go(func() { l.create(ctx, r) })
		wg.Go(func() { l.use(ctx, r, session) })
	}
	wg.Go(func() { l.revoke(ctx, a, b) })
	wg.Go(func() { l.revoke(ctx, b, a) })
	f(l)
	stop()
	wg.Wait()
	for _, name := range l.users {
		for _, r := range c.replicas {
			lost := false
			c.until("user "+name, r, process.Root, func(a process.Answer) bool {
				lost = a.Status == http.StatusNotFound
				return a.OK() || lost
			}, "iam", "GetUser", "UserName", name)
			if lost {
				c.t.Errorf("LOST: %s was created, and %s does not know it", name, r.name)
			}
		}
	}
	c.t.Logf("users %d, statuses %v, slowest %v, revocations seen: %s", len(l.users), l.statuses, l.slowest.Round(time.Millisecond), spread(l.seen))
}
