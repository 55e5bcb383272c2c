// Package clients drives the built daypass binary over loopback with programs
// that others wrote: the AWS CLI, boto3, Terraform's AWS provider and the AWS
// SDK for JavaScript. What they read from an answer is the measure here, not
// what we think we sent.
//
// A client that is not on the machine skips its tests; with
// DAYPASS_REQUIRE_CLIENTS set, the absence of the AWS CLI or boto3 fails them.
// -short leaves out the slow ones: Terraform and npm.
//
// Each test has a service of its own, started as a user would start it. Between
// the two stands a tap that copies what the service sends. When the test ends,
// the service is asked to stop and must exit with 0, and no secret that it ever
// issued may stand in its log or, in clear, in its data directory.
package clients

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/daypass/daypass/sigv4"
)

// The first account of every service here.
const (
	account    = "123456789012"
	rootKey    = "AKIARZPUZDIKROOTROOT"
	rootSecret = "clientsRootSecretAccessKey00000000000000"
)

// workshop is where the binary and what else outlives a test are kept.
var workshop string

func TestMain(m *testing.M) {
	var err error
	if workshop, err = os.MkdirTemp("", "daypass-clients-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(workshop)
	os.Exit(code)
}

// binary builds cmd/daypass, once.
var binary = sync.OnceValues(func() (string, error) {
	out := filepath.Join(workshop, "daypass")
	text, err := exec.Command("go", "build", "-o", out, "github.com/daypass/daypass/cmd/daypass").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building daypass: %w\n%s", err, text)
	}
	return out, nil
})

// service is a running daypass.
type service struct {
	t      *testing.T
	binary string
	dir    string // the data directory
	url    string // the tap's: what clients are pointed at
	log    *buffer
	tap    *tap
}

// start starts a service with the root credentials of this file, which ends,
// and is looked over, with the test.
func start(t *testing.T) *service {
	t.Helper()
	return startWith(t, "DAYPASS_ACCOUNT_ID="+account, "DAYPASS_ROOT_ACCESS_KEY_ID="+rootKey, "DAYPASS_ROOT_SECRET_ACCESS_KEY="+rootSecret)
}

// startWith is start for a service with these settings alone.
func startWith(t *testing.T, env ...string) *service {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	s := &service{t: t, binary: bin, dir: t.TempDir(), log: &buffer{}}
	cmd := exec.Command(bin, "serve", "--data-dir", s.dir, "--listen", "127.0.0.1:0", "--admin-listen", "off")
	cmd.Env = env
	if env == nil {
		cmd.Env = []string{} // not what the test has
	}
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready, read := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(read)
		s.log.follow(pipe, ready)
	}()
	t.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Errorf("stopping daypass: %v", err)
		}
		select {
		case <-read: // Wait closes the pipe, so what it holds is read before
		case <-time.After(40 * time.Second):
			t.Error("daypass does not stop")
			_ = cmd.Process.Kill()
			<-read
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("after SIGTERM daypass ends with %v, want exit code 0\n%s", err, s.log.tail())
		}
		s.lookOver()
	})
	var address string
	select {
	case address = <-ready:
	case <-read:
	case <-time.After(30 * time.Second):
	}
	if address == "" {
		t.Fatalf("daypass does not become ready\n%s", s.log)
	}
	s.tap = newTap(t, strings.TrimPrefix(address, "http://"))
	s.url = "http://" + s.tap.listener.Addr().String()
	return s
}

// Shapes of secrets in answers, XML and JSON.
var issued = regexp.MustCompile(`<(?:SecretAccessKey|SessionToken)>([^<]+)<|"(?:SecretAccessKey|SessionToken)":"([^"]+)"`)

// lookOver looks for secrets where there may be none.
func (s *service) lookOver() {
	if s.tap == nil {
		return
	}
	s.tap.open.Wait()
	secrets := map[string]bool{rootSecret: true}
	kept, _ := os.ReadFile(s.credentialsFile())
	for _, m := range regexp.MustCompile(`(?m)^aws_secret_access_key = (\S+)$`).FindAllStringSubmatch(string(kept), -1) {
		secrets[m[1]] = true
	}
	for _, m := range issued.FindAllStringSubmatch(s.tap.sent.String(), -1) {
		secrets[m[1]+m[2]] = true
	}
	s.t.Logf("looked for %d secrets in %d bytes of log", len(secrets), len(s.log.String()))
	look := func(where, text string) {
		for secret := range secrets {
			if strings.Contains(text, secret) {
				s.t.Errorf("%s holds a secret that begins with %.6q", where, secret)
			}
		}
	}
	look("the log", s.log.String())
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "credentials" { // the file that is for the operator to read
			return err
		}
		text, err := os.ReadFile(path)
		look(path, string(text))
		return err
	})
	if err != nil {
		s.t.Error(err)
	}
}

func (s *service) credentialsFile() string { return filepath.Join(s.dir, "credentials") }

// call makes an IAM call as the root user, for what a test does not test. It
// returns a function that finds the first element of a name in the answer.
func (s *service) call(action string, params ...string) func(element string) string {
	s.t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2010-05-08"}}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	body := form.Encode()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Close = true
	sigv4.Sign(r, sha256.Sum256([]byte(body)), sigv4.Credentials{AccessKeyID: rootKey, SecretAccessKey: rootSecret}, "us-east-1", "iam", time.Now())
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("%s %q: %s %v\n%s", action, params, response.Status, err, answer)
	}
	return func(element string) string {
		_, rest, _ := strings.Cut(string(answer), "<"+element+">")
		text, _, _ := strings.Cut(rest, "<")
		return html.UnescapeString(text)
	}
}

// clean returns an environment that leads a client to the service and to
// nothing else: no setting of the machine's user reaches it, no metadata
// service is asked, and what fails is not tried again.
func (s *service) clean(more ...string) []string {
	home := s.t.TempDir()
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + home, "LANG=C.UTF-8",
		"PYTHONUSERBASE=" + python().userBase,
		"AWS_ENDPOINT_URL=" + s.url, "AWS_ENDPOINT_URL_STS=" + s.url, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "AWS_PAGER=", "NO_PROXY=*", "no_proxy=*",
	}, more...)
}

// asRoot are the settings that make a client the root user.
func asRoot() []string {
	return []string{"AWS_ACCESS_KEY_ID=" + rootKey, "AWS_SECRET_ACCESS_KEY=" + rootSecret}
}

// run runs a client to its end.
func run(t *testing.T, limit time.Duration, dir string, env []string, name string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = time.Second
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, &out, &errs
	err := cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && (!exited || ctx.Err() != nil) {
		t.Fatalf("%s %q: %v\n%s%s", filepath.Base(name), args, errors.Join(err, ctx.Err()), out.String(), errs.String())
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// absent skips the test, or fails it where the client is required.
func absent(t *testing.T, client string, err error) {
	t.Helper()
	if os.Getenv("DAYPASS_REQUIRE_CLIENTS") != "" {
		t.Fatalf("DAYPASS_REQUIRE_CLIENTS is set, but there is no %s here: %v", client, err)
	}
	t.Skipf("no %s here: %v", client, err)
}

// interpreter is a Python that has boto3.
type interpreter struct {
	path, userBase string
	err            error
}

// python finds the interpreter behind whatever is called python3: a wrapper in
// the PATH may need settings of the user's that clients here do not get.
var python = sync.OnceValue(func() interpreter {
	out, err := exec.Command("python3", "-c", "import sys, site, boto3; print(sys.executable); print(site.getuserbase())").CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err == nil && len(lines) != 2 {
		err = errors.New("python3 prints something of its own")
	}
	if err != nil {
		return interpreter{err: fmt.Errorf("%w: %s", err, lines[len(lines)-1])}
	}
	return interpreter{path: lines[0], userBase: lines[1]}
})

// buffer is a log as it grows.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *buffer) tail() string {
	text := b.String()
	return text[max(0, len(text)-2000):]
}

var readyLine = regexp.MustCompile(`\bmsg=ready address=(\S+)`)

// follow copies r and tells of the address that the service is ready at.
func (b *buffer) follow(r io.Reader, ready chan<- string) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		_, _ = io.WriteString(b, line)
		if m := readyLine.FindStringSubmatch(line); m != nil {
			select {
			case ready <- m[1]:
			default:
			}
		}
		if err != nil {
			return
		}
	}
}

// tap passes bytes between clients and the service as they are, and keeps what
// the service sends.
type tap struct {
	listener net.Listener
	sent     buffer
	open     sync.WaitGroup
}

func newTap(t *testing.T, to string) *tap {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{listener: l}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return // closed
			}
			p.open.Go(func() { p.join(client, to) })
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return p
}

func (p *tap) join(client net.Conn, to string) {
	defer client.Close()
	server, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer server.Close()
	var copies sync.WaitGroup
	copies.Go(func() {
		_, _ = io.Copy(server, client)
		_ = server.(*net.TCPConn).CloseWrite()
	})
	var one bytes.Buffer // a connection's bytes stay together
	_, _ = io.Copy(io.MultiWriter(client, &one), server)
	_ = client.Close()
	copies.Wait()
	_, _ = p.sent.Write(one.Bytes())
}
