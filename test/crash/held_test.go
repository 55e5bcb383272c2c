package crash

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/bucket/buckettest"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

// A bucket that is away until the spool is full: calls are refused, nothing is
// dropped, and all goes on when the bucket is back.
func TestASpoolFullOfWhatIsNotDeliveredRefusesCalls(t *testing.T) {
	w, s3, kept := fullWorld(t, http.StatusServiceUnavailable, "SlowDown")
	if a := w.iam(process.Root, "CreateUser", "refused"); a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Body, "<Code>ServiceUnavailable</Code>") {
		t.Errorf("a call that must be recorded is answered %d: %s", a.Status, a.Body)
	}
	ready, err := http.Get(w.p.Admin + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	_ = ready.Body.Close()
	if ready.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d", ready.StatusCode)
	}
	if log := w.p.Log.String(); !strings.Contains(log, "the spool is full of records that are not delivered yet") {
		t.Errorf("the log does not say why:\n%s", log)
	}

	s3.Fail(nil)
	w.awaitRoom()
	if a := w.iam(process.Root, "GetUser", "refused"); !strings.Contains(a.Body, "NoSuchEntity") {
		t.Errorf("what was refused has been done: %s", a.Body)
	}
	found := false
	for key, o := range s3.Objects() {
		found = found || strings.HasSuffix(key, ".json.gz") && strings.Contains(o.Text(t), kept)
	}
	if !found {
		t.Error("what was recorded before is not in the bucket")
	}
}

// A bucket that is gone: who may, gets out by deleting the trail, or by giving
// it another bucket, while all else is refused. Nobody else gets at the room that
// is kept for that.
func TestAFullSpoolIsFreedByWhoMayChangeItsTrail(t *testing.T) {
	for _, tt := range []struct{ action, body string }{
		{"DeleteTrail", `{"Name":"all"}`},
		{"UpdateTrail", `{"Name":"all","S3BucketName":"others"}`},
	} {
		t.Run(tt.action, func(t *testing.T) {
			w, s3, kept := fullWorld(t, http.StatusNotFound, "NoSuchBucket")
			s3.Fail(func(r *http.Request) buckettest.Failure {
				if strings.HasPrefix(r.URL.Path, "/logs/") {
					return buckettest.Failure{Status: http.StatusNotFound, Code: "NoSuchBucket"}
				}
				return buckettest.Failure{}
			})
			if a := w.trailCall(w.stranger, tt.action, tt.body); a.Status != http.StatusServiceUnavailable {
				t.Errorf("who may not is answered %d: %s", a.Status, a.Body)
			}
			if a := w.trailCall(process.Root, "StartLogging", `{"Name":"all"}`); a.Status != http.StatusServiceUnavailable {
				t.Errorf("what makes no room is answered %d: %s", a.Status, a.Body)
			}
			w.cloudTrail(tt.action, tt.body)
			w.awaitRoom()
			there := false
			for _, o := range s3.Objects() {
				there = there || strings.Contains(o.Text(t), kept)
			}
			if there != (tt.action == "UpdateTrail") {
				t.Errorf("that what was recorded before is in a bucket is %v", there)
			}
			recorded := false
			_ = spool.Scan(filepath.Join(w.cfg.Dir, "spool"), func(r []byte) error {
				recorded = recorded || strings.Contains(string(r), tt.action)
				return nil
			})
			if !recorded {
				t.Error("the call that made room is not recorded")
			}
		})
	}
}

// heldWorld is one with a full spool.
type heldWorld struct {
	*world
	stranger sigv4.Credentials // who may do nothing
}

func (w *heldWorld) iam(who sigv4.Credentials, action, user string) process.Answer {
	w.t.Helper()
	a, err := process.Call(w.t.Context(), w.client, w.p.URL, who, "iam", action, "UserName", user)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// awaitRoom waits until calls are served again.
func (w *heldWorld) awaitRoom() {
	w.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !w.iam(process.Root, "CreateUser", "later").OK() {
		if time.Now().After(deadline) {
			w.t.Fatalf("calls are still refused\n%s", w.p.Log)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// fullWorld starts a process whose spool is full of what the bucket has refused,
// and returns the id of a request that was recorded before.
func fullWorld(t *testing.T, status int, code string) (w *heldWorld, s3 *buckettest.Store, kept string) {
	t.Helper()
	s3 = buckettest.Start(t, "logs", "others")
	const keep = 128 << 20
	w = &heldWorld{world: newWorld(t, process.Config{Dir: t.TempDir(), Args: []string{"--spool-keep", fmt.Sprint(keep)}, Env: []string{
		"DAYPASS_TRAIL_S3_ENDPOINT=" + s3.URL, "DAYPASS_TRAIL_LOG_PERIOD=1s",
		"AWS_ACCESS_KEY_ID=" + buckettest.KeyID, "AWS_SECRET_ACCESS_KEY=" + buckettest.Secret,
	}})}
	w.p = process.Start(t, w.cfg)
	w.cloudTrail("CreateTrail", `{"Name":"all","S3BucketName":"logs","IsMultiRegionTrail":true}`)
	s3.Fail(func(*http.Request) buckettest.Failure { return buckettest.Failure{Status: status, Code: code} })
	w.cloudTrail("StartLogging", `{"Name":"all"}`)
	created := w.iam(process.Root, "CreateUser", "kept")
	key := w.iam(process.Root, "CreateAccessKey", "kept")
	if !created.OK() || !key.OK() {
		t.Fatal(created, key)
	}
	w.stranger, kept = key.Credentials(), created.Header.Get("X-Amzn-Requestid")
	w.p.Kill()

	// Days of records, of which the disk sees none: the bytes are a hole.
	for name, size := range map[string]int64{"0000000000000900.spool": keep, "0000000000000901.spool": 8} {
		f, err := os.Create(filepath.Join(w.cfg.Dir, "spool", name))
		if err == nil {
			err = f.Truncate(size)
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	w.p = process.Start(t, w.cfg)
	return w, s3, kept
}
