// Package crash kills a real daypass while many write to it, starts it again
// on what is left, and holds it to each of its answers: what was answered with
// success is there, what was answered to be gone is gone, and a call whose
// answer never came has happened or not, as a whole.
package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Clean()
	process.Clean()
	os.Exit(code)
}

const writers = 16

// rounds is how often to kill: few, or DAYPASS_CRASH_ROUNDS.
func rounds(t *testing.T, few int) int {
	t.Helper()
	text := os.Getenv("DAYPASS_CRASH_ROUNDS")
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("DAYPASS_CRASH_ROUNDS is %q, want a number", text)
	}
	return n
}

func TestWhatWasAnsweredOutlivesKill(t *testing.T) {
	w := newWorld(t, process.Config{Dir: t.TempDir()})
	w.run(rounds(t, 7), func() { w.p.Kill() })
}

func TestWhatWasAnsweredOutlivesKillOnPostgreSQL(t *testing.T) {
	url := postgres.Start(t).FreshDatabase(t)
	w := newWorld(t, process.Config{Dir: t.TempDir(), Env: []string{"DAYPASS_DATABASE_URL=" + url}})
	w.run(rounds(t, 4), func() { w.p.Kill() })
}

func TestWhatWasAnsweredOutlivesTheKillOfPostgreSQL(t *testing.T) {
	pg := postgres.New(t, postgres.Options{Durable: true})
	w := newWorld(t, process.Config{Dir: t.TempDir(), Env: []string{"DAYPASS_DATABASE_URL=" + pg.FreshDatabase(t)}})
	w.mayFail = true // a database that is down makes 503, or 500
	w.run(rounds(t, 2), func() {
		pg.Stop(postgres.Kill)
		w.p.Kill()
		pg.Resume(t)
	})
}

// world is an installation that dies and lives again, and what its answers
// have said so far.
type world struct {
	t       *testing.T
	cfg     process.Config
	p       *process.Process
	client  *http.Client
	mayFail bool // an answer of 5xx says no more than no answer

	writers []*writer
}

func newWorld(t *testing.T, cfg process.Config) *world {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 2 * writers}
	t.Cleanup(transport.CloseIdleConnections)
	w := &world{t: t, cfg: cfg, client: &http.Client{Transport: transport, Timeout: 30 * time.Second}}
	for i := range writers {
		w.writers = append(w.writers, &writer{world: w, id: i})
	}
	return w
}

// run has the world written to, killed at a random moment, and checked.
func (w *world) run(rounds int, kill func()) {
	w.t.Helper()
	for round := range rounds {
		w.p = process.Start(w.t, w.cfg)
		seed := rand.Uint64()
		answered := w.writeUntil(seed, kill)
		if round%2 == 1 {
			w.killWhileStarting()
		}
		w.p = process.Start(w.t, w.cfg)
		started := time.Now()
		w.check()
		w.p.Kill()
		w.t.Logf("round %d, seed %d: %d calls were answered before the kill; checked in %v", round, seed, answered, time.Since(started))
		if w.t.Failed() {
			return
		}
	}
}

// writeUntil lets the writers write until kill has been called, and returns how
// many calls were answered.
func (w *world) writeUntil(seed uint64, kill func()) (answered int) {
	var all sync.WaitGroup
	for i, wr := range w.writers {
		wr.random = rand.New(rand.NewPCG(seed, uint64(i)))
		before := wr.answered
		all.Go(wr.write)
		defer func() { answered += wr.answered - before }()
	}
	time.Sleep(50*time.Millisecond + rand.N(700*time.Millisecond))
	begun := time.Now()
	kill()
	killed := time.Now()
	all.Wait()
	if took := time.Since(begun); took > 5*time.Second {
		w.t.Logf("the kill took %v, the end of the calls %v", killed.Sub(begun), took)
	}
	return answered
}

// killWhileStarting kills a process that has not got far.
func (w *world) killWhileStarting() {
	startAndKill(w.t, w.cfg, rand.N(60*time.Millisecond))
}

// startAndKill starts daypass and kills it after a while, wherever it is by
// then.
func startAndKill(t *testing.T, cfg process.Config, after time.Duration) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), after)
	defer stop()
	c := exec.CommandContext(ctx, process.Binary(t), "serve", "--data-dir", cfg.Dir, "--listen", "127.0.0.1:0", "--admin-listen", "off")
	c.Env = append([]string{
		"DAYPASS_ACCOUNT_ID=" + process.Account, "DAYPASS_ROOT_ACCESS_KEY_ID=" + process.RootKey,
		"DAYPASS_ROOT_SECRET_ACCESS_KEY=" + process.RootSecret, "TMPDIR=" + os.TempDir(),
	}, cfg.Env...)
	_ = c.Run() // killed, nearly always
}

func (w *world) check() {
	w.t.Helper()
	var all sync.WaitGroup
	for _, wr := range w.writers {
		all.Go(wr.check)
	}
	all.Wait()
	w.checkRecord()
}

// checkRecord looks for the record of every call that was answered to have
// changed or issued something.
func (w *world) checkRecord() {
	w.t.Helper()
	recorded := map[string]bool{}
	err := spool.Scan(filepath.Join(w.cfg.Dir, "spool"), func(record []byte) error {
		var r struct{ RequestID string }
		if err := json.Unmarshal(record, &r); err != nil {
			return err
		}
		recorded[r.RequestID] = true
		return nil
	})
	if err != nil {
		w.t.Errorf("reading the record: %v", err)
	}
	for _, wr := range w.writers {
		for _, id := range wr.requests {
			if !recorded[id] {
				w.t.Errorf("call %s was answered and is not in the record", id)
			}
		}
	}
}

// A first start that is killed leaves nothing that a later one trips over, and
// the root credentials that are made then are good.
func TestAFirstStartMayBeKilledAnywhere(t *testing.T) {
	process.Binary(t)
	for i := range rounds(t, 12) {
		cfg := process.Config{Dir: t.TempDir(), Env: []string{
			"DAYPASS_ACCOUNT_ID=", "DAYPASS_ROOT_ACCESS_KEY_ID=", "DAYPASS_ROOT_SECRET_ACCESS_KEY=",
		}}
		for range 2 {
			startAndKill(t, cfg, rand.N(60*time.Millisecond))
		}
		p, err := process.TryStart(t, cfg)
		if err != nil {
			t.Fatalf("round %d: after a first start that was killed daypass does not start: %v\n%s", i, err, p.Log)
		}
		a, err := process.Call(t.Context(), http.DefaultClient, p.URL, fileCredentials(t, cfg.Dir), "sts", "GetCallerIdentity")
		if err != nil || !a.OK() {
			t.Errorf("round %d: %v, %+v", i, err, a)
		}
		p.Kill()
	}
}

var credentialLine = regexp.MustCompile(`(?m)^aws_(access_key_id|secret_access_key) = (.*)$`)

// fileCredentials are the root credentials that a first start has made.
func fileCredentials(t *testing.T, dir string) sigv4.Credentials {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "credentials"))
	if err != nil {
		t.Fatal(err)
	}
	found := credentialLine.FindAllStringSubmatch(string(text), -1)
	if len(found) != 2 {
		t.Fatalf("the credentials file has %d profiles, want 1", len(found)/2)
	}
	return sigv4.Credentials{AccessKeyID: found[0][2], SecretAccessKey: found[1][2]}
}

func userARN(name string) string {
	return fmt.Sprintf("arn:aws:iam::%s:user/%s", process.Account, name)
}
