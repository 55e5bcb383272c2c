package store

import (
	"context"
	"fmt"
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
)

// Change names one thing that a commit touched. A change of what belongs to a
// user, group or role (tags, policies, memberships) is a change of it.
type Change struct {
	Kind    ChangeKind
	Account string
	ID      string // unique id, access key id, policy ARN, account id, or purpose of a key ring
	Name    string // the name of a user, group, role, policy or profile; a rename is two changes
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
// transactions of other processes wait for its end.
func (tx *Tx) nextEpoch() (int64, error) {
	return one(tx, scanInt, "update epoch set n = n + 1 where one = 1 returning n")
}

func (tx *Tx) logChanges(epoch int64, batch []*update) error {
	part := 0
	for _, u := range batch {
		for _, c := range u.changes {
			_, err := tx.exec(`insert into change_log (epoch, part, writer, kind, account, id, name)
				values ($1, $2, $3, $4, $5, $6, $7)`, epoch, part, tx.db.name, string(c.Kind), c.Account, c.ID, c.Name)
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

// Watch polls the change log until ctx ends and tells the subscribers of the
// commits of other processes. A poll that fails is logged and tried again.
func (db *DB) Watch(ctx context.Context, every time.Duration) error {
	t := time.NewTicker(every)
	defer t.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		err := db.poll(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			db.log.Warn("cannot read the change log; changes by other replicas are not seen", "err", err)
		}
		failing = err != nil
	}
}

// poll tells of foreign changes since the last poll.
func (db *DB) poll(ctx context.Context) error {
	var changes []Change
	var now int64
	db.mu.Lock()
	last := db.seen
	db.mu.Unlock()
	err := db.Load(ctx, func(tx *Tx) (err error) {
		if now, err = tx.epoch(); err != nil || now == last {
			return err
		}
		if now-last >= keepChanges {
			changes = []Change{{Kind: Everything}}
			return nil
		}
		changes, err = list(tx, scanChange, `select kind, account, id, name from change_log
			where epoch > $1 and writer <> $2 order by epoch, part`, last, db.name)
		return err
	})
	if err != nil {
		return fmt.Errorf("polling the change log: %w", err)
	}
	db.tell(changes)
	db.mu.Lock()
	db.seen = now
	db.mu.Unlock()
	return nil
}

func scanChange(r scanner) (c Change, err error) {
	err = r.Scan(&c.Kind, &c.Account, &c.ID, &c.Name)
	return c, err
}
