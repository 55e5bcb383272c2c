package installation

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/secret"
)

// replicas opens one database several times, as several processes would.
func replicas(t *testing.T, n int, now func() time.Time) (all []*Installation) {
	t.Helper()
	cfg := Config{Dir: t.TempDir(), Region: "us-east-1", MasterKey: secret.New(keys.NewMaster()), Ephemeral: true, Now: now}
	for range n {
		in, err := Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = in.Close() })
		all = append(all, in)
	}
	return all
}

func watch(t *testing.T, in *Installation) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var watching sync.WaitGroup
	watching.Go(func() { _ = in.Watch(ctx) })
	t.Cleanup(func() {
		stop()
		watching.Wait()
	})
}

func TestANewKeySealsWhenAllReplicasHaveIt(t *testing.T) {
	now := time.Now()
	in := replicas(t, 2, func() time.Time { return now })
	watch(t, in[1])
	if _, err := in[0].RotateKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	opens := func(at time.Time) bool {
		_, err := in[1].Ring.Open(in[0].Ring.Seal([]byte("x"), "session", "", at), "session", "", at)
		return err == nil
	}
	if !opens(now) {
		t.Error("what the replica that rotates seals at once is not opened by the other")
	}
	deadline := now.Add(SealDelay / 2)
	for !opens(now.Add(SealDelay)) {
		if time.Now().After(deadline) {
			t.Fatalf("the other replica does not hold the new key after %v", SealDelay/2)
		}
		time.Sleep(10 * time.Millisecond)
	}
	old := in[1].Ring.Seal([]byte("x"), "session", "", now)
	if _, err := in[0].Ring.Open(old, "session", "", now.Add(SealDelay+keys.LongestSession-time.Second)); err != nil {
		t.Errorf("what was sealed during the delay is not opened to its end: %v", err)
	}
}

func TestUnknownKeysDoNotReadTheRingEachTime(t *testing.T) {
	in := replicas(t, 2, time.Now)
	if _, err := in[0].RotateKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(SealDelay)
	sealed := in[0].Ring.Seal([]byte("x"), "session", "", later)
	if _, err := in[1].Ring.Open(sealed, "session", "", later); err == nil {
		t.Fatal("the other replica holds the key without having read it")
	}
	var wg sync.WaitGroup
	for range 50 { // who asks together is served together
		came := make(chan struct{})
		wg.Go(func() {
			close(came)
			in[1].reloadUnknown(t.Context())
			if _, err := in[1].Ring.Open(sealed, "session", "", later); err != nil {
				t.Error(err)
			}
		})
		<-came
	}
	wg.Wait()
	for range 50 {
		if in[1].reloadUnknown(t.Context()) {
			t.Fatal("the ring was read again at once")
		}
	}
	time.Sleep(reloadEvery)
	if !in[1].reloadUnknown(t.Context()) {
		t.Error("the ring is not read again later")
	}
}
