package replicas_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/totp"
	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

const wrongCode = "MultiFactorAuthentication failed with invalid MFA one time pass code. "

func TestMFACodesAreSharedByReplicas(t *testing.T) {
	t.Parallel()
	c := newCluster(t, postgres.Start(t), 2)
	a, b := c.replicas[0], c.replicas[1]
	ann := c.user(a, "ann")
	device := func(name string) *process.MFADevice {
		return process.NewMFADevice(t, func(action string, params ...string) process.Answer {
			return c.must(a, process.Root, "iam", action, params...)
		}, "ann", name)
	}
	refused := func(what string, r *replica, proof []string) {
		t.Helper()
		got, err := c.call(r, ann, "sts", "GetSessionToken", proof...)
		if err != nil || got.Status != 403 || got.Text("Message") != wrongCode {
			t.Errorf("%s, at %s: %v, %d %s", what, r.name, err, got.Status, got.Body)
		}
	}

	// One code at both of them, at the same time.
	for i := range 4 {
		proof := device(fmt.Sprint("phone", i)).Right()
		var accepted atomic.Int32
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				got, err := c.call(c.replicas[n%2], ann, "sts", "GetSessionToken", proof...)
				switch {
				case err == nil && got.OK():
					accepted.Add(1)
				case err != nil || got.Text("Message") != wrongCode:
					t.Errorf("%v, %d %s", err, got.Status, got.Body)
				}
			})
		}
		all.Wait()
		if accepted.Load() != 1 {
			t.Errorf("a code was accepted %d times, want once", accepted.Load())
		}
		refused("the code again", a, proof)
		refused("the code again", b, proof)
	}

	// Wrong codes at either of them.
	tablet := device("tablet")
	for i := range totp.WrongCodes {
		refused("a wrong code", c.replicas[i%2], tablet.Wrong())
	}
	refused("the right code after too many wrong ones", a, tablet.Right())
	refused("the right code after too many wrong ones", b, tablet.Right())
	a.Kill()
	a.start(t)
	refused("the right code after a restart", a, tablet.Right())
	for _, r := range c.replicas { // the log comes after the answer
		for end := time.Now().Add(30 * time.Second); !strings.Contains(r.Log.String(), "too many"); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the log of %s does not say that there were too many\n%s", r.name, r.Log)
			}
		}
	}
}
