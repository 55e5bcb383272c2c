package courier

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/bucket/buckettest"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
)

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("delivered is %q, want %q", got, want)
	}
}

func TestRecordsAreDeliveredOncePerPeriod(t *testing.T) {
	s := newSite(t)
	s.trail(func(t *iam.Trail) { t.Prefix = "a/b" })
	p := s.process()
	one, two := p.record(), p.record(in("eu-west-1"))
	p.step()
	want(t, s.delivered(""))
	p.after(5 * time.Minute)
	want(t, s.delivered(""), one, two)
	p.after(5 * time.Minute)
	p.after(5 * time.Minute)
	want(t, s.delivered(""), one, two)

	form := regexp.MustCompile(`^logs/a/b/AWSLogs/111122223333/CloudTrail/(us-east-1|eu-west-1)/2026/11/02/111122223333_CloudTrail_(us-east-1|eu-west-1)_20261102T0905Z_[A-Za-z0-9]{16}\.json\.gz$`)
	for key, o := range s.s3.Objects() {
		if !form.MatchString(key) {
			t.Errorf("the key of a file is %s", key)
		}
		for name, want := range map[string]string{"Content-Type": "application/json", "Content-Encoding": "gzip", "X-Amz-Acl": "bucket-owner-full-control"} {
			if got := o.Header.Get(name); got != want {
				t.Errorf("%s of %s is %q", name, key, got)
			}
		}
	}
	st := s.status()
	if !st.Delivered.Equal(t0.Add(5*time.Minute)) || !st.Attempt.Equal(st.Delivered) || st.Error != "" {
		t.Errorf("the status is %+v", st)
	}
	three := p.record()
	p.after(5 * time.Minute)
	want(t, s.delivered(""), one, two, three)
	if got := p.Stats(); got.Records != 3 || got.Files != 3 || got.Failures != 0 || got.Failing != 0 || got.Behind != 0 || got.Age != 0 {
		t.Errorf("the figures are %+v", got)
	}
}

func TestWhichRecordsATrailTakes(t *testing.T) {
	all := map[string]func(*call){
		"home":      func(*call) {},
		"elsewhere": in("eu-west-1"),
		"global":    func(c *call) { c.global = true },
		"iam":       func(c *call) { c.source = "iam.amazonaws.com" },
		"read":      func(c *call) { c.read = true },
		"stranger":  func(c *call) { c.account = other },
		"visitor":   func(c *call) { c.account, c.name = other, "of a role in "+account },
	}
	for _, tt := range []struct {
		name   string
		change func(*iam.Trail)
		want   string
	}{
		{"everything of its account", func(*iam.Trail) {}, "elsewhere global home iam read"},
		{"of one Region", func(t *iam.Trail) { t.AllRegions = false }, "global home iam read"},
		{"of one Region, without global services", func(t *iam.Trail) { t.AllRegions, t.GlobalEvents = false, false }, "home read"},
		{"of another Region", func(t *iam.Trail) { t.AllRegions, t.Region = false, "eu-west-1" }, "elsewhere global iam"},
		{"what reads", func(t *iam.Trail) { t.Selectors = []iam.EventSelector{{Events: iam.ReadEvents}} }, "read"},
		{"what writes", func(t *iam.Trail) { t.Selectors = []iam.EventSelector{{Events: iam.WriteEvents}} }, "elsewhere global home iam"},
		{"without a source", func(t *iam.Trail) {
			t.Selectors = []iam.EventSelector{{Events: iam.AllEvents, Excluded: []string{"iam.amazonaws.com"}}}
		}, "elsewhere global home read"},
		{"no management events", func(t *iam.Trail) { t.Selectors = []iam.EventSelector{{Events: iam.AllEvents, None: true}} }, ""},
		{"either of two selectors", func(t *iam.Trail) {
			t.Selectors = []iam.EventSelector{{Events: iam.AllEvents, None: true}, {Events: iam.ReadEvents}}
		}, "read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.trail(tt.change)
			p := s.process()
			names := map[string]string{}
			for name, change := range all {
				names[p.record(change)] = name
			}
			p.after(5 * time.Minute)
			var got []string
			for _, id := range s.delivered("") {
				got = append(got, names[id])
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tt.want {
				t.Errorf("it takes %q, want %q", got, tt.want)
			}
		})
	}
}

// Nobody erases his last minutes by having the trail take less.
func TestWhatWasTakenWhenItWasRecordedIsDelivered(t *testing.T) {
	for _, tt := range []struct {
		name string
		less func(*iam.Trail)
		want string // of what comes after the change
	}{
		{"no events", func(t *iam.Trail) { t.Selectors = []iam.EventSelector{{Events: iam.AllEvents, None: true}} }, ""},
		{"one Region", func(t *iam.Trail) { t.AllRegions = false }, "global home"},
		{"no global services", func(t *iam.Trail) { t.AllRegions, t.GlobalEvents = false, false }, "home"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			s.trail()
			p := s.process()
			p.step()
			names := map[string]string{}
			record := func(prefix string) {
				names[p.record()] = prefix + "home"
				names[p.record(in("eu-west-1"))] = prefix + "elsewhere"
				names[p.record(func(c *call) { c.global = true })] = prefix + "global"
			}
			record("was ")
			s.pass(500 * time.Millisecond) // within the second
			for range 20 {                 // as often as one likes
				s.change(func(now *iam.Trail) {
					was := *now
					now.GlobalEvents, now.AllRegions, now.Selectors = true, true, nil
					now.Remember(was, s.clock())
				})
				s.change(func(now *iam.Trail) {
					was := *now
					tt.less(now)
					now.Remember(was, s.clock())
				})
			}
			s.pass(clocksApart + time.Second)
			record("")
			p.after(5 * time.Minute)
			var got []string
			for _, id := range s.delivered("") {
				got = append(got, names[id])
			}
			slices.Sort(got)
			if got, want := strings.Join(got, " "), strings.TrimSpace(tt.want+" was elsewhere was global was home"); got != want {
				t.Errorf("it takes %q, want %q", got, want)
			}
			s.update(func(tx *store.Tx) error {
				trail, err := tx.Trail(trailID)
				if len(trail.Earlier) > 10 {
					t.Errorf("it remembers %d selections", len(trail.Earlier))
				}
				return err
			})
		})
	}
}

func TestATrailThatIsChangedOftenForgetsNothing(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.step()
	all := []string{p.record(), p.record(in("eu-west-1")), p.record(func(c *call) { c.global = true })}
	for i := range 20 {
		s.change(func(now *iam.Trail) {
			was := *now
			now.GlobalEvents, now.AllRegions = false, false
			now.Selectors = []iam.EventSelector{{None: true, Excluded: []string{fmt.Sprint(i)}}}
			now.Remember(was, s.clock())
		})
	}
	p.after(5 * time.Minute)
	want(t, s.delivered(""), all...)
}

func TestATrailTakesWhatComesAfterItsStart(t *testing.T) {
	s := newSite(t)
	p := s.process()
	p.record()
	s.pass(time.Minute)
	s.trail()
	one := p.record()
	p.step()
	s.pass(-2 * time.Hour) // a clock that is set back
	two := p.record()
	s.pass(3 * time.Hour)
	p.step()
	want(t, s.delivered(""), one, two)
}

func TestARestartedProcessGoesOn(t *testing.T) {
	s := newSite(t)
	s.trail()
	dir := filepath.Join(t.TempDir(), "spool")
	p := s.processOn(dir)
	one := p.record()
	p.after(5 * time.Minute)
	two := p.record()
	if err := p.spool.Close(); err != nil {
		t.Fatal(err)
	}
	q := s.processOn(dir)
	three := q.record()
	q.after(5 * time.Minute)
	want(t, s.delivered(""), one, two, three)
}

func TestASpoolThatWasEmptiedIsReadFromItsBeginning(t *testing.T) {
	s := newSite(t)
	s.trail()
	dir := filepath.Join(t.TempDir(), "spool")
	var all []string
	for range 3 { // each start begins a segment
		p := s.processOn(dir)
		all = append(all, p.record())
		p.after(5 * time.Minute)
		if err := p.spool.Close(); err != nil {
			t.Fatal(err)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.spool"))
	if err != nil || len(names) != 3 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	p := s.processOn(dir)
	all = append(all, p.record())
	p.after(5 * time.Minute)
	want(t, s.delivered(""), all...)
}

func TestRecordsWaitForABucketThatRefuses(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	one := p.record()
	s.refuses(503, "SlowDown")
	p.after(5 * time.Minute)
	if st := s.status(); st.Error != "SlowDown" || !st.Attempt.Equal(s.clock()) || !st.Delivered.IsZero() {
		t.Errorf("the status is %+v", st)
	}
	if st := p.Stats(); st.Failing != 1 || st.Failures != 1 || st.Behind == 0 {
		t.Errorf("the figures are %+v", st)
	}
	p.step()
	if got := p.Stats().Failures; got != 1 {
		t.Errorf("it is tried again at once: %d failures", got)
	}
	for range 20 {
		p.after(20 * time.Second)
	}
	failures := p.Stats().Failures
	if failures < 5 || failures > 15 {
		t.Errorf("%d attempts in 400 s", failures)
	}
	if got := strings.Count(s.log.String(), "cannot be delivered"); got != 2 {
		t.Errorf("the log tells of it %d times in 400 s, want once in a period of 300:\n%s", got, &s.log)
	}
	s.s3.Fail(nil)
	two := p.record()
	p.after(10 * time.Minute)
	want(t, s.delivered(""), one, two)
	if st := s.status(); st.Error != "" || !st.Delivered.Equal(s.clock()) {
		t.Errorf("the status is %+v", st)
	}
	if !strings.Contains(s.log.String(), "delivered again") || strings.Contains(s.log.String(), buckettest.Secret) {
		t.Errorf("the log is\n%s", &s.log)
	}
}

func TestWhyDeliveryFailsIsTold(t *testing.T) {
	s := newSite(t)
	s.trail(func(t *iam.Trail) { t.Bucket = "nowhere" })
	p := s.process()
	p.record()
	p.after(5 * time.Minute)
	if st := s.status(); st.Error != "NoSuchBucket" {
		t.Errorf("the status is %+v", st)
	}
	s.refuses(403, "AccessDenied")
	p.after(5 * time.Minute)
	if st := s.status(); st.Error != "AccessDenied" {
		t.Errorf("the status is %+v", st)
	}
}

// A spool that cannot be read is told too, and what could be read is not waited
// with for ever.
func TestASpoolThatCannotBeReadIsTold(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.step()
	one := p.record()
	broken := filepath.Join(p.spool.Dir(), "0000000000000009.spool")
	if err := os.Mkdir(broken, 0o700); err != nil { // it opens, and cannot be read
		t.Fatal(err)
	}
	p.after(5 * time.Minute)
	if st := s.status(); st.Error != "InternalFailure" || p.Stats().Failing != 1 {
		t.Errorf("the status is %+v, the figures %+v", st, p.Stats())
	}
	if err := os.Remove(broken); err != nil {
		t.Fatal(err)
	}
	p.after(time.Minute)
	want(t, s.delivered(""), one)
}

// After a restore the position is an older one: what is on its way is gathered
// anew from there, as the files since are unknown to the digests.
func TestAPositionThatIsSetBackIsReadFrom(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	one := p.record()
	p.after(5 * time.Minute)
	s.refuses(503, "SlowDown")
	two := p.record()
	p.after(5 * time.Minute)
	s.update(func(tx *store.Tx) error { return tx.PutTrailCursor(trailID, p.Courier.spool, store.Cursor{Segment: 1}) })
	s.s3.Fail(nil)
	p.after(time.Minute)
	want(t, s.delivered(""), one, one, two)
}

// An answer that is lost: the files are there, and put again under their names.
func TestALostAnswerMakesNoOtherFile(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	one, two := p.record(), p.record(in("eu-west-1"))
	s.s3.Fail(func(r *http.Request) buckettest.Failure {
		return buckettest.Failure{Status: 500, Code: "InternalError", Done: true}
	})
	p.after(5 * time.Minute)
	s.s3.Fail(nil)
	p.after(time.Minute)
	want(t, s.delivered(""), one, two)
}

func TestAFileIsDueWhenItIsFull(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process(func(c *Config) { c.FileSize = 2000 })
	p.step()
	var all []string
	for range 30 {
		all = append(all, p.record())
	}
	p.step()
	want(t, s.delivered(""), all...)
	for _, key := range s.s3.Keys("/CloudTrail/") {
		if n := len(s.s3.Objects()[key].Text(t)); n > 2100 {
			t.Errorf("a file has %d bytes", n)
		}
	}
}

func TestTheSpoolIsHeldUntilItsRecordsAreDelivered(t *testing.T) {
	s := newSite(t)
	s.trail()
	sp, err := spool.Open(spool.Config{Dir: filepath.Join(t.TempDir(), "spool"), Ephemeral: true, Segment: 2 << 10, Keep: 4 << 10})
	if err != nil {
		t.Fatal(err)
	}
	defer sp.Close()
	p := s.courier(sp)
	s.refuses(503, "SlowDown")
	p.record()
	fill := func() bool {
		err := sp.Append([]byte(strings.Repeat(`{"x":1}`, 100)), true)
		if err != nil && (!errors.Is(err, spool.ErrUnavailable) || !strings.Contains(err.Error(), "full of records that are not delivered")) {
			t.Fatal(err)
		}
		return err == nil
	}
	for n := 0; fill(); n++ {
		if n > 100 {
			t.Fatal("the spool takes everything, though nothing is delivered")
		}
		await(t, func() bool { return sp.Stats().Waiting == 0 })
		p.step()
	}
	if sp.Stats().Full != 1 || sp.Stats().Dropped != 0 || sp.Check() == nil {
		t.Errorf("the spool is %+v", sp.Stats())
	}
	s.s3.Fail(nil)
	p.after(5 * time.Minute)
	await(t, func() bool { return sp.Check() == nil })
	if !fill() {
		t.Error("when all is delivered the spool takes nothing")
	}
	s.stop()
	p.after(time.Minute)
	p.after(time.Minute)
	for range 50 {
		await(t, fill)
	}
	if sp.Stats().Dropped == 0 {
		t.Error("a spool without trails is held")
	}
}

// await waits for something that happens soon.
func await(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it takes too long")
		}
	}
}

func TestAStoppedTrailDeliversWhatItHad(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.step()
	s.pass(time.Second)
	one := p.record()
	s.stop()
	s.pass(time.Second)
	p.record() // after the end
	p.after(time.Second)
	want(t, s.delivered(""), one)
	p.after(time.Minute)
	if got := p.Stats(); got.Behind != 0 || got.Age != 0 {
		t.Errorf("it goes on: %+v", got)
	}
	s.start()
	two := p.record()
	p.after(5 * time.Minute)
	want(t, s.delivered(""), one, two)
}

// Who stops a trail and starts it again does not make it lose what it had.
func TestAStopAndStartWithinAPeriodLosesNothing(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.step()
	one := p.record()
	s.pass(2 * time.Second)
	s.stop()
	s.pass(2 * time.Second)
	s.start()
	s.pass(2 * time.Second)
	two := p.record()
	p.after(5 * time.Minute)
	want(t, s.delivered(""), one, two)
}

func TestADeletedTrailDeliversWhatItHad(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	p.step()
	one := p.record()
	remove := func() {
		s.update(func(tx *store.Tx) error {
			t, err := tx.Trail(trailID)
			if err != nil {
				return err
			}
			t.Logging, t.Stopped = false, s.clock()
			return tx.DeleteTrail(t)
		})
	}
	remove()
	s.pass(2 * time.Second)
	p.record()
	again := s.trail(func(t *iam.Trail) { t.Bucket = "others" }) // of the same name
	two := p.record()
	p.after(time.Minute)
	p.after(5 * time.Minute)
	want(t, s.delivered("logs/"), one)
	p.after(5 * time.Minute)
	got := s.delivered("others/")
	if !slices.Contains(got, two) || slices.Contains(got, one) {
		t.Errorf("the new trail has %q, want %s", got, two)
	}
	left := 0
	err := s.db.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.TrailsToDeliver()
		left = len(all)
		return err
	})
	if err != nil || left != 1 {
		t.Errorf("%d trails are left (%v), want %s alone", left, err, again.ARN)
	}

	// A bucket that went with its trail is not waited for.
	remove()
	s.refuses(404, "NoSuchBucket")
	three := p.record()
	p.after(time.Minute)
	p.after(time.Minute)
	if got := p.Stats(); got.Behind != 0 || got.Age != 0 {
		t.Errorf("what the trail had is waited for: %+v, %s", got, three)
	}
}

// A trail that is deleted while it is delivered holds the spool no longer than
// its other self does, which is to deliver the rest.
func TestATrailThatIsDeletedMeanwhileHoldsNothing(t *testing.T) {
	s := newSite(t)
	trail := s.trail()
	p := s.process()
	p.record()
	var once sync.Once
	s.s3.Fail(func(*http.Request) buckettest.Failure {
		once.Do(func() {
			trail.Logging, trail.Stopped = false, s.clock()
			if err := errors.Join(s.db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteTrail(trail) }), p.look(t.Context())); err != nil {
				t.Error(err)
			}
		})
		return buckettest.Failure{Status: 404, Code: "NoSuchBucket"}
	})
	p.after(5 * time.Minute)
	if _, there := p.trails[trailID]; there || len(p.trails) != 1 {
		t.Errorf("it is still there, among %d", len(p.trails))
	}
	p.step()
	p.step()
	if got := p.Stats(); got.Behind != 0 || len(p.trails) != 0 {
		t.Errorf("%d trails hold %d bytes", len(p.trails), got.Behind)
	}
}

func TestABucketThatChangesGetsWhatComes(t *testing.T) {
	s := newSite(t)
	s.trail()
	p := s.process()
	one := p.record()
	s.refuses(403, "AccessDenied")
	p.after(5 * time.Minute)
	s.s3.Fail(nil)
	s.change(func(t *iam.Trail) { t.Bucket, t.Prefix = "others", "p" })
	p.after(time.Minute)
	want(t, s.delivered("others/p/AWSLogs"), one)
	want(t, s.delivered("logs/"))
	s.pass(time.Hour)
	p.step()
	if all := s.digests("us-east-1"); files(all) != 1 {
		t.Errorf("the digests vouch for %d files", files(all))
	}
}

func TestARunningCourierDelivers(t *testing.T) {
	s := newSite(t)
	s.now = time.Now()
	p := s.process(func(c *Config) { c.Now, c.Period, c.DigestPeriod = time.Now, 50*time.Millisecond, 2*time.Second })
	done := make(chan struct{})
	ctx, stop := contextWithCancel(t)
	go func() {
		defer close(done)
		p.Run(ctx)
	}()
	s.trail()
	one := p.record()
	await(t, func() bool { return slices.Contains(s.delivered(""), one) && len(s.s3.Keys("CloudTrail-Digest")) > 0 })
	stop()
	<-done
	if files(s.digests("us-east-1")) == 0 {
		t.Error("the digests vouch for nothing")
	}
}
