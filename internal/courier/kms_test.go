package courier

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/bucket/buckettest"
	"github.com/daypass/daypass/internal/iam"
)

const kmsKey = "arn:aws:kms:us-east-1:" + account + ":key/logs"

// encrypted returns the keys that the objects below a folder were to be encrypted
// under, "" for none.
func (s *site) encrypted(folder string) (keys []string) {
	s.t.Helper()
	for _, object := range s.s3.Keys(folder) {
		h := s.s3.Objects()[object].Header
		if (h.Get("X-Amz-Server-Side-Encryption") == "aws:kms") != (h.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id") != "") {
			s.t.Errorf("%s was put with %v", object, h)
		}
		keys = append(keys, h.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"))
	}
	return keys
}

func TestLogFilesAreEncryptedUnderTheTrailsKey(t *testing.T) {
	s := newSite(t)
	s.trail(func(t *iam.Trail) { t.Key = kmsKey })
	p := s.process()
	one := p.record()
	p.after(5 * time.Minute)
	p.after(time.Hour)
	want(t, s.delivered(".gz"), one)
	want(t, s.encrypted("/CloudTrail/us-east-1/"), kmsKey)
	if len(s.digests("us-east-1")) != 1 {
		t.Error("there is no digest")
	}
	want(t, s.encrypted("/CloudTrail-Digest/"), "") // as the real service has them
	s.change(func(t *iam.Trail) { t.Key = "" })
	p.record()
	p.after(5 * time.Minute)
	want(t, s.encrypted("/CloudTrail/us-east-1/"), kmsKey, "")
}

// What should be encrypted and cannot be waits: it is not delivered in plain.
func TestRecordsWaitForTheirKey(t *testing.T) {
	s := newSite(t)
	s.trail(func(t *iam.Trail) { t.Key = kmsKey })
	p := s.process()
	one := p.record()
	s.s3.Fail(func(r *http.Request) buckettest.Failure {
		if r.Header.Get("X-Amz-Server-Side-Encryption") == "" {
			return buckettest.Failure{}
		}
		return buckettest.Failure{Status: 400, Code: "KMS.DisabledException"}
	})
	p.after(5 * time.Minute)
	want(t, s.delivered(".gz"))
	if st := s.status(); st.Error != "KMS.DisabledException" || !st.Delivered.IsZero() {
		t.Errorf("the status is %+v", st)
	}
	if behind := p.Stats().Behind; behind == 0 {
		t.Error("the record is given up")
	}
	s.s3.Fail(nil)
	p.after(time.Minute)
	want(t, s.delivered(".gz"), one)
	want(t, s.encrypted("/CloudTrail/us-east-1/"), kmsKey)
	if st := s.status(); st.Error != "" {
		t.Errorf("the status is %+v", st)
	}
}

func TestAStoreThatPassesOverTheKeyGetsNoRecord(t *testing.T) {
	s := newSite(t)
	s.s3.Plain()
	s.trail(func(t *iam.Trail) { t.Key = kmsKey })
	p := s.process()
	p.record()
	for range 3 {
		p.after(5 * time.Minute)
	}
	want(t, s.delivered(".gz"))
	if st := s.status(); st.Error != "NotEncrypted" || !strings.Contains(s.log.String(), "encrypted") {
		t.Errorf("the status is %+v, the log\n%s", st, &s.log)
	}
}

// A store that ceases to encrypt is noticed by the first file, and gets no other.
func TestAStoreThatCeasesToEncryptGetsNoMore(t *testing.T) {
	s := newSite(t)
	s.trail(func(t *iam.Trail) { t.Key = kmsKey })
	p := s.process()
	p.record()
	p.after(5 * time.Minute)
	s.s3.Plain()
	var files atomic.Int64
	s.s3.Fail(func(r *http.Request) buckettest.Failure {
		if strings.HasSuffix(r.URL.Path, ".gz") {
			files.Add(1)
		}
		return buckettest.Failure{}
	})
	p.record()
	p.record(in("eu-west-1"))
	for range 3 {
		p.after(5 * time.Minute)
	}
	if got := files.Load(); got != 1 {
		t.Errorf("%d files were put in plain, want the one that showed it", got)
	}
	if st := s.status(); st.Error != "NotEncrypted" {
		t.Errorf("the status is %+v", st)
	}
}
