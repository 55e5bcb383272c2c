package courier

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/bucket/buckettest"
	"github.com/daypass/daypass/internal/digest"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/test/postgres"
)

func TestDigestsAreAChain(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.record()
	p.after(5 * time.Minute)
	if got := s.s3.Keys("CloudTrail-Digest"); len(got) > 0 {
		t.Errorf("before the hour is over there are %v", got)
	}
	p.record(in("eu-west-1"))
	p.after(55 * time.Minute)
	p.after(time.Hour) // in which nothing happens
	p.record()
	p.after(time.Hour)
	all := s.digests("us-east-1")
	if len(all) != 3 || len(all[0].Files) != 1 || len(all[1].Files) != 0 || len(all[2].Files) != 1 {
		t.Fatalf("the digests are %+v", all)
	}
	if d := all[0]; !d.Start.Equal(t0) || !d.End.Equal(t0.Add(time.Hour)) || d.Account != account || d.Trail != "all" || d.HomeRegion != "us-east-1" {
		t.Errorf("the first digest is %+v", d)
	}
	if f := all[2].Files[0]; !f.Oldest.Equal(t0.Add(2*time.Hour)) || !f.Newest.Equal(f.Oldest) {
		t.Errorf("the times of the last file are %v and %v", f.Oldest, f.Newest)
	}
	if all := s.digests("eu-west-1"); len(all) != 2 || files(all) != 1 {
		t.Errorf("in another Region they are %+v", all)
	}
	if st := s.status(); !st.DigestDone.Equal(s.clock()) || st.DigestError != "" {
		t.Errorf("the status is %+v", st)
	}
	for key, o := range s.s3.Objects() {
		if strings.Contains(key, "CloudTrail-Digest") && o.Header.Get("X-Amz-Meta-Signature-Algorithm") != "SHA256withRSA" {
			t.Errorf("the metadata of %s are %v", key, o.Header)
		}
	}
}

// What is delivered together is one file for a Region, and the digest says from
// when to when its events are, in whatever order they were recorded.
func TestAFileSpansTheTimesOfItsEvents(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.step()
	for _, after := range []time.Duration{20 * time.Second, 30 * time.Second, -40 * time.Second, 10 * time.Second} {
		s.pass(after)
		p.record()
	}
	p.after(5 * time.Minute)
	if got := s.s3.Keys("/CloudTrail/us-east-1/"); len(got) != 1 {
		t.Errorf("the files are %v, want one", got)
	}
	p.after(time.Hour)
	all := s.digests("us-east-1")
	if len(all) != 1 || len(all[0].Files) != 1 {
		t.Fatalf("the digests are %+v", all)
	}
	if f := all[0].Files[0]; !f.Oldest.Equal(t0.Add(10*time.Second)) || !f.Newest.Equal(t0.Add(50*time.Second)) {
		t.Errorf("the file has events from %v to %v", f.Oldest, f.Newest)
	}
}

// What is no record is passed over, and the log says so: it would hold all that
// comes after it for ever.
func TestWhatIsNoRecordIsPassedOver(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.step()
	one := p.record()
	for _, text := range []string{"no JSON " + account, `{"recipientAccountId":"` + account + `"}`, `{"recipientAccountId":"` + account + `","eventTime":"2026-11-02T09:00:30Z","awsRegion":"../x"}`} {
		if err := p.spool.Append([]byte(text), true); err != nil {
			t.Fatal(err)
		}
	}
	two := p.record()
	p.after(5 * time.Minute)
	want(t, s.delivered(""), one, two)
	if got := strings.Count(s.log.String(), "cannot be read, and is not delivered"); got != 3 {
		t.Errorf("the log tells of %d, want 3:\n%s", got, &s.log)
	}
}

func TestTwoProcessesMakeOneChain(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		s := newSite(t)
		twoProcesses(t, s, s.db)
	})
	t.Run("postgres", func(t *testing.T) {
		cfg := store.Config{URL: postgres.Start(t).FreshDatabase(t)}
		twoProcesses(t, newSiteOn(t, cfg), openStore(t, cfg))
	})
}

func twoProcesses(t *testing.T, s *site, db *store.DB) {
	t.Helper()
	s.trail()
	p, q := s.process(), s.process(func(c *Config) { c.DB = db })
	n := 0
	for range 4 {
		for range 6 {
			p.record()
			q.record()
			n += 2
			s.pass(10 * time.Minute)
			done := make(chan struct{})
			go func() {
				defer close(done)
				q.step()
			}()
			p.step()
			<-done
		}
	}
	q.step()
	p.after(time.Hour) // the last file of q may have come too late for the last digest
	all := s.digests("us-east-1")
	if found := len(s.s3.Keys("CloudTrail-Digest")); len(all) != found || found != 5 {
		t.Errorf("%d digests are in the bucket, %d in the chain, want 5", found, len(all))
	}
	if got := len(s.delivered("")); got != n || files(all) != len(s.s3.Keys("/CloudTrail/")) {
		t.Errorf("%d of %d records are delivered, in %d files of which %d are vouched for", got, n, len(s.s3.Keys("/CloudTrail/")), files(all))
	}
	if keys := s.keys(); len(keys) != 1 {
		t.Errorf("they have made %d keys", len(keys))
	}
}

// After a restore the digests that the backup does not know are found too, as
// validate-logs finds them: where a chain begins it looks for what lies before.
func TestARestoreBeginsAnotherChain(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.record()
	p.after(time.Hour)
	var backup bytes.Buffer
	if _, err := s.db.Backup(t.Context(), &backup, s.vault, s.clock()); err != nil {
		t.Fatal(err)
	}
	p.record()
	p.after(time.Hour)
	b, err := store.ReadBackup(t.Context(), t.TempDir(), &backup, s.vault)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.db.Restore(t.Context(), b, true), b.Close()); err != nil {
		t.Fatal(err)
	}
	before := s.s3.Keys("CloudTrail-Digest")
	three := p.record()
	p.after(time.Second)
	p.after(time.Hour)
	p.after(time.Hour)
	all := s.digests("us-east-1")
	if len(before) != 2 || len(all) == 0 || !all[0].End.After(t0.Add(2*time.Hour)) {
		t.Errorf("after %v the new chain is %+v", before, all)
	}
	for _, key := range before {
		if _, ok := s.s3.Objects()[key]; !ok {
			t.Errorf("%s is gone", key)
		}
	}
	if got := s.delivered(""); !slices.Contains(got, three) {
		t.Errorf("delivered is %v", got)
	}
}

func TestAStoppedTrailGetsALastDigestAndAnotherChain(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.record()
	p.after(time.Hour)
	p.record()
	s.pass(10 * time.Minute)
	s.stop()
	p.after(time.Second)
	p.after(time.Minute)
	all := s.digests("us-east-1")
	if len(all) != 2 || files(all) != 2 || !all[1].End.After(t0.Add(70*time.Minute)) {
		t.Fatalf("after the end there are %+v", all)
	}
	for range 5 {
		p.after(time.Hour)
	}
	if got := len(s.s3.Keys("CloudTrail-Digest")); got != 2 {
		t.Errorf("it goes on: %d digests", got)
	}
	s.start()
	p.record()
	p.after(5 * time.Minute)
	p.after(time.Hour)
	all = s.digests("us-east-1")
	if len(all) != 1 || files(all) != 1 || all[0].Start.Before(t0.Add(6*time.Hour)) {
		t.Errorf("after another start the chain is %+v", all)
	}
	p.after(time.Hour)
	if all = s.digests("us-east-1"); len(all) != 2 {
		t.Errorf("the new chain has %d digests", len(all))
	}
}

func TestADigestIsUploadedAsItWasSigned(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.record()
	s.s3.Fail(func(r *http.Request) buckettest.Failure {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "CloudTrail-Digest") {
			return buckettest.Failure{Status: 503, Code: "SlowDown"}
		}
		return buckettest.Failure{}
	})
	p.after(5 * time.Minute)
	p.after(time.Hour)
	if st := s.status(); st.DigestError != "SlowDown" || st.Error != "" || st.DigestDone != (time.Time{}) {
		t.Errorf("the status is %+v", st)
	}
	for range 3 {
		p.record()
		p.after(time.Hour)
	}
	// The answers are lost: what is there is not put again.
	s.s3.Fail(func(r *http.Request) buckettest.Failure {
		if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "CloudTrail-Digest") {
			return buckettest.Failure{Status: 500, Code: "InternalError", Done: true}
		}
		return buckettest.Failure{}
	})
	for range 8 {
		p.after(time.Minute)
	}
	s.s3.Fail(nil)
	p.after(time.Minute)
	all := s.digests("us-east-1")
	if len(all) != 4 || files(all) != 4 {
		t.Errorf("there are %d digests of %d files, want 4 of 4", len(all), files(all))
	}
	if over := s.s3.Replaced(); len(over) > 0 {
		t.Errorf("%v was replaced", over)
	}
	if st := s.status(); st.DigestError != "" || st.DigestDone.IsZero() {
		t.Errorf("the status is %+v", st)
	}
}

// A database that was set back by other means than ours makes the digest of an
// hour again, of other files.
func TestADigestThatIsThereIsNotReplaced(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.record()
	p.after(5 * time.Minute)
	d := digest.Digest{Account: account, Region: "us-east-1", Trail: "all", HomeRegion: "us-east-1", Bucket: "logs", End: t0.Add(time.Hour)}
	there := buckettest.Object{Body: []byte("of another time"), Header: http.Header{"X-Amz-Meta-Signature": {"aa"}}}
	s.s3.Put("logs/"+d.Object(), there)
	p.after(55 * time.Minute)
	if st := s.status(); st.DigestError == "" {
		t.Errorf("the status is %+v", st)
	}
	p.after(time.Minute)
	if got := s.s3.Objects()["logs/"+d.Object()]; !bytes.Equal(got.Body, there.Body) || len(s.s3.Replaced()) > 0 {
		t.Error("a digest was replaced")
	}
	all := s.digests("us-east-1")
	if len(all) != 1 || files(all) != 1 {
		t.Errorf("the digests are %+v", all)
	}
	if st := s.status(); st.DigestError != "" {
		t.Errorf("the status is %+v", st)
	}
}

func TestADigestForABucketThatIsAwayIsMadeAgainForTheNewOne(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.record()
	p.after(time.Hour)
	p.record()
	s.s3.Fail(func(r *http.Request) buckettest.Failure {
		if strings.HasPrefix(r.URL.Path, "/logs/") && strings.Contains(r.URL.Path, "CloudTrail-Digest") {
			return buckettest.Failure{Status: 403, Code: "AccessDenied"}
		}
		return buckettest.Failure{}
	})
	p.after(time.Hour)
	if got := len(s.s3.Keys("CloudTrail-Digest")); got != 1 {
		t.Fatalf("%d digests", got)
	}
	s.change(func(t *iam.Trail) { t.Bucket = "others" })
	p.after(time.Minute)
	p.after(time.Minute)
	s.s3.Fail(nil)
	found := s.s3.Keys("others/AWSLogs/" + account + "/CloudTrail-Digest")
	if len(found) != 1 {
		t.Fatalf("in the new bucket are %v", found)
	}
	o := s.s3.Objects()[found[0]]
	bucket, object, _ := strings.Cut(found[0], "/")
	body := []byte(o.Text(t))
	last, err := digest.Verify(bucket, object, body, o.Header.Get("X-Amz-Meta-Signature"), s.publicKey("us-east-1", body))
	if err != nil || last.Previous.Bucket != "logs" || len(last.Files) != 1 || last.Files[0].Bucket != "logs" {
		t.Errorf("it is %+v, %v", last, err)
	}
}

func TestDigestsCanBeSwitchedOffAndOn(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.record()
	p.after(time.Hour)
	s.change(func(t *iam.Trail) { t.Digests = false })
	p.record()
	p.after(time.Hour)
	p.after(time.Hour)
	if got := len(s.s3.Keys("CloudTrail-Digest")); got != 1 {
		t.Errorf("%d digests, want the first alone", got)
	}
	s.change(func(t *iam.Trail) { t.Digests = true })
	p.record()
	p.after(5 * time.Minute)
	p.after(time.Hour)
	all := s.digests("us-east-1")
	if len(all) != 2 || files(all) != 1 || all[0].End.Sub(all[0].Start) > 2*time.Hour {
		t.Errorf("the new chain is %+v", all)
	}
}

func TestKeysAreRotatedAndKept(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process(func(c *Config) { c.DigestPeriod = 10 * 24 * time.Hour })
	var used []string
	for range 7 {
		p.record()
		p.after(10 * 24 * time.Hour)
		all := s.s3.Keys("CloudTrail-Digest")
		for _, k := range s.keys() {
			if strings.Contains(s.s3.Objects()[all[len(all)-1]].Text(t), k.Fingerprint) {
				used = append(used, k.Fingerprint)
			}
		}
	}
	if all := s.digests("us-east-1"); len(all) != 7 { // each verifies under a key that holds at its end
		t.Errorf("%d digests", len(all))
	}
	if got := slices.Compact(slices.Clone(used)); len(used) != 7 || len(got) != 3 {
		t.Errorf("in 70 days these keys have signed: %v", used)
	}
	all := s.keys()
	for i := range all[1:] {
		if !all[i+1].Starts.Before(all[i].Ends) {
			t.Errorf("there is a gap between %v and %v", all[i].Ends, all[i+1].Starts)
		}
	}
}

func (s *site) keys() (all []store.TrailKey) {
	s.t.Helper()
	err := s.db.View(s.t.Context(), func(tx *store.Tx) (err error) {
		all, err = tx.TrailKeys("us-east-1", t0.AddDate(-1, 0, 0), t0.AddDate(1, 0, 0))
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func TestAClockThatIsSetBackStopsNothing(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	all := []string{p.record()}
	s.pass(400 * 24 * time.Hour) // the clock is wrong
	p.step()
	all = append(all, p.record())
	p.after(5 * time.Minute)
	first := s.s3.Keys("CloudTrail-Digest")
	if len(first) != 1 {
		t.Fatalf("the digests are %v", first)
	}
	s.pass(-399 * 24 * time.Hour)
	for range 3 {
		all = append(all, p.record())
		for range 12 {
			p.after(5 * time.Minute)
		}
	}
	want(t, s.delivered(""), all...)
	now := s.s3.Keys("CloudTrail-Digest")
	now = slices.DeleteFunc(now, func(k string) bool { return slices.Contains(first, k) })
	if len(now) < 2 {
		t.Fatalf("later the digests are %v", now)
	}
	s.s3.Delete(first[0]) // of a time that is yet to come
	vouched := files(s.digests("us-east-1"))
	if want := len(s.s3.Keys("/CloudTrail/")) - 1; vouched != want {
		t.Errorf("the last chain vouches for %d files, want all but the first of %d", vouched, want+1)
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	postgres.Clean()
	os.Exit(code)
}

// A process that waited long for its turn does not take what others made
// meanwhile for digests of the future, and begin another chain.
func TestWhoWaitsForItsTurnForksNoChain(t *testing.T) {
	s := newSite(t)
	trail := s.trail()
	p := s.process()
	p.after(time.Hour)
	waited := true
	late := s.process(func(c *Config) {
		c.Now = func() time.Time {
			now := s.clock()
			if !waited {
				waited = true
				for range 4 {
					p.after(time.Hour)
				}
			}
			return now
		}
	})
	waited = false
	if _, err := late.makeDigests(t.Context(), trail); err != nil {
		t.Fatal(err)
	}
	p.after(time.Hour)
	if all := s.digests("us-east-1"); len(all) != 6 {
		t.Errorf("there are %d digests in the chain, want 6", len(all))
	}
}
