package store

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/daypass/daypass/internal/iam"
)

const (
	marksEvery = time.Second
	marksMost  = 50_000 // marks that wait; what is beyond is dropped
)

// marks gathers uses of keys and roles until one goroutine writes them. Losing
// a second of them in a crash is harmless; paying a commit for each is not.
type marks struct {
	db   *DB
	quit chan struct{}
	done chan struct{}

	mu      sync.Mutex
	waiting map[string]iam.Use // by id; guarded by mu
}

func startMarks(db *DB) *marks {
	m := &marks{db: db, quit: make(chan struct{}), done: make(chan struct{}), waiting: map[string]iam.Use{}}
	go m.run()
	return m
}

// MarkUsed notes the use of an access key or a role; a later mark replaces an
// earlier one. It does not wait for the database.
func (db *DB) MarkUsed(u iam.Use) { db.used.add(u) }

func (m *marks) add(u iam.Use) {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.waiting[u.ID]
	if !ok && len(m.waiting) >= marksMost || ok && old.At.After(u.At) {
		return
	}
	m.waiting[u.ID] = u
}

func (m *marks) get(id string) (iam.Use, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.waiting[id]
	return u, ok
}

func (m *marks) run() {
	defer close(m.done)
	t := time.NewTicker(marksEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			m.flush()
		case <-m.quit:
			m.flush()
			return
		}
	}
}

// stop writes what waits and ends the goroutine.
func (m *marks) stop() {
	close(m.quit)
	<-m.done
}

// flush writes the marks. They stay visible to readers of this process until
// they are on disk, and for the next flush if they cannot be written.
func (m *marks) flush() {
	m.mu.Lock()
	batch := maps.Clone(m.waiting)
	m.mu.Unlock()
	if len(batch) == 0 {
		return
	}
	err := m.db.aside(context.Background(), func(tx *Tx) error {
		for _, u := range batch {
			_, err := tx.exec(`insert into last_used (id, account, at, region, service) values ($1, $2, $3, $4, $5)
				on conflict (id) do update set at = excluded.at, region = excluded.region, service = excluded.service
				where last_used.at <= excluded.at`, u.ID, u.Account, millis(u.At), u.Region, u.Service)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		m.db.log.Warn("cannot write when keys and roles were used last", "err", err)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, u := range batch {
		if m.waiting[id] == u {
			delete(m.waiting, id)
		}
	}
}

// LastUsed returns the last use of an access key or a role, or ErrNotFound.
func (tx *Tx) LastUsed(id string) (iam.Use, error) {
	if u, ok := tx.db.used.get(id); ok {
		return u, nil
	}
	u, err := one(tx, scanUse, "select account, id, at, region, service from last_used where id = $1", id)
	return u, missing(err, "last use of", id)
}

// forgetUse drops the last use of something that is deleted.
func (tx *Tx) forgetUse(id string) error {
	_, err := tx.change("delete from last_used where id = $1", id)
	return err
}

func scanUse(r scanner) (u iam.Use, err error) {
	var at int64
	err = r.Scan(&u.Account, &u.ID, &at, &u.Region, &u.Service)
	u.At = fromMillis(at)
	return u, err
}
