package postgres

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// A Proxy stands between a client and a PostgreSQL, and fails as networks do. It
// reads what the client sends (which must not be under TLS), so that it can
// fail at a commit.
type Proxy struct {
	listener net.Listener
	target   string

	mu       sync.Mutex
	changed  *sync.Cond // of what is guarded by mu
	cut      bool
	stalled  bool
	closed   bool
	delay    time.Duration
	commit   CommitFault // for the next commit
	late     time.Duration
	struck   int // commits that a fault has met
	sessions map[*session]bool
}

// CommitFault is what becomes of a commit.
type CommitFault int

// The faults of a commit. In each the client sees its connection reset.
const (
	None       CommitFault = iota
	AnswerLost             // after the server has carried it out
	CommitLost             // and the server never sees it
	CommitLate             // and the server sees it some time after that
)

// NewProxy starts a proxy to a server's address. It ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, target: target, sessions: map[*session]bool{}}
	p.changed = sync.NewCond(&p.mu)
	var serving sync.WaitGroup
	serving.Go(p.serve)
	t.Cleanup(func() {
		_ = l.Close()
		p.set(func() { p.closed = true })
		p.Reset()
		serving.Wait()
	})
	return p
}

// Address returns where the proxy listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

func (p *Proxy) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.changed.Broadcast()
}

// Pass ends all faults. What was held back goes on its way now, as packets do
// that are sent again.
func (p *Proxy) Pass() {
	p.set(func() { p.cut, p.stalled, p.delay, p.commit = false, false, 0, None })
}

// Cut resets all connections, and each new one.
func (p *Proxy) Cut() {
	p.set(func() { p.cut = true })
	p.Reset()
}

// Stall swallows all packets: no connection is reset, and none goes on.
func (p *Proxy) Stall() { p.set(func() { p.stalled = true }) }

// Delay holds each packet back for d.
func (p *Proxy) Delay(d time.Duration) { p.set(func() { p.delay = d }) }

// Reset resets all connections that are open.
func (p *Proxy) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := range p.sessions {
		reset(s.client)
		reset(s.server)
	}
}

// FailCommit has a fault meet the next commit; d is how late [CommitLate] is.
func (p *Proxy) FailCommit(f CommitFault, d time.Duration) {
	p.set(func() { p.commit, p.late = f, d })
}

// Struck returns how many commits a fault has met.
func (p *Proxy) Struck() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.struck
}

func (p *Proxy) takeFault() (CommitFault, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.commit
	if p.commit = None; f != None {
		p.struck++
	}
	return f, p.late
}

// wait holds a packet back as long as the fault wants.
func (p *Proxy) wait() {
	p.mu.Lock()
	delay := p.delay
	for p.stalled && !p.closed {
		p.changed.Wait()
	}
	p.mu.Unlock()
	time.Sleep(delay)
}

func (p *Proxy) serve() {
	var sessions sync.WaitGroup
	defer sessions.Wait()
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		sessions.Go(func() { p.session(c.(*net.TCPConn)) })
	}
}

func reset(c *net.TCPConn) {
	if c != nil {
		_ = c.SetLinger(0)
		_ = c.Close()
	}
}

// session is a connection and its other half.
type session struct {
	p              *Proxy
	client, server *net.TCPConn

	mu         sync.Mutex
	loseAnswer bool // of the commit that is with the server; guarded by mu
}

func (p *Proxy) session(client *net.TCPConn) {
	p.wait()
	c, err := net.Dial("tcp", p.target)
	if err != nil {
		reset(client)
		return
	}
	s := &session{p: p, client: client, server: c.(*net.TCPConn)}
	p.mu.Lock()
	refused := p.cut || p.closed
	p.sessions[s] = true
	p.mu.Unlock()
	if refused {
		reset(s.client)
		reset(s.server)
	}
	var pumps sync.WaitGroup
	pumps.Go(s.answers)
	s.questions()
	p.wait()                  // the end of the connection is a packet too
	_ = s.server.CloseWrite() // the server still gets what was on its way
	pumps.Wait()
	_ = s.client.Close()
	_ = s.server.Close()
	p.mu.Lock()
	delete(p.sessions, s)
	p.mu.Unlock()
}

// answers carries what the server says.
func (s *session) answers() {
	defer s.client.CloseWrite()
	buf := make([]byte, 64<<10)
	for {
		n, err := s.server.Read(buf)
		if err != nil {
			return
		}
		s.p.wait()
		s.mu.Lock()
		lose := s.loseAnswer
		s.mu.Unlock()
		if lose {
			reset(s.client)
			continue
		}
		if _, err := s.client.Write(buf[:n]); err != nil {
			_, _ = io.Copy(io.Discard, s.server)
			return
		}
	}
}

var errStruck = errors.New("a fault has met the commit")

// questions carries what the client says, message by message.
func (s *session) questions() {
	commits := map[string]bool{} // names of prepared statements
	first := true                // the first message has no type
	for {
		message, err := readMessage(s.client, first)
		if err != nil {
			return
		}
		first = false
		s.p.wait()
		if err := s.strike(message, commits); err != nil {
			return
		}
		if _, err := s.server.Write(message); err != nil {
			return
		}
	}
}

// strike has a fault meet the message, if it is a commit.
func (s *session) strike(message []byte, commits map[string]bool) error {
	var name, rest []byte
	switch message[0] {
	case 'P': // prepare: name, text
		name, rest, _ = bytes.Cut(message[5:], []byte{0})
		text, _, _ := bytes.Cut(rest, []byte{0})
		commits[string(name)] = string(text) == "commit"
		return nil
	case 'B': // bind: portal, name
		_, rest, _ = bytes.Cut(message[5:], []byte{0})
		name, _, _ = bytes.Cut(rest, []byte{0})
	}
	if message[0] != 'B' || !commits[string(name)] {
		return nil
	}
	switch fault, late := s.p.takeFault(); fault {
	case AnswerLost:
		s.mu.Lock()
		s.loseAnswer = true
		s.mu.Unlock()
	case CommitLost:
		reset(s.client)
		reset(s.server)
		return errStruck
	case CommitLate:
		s.finishLate(message, late)
		return errStruck
	}
	return nil
}

// finishLate sends what is left of the commit some time after the client has
// been told that its connection is lost.
func (s *session) finishLate(message []byte, late time.Duration) {
	for {
		next, err := readMessage(s.client, false)
		if err != nil {
			return
		}
		message = append(message, next...)
		if next[0] == 'S' { // sync
			break
		}
	}
	reset(s.client)
	time.Sleep(late)
	_, _ = s.server.Write(message)
}

func readMessage(r io.Reader, first bool) ([]byte, error) {
	head := make([]byte, 5)
	if first {
		head = head[:4]
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	length := int(binary.BigEndian.Uint32(head[len(head)-4:])) - 4
	if length < 0 || length > 64<<20 {
		return nil, errors.New("not a message of PostgreSQL")
	}
	message := append(head, make([]byte, length)...)
	_, err := io.ReadFull(r, message[len(head):])
	return message, err
}
