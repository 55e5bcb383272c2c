// Package upgrade starts the daypass of today on databases that earlier
// versions have made. testdata has a dump of each, with something in every
// table, the keys that were handed out, and what that version answered when it
// was asked for all of it.
package upgrade

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers
	_ "modernc.org/sqlite"

	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Clean()
	process.Clean()
	os.Exit(code)
}

// fixture is what an earlier version has said.
type fixture struct {
	Master string
	Keys   []struct {
		ID, Secret string
		ARN        string // "" for one that was deleted or disabled
	}
	Answers []struct {
		Service, Action string
		Params          []string
		Body            string // without the request id
	}
}

func read(t *testing.T, name string) (f fixture, dump string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	text, err = os.ReadFile(filepath.Join("testdata", name+".sql"))
	if err != nil {
		t.Fatal(err)
	}
	return f, string(text)
}

func TestADatabaseOfTheFirstVersionIsServed(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		f, dump := read(t, "first-sqlite")
		dir := t.TempDir()
		load(t, "sqlite", filepath.Join(dir, "daypass.db"), dump)
		serve(t, f, process.Config{Dir: dir})
	})
	t.Run("postgres", func(t *testing.T) {
		f, dump := read(t, "first-postgres")
		url := postgres.Start(t).FreshDatabase(t)
		load(t, "pgx", url, dump)
		serve(t, f, process.Config{Dir: t.TempDir(), Env: []string{"DAYPASS_DATABASE_URL=" + url}})
	})
}

// load runs a dump, which is many statements.
func load(t *testing.T, driver, source, dump string) {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), dump); err != nil {
		t.Fatalf("loading the dump: %v", err)
	}
}

// serve starts daypass on the database, twice, and compares its answers with
// those of the fixture.
func serve(t *testing.T, f fixture, cfg process.Config) {
	t.Helper()
	cfg.Env = append(cfg.Env, "DAYPASS_MASTER_KEY="+f.Master)
	for round := range 2 {
		p := process.Start(t, cfg)
		for _, a := range f.Answers {
			if round > 0 && a.Action == "GetAccessKeyLastUsed" {
				continue // used by this very test
			}
			got, err := process.Call(t.Context(), http.DefaultClient, p.URL, process.Root, a.Service, a.Action, a.Params...)
			if err != nil {
				t.Fatal(err)
			}
			// Later versions may say more, not less.
			for line := range strings.Lines(a.Body) {
				if !strings.Contains(got.Body, strings.TrimSpace(line)) {
					t.Errorf("%s %v lacks %s of what the first version said; it is %d: %s", a.Action, a.Params, line, got.Status, got.Body)
					break
				}
			}
		}
		for _, k := range f.Keys {
			as := sigv4.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret}
			got, err := process.Call(t.Context(), http.DefaultClient, p.URL, as, "sts", "GetCallerIdentity")
			if err != nil || got.Text("Arn") != k.ARN {
				t.Errorf("GetCallerIdentity with %s of %q: %v, %d: %s", k.ID, k.ARN, err, got.Status, got.Body)
			}
		}
		ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
		defer stop()
		if err := p.Stop(ctx); err != nil {
			t.Fatalf("after SIGTERM: %v", err)
		}
	}
}
