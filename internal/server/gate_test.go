package server

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/sigv4"
)

var root = sigv4.Credentials{AccessKeyID: "AKIARZPUZDIKROOTROOT", SecretAccessKey: "a/secret/of/forty/characters/000000000000"}

// guarded is a whole Daypass behind a gate.
type guarded struct {
	t    *testing.T
	gate *Gate
	web  *httptest.Server
	addr string
}

func newGuarded(t *testing.T, cfg GateConfig, secure bool) *guarded {
	t.Helper()
	in, err := installation.Open(t.Context(), installation.Config{Dir: t.TempDir(), Region: "us-east-1", Serving: true, Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	first := installation.Root{Account: "123456789012", AccessKeyID: root.AccessKeyID, Secret: secret.New(root.SecretAccessKey)}
	if _, err := in.EnsureFirstAccount(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	cfg.TLS = secure
	g := &guarded{t: t, gate: NewGate(cfg)}
	g.web = httptest.NewUnstartedServer(New(Config{
		Pipeline: in.Pipeline, Services: in.Services, Region: "us-east-1", Now: time.Now, Log: slog.New(slog.DiscardHandler), Gate: g.gate,
	}))
	g.web.Listener = g.gate.Guard(g.web.Config, g.web.Listener)
	g.web.EnableHTTP2 = secure
	if secure {
		g.web.StartTLS()
	} else {
		g.web.Start()
	}
	t.Cleanup(g.web.Close)
	g.addr = g.web.Listener.Addr().String()
	return g
}

func (g *guarded) request(as sigv4.Credentials, body string) *http.Request {
	g.t.Helper()
	r, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.web.URL+"/", strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sigv4.Sign(r, sha256.Sum256([]byte(body)), as, "us-east-1", "sts", time.Now())
	return r
}

const gci = "Action=GetCallerIdentity&Version=2011-06-15"

var wrongRoot = sigv4.Credentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: "another"}

// line is a connection that tests write to themselves.
type line struct {
	t  *testing.T
	c  net.Conn
	in *bufio.Reader
}

func (g *guarded) dial() *line {
	g.t.Helper()
	c, err := net.Dial("tcp", g.addr)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	return &line{g.t, c, bufio.NewReader(c)}
}

// send sends a request and returns the status of the answer; 0 when the
// connection is closed instead.
func (l *line) send(r *http.Request) int {
	var text bytes.Buffer
	_ = r.Write(&text)
	_, _ = l.c.Write(text.Bytes())
	return l.status()
}

func (l *line) status() int {
	response, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// owes is when loopback has paid for everything.
func (b *budget) owes() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.place(netip.MustParseAddr("127.0.0.1")).paid
}

// closed reports whether the server has closed the connection.
func (l *line) closed(within time.Duration) bool {
	_ = l.c.SetReadDeadline(time.Now().Add(within))
	_, err := l.in.ReadByte()
	timeout, ok := err.(net.Error)
	return err != nil && !(ok && timeout.Timeout())
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for range 500 {
		if f() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s: not within 5 seconds", what)
}

func TestTheLongestWaiterLeavesAtTheBound(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 3}, false)
	idle, slow, good := g.dial(), g.dial(), g.dial()
	eventually(t, "three connections", func() bool { return g.gate.open() == 3 })
	if got := idle.send(g.request(root, gci)); got != 200 {
		t.Fatalf("status %d", got)
	}
	if got := good.send(g.request(root, gci)); got != 200 {
		t.Fatalf("status %d", got)
	}
	_, _ = io.WriteString(slow.c, "POST / HTTP/1.1\r\n") // a head that does not end
	fresh := g.dial()
	if !slow.closed(5 * time.Second) {
		t.Error("the longest waiter is still there: it has sent a part of a head, which is no request")
	}
	if got := fresh.send(g.request(root, gci)); got != 200 {
		t.Errorf("who takes its place gets status %d", got)
	}
	fresher := g.dial()
	if !idle.closed(5 * time.Second) {
		t.Error("the next to go is the one that has been idle for longest")
	}
	if got := fresher.send(g.request(root, gci)); got != 200 {
		t.Errorf("status %d", got)
	}
	if got := good.send(g.request(root, gci)); got != 200 {
		t.Errorf("a caller that is later in the row gets status %d", got)
	}
	if n := g.gate.dropped.Load(); n != 2 || g.gate.open() != 3 {
		t.Errorf("%d dropped, %d open; want 2 and 3", n, g.gate.open())
	}
}

func TestWhoIsAtWorkDoesNotLeave(t *testing.T) {
	work, end := make(chan struct{}), make(chan struct{})
	gate := NewGate(GateConfig{Connections: 1})
	web := httptest.NewUnstartedServer(gate.Count(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		work <- struct{}{}
		<-end
	})))
	web.Listener = gate.Guard(web.Config, web.Listener)
	web.Start()
	defer web.Close()
	answer := make(chan error, 1)
	go func() {
		_, err := http.Get(web.URL)
		answer <- err
	}()
	<-work
	if c, err := net.Dial("tcp", web.Listener.Addr().String()); err == nil { // else it is closed already
		defer c.Close()
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("one more connection while all are at work is read from")
		}
	}
	if n := gate.refused.Load(); n != 1 {
		t.Errorf("%d connections were refused, want 1", n)
	}
	close(end)
	if err := <-answer; err != nil {
		t.Errorf("the one at work: %v", err)
	}
}

func TestRefusalsAboveTheBudgetAreLate(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100, Refusals: 10}, false)
	stranger, caller := g.dial(), g.dial()
	begin := time.Now()
	for range 10 { // 20 are saved
		if got := stranger.send(g.request(wrongRoot, gci)); got != 403 {
			t.Fatalf("status %d", got)
		}
	}
	if g.gate.delayed.Load() != 0 {
		t.Errorf("%d refusals within the budget were late", g.gate.delayed.Load())
	}
	for range 15 {
		stranger.send(g.request(wrongRoot, gci))
	}
	if took := time.Since(begin); g.gate.delayed.Load() == 0 || took < 300*time.Millisecond {
		t.Errorf("25 refusals took %v, %d were late; want half a second", took, g.gate.delayed.Load())
	}
	before := g.gate.delayed.Load()
	for range 100 {
		if got := caller.send(g.request(root, gci)); got != 200 {
			t.Fatalf("status %d", got)
		}
	}
	begin = time.Now()
	if got := caller.send(g.request(root, "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::123456789012:role/none&RoleSessionName=me")); got != 403 {
		t.Errorf("status %d", got)
	}
	if took := time.Since(begin); g.gate.delayed.Load() != before || took > 5*time.Second {
		t.Errorf("a caller's refusal took %v", took)
	}
}

// TestTooManyLateAnswers has more strangers wait than the budget pays for
// within the longest delay: their connections are closed.
func TestTooManyLateAnswers(t *testing.T) {
	gate := NewGate(GateConfig{Connections: 10, Refusals: 1})
	gate.refusals.take(here, 2+int(longestDelay/time.Second), time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	v, answer := new(visit), http.Header{}
	_ = v.begin(ctx, gate)
	v.repel(ctx, here, http.Header{}, answer)
	if answer.Get("Connection") != "close" {
		t.Error("the connection stays open")
	}
	answer = http.Header{}
	gate.refusals.prove(there) // others do not wait for it
	if v.repel(ctx, there, http.Header{}, answer); gate.delayed.Load() != 1 || len(answer) != 0 {
		t.Errorf("%d late, want the first alone", gate.delayed.Load())
	}
}

func TestConnectionsThatComeToNothing(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100, Refusals: 10}, false) // 20 are saved
	for range 30 {
		if c, err := net.Dial("tcp", g.addr); err == nil {
			c.Close()
		}
	}
	begin := time.Now()
	if got := g.dial().send(g.request(root, gci)); got != 200 {
		t.Fatalf("status %d", got)
	}
	if took := time.Since(begin); took < 300*time.Millisecond {
		t.Errorf("the 31st connection is served after %v; want a second", took)
	}
	for range 60 {
		if c, err := net.Dial("tcp", g.addr); err == nil {
			c.Close()
		}
	}
	eventually(t, "connections beyond the longest wait are closed", func() bool { return g.gate.refused.Load() > 0 })

	// Connections of callers, and of those who wait for their refusal, cost nothing.
	g = newGuarded(t, GateConfig{Connections: 100, Refusals: 200}, false)
	before := g.gate.strangers.owes()
	for i := range 50 {
		as := root
		if i%2 == 0 {
			as = wrongRoot
		}
		l := g.dial()
		l.send(g.request(as, gci))
		l.c.Close()
	}
	if after := g.gate.strangers.owes(); after-before > 50*g.gate.strangers.unit/2 && after > g.gate.now() {
		t.Errorf("they paid %v", after-before)
	}
}

func TestStrangersPayForTheirBytes(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100, Refusals: 20}, false)
	large := gci + "&x=" + strings.Repeat("a", 300<<10) // 71 units: 31 beyond what is saved
	begin := time.Now()
	if got := g.dial().send(g.request(wrongRoot, large)); got != 403 {
		t.Errorf("status %d", got)
	}
	if took := time.Since(begin); took < time.Second {
		t.Errorf("300 KiB of a stranger took %v; want 1.5 seconds", took)
	}
	g = newGuarded(t, GateConfig{Connections: 100, Refusals: 20}, false)
	caller := g.dial()
	caller.send(g.request(root, gci))
	before := g.gate.refusals.owes()
	for range 10 {
		if got := caller.send(g.request(root, large)); got != 200 {
			t.Errorf("status %d", got)
		}
	}
	if after := g.gate.refusals.owes(); after != before {
		t.Errorf("a caller paid %v for 3 MiB", after-before)
	}
}

func TestProxiesAreNotHeldUp(t *testing.T) {
	proxies := Proxies{netip.MustParsePrefix("127.0.0.0/8")}
	g := newGuarded(t, GateConfig{Connections: 100, Refusals: 2, Proxies: proxies}, false)
	for range 50 {
		g.dial().c.Close()
	}
	begin := time.Now()
	if got := g.dial().send(g.request(root, gci)); got != 200 || time.Since(begin) > longestHold/2 {
		t.Errorf("status %d after %v", got, time.Since(begin))
	}
}

func TestHTTP2IsGuarded(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100, Refusals: 1000}, true)
	client := g.web.Client()
	for _, tt := range []struct {
		as   sigv4.Credentials
		want int
	}{{wrongRoot, 403}, {root, 200}} {
		response, err := client.Do(g.request(tt.as, gci))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.ProtoMajor != 2 || response.StatusCode != tt.want {
			t.Errorf("%s %d, want HTTP/2 %d", response.Proto, response.StatusCode, tt.want)
		}
	}
	g.gate.mu.Lock()
	known := len(g.gate.conns) == 1 && g.gate.conns[0].known.Load() && g.gate.conns[0].busy.Load() == 0
	g.gate.mu.Unlock()
	if !known {
		t.Error("the gate does not know the connection of the caller")
	}
	g.gate.requests.Store(2 * 100) // as many as there may be
	response, err := client.Do(g.request(root, gci))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 503 {
		t.Errorf("one request more than there is room for: status %d", response.StatusCode)
	}
	g.gate.requests.Store(0)
}

func TestTLSGuardsTheHandshake(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100, Refusals: 16}, true) // 4 handshakes a second
	for range 10 {
		c, err := tls.Dial("tcp", g.addr, &tls.Config{InsecureSkipVerify: true})
		if err == nil {
			c.Close()
		}
	}
	if paid := g.gate.strangers.owes() - g.gate.now(); paid < -time.Second {
		t.Errorf("10 handshakes left %v", paid)
	}

	// A refusal does not pay for a handshake; a caller gets his back.
	for _, tt := range []struct {
		as   sigv4.Credentials
		want time.Duration
	}{{wrongRoot, handshakeUnits * time.Second / 16}, {root, 0}} {
		g = newGuarded(t, GateConfig{Connections: 100, Refusals: 16}, true)
		before := g.gate.now()
		g.gate.strangers.mu.Lock()
		g.gate.strangers.all = before
		g.gate.strangers.mu.Unlock()
		response, err := g.web.Client().Do(g.request(tt.as, gci))
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		g.gate.strangers.mu.Lock()
		paid := together * (g.gate.strangers.all - before)
		g.gate.strangers.mu.Unlock()
		if paid.Round(10*time.Millisecond) != tt.want.Round(10*time.Millisecond) {
			t.Errorf("status %d: paid %v, want %v", response.StatusCode, paid, tt.want)
		}
	}
}

func TestBodies(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100}, false)
	fits := gci + "&x=" + strings.Repeat("a", MaxBody-len(gci)-3)
	chunked := func(body string) *http.Request {
		r := g.request(root, body)
		r.ContentLength = -1
		return r
	}
	for _, tt := range []struct {
		name string
		r    *http.Request
		want int
	}{
		{"the largest", g.request(root, fits), 200},
		{"one more", g.request(root, fits+"a"), 413},
		{"the largest, in chunks", chunked(fits), 200},
		{"one more, in chunks", chunked(fits + "a"), 413},
		{"in small chunks", chunked(gci), 200},
		{"none", g.request(root, ""), 400},
	} {
		if got := g.dial().send(tt.r); got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
	}
	eventually(t, "memory is given back", func() bool { return g.gate.bodies.inUse() == 0 })

	l := g.dial()
	_, _ = fmt.Fprintf(l.c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", MaxBody+1)
	if got := l.status(); got != 413 || !l.closed(5*time.Second) {
		t.Errorf("a length over the limit: status %d, want 413 before any of it is sent", got)
	}
	l = g.dial()
	_, _ = fmt.Fprintf(l.c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	if got := l.status(); got != 100 {
		t.Errorf("Expect: 100-continue is answered %d", got)
	}
	_, _ = io.WriteString(l.c, "abc")
	_ = l.c.(*net.TCPConn).CloseWrite()
	if got := l.status(); got != 400 {
		t.Errorf("a body that ends early: status %d, want 400", got)
	}
}

// TestMemoryOfBodies has slow senders take all the memory there is: requests of
// the usual size do not notice, and the next large one has the slowest sender
// cut off.
func TestMemoryOfBodies(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100}, false)
	g.gate.bodies.init(600<<10, bodyPatience, bodyGrace)
	slow := func() *line {
		l := g.dial()
		_, _ = fmt.Fprintf(l.c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", 300<<10, strings.Repeat("a", 200<<10))
		return l
	}
	first := slow()
	eventually(t, "the first holds memory", func() bool { return g.gate.bodies.inUse() > 0 })
	second := slow()
	eventually(t, "the memory is taken", func() bool { return g.gate.bodies.inUse() > 500<<10 })
	begin := time.Now()
	if got := g.dial().send(g.request(root, gci)); got != 200 || time.Since(begin) > bodyGrace/2 {
		t.Errorf("a small request: status %d after %v", got, time.Since(begin))
	}
	if got := g.dial().send(g.request(root, gci+"&x="+strings.Repeat("a", 200<<10))); got != 200 {
		t.Errorf("a large request: status %d", got)
	}
	if !first.closed(5 * time.Second) {
		t.Error("the slowest sender is still there")
	}
	if second.closed(10 * time.Millisecond) {
		t.Error("more senders than needed are gone")
	}
	second.c.Close()
	eventually(t, "memory is given back", func() bool { return g.gate.bodies.inUse() == 0 })

	// Who is not slow loses nothing; then there is no memory.
	b := &g.gate.bodies
	v := &visit{gate: g.gate, bodies: &g.gate.bodies}
	if !b.take(t.Context(), v, 600<<10) {
		t.Fatal("no memory")
	}
	b.arrived(v)
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if b.take(ctx, new(visit), 1) {
		t.Error("more memory than there is")
	}
	v.release()
	if g.gate.bodies.inUse() != 0 {
		t.Error("memory is lost")
	}
}

// TestAStrangersStreamsTakeTurns sends many requests at once on a connection
// over HTTP/2: a stranger's are carried out two at a time at most, a caller's
// all at once.
func TestAStrangersStreamsTakeTurns(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 100, Refusals: 100}, true)
	client := g.web.Client()
	known := func(is bool) {
		g.gate.mu.Lock()
		defer g.gate.mu.Unlock()
		for _, c := range g.gate.conns {
			c.known.Store(is)
		}
	}
	response, err := client.Do(g.request(root, gci)) // opens the connection
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	known(false)
	g.gate.refusals.take(hostAddr("127.0.0.1"), 500, time.Hour) // what is saved, and three seconds more
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for range 20 {
		all.Go(func() {
			if response, err := client.Do(g.request(wrongRoot, gci).WithContext(ctx)); err == nil {
				response.Body.Close()
			}
		})
	}
	eventually(t, "20 requests under way", func() bool { return g.gate.requests.Load() == 20 })
	time.Sleep(50 * time.Millisecond)
	if n := g.gate.delayed.Load(); n < 1 || n > 2 {
		t.Errorf("%d of them were carried out and wait for their refusal; want 2 at most", n)
	}
	known(true) // as after a caller's request
	if response, err = client.Do(g.request(root, gci)); err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("a caller's request on the same connection: status %d", response.StatusCode)
	}
}

// TestAStrangersBytesAreReadLate reads from a connection what a stranger sends,
// until somebody on it has proved who he is.
func TestAStrangersBytesAreReadLate(t *testing.T) {
	g := NewGate(GateConfig{Connections: 1, Refusals: 20})
	ours, theirs := net.Pipe()
	defer theirs.Close()
	go func() {
		for {
			if _, err := theirs.Write(make([]byte, 4<<10)); err != nil {
				return
			}
		}
	}()
	c := g.admit(ours)
	defer c.Close()
	c.begun.Store(1) // a body
	read := func(n int) time.Duration {
		begin := time.Now()
		if _, err := io.ReadFull(c, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
		return time.Since(begin)
	}
	if took := read(freeBytes + 40*chargedBytes); took > 400*time.Millisecond { // 40 units are saved
		t.Errorf("what is free and what is saved took %v", took)
	}
	if took := read(10 * chargedBytes); took < 400*time.Millisecond {
		t.Errorf("10 units more took %v, want half a second", took)
	}
	c.known.Store(true)
	if took := read(1000 * chargedBytes); took > 2*time.Second {
		t.Errorf("4 MiB of a caller took %v", took)
	}
	c.known.Store(false)
	read(1) // there is something to pay for
	before := time.Now()
	_ = c.SetReadDeadline(before.Add(-time.Hour))
	c.hold = time.Minute
	_ = c.SetReadDeadline(time.Unix(1, 0)) // as net/http takes its reader back
	_, _ = c.Read(make([]byte, 1))
	if took := time.Since(before); took > 10*time.Second {
		t.Errorf("a reader that is called back takes %v", took)
	}
}

func TestWhatAStrangerLeavesBehindIsPaidFor(t *testing.T) {
	g := NewGate(GateConfig{Connections: 10, Refusals: 1000})
	leave := func(known bool) time.Duration {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		before := g.now()
		g.strangers.all = before
		c := g.admit(ours)
		c.known.Store(known)
		c.sent.Store(20 * lostBytes)
		c.begun.Store(12)
		_ = c.Close()
		return (together * (g.strangers.all - before)).Round(time.Millisecond)
	}
	if got, want := leave(false), 33*time.Millisecond; got != want {
		t.Errorf("a stranger paid %v, want %v: the connection, 20 for bytes, 12 for requests", got, want)
	}
	if got, want := leave(true), time.Millisecond; got != want {
		t.Errorf("a caller paid %v, want %v", got, want)
	}
}

func TestHeadsOfStrangersAreShort(t *testing.T) {
	g := newGuarded(t, GateConfig{Connections: 10}, false)
	long := func(lines int) *http.Request {
		r := g.request(root, gci)
		for i := range lines {
			r.Header.Set(fmt.Sprint("X-Line-", i), "a")
		}
		return r
	}
	if got := g.dial().send(long(headLines)); got != 431 {
		t.Errorf("%d lines and more of a stranger: status %d, want 431", headLines, got)
	}
	caller := g.dial()
	for _, lines := range []int{headLines / 2, 2 * headLines} {
		if got := caller.send(long(lines)); got != 200 {
			t.Errorf("%d lines of a caller: status %d, want 200", lines, got)
		}
	}
}

// TestTurnsEndWithACaller has requests wait for their turn when one before
// them turns out to be a caller's: none of them holds up the others then.
// TestWhatIsNotReadIsThrownAway has a peer who does not read: once writing to
// him has failed, closing leaves nothing for the kernel to go on offering.
func TestWhatIsNotReadIsThrownAway(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	guard := NewGate(GateConfig{Connections: 2}).Guard(&http.Server{}, l)
	defer guard.Close()
	peer, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	c, err := guard.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_ = c.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		_, err = c.Write(make([]byte, 64<<10))
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, peer); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the peer reads up to %v, want a reset", err)
	}
}

func TestTurnsEndWithACaller(t *testing.T) {
	g := NewGate(GateConfig{Connections: 10})
	c := &conn{gate: g, turn: make(chan struct{}, 1)}
	c.begun.Store(3)
	c.turn <- struct{}{} // the second's
	passed := make(chan bool)
	for range 2 {
		go func() {
			v := &visit{gate: g, conn: c}
			err := v.await(t.Context())
			passed <- err == nil && !v.turn
		}()
	}
	time.Sleep(10 * time.Millisecond)
	c.known.Store(true)
	<-c.turn
	for range 2 {
		if !<-passed {
			t.Error("a request holds the turn")
		}
	}
}
