package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A Gate bounds what strangers may cost: how many connections are open, how
// much of their bodies is in memory, how often they may be refused, and how
// fast they may send. A stranger is a connection whose last request was not
// that of a caller who proved who he is.
//
//   - At the bound of connections, the one that has waited longest for a complete
//     request goes first: it was just opened, is idle, or sends slowly.
//   - A refusal above the budget of its source is answered late, so that who
//     waits for answers cannot ask more often.
//   - A connection that ends without an answer to wait for (its client left, or
//     sent what is no HTTP) was paid for when it was opened, and above the budget
//     the next one is served late.
//   - What a stranger sends beyond the first [freeBytes] is paid for as well.
//
// Callers who prove who they are never wait. A nil *Gate limits nothing but the
// size of a body.
type Gate struct {
	cfg       GateConfig
	start     time.Time
	refusals  *budget // of refused requests, and of strangers' bytes
	strangers *budget // of connections
	bodies    bodies  // up to MaxBody
	large     bodies  // beyond
	lines     lineLimit

	requests atomic.Int64 // complete ones under way, those that wait for their refusal too

	mu    sync.Mutex
	conns []*conn // those open; guarded by mu

	dropped, refused, delayed, overloaded atomic.Int64
}

// GateConfig says what a [Gate] allows.
type GateConfig struct {
	Connections int // open at once; more than 0

	// Refusals is how many refused requests a second and source are answered at
	// once, and as many connections a second that come to nothing. 0 is no limit.
	Refusals int

	// Proxies bring the connections of many clients: theirs are not held up.
	Proxies Proxies

	// TLS says that a connection begins with a handshake, which costs more.
	TLS bool
}

const (
	// freeBytes is what a stranger may send with each request before his bytes
	// cost: more than what nearly every first request has. chargedBytes are one
	// unit of the budget.
	freeBytes    = 32 << 10
	chargedBytes = 4 << 10

	// headWeight is how much a byte of a head counts, since headers take longer
	// to read than a body.
	headWeight = 4

	// headLines is how many lines the head of a stranger's request may have. The
	// time that short ones take is out of proportion to what they cost to send.
	headLines = 128

	// lostBytes are one unit of the budget of connections, for one that came to
	// nothing.
	lostBytes = 2 << 10

	// chargedHeaders too: many short headers cost more than one long one.
	chargedHeaders = 64

	// handshakeUnits is what a TLS handshake costs in connections without.
	handshakeUnits = 4

	// longestDelay is how late a refusal is answered at most.
	longestDelay = 5 * time.Second

	// longestHold is how late a new connection is served at most; one that would
	// wait longer is closed. A longer queue would serve nobody sooner.
	longestHold = 1500 * time.Millisecond

	// longestPause is for how long a stranger who sends much is not read.
	longestPause = 10 * time.Second

	// evicted is which part of all connections is closed at once at the bound,
	// so that looking for them costs little: 1/64.
	evicted = 64
)

// NewGate returns a Gate.
func NewGate(cfg GateConfig) *Gate {
	g := &Gate{cfg: cfg, start: time.Now().Add(-time.Hour)}
	g.refusals = newBudget(cfg.Refusals, g.now)
	g.strangers = newBudget(cfg.Refusals, g.now)
	g.bodies.init(bodyMemory, bodyPatience, bodyGrace)
	g.large.init(largeMemory, largePatience, largeGrace)
	return g
}

// now is the time on the gate's own clock, which starts at an hour.
func (g *Gate) now() time.Duration { return time.Since(g.start) }

// Register adds the gate's metrics.
func (g *Gate) Register(r prometheus.Registerer) {
	gauge := func(name, help string, f func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f))
	}
	counter := func(name, help string, n *atomic.Int64) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(n.Load()) }))
	}
	gauge("daypass_connections", "Open connections.", func() float64 { return float64(g.open()) })
	gauge("daypass_requests_under_way", "Requests that are complete and not answered yet.", func() float64 { return float64(g.requests.Load()) })
	gauge("daypass_body_bytes", "Memory of request bodies beyond the first 8 KiB of each.", func() float64 { return float64(g.bodies.inUse() + g.large.inUse()) })
	counter("daypass_connections_dropped_total", "Connections that were closed to make room for others.", &g.dropped)
	counter("daypass_connections_refused_total", "Connections that were closed because their source opens too many, or all were busy.", &g.refused)
	counter("daypass_refusals_delayed_total", "Refusals that were answered late.", &g.delayed)
	counter("daypass_requests_overloaded_total", "Requests that were refused for want of room.", &g.overloaded)
	counter("daypass_log_lines_suppressed_total", "Lines of refused requests that were left out of the log.", &g.lines.suppressed)
}

func (g *Gate) open() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.conns)
}

// Guard has a server take its connections through the gate: it must serve the
// listener that Guard returns.
func (g *Gate) Guard(s *http.Server, l net.Listener) net.Listener {
	s.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if t, ok := c.(*tls.Conn); ok {
			c = t.NetConn()
		}
		return context.WithValue(ctx, connKey{}, c)
	}
	return &gateListener{Listener: l, gate: g}
}

type connKey struct{}

// connOf returns the connection that a request came on, nil when no gate
// guards it.
func connOf(ctx context.Context) *conn {
	c, _ := ctx.Value(connKey{}).(*conn)
	return c
}

type gateListener struct {
	net.Listener
	gate *Gate

	// What the goroutine that accepts has refused, and in which moment.
	moment  time.Duration
	refused int
}

const (
	// refusalMoment and refusalsAtOnce bound how many connections a second are
	// refused: 5,000. Above that they are left to the kernel, whose queue is
	// short, and which has their clients try again in a second.
	refusalMoment  = 10 * time.Millisecond
	refusalsAtOnce = 50
)

// Accept returns the next connection that may be served. In a flood it lets
// others run after each: while there is one to accept it would not stop before
// the scheduler makes it, and on one core that is ten milliseconds each time.
func (l *gateListener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if c := l.gate.admit(raw); c != nil {
			if c.hold > 0 {
				runtime.Gosched()
			}
			return c, nil
		}
		l.gate.refused.Add(1)
		abandon(raw)
		l.pace()
	}
}

// pace keeps refusing connections from taking all the time there is.
func (l *gateListener) pace() {
	now := l.gate.now()
	if now-l.moment > refusalMoment {
		l.moment, l.refused = now, 0
	}
	if l.refused++; l.refused < refusalsAtOnce {
		runtime.Gosched()
		return
	}
	time.Sleep(l.moment + refusalMoment - now)
}

// abandon closes a connection without waiting for its peer to agree.
func abandon(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// admit makes room for a connection, or returns nil.
func (g *Gate) admit(raw net.Conn) *conn {
	c := &conn{Conn: raw, gate: g, ended: make(chan struct{}), hurry: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
	c.source = hostAddr(raw.RemoteAddr().String())
	if c.pays = !g.cfg.Proxies.trust(c.source); c.pays {
		c.deposit = 1
		if g.cfg.TLS {
			c.deposit = handshakeUnits
		}
		wait, ok := g.strangers.take(c.source, c.deposit, longestHold)
		if !ok {
			return nil
		}
		c.hold = wait
	}
	c.since.Store(int64(g.now()))
	if !g.enter(c) {
		g.strangers.refund(c.source, c.deposit)
		return nil
	}
	return c
}

// enter adds a connection to those that are open, and closes others when there
// are too many.
func (g *Gate) enter(c *conn) bool {
	g.mu.Lock()
	full := len(g.conns) >= g.cfg.Connections
	g.mu.Unlock()
	if full && !g.evict(c, max(1, g.cfg.Connections/evicted)) {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	c.index = len(g.conns)
	g.conns = append(g.conns, c)
	return true
}

// evict closes the n connections that have waited longest, and reports whether
// there were any. It spares one, which needs the room.
func (g *Gate) evict(but *conn, n int) bool {
	g.mu.Lock()
	victims := g.longestWaiting(n, but)
	g.mu.Unlock()
	for _, v := range victims {
		g.dropped.Add(1)
		_ = v.Close()
	}
	return len(victims) > 0
}

// longestWaiting returns the n connections that have waited longest for a
// complete request, or fewer when fewer wait. g.mu is held.
func (g *Gate) longestWaiting(n int, but *conn) []*conn {
	waiting := make([]waiter, 0, len(g.conns))
	for _, c := range g.conns {
		if c != but && c.busy.Load() == 0 {
			waiting = append(waiting, waiter{c, c.since.Load()})
		}
	}
	slices.SortFunc(waiting, func(a, b waiter) int { return int(a.since - b.since) })
	victims := make([]*conn, 0, n)
	for _, w := range waiting[:min(n, len(waiting))] {
		victims = append(victims, w.conn)
	}
	return victims
}

type waiter struct {
	conn  *conn
	since int64
}

// leave removes a connection that was closed.
func (g *Gate) leave(c *conn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	last := len(g.conns) - 1
	g.conns[c.index] = g.conns[last]
	g.conns[c.index].index = c.index
	g.conns[last] = nil
	g.conns = g.conns[:last]
}

// conn is a connection that the gate counts.
type conn struct {
	net.Conn
	gate   *Gate
	source netip.Addr
	pays   bool          // it is not a proxy's
	index  int           // in gate.conns; guarded by gate.mu
	hold   time.Duration // before the first byte is read; for the reader alone

	since atomic.Int64 // when it began to wait for a complete request, on the gate's clock
	known atomic.Bool  // the last request was a caller's
	begun atomic.Int32 // requests under way
	busy  atomic.Int32 // of them, those that are complete
	sent  atomic.Int64 // what a stranger sent since his last request, by weight
	lines atomic.Int32 // of his heads since then
	stuck atomic.Bool  // a write failed: the peer does not read, or is gone

	// turn is held by a stranger's request while it is carried out beside
	// another one, which takes HTTP/2.
	turn chan struct{}

	mu      sync.Mutex
	deposit int // units that it paid when it was opened; guarded by mu

	once  sync.Once
	ended chan struct{} // closed with the connection
	hurry chan struct{} // a deadline has passed: whoever sleeps in Read returns
}

// Read reads, and slows down a stranger who sends more than he has paid for.
func (c *conn) Read(p []byte) (int, error) {
	if c.known.Load() {
		return c.Conn.Read(p)
	}
	if c.hold > 0 {
		c.sleep(c.hold)
		c.hold = 0
	}
	n, err := c.Conn.Read(p)
	weight := int64(n)
	if c.begun.Load() == 0 {
		weight *= headWeight
		if c.lines.Add(int32(bytes.Count(p[:n], newline))) > headLines && !c.gate.cfg.TLS {
			_, _ = c.Conn.Write(tooManyHeaders)
			return 0, io.EOF
		}
	}
	after := c.sent.Add(weight)
	if units := charged(after) - charged(after-weight); units > 0 && c.pays {
		wait, _ := c.gate.refusals.take(c.source, int(units), longestPause)
		c.sleep(min(wait, longestPause))
	}
	return n, err
}

var (
	newline        = []byte{'\n'}
	tooManyHeaders = []byte("HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
)

// charged returns how many units a stranger's bytes cost.
func charged(n int64) int64 { return max(n-freeBytes, 0) / chargedBytes }

// sleep waits until the time has passed, the connection is closed, or a read
// deadline says that nobody waits for its bytes any more.
func (c *conn) sleep(d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.ended:
	case <-c.hurry:
	}
}

// SetReadDeadline sets when reading ends. One in the past, with which net/http
// takes its reader back, wakes a sleeping one.
func (c *conn) SetReadDeadline(t time.Time) error {
	select {
	case <-c.hurry: // of a deadline that is over
	default:
	}
	err := c.Conn.SetReadDeadline(t)
	if !t.IsZero() && t.Unix() < longAgo {
		select {
		case c.hurry <- struct{}{}:
		default:
		}
	}
	return err
}

const longAgo = 1 << 20 // seconds since 1970

// CloseWrite ends what is sent, as net/http does before it closes a connection
// on which more may come.
func (c *conn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

// Write writes, and notes when that fails.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		c.stuck.Store(true)
	}
	return n, err
}

// Close closes the connection. What a peer has not read for so long that writing
// failed is thrown away: the kernel would go on offering it, and would tell the
// peer of the end only after that.
func (c *conn) Close() error {
	c.once.Do(func() {
		close(c.ended)
		c.gate.leave(c)
		c.settle()
	})
	if c.stuck.Load() {
		abandon(c.Conn)
		return nil
	}
	return c.Conn.Close()
}

// settle has a stranger's connection pay for what was sent on it and came to
// nothing, and for the requests that it leaves behind.
func (c *conn) settle() {
	if n := int(c.sent.Load()/lostBytes) + int(c.begun.Load()); n > 0 && !c.known.Load() && c.pays {
		c.gate.strangers.take(c.source, n, longestHold)
	}
}

// redeem gives back what was paid for the connection: it was not for nothing.
func (c *conn) redeem() {
	c.mu.Lock()
	n := c.deposit
	c.deposit = 0
	c.mu.Unlock()
	if n > 0 {
		c.gate.strangers.refund(c.source, n)
	}
}

// Count has the gate know which connections of a handler other than [Handler]
// are at work.
func (g *Gate) Count(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := new(visit)
		_ = v.begin(r.Context(), g)
		v.complete()
		defer v.end()
		h.ServeHTTP(w, r)
	})
}
