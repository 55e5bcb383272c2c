package history

import (
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// attribute is what events can be found by.
type attribute byte

// The attributes. Their numbers are in the filters of blocks: they stay.
const (
	noAttribute   attribute = 0 // every event has it, with an empty value
	eventID       attribute = 1
	eventName     attribute = 2
	readOnly      attribute = 3
	username      attribute = 4
	resourceType  attribute = 5
	resourceName  attribute = 6
	eventSource   attribute = 7
	accessKeyID   attribute = 8
	errorCode     attribute = 9
	principalName attribute = 10 // any of the names of who called: ARN, principal id, the ARN of the session's issuer
)

// term is an attribute and its value, as a filter knows it.
func term(a attribute, value []byte) uint64 { return mix(xxhash.Sum64(value) + uint64(a)*step) }

func termOf(a attribute, value string) uint64 {
	return mix(xxhash.Sum64String(value) + uint64(a)*step)
}

// scope is an account and Region. A term within a scope is one that an event of
// the scope has.
func scope(account, region []byte) uint64 {
	return mix(xxhash.Sum64(account)) ^ xxhash.Sum64(region)
}

func scopeOf(account, region string) uint64 {
	return mix(xxhash.Sum64String(account)) ^ xxhash.Sum64String(region)
}

func within(scope, term uint64) uint64 { return mix(scope + term*step) }

const step = 0x9e3779b97f4a7c15

// mix spreads what differs in a few bits over all of them.
func mix(h uint64) uint64 {
	h ^= h >> 32
	h *= step
	return h ^ h>>29
}

// terms calls add with the terms of an event. Those of the attributes that
// LookupEvents asks for come within the event's scope too: in the block of a
// busy account, what a quiet one rarely does is then not taken to be there.
func (e *event) terms(add func(uint64)) {
	in := scope(e.account, e.region)
	both := func(a attribute, value []byte) {
		if len(value) > 0 || a == noAttribute {
			t := term(a, value)
			add(t)
			add(within(in, t))
		}
	}
	add(term(eventID, e.id))
	both(noAttribute, nil)
	both(eventName, e.name)
	both(eventSource, e.source)
	both(readOnly, boolText(e.readOnly))
	both(username, e.user)
	both(accessKeyID, e.accessKey)
	for _, r := range e.resources {
		both(resourceType, r.kind)
		both(resourceName, r.name)
	}
	for _, name := range [...][]byte{e.arn, e.principal, e.issuer} {
		if len(name) > 0 {
			add(term(principalName, name))
		}
	}
	if len(e.code) > 0 {
		add(term(errorCode, e.code))
	}
}

var trueText, falseText = []byte("true"), []byte("false")

func boolText(b bool) []byte {
	if b {
		return trueText
	}
	return falseText
}

// filter says which terms a block may have: it is wrong about one in two
// thousand that it has not. (A Bloom filter of 16 bits a term and 8 probes.)
type filter []byte

const (
	bitsPerTerm = 16
	probes      = 8
)

func newFilter(terms map[uint64]struct{}) filter {
	f := make(filter, max(8, len(terms)*bitsPerTerm/8))
	for t := range terms {
		for range probes {
			at := f.place(t)
			f[at/8] |= 1 << (at % 8)
			t = mix(t + step)
		}
	}
	return f
}

// may reports whether the block may have the term.
func (f filter) may(t uint64) bool {
	if len(f) == 0 {
		return false
	}
	for range probes {
		at := f.place(t)
		if f[at/8]&(1<<(at%8)) == 0 {
			return false
		}
		t = mix(t + step)
	}
	return true
}

func (f filter) place(t uint64) uint64 {
	high, _ := bits.Mul64(t, uint64(len(f))*8)
	return high
}
