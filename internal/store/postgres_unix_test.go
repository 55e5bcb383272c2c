//go:build unix

package store_test

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	osuser "os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// A private PostgreSQL, started once from the installed binaries, on a unix
// socket in a temporary directory. It refuses to run as root, so it runs as
// nobody then.
var postgres struct {
	once   sync.Once
	dir    string
	server *exec.Cmd
	reason string // why there is none
	made   int
}

func TestMain(m *testing.M) {
	code := m.Run()
	if postgres.server != nil {
		_ = postgres.server.Process.Signal(syscall.SIGQUIT)
		_ = postgres.server.Wait()
	}
	if postgres.dir != "" {
		_ = os.RemoveAll(postgres.dir)
	}
	os.Exit(code)
}

// freshPostgres returns the URL of an empty database, whose own collation is
// not that of bytes where the machine has such a locale.
func freshPostgres(t *testing.T) string {
	t.Helper()
	postgres.once.Do(startPostgres)
	if postgres.reason != "" {
		t.Skip("no PostgreSQL: " + postgres.reason)
	}
	postgres.made++
	name := "test" + strconv.Itoa(postgres.made)
	db, err := sql.Open("pgx", postgresURL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	return postgresURL(name)
}

func postgresURL(database string) string {
	return fmt.Sprintf("postgres://postgres@/%s?host=%s", database, postgres.dir)
}

func startPostgres() {
	initdb, err := exec.LookPath("initdb")
	server, err2 := exec.LookPath("postgres")
	if err != nil || err2 != nil {
		postgres.reason = "initdb and postgres are not installed"
		return
	}
	dir, err := os.MkdirTemp("", "daypass-pg")
	if err != nil {
		postgres.reason = err.Error()
		return
	}
	postgres.dir = dir
	var as *syscall.Credential
	if os.Getuid() == 0 {
		u, err := osuser.Lookup("nobody")
		if err != nil {
			postgres.reason = err.Error()
			return
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			postgres.reason = err.Error()
			return
		}
	}
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(name, args...)
		c.Dir = dir
		c.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		c.Env = append(os.Environ(), "HOME="+dir)
		return c
	}
	data := filepath.Join(dir, "data")
	if out, err := command(initdb, "-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "--locale-provider=icu", "--icu-locale=en").CombinedOutput(); err != nil {
		postgres.reason = string(out)
		return
	}
	postgres.server = command(server, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off")
	if err := postgres.server.Start(); err != nil {
		postgres.server, postgres.reason = nil, err.Error()
		return
	}
	for range 200 {
		db, err := sql.Open("pgx", postgresURL("postgres"))
		if err == nil {
			err = db.Ping()
			_ = db.Close()
		}
		if err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	postgres.reason = "it did not start"
}
