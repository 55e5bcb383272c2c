package history

import (
	"encoding/binary"
	"errors"

	"github.com/klauspost/compress/s2"
)

// A block is some hundred records that are kept, found and dropped together.
// Compressed together they take a tenth of their size, and the index has one
// entry for all of them: the least and greatest key, and a filter of terms. Its
// stored form is
//
//	1        the version
//	…        compressed by s2: for each record its length, as a varint, and its bytes
type block struct {
	number int64

	oldest, newest string // keys
	records        int
	text           []byte // of all records, each behind its length
	terms          map[uint64]struct{}
}

// The size at which a block is whole, in records and in bytes.
const (
	blockRecords = 512
	blockBytes   = 768 << 10
)

const blockVersion = 1

func (b *block) full() bool { return b.records >= blockRecords || len(b.text) >= blockBytes }

// add adds a record whose event is e.
func (b *block) add(e *event, record []byte) {
	var room [10 + idLength]byte
	key := appendKey(room[:0], e.seconds, e.id)
	if b.records == 0 || string(key) < b.oldest {
		b.oldest = string(key)
	}
	if string(key) > b.newest {
		b.newest = string(key)
	}
	if b.terms == nil {
		b.terms = make(map[uint64]struct{}, 4*blockRecords)
	}
	e.terms(func(t uint64) { b.terms[t] = struct{}{} })
	b.records++
	b.text = append(binary.AppendUvarint(b.text, uint64(len(record))), record...)
}

// reset empties the block, and keeps its room.
func (b *block) reset(number int64) {
	clear(b.terms)
	*b = block{number: number, text: b.text[:0], terms: b.terms}
}

func (b *block) stored() []byte {
	dst := make([]byte, 1+s2.MaxEncodedLen(len(b.text)))
	dst[0] = blockVersion
	return dst[:1+len(s2.Encode(dst[1:], b.text))]
}

// maxBlock bounds what a stored block is taken to be: blocks are whole before
// they are as long, but for their last record.
const maxBlock = 2 << 20

var errBlock = errors.New("a block of the event history is damaged")

// unpack returns the text of a stored block, in room if that is enough.
func unpack(stored, room []byte) ([]byte, error) {
	if len(stored) == 0 || stored[0] != blockVersion {
		return nil, errBlock
	}
	if n, err := s2.DecodedLen(stored[1:]); err != nil || n > maxBlock {
		return nil, errBlock
	}
	text, err := s2.Decode(room[:cap(room)], stored[1:])
	if err != nil {
		return nil, errBlock
	}
	return text, nil
}

// each calls f with each record of a block's text, until f says that it is
// enough.
func each(text []byte, f func(record []byte) bool) error {
	for len(text) > 0 {
		n, used := binary.Uvarint(text)
		if used <= 0 || n > uint64(len(text)-used) {
			return errBlock
		}
		text = text[used:]
		if !f(text[:n]) {
			return nil
		}
		text = text[n:]
	}
	return nil
}

// pack returns the block as it is stored.
func (b *block) pack() pack {
	return pack{number: b.number, oldest: b.oldest, newest: b.newest, filter: newFilter(b.terms), text: b.stored()}
}
