package courier

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/digest"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/spool"
	"github.com/daypass/daypass/internal/store"
)

// batch is what is delivered together: a file for each Region.
type batch struct {
	files []*file
	next  spool.Position // behind the last record that was looked at
	size  int            // bytes of records
}

// file is one that is gathered, and then on its way.
type file struct {
	region         string
	records        int
	text           bytes.Buffer // before compression; dropped when it is packed
	body           []byte       // compressed
	hash           string
	oldest, newest time.Time

	bucket, object string // where it is, once it is put
	put            bool
}

var errFull = errors.New("the batch is full")

// gather reads the records of a trail, from a position to another, until they
// make a batch.
func (c *Courier) gather(t *iam.Trail, from, to spool.Position) (*batch, error) {
	b := &batch{next: from}
	for b.next.Compare(to) < 0 {
		next, err := spool.Read(c.Spool.Dir(), b.next, func(record []byte) error { return c.add(b, t, record) })
		if err != nil && !errors.Is(err, errFull) {
			return nil, err
		}
		stuck := next == b.next
		b.next = next
		if err != nil || stuck {
			break
		}
	}
	for _, f := range b.files {
		if err := f.pack(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// add adds a record to the batch if it is the trail's.
func (c *Courier) add(b *batch, t *iam.Trail, record []byte) error {
	if !bytes.Contains(record, []byte(t.Account)) {
		return nil // most are of other accounts
	}
	h, ok := readHead(record)
	if !ok {
		c.Log.Error("a record in the spool cannot be read, and is not delivered", "bytes", len(record))
		return nil
	}
	if !takes(t, &h) {
		return nil
	}
	if b.size > 0 && b.size+len(record) > c.FileSize {
		return errFull
	}
	b.size += len(record)
	b.file(h.Region).add(record, h.Time)
	return nil
}

func (b *batch) file(region string) *file {
	for _, f := range b.files {
		if f.region == region {
			return f
		}
	}
	f := &file{region: region}
	b.files = append(b.files, f)
	return f
}

func (f *file) add(record []byte, at time.Time) {
	if f.records == 0 {
		f.text.WriteString(`{"Records":[`)
		f.oldest, f.newest = at, at
	} else {
		f.text.WriteByte(',')
	}
	f.text.Write(record)
	f.records++
	if at.Before(f.oldest) {
		f.oldest = at
	}
	if at.After(f.newest) {
		f.newest = at
	}
}

// pack ends the file.
func (f *file) pack() error {
	f.text.WriteString("]}")
	f.hash = digest.Hash(f.text.Bytes())
	body, err := compress(f.text.Bytes())
	f.body, f.text = body, bytes.Buffer{}
	return err
}

func compress(text []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	err = errors.Join(err, z.Close())
	return b.Bytes(), err
}

// name gives the file a key in the trail's bucket, which no other has. One that
// has such a key keeps it.
func (f *file) name(t *iam.Trail, now time.Time) {
	root := digest.Root(t.Prefix, t.Account)
	if f.bucket == t.Bucket && len(f.object) > len(root) && f.object[:len(root)] == root {
		return
	}
	now = now.UTC()
	f.bucket = t.Bucket
	f.object = fmt.Sprintf("%sCloudTrail/%s/%s/%s_CloudTrail_%s_%s_%s.json.gz",
		root, f.region, now.Format("2006/01/02"), t.Account, f.region, now.Format("20060102T1504Z"), rand.Text()[:16])
}

// logFile is what the store keeps of a file that is in the bucket.
func (f *file) logFile(trail string, now time.Time) store.LogFile {
	return store.LogFile{Trail: trail, Object: f.object, Bucket: f.bucket, Region: f.region, Hash: f.hash, Oldest: f.oldest, Newest: f.newest, Delivered: now}
}
