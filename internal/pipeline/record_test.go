package pipeline_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/spool"
)

// event is what these tests read of a record.
type event struct {
	UserIdentity                                                          struct{ Type, ARN, AccessKeyID string }
	EventSource, EventName, AWSRegion, SourceIPAddress, UserAgent         string
	ErrorCode, ErrorMessage, RequestID, EventID, RecipientAccountID, Text string
	ReadOnly                                                              bool
}

// newServer starts a Daypass whose data directory the test knows.
func newServer(t *testing.T) (s *daypasstest.Server, spoolDir string) {
	dir := t.TempDir()
	return daypasstest.New(t, daypasstest.WithDir(dir)), filepath.Join(dir, "spool")
}

// recorded waits for the record of a request, and returns nil when it does not
// come.
func recorded(t *testing.T, dir string, a *daypasstest.Answer) *event {
	t.Helper()
	for range 100 {
		var found *event
		err := spool.Scan(dir, func(line []byte) error {
			e := new(event)
			if err := json.Unmarshal(line, e); err != nil {
				t.Errorf("record %s: %v", line, err)
			}
			if e.RequestID == a.Header.Get("x-amzn-RequestId") {
				e.Text, found = string(line), e
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if found != nil {
			return found
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil
}

func TestEveryCallOfACallerIsRecorded(t *testing.T) {
	s, dir := newServer(t)
	user := s.User("ann", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`)
	role := s.Role("r", daypasstest.Trust(s.UserARN("ann")))
	session := s.AssumeRole(user, role, "build")
	for _, c := range []struct {
		name   string
		answer *daypasstest.Answer
		want   event
	}{
		{
			name: "a call that only reads", answer: s.Call(user, "sts", "GetCallerIdentity"),
			want: event{EventSource: "sts.amazonaws.com", EventName: "GetCallerIdentity", ReadOnly: true},
		},
		{
			name: "a call that issues", answer: s.Call(user, "sts", "GetSessionToken"),
			want: event{EventSource: "sts.amazonaws.com", EventName: "GetSessionToken"},
		},
		{
			name: "a call that changes", answer: s.Call(s.Root, "iam", "CreateUser", "UserName", "bob"),
			want: event{EventSource: "iam.amazonaws.com", EventName: "CreateUser"},
		},
		{
			name: "a refusal", answer: s.Call(session, "iam", "CreateUser", "UserName", "eve"),
			want: event{EventSource: "iam.amazonaws.com", EventName: "CreateUser", ErrorCode: "AccessDenied"},
		},
		{
			name: "a failure of IAM, under the name of its exception", answer: s.Call(s.Root, "iam", "GetUser", "UserName", "nobody"),
			want: event{EventSource: "iam.amazonaws.com", EventName: "GetUser", ErrorCode: "NoSuchEntityException", ReadOnly: true},
		},
		{
			name: "a call with wrong parameters", answer: s.Call(user, "sts", "AssumeRole"),
			want: event{EventSource: "sts.amazonaws.com", EventName: "AssumeRole", ErrorCode: "ValidationError", ReadOnly: true},
		},
	} {
		e := recorded(t, dir, c.answer)
		if e == nil {
			t.Errorf("%s: no record", c.name)
			continue
		}
		if e.EventSource != c.want.EventSource || e.EventName != c.want.EventName || e.ErrorCode != c.want.ErrorCode || e.ReadOnly != c.want.ReadOnly ||
			e.AWSRegion != "us-east-1" || e.SourceIPAddress != "127.0.0.1" || e.RecipientAccountID != s.Account || len(e.EventID) != 36 {
			t.Errorf("%s: record %s", c.name, e.Text)
		}
	}
}

func TestARecordSaysHowTheConnectionWasSecured(t *testing.T) {
	dir := t.TempDir()
	s := daypasstest.New(t, daypasstest.WithDir(dir), daypasstest.WithTLS())
	e := recorded(t, filepath.Join(dir, "spool"), s.Call(s.Root, "sts", "GetSessionToken"))
	if e == nil {
		t.Fatal("no record")
	}
	want := regexp.MustCompile(`,"tlsDetails":\{"tlsVersion":"TLSv1\.3","cipherSuite":"TLS_[A-Z0-9_]+","clientProvidedHostHeader":"127\.0\.0\.1:\d+","keyExchange":"[A-Za-z0-9]+"\}\}$`)
	if !want.MatchString(e.Text) {
		t.Errorf("record %s", e.Text)
	}
}

func TestWhatAStrangerClaimsIsNoRecord(t *testing.T) {
	s, dir := newServer(t)
	forged := s.Root
	forged.SecretAccessKey = strings.Repeat("x", 40)
	a := s.Call(forged, "sts", "GetCallerIdentity")
	if a.Status != http.StatusForbidden {
		t.Fatalf("a false signature: %d", a.Status)
	}
	s.Call(s.Root, "iam", "CreateUser", "UserName", "bob") // whose record is written after that one would be
	if e := recorded(t, dir, a); e != nil {
		t.Errorf("recorded %s", e.Text)
	}
}

// TestADiskThatTakesNoRecordsRefusesWhatMustBeRecorded: nothing is issued or
// changed then; what only reads goes on.
func TestADiskThatTakesNoRecordsRefusesWhatMustBeRecorded(t *testing.T) {
	s, dir := newServer(t)
	away := dir + ".away"
	if err := os.Rename(dir, away); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil { // in the way of the first segment
		t.Fatal(err)
	}
	first := s.Call(s.Root, "sts", "GetSessionToken")
	if first.Status != http.StatusServiceUnavailable || first.Element("Code") != "ServiceUnavailable" || strings.Contains(first.Body, "SecretAccessKey") {
		t.Errorf("GetSessionToken without a record: %d %s", first.Status, first.Body)
	}
	if a := s.Call(s.Root, "iam", "CreateUser", "UserName", "bob"); a.Status != http.StatusServiceUnavailable {
		t.Errorf("CreateUser without a record: %d %s", a.Status, a.Body)
	}
	if a := s.Call(s.Root, "iam", "GetUser", "UserName", "bob"); a.Element("Code") != "NoSuchEntity" {
		t.Errorf("CreateUser was refused, and GetUser then answers %d %s", a.Status, a.Body)
	}
	if a := s.Call(s.Root, "sts", "GetCallerIdentity"); a.Status != http.StatusOK {
		t.Errorf("GetCallerIdentity: %d %s", a.Status, a.Body)
	}

	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(away, dir); err != nil {
		t.Fatal(err)
	}
	var a *daypasstest.Answer
	for range 200 {
		if a = s.Call(s.Root, "iam", "CreateUser", "UserName", "bob"); a.Status == http.StatusOK {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if a.Status != http.StatusOK {
		t.Fatalf("the disk takes records again, CreateUser answers %d", a.Status)
	}
	if recorded(t, dir, a) == nil || recorded(t, dir, first) == nil {
		t.Error("records are missing: one after the disk came back, or the one it refused")
	}
}
