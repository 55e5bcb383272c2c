package session

import (
	"math/bits"
	"slices"
)

// maxSymbols is the size of the largest alphabet: literals, the end of the
// block, and lengths; the last two symbols never occur.
const maxSymbols = 288

// A code is the bits that stand for a symbol, first bit lowest; length 0 means
// that the symbol has none.
type code struct {
	bits   uint16
	length uint8
}

// An alphabet counts its symbols and makes the Huffman code that suits the
// counts best.
type alphabet struct {
	count [maxSymbols]int32
	used  []uint16 // the symbols that occur, ascending
	codes [maxSymbols]code

	// What build works with. It writes before it reads, so nothing is cleared.
	sorted [maxSymbols]uint64
	weight [2 * maxSymbols]int32
	parent [2 * maxSymbols]uint16
	depth  [2 * maxSymbols]uint16
}

// build ends the counting and makes the codes, of at most limit bits.
func (a *alphabet) build(limit int) {
	clear(a.codes[:])
	a.used = a.used[:0]
	for symbol, c := range a.count {
		if c > 0 {
			a.used = append(a.used, uint16(symbol))
		}
	}
	n := len(a.used)
	if n < 2 {
		for _, symbol := range a.used {
			a.codes[symbol].length = 1
		}
		return
	}

	// The leaves of the tree: the symbols, the rarest first.
	for i, symbol := range a.used {
		a.sorted[i] = uint64(a.count[symbol])<<16 | uint64(symbol)
	}
	leaves := a.sorted[:n]
	slices.Sort(leaves)
	for i, leaf := range leaves {
		a.weight[i] = int32(leaf >> 16)
	}

	// The tree: the two lightest nodes get a parent, until one is left. Parents
	// are made in order of weight, so both queues, leaves and parents, are sorted.
	root := 2*n - 2
	leaf, inner := 0, n
	for next := n; next <= root; next++ {
		a.weight[next] = 0
		for range 2 {
			lightest := inner
			if leaf < n && (inner == next || a.weight[leaf] <= a.weight[inner]) {
				lightest = leaf
				leaf++
			} else {
				inner++
			}
			a.weight[next] += a.weight[lightest]
			a.parent[lightest] = uint16(next)
		}
	}

	// How many leaves there are at each depth, those too deep moved up to limit.
	var perLength [16]int
	excess := -1 << limit // how much is in use over the 1<<limit codes that limit bits have room for
	a.depth[root] = 0
	for i := root - 1; i >= 0; i-- {
		a.depth[i] = a.depth[a.parent[i]] + 1
		if i < n {
			length := min(int(a.depth[i]), limit)
			perLength[length]++
			excess += 1 << (limit - length)
		}
	}
	// A higher leaf makes room: it goes down one, and takes one of the deepest
	// as its sibling.
	for ; excess > 0; excess-- {
		length := limit - 1
		for perLength[length] == 0 {
			length--
		}
		perLength[length]--
		perLength[length+1] += 2
		perLength[limit]--
	}

	// The rarest symbols get the longest codes.
	for length := limit; length > 0; length-- {
		for _, leaf := range leaves[:perLength[length]] {
			a.codes[leaf&0xffff].length = uint8(length)
		}
		leaves = leaves[perLength[length]:]
	}
	number(a.codes[:], a.used)
}

// number fills in the bits of the symbols' codes, whose lengths are known:
// RFC 1951, 3.2.2.
func number(codes []code, symbols []uint16) {
	var perLength, next [16]uint16
	for _, s := range symbols {
		perLength[codes[s].length]++
	}
	for length := 1; length < len(next); length++ {
		next[length] = (next[length-1] + perLength[length-1]) << 1
	}
	for _, s := range symbols {
		c := &codes[s]
		c.bits = bits.Reverse16(next[c.length]) >> (16 - c.length)
		next[c.length]++
	}
}

// size is how many bits the symbols counted take in codes.
func (a *alphabet) size(codes *[maxSymbols]code) (n int) {
	for _, s := range a.used {
		n += int(a.count[s]) * int(codes[s].length)
	}
	return n
}

// end is one more than the last symbol that occurs, and at least least.
func (a *alphabet) end(least int) int {
	if len(a.used) == 0 {
		return least
	}
	return max(least, int(a.used[len(a.used)-1])+1)
}
