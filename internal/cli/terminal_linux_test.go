package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pty opens a terminal: what a person has, and what programs get.
func pty(t *testing.T) (person, program *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	fd := int(person.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Skip("no terminals here: ", err)
	}
	t.Cleanup(func() { person.Close(); program.Close() })
	return person, program
}

// echoes reports whether a terminal shows what is typed.
func echoes(t *testing.T, terminal *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// atTerminal is a process at a terminal, and what that shows.
type atTerminal struct {
	t      *testing.T
	person *os.File
	cmd    *exec.Cmd
	mu     sync.Mutex
	screen strings.Builder
	stdout strings.Builder
}

// sit starts daypass at a terminal. Its standard output is a pipe; so is its standard
// input where piped.
func sit(t *testing.T, piped bool, env []string, args ...string) *atTerminal {
	t.Helper()
	person, program := pty(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	a := &atTerminal{t: t, person: person}
	a.cmd = &exec.Cmd{
		Path: self, Args: append([]string{"daypass"}, args...), Env: env, Stdin: program, Stdout: &a.stdout, Stderr: program,
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 2},
	}
	if piped {
		a.cmd.Stdin = strings.NewReader("not the code\n")
	}
	if err := a.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.cmd.Process.Kill() })
	go func() {
		buf := make([]byte, 1000)
		for {
			n, err := person.Read(buf)
			a.mu.Lock()
			a.screen.Write(buf[:n])
			a.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return a
}

func (a *atTerminal) shown() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.screen.String()
}

// until waits for something to become so.
func (a *atTerminal) until(what string, so func() bool) {
	a.t.Helper()
	for range 3000 {
		if so() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	a.t.Fatalf("never: %s; the screen has %q", what, a.shown())
}

// ends waits for the process and returns its exit code.
func (a *atTerminal) ends() int {
	a.t.Helper()
	_ = a.cmd.Wait()
	return a.cmd.ProcessState.ExitCode()
}

// mfaService assumes any role for any code, which it remembers.
func mfaService(t *testing.T) (url string, codes func() []string) {
	t.Helper()
	var mu sync.Mutex
	var all []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		action := r.Form.Get("Action")
		if action == "GetCallerIdentity" {
			_, _ = io.WriteString(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
			return
		}
		mu.Lock()
		all = append(all, r.Form.Get("TokenCode"))
		n := len(all)
		mu.Unlock()
		fmt.Fprintf(w, `<%[1]sResponse><%[1]sResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIAEXAMPLE%[2]d</AccessKeyId>`+
			`<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%[3]s</Expiration></Credentials></%[1]sResult></%[1]sResponse>`,
			action, n, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), all...)
	}
}

// mfaProfile is the environment of a profile whose role wants a code.
func mfaProfile(t *testing.T, url string) []string {
	t.Helper()
	dir := t.TempDir()
	config := filepath.Join(dir, "config")
	err := os.WriteFile(config, []byte("[profile guarded]\nregion = us-east-1\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = guarded\n"+
		"mfa_serial = arn:aws:iam::123456789012:mfa/ann\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = s\n"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "AWS_CONFIG_FILE=" + config, "AWS_SHARED_CREDENTIALS_FILE=" + dir + "/none", "AWS_PROFILE=guarded",
		"AWS_ENDPOINT_URL_STS=" + url, "AWS_EC2_METADATA_DISABLED=true", "DAYPASS_LOGIN_DIR=" + filepath.Join(dir, "login"),
	}
}

// TestCodesAreAskedForAtTheTerminal and do not show there; standard input is left
// alone, since it may be a pipe for the command.
func TestCodesAreAskedForAtTheTerminal(t *testing.T) {
	t.Parallel()
	const prompt = "Enter MFA code for arn:aws:iam::123456789012:mfa/ann: "
	for _, piped := range []bool{false, true} {
		for _, args := range [][]string{
			{"sts", "get-caller-identity", "--query", "Account", "--output", "text"},
			{"exec", "--", "sh", "-c", "echo $AWS_ACCESS_KEY_ID"},
			{"credential-process"},
		} {
			url, codes := mfaService(t)
			a := sit(t, piped, mfaProfile(t, url), args...)
			a.until("the question", func() bool { return strings.Contains(a.shown(), prompt) && !echoes(t, a.person) })
			if _, err := a.person.WriteString("987654\r"); err != nil {
				t.Fatal(err)
			}
			code := a.ends()
			out := a.stdout.String()
			if code != 0 || !strings.Contains(out, "123456789012") && !strings.Contains(out, "ASIAEXAMPLE1") {
				t.Errorf("%v: exit code %d, %q, %q", args, code, out, a.shown())
			}
			if got := codes(); len(got) != 1 || got[0] != "987654" {
				t.Errorf("%v: the service got the codes %q", args, got)
			}
			if s := a.shown(); strings.Contains(s, "987654") || strings.TrimRight(s, "\r\n") != prompt || !echoes(t, a.person) {
				t.Errorf("%v: the screen has %q; it echoes: %v", args, s, echoes(t, a.person))
			}
		}
	}
}

// TestAnInterruptedQuestion leaves the terminal as it was.
func TestAnInterruptedQuestion(t *testing.T) {
	t.Parallel()
	url, codes := mfaService(t)
	for _, tt := range []struct {
		args []string
		code int
	}{{[]string{"sts", "get-caller-identity"}, 130}, {[]string{"env"}, 1}} {
		a := sit(t, false, mfaProfile(t, url), tt.args...)
		a.until("the question", func() bool { return strings.Contains(a.shown(), "Enter MFA code") && !echoes(t, a.person) })
		if _, err := a.person.WriteString("\x03"); err != nil {
			t.Fatal(err)
		}
		if code := a.ends(); code != tt.code || !echoes(t, a.person) || len(codes()) != 0 {
			t.Errorf("%v: exit code %d, want %d; it echoes: %v; %q", tt.args, code, tt.code, echoes(t, a.person), a.shown())
		}
	}
}

// TestNobodyToAsk: without a terminal, a command that is not the AWS CLI's says what
// to do instead of reading standard input, and takes a code on its command line.
func TestNobodyToAsk(t *testing.T) {
	t.Parallel()
	url, codes := mfaService(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (string, error) {
		c := &exec.Cmd{
			Path: self, Args: append([]string{"daypass"}, args...), Env: mfaProfile(t, url), Stdin: strings.NewReader("123456\n"),
			SysProcAttr: &syscall.SysProcAttr{Setsid: true},
		}
		out, err := c.CombinedOutput()
		return string(out), err
	}
	if out, err := run("env"); err == nil || !strings.Contains(out, "there is no terminal to ask on: give --token-code") || len(codes()) != 0 {
		t.Errorf("%v, %s", err, out)
	}
	if out, err := run("env", "--token-code", "555555"); err != nil || !strings.Contains(out, "ASIAEXAMPLE1") || codes()[0] != "555555" {
		t.Errorf("%v, %s", err, out)
	}
	if out, err := run("sts", "get-caller-identity"); err != nil || codes()[1] != "123456" {
		t.Errorf("standard input is asked as the AWS CLI does: %v, %s", err, out)
	}
}
