package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func TestChangesAreToldHereAtOnceAndElsewhereByWatch(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		here, there := open(), open()
		withAccount(t, here)
		var mu sync.Mutex
		var local, foreign []store.Change
		here.Subscribe(func(c []store.Change) { mu.Lock(); defer mu.Unlock(); local = append(local, c...) })
		there.Subscribe(func(c []store.Change) { mu.Lock(); defer mu.Unlock(); foreign = append(foreign, c...) })
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { _ = there.Watch(ctx, 5*time.Millisecond) })
		wg.Go(func() { _ = here.Watch(ctx, 5*time.Millisecond) })
		defer wg.Wait()
		defer stop()

		u := user("Dana")
		now := u
		now.Name = "Eve"
		update(t, here, func(tx *store.Tx) error {
			return errors.Join(tx.CreateUser(u), tx.UpdateUser(u, now),
				tx.CreateAccessKey(iam.AccessKey{ID: "AKIA1", Account: acct, UserID: u.ID, Status: iam.Active, Sealed: []byte{}}),
				tx.Attach(store.OwnerRole(iam.Role{ID: "AROA1", Account: acct, Name: "r"}), iam.Attachment{ARN: "a", Name: "n"}),
				tx.PutInlinePolicy(store.OwnerGroup(iam.Group{ID: "AGPA1", Account: acct, Name: "g"}), iam.InlinePolicy{Name: "n"}))
		})
		want := []store.Change{
			{Kind: store.UserChange, Account: acct, ID: u.ID, Name: "Dana"},
			{Kind: store.UserChange, Account: acct, ID: u.ID, Name: "Dana"},
			{Kind: store.UserChange, Account: acct, ID: u.ID, Name: "Eve"},
			{Kind: store.AccessKeyChange, Account: acct, ID: "AKIA1"},
			{Kind: store.RoleChange, Account: acct, ID: "AROA1", Name: "r"},
			{Kind: store.GroupChange, Account: acct, ID: "AGPA1", Name: "g"},
		}
		mu.Lock()
		if diff := cmp.Diff(want, local); diff != "" {
			t.Errorf("local changes when Update returned (-want +got)\n%s", diff)
		}
		mu.Unlock()
		deadline := time.Now().Add(10 * time.Second)
		for {
			mu.Lock()
			n := len(foreign)
			mu.Unlock()
			if n >= len(want)+1 || time.Now().After(deadline) {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		mu.Lock()
		defer mu.Unlock()
		withCreation := append([]store.Change{{Kind: store.AccountChange, Account: acct, ID: acct, Name: "main"}}, want...)
		if diff := cmp.Diff(withCreation, foreign); diff != "" {
			t.Errorf("changes seen by the other process (-want +got)\n%s", diff)
		}
		if len(local) != len(want) {
			t.Errorf("own changes came back through Watch: %v", local)
		}
	})
}

func TestAWatcherThatSleptTooLongIsToldEverything(t *testing.T) {
	dir := t.TempDir()
	db, other := openConfig(t, store.Config{Dir: dir}), openConfig(t, store.Config{Dir: dir})
	var got []store.Change
	db.Subscribe(func(c []store.Change) { got = append(got, c...) })
	if err := other.SkipEpochs(t.Context(), 10_000); err != nil {
		t.Fatal(err)
	}
	if err := db.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.Change{{Kind: store.Everything}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
