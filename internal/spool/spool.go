// Package spool is an append-only log of records that says when a record is
// safe: it is on the disk, and a kill -9 or a power cut cannot take it back.
//
// A spool is a directory of segments, numbered in order:
//
//	0000000000000007.spool
//
// A segment begins with the eight bytes "daypass\x01". Records follow, each in
// a frame:
//
//	length   4 bytes, little endian, of the record; never 0
//	checksum 4 bytes, CRC-32C of the length's bytes and the record
//	record
//
// Records are written in groups. One goroutine takes all that wait, writes them
// with one write and makes them durable with one fsync, which serves all who
// wait. Meanwhile the next group gathers.
//
// What was begun is never repaired in place. A process that starts, or whose
// disk refused a write, goes on in a new segment; readers pass over what does
// not check, such as the torn end of a write that a crash cut short. A group
// that could not be written is kept and tried again, so that what is on the
// disk lacks nothing once the disk takes writes again; who waits for it is told
// [ErrUnavailable] at once.
//
// Everything is bounded: the bytes that wait, the size of a record, and the
// bytes on disk, of which the oldest segments are dropped. Who still needs them
// holds them ([Spool.Hold]); a spool that is full of what is held takes no more.
package spool

import (
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// ErrUnavailable says that a record could not be made safe: what it stands for
// must not be answered.
var ErrUnavailable = errors.New("the record cannot be written")

// Limits of a spool.
const (
	MaxRecord = 256 << 10       // bytes of one record
	MinKeep   = 2 * segmentSize // bytes on disk that a spool keeps at least

	segmentSize = 64 << 20

	maxWaiting = 16 << 20 // bytes of records in memory; beyond, Append refuses
	pressure   = 4 << 20  // bytes in memory from which every caller waits for the disk
	eager      = 256 << 10
	reserve    = 8 << 20                // bytes of records that a full spool still takes, of what may make room
	lazyDelay  = 200 * time.Millisecond // how long a record that nobody waits for may stay in memory
	retryDelay = 250 * time.Millisecond // between attempts at a disk that refuses
	maxWait    = 10 * time.Second       // for the disk, before a caller is told ErrUnavailable

	// A sync costs the same for few callers and for many. So a group is written
	// when most of those who called lately wait for it, or after a moment.
	moment = 5 * time.Millisecond
)

// Config says where a spool is and how much of it is kept.
type Config struct {
	Dir     string // made when missing
	Segment int64  // bytes after which a new segment begins; 0 is 64 MiB
	Keep    int64  // bytes on disk, at least two segments; older ones are dropped unless they are held; 0 is 1 GiB

	// Ephemeral does not wait for the disk. For tests.
	Ephemeral bool

	Log *slog.Logger // nil discards
}

// Spool is an open one. It is safe for concurrent use; a directory has one
// Spool at a time, which its user sees to.
type Spool struct {
	cfg  Config
	disk disk
	wake chan struct{} // has a token when the writer should look
	quit chan struct{}
	done chan struct{}
	late *time.Timer // wakes the writer for a group that is not full when it is due

	failing atomic.Bool // the last write was refused
	full    atomic.Bool // what is on disk is beyond Keep, and held
	moved   atomic.Bool // a hold has changed: there may be room

	mu      sync.Mutex
	holds   map[string]uint64 // the oldest segment that each holder needs; guarded by mu
	next    *group            // gathers; guarded by mu
	writing int               // bytes of the group that is being written; guarded by mu
	enough  int               // callers who make a group full: it is due at once; guarded by mu
	spent   int               // bytes of the reserve, since the spool is full; guarded by mu
	closed  bool              // guarded by mu

	records, groups, failures, dropped atomic.Int64
}

// group is the records that become durable together.
type group struct {
	frames  []byte
	records int64
	waiters int         // callers who wait for the group
	due     time.Time   // when it is to be written, full or not
	full    bool        // it is to be written now
	limit   *time.Timer // settles the group after maxWait; set with the first record
	settled sync.Once
	ready   chan struct{} // closed when err is set
	err     error
}

// Open opens the spool, and makes it when there is none. Records are appended
// to a new segment, which is made with the first of them.
func Open(cfg Config) (*Spool, error) {
	if cfg.Segment == 0 {
		cfg.Segment = segmentSize
	}
	if cfg.Keep == 0 {
		cfg.Keep = 1 << 30
	}
	cfg.Keep = max(cfg.Keep, 2*cfg.Segment)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the spool: %w", err)
	}
	if err := ensureID(cfg.Dir, cfg.Ephemeral); err != nil {
		return nil, err
	}
	s := &Spool{
		cfg: cfg, next: newGroup(nil), holds: make(map[string]uint64),
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	s.disk = disk{dir: cfg.Dir, ephemeral: cfg.Ephemeral, datasync: datasync}
	if err := s.disk.look(); err != nil {
		return nil, err
	}
	s.late = time.AfterFunc(time.Hour, s.poke)
	s.late.Stop()
	go s.run()
	return s, nil
}

func newGroup(frames []byte) *group {
	return &group{frames: frames[:0], ready: make(chan struct{})}
}

// Close writes what waits and closes the spool. Later Appends are refused.
func (s *Spool) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if first {
		close(s.quit)
	}
	<-s.done
	if s.failing.Load() {
		return fmt.Errorf("closing the spool: %w", ErrUnavailable)
	}
	return nil
}

// Check returns ErrUnavailable when the disk refused the last write, or the spool
// is full: what needs a durable record had better not begin.
func (s *Spool) Check() error {
	switch {
	case s.failing.Load():
		return ErrUnavailable
	case s.full.Load():
		return errFull
	}
	return nil
}

// CheckReserve is [Spool.Check] for what [Spool.AppendReserve] will record.
func (s *Spool) CheckReserve() error {
	if s.failing.Load() {
		return ErrUnavailable
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.full.Load() && s.spent > reserve-MaxRecord {
		return errFull
	}
	return nil
}

var errFull = fmt.Errorf("%w: the spool is full of records that are not delivered yet", ErrUnavailable)

// Append adds a record. It waits until the record is durable if durable is set,
// or if so much waits already that the disk must be let catch up. A record that
// is refused with ErrUnavailable may yet be written later.
func (s *Spool) Append(record []byte, durable bool) error { return s.AppendAll(durable, record) }

// AppendAll is [Spool.Append] for records of one call: either all of them are
// taken or none.
func (s *Spool) AppendAll(durable bool, records ...[]byte) error {
	return s.append(durable, false, records)
}

// AppendReserve adds a durable record of what may make room. A full spool takes
// some megabytes of such, until there was room again.
func (s *Spool) AppendReserve(record []byte) error { return s.append(true, true, [][]byte{record}) }

func (s *Spool) append(durable, reserved bool, records [][]byte) error {
	size := 0
	var room [2]uint32
	sums := room[:0]
	for _, record := range records {
		if len(record) == 0 || len(record) > MaxRecord {
			return fmt.Errorf("%w: it has %d bytes", ErrUnavailable, len(record))
		}
		size += headerSize + len(record)
		sums = append(sums, checksum(record))
	}
	s.mu.Lock()
	g := s.next
	if s.closed || len(g.frames)+s.writing+size > maxWaiting {
		s.mu.Unlock()
		return fmt.Errorf("%w: too much waits for the disk", ErrUnavailable)
	}
	if s.full.Load() {
		if !reserved || s.spent+size > reserve {
			s.mu.Unlock()
			return errFull
		}
		s.spent += size
	}
	if g.records == 0 {
		g.limit = time.AfterFunc(maxWait, func() { g.settle(errors.New("the disk takes too long")) })
		s.dueIn(g, lazyDelay)
	}
	for i, record := range records {
		g.frames = appendFrame(g.frames, record, sums[i])
		g.records++
	}
	waits := durable || len(g.frames) >= pressure
	if waits {
		if g.waiters++; g.waiters == 1 {
			s.dueIn(g, moment)
		}
	}
	s.fill(g)
	s.mu.Unlock()
	switch {
	case !waits:
		return nil
	case s.failing.Load():
		return ErrUnavailable // the record is kept; nobody knows until when
	}
	<-g.ready // also when the client has left: what it asked for is done
	return g.err
}

// fill has the writer take the group if it is full. It is called under mu.
func (s *Spool) fill(g *group) {
	if !g.full && (len(g.frames) >= eager || g.waiters > 0 && g.waiters >= s.enough) {
		g.full = true
		s.poke()
	}
}

// dueIn has the writer look at the group after d. It is called under mu.
func (s *Spool) dueIn(g *group, d time.Duration) {
	g.due = time.Now().Add(d)
	s.late.Reset(d)
}

// poke wakes the writer; a token that is there already will do.
func (s *Spool) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// run is the writer.
func (s *Spool) run() {
	defer close(s.done)
	var spare []byte // the frames of the last group, for the one after the next
	for quitting := false; !quitting; {
		select {
		case <-s.wake:
		case <-s.quit:
			quitting = true
		}
		if g := s.take(spare, quitting); g != nil {
			s.write(g)
			if spare = g.frames; cap(spare) > 2*pressure {
				spare = nil
			}
		}
		if s.moved.Swap(false) {
			s.trim()
		}
	}
	if err := s.disk.close(); err != nil {
		s.cfg.Log.Error("closing the spool", "err", err)
	}
}

// take returns the group that has gathered if it is full or due, or in any case
// if all is set, and has the next gather in spare. Otherwise it returns nil.
func (s *Spool) take(spare []byte, all bool) *group {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.next
	if g.records == 0 || !all && !g.full && time.Now().Before(g.due) {
		return nil
	}
	s.next, s.writing = newGroup(spare), len(g.frames)
	return g
}

// write makes the group durable. A disk that refuses is tried again until it
// takes the group, and with it what has gathered since, or the spool is closed.
func (s *Spool) write(g *group) {
	err := s.disk.write(g.frames, s.cfg.Segment)
	for ; err != nil; err = s.disk.write(g.frames, s.cfg.Segment) {
		s.failures.Add(1)
		if !s.failing.Swap(true) {
			s.cfg.Log.Error("the spool of records cannot be written: calls that must be recorded are refused", "err", err)
		}
		g.settle(err)
		s.absorb(g, err)
		select {
		case <-time.After(retryDelay):
		case <-s.quit:
			return
		}
	}
	s.records.Add(g.records)
	s.groups.Add(1)
	s.mu.Lock()
	s.writing = 0
	s.enough = (g.waiters + s.next.waiters) * 3 / 4
	s.fill(s.next)
	s.mu.Unlock()
	s.trim()
	g.settle(nil)
	if s.failing.Swap(false) {
		s.cfg.Log.Info("the spool of records can be written again")
	}
}

// trim drops the segments that nobody needs and that are beyond what is kept.
func (s *Spool) trim() {
	s.mu.Lock()
	held := uint64(math.MaxUint64)
	for _, segment := range s.holds {
		held = min(held, segment)
	}
	s.mu.Unlock()
	s.dropped.Add(int64(s.disk.drop(s.cfg.Keep, held)))
	full := s.disk.total.Load() > s.cfg.Keep
	if s.full.Swap(full) == full {
		return
	}
	if full {
		s.cfg.Log.Error("the spool is full of records that are not delivered yet: calls are refused", "bytes", s.disk.total.Load())
	} else {
		s.mu.Lock()
		s.spent = 0
		s.mu.Unlock()
		s.cfg.Log.Info("the spool has room again")
	}
}

// settle tells those who wait for the group what became of it, once.
func (g *group) settle(err error) {
	g.settled.Do(func() {
		if g.limit != nil {
			g.limit.Stop()
		}
		if err != nil {
			g.err = fmt.Errorf("%w: %w", ErrUnavailable, err)
		}
		close(g.ready)
	})
}

// absorb adds what has gathered behind a group that cannot be written to that
// group, and tells those who wait for it so.
func (s *Spool) absorb(g *group, err error) {
	s.mu.Lock()
	later := s.next
	s.next = newGroup(nil)
	g.frames = append(g.frames, later.frames...)
	g.records += later.records
	s.writing = len(g.frames)
	s.mu.Unlock()
	later.settle(err)
}

// Stats are the figures of a spool since it was opened.
type Stats struct {
	Records  int64 // made durable
	Groups   int64 // writes that made them so
	Failures int64 // writes that the disk refused
	Dropped  int64 // segments deleted to stay within Config.Keep
	Waiting  int64 // bytes in memory
	Bytes    int64 // on disk
	Failing  int64 // 1 if the disk refused the last write
	Full     int64 // 1 if the spool is full of what is held
}

// Stats returns the figures of now.
func (s *Spool) Stats() Stats {
	s.mu.Lock()
	waiting := len(s.next.frames) + s.writing
	s.mu.Unlock()
	return Stats{
		Records: s.records.Load(), Groups: s.groups.Load(), Failures: s.failures.Load(), Dropped: s.dropped.Load(),
		Waiting: int64(waiting), Bytes: s.disk.total.Load(), Failing: one(&s.failing), Full: one(&s.full),
	}
}

func one(b *atomic.Bool) int64 {
	if b.Load() {
		return 1
	}
	return 0
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)
