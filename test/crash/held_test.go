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
	"github.com/daypass/daypass/test/process"
)

// A bucket that is away until the spool is full: calls are refused, nothing is
// dropped, and all goes on when the bucket is back.
func TestASpoolFullOfWhatIsNotDeliveredRefusesCalls(t *testing.T) {
	s3 := buckettest.Start(t, "logs")
	const keep = 128 << 20
	w := newWorld(t, process.Config{Dir: t.TempDir(), Args: []string{"--spool-keep", fmt.Sprint(keep)}, Env: []string{
		"DAYPASS_TRAIL_S3_ENDPOINT=" + s3.URL, "DAYPASS_TRAIL_LOG_PERIOD=1s",
		"AWS_ACCESS_KEY_ID=" + buckettest.KeyID, "AWS_SECRET_ACCESS_KEY=" + buckettest.Secret,
	}})
	w.p = process.Start(t, w.cfg)
	w.cloudTrail("CreateTrail", `{"Name":"all","S3BucketName":"logs","IsMultiRegionTrail":true}`)
	s3.Fail(func(*http.Request) buckettest.Failure { return buckettest.Failure{Status: 503, Code: "SlowDown"} })
	w.cloudTrail("StartLogging", `{"Name":"all"}`)
	call := func(action, user string) process.Answer {
		t.Helper()
		a, err := process.Call(t.Context(), w.client, w.p.URL, process.Root, "iam", action, "UserName", user)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	kept := call("CreateUser", "kept")
	if !kept.OK() {
		t.Fatal(kept)
	}
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
	if a := call("CreateUser", "refused"); a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Body, "<Code>ServiceUnavailable</Code>") {
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
	deadline := time.Now().Add(30 * time.Second)
	for !call("CreateUser", "later").OK() {
		if time.Now().After(deadline) {
			t.Fatalf("when the bucket is back calls are still refused\n%s", w.p.Log)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if a := call("GetUser", "refused"); !strings.Contains(a.Body, "NoSuchEntity") {
		t.Errorf("what was refused has been done: %s", a.Body)
	}
	found := false
	for key, o := range s3.Objects() {
		found = found || strings.HasSuffix(key, ".json.gz") && strings.Contains(o.Text(t), kept.Header.Get("X-Amzn-Requestid"))
	}
	if !found {
		t.Error("what was recorded before is not in the bucket")
	}
}
