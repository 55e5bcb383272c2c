package history

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"

	"github.com/daypass/daypass/internal/spool"
)

// Days is how long events are kept.
const Days = 90

// Config says where the records come from, and where the history of them is.
type Config struct {
	Spool       string // the directory of the records
	Dir         string // of history.db; used when DatabaseURL is ""
	DatabaseURL string // of PostgreSQL, whose tables all replicas share
	Keep        int64  // bytes of blocks; the oldest go; 0 is 8 GiB

	// Written counts the records that the spool has taken: while it stands still
	// nothing is read. nil has the spool looked at all the time.
	Written func() int64

	// Lazy fills the history when it is asked for something, and not before. For
	// tests, most of which never ask.
	Lazy bool

	Ephemeral bool // a power cut may lose or damage the file: for tests

	Now func() time.Time // nil is time.Now
	Log *slog.Logger     // nil discards
}

// DefaultKeep is the bytes of history that are kept unless it is said
// otherwise.
const DefaultKeep = 8 << 30

// How often it is done, and what is done at a time.
const (
	fillEvery  = 200 * time.Millisecond
	settle     = 500 * time.Millisecond // a block that is not whole is stored as often
	retryAfter = 2 * time.Second        // what failed is tried again
	pruneEvery = 5 * time.Minute
	pruneMost  = 64 // blocks in a transaction
	packsMost  = 32 // blocks in a transaction
)

// History is the index of the records of a spool, and of those of other
// replicas where they share a database. It is safe for concurrent use.
type History struct {
	cfg     Config
	spoolID string
	stop    context.CancelFunc
	done    chan struct{} // closed when the goroutine that fills has ended
	lookups chan struct{} // has a token for each lookup under way
	db      atomic.Pointer[database]
	failing atomic.Bool

	mu      sync.Mutex // held by who fills
	loaded  bool       // what follows is as in the database; guarded by mu, like all of it
	at      spool.Position
	open    block // gets the next records
	stored  int   // records of it that are in the database
	packs   []pack
	flushed time.Time // when something was last stored
	event   event

	behind  atomic.Pointer[spool.Position] // up to where all is stored
	records atomic.Int64
	skipped atomic.Int64
}

// Open opens the history of a spool and begins to fill it. What stands in the
// way, such as a full disk, is logged and tried again: calls do not wait for
// their history.
func Open(cfg Config) (*History, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Keep == 0 {
		cfg.Keep = DefaultKeep
	}
	id, err := spool.ID(cfg.Spool)
	if err != nil {
		return nil, err
	}
	h := &History{cfg: cfg, spoolID: id, done: make(chan struct{}), lookups: make(chan struct{}, maxLookups)}
	h.behind.Store(new(spool.Position))
	ctx, stop := context.WithCancel(context.Background())
	h.stop = stop
	if cfg.Lazy {
		close(h.done)
		return h, nil
	}
	go h.run(ctx)
	return h, nil
}

// Close stores what the spool has so far, if that takes no more than a moment,
// and closes the history. Close the spool before.
func (h *History) Close() error {
	h.stop()
	<-h.done
	if !h.cfg.Lazy {
		ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
		defer stop()
		_ = h.fill(ctx, true) // at the next start if not now
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if db := h.db.Swap(nil); db != nil {
		return db.close()
	}
	return nil
}

// Stats are the figures of a history since it was opened.
type Stats struct {
	Records int64 // taken from the spool
	Skipped int64 // that were no events
	Behind  int64 // bytes of the spool that are not in it yet
	Failing int64 // 1 if what was last tried failed
}

// Stats returns the figures of now.
func (h *History) Stats() Stats {
	s := Stats{Records: h.records.Load(), Skipped: h.skipped.Load()}
	s.Behind, _, _ = spool.Behind(h.cfg.Spool, *h.behind.Load())
	if h.failing.Load() {
		s.Failing = 1
	}
	return s
}

// run fills the history until ctx ends.
func (h *History) run(ctx context.Context) {
	defer close(h.done)
	var seen int64 = -1
	var pruned time.Time
	wait := time.Duration(0)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = fillEvery
		written := int64(-2)
		if h.cfg.Written != nil {
			written = h.cfg.Written()
		}
		if written == seen && h.settled() {
			continue
		}
		err := h.fill(ctx, false)
		if err == nil && time.Since(pruned) > pruneEvery {
			pruned = time.Now()
			err = h.prune(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		seen = written
		if h.report(err); err != nil {
			seen, wait = -1, retryAfter
		}
	}
}

// settled reports whether all that was read is stored.
func (h *History) settled() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.loaded && h.open.records == h.stored
}

// report logs the beginning and the end of a failure, once.
func (h *History) report(err error) {
	switch {
	case err != nil && !h.failing.Swap(true):
		h.cfg.Log.Error("the event history cannot be written; calls go on, and it catches up later", "err", err)
	case err == nil && h.failing.Swap(false):
		h.cfg.Log.Info("the event history can be written again")
	}
}

// prune drops what is too old, and what is too much.
func (h *History) prune(ctx context.Context) error {
	db := h.db.Load()
	before := keyAt(h.cfg.Now().AddDate(0, 0, -Days).Unix())
	for dropped := pruneMost; dropped == pruneMost; {
		var err error
		if dropped, _, err = db.drop(ctx, before, pruneMost, math.MaxInt64); err != nil {
			return fmt.Errorf("dropping old events: %w", err)
		}
	}
	size, err := db.size(ctx)
	for err == nil && size > h.cfg.Keep {
		dropped, bytes := 0, int64(0)
		if dropped, bytes, err = db.drop(ctx, allKeys, pruneMost, size-h.cfg.Keep); dropped == 0 {
			break
		}
		size -= bytes
	}
	return err
}

// opened returns the database, and opens it when it is not, or when somebody
// has taken its file away. What is damaged is put aside: the history is made
// anew of what the spool still has. It is called under mu.
func (h *History) opened(ctx context.Context) (*database, error) {
	db := h.db.Load()
	if db != nil && !db.moved() {
		return db, nil
	}
	if db != nil {
		h.cfg.Log.Warn("the file of the event history is gone; it is made again of the records that the spool still has")
		h.db.Store(nil)
		_ = db.close()
	}
	h.loaded = false
	db, err := h.openDatabase(ctx)
	if damaged(err) {
		err = h.putAside(err)
		if err == nil {
			db, err = h.openDatabase(ctx)
		}
	}
	if err != nil {
		return nil, err
	}
	h.db.Store(db)
	return db, nil
}

func (h *History) openDatabase(ctx context.Context) (*database, error) {
	if h.cfg.DatabaseURL != "" {
		return openPostgres(ctx, h.cfg.DatabaseURL, true)
	}
	return openSQLite(ctx, h.cfg.Dir, h.cfg.Ephemeral)
}

// broken puts the file of a database aside if an error says that it is damaged.
// It is called under mu.
func (h *History) broken(db *database, err error) {
	if db.file == "" || !damaged(err) || !h.db.CompareAndSwap(db, nil) {
		return
	}
	h.loaded = false
	_ = db.close()
	if err := h.putAside(err); err != nil {
		h.cfg.Log.Error("putting the file of the event history aside", "err", err)
	}
}

// putAside renames a damaged file, over one that was put aside before.
func (h *History) putAside(why error) error {
	name := filepath.Join(h.cfg.Dir, fileName)
	h.cfg.Log.Error("the file of the event history is damaged; it is put aside, and made again of the records that the spool still has",
		"err", why, "aside", name+".damaged")
	for _, log := range []string{"-wal", "-shm"} {
		_ = os.Remove(name + log) // of no use without the file
	}
	return os.Rename(name, name+".damaged")
}

// damaged reports whether SQLite does not take the file for a database of its
// own making.
func damaged(err error) bool {
	const corrupt, notADatabase = 11, 26
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && (e.Code()&0xff == corrupt || e.Code()&0xff == notADatabase)
}
