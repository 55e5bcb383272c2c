package credentials

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

var example = Credentials{AccessKeyID: "AKIARZPUZDIKEXAMPLE0", SecretAccessKey: "the-secret", SessionToken: "the-token"}

func TestSecretsDoNotPrint(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, nil))
	wrapped := struct{ C Credentials }{example}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", example, &example, wrapped)
		fmt.Fprintf(&out, verb+" "+verb+"\n", Fixed(example), Chain{Static("AKIARZPUZDIKEXAMPLE0", "the-secret", "the-token")})
	}
	c := NewCache(Fixed(example), CacheOptions{})
	c.Retrieve(t.Context())
	fmt.Fprintf(&out, "%v %+v %#v\n", c, c, c)
	log.Info("x", "c", example, "p", &example, "w", wrapped)
	text, err := json.Marshal(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	if s := out.String(); strings.Contains(s, "the-secret") || strings.Contains(s, "the-token") || strings.Contains(s, fmt.Sprintf("%x", "the-secret")) {
		t.Errorf("a secret was printed:\n%s", s)
	}
	if s := fmt.Sprint(example, example.GoString(), example.String()); strings.Count(s, "AKIARZPUZDIKEXAMPLE0") != 3 {
		t.Errorf("credentials print as %s", s)
	}
}

func TestStaticCredentialsAreComplete(t *testing.T) {
	if got, err := Static("id", "secret", "token").Retrieve(t.Context()); err != nil || got.SessionToken != "token" || got.Source != "static" {
		t.Errorf("%#v, %v", got, err)
	}
	for _, p := range []Provider{Static("", "secret", ""), Static("id", "", "token")} {
		if _, err := p.Retrieve(t.Context()); err == nil {
			t.Error("incomplete credentials were answered")
		}
	}
}

func env(pairs ...string) func(string) string {
	m := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}

func TestEnvironment(t *testing.T) {
	got, err := EnvironmentOf(env("AWS_ACCESS_KEY_ID", "id", "AWS_SECRET_ACCESS_KEY", "secret", "AWS_SESSION_TOKEN", "token", "AWS_ACCOUNT_ID", "123456789012")).Retrieve(t.Context())
	if want := (Credentials{"id", "secret", "token", time.Time{}, "123456789012", "environment"}); err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := EnvironmentOf(env()).Retrieve(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("empty environment: %v", err)
	}
	for _, half := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if _, err := EnvironmentOf(env(half, "x")).Retrieve(t.Context()); err == nil || errors.Is(err, ErrNotFound) {
			t.Errorf("%s alone: %v", half, err)
		}
	}
}

func TestChainStopsAtWhatDoesNotWork(t *testing.T) {
	none := ProviderFunc(func(context.Context) (Credentials, error) { return Credentials{}, notFound("none") })
	broken := ProviderFunc(func(context.Context) (Credentials, error) { return Credentials{}, errors.New("broken") })
	if got, err := (Chain{none, Fixed(example), broken}).Retrieve(t.Context()); err != nil || got != example {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := (Chain{none, broken, Fixed(example)}).Retrieve(t.Context()); err == nil || err.Error() != "broken" {
		t.Errorf("after one that is broken: %v", err)
	}
	if _, err := (Chain{none, none}).Retrieve(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("of none: %v", err)
	}
	if _, err := (Chain{}).Retrieve(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("empty: %v", err)
	}
}
