package spool

import (
	"encoding/binary"
	"hash/crc32"
)

const (
	magic      = "daypass\x01"
	headerSize = 8
)

func checksum(record []byte) uint32 {
	var length [4]byte
	binary.LittleEndian.PutUint32(length[:], uint32(len(record)))
	return crc32.Update(crc32.Checksum(length[:], castagnoli), castagnoli, record)
}

func appendFrame(dst, record []byte, sum uint32) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(record)))
	dst = binary.LittleEndian.AppendUint32(dst, sum)
	return append(dst, record...)
}

// frame returns the record at the start of b, or nil when there is none that
// checks.
func frame(b []byte) []byte {
	if len(b) < headerSize {
		return nil
	}
	n := uint64(binary.LittleEndian.Uint32(b))
	if n == 0 || n > MaxRecord || headerSize+n > uint64(len(b)) {
		return nil
	}
	record := b[headerSize : headerSize+n]
	if checksum(record) != binary.LittleEndian.Uint32(b[4:]) {
		return nil
	}
	return record
}

// frames calls f with each record of a segment and returns how many bytes
// before a record that checks were passed over: damage. What does not check at
// the end is what a crash cut short, and is not counted.
func frames(segment []byte, f func(record []byte) error) (damaged int, err error) {
	b := segment
	if len(b) >= len(magic) && string(b[:len(magic)]) == magic {
		b = b[len(magic):]
	}
	skipped := 0
	for len(b) > 0 {
		record := frame(b)
		if record == nil {
			b, skipped = b[1:], skipped+1
			continue
		}
		damaged, skipped = damaged+skipped, 0
		if err := f(record); err != nil {
			return damaged, err
		}
		b = b[headerSize+len(record):]
	}
	return damaged, nil
}
