package facts

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/store"
)

const account = "123456789012"

func newCache(t *testing.T) (*Cache, *store.DB, *keys.Vault) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	master, err := keys.ParseMaster(keys.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	vault, err := keys.NewVault(master)
	if err != nil {
		t.Fatal(err)
	}
	update(t, db, func(tx *store.Tx) error { return tx.CreateAccount(iam.Account{ID: account, Created: time.Now()}) })
	return New(Config{DB: db, Vault: vault, Partition: "aws"}), db, vault
}

func update(t *testing.T, db *store.DB, f func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func newUser(name string) iam.User {
	return iam.User{ID: iam.NewID(iam.UserPrefix, account), Account: account, Path: "/", Name: name, Created: time.Now()}
}

const allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`

func TestIdentityIsWhatTheStoreSaysNow(t *testing.T) {
	c, db, _ := newCache(t)
	ann := newUser("ann")
	staff := iam.Group{ID: iam.NewID(iam.GroupPrefix, account), Account: account, Path: "/", Name: "staff", Created: time.Now()}
	managed := iam.Policy{
		ID: iam.NewID(iam.PolicyPrefix, account), Account: account, Path: "/", Name: "p",
		ARN: "arn:aws:iam::" + account + ":policy/p", Default: 1, Latest: 1, Created: time.Now(), Updated: time.Now(),
	}
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.CreateUser(ann), tx.CreateGroup(staff), tx.CreatePolicy(managed, allowAll))
	})
	count := func() int {
		t.Helper()
		p, err := c.User(t.Context(), ann.ID)
		if err != nil {
			t.Fatal(err)
		}
		all, err := c.Identity(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if got := count(); got != 0 {
		t.Errorf("%d policies at first", got)
	}
	for i, step := range []struct {
		name   string
		change func(*store.Tx) error
		want   int
	}{
		{"an inline policy", func(tx *store.Tx) error {
			return tx.PutInlinePolicy(store.OwnerUser(ann), iam.InlinePolicy{Name: "i", Document: allowAll})
		}, 1},
		{"a managed policy", func(tx *store.Tx) error {
			return tx.Attach(store.OwnerUser(ann), iam.Attachment{ARN: managed.ARN, Name: "p"})
		}, 2},
		{"a group", func(tx *store.Tx) error { return tx.AddMember(staff, ann) }, 2},
		{"a policy of the group", func(tx *store.Tx) error {
			return tx.PutInlinePolicy(store.OwnerGroup(staff), iam.InlinePolicy{Name: "g", Document: allowAll})
		}, 3},
		{"out of the group", func(tx *store.Tx) error { return tx.RemoveMember(staff, ann) }, 2},
		{"detached", func(tx *store.Tx) error { return tx.Detach(store.OwnerUser(ann), managed.ARN) }, 1},
	} {
		update(t, db, step.change)
		if got := count(); got != step.want {
			t.Errorf("step %d, %s: %d policies, want %d", i, step.name, got, step.want)
		}
	}
}

func TestADocumentThatCannotBeReadDenies(t *testing.T) {
	c, db, _ := newCache(t)
	ann := newUser("ann")
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.CreateUser(ann), tx.PutInlinePolicy(store.OwnerUser(ann), iam.InlinePolicy{Name: "i", Document: "{"}))
	})
	p, err := c.User(t.Context(), ann.ID)
	if err != nil {
		t.Fatal(err)
	}
	all, err := c.Identity(t.Context(), p)
	if err != nil || len(all) != 1 || all[0].Policy != nil {
		t.Errorf("Identity = %v, %v; want one policy that is nil, which denies", all, err)
	}
}

func TestAKeyThatWasWrappedForAnotherIDDoesNotOpen(t *testing.T) {
	c, db, vault := newCache(t)
	update(t, db, func(tx *store.Tx) error {
		return tx.CreateAccessKey(iam.AccessKey{
			ID: "AKIARZPUZDIKAAAAAAAA", Account: account, Status: iam.Active, Created: time.Now(),
			Sealed: vault.Seal([]byte("s"), SecretContext("AKIARZPUZDIKBBBBBBBB")),
		})
	})
	if _, err := c.Key(t.Context(), "AKIARZPUZDIKAAAAAAAA"); !errors.Is(err, keys.ErrWrongKey) {
		t.Errorf("Key = %v, want ErrWrongKey", err)
	}
}

func TestAnAliasIsReadOnceAndHeededWhenItChanges(t *testing.T) {
	c, db, _ := newCache(t)
	for _, alias := range []string{"", "corp", "corp-2", ""} {
		update(t, db, func(tx *store.Tx) error { return tx.SetAccountAlias(account, alias) })
		if got, err := c.Alias(t.Context(), account); got != alias || err != nil {
			t.Errorf("Alias = %q, %v; want %q", got, err, alias)
		}
		_, before := c.Lookups()
		if got, err := c.Alias(t.Context(), account); got != alias || err != nil {
			t.Errorf("Alias again = %q, %v; want %q", got, err, alias)
		}
		if _, after := c.Lookups(); after != before {
			t.Errorf("the alias %q is read from the store again", alias)
		}
	}
	if _, err := c.Alias(t.Context(), "999999999999"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Alias of no account = %v", err)
	}
}

// Readers and a writer at once: after a change has been answered, no reader
// may see what was before it.
func TestNoReaderSeesTheStateBeforeAnAnsweredChange(t *testing.T) {
	c, db, _ := newCache(t)
	ann := newUser("ann")
	update(t, db, func(tx *store.Tx) error { return tx.CreateUser(ann) })
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for ctx.Err() == nil {
				_, _ = c.User(ctx, ann.ID)
			}
		})
	}
	for i := range 300 {
		name := fmt.Sprint("ann", i)
		update(t, db, func(tx *store.Tx) error {
			was, err := tx.UserByID(ann.ID)
			if err != nil {
				return err
			}
			now := was
			now.Name = name
			return tx.UpdateUser(was, now)
		})
		for range 3 {
			p, err := c.User(t.Context(), ann.ID)
			if err != nil || p.Name != name {
				t.Fatalf("after the rename to %s: %v, %v", name, p, err)
			}
		}
	}
	stop()
	readers.Wait()
}

func BenchmarkIdentity(b *testing.B) {
	db, err := store.Open(b.Context(), store.Config{Dir: b.TempDir(), Ephemeral: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	c := New(Config{DB: db, Partition: "aws"})
	ann := newUser("ann")
	err = db.Update(b.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.CreateAccount(iam.Account{ID: account, Created: time.Now()}), tx.CreateUser(ann),
			tx.PutInlinePolicy(store.OwnerUser(ann), iam.InlinePolicy{Name: "i", Document: allowAll}))
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		p, err := c.User(b.Context(), ann.ID)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Identity(b.Context(), p); err != nil {
			b.Fatal(err)
		}
	}
}

func TestMemoryIsNotBelievedWhenNobodyFollowsTheChanges(t *testing.T) {
	t.Parallel()
	c, db, _ := newCache(t)
	ann := newUser("ann")
	update(t, db, func(tx *store.Tx) error { return tx.CreateUser(ann) })
	if _, err := c.User(t.Context(), ann.ID); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_ = db.Watch(ctx, time.Second) // ends at once
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		_, err := c.User(t.Context(), ann.ID)
		if errors.Is(err, store.ErrUnavailable) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("a user is still answered from memory")
		}
	}
}
