package store

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestMigrationsRunOnce(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		db, err := Open(t.Context(), Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		known, err := readMigrations()
		if err != nil {
			t.Fatal(err)
		}
		err = db.View(t.Context(), func(tx *Tx) error {
			n, err := tx.count("select count(*) from schema_migration")
			if n != len(known) {
				t.Errorf("%d migrations are noted, want %d", n, len(known))
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestADatabaseThatIsNotOursIsLeftAlone(t *testing.T) {
	known, err := readMigrations()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, change, want string }{
		{
			"a newer schema", "insert into schema_migration (version, name, checksum, applied) values (99, '0099_later', 'x', 0)",
			fmt.Sprintf("the database has schema version 99, and this daypass knows versions up to %d: use a newer daypass", len(known)),
		},
		{
			"another migration of the number", "update schema_migration set checksum = 'x' where version = 1",
			"migration 0001_identity of the database is not the one that this daypass knows as 0001_identity",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			db, err := Open(t.Context(), Config{Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			err = db.aside(t.Context(), func(tx *Tx) error { _, err := tx.exec(tt.change); return err })
			if err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err = Open(context.Background(), Config{Dir: dir}); err == nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("Open = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestADirectoryThatCannotBeWrittenIsNamed(t *testing.T) {
	got := dirError("/data", &fs.PathError{Op: "open", Path: "/data/daypass.db", Err: syscall.EACCES}).Error()
	if want := "data directory /data is not writable: permission denied"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestStatementsAreSplitAtTheEndsOfLines(t *testing.T) {
	text := "-- a comment;\ncreate table a (\n  b text not null -- not a comment\n);\n\ninsert into a (b)\n  values ('x;y');\n"
	want := []string{"create table a (\n  b text not null -- not a comment\n);", "insert into a (b)\n  values ('x;y');"}
	got := statements(text)
	if strings.Join(got, "\n|\n") != strings.Join(want, "\n|\n") {
		t.Errorf("statements = %q, want %q", got, want)
	}
}

func TestTextComparesByBytesInPostgreSQL(t *testing.T) {
	got := postgresDialect.ddl("create table a (b text not null, c text primary key)")
	if want := `create table a (b text collate "C" not null, c text collate "C" primary key)`; got != want {
		t.Errorf("ddl = %q, want %q", got, want)
	}
}

func TestClosingLeavesTheDatabaseFileAlone(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx *Tx) error { return tx.SetMeta("a", "b") }); err != nil {
		t.Fatal(err)
	}
	if err := db.View(t.Context(), func(tx *Tx) error { _, err := tx.Meta("a"); return err }); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("after Close there are %v, want the database alone: its last connection moves the log into it", left)
	}
}
