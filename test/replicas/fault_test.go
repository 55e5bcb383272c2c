package replicas_test

import (
	"os"
	"testing"
	"time"

	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

// soak returns how long the faults go on; 0 is one round of each.
func soak() time.Duration {
	d, _ := time.ParseDuration(os.Getenv("DAYPASS_SOAK"))
	return d
}

// scene is where a fault happens: to the second of two replicas, or to the
// database that they share. Each fault ends.
type scene struct {
	*load
	server *postgres.Server
	b      *replica
}

// faults come one after the other on one pair of replicas.
var faults = []struct {
	name   string
	own    bool // needs a server of its own
	faults []func(*scene)
}{
	{"the network fails for a moment", false, []func(*scene){(*scene).delay, (*scene).reset, (*scene).commits}},
	{"a replica is killed", false, []func(*scene){(*scene).kill}},
	{"a replica is cut off from the database", false, []func(*scene){(*scene).cut}},
	{"packets between a replica and the database are swallowed", false, []func(*scene){(*scene).swallow}},
	{"the database restarts", true, []func(*scene){(*scene).restart, (*scene).crash, (*scene).gone}},
}

func (s *scene) delay() {
	s.b.proxy.Delay(20 * time.Millisecond)
	time.Sleep(2 * time.Second)
	s.b.proxy.Pass()
}

func (s *scene) reset() {
	for range 10 {
		s.b.proxy.Reset()
		time.Sleep(200 * time.Millisecond)
	}
	s.recovers("connections were reset")
}

func (s *scene) commits() {
	before := s.b.proxy.Struck()
	for range 5 {
		for _, f := range []postgres.CommitFault{postgres.AnswerLost, postgres.CommitLost, postgres.CommitLate} {
			s.b.proxy.FailCommit(f, 100*time.Millisecond)
			time.Sleep(100 * time.Millisecond)
		}
	}
	if s.b.proxy.Struck() == before {
		s.t.Error("no commit was met")
	}
	s.b.proxy.Pass()
}

func (s *scene) kill() {
	s.away(s.b, true)
	s.b.Kill()
	time.Sleep(500 * time.Millisecond)
	start := time.Now()
	s.b.start(s.t)
	s.t.Logf("killed: serves %v after its start", time.Since(start).Round(time.Millisecond))
	time.Sleep(500 * time.Millisecond) // calls that met the end may be told late
	s.away(s.b, false)
}

func (s *scene) cut() {
	s.b.proxy.Cut()
	s.t.Logf("cut off: not ready after %v", s.awaitReady(s.b, false).Round(time.Millisecond))
	s.staleEnds()
	s.b.proxy.Pass()
	s.recovers("cut off")
}

func (s *scene) swallow() {
	s.b.proxy.Stall()
	s.t.Logf("packets swallowed: not ready after %v", s.awaitReady(s.b, false).Round(time.Millisecond))
	s.staleEnds()
	s.b.proxy.Pass()
	s.recovers("packets swallowed")
}

// staleEnds waits until the replica may not answer by its memory any more, and
// sees to it that it does not, at once.
func (s *scene) staleEnds() {
	time.Sleep(seenWithin)
	for range 10 {
		start := time.Now()
		a, err := s.call(s.b, process.Root, "sts", "GetCallerIdentity")
		if err != nil || a.Status != 503 {
			s.t.Errorf("a replica without its database answers %v, %d", err, a.Status)
		}
		if took := time.Since(start); took > 3*time.Second {
			s.t.Errorf("it took %v to refuse", took)
		}
	}
}

func (s *scene) restart() {
	s.server.Restart(s.t, postgres.Fast)
	s.recovers("restarted fast")
}

func (s *scene) crash() {
	s.server.Restart(s.t, postgres.Immediate)
	s.recovers("restarted at once")
}

func (s *scene) gone() {
	s.server.Stop(postgres.Kill)
	s.t.Logf("database killed: not ready after %v", s.awaitReady(s.b, false).Round(time.Millisecond))
	s.staleEnds()
	s.server.Resume(s.t)
	s.recovers("database killed, and started later")
}

// recovers waits until the replica answers again, without a hand.
func (s *scene) recovers(from string) {
	s.t.Helper()
	ok := func(a process.Answer) bool { return a.OK() }
	reads := s.until("answers again", s.b, process.Root, ok, "sts", "GetCallerIdentity")
	writes := reads + s.until("writes again", s.b, process.Root, ok, "iam", "UpdateUser", "UserName", "ann", "NewPath", "/")
	ready := writes + s.awaitReady(s.b, true)
	s.t.Logf("%s: reads after %v, writes after %v, ready after %v",
		from, reads.Round(time.Millisecond), writes.Round(time.Millisecond), ready.Round(time.Millisecond))
}

func TestFaultsLoseNothingAndAllowNothing(t *testing.T) {
	for _, tt := range faults {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := postgres.Start(t)
			if tt.own {
				server = postgres.New(t, postgres.Options{Durable: soak() > 0})
			}
			c := newCluster(t, server, 2)
			end := time.Now().Add(soak())
			c.during(func(l *load) {
				s := &scene{l, server, c.replicas[1]}
				for {
					for _, inject := range tt.faults {
						time.Sleep(500 * time.Millisecond)
						inject(s)
					}
					time.Sleep(500 * time.Millisecond)
					if !time.Now().Before(end) {
						return
					}
				}
			})
		})
	}
}
