package server

import (
	"fmt"
	"net/netip"
	"testing"
	"time"
)

// clock is a budget's clock in tests.
type clock struct{ t time.Duration }

func (c *clock) now() time.Duration { return c.t }

var (
	here  = netip.MustParseAddr("203.0.113.1")
	there = netip.MustParseAddr("198.51.100.1")
)

func TestBudget(t *testing.T) {
	c := &clock{time.Hour}
	b := newBudget(100, c.now) // 10 ms each, 200 saved
	spend := func(a netip.Addr, n int, want time.Duration) {
		t.Helper()
		if wait, ok := b.take(a, n, time.Minute); wait != want || !ok {
			t.Errorf("waits %v, %v; want %v", wait, ok, want)
		}
	}
	spend(here, 200, 0)                  // what was saved
	spend(here, 1, 10*time.Millisecond)  // and one more
	spend(here, 9, 100*time.Millisecond) // which all wait for each other
	spend(there, 1, 0)                   // nobody else does
	c.t += time.Second                   // which pays for 100
	spend(here, 90, 0)                   // 10 were spent before
	spend(here, 100, time.Second)        //
	b.refund(here, 100)                  //
	spend(here, 1, 10*time.Millisecond)  // as if they had not been spent
	if wait, ok := b.take(here, 1000, time.Second); ok || wait < time.Second {
		t.Errorf("more than the limit: %v, %v", wait, ok)
	}
	spend(here, 1, 20*time.Millisecond) // what was refused was not spent
	c.t += 24 * time.Hour
	spend(here, 201, 10*time.Millisecond) // savings end
}

func TestBudgetOfAllSources(t *testing.T) {
	c := &clock{time.Hour}
	b := newBudget(100, c.now)
	known := netip.MustParseAddr("192.0.2.7")
	b.prove(known)
	waits := 0
	for i := range 100 {
		if wait, _ := b.take(netip.MustParseAddr(fmt.Sprintf("2001:db8:%x::1", i)), 20, time.Minute); wait > 0 {
			waits++
		}
	}
	if waits < 50 {
		t.Errorf("of 100 sources, each within its own budget, %d wait for the budget of all; want 80", waits)
	}
	if wait, _ := b.take(known, 1, time.Minute); wait != 0 {
		t.Errorf("a source in which somebody has proved who he is waits %v for others", wait)
	}
	c.t += standing + time.Second
	b.all = c.t + time.Second
	if wait, _ := b.take(known, 1, time.Minute); wait == 0 {
		t.Error("standing does not end")
	}
}

func TestSourcesAreNetworks(t *testing.T) {
	b := newBudget(1, func() time.Duration { return time.Hour })
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"203.0.113.1", "203.0.113.1", true},
		{"203.0.113.1", "203.0.113.2", false},
		{"203.0.113.1", "::ffff:203.0.113.1", true},
		{"2001:db8::1", "2001:db8::ffff:1", true},
		{"2001:db8:0:1::1", "2001:db8::1", false},
	} {
		// Two sources may share a place by chance; not under two seeds in turn.
		same := true
		for range 3 {
			b = newBudget(1, b.now)
			same = same && b.place(netip.MustParseAddr(tt.a)) == b.place(netip.MustParseAddr(tt.b))
		}
		if same != tt.same {
			t.Errorf("%s and %s: the same source %v, want %v", tt.a, tt.b, same, tt.same)
		}
	}
}

func TestNoBudgetIsNoLimit(t *testing.T) {
	b := newBudget(0, nil)
	if wait, ok := b.take(here, 1<<30, 0); wait != 0 || !ok {
		t.Errorf("waits %v, %v", wait, ok)
	}
	b.refund(here, 1)
	b.prove(here)
}
