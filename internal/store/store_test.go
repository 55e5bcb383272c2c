package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/test/postgres"
)

const acct = "111122223333"

var t0 = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Clean()
	os.Exit(code)
}

// databases runs the test on every kind of database that this machine has.
// Open gives another handle on the same database, as another process would.
func databases(t *testing.T, test func(t *testing.T, open func() *store.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		test(t, func() *store.DB { return openConfig(t, store.Config{Dir: dir, Ephemeral: true}) })
	})
	t.Run("postgres", func(t *testing.T) {
		url := postgres.Start(t).FreshDatabase(t)
		test(t, func() *store.DB { return openConfig(t, store.Config{URL: url}) })
	})
}

func openConfig(t *testing.T, c store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return db
}

func update(t *testing.T, db *store.DB, f func(tx *store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, db *store.DB, f func(tx *store.Tx) error) {
	t.Helper()
	if err := db.View(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func user(name string) iam.User {
	return iam.User{
		ID: iam.NewID(iam.UserPrefix, acct), Account: acct, Path: "/", Name: name, Created: t0,
		Tags: []iam.Tag{{Key: "team", Value: "blü"}},
	}
}

func role(name string) iam.Role {
	return iam.Role{
		ID: iam.NewID(iam.RolePrefix, acct), Account: acct, Path: "/app/", Name: name, Created: t0,
		Trust: `{"Version":"2012-10-17"}`, Description: "ä role", MaxSession: time.Hour,
	}
}

func group(name string) iam.Group {
	return iam.Group{ID: iam.NewID(iam.GroupPrefix, acct), Account: acct, Path: "/", Name: name, Created: t0}
}

func managed(name string) iam.Policy {
	return iam.Policy{
		ID: iam.NewID(iam.PolicyPrefix, acct), Account: acct, Path: "/p/", Name: name, ARN: "arn:aws:iam::" + acct + ":policy/p/" + name,
		Default: 1, Latest: 1, Created: t0, Updated: t0,
	}
}

func withAccount(t *testing.T, db *store.DB) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error { return tx.CreateAccount(iam.Account{ID: acct, Name: "main", Created: t0}) })
}

func TestEverythingComesBackAsItWasStored(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		u, r, g, p := user("Dana"), role("App"), group("Ops"), managed("Read")
		u.Boundary = p.ARN
		key := iam.AccessKey{ID: iam.NewKeyID(iam.KeyPrefix, acct), Account: acct, UserID: u.ID, Status: iam.Active, Created: t0, Sealed: []byte{0, 1, 0xFF}}
		rootKey := iam.AccessKey{ID: iam.NewKeyID(iam.KeyPrefix, acct), Account: acct, Status: iam.Inactive, Created: t0, Sealed: []byte("x")}
		profile := iam.InstanceProfile{ID: iam.NewID(iam.InstanceProfilePrefix, acct), Account: acct, Path: "/", Name: "Web", Created: t0, RoleID: r.ID}
		login := iam.LoginProfile{UserID: u.ID, Created: t0, ResetRequired: true, Hash: []byte("h")}
		inline := iam.InlinePolicy{Name: "in", Document: "{ \"ü\" }"}
		attached := iam.Attachment{ARN: p.ARN, Name: p.Name}
		ring := store.KeyRow{Purpose: "token", ID: 7, Created: t0, Sealed: []byte("k")}
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(
				tx.CreateUser(u), tx.CreateRole(r), tx.CreateGroup(g), tx.AddMember(g, u), tx.AddMember(g, u),
				tx.CreatePolicy(p, "doc1"), tx.CreateAccessKey(key), tx.CreateAccessKey(rootKey), tx.CreateInstanceProfile(profile),
				tx.CreateLoginProfile(u, login), tx.PutInlinePolicy(store.OwnerUser(u), inline), tx.Attach(store.OwnerUser(u), attached),
				tx.Attach(store.OwnerUser(u), attached), tx.Attach(store.OwnerRole(r), attached), tx.Attach(store.OwnerGroup(g), attached),
				tx.PutKeyRing(ring), tx.SetMeta("installation", "x"), tx.SetAccountSetting(acct, "s", "1"), tx.SetAccountSetting(acct, "s", "2"),
				tx.SetAccountAlias(acct, "acme"), tx.SetTokenVersion(acct, 2))
		})
		same := func(what string, got, want any, err error) {
			t.Helper()
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got)\n%s", what, err, diff)
			}
		}
		view(t, db, func(tx *store.Tx) error {
			a, err := tx.Account(acct)
			same("account", a, iam.Account{ID: acct, Name: "main", Alias: "acme", Created: t0, TokenVersion: 2}, err)
			gotUser, err := tx.User(acct, "dANA")
			same("user by name, ignoring case", gotUser, u, err)
			gotUser, err = tx.UserByID(u.ID)
			same("user by id", gotUser, u, err)
			gotRole, err := tx.Role(acct, "app")
			same("role", gotRole, r, err)
			gotRole, err = tx.RoleByID(r.ID)
			same("role by id", gotRole, r, err)
			gotGroup, err := tx.Group(acct, "OPS")
			same("group", gotGroup, g, err)
			gotGroup, err = tx.GroupByID(g.ID)
			same("group by id", gotGroup, g, err)
			groups, err := tx.GroupsOf(u.ID)
			same("groups of a user", groups, []iam.Group{g}, err)
			members, err := tx.Members(g.ID, store.Page{Limit: 9})
			same("members", members, []iam.User{u}, err)
			gotPolicy, err := tx.Policy(p.ARN)
			same("policy", gotPolicy, p, err)
			gotPolicy, err = tx.PolicyNamed(acct, "READ")
			same("policy by name", gotPolicy, p, err)
			doc, err := tx.PolicyDefaultDocument(p.ARN)
			same("document", doc, "doc1", err)
			gotKey, err := tx.AccessKey(key.ID)
			same("access key", gotKey, key, err)
			keys, err := tx.AccessKeysOf(acct, "")
			same("root's keys", keys, []iam.AccessKey{rootKey}, err)
			profiles, err := tx.InstanceProfilesOf(r.ID)
			same("profiles of a role", profiles, []iam.InstanceProfile{profile}, err)
			gotProfile, err := tx.InstanceProfile(acct, "WEB")
			same("profile", gotProfile, profile, err)
			gotLogin, err := tx.LoginProfile(u.ID)
			same("login profile", gotLogin, login, err)
			policies, err := tx.InlinePolicies(u.ID)
			same("inline policies", policies, []iam.InlinePolicy{inline}, err)
			attachments, err := tx.AttachedPolicies(u.ID)
			same("attachments", attachments, []iam.Attachment{attached}, err)
			n, err := tx.AttachmentCount(acct, p.ARN)
			same("attachment count", n, 3, err)
			n, err = tx.BoundaryCount(acct, p.ARN)
			same("boundary count", n, 1, err)
			e, err := tx.Attached(acct, p.ARN)
			same("attached entities", e, store.Entities{Users: []iam.User{u}, Groups: []iam.Group{g}, Roles: []iam.Role{r}}, err)
			e, err = tx.Bounded(acct, p.ARN)
			same("bounded entities", e, store.Entities{Users: []iam.User{u}}, err)
			rows, err := tx.KeyRing("token")
			same("key ring", rows, []store.KeyRow{ring}, err)
			meta, err := tx.Meta("installation")
			same("meta", meta, "x", err)
			setting, err := tx.AccountSetting(acct, "s")
			same("setting", setting, "2", err)
			return nil
		})
	})
}

func TestWhatIsAbsentIsErrNotFound(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		u, r, g, p := user("a"), role("a"), group("a"), managed("a")
		update(t, db, func(tx *store.Tx) error {
			_, e1 := tx.User(acct, "a")
			_, e2 := tx.UserByID(u.ID)
			_, e3 := tx.Role(acct, "a")
			_, e4 := tx.Group(acct, "a")
			_, e5 := tx.Policy(p.ARN)
			_, e6 := tx.AccessKey("AKIA")
			_, e7 := tx.PolicyDefaultDocument("arn:aws:iam::aws:policy/Nonexistent")
			_, e8 := tx.LoginProfile(u.ID)
			_, e9 := tx.InstanceProfile(acct, "a")
			_, e10 := tx.Account("000000000000")
			_, e11 := tx.LastUsed("AKIA")
			_, e12 := tx.Policy("not an arn")
			_, e13 := tx.Policy("arn:aws:iam::" + acct + ":role/x")
			for i, err := range []error{
				e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11, e12, e13,
				tx.UpdateUser(u, u), tx.DeleteUser(u), tx.UpdateRole(r, r), tx.DeleteRole(r), tx.UpdateGroup(g, g), tx.DeleteGroup(g),
				tx.RemoveMember(g, u), tx.DeletePolicy(p), tx.SetPolicyTags(p, nil), tx.SetDefaultVersion(p, 1, t0), tx.DeletePolicyVersion(p, 1),
				tx.DeleteInlinePolicy(store.OwnerUser(u), "x"), tx.Detach(store.OwnerUser(u), p.ARN),
				tx.SetAccessKeyStatus(iam.AccessKey{ID: "x"}, iam.Active), tx.DeleteAccessKey(iam.AccessKey{ID: "x"}),
				tx.UpdateLoginProfile(u, iam.LoginProfile{Hash: []byte{}}), tx.DeleteLoginProfile(u),
				tx.UpdateInstanceProfile(iam.InstanceProfile{ID: "x"}), tx.DeleteInstanceProfile(iam.InstanceProfile{ID: "x"}),
				tx.SetAccountAlias("000000000000", "x"), tx.DeleteAccountSetting(acct, "x"), tx.DeleteKeyRing("x", 1),
			} {
				if !errors.Is(err, store.ErrNotFound) {
					t.Errorf("check %d: got %v, want ErrNotFound", i, err)
				}
			}
			return nil
		})
	})
}

func TestNamesAreUniqueIgnoringCase(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		const other = "444455556666"
		update(t, db, func(tx *store.Tx) error {
			if err := tx.CreateAccount(iam.Account{ID: other, Name: "b", Alias: "taken", Created: t0}); err != nil {
				return err
			}
			profile := iam.InstanceProfile{ID: "AIPA1", Account: acct, Path: "/", Name: "Web", Created: t0}
			dana, ops := user("Dana"), group("Ops")
			if err := errors.Join(tx.CreateUser(dana), tx.CreateUser(user("eve")), tx.CreateRole(role("App")), tx.CreateGroup(ops),
				tx.CreateGroup(group("dev")), tx.CreatePolicy(managed("Read"), "d"), tx.CreateInstanceProfile(profile)); err != nil {
				return err
			}
			profile.ID, profile.Name = "AIPA2", "wEB"
			renamed, moved := dana, ops
			renamed.Name, moved.Name = "EVE", "DEV"
			for i, err := range []error{
				tx.CreateAccount(iam.Account{ID: acct}), tx.CreateUser(user("DANA")), tx.CreateRole(role("APP")), tx.CreateGroup(group("ops")),
				tx.CreatePolicy(managed("READ"), "d"), tx.CreateInstanceProfile(profile),
				tx.UpdateUser(dana, renamed), tx.UpdateGroup(ops, moved), tx.SetAccountAlias(acct, "taken"),
			} {
				if !errors.Is(err, store.ErrExists) {
					t.Errorf("check %d: got %v, want ErrExists", i, err)
				}
			}
			// A change of case alone is a rename to oneself, and other accounts have names of their own.
			renamed.Name = "DANA"
			foreign := user("dana")
			foreign.Account = other
			return errors.Join(tx.UpdateUser(dana, renamed), tx.CreateUser(foreign))
		})
	})
}

func TestPolicyARNsAreExact(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		update(t, db, func(tx *store.Tx) error { return tx.CreatePolicy(managed("Read"), "d") })
		for arn, found := range map[string]bool{
			"arn:aws:iam::" + acct + ":policy/p/Read":   true,
			"arn:aws:iam::" + acct + ":policy/p/read":   false,
			"arn:aws:iam::" + acct + ":policy/Read":     false,
			"arn:aws:iam::" + acct + ":policy/P/Read":   false,
			"arn:aws:iam::" + acct + ":policy/":         false,
			"arn:aws:iam:eu:" + acct + ":policy/p/Read": false,
			"arn:aws:iam::aws:policy/AWSDenyAll":        true,
			"arn:aws:iam::" + acct + ":policy":          false,
		} {
			view(t, db, func(tx *store.Tx) error {
				if _, err := tx.Policy(arn); (err == nil) != found {
					t.Errorf("Policy(%q): %v, want found %v", arn, err, found)
				}
				return nil
			})
		}
	})
}

func TestPolicyVersionsAreNumberedOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		later := t0.Add(time.Hour)
		arn := managed("Read").ARN
		load := func(tx *store.Tx) iam.Policy {
			p, err := tx.Policy(arn)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		update(t, db, func(tx *store.Tx) error {
			if err := tx.CreatePolicy(managed("Read"), "one"); err != nil {
				return err
			}
			_, err := tx.AddPolicyVersion(load(tx), "two", false, later)
			return err
		})
		update(t, db, func(tx *store.Tx) error {
			if err := tx.DeletePolicyVersion(load(tx), 2); err != nil {
				return err
			}
			v, err := tx.AddPolicyVersion(load(tx), "three", true, later)
			if v.Number != 3 {
				t.Errorf("the version after v2, which was deleted, is v%d, want v3", v.Number)
			}
			return err
		})
		view(t, db, func(tx *store.Tx) error {
			p := load(tx)
			if p.Default != 3 || p.Latest != 3 || !p.Updated.Equal(later) {
				t.Errorf("policy = %+v, want v3 in force since %v", p, later)
			}
			versions, err := tx.PolicyVersions(p)
			want := []iam.PolicyVersion{{Number: 3, Document: "three", Created: later}, {Number: 1, Document: "one", Created: t0}}
			if diff := cmp.Diff(want, versions); diff != "" || err != nil {
				t.Errorf("versions: %v (-want +got)\n%s", err, diff)
			}
			if n, versions, err := tx.CountPolicies(acct); n != 1 || versions != 2 || err != nil {
				t.Errorf("CountPolicies = %d, %d, %v; want 1, 2", n, versions, err)
			}
			if doc, err := tx.PolicyDefaultDocument(arn); doc != "three" || err != nil {
				t.Errorf("document in force = %q, %v", doc, err)
			}
			return nil
		})
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.SetDefaultVersion(load(tx), 1, later), tx.DeletePolicy(load(tx)))
		})
	})
}

func TestListsAreOrderedByNameAndPaged(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		names := []string{"+plus", "-dash", "0", "A", "_x", "a.b", "aB", "b", "Z"} // in the order of bytes after folding
		want := []string{"+plus", "-dash", "0", "_x", "A", "a.b", "aB", "b", "Z"}
		update(t, db, func(tx *store.Tx) error {
			for i, name := range names {
				u := user(name)
				if i%2 == 1 {
					u.Path = "/Ops/"
				}
				if err := tx.CreateUser(u); err != nil {
					return err
				}
			}
			return nil
		})
		page := func(p store.Page) (got []string) {
			view(t, db, func(tx *store.Tx) error {
				users, err := tx.Users(acct, p)
				for _, u := range users {
					got = append(got, u.Name)
				}
				return err
			})
			return got
		}
		if diff := cmp.Diff(want, page(store.Page{Limit: 100})); diff != "" {
			t.Errorf("all (-want +got)\n%s", diff)
		}
		var walked []string
		for after := ""; ; {
			part := page(store.Page{After: after, Limit: 2})
			if len(part) == 0 {
				break
			}
			walked = append(walked, part...)
			after = iam.Fold(part[len(part)-1])
		}
		if diff := cmp.Diff(want, walked); diff != "" {
			t.Errorf("by twos (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"-dash", "A", "a.b", "b"}, page(store.Page{PathPrefix: "/Op", Limit: 100})); diff != "" {
			t.Errorf("with a path prefix (-want +got)\n%s", diff)
		}
		if got := page(store.Page{PathPrefix: "/op", Limit: 100}); got != nil {
			t.Errorf("path prefix in other case found %v", got)
		}
	})
}

func TestAFailedUpdateLeavesNothing(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		told := 0
		db.Subscribe(func([]store.Change) { told++ })
		boom := errors.New("boom")
		err := db.Update(t.Context(), func(tx *store.Tx) error { return errors.Join(tx.CreateUser(user("a")), boom) })
		if !errors.Is(err, boom) {
			t.Errorf("Update = %v, want the function's error", err)
		}
		func() {
			defer func() {
				if recover() != "bang" {
					t.Error("the panic did not reach the caller")
				}
			}()
			_ = db.Update(t.Context(), func(tx *store.Tx) error {
				if err := tx.CreateUser(user("b")); err != nil {
					t.Error(err)
				}
				panic("bang")
			})
		}()
		view(t, db, func(tx *store.Tx) error {
			if n, err := tx.CountUsers(acct); n != 0 || err != nil {
				t.Errorf("CountUsers = %d, %v; want 0", n, err)
			}
			return nil
		})
		if told != 0 {
			t.Error("subscribers were told of changes that did not happen")
		}
		withGone, cancel := context.WithCancel(t.Context())
		cancel()
		ran := false
		if err := db.Update(withGone, func(*store.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
			t.Errorf("Update for a caller that has gone = %v, ran %v", err, ran)
		}
	})
}

func TestConcurrentUpdatesKeepTheirOwnFate(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		boom := errors.New("boom")
		var wg sync.WaitGroup
		for i := range 60 {
			wg.Go(func() {
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					if err := tx.CreateUser(user(fmt.Sprintf("u%d", i))); err != nil {
						return err
					}
					if i%3 == 0 {
						return boom
					}
					return nil
				})
				if (i%3 == 0) != errors.Is(err, boom) || i%3 != 0 && err != nil {
					t.Errorf("update %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		view(t, db, func(tx *store.Tx) error {
			if n, err := tx.CountUsers(acct); n != 40 || err != nil {
				t.Errorf("CountUsers = %d, %v; want 40", n, err)
			}
			return nil
		})
	})
}

func TestTwoProcessesCreateOneName(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		a, b := open(), open()
		withAccount(t, a)
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for i := range 20 {
			db := a
			if i%2 == 1 {
				db = b
			}
			wg.Go(func() {
				err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.CreateUser(user("same")) })
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if !errors.Is(err, store.ErrExists) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made != 1 {
			t.Errorf("%d of 20 creations succeeded, want 1", made)
		}
	})
}

func TestAViewCannotWriteAndSeesOneMoment(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		view(t, db, func(tx *store.Tx) error {
			if err := tx.CreateUser(user("a")); !errors.Is(err, store.ErrReadOnly) {
				t.Errorf("CreateUser in a View = %v, want ErrReadOnly", err)
			}
			if n, err := tx.CountUsers(acct); n != 0 || err != nil {
				t.Errorf("CountUsers = %d, %v", n, err)
			}
			update(t, db, func(tx *store.Tx) error { return tx.CreateUser(user("a")) })
			if n, err := tx.CountUsers(acct); n != 0 || err != nil {
				t.Errorf("the View saw a later commit: %d users, %v", n, err)
			}
			return nil
		})
	})
}

func TestLoadsDoNotWaitForViews(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				err := db.View(ctx, func(*store.Tx) error {
					return db.Load(ctx, func(tx *store.Tx) error {
						_, err := tx.Account(acct)
						return err
					})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

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

func TestMarksAreSeenAtOnceAndSurviveClose(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		use := iam.Use{Account: acct, ID: "AKIA1", At: t0.Add(time.Minute), Region: "us-east-1", Service: "sts"}
		earlier := use
		earlier.At = t0
		db.MarkUsed(earlier)
		db.MarkUsed(use)
		db.MarkUsed(earlier)
		check := func(db *store.DB) {
			t.Helper()
			view(t, db, func(tx *store.Tx) error {
				got, err := tx.LastUsed("AKIA1")
				if diff := cmp.Diff(use, got); diff != "" || err != nil {
					t.Errorf("LastUsed: %v (-want +got)\n%s", err, diff)
				}
				return nil
			})
		}
		check(db)
		db.FlushMarks()
		check(open())
		db.MarkUsed(earlier)
		db.FlushMarks()
		check(open())
	})
}

func TestMarksAreBounded(t *testing.T) {
	db := openConfig(t, store.Config{Dir: t.TempDir()})
	for i := range 60_000 {
		db.MarkUsed(iam.Use{ID: fmt.Sprint(i), At: t0})
	}
	if n := db.WaitingMarks(); n > 50_000 {
		t.Errorf("%d marks wait, want at most 50000", n)
	}
}

func TestADirectoryServesOnce(t *testing.T) {
	dir := t.TempDir()
	first := openConfig(t, store.Config{Dir: dir, Exclusive: true})
	_, err := store.Open(t.Context(), store.Config{Dir: dir, Exclusive: true})
	if !errors.Is(err, store.ErrInUse) || !strings.Contains(err.Error(), fmt.Sprintf("(process %d)", os.Getpid())) {
		t.Errorf("second exclusive Open = %v, want ErrInUse and the process", err)
	}
	beside := openConfig(t, store.Config{Dir: dir})
	withAccount(t, beside)
	view(t, first, func(tx *store.Tx) error {
		_, err := tx.Account(acct)
		return err
	})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	garbage := t.TempDir()
	if err := os.WriteFile(filepath.Join(garbage, "daypass.db"), []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		c    store.Config
		want string
	}{
		{"nothing given", store.Config{}, "neither a directory nor a database URL"},
		{"a file in place of the directory", store.Config{Dir: file}, "cannot be used"},
		{"no database file", store.Config{Dir: garbage}, "not a database"},
		{"other scheme", store.Config{URL: "mysql://u:hunter2@h/d"}, "malformed database URL: it must look like"},
		{"broken URL", store.Config{URL: "postgres://u:hunter2@h:port/d"}, "malformed database URL: it must look like"},
		{"broken setting", store.Config{URL: "postgres://u:hunter2@h/d?sslmode=what"}, "malformed database URL"},
		{"nobody there", store.Config{URL: "postgres://u:hunter2@127.0.0.1:1/d?connect_timeout=2"}, "opening the database d on 127.0.0.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db, err := store.Open(t.Context(), tt.c)
			if err == nil {
				_ = db.Close()
				t.Fatal("Open succeeded")
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
				t.Errorf("Open = %q, want one line with %q and no password", err, tt.want)
			}
		})
	}
}

func TestTheFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	db := openConfig(t, store.Config{Dir: dir})
	withAccount(t, db)
	for _, name := range []string{"", "daypass.db", "daypass.db-wal", "daypass.db-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
}

func TestAClosedDatabaseFailsEachCall(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	ran := false
	f := func(*store.Tx) error { ran = true; return nil }
	for name, err := range map[string]error{
		"Update": db.Update(t.Context(), f), "View": db.View(t.Context(), f), "Load": db.Load(t.Context(), f), "Ping": db.Ping(t.Context()),
	} {
		if err == nil {
			t.Errorf("%s of a closed database succeeded", name)
		}
	}
	if ran {
		t.Error("a function ran on a closed database")
	}
}

func TestProcessesMayStartTogether(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { open() })
		}
		wg.Wait()
	})
}

func TestPing(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		if err := open().Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
