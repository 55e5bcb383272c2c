package store_test

import (
	"os"
	"testing"
	"time"

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
