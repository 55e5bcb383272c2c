package store

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"
)

// What tests outside the package reach for.

func (db *DB) FlushMarks()                    { db.used.flush() }
func (db *DB) Poll(ctx context.Context) error { return db.poll(ctx) }

func (db *DB) WaitingMarks() int {
	db.used.mu.Lock()
	defer db.used.mu.Unlock()
	return len(db.used.waiting)
}

func (db *DB) SkipEpochs(ctx context.Context, n int) error {
	return db.aside(ctx, func(tx *Tx) error {
		_, err := tx.exec("update epoch set n = n + $1", n)
		return err
	})
}

func (db *DB) CountOnce(t *testing.T) (n int) {
	t.Helper()
	err := db.View(t.Context(), func(tx *Tx) (err error) {
		n, err = tx.count("select count(*) from used_once")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (tx *Tx) Touch(kind ChangeKind, id string) { tx.touch(kind, "", id, "") }

// Forget has the next poll see all there is, as another process would.
func (db *DB) Forget() {
	db.name.renew()
	db.seen = 0
}

// Setting returns a setting of the session that updates run in.
func (db *DB) Setting(t *testing.T, name string) (value string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *Tx) (err error) {
		value, err = one(tx, scanText, "select current_setting($1)", name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// Contents returns what is in every table that a backup holds, as text.
func (db *DB) Contents(t *testing.T) map[string][]string {
	t.Helper()
	known, err := readMigrations()
	if err != nil {
		t.Fatal(err)
	}
	tables, err := backupTables(t.Context(), known)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	err = db.View(t.Context(), func(tx *Tx) error {
		for _, table := range tables {
			all[table.name] = nil
			err := tx.each("select * from "+table.name, len(table.columns), func(row []any) error {
				all[table.name] = append(all[table.name], fmt.Sprintf("%q", row))
				return nil
			})
			if err != nil {
				return err
			}
			slices.Sort(all[table.name])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// BackupOfSchema makes a backup as a version would that knew fewer migrations.
func (db *DB) BackupOfSchema(ctx context.Context, w io.Writer, vault Vault, schema int) error {
	known, err := readMigrations()
	if err == nil {
		_, err = db.backup(ctx, w, vault, time.Now(), known[:schema])
	}
	return err
}

// Schema returns how many migrations there are.
func Schema() int {
	known, err := readMigrations()
	if err != nil {
		panic(err)
	}
	return len(known)
}
