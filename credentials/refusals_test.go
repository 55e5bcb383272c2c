package credentials

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheProcessesOwnEnvironment is what counts when none is given.
func TestTheProcessesOwnEnvironment(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "ftp://here")
	t.Setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(dir, "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "none"))
	if err := os.WriteFile(filepath.Join(dir, "config"), []byte("[profile here]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Instance(InstanceOptions{}).Retrieve(t.Context()); err == nil || !strings.Contains(err.Error(), "is disabled") {
		t.Errorf("instance: %v", err)
	}
	if _, err := Container(ContainerOptions{}).Retrieve(t.Context()); err == nil || !strings.Contains(err.Error(), "plain HTTP") {
		t.Errorf("container: %v", err)
	}
	f, err := ReadFiles(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := f.Profile("here"); !ok {
		t.Error("the files that the environment names were not read")
	}
}

func TestHome(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".aws", "config"), []byte("[profile athome]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func() bool {
		t.Helper()
		f, err := ReadFiles(env())
		if err != nil {
			t.Fatal(err)
		}
		_, ok := f.Profile("athome")
		return ok
	}
	t.Setenv("HOME", dir)
	if !read() {
		t.Error("the user's home was not read, where the environment names none")
	}
	t.Setenv("HOME", "")
	t.Chdir(dir)
	if read() {
		t.Error("the working directory was read for want of a home")
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, append([]byte("# "), make([]byte, MaxFile)...), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, variable := range []string{"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} {
		for path, want := range map[string]string{dir: "is a directory", filepath.Join(file, "below"): "open " + file, file: file + " has over"} {
			if _, err := ReadFiles(env("HOME", dir, variable, path)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s=%s: %v, want %q", variable, path, err, want)
			}
		}
	}
}

func TestAProfileDefaultHidesTheOther(t *testing.T) {
	f, err := ParseFiles([]byte("[profile default]\na = 1\n[default]\nb = 2\n[profile other]\nc = 3\n"), nil)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := f.Profile("default")
	other, _ := f.Profile("other")
	if p.Get("a") != "1" || p.Get("b") != "" || other.Get("c") != "3" {
		t.Errorf("a = %q, b = %q, c = %q", p.Get("a"), p.Get("b"), other.Get("c"))
	}
	if v, err := f.Service(other, "sts", "endpoint_url"); v != "" || err != nil {
		t.Errorf("a profile without services: %q, %v", v, err)
	}
}

// TestWhatIsWrongIsSaid: each failure in words of its own, since the next step would
// fail too, and mislead.
func TestWhatIsWrongIsSaid(t *testing.T) {
	paths := map[string]string{} // path: answer; "status 500" is one
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch body := paths[r.URL.Path]; {
		case strings.HasPrefix(body, "status "):
			var status int
			fmt.Sscanf(body, "status %d", &status)
			w.WriteHeader(status)
		case body == "cut":
			w.Header().Set("Content-Length", "1000")
			fmt.Fprint(w, "{")
		default:
			fmt.Fprint(w, body)
		}
	}))
	defer server.Close()
	at := "AWS_EC2_METADATA_SERVICE_ENDPOINT"
	instance := func(pairs ...string) Provider { return Instance(InstanceOptions{Getenv: env(pairs...)}) }
	container := func(pairs ...string) Provider { return Container(ContainerOptions{Getenv: env(pairs...)}) }
	uri := "AWS_CONTAINER_CREDENTIALS_FULL_URI"
	for _, tt := range []struct {
		name  string
		p     Provider
		paths map[string]string
		want  string
	}{
		{"a role that cannot be asked for", instance(at, server.URL), map[string]string{rolePath: "status 400"}, "metadata: role: status 400"},
		{"credentials that cannot be asked for", instance(at, server.URL), map[string]string{rolePath: "r", rolePath + "r": "status 404"}, "metadata: credentials: status 404"},
		{"credentials that are no JSON", instance(at, server.URL), map[string]string{rolePath: "r", rolePath + "r": "hello"}, "not a JSON object"},
		{"a token that is refused", instance(at, server.URL), map[string]string{"/latest/api/token": "status 400"}, "metadata: token: status 400"},
		{"no URL", instance(at, "127.0.0.1"), nil, at + " is not a URL"},
		{"another scheme", instance(at, "ftp://127.0.0.1"), nil, at + " is not a URL"},
		{"no host", instance(at, "http://"), nil, at + " is not a URL"},
		{"a container's refusal", container(uri, server.URL), map[string]string{"/": "status 403"}, "credentials: status 403"},
		{"a container's nonsense", container(uri, server.URL), map[string]string{"/": "hello"}, "not a JSON object"},
		{"a container's answer that is cut", container(uri, server.URL), map[string]string{"/": "cut"}, "unexpected EOF"},
		{"a container's token of two lines", container(uri, server.URL, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nb"), nil, "has a line break"},
		{"a container without a host", container(uri, "http:///x"), nil, "is not a URL"},
		{"a path that is none", container("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/\x7f"), nil, "invalid control character"},
		{"a command that is none", Process("a 'b"), nil, "a quote is not closed"},
		{"a command that does not end", Process("yes"), nil, "over 65536 bytes of output"},
	} {
		paths = tt.paths
		if c, err := tt.p.Retrieve(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) || errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v, %v, want %q", tt.name, c, err, tt.want)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAClientOfOnesOwnIsUsed(t *testing.T) {
	asked := 0
	client := &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
		asked++
		return nil, errors.New("mine")
	})}
	_, err := Container(ContainerOptions{Getenv: env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://example.com"), HTTPClient: client}).Retrieve(t.Context())
	if err == nil || !strings.Contains(err.Error(), "mine") || asked != 3 || client.CheckRedirect != nil {
		t.Errorf("%v after %d requests", err, asked)
	}
}

func TestWhatDoesNotExpireIsAskedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := NewCache(ProviderFunc(func(context.Context) (Credentials, error) {
			calls++
			return Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}, nil
		}), CacheOptions{})
		for range 3 {
			if _, err := c.Retrieve(t.Context()); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Hour)
			synctest.Wait()
		}
		if calls != 1 {
			t.Errorf("%d calls", calls)
		}
		if f := c.join(t.Context(), nil, false); f != nil {
			t.Error("a caller that saw the time before joins a renewal of its own")
		}
	})
	if upTo(0) != 0 || upTo(-1) != 0 {
		t.Error("a random part of nothing")
	}
}

// TestWhatWasGivenUpIsNotJoined: a renewal that everybody left may take its time to
// notice; the next caller begins another.
func TestWhatWasGivenUpIsNotJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		c := NewCache(ProviderFunc(func(ctx context.Context) (Credentials, error) {
			if calls++; calls == 1 {
				<-ctx.Done()
				time.Sleep(time.Minute)
				return Credentials{}, ctx.Err()
			}
			return Credentials{AccessKeyID: "AKIA", SecretAccessKey: "s"}, nil
		}), CacheOptions{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := c.Retrieve(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the one that gives up: %v", err)
		}
		if got, err := c.Retrieve(t.Context()); err != nil || got.AccessKeyID != "AKIA" {
			t.Errorf("the next: %v, %v", got, err)
		}
		time.Sleep(2 * time.Minute)
		if got, err := c.Retrieve(t.Context()); err != nil || got.AccessKeyID != "AKIA" {
			t.Errorf("after the first has ended: %v, %v", got, err)
		}
	})
}
