package server

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// budget says how much work for strangers may cost: a rate for each source,
// and one for all of them together. Who has used up his part waits until it has
// grown again.
//
// A source is an IPv4 address or the /64 of an IPv6 one. Sources are kept in a
// table of fixed size under a hash that nobody outside can compute; two that
// fall into one place share it, which costs an honest one a wait at worst.
//
// The zero rate is no limit.
type budget struct {
	seed maphash.Seed
	unit time.Duration        // what one costs a source; 0 is no limit
	now  func() time.Duration // later than [savings]

	mu      sync.Mutex
	all     time.Duration   // when all of them have paid; guarded by mu
	sources [sources]source // guarded by mu
}

const (
	sources = 4096

	// together is how many sources at their limit make the limit of all.
	together = 2

	// standing is for how long a source in which somebody has proved who he is
	// does not wait for others.
	standing = time.Hour

	// savings is how long a source saves what it does not use.
	savings = 2 * time.Second
)

// source is what the budget knows of one: when it has paid for everything, and
// when somebody there last proved who he is (0: never), both on the budget's
// clock.
type source struct{ paid, proved time.Duration }

// newBudget returns a budget of rate units a second and source.
func newBudget(rate int, now func() time.Duration) *budget {
	b := &budget{seed: maphash.MakeSeed(), now: now}
	if rate > 0 {
		b.unit = time.Second / time.Duration(rate)
	}
	return b
}

// place returns where the source of an address is kept.
func (b *budget) place(a netip.Addr) *source {
	var key [16]byte
	if a = a.Unmap(); a.Is4() {
		four := a.As4()
		copy(key[:], four[:])
	} else {
		sixteen := a.As16()
		copy(key[:8], sixteen[:8])
		key[15] = 1
	}
	return &b.sources[maphash.Bytes(b.seed, key[:])%sources]
}

// take spends n for a source and returns how long it has to wait for that. When
// this would be longer than limit nothing is spent, and ok is false.
func (b *budget) take(a netip.Addr, n int, limit time.Duration) (wait time.Duration, ok bool) {
	if b.unit == 0 {
		return 0, true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now, s := b.now(), b.place(a)
	cost := time.Duration(n) * b.unit
	own := max(s.paid, now-savings) + cost
	all := max(b.all, now-savings) + cost/together
	wait = own - now
	if s.proved == 0 || now-s.proved > standing {
		wait = max(wait, all-now)
	}
	if wait = max(wait, 0); wait > limit {
		return wait, false
	}
	s.paid, b.all = own, all
	return wait, true
}

// refund gives back what a source was charged without need.
func (b *budget) refund(a netip.Addr, n int) {
	if b.unit == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	cost := time.Duration(n) * b.unit
	b.place(a).paid -= cost
	b.all -= cost / together
}

// prove notes that somebody at a source has proved who he is.
func (b *budget) prove(a netip.Addr) {
	if b.unit == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.place(a).proved = b.now()
}
