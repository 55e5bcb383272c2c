package session

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync"
)

const (
	endOfBlock   = 256
	firstLength  = 257 // the symbol of the shortest match
	lastLength   = 285 // the symbol of the longest, which has no extra bits
	maxDistances = 30
	maxStored    = 1<<16 - 1

	literalLimit = 15 // bits of a code in the two alphabets of a block
	lengthLimit  = 7  // bits of a code for a code length
)

// The types of a block, as RFC 1951, 3.2.3 numbers them.
const (
	stored = iota
	fixed
	dynamic
)

// lengthsOrder is the order in which the lengths of the codes for code lengths
// are written, those likeliest to be absent last.
var lengthsOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// A deflater is what deflate works with.
type deflater struct {
	lz77
	literal  alphabet // literals, the end of the block, and lengths
	distance alphabet
	extra    int // bits that follow the symbols, whatever their code

	// The header of a dynamic block: RFC 1951, 3.2.7.
	literals, distances, lengths int      // how many code lengths are written of each alphabet
	runs                         []uint16 // those of the first two, run-length coded: symbol | extra<<8
	length                       alphabet // symbols of runs

	fixedLiteral, fixedDistance [maxSymbols]code
}

var deflaters = sync.Pool{New: func() any {
	d := new(deflater)
	d.prime(dictionary)
	d.makeFixed()
	return d
}}

// deflate appends plain to dst in the form of RFC 1951, primed with dictionary.
// It is meant for texts of a few kilobytes, which it writes as one block. Equal
// texts give equal results.
//
// compress/flate inflates it, and could write it too. But its Writer clears
// 640 KB of tables for each text, which takes longer than the work itself and
// evicts what the caller had in the cache. By BenchmarkDeflate ours takes a
// quarter of its time for a policy of one statement, and under half for 2 KB of
// policy with ten tags.
func deflate(dst, plain []byte) []byte {
	d := deflaters.Get().(*deflater)
	defer deflaters.Put(d)
	d.tokenize(plain)
	d.count()
	d.literal.build(literalLimit)
	d.distance.build(literalLimit)
	d.makeHeader()

	asStored := 8 * (len(plain) + 5*((len(plain)+maxStored-1)/maxStored))
	asFixed := 3 + d.extra + d.literal.size(&d.fixedLiteral) + d.distance.size(&d.fixedDistance)
	asDynamic := 3 + d.extra + d.literal.size(&d.literal.codes) + d.distance.size(&d.distance.codes) + d.headerSize()

	smallest := min(asStored, asFixed, asDynamic)
	w := bitWriter{dst: slices.Grow(dst, smallest/8+8)}
	switch smallest {
	case asStored:
		w.writeStored(plain)
	case asFixed:
		w.write(fixed<<1, 3)
		d.writeTokens(&w, &d.fixedLiteral, &d.fixedDistance)
	default:
		w.write(dynamic<<1, 3)
		d.writeHeader(&w)
		d.writeTokens(&w, &d.literal.codes, &d.distance.codes)
	}
	// The last block is empty, as with compress/flate. That takes five bytes,
	// and keeps PackedPolicySize what it is.
	w.write(1|stored<<1, 3)
	w.align()
	return append(w.dst, 0, 0, 0xff, 0xff)
}

// makeFixed makes the codes of fixed blocks: RFC 1951, 3.2.6.
func (d *deflater) makeFixed() {
	var symbols [maxSymbols]uint16
	for i := range symbols {
		symbols[i] = uint16(i)
		switch c := &d.fixedLiteral[i]; {
		case i < 144, i >= 280:
			c.length = 8
		case i < 256:
			c.length = 9
		default:
			c.length = 7
		}
	}
	number(d.fixedLiteral[:], symbols[:])
	for i := range maxDistances {
		d.fixedDistance[i].length = 5
	}
	number(d.fixedDistance[:], symbols[:maxDistances])
}

// class splits n as RFC 1951, 3.2.5 does lengths and distances: into a class,
// and the extra bits that tell the members of a class apart. There are 1<<low
// classes to a doubling.
func class(n uint32, low int) (symbol uint32, extra int) {
	extra = max(bits.Len32(n)-low-1, 0)
	return uint32(extra)<<low + n>>extra, extra
}

// lengthSymbol returns the symbol of a match's length, and how many extra bits
// of length-3 follow it.
func lengthSymbol(length uint32) (symbol uint32, extra int) {
	if length == maxMatch {
		return lastLength, 0
	}
	symbol, extra = class(length-3, 2)
	return firstLength + symbol, extra
}

// count counts the symbols.
func (d *deflater) count() {
	clear(d.literal.count[:])
	clear(d.distance.count[:])
	d.literal.count[endOfBlock] = 1
	d.extra = 0
	for _, t := range d.tokens {
		if t.length() == 0 {
			d.literal.count[t.low()]++
			continue
		}
		length, lengthExtra := lengthSymbol(t.length())
		distance, distanceExtra := class(t.low(), 1)
		d.literal.count[length]++
		d.distance.count[distance]++
		d.extra += lengthExtra + distanceExtra
	}
}

// makeHeader prepares the description of the dynamic codes.
func (d *deflater) makeHeader() {
	d.literals, d.distances = d.literal.end(firstLength), d.distance.end(1)
	var lengths [maxSymbols + maxDistances]uint8
	for _, s := range d.literal.used {
		lengths[s] = d.literal.codes[s].length
	}
	for _, s := range d.distance.used {
		lengths[d.literals+int(s)] = d.distance.codes[s].length
	}
	d.runLengths(lengths[:d.literals+d.distances])

	d.length.build(lengthLimit)
	for d.lengths = len(lengthsOrder); d.lengths > 4 && d.length.codes[lengthsOrder[d.lengths-1]].length == 0; d.lengths-- {
	}
}

// runLengths leaves in d.runs the code lengths, with symbols for repetition:
// 16 is the last once more 3 to 6 times, 17 is 3 to 10 zeros, 18 is 11 to 138.
func (d *deflater) runLengths(lengths []uint8) {
	d.runs = d.runs[:0]
	clear(d.length.count[:])
	add := func(symbol uint8, extra int) {
		d.length.count[symbol]++
		d.runs = append(d.runs, uint16(symbol)|uint16(extra)<<8)
	}
	for len(lengths) > 0 {
		length, n := lengths[0], 1
		for n < len(lengths) && lengths[n] == length {
			n++
		}
		lengths = lengths[n:]
		if length == 0 {
			for ; n >= 11; n -= min(n, 138) {
				add(18, min(n, 138)-11)
			}
			if n >= 3 {
				add(17, n-3)
				n = 0
			}
		} else {
			add(length, 0)
			for n--; n >= 3; n -= min(n, 6) {
				add(16, min(n, 6)-3)
			}
		}
		for range n {
			add(length, 0)
		}
	}
}

// repeatExtra is how many extra bits follow symbols 16, 17 and 18.
var repeatExtra = [3]int{2, 3, 7}

func (d *deflater) headerSize() int {
	n := 5 + 5 + 4 + 3*d.lengths + d.length.size(&d.length.codes)
	for i, extra := range repeatExtra {
		n += int(d.length.count[16+i]) * extra
	}
	return n
}

func (d *deflater) writeHeader(w *bitWriter) {
	w.write(uint64(d.literals-firstLength), 5)
	w.write(uint64(d.distances-1), 5)
	w.write(uint64(d.lengths-4), 4)
	for _, symbol := range lengthsOrder[:d.lengths] {
		w.write(uint64(d.length.codes[symbol].length), 3)
	}
	for _, r := range d.runs {
		symbol := r & 0xff
		w.writeCode(d.length.codes[symbol])
		if symbol >= 16 {
			w.write(uint64(r>>8), repeatExtra[symbol-16])
		}
	}
}

func (d *deflater) writeTokens(w *bitWriter, literal, distance *[maxSymbols]code) {
	for _, t := range d.tokens {
		if t.length() == 0 {
			w.writeCode(literal[t.low()])
			continue
		}
		symbol, extra := lengthSymbol(t.length())
		w.writeCode(literal[symbol])
		w.write(uint64(t.length()-3)&(1<<extra-1), extra)
		symbol, extra = class(t.low(), 1)
		w.writeCode(distance[symbol])
		w.write(uint64(t.low())&(1<<extra-1), extra)
	}
	w.writeCode(literal[endOfBlock])
}

// A bitWriter appends bits to dst, into each byte the lowest first.
type bitWriter struct {
	dst     []byte
	pending uint64
	n       int // how many bits are pending: fewer than 32
}

// write appends the n lowest bits of v, at most 32; the others are zero.
func (w *bitWriter) write(v uint64, n int) {
	w.pending |= v << w.n
	if w.n += n; w.n >= 32 {
		w.dst = binary.LittleEndian.AppendUint32(w.dst, uint32(w.pending))
		w.pending >>= 32
		w.n -= 32
	}
}

func (w *bitWriter) writeCode(c code) { w.write(uint64(c.bits), int(c.length)) }

// align appends what is pending, with zero bits up to a whole byte.
func (w *bitWriter) align() {
	for ; w.n > 0; w.n -= 8 {
		w.dst = append(w.dst, byte(w.pending))
		w.pending >>= 8
	}
	w.n, w.pending = 0, 0
}

// writeStored writes plain as it is: RFC 1951, 3.2.4.
func (w *bitWriter) writeStored(plain []byte) {
	for block := range slices.Chunk(plain, maxStored) {
		w.write(stored<<1, 3)
		w.align()
		w.write(uint64(len(block)), 16)
		w.write(uint64(^uint16(len(block))), 16)
		w.dst = append(w.dst, block...)
	}
}
