package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Migrations are numbered files that only add. One that was applied is never
// edited: its checksum is kept and compared.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

type migration struct {
	version  int64
	name     string
	text     string
	checksum string
}

// dialect is what differs between the two databases when they are set up.
type dialect struct {
	lock string                        // waits until no other process migrates; "" if begin does
	ddl  func(statement string) string // the statement as this database wants it
}

var (
	sqliteDialect = dialect{ddl: func(s string) string { return s }}

	// PostgreSQL compares texts by the database's language unless told
	// otherwise; lists would come in another order than those of SQLite.
	postgresDialect = dialect{
		lock: "select pg_advisory_xact_lock(7870)",
		ddl:  func(s string) string { return textType.ReplaceAllString(s, `text collate "C" `) },
	}
	textType = regexp.MustCompile(`\btext\s`)
)

// migrate applies the migrations that the database has not seen, all in one
// transaction.
func (db *DB) migrate(ctx context.Context, d dialect) error {
	known, err := readMigrations()
	if err != nil {
		return err
	}
	return db.aside(ctx, func(tx *Tx) error { return tx.migrate(d, known) })
}

func (tx *Tx) migrate(d dialect, known []migration) error {
	run := func(statement string) error {
		_, err := tx.conn.sql.ExecContext(tx.ctx, statement)
		return err
	}
	if d.lock != "" {
		if err := run(d.lock); err != nil {
			return fmt.Errorf("waiting to migrate: %w", err)
		}
	}
	err := run(d.ddl(`create table if not exists schema_migration (version bigint not null primary key,
		name text not null, checksum text not null, applied bigint not null)`))
	if err != nil {
		return fmt.Errorf("creating the table of migrations: %w", err)
	}
	applied, err := list(tx, scanMigration, "select version, name, checksum from schema_migration order by version")
	if err != nil {
		return fmt.Errorf("reading the table of migrations: %w", err)
	}
	fresh, err := unapplied(known, applied)
	if err != nil {
		return err
	}
	for _, m := range fresh {
		for _, s := range statements(m.text) {
			if err := run(d.ddl(s)); err != nil {
				return fmt.Errorf("migration %s: %w", m.name, err)
			}
		}
		_, err := tx.exec("insert into schema_migration (version, name, checksum, applied) values ($1, $2, $3, $4)",
			m.version, m.name, m.checksum, millis(time.Now()))
		if err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	return nil
}

// unapplied returns the migrations still to run. It refuses a database that a
// newer binary has changed, and one that was changed otherwise.
func unapplied(known, applied []migration) ([]migration, error) {
	for i, a := range applied {
		if i >= len(known) {
			return nil, fmt.Errorf("the database has schema version %d, and this daypass knows versions up to %d: use a newer daypass",
				applied[len(applied)-1].version, len(known))
		}
		if k := known[i]; a.version != k.version || a.checksum != k.checksum {
			return nil, fmt.Errorf("migration %s of the database is not the one that this daypass knows as %s", a.name, k.name)
		}
	}
	return known[len(applied):], nil
}

func scanMigration(r scanner) (m migration, err error) {
	err = r.Scan(&m.version, &m.name, &m.checksum)
	return m, err
}

// readMigrations returns the embedded migrations in order: NNNN_what.sql,
// numbered from 1 without a gap.
func readMigrations() ([]migration, error) {
	entries, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, e := range entries {
		text, err := migrationFiles.ReadFile(path.Join("migrations", e.Name()))
		if err != nil {
			return nil, err
		}
		number, _, _ := strings.Cut(e.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s: no number", e.Name())
		}
		sum := sha256.Sum256(text)
		all = append(all, migration{version, strings.TrimSuffix(e.Name(), ".sql"), string(text), hex.EncodeToString(sum[:])})
	}
	slices.SortFunc(all, func(a, b migration) int { return int(a.version - b.version) })
	for i, m := range all {
		if m.version != int64(i+1) {
			return nil, errors.New("migrations are not numbered from 1 without a gap")
		}
	}
	return all, nil
}

// statements splits the text of a migration: comments are lines of their own,
// and a statement ends with a semicolon at the end of a line.
func statements(text string) []string {
	var all []string
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "--") {
			continue
		}
		b.WriteString(line)
		if strings.HasSuffix(strings.TrimSpace(line), ";") {
			all = append(all, strings.TrimSpace(b.String()))
			b.Reset()
		}
	}
	return all
}
