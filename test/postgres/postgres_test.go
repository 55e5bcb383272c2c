package postgres_test

import (
	"database/sql"
	"os"
	"testing"

	"github.com/daypass/daypass/test/postgres"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Clean()
	os.Exit(code)
}

func run(t *testing.T, url, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func TestDatabasesAreFreshAndApart(t *testing.T) {
	s := postgres.Start(t)
	for range 2 {
		run(t, s.FreshDatabase(t), "create table t (n int)")
	}
}

func TestASocketAndAPortLeadToOneDatabase(t *testing.T) {
	s := postgres.Start(t)
	url := s.FreshDatabase(t)
	run(t, url, "create table t (n int)")
	run(t, s.Via(t, url, s.Address()), "insert into t values (1)")
}

func TestDataOutliveEveryEnd(t *testing.T) {
	s := postgres.New(t, postgres.Options{})
	url := s.FreshDatabase(t)
	run(t, url, "create table t (n int)")
	for _, m := range []postgres.Mode{postgres.Fast, postgres.Immediate, postgres.Kill} {
		s.Restart(t, m)
		run(t, url, "insert into t values (1)")
	}
}
