package history

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/spool"
)

var start = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)

// happening is what a test says of a record.
type happening struct {
	n       int // of the event: its id
	at      time.Time
	account string
	region  string
	name    string
	user    string
	key     string
	role    string
	code    string
}

func (h happening) id() string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", h.n) }

// record is one of AssumeRole, or of what name says, in the form of real ones.
func (h happening) record() string {
	h = happening{
		n: h.n, at: h.at, account: or(h.account, "111122223333"), region: or(h.region, "us-east-1"), name: or(h.name, "AssumeRole"),
		user: or(h.user, "ci"), key: or(h.key, "AKIAEXAMPLE000000001"), role: or(h.role, "deploy"), code: h.code,
	}
	failed, answer := "", fmt.Sprintf(`{"credentials":{"accessKeyId":"ASIA%012x","sessionToken":"HIDDEN_DUE_TO_SECURITY_REASONS","expiration":"Nov 2, 2026, 9:45:00 AM"},`+
		`"assumedRoleUser":{"assumedRoleId":"AROAEXAMPLEROLE00001:build-%d","arn":"arn:aws:sts::%s:assumed-role/%s/build-%d"}}`, h.n, h.n, h.account, h.role, h.n)
	if h.code != "" {
		failed, answer = fmt.Sprintf(`"errorCode":%q,"errorMessage":"no",`, h.code), "null"
	}
	return fmt.Sprintf(`{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","principalId":"AIDA%s","arn":"arn:aws:iam::%s:user/%s","accountId":"%s","accessKeyId":"%s","userName":"%s"},`+
		`"eventTime":"%s","eventSource":"sts.amazonaws.com","eventName":"%s","awsRegion":"%s","sourceIPAddress":"192.0.2.7",`+
		`"userAgent":"aws-cli/2.31.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7","`+`requestID":"0f0a%032x",%s`+
		`"requestParameters":{"roleArn":"arn:aws:iam::%[4]s:role/%[12]s","roleSessionName":"build-%[13]d","durationSeconds":900},"responseElements":%[14]s,`+
		`"additionalEventData":{"RequestDetails":{"endpointType":"regional","awsServingRegion":"%[9]s"}},"eventID":"%[15]s","readOnly":true,`+
		`"resources":[{"accountId":"%[4]s","type":"AWS::IAM::Role","ARN":"arn:aws:iam::%[4]s:role/%[12]s"}],"eventType":"AwsApiCall","managementEvent":true,`+
		`"recipientAccountId":"%[4]s","eventCategory":"Management"}`,
		strings.ToUpper(h.user), h.account, h.user, h.account, h.key, h.user, h.at.UTC().Format(time.RFC3339), h.name, h.region, h.n, failed,
		h.role, h.n, answer, h.id())
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// stage is a spool and the history of it.
type stage struct {
	dir   string
	spool *spool.Spool
	*History
}

func newStage(t testing.TB, cfg Config) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir()}
	s.openSpool(t)
	s.openHistory(t, cfg)
	return s
}

func (s *stage) openSpool(t testing.TB) {
	t.Helper()
	var err error
	if s.spool, err = spool.Open(spool.Config{Dir: filepath.Join(s.dir, "spool"), Segment: 1 << 20, Ephemeral: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.spool.Close() })
}

func (s *stage) openHistory(t testing.TB, cfg Config) {
	t.Helper()
	cfg.Spool, cfg.Dir, cfg.Lazy, cfg.Ephemeral = filepath.Join(s.dir, "spool"), s.dir, true, true
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return start.Add(24 * time.Hour) }
	}
	var err error
	if s.History, err = Open(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
}

func (s *stage) happen(t testing.TB, all ...happening) {
	t.Helper()
	records := make([][]byte, 0, len(all))
	for _, h := range all {
		records = append(records, []byte(h.record()))
	}
	for part := range slices.Chunk(records, 1000) {
		if err := s.spool.AppendAll(true, part...); err != nil {
			t.Fatal(err)
		}
	}
}

// lookup follows a query's pages to the end, and returns the numbers of the
// events.
func (s *stage) lookup(t testing.TB, q Query) (found []int) {
	t.Helper()
	q.Account, q.Region = or(q.Account, "111122223333"), or(q.Region, "us-east-1")
	for {
		page, err := s.Lookup(context.Background(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		for _, e := range page.Events {
			n := 0
			if _, err := fmt.Sscanf(e.ID, "00000000-0000-4000-8000-%012x", &n); err != nil {
				t.Fatal(err)
			}
			found = append(found, n)
		}
		if q.Token = page.Token; q.Token == "" {
			return found
		}
	}
}

func downFrom(n int) (all []int) {
	for i := n; i > 0; i-- {
		all = append(all, i)
	}
	return all
}

func many(n int) (all []happening) {
	for i := range n {
		all = append(all, happening{n: i + 1, at: start.Add(time.Duration(i/7) * time.Second)})
	}
	return all
}

func TestEventsAreFoundOnceAndTheNewestFirst(t *testing.T) {
	s := newStage(t, Config{})
	all := many(1500) // several blocks
	s.happen(t, all[:700]...)
	if got := s.lookup(t, Query{}); !slices.Equal(got, downFrom(700)) {
		t.Errorf("after 700 events %d are found: %v", len(got), got)
	}
	s.happen(t, all[690:]...) // ten come twice, as after a write that failed
	s.happen(t, happening{n: 5000, at: start, account: "444455556666"}, happening{n: 5001, at: start, region: "eu-west-1"})
	for _, most := range []int{1000, 50, 7} {
		if most == 7 && testing.Short() {
			continue
		}
		if got := s.lookup(t, Query{Max: most}); !slices.Equal(got, downFrom(1500)) {
			t.Errorf("by %d: %d events are found: %v", most, len(got), got)
		}
	}
	if got := s.lookup(t, Query{Account: "444455556666"}); !slices.Equal(got, []int{5000}) {
		t.Errorf("another account has %v", got)
	}
	if got := s.lookup(t, Query{Region: "eu-west-1"}); !slices.Equal(got, []int{5001}) {
		t.Errorf("another Region has %v", got)
	}
}

func TestEventsAreFoundByEachAttribute(t *testing.T) {
	s := newStage(t, Config{})
	s.happen(t, many(600)...)
	s.happen(t, happening{n: 1000, at: start, name: "GetCallerIdentity", user: "ann", key: "AKIAEXAMPLE000000002", role: "other"})
	for _, q := range []struct {
		key, value string
		want       []int
	}{
		{"EventId", happening{n: 1000}.id(), []int{1000}},
		{"EventId", happening{n: 300}.id(), []int{300}},
		{"EventName", "GetCallerIdentity", []int{1000}},
		{"Username", "ann", []int{1000}},
		{"AccessKeyId", "AKIAEXAMPLE000000002", []int{1000}},
		{"ResourceName", "arn:aws:iam::111122223333:role/other", []int{1000}},
		{"ResourceName", "ASIA00000000012c", []int{300}}, // the key that was issued
		{"ResourceName", "arn:aws:sts::111122223333:assumed-role/deploy/build-77", []int{77}},
		{"EventName", "NoSuch", nil},
		{"ReadOnly", "false", nil},
		{"Username", "", nil},
	} {
		if got := s.lookup(t, Query{Key: q.key, Value: q.value}); !slices.Equal(got, q.want) {
			t.Errorf("%s %q: %v, want %v", q.key, q.value, got, q.want)
		}
	}
	for key, value := range map[string]string{"ReadOnly": "true", "EventSource": "sts.amazonaws.com", "ResourceType": "AWS::IAM::Role"} {
		if got := s.lookup(t, Query{Key: key, Value: value}); len(got) != 601 {
			t.Errorf("%s %s: %d events, want all 601", key, value, len(got))
		}
	}
	if _, err := s.Lookup(t.Context(), Query{Key: "Color", Value: "red"}); err == nil {
		t.Error("an unknown attribute is looked for")
	}
}

// TestTheRootUserIsFoundAsRoot, also when its account has an alias, which
// records have for its name.
func TestTheRootUserIsFoundAsRoot(t *testing.T) {
	for name, want := range map[string]string{"": "root", `,"userName":"corp"`: "root"} {
		record := strings.Replace(happening{n: 1, at: start}.record(), `"type":"IAMUser"`, `"type":"Root"`, 1)
		record = strings.Replace(record, `,"userName":"ci"`, name, 1)
		var e event
		if !e.read([]byte(record)) || string(e.user) != want {
			t.Errorf("with %s: found as %q, want %q", name, e.user, want)
		}
	}
}

func TestTheTimesOfAQueryAreIncluded(t *testing.T) {
	s := newStage(t, Config{})
	for i := range 10 {
		s.happen(t, happening{n: i + 1, at: start.Add(time.Duration(i+1) * time.Minute)})
	}
	at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
	for _, q := range []struct {
		start, end time.Time
		want       []int
	}{
		{at(3), at(5), []int{5, 4, 3}},
		{at(3).Add(time.Nanosecond), at(5).Add(-time.Nanosecond), []int{4}},
		{at(9), time.Time{}, []int{10, 9}},
		{time.Time{}, at(2), []int{2, 1}},
		{at(5), at(3), nil},
	} {
		if got := s.lookup(t, Query{Start: q.start, End: q.end, Max: 2}); !slices.Equal(got, q.want) {
			t.Errorf("%v to %v: %v, want %v", q.start, q.end, got, q.want)
		}
	}
}

func TestATokenIsOfItsQuery(t *testing.T) {
	s := newStage(t, Config{})
	s.happen(t, many(20)...)
	q := Query{Account: "111122223333", Region: "us-east-1", Max: 5}
	page, err := s.Lookup(t.Context(), q)
	if err != nil || page.Token == "" || len(page.Events) != 5 {
		t.Fatalf("%+v, %v", page, err)
	}
	for name, other := range map[string]Query{
		"another account":   {Account: "444455556666", Region: q.Region, Token: page.Token},
		"another Region":    {Account: q.Account, Region: "eu-west-1", Token: page.Token},
		"another attribute": {Account: q.Account, Region: q.Region, Key: "EventName", Value: "AssumeRole", Token: page.Token},
		"another time":      {Account: q.Account, Region: q.Region, Start: start, Token: page.Token},
		"no token":          {Account: q.Account, Region: q.Region, Token: "AAAA"},
		"cut short":         {Account: q.Account, Region: q.Region, Token: page.Token[:len(page.Token)-4]},
		"too long":          {Account: q.Account, Region: q.Region, Token: page.Token + strings.Repeat("A", 300)},
	} {
		if _, err := s.Lookup(t.Context(), other); err != ErrToken {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsOldIsNotFoundAndGoes(t *testing.T) {
	now := start
	s := newStage(t, Config{Now: func() time.Time { return now }})
	s.happen(t, many(1500)...)
	if got := s.lookup(t, Query{}); len(got) != 1500 {
		t.Fatalf("%d events", len(got))
	}
	now = start.AddDate(0, 0, Days).Add(100 * time.Second)
	if got := s.lookup(t, Query{}); len(got) != 1500-700 {
		t.Errorf("90 days and 100 s later %d events are found, want %d", len(got), 1500-700)
	}
	if err := s.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	if entries := s.entriesOf(t); len(entries) != 2 {
		t.Errorf("%d blocks are left, want 2 of 3", len(entries))
	}
	now = now.AddDate(1, 0, 0)
	if err := s.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.happen(t, happening{n: 2000, at: now})
	if got := s.lookup(t, Query{}); !slices.Equal(got, []int{2000}) {
		t.Errorf("after a year there is %v", got)
	}
}

func (s *stage) entriesOf(t *testing.T) []entry {
	t.Helper()
	all, err := s.db.Load().entries(t.Context(), "", allKeys, entry{newest: allKeys}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhatIsTooMuchGoes(t *testing.T) {
	s := newStage(t, Config{Keep: 100_000})
	s.happen(t, many(20_000)...)
	s.lookup(t, Query{Key: "EventId"})
	if err := s.prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	if size, err := s.db.Load().size(t.Context()); size > 100_000 || size == 0 || err != nil {
		t.Errorf("%d bytes are kept, %v", size, err)
	}
	if got := s.lookup(t, Query{Max: 50}); len(got) == 0 || got[0] != 20_000 {
		t.Errorf("%d events are left, the newest is not among them", len(got))
	}
}

func TestAHistoryGoesOnWhereItWas(t *testing.T) {
	s := newStage(t, Config{})
	all := many(1300)
	for i, part := range [][]happening{all[:10], all[10:600], all[600:601], all[601:]} {
		s.happen(t, part...)
		if got := s.lookup(t, Query{}); len(got) != part[len(part)-1].n {
			t.Errorf("before start %d: %d events", i+1, len(got))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s.openHistory(t, Config{})
	}
	if got := s.lookup(t, Query{}); !slices.Equal(got, downFrom(1300)) {
		t.Errorf("%d events: %v", len(got), got)
	}
	if n := s.Stats().Records; n != 0 {
		t.Errorf("%d records were taken again", n)
	}
	if entries := s.entriesOf(t); len(entries) != 3 {
		t.Errorf("1300 events are in %d blocks, want 3", len(entries))
	}
}

func TestAFileThatIsGoneOrDamagedIsMadeAgain(t *testing.T) {
	s := newStage(t, Config{})
	s.happen(t, many(600)...)
	file := filepath.Join(s.dir, fileName)
	want := downFrom(600)
	for _, c := range []struct {
		name string
		harm func()
	}{
		{"removed", func() { remove(t, file, file+"-wal", file+"-shm") }},
		{"removed without its log", func() { remove(t, file) }},
		{"overwritten before a start", func() {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			remove(t, file+"-wal", file+"-shm")
			if err := os.WriteFile(file, []byte(strings.Repeat("this is no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
			s.openHistory(t, Config{})
		}},
	} {
		if got := s.lookup(t, Query{}); !slices.Equal(got, want) {
			t.Fatalf("%s: before that %d events", c.name, len(got))
		}
		c.harm()
		if got := s.lookup(t, Query{}); !slices.Equal(got, want) {
			t.Errorf("%s: %d events are found again", c.name, len(got))
		}
	}
	if _, err := os.Stat(file + ".damaged"); err != nil {
		t.Errorf("the damaged file is not put aside: %v", err)
	}
}

func remove(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
}

// TestAnotherSpoolIsReadFromItsStart: a directory that was emptied numbers its
// segments anew.
func TestAnotherSpoolIsReadFromItsStart(t *testing.T) {
	s := newStage(t, Config{})
	s.happen(t, many(600)...)
	s.lookup(t, Query{})
	if err := s.spool.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "spool")); err != nil {
		t.Fatal(err)
	}
	s.openSpool(t)
	s.openHistory(t, Config{})
	s.happen(t, happening{n: 1000, at: start.Add(time.Hour)})
	if got := s.lookup(t, Query{}); !slices.Equal(got, append([]int{1000}, downFrom(600)...)) {
		t.Errorf("%d events, the newest %v", len(got), got[:1])
	}
}

func TestWhatIsNoEventIsPassedOver(t *testing.T) {
	s := newStage(t, Config{})
	good := happening{n: 1, at: start}.record()
	for _, bad := range []string{
		"x", "{", `{"eventID":`, "[]", `{"eventID":"no"}`, strings.Replace(good, "2026-", "26-", 1), strings.Replace(good, `"eventID":"0`, `"eventID":"X`, 1),
		good[:len(good)-1], strings.Replace(good, "recipientAccountId", "x", 1), strings.Repeat("[", 1000),
	} {
		if err := s.spool.Append([]byte(bad), true); err != nil {
			t.Fatal(err)
		}
	}
	s.happen(t, happening{n: 2, at: start})
	if got := s.lookup(t, Query{}); !slices.Equal(got, []int{2}) || s.Stats().Skipped != 10 {
		t.Errorf("found %v, %d were passed over", got, s.Stats().Skipped)
	}
}

// TestALookupThatFindsLittleEndsInTime: it gives what it has, and a token.
func TestALookupThatFindsLittleEndsInTime(t *testing.T) {
	s := newStage(t, Config{})
	s.happen(t, many(5000)...)
	s.lookup(t, Query{Key: "EventId"})
	q := Query{Account: "111122223333", Region: "us-east-1"}
	var found, pages int
	for {
		w, err := q.want(s.History)
		if err != nil {
			t.Fatal(err)
		}
		w.opened, w.entries, w.match = 2, 3, func(e *event) bool { return e.seconds == start.Unix()+1 } // an early one
		next, err := s.db.Load().walk(t.Context(), w)
		if err != nil {
			t.Fatal(err)
		}
		found, pages = found+len(w.found), pages+1
		if next == "" {
			break
		}
		if pages > 20 {
			t.Fatal("the pages do not end")
		}
		q.Token = q.token(next)
	}
	if found != 7 || pages < 4 {
		t.Errorf("%d events in %d pages, want 7 in at least 4", found, pages)
	}
}
