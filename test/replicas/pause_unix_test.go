//go:build unix

package replicas_test

import (
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

// A process that was stopped, as a container or a laptop may be, wakes up with
// a memory of before. It must know that before it answers who waits.
func TestAReplicaThatWasPausedDoesNotAnswerByItsMemory(t *testing.T) {
	t.Parallel()
	c := newCluster(t, postgres.Start(t), 2)
	a, b := c.replicas[0], c.replicas[1]
	ann := c.user(a, "ann")
	c.must(b, ann, "sts", "GetCallerIdentity")
	if err := b.Cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	c.must(a, process.Root, "iam", "DeleteAccessKey", "UserName", "ann", "AccessKeyId", ann.AccessKeyID)
	time.Sleep(seenWithin + time.Second)
	var waiting sync.WaitGroup
	for range 30 {
		waiting.Go(func() {
			a, err := c.call(b, ann, "sts", "GetCallerIdentity")
			if err != nil || a.Status != http.StatusForbidden && a.Status != http.StatusServiceUnavailable {
				t.Errorf("a replica that was paused answers %v, %d", err, a.Status)
			}
		})
	}
	time.Sleep(time.Second) // they are in the queue of the process
	if err := b.Cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	waiting.Wait()
	c.until("answers again", b, process.Root, func(a process.Answer) bool { return a.OK() }, "sts", "GetCallerIdentity")
}
