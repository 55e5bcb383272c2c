package store_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

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
