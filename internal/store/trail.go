package store

import (
	"crypto/rand"
	"encoding/json"
	"errors"

	"github.com/daypass/daypass/internal/iam"
)

const trailColumns = "arn, account, region, name, created, bucket, prefix, settings, logging, started, stopped, tags, gone"

func scanTrail(r scanner) (t iam.Trail, err error) {
	var created, logging, started, stopped, gone int64
	var settings, tags string
	err = r.Scan(&t.ARN, &t.Account, &t.Region, &t.Name, &created, &t.Bucket, &t.Prefix, &settings, &logging, &started, &stopped, &tags, &gone)
	if err != nil {
		return t, err
	}
	t.Created, t.Started, t.Stopped, t.Logging = fromMillis(created), fromMillis(started), fromMillis(stopped), logging != 0
	t.Gone = gone != 0
	var bad error
	t.Tags, bad = decodeTags(tags)
	return t, errors.Join(bad, json.Unmarshal([]byte(settings), &t.TrailSettings))
}

func encodeSettings(s iam.TrailSettings) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // plain values always marshal
	}
	return string(text)
}

func asInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// CreateTrail adds a trail; ErrExists if there is one with the ARN.
func (tx *Tx) CreateTrail(t iam.Trail) error {
	tx.touch(TrailChange, t.Account, t.ARN, t.Name)
	return tx.insertTrail(t)
}

func (tx *Tx) insertTrail(t iam.Trail) error {
	err := tx.insert("insert into trail ("+trailColumns+") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing",
		t.ARN, t.Account, t.Region, t.Name, millis(t.Created), t.Bucket, t.Prefix, encodeSettings(t.TrailSettings),
		asInt(t.Logging), millis(t.Started), millis(t.Stopped), encodeTags(t.Tags), asInt(t.Gone))
	return missing(err, "trail", t.ARN)
}

// Trail returns the trail with exactly this ARN.
func (tx *Tx) Trail(arn string) (iam.Trail, error) {
	t, err := one(tx, scanTrail, "select "+trailColumns+" from trail where arn = $1", arn)
	return t, missing(err, "trail", arn)
}

// TrailsOf returns the account's trails by ARN.
func (tx *Tx) TrailsOf(account string) ([]iam.Trail, error) {
	return list(tx, scanTrail, "select "+trailColumns+" from trail where account = $1 and gone = 0 order by arn", account)
}

// Trails returns the trails of all accounts by ARN.
func (tx *Tx) Trails() ([]iam.Trail, error) {
	return list(tx, scanTrail, "select "+trailColumns+" from trail where gone = 0 order by arn")
}

// TrailsToDeliver returns the trails of all accounts that may have something to
// deliver, by ARN, with those that are gone.
func (tx *Tx) TrailsToDeliver() ([]iam.Trail, error) {
	return list(tx, scanTrail, "select "+trailColumns+" from trail where started > 0 order by arn")
}

// UpdateTrail stores all of the trail but its ARN, account, Region, name and
// creation.
func (tx *Tx) UpdateTrail(t iam.Trail) error {
	tx.touch(TrailChange, t.Account, t.ARN, t.Name)
	err := tx.must("update trail set bucket = $2, prefix = $3, settings = $4, logging = $5, started = $6, stopped = $7, tags = $8 where arn = $1",
		t.ARN, t.Bucket, t.Prefix, encodeSettings(t.TrailSettings), asInt(t.Logging), millis(t.Started), millis(t.Stopped), encodeTags(t.Tags))
	return missing(err, "trail", t.ARN)
}

// trailTables are those that refer to trails.
var trailTables = []string{"trail_status", "trail_cursor", "trail_file", "trail_digest"}

// DeleteTrail removes the trail. Where deliveries of it are under way it stays,
// [iam.Trail.Gone] and with another ARN, for those who deliver, until
// [Tx.ForgetTrail]. Its caller says in t when it ceased to log.
func (tx *Tx) DeleteTrail(t iam.Trail) error {
	tx.touch(TrailChange, t.Account, t.ARN, t.Name)
	old, under, err := t.ARN, 0, error(nil)
	for _, query := range []string{
		"select count(*) from trail_cursor where trail = $1",
		"select count(*) from trail_file where trail = $1",
		"select count(*) from trail_digest where trail = $1",
	} {
		n, e := tx.count(query, old)
		under, err = under+n, errors.Join(err, e)
	}
	if err != nil {
		return missing(err, "trail", old)
	}
	if under > 0 {
		t.ARN, t.Gone = old+"#"+rand.Text(), true
		err = tx.insertTrail(t)
	}
	for _, table := range trailTables {
		if err == nil && under > 0 {
			_, err = tx.change("update "+table+" set trail = $2 where trail = $1", old, t.ARN)
		} else if err == nil {
			_, err = tx.change("delete from "+table+" where trail = $1", old)
		}
	}
	if err == nil {
		err = tx.must("delete from trail where arn = $1", old)
	}
	return missing(err, "trail", old)
}

// ForgetTrail removes a trail that is gone, and what is known of its
// deliveries.
func (tx *Tx) ForgetTrail(arn string) error {
	tx.touch(TrailChange, "", arn, "")
	for _, table := range trailTables {
		if _, err := tx.change("delete from "+table+" where trail = $1", arn); err != nil {
			return missing(err, "trail", arn)
		}
	}
	return missing(tx.must("delete from trail where arn = $1 and gone = 1", arn), "trail", arn)
}

// TrailStatus returns what became of the last deliveries of a trail: the zero
// status before the first.
func (tx *Tx) TrailStatus(arn string) (s iam.TrailStatus, err error) {
	scan := func(r scanner) (text string, err error) { return text, r.Scan(&text) }
	text, err := one(tx, scan, "select status from trail_status where trail = $1", arn)
	if errors.Is(err, ErrNotFound) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &s)
	}
	return s, missing(err, "status of trail", arn)
}

// PutTrailStatus stores what became of the last deliveries of a trail.
func (tx *Tx) PutTrailStatus(arn string, s iam.TrailStatus) error {
	text, err := json.Marshal(s)
	if err == nil {
		_, err = tx.change("insert into trail_status (trail, status) values ($1, $2) on conflict (trail) do update set status = excluded.status", arn, string(text))
	}
	return missing(err, "status of trail", arn)
}
