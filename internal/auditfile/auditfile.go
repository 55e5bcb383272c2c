// Package auditfile copies the records of a spool to a file, or to standard
// output, a line of JSON each: for those who collect them otherwise than from a
// bucket.
//
// Every record is written at least once, in the order of the spool: how far the
// copy has come is kept in a file of its own, once what was written is on the
// disk. After a crash, or a write that failed, some lines come again, with the
// same eventID; a line that was cut short is ended, and comes again whole.
//
// What is not written yet is held in the spool. So nothing is lost while the
// file cannot be written: when the spool is full, calls are refused.
package auditfile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/spool"
)

// Stdout is the path that stands for standard output.
const Stdout = "-"

const (
	holder     = "audit file"
	copyEvery  = 100 * time.Millisecond
	saveEvery  = time.Second // while there is something to save
	retryAfter = time.Second
	patience   = 5 * time.Second // for who reads the last lines, at the end
)

// Config says what is copied, and where to.
type Config struct {
	Spool *spool.Spool
	Path  string    // of the file, which is made when missing, readable by its owner alone; or Stdout
	Out   io.Writer // standard output; used when Path is Stdout
	State string    // file that says how far the copy has come
	Log   *slog.Logger
}

// File is a copy that is kept up. It is safe for concurrent use.
type File struct {
	cfg     Config
	id      string // of the spool
	stop    context.CancelFunc
	done    chan struct{}
	reopen  atomic.Bool
	failing atomic.Bool
	place   atomic.Pointer[spool.Position] // behind what is written

	mu    sync.Mutex // held by who copies
	file  *os.File   // nil for Stdout, and when it is to be opened
	torn  bool       // what was written last may end within a line
	saved spool.Position
	when  time.Time // of saving
	lines []byte
}

// state is how far the copy of a spool has come.
type state struct {
	Spool   string `json:"spool"`
	Segment uint64 `json:"segment"`
	Offset  int64  `json:"offset"`
}

// Start begins to copy, from where the last copy ended, or else from the oldest
// record of the spool. It fails when the file cannot be opened.
func Start(cfg Config) (*File, error) {
	f := &File{cfg: cfg, done: make(chan struct{})}
	var err error
	if f.id, err = spool.ID(cfg.Spool.Dir()); err != nil {
		return nil, err
	}
	at, err := f.load()
	if err == nil {
		err = f.open()
	}
	if err != nil {
		return nil, err
	}
	f.saved = at
	f.place.Store(&at)
	cfg.Spool.Hold(holder, at)
	ctx, stop := context.WithCancel(context.Background())
	f.stop = stop
	go f.run(ctx)
	return f, nil
}

// Reopen has the file opened again soon, as after it was renamed: one that is
// gone is made though there is no line for it yet. Before the next line that is
// noticed without it too.
func (f *File) Reopen() { f.reopen.Store(true) }

// Close copies what the spool has, if somebody takes it, and closes the file.
// Close the spool before.
func (f *File) Close() error {
	f.stop()
	ended := make(chan error, 1)
	go func() {
		<-f.done
		f.mu.Lock()
		defer f.mu.Unlock()
		err := f.copy(context.Background())
		if err == nil {
			err = f.save()
		}
		if f.file != nil {
			err = errors.Join(err, f.file.Close())
		}
		ended <- err
	}()
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		return errors.New("closing the audit file: nobody takes what is written; it goes on from there at the next start")
	}
}

// Stats returns how many bytes of the spool are not written yet, and whether the
// last attempt failed.
func (f *File) Stats() (behind int64, failing bool) {
	behind, _, _ = spool.Behind(f.cfg.Spool.Dir(), *f.place.Load())
	return behind, f.failing.Load()
}

func (f *File) run(ctx context.Context) {
	defer close(f.done)
	wait := copyEvery
	seen := int64(-1)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = copyEvery
		written := f.cfg.Spool.Stats().Records
		if written == seen && f.settled() && !f.reopen.Load() {
			continue
		}
		err := f.step(ctx)
		if ctx.Err() != nil {
			return
		}
		switch {
		case err != nil && !f.failing.Swap(true):
			f.cfg.Log.Error("the audit file cannot be written; records are kept in the spool until it can", "err", err)
		case err == nil && f.failing.Swap(false):
			f.cfg.Log.Info("the audit file can be written again")
		}
		if seen = written; err != nil {
			seen, wait = -1, retryAfter
		}
	}
}

// settled reports whether what was written is saved.
func (f *File) settled() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.saved == *f.place.Load()
}

func (f *File) step(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.reopen.Load() {
		if err := f.follow(); err != nil {
			return err
		}
	}
	err := f.copy(ctx)
	if err == nil && f.saved != *f.place.Load() && time.Since(f.when) >= saveEvery {
		err = f.save()
	}
	return err
}

// copy writes what the spool has from f.place on.
func (f *File) copy(ctx context.Context) error {
	for ctx.Err() == nil {
		at := *f.place.Load()
		f.lines = f.lines[:0]
		next, err := spool.Read(f.cfg.Spool.Dir(), at, func(record []byte) error {
			f.lines = append(append(f.lines, record...), '\n')
			return nil
		})
		if err != nil || next == at {
			return err
		}
		if len(f.lines) > 0 {
			if err := f.write(f.lines); err != nil {
				return err
			}
		}
		f.place.Store(&next)
	}
	return nil
}

// write writes whole lines to the file that has the name now.
func (f *File) write(lines []byte) error {
	if err := f.follow(); err != nil {
		return err
	}
	w := f.cfg.Out
	if f.file != nil {
		w = f.file
	}
	if f.torn {
		if _, err := w.Write([]byte{'\n'}); err != nil {
			return fmt.Errorf("writing the audit file: %w", err)
		}
		f.torn = false
	}
	n, err := w.Write(lines)
	if err != nil {
		f.torn = n > 0 && lines[n-1] != '\n'
		return fmt.Errorf("writing the audit file: %w", err)
	}
	return nil
}

// follow opens the file again if it is not the one of the name any more.
func (f *File) follow() error {
	if !f.moved() {
		return nil
	}
	return f.open()
}

// moved reports whether the file that is open is not the one of the name any
// more.
func (f *File) moved() bool {
	if f.reopen.Swap(false) || f.file == nil {
		return true
	}
	now, err := os.Stat(f.cfg.Path)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist)
	}
	is, err := f.file.Stat()
	return err != nil || !os.SameFile(now, is)
}

// open opens the file. What was written to the one before is on the disk before
// it is left.
func (f *File) open() error {
	if f.cfg.Path == Stdout {
		return nil
	}
	if f.file != nil {
		err := errors.Join(f.file.Sync(), f.file.Close())
		f.file = nil
		if err != nil {
			return fmt.Errorf("closing the audit file: %w", err)
		}
	}
	file, err := os.OpenFile(f.cfg.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening the audit file: %w", err)
	}
	f.file, f.torn = file, false
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return err
	}
	last := make([]byte, 1)
	if _, err := file.ReadAt(last, info.Size()-1); err != nil {
		return fmt.Errorf("reading the audit file: %w", err)
	}
	f.torn = last[0] != '\n'
	return nil
}

// save keeps how far the copy has come, when that is on the disk, and lets go of
// what the spool holds for it.
func (f *File) save() error {
	at := *f.place.Load()
	if f.file != nil {
		if info, err := f.file.Stat(); err == nil && info.Mode().IsRegular() {
			if err := f.file.Sync(); err != nil {
				return fmt.Errorf("writing the audit file: %w", err)
			}
		}
	}
	text, err := json.Marshal(state{f.id, at.Segment, at.Offset})
	if err != nil {
		return err
	}
	next := f.cfg.State + ".new"
	err = os.WriteFile(next, text, 0o600)
	if err == nil {
		err = os.Rename(next, f.cfg.State)
	}
	if err != nil {
		return fmt.Errorf("keeping how far the audit file has come: %w", err)
	}
	f.saved, f.when = at, time.Now()
	f.cfg.Spool.Hold(holder, at)
	return nil
}

// load returns how far the last copy had come. Of another spool, or when its
// file is damaged, that is nowhere: lines that come twice are better than none.
func (f *File) load() (at spool.Position, err error) {
	text, err := os.ReadFile(f.cfg.State)
	if errors.Is(err, fs.ErrNotExist) {
		return at, nil
	}
	if err != nil {
		return at, fmt.Errorf("reading how far the audit file has come: %w", err)
	}
	var s state
	if json.Unmarshal(text, &s) != nil || s.Spool != f.id || s.Offset < 0 {
		return at, nil
	}
	return spool.Position{Segment: s.Segment, Offset: s.Offset}, nil
}

// StateFile is where the state is kept in a data directory.
func StateFile(dir string) string { return filepath.Join(dir, "audit-file.state") }
