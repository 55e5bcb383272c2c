package store

import (
	"errors"
	"time"
)

// Cursor is how far a spool has been delivered for a trail.
type Cursor struct {
	Segment uint64
	Offset  int64
}

// LogFile is a file of records in a trail's bucket.
type LogFile struct {
	Trail          string // ARN
	Object         string // its key in the bucket
	Bucket         string
	Region         string
	Hash           string // SHA-256 of its content before compression, in hexadecimal
	Oldest, Newest time.Time
	Delivered      time.Time
	Digest         time.Time // end of the digest that vouches for it; zero while none does
}

// Digest is one of the chain that vouches for the log files of a trail in a
// Region.
type Digest struct {
	Trail     string // ARN
	Region    string
	Ended     time.Time // the end of its time, which begins with the end of the one before
	Object    string    // its key in the bucket
	Bucket    string
	Hash      string    // SHA-256 of its text, in hexadecimal
	Signature string    // in hexadecimal
	Body      []byte    // its text; nil once it is in the bucket
	Uploaded  time.Time // zero while it is not
}

// TrailKey is a key that signs digests in a Region.
type TrailKey struct {
	Fingerprint  string // MD5 of Public, in hexadecimal
	Region       string
	Starts, Ends time.Time
	Public       []byte // PKCS #1
	Sealed       []byte // the private key, wrapped under the master key
}

// TrailCursor returns how far the spool has been delivered for the trail;
// ErrNotFound before the first time.
func (tx *Tx) TrailCursor(trail, spool string) (c Cursor, err error) {
	return one(tx, func(r scanner) (c Cursor, err error) {
		var segment int64
		err = r.Scan(&segment, &c.Offset)
		c.Segment = uint64(segment)
		return c, err
	}, "select segment, place from trail_cursor where trail = $1 and spool = $2", trail, spool)
}

// CursorsOf returns how far a spool has been delivered, by the ARN of the trail.
func (tx *Tx) CursorsOf(spool string) (map[string]Cursor, error) {
	all := map[string]Cursor{}
	_, err := list(tx, func(r scanner) (c Cursor, err error) {
		var trail string
		var segment int64
		err = r.Scan(&trail, &segment, &c.Offset)
		c.Segment = uint64(segment)
		all[trail] = c
		return c, err
	}, "select trail, segment, place from trail_cursor where spool = $1", spool)
	return all, missing(err, "cursors of spool", spool)
}

// PutTrailCursor stores how far the spool has been delivered for the trail.
func (tx *Tx) PutTrailCursor(trail, spool string, c Cursor) error {
	_, err := tx.change(`insert into trail_cursor (trail, spool, segment, place) values ($1, $2, $3, $4)
		on conflict (trail, spool) do update set segment = excluded.segment, place = excluded.place`, trail, spool, int64(c.Segment), c.Offset)
	return missing(err, "cursor of trail", trail)
}

// DeleteTrailCursor notes that nothing of the spool is to be delivered for the
// trail any more.
func (tx *Tx) DeleteTrailCursor(trail, spool string) error {
	_, err := tx.change("delete from trail_cursor where trail = $1 and spool = $2", trail, spool)
	return missing(err, "cursor of trail", trail)
}

// TrailCursors returns how many spools are being delivered for the trail.
func (tx *Tx) TrailCursors(trail string) (n int, err error) {
	n, err = tx.count("select count(*) from trail_cursor where trail = $1", trail)
	return n, missing(err, "cursors of trail", trail)
}

const logFileColumns = "trail, object, bucket, region, hash, oldest, newest, delivered, digest"

// AddLogFile notes a file that is in the bucket.
func (tx *Tx) AddLogFile(f LogFile) error {
	err := tx.insert("insert into trail_file ("+logFileColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
		f.Trail, f.Object, f.Bucket, f.Region, f.Hash, millis(f.Oldest), millis(f.Newest), millis(f.Delivered), millis(f.Digest))
	return missing(err, "log file", f.Object)
}

// LogFilesWithoutDigest returns the files of a trail that no digest vouches for
// yet, in all Regions, the first delivered first: at most limit.
func (tx *Tx) LogFilesWithoutDigest(trail string, limit int) ([]LogFile, error) {
	return list(tx, func(r scanner) (f LogFile, err error) {
		var oldest, newest, delivered, digest int64
		err = r.Scan(&f.Trail, &f.Object, &f.Bucket, &f.Region, &f.Hash, &oldest, &newest, &delivered, &digest)
		f.Oldest, f.Newest, f.Delivered, f.Digest = fromMillis(oldest), fromMillis(newest), fromMillis(delivered), fromMillis(digest)
		return f, err
	}, "select "+logFileColumns+" from trail_file where trail = $1 and digest = 0 order by delivered, object limit $2", trail, limit)
}

// VouchFor notes that the digest which ends then vouches for a file.
func (tx *Tx) VouchFor(f LogFile, ended time.Time) error {
	return missing(tx.must("update trail_file set digest = $3 where trail = $1 and object = $2 and digest = 0", f.Trail, f.Object, millis(ended)), "log file", f.Object)
}

// ForgetLogFiles drops the files of a trail that no digest vouches for yet:
// none is to.
func (tx *Tx) ForgetLogFiles(trail string) error {
	_, err := tx.change("delete from trail_file where trail = $1 and digest = 0", trail)
	return missing(err, "log files of trail", trail)
}

const digestColumns = "trail, region, ended, object, bucket, hash, signature, body, uploaded"

func scanDigest(r scanner) (d Digest, err error) {
	var ended, uploaded int64
	err = r.Scan(&d.Trail, &d.Region, &ended, &d.Object, &d.Bucket, &d.Hash, &d.Signature, &d.Body, &uploaded)
	if len(d.Body) == 0 {
		d.Body = nil
	}
	d.Ended, d.Uploaded = fromMillis(ended), fromMillis(uploaded)
	return d, err
}

// AddDigest adds a digest; ErrExists if the trail has one of that Region and
// end.
func (tx *Tx) AddDigest(d Digest) error {
	err := tx.insert("insert into trail_digest ("+digestColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
		d.Trail, d.Region, millis(d.Ended), d.Object, d.Bucket, d.Hash, d.Signature, d.Body, millis(d.Uploaded))
	return missing(err, "digest", d.Object)
}

// LastDigests returns the last digest of a trail in each Region, by Region.
func (tx *Tx) LastDigests(trail string) ([]Digest, error) {
	return list(tx, scanDigest, `select `+digestColumns+` from trail_digest d where trail = $1
		and ended = (select max(ended) from trail_digest where trail = d.trail and region = d.region) order by region`, trail)
}

// DigestsToUpload returns digests of a trail that are not in the bucket yet, the
// oldest first: at most limit.
func (tx *Tx) DigestsToUpload(trail string, limit int) ([]Digest, error) {
	return list(tx, scanDigest, "select "+digestColumns+" from trail_digest where trail = $1 and uploaded = 0 order by ended, region limit $2", trail, limit)
}

// DigestUploaded notes that a digest is in the bucket. Its text is dropped, and
// with it the digests of its Region before it and the files that they vouch for.
func (tx *Tx) DigestUploaded(d Digest, at time.Time) error {
	err := tx.must("update trail_digest set uploaded = $4, body = $5 where trail = $1 and region = $2 and ended = $3",
		d.Trail, d.Region, millis(d.Ended), millis(at), []byte{})
	for _, query := range []string{
		"delete from trail_digest where trail = $1 and region = $2 and ended < $3 and uploaded > 0",
		"delete from trail_file where trail = $1 and region = $2 and digest > 0 and digest <= $3",
	} {
		if err == nil {
			_, err = tx.change(query, d.Trail, d.Region, millis(d.Ended))
		}
	}
	return missing(err, "digest", d.Object)
}

// WithdrawDigests drops a digest that cannot be in the bucket, and those of its
// Region after it. The files they vouch for have none again.
func (tx *Tx) WithdrawDigests(d Digest) error {
	var err error
	for _, query := range []string{
		"update trail_file set digest = 0 where trail = $1 and region = $2 and digest >= $3",
		"delete from trail_digest where trail = $1 and region = $2 and ended >= $3 and uploaded = 0",
	} {
		if err == nil {
			_, err = tx.change(query, d.Trail, d.Region, millis(d.Ended))
		}
	}
	return missing(err, "digest", d.Object)
}

// EndChain has the next digest of a trail in a Region begin another chain: what
// is in the bucket is forgotten.
func (tx *Tx) EndChain(trail, region string) error {
	_, err := tx.change("delete from trail_digest where trail = $1 and region = $2 and uploaded > 0", trail, region)
	return missing(err, "digests of trail", trail)
}

const trailKeyColumns = "fingerprint, region, starts, ends, public, sealed"

// AddTrailKey adds a key; ErrExists if it is there.
func (tx *Tx) AddTrailKey(k TrailKey) error {
	err := tx.insert("insert into trail_key ("+trailKeyColumns+") values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
		k.Fingerprint, k.Region, millis(k.Starts), millis(k.Ends), k.Public, k.Sealed)
	return missing(err, "trail key", k.Fingerprint)
}

// TrailKeys returns the keys of a Region that are valid at some moment from
// start to end, the oldest first.
func (tx *Tx) TrailKeys(region string, start, end time.Time) ([]TrailKey, error) {
	if end.Before(start) {
		return nil, errors.New("store: the time ends before it starts")
	}
	return list(tx, func(r scanner) (k TrailKey, err error) {
		var starts, ends int64
		err = r.Scan(&k.Fingerprint, &k.Region, &starts, &ends, &k.Public, &k.Sealed)
		k.Starts, k.Ends = fromMillis(starts), fromMillis(ends)
		return k, err
	}, "select "+trailKeyColumns+" from trail_key where region = $1 and starts <= $3 and ends >= $2 order by starts, fingerprint", region, millis(start), millis(end))
}
