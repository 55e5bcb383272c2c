package bucket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/bucket/buckettest"
)

func client(t *testing.T, url string, change ...func(*bucket.Config)) *bucket.Client {
	t.Helper()
	cfg := bucket.Config{Endpoint: url, Region: "us-east-1", ACL: "bucket-owner-full-control", Env: buckettest.Env}
	for _, f := range change {
		f(&cfg)
	}
	c, err := bucket.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var object = bucket.Object{
	Bucket: "logs", Key: "AWSLogs/1/a b", Body: []byte("text"), Type: "application/json", Encoding: "gzip",
	Meta: map[string]string{"signature": "ab"},
}

func TestAnObjectIsPut(t *testing.T) {
	s := buckettest.Start(t, "logs")
	if err := client(t, s.URL).Put(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	got, ok := s.Objects()["logs/AWSLogs/1/a b"]
	if !ok || string(got.Body) != "text" {
		t.Fatalf("the objects are %v", s.Objects())
	}
	for name, want := range map[string]string{
		"X-Amz-Acl": "bucket-owner-full-control", "Content-Type": "application/json", "Content-Encoding": "gzip", "X-Amz-Meta-Signature": "ab",
	} {
		if got := got.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if err := client(t, s.URL, func(c *bucket.Config) { c.ACL = "none" }).Put(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	if got := s.Objects()["logs/AWSLogs/1/a b"].Header.Get("X-Amz-Acl"); got != "" {
		t.Errorf("with ACL none, %q is sent", got)
	}
}

func TestWhatTheStoreRefusesIsTold(t *testing.T) {
	for _, tt := range []struct {
		name    string
		bucket  string
		failure buckettest.Failure
		want    error
		code    string
	}{
		{"no bucket", "elsewhere", buckettest.Failure{}, bucket.ErrNoSuchBucket, "NoSuchBucket"},
		{"a name that no bucket has", "../logs", buckettest.Failure{}, bucket.ErrNoSuchBucket, ""},
		{"denied", "logs", buckettest.Failure{Status: 403, Code: "AccessDenied"}, bucket.ErrDenied, "AccessDenied"},
		{"another key", "logs", buckettest.Failure{Status: 403, Code: "InvalidAccessKeyId"}, bucket.ErrDenied, "InvalidAccessKeyId"},
		{"busy", "logs", buckettest.Failure{Status: 503, Code: "SlowDown"}, nil, "SlowDown"},
		{"a name too long", "logs", buckettest.Failure{Status: 500, Code: strings.Repeat("x", 1000)}, nil, strings.Repeat("x", 64)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := buckettest.Start(t, "logs")
			s.Fail(func(*http.Request) buckettest.Failure { return tt.failure })
			err := client(t, s.URL).Check(t.Context(), tt.bucket, "AWSLogs/1/", "")
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) || tt.want == nil && (errors.Is(err, bucket.ErrDenied) || errors.Is(err, bucket.ErrNoSuchBucket)) {
				t.Errorf("Check: %v, want %v", err, tt.want)
			}
			if got := bucket.Code(err); got != tt.code {
				t.Errorf("Code is %q, want %q", got, tt.code)
			}
			if len(err.Error()) > 600 {
				t.Errorf("its text has %d bytes", len(err.Error()))
			}
			if strings.Contains(fmt.Sprintf("%+v", err), buckettest.Secret) {
				t.Errorf("the secret is in %v", err)
			}
		})
	}
	s := buckettest.Start(t, "logs")
	if err := client(t, s.URL).Check(t.Context(), "logs", "p/AWSLogs/1/", ""); err != nil || len(s.Keys("p/AWSLogs/1/CloudTrail/")) != 1 {
		t.Errorf("Check of a good bucket: %v, %v", err, s.Keys(""))
	}
}

func TestANewObjectReplacesNoOther(t *testing.T) {
	denied := func(r *http.Request) buckettest.Failure {
		if r.Method == http.MethodHead {
			return buckettest.Failure{Status: 403, Code: "AccessDenied"}
		}
		return buckettest.Failure{}
	}
	unconditional := func(r *http.Request) buckettest.Failure {
		if r.Header.Get("If-None-Match") != "" {
			return buckettest.Failure{Status: 501, Code: "NotImplemented"}
		}
		return buckettest.Failure{}
	}
	for _, tt := range []struct {
		name  string
		there string // the signature of what is there; "" for nothing
		fail  func(*http.Request) buckettest.Failure
		want  error
	}{
		{"nothing is there", "", nil, nil},
		{"it is there already", "ab", nil, nil},
		{"another is there", "cd", nil, bucket.ErrExists},
		{"nothing is there, as far as one may look", "", denied, nil},
		{"another is there, which one may not look at", "cd", denied, bucket.ErrExists},
		{"nothing is there, in a store without conditions", "", unconditional, nil},
		{"another is there, in a store without conditions", "cd", unconditional, bucket.ErrExists},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := buckettest.Start(t, "logs")
			if tt.there != "" {
				s.Put("logs/"+object.Key, buckettest.Object{Body: []byte("other"), Header: http.Header{"X-Amz-Meta-Signature": {tt.there}}})
			}
			s.Fail(tt.fail)
			c := client(t, s.URL)
			for range 2 {
				if err := c.PutNew(t.Context(), object, "signature"); !errors.Is(err, tt.want) {
					t.Errorf("PutNew: %v, want %v", err, tt.want)
				}
				if tt.there == "" && tt.fail != nil {
					break // a second time nobody can know that it is the same
				}
			}
			if got := s.Replaced(); len(got) > 0 {
				t.Errorf("%v is replaced", got)
			}
		})
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL+r.URL.Path, status) }))
		if err := client(t, s.URL).Put(t.Context(), object); err == nil {
			t.Errorf("after a %d the object is said to be put", status)
		}
		s.Close()
	}
	if reached.Load() {
		t.Error("a redirect to another host was followed")
	}
}

func TestAnEndlessAnswerEnds(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, "<Error><Message>")
		for piece := bytes.Repeat([]byte("x"), 1<<16); ; {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}))
	defer s.Close()
	err := client(t, s.URL).Put(t.Context(), object)
	if err == nil || len(err.Error()) > 1<<12 {
		t.Errorf("an error of %d bytes", len(fmt.Sprint(err)))
	}
}

func TestASilentStoreIsGivenUp(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // who has not read it does not learn that the client is gone
		<-r.Context().Done()
	}))
	defer s.Close()
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if err := client(t, s.URL).Put(ctx, object); err == nil {
		t.Error("an object is put into a store that says nothing")
	}
}

func TestEndpoints(t *testing.T) {
	for _, text := range []string{"", "s3.example.com", "ftp://s3.example.com", "https://", "https://user:pass@s3.example.com", "https://s3.example.com?x=1", "https://s3.example.com#x"} {
		_, err := bucket.New(bucket.Config{Endpoint: text, Region: "us-east-1", Env: buckettest.Env})
		if err == nil || strings.Contains(err.Error(), "pass") {
			t.Errorf("the endpoint %q: %v", text, err)
		}
	}
}

func TestCredentialsAreFoundWhereToolsLook(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := "aws_access_key_id = " + buckettest.KeyID + "\naws_secret_access_key=" + buckettest.Secret + "\n"
	credentials := write("credentials", "[default]\naws_access_key_id = X\naws_secret_access_key = secretX\n[logs]\n; a comment\n"+good)
	config := write("config", "[default]\ns3 =\n  aws_access_key_id = X\n"+good+"[profile  other ]\n"+good)
	answer := write("answer", `{"Version":1,"AccessKeyId":"`+buckettest.KeyID+`","SecretAccessKey":"`+buckettest.Secret+`"}`)
	process := write("process", "[default]\ncredential_process = cat "+answer+"\n")
	for _, tt := range []struct {
		name string
		env  map[string]string
		ok   bool
	}{
		{"the environment, before the files", map[string]string{"AWS_ACCESS_KEY_ID": buckettest.KeyID, "AWS_SECRET_ACCESS_KEY": buckettest.Secret, "AWS_SHARED_CREDENTIALS_FILE": credentials}, true},
		{"a process of a profile", map[string]string{"AWS_CONFIG_FILE": process}, true},
		{"half of it", map[string]string{"AWS_ACCESS_KEY_ID": buckettest.KeyID}, false},
		{"a profile", map[string]string{"AWS_SHARED_CREDENTIALS_FILE": credentials, "AWS_PROFILE": "logs"}, true},
		{"another's profile", map[string]string{"AWS_SHARED_CREDENTIALS_FILE": credentials}, false},
		{"a profile that is not there", map[string]string{"AWS_SHARED_CREDENTIALS_FILE": credentials, "AWS_PROFILE": "x"}, false},
		{"the default of the configuration", map[string]string{"AWS_CONFIG_FILE": config}, true},
		{"a profile of the configuration", map[string]string{"AWS_CONFIG_FILE": config, "AWS_PROFILE": "other"}, true},
		{"nothing", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := buckettest.Start(t, "logs")
			c, err := bucket.New(bucket.Config{
				Endpoint: s.URL, Region: "us-east-1",
				Env: func(name string) (string, bool) {
					switch name {
					case "HOME":
						return dir + "/nowhere", true
					case "AWS_EC2_METADATA_DISABLED":
						return "true", true
					}
					v, ok := tt.env[name]
					return v, ok
				},
			})
			if err == nil {
				err = c.Put(t.Context(), object)
			}
			if (err == nil) != tt.ok {
				t.Errorf("%v, want success %v", err, tt.ok)
			}
			if all := fmt.Sprintf("%+v %#v", err, c); strings.Contains(all, "secretX") || strings.Contains(all, buckettest.Secret) {
				t.Errorf("a secret is in %s", all)
			}
		})
	}
}

// The role of the profile may be one of the installation that is just starting:
// that it cannot be assumed yet is no mistake of the settings.
func TestCredentialsThatCannotBeHadYet(t *testing.T) {
	var up atomic.Bool
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !up.Load() {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>%s</AccessKeyId>
			<SecretAccessKey>%s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
			buckettest.KeyID, buckettest.Secret, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	defer service.Close()
	config := filepath.Join(t.TempDir(), "config")
	text := "[default]\nrole_arn = arn:aws:iam::111122223333:role/writer\nsource_profile = keys\nregion = us-east-1\nendpoint_url = " + service.URL +
		"\n[profile keys]\naws_access_key_id = AKIAEXAMPLE000000001\naws_secret_access_key = s\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := buckettest.Start(t, "logs")
	c := client(t, s.URL, func(cfg *bucket.Config) {
		cfg.Env = func(name string) (string, bool) {
			v, ok := map[string]string{"AWS_CONFIG_FILE": config, "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"}[name]
			return v, ok
		}
	})
	if err := c.Put(t.Context(), object); err == nil || !strings.Contains(err.Error(), "AssumeRole") {
		t.Errorf("without the service: %v", err)
	}
	up.Store(true)
	if err := c.Put(t.Context(), object); err != nil {
		t.Errorf("with the service: %v", err)
	}
}

// Two processes may put the same digest: who is second finds it there.
func TestWhoIsSecondWithTheSameObjectHasPutIt(t *testing.T) {
	for _, tt := range []struct {
		there string
		want  error
	}{{"ab", nil}, {"cd", bucket.ErrExists}} {
		s := buckettest.Start(t, "logs")
		s.Put("logs/"+object.Key, buckettest.Object{Body: []byte("text"), Header: http.Header{"X-Amz-Meta-Signature": {tt.there}}})
		var looked atomic.Bool
		s.Fail(func(r *http.Request) buckettest.Failure {
			if r.Method == http.MethodHead && !looked.Swap(true) {
				return buckettest.Failure{Status: 404, Code: "NotFound"} // before the other one has put it
			}
			return buckettest.Failure{}
		})
		if err := client(t, s.URL).PutNew(t.Context(), object, "signature"); !errors.Is(err, tt.want) {
			t.Errorf("with %q there: %v, want %v", tt.there, err, tt.want)
		}
	}
}

func TestANameThatNoBucketHasReachesNoStore(t *testing.T) {
	s := buckettest.Start(t, "logs")
	s.Fail(func(r *http.Request) buckettest.Failure {
		t.Errorf("%s %s was asked for", r.Method, r.URL)
		return buckettest.Failure{Status: 500, Code: "InternalError"}
	})
	for _, name := range []string{"", "a", "../logs", "logs/..", "lo..gs", "logs?x", "-logs"} {
		o := object
		o.Bucket = name
		c := client(t, s.URL)
		if err := c.PutNew(t.Context(), o, "signature"); !errors.Is(err, bucket.ErrNoSuchBucket) {
			t.Errorf("PutNew into %q: %v", name, err)
		}
		if err := c.Put(t.Context(), o); !errors.Is(err, bucket.ErrNoSuchBucket) {
			t.Errorf("Put into %q: %v", name, err)
		}
	}
}

// alone is an environment that has nothing but some variables.
func alone(dir string, vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		switch name {
		case "HOME":
			return dir, true
		case "AWS_EC2_METADATA_DISABLED":
			return "true", true
		}
		v, ok := vars[name]
		return v, ok
	}
}

func TestWhatNoWaitingMendsIsToldAtTheStart(t *testing.T) {
	for name, vars := range map[string]map[string]string{
		"no credentials":  nil,
		"no such profile": {"AWS_PROFILE": "x"},
		"half a key":      {"AWS_ACCESS_KEY_ID": buckettest.KeyID},
	} {
		_, err := bucket.New(bucket.Config{Endpoint: "http://127.0.0.1:1", Region: "us-east-1", Env: alone(t.TempDir(), vars)})
		if err == nil || name == "no credentials" && !strings.Contains(err.Error(), "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheEnvironmentIsTheProcesssUnlessGiven(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", buckettest.KeyID)
	t.Setenv("AWS_SECRET_ACCESS_KEY", buckettest.Secret)
	s := buckettest.Start(t, "logs")
	if err := client(t, s.URL, func(c *bucket.Config) { c.Env = nil }).Put(t.Context(), object); err != nil {
		t.Error(err)
	}
}
