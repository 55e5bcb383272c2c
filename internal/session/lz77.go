package session

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

const (
	minMatch    = 4 // three literals cost about as much as a match of three
	maxMatch    = 258
	maxDistance = 32 << 10
	// farMatch is the distance from which a match of minMatch bytes costs more
	// than its literals.
	farMatch = 4 << 10

	hashBits = 11
	tries    = 32 // candidates looked at for one match
	lazy     = 16 // a match this long is taken without a look at the next position
)

// A token is a literal byte, or a match: a copy of 4 to 258 bytes from 1 to
// 32,768 bytes back. It is length<<16 | distance-1, of length 0 when a literal.
type token uint32

func (t token) length() uint32 { return uint32(t >> 16) }

// low is distance-1 of a match, or the literal.
func (t token) low() uint32 { return uint32(t & 0xffff) }

// lz77 turns a text into tokens. Positions count from the dictionary's start.
// Positions with the same hash are chained, the latest first: head begins a
// chain, prev goes on with it, -1 ends it. prev needs no clearing: what can be
// reached from head has been written for this text, or for the dictionary.
type lz77 struct {
	text   []byte  // the dictionary and the text
	prev   []int32 // by position
	head   [1 << hashBits]int32
	primed [1 << hashBits]int32 // head, when only the dictionary has been read
	tokens []token
}

func (z *lz77) prime(dictionary string) {
	z.text = []byte(dictionary)
	z.prev = make([]int32, len(dictionary))
	for i := range z.head {
		z.head[i] = -1
	}
	z.insert(0, len(z.text))
	z.primed = z.head
}

// tokenize leaves the tokens of plain in z.tokens. The longest match at each
// position waits until the next has been tried: if that has a longer one, a
// literal and the longer one are better.
func (z *lz77) tokenize(plain []byte) {
	z.text = append(z.text[:len(dictionary)], plain...)
	z.prev = slices.Grow(z.prev[:len(dictionary)], len(plain))[:len(z.text)]
	z.tokens = z.tokens[:0]
	z.head = z.primed
	z.insert(len(dictionary)-minMatch+1, len(dictionary)) // their hashes take bytes of plain
	waiting := false                                      // text[i-1] has no token yet
	var held, at token                                    // the best match at i-1 and at i
	for i := len(dictionary); i < len(z.text); {
		z.insert(i, i+1)
		at = 0
		if held.length() < lazy {
			at = z.longest(i, max(held.length(), minMatch-1))
		}
		if held != 0 && at == 0 {
			z.tokens = append(z.tokens, held)
			end := i - 1 + int(held.length())
			z.insert(i+1, end)
			i = end
			waiting, held = false, 0
			continue
		}
		if waiting {
			z.tokens = append(z.tokens, token(z.text[i-1]))
		}
		waiting, held = true, at
		i++
	}
	if waiting {
		z.tokens = append(z.tokens, token(z.text[len(z.text)-1]))
	}
}

// insert puts the positions from start to end at the heads of their chains.
func (z *lz77) insert(start, end int) {
	const golden = 0x9e3779b1 // 2^32 over the golden ratio: Knuth's multiplicative hash
	text, prev := z.text, z.prev[:len(z.text)]
	for i := start; i < min(end, len(text)-minMatch+1); i++ {
		head := &z.head[binary.LittleEndian.Uint32(text[i:])*golden>>(32-hashBits)]
		prev[i], *head = *head, int32(i)
	}
	for i := max(start, len(text)-minMatch+1); i < end; i++ {
		prev[i] = -1
	}
}

// longest returns the nearest of the longest matches at i that are longer than
// floor, 0 if there is none, among the first candidates of i's chain.
func (z *lz77) longest(i int, floor uint32) (best token) {
	here := z.text[i:min(len(z.text), i+maxMatch)]
	length, lowest := int(floor), max(0, i-maxDistance)
	candidate := z.prev[i]
	for n := tries; n > 0 && int(candidate) >= lowest && length < len(here); n-- {
		from := z.text[candidate:]
		if from[length] == here[length] {
			common, distance := commonPrefix(from, here), i-int(candidate)
			if common > length && (common > minMatch || distance <= farMatch) {
				best, length = token(common<<16|distance-1), common
			}
		}
		candidate = z.prev[candidate]
	}
	return best
}

// commonPrefix returns how many bytes b, the shorter one, begins with as a does.
func commonPrefix(a, b []byte) (n int) {
	for ; n+8 <= len(b); n += 8 {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
	}
	for n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
