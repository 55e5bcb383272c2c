package spool

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Position is a place in a spool: that of the record which is read next. The
// zero Position is before the oldest record there is.
type Position struct {
	Segment uint64 // the segment's number
	Offset  int64  // bytes of it that have been read
}

// Compare is negative if p is before q, positive if it is after.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Segment, q.Segment), cmp.Compare(p.Offset, q.Offset))
}

// readSize is how much of a segment is in memory at a time: more than the
// largest record with its frame.
const readSize = 1 << 20

// Read calls f with the records from a position on, at most about a megabyte of
// them, also while the spool is being written, and returns the position of what
// comes after the last. It returns from itself when there is nothing yet. A
// record may come before it is durable, and may come twice: after a failed write
// it is written again. f must not keep the bytes. An error of f ends the reading
// at the record that it was called with.
//
// What does not check is passed over, but for the end of the last segment: it
// may be a write that is under way.
func Read(dir string, from Position, f func(record []byte) error) (next Position, err error) {
	all, err := segments(dir)
	if err != nil {
		return from, err
	}
	for i, s := range all {
		if s.number < from.Segment {
			continue
		}
		if s.number > from.Segment {
			from = Position{Segment: s.number}
		}
		next, n, err := readSegment(filepath.Join(dir, segmentName(s.number)), from, f)
		if err != nil || n > 0 || i == len(all)-1 {
			return next, err
		}
	}
	return from, nil
}

// readSegment reads a piece of one segment, and returns how many records were
// in it. What is no record is passed over, but not at the end, where it may be
// the start of one.
func readSegment(name string, from Position, f func(record []byte) error) (next Position, n int, err error) {
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return from, 0, nil // dropped meanwhile
	}
	if err != nil {
		return from, 0, fmt.Errorf("reading the spool: %w", err)
	}
	defer file.Close()
	piece := make([]byte, readSize)
	for n == 0 {
		size, err := file.ReadAt(piece, from.Offset)
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return from, 0, fmt.Errorf("reading the spool: %w", err)
		}
		var used int
		used, n, err = wholeFrames(piece[:size], from.Offset, f)
		if n == 0 && !ended && err == nil {
			used = size - headerSize - MaxRecord // damage: all but what may be the start of a record
		}
		from.Offset += int64(used)
		if err != nil || ended {
			return from, n, err
		}
	}
	return from, n, nil
}

// wholeFrames calls f with each record in a piece of a segment that begins at
// offset, and returns the bytes up to the end of the last, and their number.
func wholeFrames(piece []byte, offset int64, f func(record []byte) error) (used, n int, err error) {
	at := 0
	if offset == 0 && len(piece) >= len(magic) && string(piece[:len(magic)]) == magic {
		at = len(magic)
	}
	for at < len(piece) {
		record := frame(piece[at:])
		if record == nil {
			at++
			continue
		}
		if err := f(record); err != nil {
			return at, n, err
		}
		at += headerSize + len(record)
		used, n = at, n+1
	}
	return used, n, nil
}
