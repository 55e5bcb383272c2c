package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// ChangeKind says what sort of thing was touched.
type ChangeKind string

// The kinds of change. Everything means that the log does not reach back far
// enough: whatever is cached may be stale.
const (
	Everything      ChangeKind = "everything"
	AccountChange   ChangeKind = "account"
	UserChange      ChangeKind = "user"
	GroupChange     ChangeKind = "group"
	RoleChange      ChangeKind = "role"
	PolicyChange    ChangeKind = "policy"
	AccessKeyChange ChangeKind = "access-key"
	ProfileChange   ChangeKind = "instance-profile"
	KeyRingChange   ChangeKind = "key-ring"

	SAMLProviderChange ChangeKind = "saml-provider"
	OIDCProviderChange ChangeKind = "oidc-provider"
	MFADeviceChange    ChangeKind = "mfa-device"
	TrailChange        ChangeKind = "trail"
)

// Change names one thing that a commit touched. A change of what belongs to a
// user, group or role (tags, policies, memberships) is a change of it.
type Change struct {
	Kind    ChangeKind
	Account string
	ID      string // unique id, access key id, ARN of a policy, provider, device or trail, account id, or purpose of a key ring
	Name    string // the name of a user, group, role, policy, profile, provider, device or trail; a rename is two changes
}

// touch records what the transaction changes.
func (tx *Tx) touch(kind ChangeKind, account, id, name string) {
	tx.changes = append(tx.changes, Change{kind, account, id, name})
}

// Subscribe has f told of the changes of each commit: of this process's own
// before Update returns, of others' by [DB.Watch]. f must be quick and must not
// call the DB.
func (db *DB) Subscribe(f func([]Change)) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.subscribers = append(db.subscribers, f)
}

func (db *DB) tell(changes []Change) {
	if len(changes) == 0 {
		return
	}
	db.mu.Lock()
	subscribers := db.subscribers
	db.mu.Unlock()
	for _, f := range subscribers {
		f(changes)
	}
}

// keepChanges is how many epochs the log reaches back; a process that has not
// looked for longer is told Everything.
const keepChanges = 10_000

func (tx *Tx) epoch() (int64, error) {
	return one(tx, scanInt, "select n from epoch where one = 1")
}

// nextEpoch takes the transaction's place in the order of changes, and makes
// transactions of other processes wait for its end. Where the database can, it
// tells those who listen, when the transaction commits.
func (tx *Tx) nextEpoch() (int64, error) {
	if tx.db.listens == nil {
		return one(tx, scanInt, "update epoch set n = n + 1 where one = 1 returning n")
	}
	scan := func(r scanner) (n int64, err error) {
		var void bool
		err = r.Scan(&n, &void)
		return n, err
	}
	return one(tx, scan, "update epoch set n = n + 1 where one = 1 returning n, pg_notify('"+channel+"', $1) is null", tx.db.name.get())
}

func (tx *Tx) logChanges(epoch int64, batch []*update) error {
	part := 0
	for _, u := range batch {
		for _, c := range u.changes {
			_, err := tx.exec(`insert into change_log (epoch, part, writer, kind, account, id, name)
				values ($1, $2, $3, $4, $5, $6, $7)`, epoch, part, tx.db.name.get(), string(c.Kind), c.Account, c.ID, c.Name)
			if err != nil {
				return fmt.Errorf("logging a change: %w", err)
			}
			part++
		}
	}
	if epoch%(keepChanges/100) == 0 {
		_, err := tx.exec("delete from change_log where epoch <= $1", epoch-keepChanges)
		return err
	}
	return nil
}

// writerName is what a process is called in the change log.
type writerName struct{ name atomic.Pointer[string] }

func (w *writerName) get() string { return *w.name.Load() }

// renew takes another name, which has what was written under the old one come
// back through Watch: when nobody knows whether, or when, it is committed.
func (w *writerName) renew() { w.name.Store(new(rand.Text())) }

// freshFor is how long the process may answer from what it has in memory after
// a poll of the change log has begun. A poll that begins after a commit sees it:
// nobody is answered by what the commit undid for longer than this after it,
// plus the time that a request takes.
const freshFor = 4 * time.Second

// watch is what is known of the changes of other processes. Who asks reads the
// clock: a timer might fire late, after what was paused has gone on.
type watch struct {
	followed atomic.Bool
	polled   atomic.Int64 // when the last good poll began, since started
}

// started is what times are counted from, by the monotonic clock.
var started = time.Now()

// follow has the last poll expire from now on.
func (w *watch) follow() { w.followed.Store(true) }

// saw notes a good poll.
func (w *watch) saw(began time.Time) { w.polled.Store(int64(began.Sub(started))) }

// age returns how long ago the last good poll began.
func (w *watch) age() time.Duration { return time.Since(started) - time.Duration(w.polled.Load()) }

var errStale = fmt.Errorf("%w: what other processes have changed was not to be learnt for %v", ErrUnavailable, freshFor)

// Fresh returns nil while what the process has in memory may be believed, and
// an error with [ErrUnavailable] when the change log could not be read for too
// long: a key or a role may have been deleted meanwhile. A DB that is not
// watched is always fresh.
func (db *DB) Fresh() error {
	if db.watch.followed.Load() && db.watch.age() >= freshFor {
		return errStale
	}
	return nil
}

// SincePoll returns how long ago the last good poll of the change log began.
func (db *DB) SincePoll() time.Duration { return db.watch.age() }

// start finds out where the change log stands.
func (db *DB) start(ctx context.Context) error {
	began := time.Now()
	err := db.View(ctx, func(tx *Tx) (err error) {
		db.seen, err = tx.epoch()
		return err
	})
	db.watch.saw(began)
	return err
}

// How often the change log is polled, beside the regular time: sooner after a
// failure, and not more often than this when one notification follows another.
const (
	pollAgain = 250 * time.Millisecond
	pollGap   = 10 * time.Millisecond
)

// Watch polls the change log until ctx ends and tells the subscribers of the
// commits of other processes: at once where the database notifies. A poll that
// fails is tried again; while none succeeds for some seconds, and after Watch
// has ended, [DB.Fresh] and all transactions fail.
func (db *DB) Watch(ctx context.Context, every time.Duration) error {
	db.watch.follow()
	wake := make(chan struct{}, 1)
	var listening sync.WaitGroup
	defer listening.Wait()
	if db.listens != nil {
		listening.Go(func() { db.listen(ctx, wake) })
	}
	failing := false
	for {
		err := db.poll(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		next := every
		if err != nil {
			next = min(every, pollAgain)
		}
		db.reportPoll(err, failing)
		failing = err != nil
		select {
		case <-ctx.Done():
		case <-time.After(next):
		case <-wake:
			pause(ctx, pollGap)
		}
	}
}

func (db *DB) reportPoll(err error, failing bool) {
	switch {
	case err != nil && !failing:
		db.log.Warn("cannot read the change log; unless that passes, requests are refused", "after", freshFor, "err", err)
	case err == nil && failing:
		db.log.Info("the change log can be read again")
	}
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// maxChanges is how many changes a poll reads; who has missed more is told
// Everything.
const maxChanges = 20_000

// poll tells of foreign changes since the last poll.
func (db *DB) poll(ctx context.Context) error {
	var changes []Change
	var now int64
	db.mu.Lock()
	last := db.seen
	db.mu.Unlock()
	began := time.Now()
	err := db.read(ctx, db.pollers, func(tx *Tx) (err error) {
		if now, err = tx.epoch(); err != nil || now == last {
			return err
		}
		if now < last || now-last >= keepChanges { // before last: the database is another, such as an older backup
			changes = []Change{{Kind: Everything}}
			return nil
		}
		changes, err = list(tx, scanChange, `select kind, account, id, name from change_log
			where epoch > $1 and writer <> $2 order by epoch, part limit $3`, last, db.name.get(), maxChanges+1)
		if len(changes) > maxChanges {
			changes = []Change{{Kind: Everything}}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("polling the change log: %w", err)
	}
	db.tell(changes)
	db.mu.Lock()
	db.seen = now
	db.mu.Unlock()
	db.watch.saw(began)
	return nil
}

func scanChange(r scanner) (c Change, err error) {
	err = r.Scan(&c.Kind, &c.Account, &c.ID, &c.Name)
	return c, err
}
