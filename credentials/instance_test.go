package credentials

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// metadata is a metadata service whose answers change.
type metadata struct {
	expires time.Time
	status  int // of everything; 0 for what is asked for
	role    int // the status of the role's name; 0 for what is asked for
	calls   int
}

func (m *metadata) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.calls++
	switch {
	case m.status != 0:
		w.WriteHeader(m.status)
	case r.Method == http.MethodPut:
		fmt.Fprint(w, "session")
	case r.Header.Get("X-Aws-Ec2-Metadata-Token") != "session":
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.Path == "/latest/meta-data/placement/region":
		fmt.Fprint(w, "eu-west-3\n")
	case r.URL.Path == rolePath && m.role != 0:
		w.WriteHeader(m.role)
	case r.URL.Path == rolePath:
		fmt.Fprint(w, "deployer")
	default:
		fmt.Fprintf(w, `{"Code":"Success","AccessKeyId":"ASIA%d","SecretAccessKey":"hidden","Token":"t","Expiration":"%s"}`, m.calls, m.expires.UTC().Format(time.RFC3339))
	}
}

// TestCredentialsOfAnInstanceStayInUse while its metadata service does not do its
// work, and no longer than that.
func TestCredentialsOfAnInstanceStayInUse(t *testing.T) {
	m := &metadata{expires: time.Now().Add(time.Hour)}
	server := httptest.NewServer(m)
	defer server.Close()
	p := Instance(InstanceOptions{Getenv: env("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL)})
	fresh, err := p.Retrieve(t.Context())
	if left := time.Until(fresh.Expires); err != nil || left < 59*time.Minute || left > time.Hour {
		t.Fatalf("%v for %v, %v", fresh, left, err)
	}
	m.status = http.StatusBadRequest
	if c, err := p.Retrieve(t.Context()); err != nil || c != fresh {
		t.Errorf("while the service fails: %v until %v, %v", c, c.Expires, err)
	}
	stays := func(what, key string) {
		t.Helper()
		c, err := p.Retrieve(t.Context())
		if left := time.Until(c.Expires); err != nil || key != "" && c.AccessKeyID != key || left < 4*time.Minute || left > 10*time.Minute {
			t.Errorf("%s: %v for %v, %v", what, c, left, err)
		}
	}
	m.status, m.expires = 0, time.Now().Add(-time.Minute)
	stays("credentials that have expired", "")
	m.expires = time.Now().Add(time.Minute)
	last, err := p.Retrieve(t.Context())
	if left := time.Until(last.Expires); err != nil || left > time.Minute {
		t.Errorf("good ones that end soon: %v for %v, %v", last, left, err)
	}
	m.status = http.StatusBadRequest
	stays("the same when the service fails", last.AccessKeyID)
	m.status = 0
	m.role = http.StatusInternalServerError
	stays("the same when it fails later on", last.AccessKeyID)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := p.Retrieve(ctx); err == nil {
		t.Errorf("who gives up gets %v", c)
	}
	if s := fmt.Sprintf("%v %+v %#v %s", p, p, p, p); strings.Contains(s, "hidden") {
		t.Errorf("it prints %s", s)
	}
	m.role = http.StatusNotFound
	if c, err := p.Retrieve(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("an instance whose role was taken away: %v, %v", c, err)
	}
	m.role, m.status = 0, http.StatusForbidden
	if c, err := p.Retrieve(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("a service that was switched off: %v, %v", c, err)
	}
	server.Close()
	stays("a service that is away", last.AccessKeyID)

	first := Instance(InstanceOptions{Getenv: env("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL)})
	if c, err := first.Retrieve(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Errorf("one that was never there: %v, %v", c, err)
	}
}

func TestStretchedTime(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name           string
		expires        time.Time
		stale, changed bool
	}{
		{"good", now.Add(time.Minute), false, false},
		{"expired", now, false, true},
		{"good for long, not renewed", now.Add(time.Hour), true, false},
		{"good for a minute, not renewed", now.Add(time.Minute), true, true},
		{"without an end", time.Time{}, true, false},
	} {
		got := Credentials{Expires: tt.expires}.stretched(now, tt.stale)
		if left := got.Expires.Sub(now); (got.Expires != tt.expires) != tt.changed || tt.changed && (left < 5*time.Minute || left > 10*time.Minute) {
			t.Errorf("%s: until %v, %v left", tt.name, got.Expires, left)
		}
	}
}

func TestInstanceRegion(t *testing.T) {
	m := new(metadata)
	server := httptest.NewServer(m)
	defer server.Close()
	ask := func(pairs ...string) (string, error) {
		return InstanceRegion(t.Context(), InstanceOptions{Getenv: env(append(pairs, "AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL)...)})
	}
	if got, err := ask(); got != "eu-west-3" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := ask("AWS_EC2_METADATA_DISABLED", "true"); !errors.Is(err, ErrNotFound) {
		t.Errorf("disabled: %q, %v", got, err)
	}
	m.status = http.StatusForbidden
	if got, err := ask(); !errors.Is(err, ErrNotFound) {
		t.Errorf("switched off: %q, %v", got, err)
	}
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusNotFound)
		}
	})
	if got, err := ask(); err == nil || errors.Is(err, ErrNotFound) {
		t.Errorf("a service without Regions: %q, %v", got, err)
	}
}
