package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// disk is the directory of segments. Its methods are for one goroutine; total
// may be read by any.
type disk struct {
	dir       string
	ephemeral bool                 // what it holds may be lost with the power
	datasync  func(*os.File) error // makes a file's bytes and size durable

	file  *os.File // the segment that grows; nil before the first write and after a refusal
	size  int64    // of file
	old   []segment
	last  uint64       // the greatest number in use
	total atomic.Int64 // bytes of all segments
}

// segment is one that does not grow any more.
type segment struct {
	number uint64
	size   int64
}

const suffix = ".spool"

func segmentName(number uint64) string { return fmt.Sprintf("%016d%s", number, suffix) }

// segments lists those of a directory, the oldest first.
func segments(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("reading the spool: %w", err)
	}
	var all []segment
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), suffix)
		number, err := strconv.ParseUint(digits, 10, 64)
		if !ok || err != nil || segmentName(number) != e.Name() {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // dropped meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("reading the spool: %w", err)
		}
		all = append(all, segment{number, info.Size()})
	}
	slices.SortFunc(all, func(a, b segment) int { return cmp.Compare(a.number, b.number) })
	return all, nil
}

// look takes stock of what is there.
func (d *disk) look() (err error) {
	if d.old, err = segments(d.dir); err != nil {
		return err
	}
	for _, s := range d.old {
		d.total.Add(s.size)
		d.last = s.number
	}
	return nil
}

// write appends the bytes and makes them durable. After a failure nobody knows
// what the segment holds, nor what the kernel believes to have written: it is
// left as it is, and the next write begins another.
func (d *disk) write(b []byte, limit int64) error {
	if d.file != nil && d.size >= limit {
		if err := d.retire(); err != nil {
			return err
		}
	}
	if d.file == nil {
		if err := d.begin(); err != nil {
			return err
		}
	}
	n, err := d.file.Write(b)
	d.size += int64(n)
	d.total.Add(int64(n))
	if err == nil && !d.ephemeral {
		err = d.datasync(d.file)
	}
	if err != nil {
		return errors.Join(err, d.retire())
	}
	return nil
}

// begin makes the next segment, whose name is durable before anything in it is.
func (d *disk) begin() error {
	d.last++
	name := filepath.Join(d.dir, segmentName(d.last))
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("beginning a segment: %w", err)
	}
	d.file, d.size = f, 0
	n, err := f.WriteString(magic)
	d.size += int64(n)
	d.total.Add(int64(n))
	if err == nil && !d.ephemeral {
		err = syncDir(d.dir)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("beginning segment %s: %w", name, err), d.retire())
	}
	return nil
}

// retire closes the segment that grows. One that holds no record is removed:
// while a disk refuses, an attempt every moment must not fill the directory.
func (d *disk) retire() error {
	f := d.file
	d.file = nil
	if d.size <= int64(len(magic)) {
		d.total.Add(-d.size)
		return errors.Join(f.Close(), os.Remove(f.Name()))
	}
	d.old = append(d.old, segment{d.last, d.size})
	return f.Close()
}

// drop removes the oldest segments until at most keep bytes are on disk, or the
// next one is held, and returns how many went.
func (d *disk) drop(keep int64, held uint64) (dropped int) {
	for len(d.old) > 0 && d.total.Load() > keep && d.old[0].number < held {
		err := os.Remove(filepath.Join(d.dir, segmentName(d.old[0].number)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return dropped
		}
		d.total.Add(-d.old[0].size)
		d.old = d.old[1:]
		dropped++
	}
	return dropped
}

func (d *disk) close() error {
	if d.file == nil {
		return nil
	}
	return d.retire()
}
