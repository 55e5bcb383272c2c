//go:build unix

package postgres

import (
	"bufio"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// Server is a PostgreSQL of our own. Its methods are for one goroutine.
type Server struct {
	dir      string // socket, data and log
	bin      string // where initdb and postgres are
	password string // of the loopback port; the socket's directory is private
	port     int
	durable  bool
	as       *syscall.Credential // nil: as we are

	control io.WriteCloser // takes the signal to end with; its end means QUIT
	ended   chan struct{}  // closed when the server is down; nil before it started
	made    atomic.Int64   // databases
}

var shared struct {
	sync.Mutex
	server *Server
	err    error
}

// Start returns the quick server that all tests of this program share; it is
// started at the first call and ended by [Clean].
func Start(t testing.TB) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = start(Options{})
	}
	if shared.err != nil {
		absent(t, shared.err)
	}
	return shared.server
}

// New starts a server of the test's own, which the test may stop. It ends with
// the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := start(o)
	if err != nil {
		absent(t, err)
	}
	t.Cleanup(s.remove)
	return s
}

// Clean ends the shared server; for TestMain.
func Clean() {
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		shared.server.remove()
		shared.server = nil
	}
}

func start(o Options) (*Server, error) {
	bin, err := find()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "daypass-pg")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, bin: bin, password: rand.Text(), durable: o.Durable}
	err = s.initialize()
	if err == nil {
		err = s.run()
	}
	if err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

// find returns the directory of initdb and postgres: that of the PATH, or the
// newest that Debian keeps beside it.
func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path), nil
		}
	}
	best, version := "", 0
	names, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	for _, name := range names {
		bin := filepath.Dir(name)
		if n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin))); n > version {
			best, version = bin, n
		}
	}
	if best == "" {
		return "", errors.New("initdb and postgres are not installed: looked in the PATH and in /usr/lib/postgresql")
	}
	return best, nil
}

// initialize makes the data directory. PostgreSQL refuses to run as root: then
// it is nobody's.
func (s *Server) initialize() error {
	if os.Getuid() == 0 {
		u, err := user.Lookup("nobody")
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(s.dir, uid, gid); err != nil {
			return err
		}
	}
	password := filepath.Join(s.dir, "password") // the directory is ours alone
	if err := os.WriteFile(password, []byte(s.password+"\n"), 0o644); err != nil {
		return err
	}
	args := []string{"-D", s.data(), "-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--pwfile=" + password}
	if !s.durable {
		args = append(args, "--no-sync")
	}
	// A collation that is not that of bytes, where this PostgreSQL has one.
	initdb := filepath.Join(s.bin, "initdb")
	out, err := s.command(initdb, append(args, "--locale-provider=icu", "--icu-locale=en")...).CombinedOutput()
	if err != nil {
		_ = os.RemoveAll(s.data())
		out, err = s.command(initdb, args...).CombinedOutput()
	}
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = s.dir
	c.SysProcAttr = &syscall.SysProcAttr{Credential: s.as}
	c.Env = append(os.Environ(), "HOME="+s.dir)
	return c
}

// guard runs the server, and ends it with the signal that comes on its input,
// or when its input ends: a test program that is killed leaves no server.
const guard = `exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(read -r signal <&3; kill "-${signal:-QUIT}" $server) 2>/dev/null &
wait $server
`

// run starts the server and waits until it answers. The port is one that was
// free a moment ago; when somebody else was quicker, another is tried.
func (s *Server) run() (err error) {
	for range 5 {
		if s.port == 0 {
			if s.port, err = freePort(); err != nil {
				return err
			}
		}
		if err = s.tryRun(); err == nil {
			return nil
		}
		if s.made.Load() == 0 {
			s.port = 0 // nobody knows it yet
		}
	}
	return err
}

func (s *Server) tryRun() error {
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	fsync := "fsync=off"
	if s.durable {
		fsync = "fsync=on"
	}
	c := s.command("sh", "-c", guard, "sh", filepath.Join(s.bin, "postgres"), "-D", s.data(), "-k", s.dir,
		"-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=500", "-c", fsync)
	c.Stdout, c.Stderr = log, log
	if s.control, err = c.StdinPipe(); err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	s.ended = ended
	go func() {
		_ = c.Wait()
		close(ended)
	}()
	deadline := time.After(30 * time.Second)
	for {
		if err = s.ping(); err == nil {
			return nil
		}
		select {
		case <-ended:
			text, _ := os.ReadFile(log.Name())
			return fmt.Errorf("postgres ended at once:\n%s", text)
		case <-deadline:
			s.Stop(Immediate)
			return fmt.Errorf("postgres does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func (s *Server) ping() error {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	return db.PingContext(ctx)
}

func (s *Server) url(database string) string {
	return fmt.Sprintf("postgres://postgres@/%s?host=%s&port=%d", database, url.QueryEscape(s.dir), s.port)
}

// FreshDatabase makes an empty database and returns its URL, over the socket.
// Its own collation is not that of bytes where the installation has another.
func (s *Server) FreshDatabase(t testing.TB) string {
	t.Helper()
	name := "test" + strconv.FormatInt(s.made.Add(1), 10)
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), "create database "+name); err != nil {
		t.Fatal(err)
	}
	return s.url(name)
}

// Address returns the address of the server's loopback port.
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Via returns the URL of the same database over TCP at an address: that of the
// server, or of something that stands between.
func (s *Server) Via(t testing.TB, database, address string) string {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.User, u.RawQuery = address, url.UserPassword("postgres", s.password), "sslmode=disable"
	return u.String()
}

// Stop ends the server and waits for its end. The data stay.
func (s *Server) Stop(m Mode) {
	if s.ended == nil {
		return
	}
	_, _ = io.WriteString(s.control, string(m)+"\n") // fails when it has ended already
	<-s.ended
	_ = s.control.Close()
	if m == Kill {
		s.awaitOrphans()
	}
}

// awaitOrphans waits until the processes of a killed server have gone and left
// its shared memory: a new one does not start beside them.
func (s *Server) awaitOrphans() {
	for range 200 {
		f, err := os.Open(filepath.Join(s.data(), "postmaster.pid"))
		if err != nil {
			return
		}
		line, _, _ := bufio.NewReader(f).ReadLine()
		_ = f.Close()
		pid, _ := strconv.Atoi(string(line))
		if pid <= 0 || syscall.Kill(pid, 0) != nil {
			time.Sleep(100 * time.Millisecond)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Resume starts a server that was stopped, at the same addresses.
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	if err := s.run(); err != nil {
		t.Fatal(err)
	}
}

// Restart is Stop and Resume.
func (s *Server) Restart(t testing.TB, m Mode) {
	t.Helper()
	s.Stop(m)
	s.Resume(t)
}

func (s *Server) remove() {
	s.Stop(Immediate)
	_ = os.RemoveAll(s.dir)
}
