package credentials

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const documentJSON = `{"Code":"Success","AccessKeyId":"ASIA1","SecretAccessKey":"s","Token":"t","Expiration":"2126-01-31T12:00:00Z","AccountId":"123456789012"}`

var documentCredentials = Credentials{
	AccessKeyID: "ASIA1", SecretAccessKey: "s", SessionToken: "t", Expires: time.Date(2126, 1, 31, 12, 0, 0, 0, time.UTC), Account: "123456789012",
}

func TestProcess(t *testing.T) {
	script := filepath.Join(t.TempDir(), "keys")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(script, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(`printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"s","SessionToken":"t","Expiration":"2126-01-31T13:00:00+01:00"}' "$1"`)
	got, err := Process(script + ` 'a $HOME "b"'`).Retrieve(t.Context())
	if err == nil || !strings.Contains(err.Error(), "JSON") { // the quotes break the document: they came through as they are
		t.Errorf("quotes: %v, %v", got, err)
	}
	got, err = Process(script + ` "a $HOME;b"`).Retrieve(t.Context())
	want := Credentials{AccessKeyID: "a $HOME;b", SecretAccessKey: "s", SessionToken: "t", Expires: documentCredentials.Expires, Source: "process"}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for name, text := range map[string]string{
		"version 2":        `echo '{"Version":2,"AccessKeyId":"a","SecretAccessKey":"s"}'`,
		"no version":       `echo '{"AccessKeyId":"a","SecretAccessKey":"s"}'`,
		"no secret":        `echo '{"Version":1,"AccessKeyId":"a"}'`,
		"no JSON":          `echo hidden`,
		"no time":          `echo '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"soon"}'`,
		"failure":          `exit 3`,
		"too much output":  `yes '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"s"}'`,
		"output then fail": `echo '{"Version":1,"AccessKeyId":"a","SecretAccessKey":"s"}'; exit 1`,
	} {
		write(text)
		if _, err := Process(script).Retrieve(t.Context()); err == nil || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCommandsAreSplitAsAShellDoes(t *testing.T) {
	for command, want := range map[string]string{
		`a b  c`:           "a|b|c",
		`a 'b c' "d e"f`:   "a|b c|d ef",
		`a ''`:             "a|",
		`a "b\"c\\d\e"`:    `a|b"c\d\e`,
		`a b\ c \$HOME`:    "a|b c|$HOME",
		`a '\'`:            `a|\`,
		"a\n\tb":           "a|b",
		`"C:\\x y\\z.exe"`: `C:\x y\z.exe`,
	} {
		got, err := splitWords(command)
		if err != nil || strings.Join(got, "|") != want {
			t.Errorf("%s: %q, %v, want %s", command, got, err, want)
		}
	}
	for _, command := range []string{``, `  `, `''`, `a 'b`, `a "b`, `a \`} {
		if got, err := splitWords(command); err == nil {
			t.Errorf("%s: %q", command, got)
		}
	}
}

func TestContainer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("from-file"), 0o600); err != nil {
		t.Fatal(err)
	}
	failures := 2
	var authorization string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if failures--; failures >= 0 {
			w.WriteHeader(503)
			return
		}
		authorization = r.Header.Get("Authorization")
		fmt.Fprint(w, documentJSON)
	}))
	defer server.Close()
	get := func(pairs ...string) (Credentials, error) {
		pairs = append(pairs, "AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL+"/role")
		return Container(ContainerOptions{Getenv: env(pairs...)}).Retrieve(t.Context())
	}
	want := documentCredentials
	want.Source = "container"
	got, err := get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "plain")
	if err != nil || got != want || authorization != "plain" {
		t.Errorf("%+v, %v, Authorization %q", got, err, authorization)
	}
	if _, err := get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "plain", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file); err != nil || authorization != "from-file" {
		t.Errorf("%v, Authorization %q", err, authorization)
	}
	if _, err := get("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\r\nX: y"); err == nil {
		t.Error("a token with line breaks was sent")
	}
	if _, err := get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file+"-gone"); err == nil {
		t.Error("a token file that does not exist was passed over")
	}
	if _, err := Container(ContainerOptions{Getenv: env()}).Retrieve(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("outside a container: %v", err)
	}
}

func TestContainerHosts(t *testing.T) {
	for uri, want := range map[string]bool{
		"http://localhost:80/x": true, "http://127.0.0.1/x": true, "http://127.9.9.9/x": true, "http://[::1]/x": true, "http://169.254.170.2/x": true,
		"http://169.254.170.23/x": true, "http://[fd00:ec2::23]/x": true, "https://example.com/x": true, "http://[::ffff:127.0.0.1]/x": true,

		"http://example.com/x": false, "http://169.254.170.3/x": false, "http://169.254.169.254/x": false, "http://127.0.0.1.example.com/x": false,
		"http://localhost.example.com/x": false, "http://[fd00:ec2::24]/x": false, "http:///x": false, "ftp://127.0.0.1/x": false, "127.0.0.1/x": false, "http://0.0.0.0/x": false,
	} {
		got, err := containerURL(env("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri))
		if (err == nil) != want || want && got != uri {
			t.Errorf("%s: %q, %v", uri, got, err)
		}
	}
	if got, err := containerURL(env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com")); err != nil || got != "http://169.254.170.2/v2/x" {
		t.Errorf("relative: %q, %v", got, err)
	}
	if got, err := containerURL(env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@example.com/x")); err == nil {
		t.Errorf("relative without a slash: %q", got)
	}
}

func TestAnswersOfEndpointsAreChecked(t *testing.T) {
	var answer func(w http.ResponseWriter, r *http.Request)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r) }))
	defer server.Close()
	say := func(body string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
	}
	for name, f := range map[string]func(http.ResponseWriter, *http.Request){
		"no JSON":    say("hidden"),
		"no secret":  say(`{"AccessKeyId":"a"}`),
		"no time":    say(`{"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"hidden"}`),
		"too large":  say(documentJSON + strings.Repeat(" ", maxDocument)),
		"a refusal":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
	} {
		answer = f
		_, err := Container(ContainerOptions{Getenv: env("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL)}).Retrieve(t.Context())
		if err == nil || errors.Is(err, ErrNotFound) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInstance(t *testing.T) {
	role, tokens := "deployer\n", 0
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /latest/api/token", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds") == "" {
			w.WriteHeader(400)
		}
		tokens++
		fmt.Fprint(w, "session")
	})
	mux.HandleFunc("GET "+rolePath+"{name...}", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("X-Aws-Ec2-Metadata-Token") != "session":
			w.WriteHeader(401)
		case role == "":
			w.WriteHeader(404)
		case r.PathValue("name") == "":
			fmt.Fprint(w, role)
		case r.PathValue("name") == "deployer":
			fmt.Fprint(w, documentJSON)
		case r.PathValue("name") == "odd":
			fmt.Fprint(w, `{"Code":"AssumeRoleUnauthorizedAccess"}`)
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	get := func(pairs ...string) (Credentials, error) {
		return Instance(InstanceOptions{Getenv: env(append(pairs, "AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL+"/")...)}).Retrieve(t.Context())
	}
	want := documentCredentials
	want.Source = "instance"
	if got, err := get(); err != nil || got != want || tokens != 1 {
		t.Errorf("%+v, %v, %d tokens", got, err, tokens)
	}
	role = "odd"
	if _, err := get(); err == nil || !strings.Contains(err.Error(), "AssumeRoleUnauthorizedAccess") {
		t.Errorf("a role that cannot be assumed: %v", err)
	}
	role = ""
	if _, err := get(); !errors.Is(err, ErrNotFound) {
		t.Errorf("without a role: %v", err)
	}
	if _, err := get("AWS_EC2_METADATA_DISABLED", "TRUE"); !errors.Is(err, ErrNotFound) {
		t.Errorf("disabled: %v", err)
	}
	server.Close()
	if _, err := get(); !errors.Is(err, ErrNotFound) {
		t.Errorf("not on an instance: %v", err)
	}
	for mode, want := range map[string]string{"": "http://169.254.169.254", "IPv4": "http://169.254.169.254", "ipv6": "http://[fd00:ec2::254]", "x": ""} {
		if got, err := (&instance{get: env("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", mode)}).endpoint(); got != want || (err == nil) != (want != "") {
			t.Errorf("mode %q: %q, %v", mode, got, err)
		}
	}
}

// A metadata service that is switched off is no reason to stop looking.
func TestAMetadataServiceThatIsSwitchedOffHasNothing(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer server.Close()
	get := func(name string) string {
		return map[string]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT": server.URL}[name]
	}
	if _, err := Instance(InstanceOptions{Getenv: get}).Retrieve(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want %v", err, ErrNotFound)
	}
}
