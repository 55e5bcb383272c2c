package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestSurroundingsAreToldFromMistakes(t *testing.T) {
	pg := func(code string) error { return &pgconn.PgError{Code: code} }
	tests := []struct {
		name string
		err  error
		want bool
	}{
		{"disk of PostgreSQL full", pg("53100"), true},
		{"too many connections", pg("53300"), true},
		{"PostgreSQL shuts down", pg("57P01"), true},
		{"PostgreSQL starts up", pg("57P03"), true},
		{"I/O error of PostgreSQL", pg("58030"), true},
		{"a standby", pg("25006"), true},
		{"connection exception", pg("08006"), true},
		{"connection refused", &net.OpError{Op: "dial", Err: errors.New("refused")}, true},
		{"connection cut", io.ErrUnexpectedEOF, true},
		{"connection known to be bad", driver.ErrBadConn, true},
		{"a constraint", pg("23505"), false},
		{"a mistake in a statement", pg("42601"), false},
		{"absence", ErrNotFound, false},
		{"a caller that left", context.Canceled, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := unavailable(fmt.Errorf("loading: %w", tt.err))
			if got := errors.Is(err, ErrUnavailable); got != tt.want {
				t.Errorf("unavailable(%v) is ErrUnavailable: %v, want %v", tt.err, got, tt.want)
			}
			if !errors.Is(err, tt.err) {
				t.Errorf("the cause %v is lost", tt.err)
			}
		})
	}
	if err := unavailable(pg("XX001")); !errors.Is(err, ErrCorrupt) || errors.Is(err, ErrUnavailable) {
		t.Errorf("a damaged page is %v, want ErrCorrupt alone", err)
	}
	if unavailable(nil) != nil {
		t.Error("unavailable(nil) is an error")
	}
}

// fill takes away the room for more pages, until the writer's connection is
// renewed, as it is after such a failure.
func fill(t *testing.T, db *DB) {
	t.Helper()
	err := db.aside(t.Context(), func(tx *Tx) error {
		pages, err := one(tx, scanInt, "pragma page_count")
		if err == nil {
			_, err = tx.conn.sql.ExecContext(tx.ctx, fmt.Sprintf("pragma max_page_count = %d", pages))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFullDatabaseIsUnavailableForWritesUntilThereIsRoom(t *testing.T) {
	db, err := Open(t.Context(), Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	big := strings.Repeat("x", 100_000)
	put := func(name string) error {
		return db.Update(t.Context(), func(tx *Tx) error { return tx.SetMeta(name, big) })
	}
	if err := put("before"); err != nil {
		t.Fatal(err)
	}
	fill(t, db)
	db.writes.writing.Lock() // until all wait, and so share a batch
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if err := put(fmt.Sprint("full", i)); !errors.Is(err, ErrUnavailable) {
				t.Errorf("an Update of a full database ends with %v, want ErrUnavailable", err)
			}
		})
	}
	for waiting := 0; waiting < 8; {
		db.writes.mu.Lock()
		waiting = len(db.writes.waiting)
		db.writes.mu.Unlock()
	}
	db.writes.writing.Unlock()
	all.Wait()
	err = db.View(t.Context(), func(tx *Tx) error { _, err := tx.Meta("before"); return err })
	if err != nil {
		t.Errorf("a View of a full database: %v", err)
	}
	if err := put("after"); err != nil {
		t.Errorf("an Update when there is room again: %v", err)
	}
}
