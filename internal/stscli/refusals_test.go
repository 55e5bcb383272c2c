package stscli

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// runWith runs a command line in an environment of pairs NAME=value.
func runWith(t *testing.T, env []string, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	all := map[string]string{"HOME": t.TempDir(), "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true"}
	for _, pair := range env {
		name, value, _ := strings.Cut(pair, "=")
		all[name] = value
	}
	var out, err bytes.Buffer
	code = Run(t.Context(), args, Env{
		In: strings.NewReader(stdin), Out: &out, Err: &err, Version: "daypass test", Getenv: func(name string) string { return all[name] },
	})
	return out.String(), err.String(), code
}

func TestFailures(t *testing.T) {
	big := filepath.Join(t.TempDir(), "big")
	if err := os.WriteFile(big, bytes.Repeat([]byte("x"), maxParamFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	binary := filepath.Join(t.TempDir(), "binary")
	if err := os.WriteFile(binary, []byte{0xff, 0xfe}, 0o600); err != nil {
		t.Fatal(err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	tls := httptest.NewUnstartedServer(http.NotFoundHandler())
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	tls.StartTLS()
	defer tls.Close()
	role := []string{"assume-role", "--role-arn", "arn:aws:iam::123456789012:role/x", "--role-session-name", "me"}
	who := []string{"get-caller-identity"}
	with := func(base []string, more ...string) []string { return append(append([]string{}, base...), more...) }
	for _, c := range []struct {
		name string
		env  []string
		args []string
		want string
		code int
	}{
		{"a parameter from a file that is too large", nil, with(role, "--policy", "file://"+big), "the file has over 1048576 bytes", 255},
		{"a parameter from a file that is no text", nil, with(role, "--policy", "file://"+binary), "text contents could not be decoded", 255},
		{"shorthand without a value", nil, with(role, "--tags", "Key"), "Expected: '=', received: 'EOF' for input:\nKey\n   ^", 255},
		{"a negative timeout", nil, with(who, "--cli-read-timeout", "-1"), "Attempted to set read timeout to -1", 255},
		{"a timeout beyond all bounds", nil, with(who, "--cli-connect-timeout", "99999999999999999999"), "must be 0 to 86400 seconds", 255},
		{"an unknown time format", []string{"AWS_CONFIG_FILE=testdata/badformat"}, who, "Unknown cli_timestamp_format value: odd", 255},
		{"a CA bundle that is not there", nil, with(who, "--ca-bundle", "/nope"), "invalid path: /nope", 255},
		{"a CA bundle without a certificate", nil, with(who, "--ca-bundle", "testdata/badformat"), "Could not find a certificate", 255},
		{"nobody answers", nil, with(who, "--cli-read-timeout", "1", "--endpoint-url", "http://"+silent.Addr().String()), "Read timeout on endpoint URL: \"http://" + silent.Addr().String() + "/\"", 255},
		{"a certificate of nobody", nil, with(who, "--endpoint-url", tls.URL), "SSL validation failed for " + tls.URL + "/ ", 255},
		{"an answer that is no service's", nil, with(who, "--no-verify-ssl", "--endpoint-url", tls.URL), "An error occurred (UnknownError) when calling the GetCallerIdentity operation: ", 255},
		{"a command of another service", nil, []string{"list-users"}, "argument operation: Invalid choice", 2},
	} {
		_, stderr, code := runWith(t, c.env, "", c.args...)
		if !strings.Contains(stderr, c.want) || code != c.code {
			t.Errorf("%s: exit code %d, want %d; %s\nwant %s", c.name, code, c.code, stderr, c.want)
		}
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		cancel()
		<-over
	}))
	defer s.Close()
	defer close(over)
	env := map[string]string{"HOME": t.TempDir(), "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": s.URL}
	var out, stderr bytes.Buffer
	code := Run(ctx, []string{"get-caller-identity"}, Env{Out: &out, Err: &stderr, Getenv: func(name string) string { return env[name] }})
	if code != 130 || out.String() != "\n" || stderr.Len() > 0 {
		t.Errorf("exit code %d, output %q, %q; want 130 and an empty line", code, &out, &stderr)
	}
}

// A skeleton of the answer needs neither service nor credentials, but good parameters.
func TestSampleOfTheAnswer(t *testing.T) {
	out, stderr, code := runWith(t, []string{"AWS_ACCESS_KEY_ID="}, "", "get-access-key-info", "--access-key-id", "AKIAEXAMPLE123456", "--generate-cli-skeleton", "output")
	if want := "{\n    \"Account\": \"Account\"\n}\n"; out != want || code != 0 {
		t.Errorf("exit code %d, %s%s, want %s", code, out, stderr, want)
	}
	if _, stderr, code := runWith(t, nil, "", "get-access-key-info", "--access-key-id", "A", "--generate-cli-skeleton", "output"); code != 255 || !strings.Contains(stderr, "valid min length: 16") {
		t.Errorf("exit code %d, %s", code, stderr)
	}
}

func TestAskForACode(t *testing.T) {
	for in, want := range map[string]string{"123456\n": "123456", "123456": "123456", " 1 \n2\n": "1", "": "", "\n": "", strings.Repeat(" ", 200) + "1": ""} {
		var stderr bytes.Buffer
		got, err := Env{In: strings.NewReader(in), Err: &stderr}.askCode(t.Context(), "arn:aws:iam::123456789012:mfa/ann")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v, want %q", in, got, err, want)
		}
		if !strings.HasPrefix(stderr.String(), "Enter MFA code for arn:aws:iam::123456789012:mfa/ann: ") {
			t.Errorf("asks %q", &stderr)
		}
	}
}

func TestHelpTellsOfEverything(t *testing.T) {
	out, _, code := runWith(t, nil, "", "help")
	for _, c := range commands() {
		page, _, pageCode := runWith(t, nil, "", c.name, "help")
		if !strings.Contains(out, "\n  "+c.name+"\n") || code+pageCode != 0 {
			t.Errorf("%s is not listed", c.name)
		}
		for _, m := range c.input.members {
			if m.doc == "" || !strings.Contains(page, "--"+m.flag) {
				t.Errorf("%s: --%s is not told of", c.name, m.flag)
			}
		}
		if strings.Contains(page, "…\n\n") || len(strings.Split(page, "EXAMPLE\n")) != 2 {
			t.Errorf("%s has no example:\n%s", c.name, page)
		}
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 45, 3, 120e6, time.UTC)
	for format, want := range map[string]string{"": "2026-11-22T14:45:03.12Z", "wire": "2026-11-22T14:45:03.12Z", "none": "2026-11-22T14:45:03.12Z", "iso8601": "2026-11-22T14:45:03.12+00:00"} {
		if stamp, err := stamps(format); err != nil || stamp(at) != want {
			t.Errorf("%q: %v, want %s", format, err, want)
		}
	}
}
