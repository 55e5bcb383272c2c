package crash

import (
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/bucket/buckettest"
	"github.com/daypass/daypass/internal/digest"
	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/postgres"
	"github.com/daypass/daypass/test/process"
)

// What was answered is in the bucket, whole, and vouched for, whenever the
// process is killed and whatever the bucket refuses, or takes without saying so.
func TestWhatWasAnsweredIsDelivered(t *testing.T) {
	s3 := buckettest.Start(t, "logs")
	w := newWorld(t, process.Config{Dir: t.TempDir(), Env: deliveringTo(s3)})
	w.startTrail()
	s3.Fail(atRandom)
	w.run(rounds(t, 5), func() { w.p.Kill() })
	if t.Failed() {
		return
	}
	s3.Fail(nil)
	w.p = process.Start(t, w.cfg)
	awaitDelivery(t, s3, w)
}

// Two replicas on one database, each of which dies and comes back while the
// other delivers and makes digests, or dies too: what either has answered is in
// the bucket, and there is one chain.
func TestWhatReplicasAnsweredIsDelivered(t *testing.T) {
	s3 := buckettest.Start(t, "logs")
	url := postgres.Start(t).FreshDatabase(t)
	master := make([]byte, 32)
	_, _ = crand.Read(master)
	var replicas []*world
	for i := range 2 {
		w := newWorld(t, process.Config{Dir: t.TempDir(), Env: append(deliveringTo(s3), "DAYPASS_DATABASE_URL="+url, "DAYPASS_MASTER_KEY="+base64.StdEncoding.EncodeToString(master))})
		for _, wr := range w.writers {
			wr.id += i * writers // users of its own
		}
		replicas = append(replicas, w)
	}
	replicas[0].startTrail()
	s3.Fail(atRandom)
	t.Run("killed", func(t *testing.T) {
		for i, w := range replicas {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				defer func(outer *testing.T) { w.t = outer }(w.t)
				w.t = t
				w.run(rounds(t, 2), func() { w.p.Kill() })
			})
		}
	})
	if t.Failed() {
		return
	}
	s3.Fail(nil)
	for _, w := range replicas {
		w.p = process.Start(t, w.cfg)
	}
	awaitDelivery(t, s3, replicas...)
}

// deliveringTo are the settings of a process that delivers to a store at once.
func deliveringTo(s3 *buckettest.Store) []string {
	return []string{
		"DAYPASS_TRAIL_S3_ENDPOINT=" + s3.URL, "DAYPASS_TRAIL_LOG_PERIOD=1s", "DAYPASS_TRAIL_DIGEST_PERIOD=1s", "DAYPASS_TRAIL_FILE_SIZE=65536",
		"AWS_ACCESS_KEY_ID=" + buckettest.KeyID, "AWS_SECRET_ACCESS_KEY=" + buckettest.Secret,
	}
}

// startTrail has a process make a trail of everything, and ends it.
func (w *world) startTrail() {
	w.t.Helper()
	w.p = process.Start(w.t, w.cfg)
	w.cloudTrail("CreateTrail", `{"Name":"all","S3BucketName":"logs","IsMultiRegionTrail":true,"EnableLogFileValidation":true}`)
	w.cloudTrail("StartLogging", `{"Name":"all"}`)
	w.p.Kill()
}

// atRandom has the store refuse some requests, and do others without saying so.
func atRandom(*http.Request) buckettest.Failure {
	time.Sleep(rand.N(30 * time.Millisecond))
	switch rand.IntN(4) {
	case 0:
		return buckettest.Failure{Status: 503, Code: "SlowDown"}
	case 1:
		return buckettest.Failure{Status: 500, Code: "InternalError", Done: true}
	}
	return buckettest.Failure{}
}

// awaitDelivery waits until everything that was answered is vouched for, while
// each look finds one whole chain of digests.
func awaitDelivery(t *testing.T, s3 *buckettest.Store, worlds ...*world) {
	t.Helper()
	d := &bucketCheck{w: worlds[0], worlds: worlds, s3: s3}
	deadline := time.Now().Add(time.Minute)
	for !d.complete() {
		if time.Now().After(deadline) {
			t.Fatalf("of %d calls that were answered %d are vouched for", len(d.answered()), len(d.vouched))
		}
		time.Sleep(100 * time.Millisecond)
	}
	if over := s3.Replaced(); len(over) > 0 {
		t.Errorf("%v was replaced by something else", over)
	}
	t.Logf("%d calls are in %d files of %d that %d digests vouch for", len(d.answered()), d.files, len(s3.Keys("/CloudTrail/us-east-1/")), d.digests)
}

// bucketCheck looks at what the bucket holds.
type bucketCheck struct {
	w              *world   // whose process is asked for the public keys
	worlds         []*world // whose calls are to be there
	s3             *buckettest.Store
	vouched        map[string]bool // request ids in files that digests vouch for
	files, digests int
}

func (b *bucketCheck) answered() (all []string) {
	for _, w := range b.worlds {
		for _, wr := range w.writers {
			all = append(all, wr.requests...)
		}
	}
	return all
}

// complete verifies the chain of digests from its end to its beginning, with
// the files, and reports whether each answered call is in one of them.
func (b *bucketCheck) complete() bool {
	t := b.w.t
	t.Helper()
	b.vouched, b.files, b.digests = map[string]bool{}, 0, 0
	objects := b.s3.Objects()
	// All of one moment; the keys are of all digests that are there by then.
	keys := b.publicKeys()
	found := slices.DeleteFunc(slices.Sorted(maps.Keys(objects)), func(key string) bool {
		return !strings.Contains(key, "/CloudTrail-Digest/us-east-1/")
	})
	if len(found) == 0 {
		return false
	}
	name, object, _ := strings.Cut(found[len(found)-1], "/")
	for {
		stored := objects[name+"/"+object]
		body := []byte(stored.Text(t))
		var says struct{ DigestPublicKeyFingerprint string }
		if err := json.Unmarshal(body, &says); err != nil {
			t.Fatalf("%s: %v", object, err)
		}
		d, err := digest.Verify(name, object, body, stored.Header.Get("X-Amz-Meta-Signature"), keys[says.DigestPublicKeyFingerprint])
		if err != nil {
			t.Fatalf("%s: %v", object, err)
		}
		b.digests++
		for _, f := range d.Files {
			b.file(objects, f)
		}
		if d.Previous == (digest.Previous{}) {
			break
		}
		if there := objects[d.Previous.Bucket+"/"+d.Previous.Object]; digest.Hash([]byte(there.Text(t))) != d.Previous.Hash {
			t.Fatalf("the digest before %s is another", object)
		}
		name, object = d.Previous.Bucket, d.Previous.Object
	}
	if b.digests != len(found) {
		t.Fatalf("%d digests are in the chain, %d in the bucket", b.digests, len(found))
	}
	for _, id := range b.answered() {
		if !b.vouched[id] {
			return false
		}
	}
	return true
}

func (b *bucketCheck) file(objects map[string]buckettest.Object, f digest.File) {
	t := b.w.t
	t.Helper()
	b.files++
	text := objects[f.Bucket+"/"+f.Object].Text(t)
	var file struct {
		Records []struct{ RequestID, EventID, EventName, RecipientAccountID string }
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil || digest.Hash([]byte(text)) != f.Hash {
		t.Errorf("%s is torn: %v", f.Object, err)
	}
	for _, r := range file.Records {
		if r.EventID == "" || r.EventName == "" || r.RecipientAccountID != process.Account {
			t.Errorf("%s has the record %+v", f.Object, r)
		}
		b.vouched[r.RequestID] = true
	}
}

// publicKeys returns the keys of ListPublicKeys by fingerprint.
func (b *bucketCheck) publicKeys() map[string][]byte {
	var list struct {
		PublicKeyList []struct {
			Value       []byte
			Fingerprint string
		}
	}
	if err := json.Unmarshal(b.w.cloudTrail("ListPublicKeys", `{}`), &list); err != nil {
		b.w.t.Fatal(err)
	}
	keys := map[string][]byte{}
	for _, k := range list.PublicKeyList {
		keys[k.Fingerprint] = k.Value
	}
	return keys
}

// cloudTrail makes a call of an action of CloudTrail as root, which must
// succeed.
func (w *world) cloudTrail(action, body string) []byte {
	w.t.Helper()
	a := w.trailCall(process.Root, action, body)
	if a.Status != http.StatusOK {
		w.t.Fatalf("%s: %d: %s", action, a.Status, a.Body)
	}
	return []byte(a.Body)
}

// trailCall makes a call of an action of CloudTrail.
func (w *world) trailCall(who sigv4.Credentials, action, body string) process.Answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.p.URL+"/", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."+action)
	sigv4.Sign(r, sha256.Sum256([]byte(body)), who, "us-east-1", "cloudtrail", time.Now())
	response, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatalf("%s: %v", action, err)
	}
	return process.Answer{Status: response.StatusCode, Header: response.Header, Body: string(answer)}
}
