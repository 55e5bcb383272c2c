package courier

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/bucket/buckettest"
	"github.com/daypass/daypass/internal/digest"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
)

const (
	account = "111122223333"
	other   = "444455556666"
	trailID = "arn:aws:cloudtrail:us-east-1:" + account + ":trail/all"
)

var t0 = time.Date(2026, 11, 2, 9, 0, 30, 0, time.UTC)

// site is an installation: a database, a bucket, a clock, and processes.
type site struct {
	t     *testing.T
	db    *store.DB
	vault *keys.Vault
	s3    *buckettest.Store
	log   syncBuffer

	mu  sync.Mutex
	now time.Time
}

// syncBuffer is a log.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOn(t, store.Config{Dir: t.TempDir(), Ephemeral: true})
}

func openStore(t *testing.T, cfg store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func newSiteOn(t *testing.T, cfg store.Config) *site {
	t.Helper()
	db := openStore(t, cfg)
	vault, err := keys.NewVault(bytes.Repeat([]byte{7}, keys.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, db: db, vault: vault, s3: buckettest.Start(t, "logs", "others"), now: t0}
	s.update(func(tx *store.Tx) error {
		return errors.Join(tx.CreateAccount(iam.Account{ID: account, Name: "a", Created: t0}), tx.CreateAccount(iam.Account{ID: other, Name: "b", Created: t0}))
	})
	return s
}

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// pass lets time go by.
func (s *site) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func (s *site) update(f func(*store.Tx) error) {
	s.t.Helper()
	if err := s.db.Update(s.t.Context(), f); err != nil {
		s.t.Fatal(err)
	}
}

// newTrail returns one that logs from now on all that there is.
func (s *site) newTrail() iam.Trail {
	return iam.Trail{
		ARN: trailID, Account: account, Region: "us-east-1", Name: "all", Created: s.clock(), Bucket: "logs", Logging: true, Started: s.clock(),
		TrailSettings: iam.TrailSettings{GlobalEvents: true, AllRegions: true, Digests: true},
	}
}

// log has a trail log, as changed.
func (s *site) trail(change ...func(*iam.Trail)) iam.Trail {
	s.t.Helper()
	t := s.newTrail()
	for _, f := range change {
		f(&t)
	}
	s.update(func(tx *store.Tx) error { return tx.CreateTrail(t) })
	return t
}

// change changes the trail.
func (s *site) change(f func(*iam.Trail)) {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		t, err := tx.Trail(trailID)
		if err != nil {
			return err
		}
		f(&t)
		return tx.UpdateTrail(t)
	})
}

func (s *site) stop() {
	s.t.Helper()
	s.change(func(t *iam.Trail) { t.Logging, t.Stopped = false, s.clock() })
}

func (s *site) start() {
	s.t.Helper()
	s.change(func(t *iam.Trail) { t.Logging, t.Started = true, s.clock() })
}

// process is one that serves: a spool and its courier.
type process struct {
	*site
	*Courier
	spool *spool.Spool
	wrote int
}

// serve starts a process on a new spool.
func (s *site) process(change ...func(*Config)) *process {
	s.t.Helper()
	return s.processOn(filepath.Join(s.t.TempDir(), "spool"), change...)
}

func (s *site) processOn(dir string, change ...func(*Config)) *process {
	s.t.Helper()
	sp, err := spool.Open(spool.Config{Dir: dir, Ephemeral: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = sp.Close() })
	return s.courier(sp, change...)
}

func (s *site) courier(sp *spool.Spool, change ...func(*Config)) *process {
	s.t.Helper()
	client, err := bucket.New(bucket.Config{Endpoint: s.s3.URL, Region: "us-east-1", ACL: "bucket-owner-full-control", Env: buckettest.Env})
	if err != nil {
		s.t.Fatal(err)
	}
	cfg := Config{DB: s.db, Vault: s.vault, Spool: sp, Bucket: client, Now: s.clock, Log: slog.New(slog.NewTextHandler(&s.log, nil))}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(s.t.Context(), cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	return &process{site: s, Courier: c, spool: sp}
}

// step does what Run does when it wakes.
func (p *process) step() {
	p.t.Helper()
	if err := p.look(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	for _, w := range p.due() {
		p.Courier.serve(p.t.Context(), w)
	}
}

// after lets time go by and then has the process do what is due.
func (p *process) after(d time.Duration) {
	p.t.Helper()
	p.pass(d)
	p.step()
}

// call is what a record tells.
type call struct {
	account, region, source, name string
	global, read                  bool
}

// record writes the record of a call of now, and returns its event id.
func (p *process) record(change ...func(*call)) string {
	p.t.Helper()
	c := call{account: account, region: "us-east-1", source: "sts.amazonaws.com", name: "AssumeRole"}
	for _, f := range change {
		f(&c)
	}
	p.wrote++
	id := fmt.Sprintf("%p-%d", p, p.wrote)
	more := ""
	if c.source == "sts.amazonaws.com" {
		kind := "regional"
		if c.global {
			kind = "global"
		}
		more = fmt.Sprintf(`,"additionalEventData":{"RequestDetails":{"endpointType":%q}}`, kind)
	}
	text := fmt.Sprintf(`{"eventVersion":"1.11","eventTime":%q,"eventSource":%q,"eventName":%q,"awsRegion":%q%s,"eventID":%q,"readOnly":%v,"recipientAccountId":%q}`,
		p.clock().UTC().Format(time.RFC3339), c.source, c.name, c.region, more, id, c.read, c.account)
	if err := p.spool.Append([]byte(text), true); err != nil {
		p.t.Fatal(err)
	}
	return id
}

func in(region string) func(*call) { return func(c *call) { c.region = region } }

// delivered returns the ids of the events in all log files whose key contains a
// text, and checks the files' form.
func (s *site) delivered(part string) (ids []string) {
	s.t.Helper()
	all := s.s3.Objects()
	for _, key := range s.s3.Keys(part) {
		if !strings.Contains(key, "/CloudTrail/") {
			continue
		}
		var file struct {
			Records []struct{ EventID, AWSRegion, RecipientAccountID string }
		}
		if err := json.Unmarshal([]byte(all[key].Text(s.t)), &file); err != nil || len(file.Records) == 0 {
			s.t.Errorf("%s: %v, %d records", key, err, len(file.Records))
		}
		for _, r := range file.Records {
			if !strings.Contains(key, "AWSLogs/"+r.RecipientAccountID+"/CloudTrail/"+r.AWSRegion+"/") {
				s.t.Errorf("a record of %s in %s is in %s", r.RecipientAccountID, r.AWSRegion, key)
			}
			ids = append(ids, r.EventID)
		}
	}
	if over := s.s3.Replaced(); len(over) > 0 {
		s.t.Errorf("%v was replaced", over)
	}
	return ids
}

// chain verifies the digests of the trail in a Region from the last to the
// first of their chain, as validate-logs does, and returns them, the first
// first.
func (s *site) digests(region string) (all []*digest.Digest) {
	s.t.Helper()
	objects := s.s3.Objects()
	found := s.s3.Keys("CloudTrail-Digest/" + region + "/")
	if len(found) == 0 {
		return nil
	}
	bucket, object, _ := strings.Cut(found[len(found)-1], "/")
	for {
		stored, ok := objects[bucket+"/"+object]
		if !ok {
			s.t.Fatalf("the digest %s/%s is not there", bucket, object)
		}
		body := []byte(stored.Text(s.t))
		d, err := digest.Verify(bucket, object, body, stored.Header.Get("X-Amz-Meta-Signature"), s.publicKey(region, body))
		if err != nil {
			s.t.Fatalf("%s: %v", object, err)
		}
		for _, f := range d.Files {
			there, ok := objects[f.Bucket+"/"+f.Object]
			if !ok || digest.Hash([]byte(there.Text(s.t))) != f.Hash {
				s.t.Errorf("%s is not as the digest has it", f.Object)
			}
		}
		if len(all) > 0 && (all[0].Previous.Signature != stored.Header.Get("X-Amz-Meta-Signature") || all[0].Previous.Hash != digest.Hash(body) || !all[0].Start.Equal(d.End)) {
			s.t.Errorf("the digest that ends %v does not follow the one that ends %v", all[0].End, d.End)
		}
		all = append([]*digest.Digest{d}, all...)
		if d.Previous == (digest.Previous{}) {
			return all
		}
		bucket, object = d.Previous.Bucket, d.Previous.Object
	}
}

// publicKey returns the key that a digest says has signed it, as ListPublicKeys
// would.
func (s *site) publicKey(region string, body []byte) (public []byte) {
	s.t.Helper()
	var says struct {
		DigestEndTime              time.Time
		DigestPublicKeyFingerprint string
	}
	if err := json.Unmarshal(body, &says); err != nil {
		s.t.Fatal(err)
	}
	err := s.db.View(s.t.Context(), func(tx *store.Tx) error {
		all, err := tx.TrailKeys(region, says.DigestEndTime, says.DigestEndTime)
		for _, k := range all {
			if k.Fingerprint == says.DigestPublicKeyFingerprint {
				public = k.Public
			}
			if bytes.Contains(k.Sealed, k.Public[10:40]) {
				s.t.Error("a private key is not sealed")
			}
		}
		return err
	})
	if err != nil || public == nil {
		s.t.Fatalf("the key %s of %s is not there: %v", says.DigestPublicKeyFingerprint, base64.StdEncoding.EncodeToString(body[:40]), err)
	}
	return public
}

// files returns the number of files that the digests vouch for.
func files(all []*digest.Digest) (n int) {
	for _, d := range all {
		n += len(d.Files)
	}
	return n
}

func (s *site) status() (st iam.TrailStatus) {
	s.t.Helper()
	err := s.db.View(s.t.Context(), func(tx *store.Tx) (err error) {
		st, err = tx.TrailStatus(trailID)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return st
}

// refuses has the bucket refuse what is put.
func (s *site) refuses(status int, code string) {
	s.s3.Fail(func(r *http.Request) buckettest.Failure {
		if r.Method != http.MethodPut {
			return buckettest.Failure{}
		}
		return buckettest.Failure{Status: status, Code: code}
	})
}

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	return ctx, stop
}
