package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/daypass/daypass/internal/awserr"
)

// MaxBody is the largest request body that is read, in bytes. The largest
// member that the models allow, a policy document of 131,072 characters with
// each of them escaped, has 384 KiB; a SAML assertion 293 KiB.
const MaxBody = 512 << 10

const (
	// bodyMemory is how much of all bodies is in memory at once, beyond the
	// first [freeBody] of each. Those are bounded by the number of connections,
	// and no request of the usual size ever waits for memory.
	bodyMemory = 64 << 20
	freeBody   = 8 << 10

	// bodyPatience is how long a request waits for memory.
	bodyPatience = 5 * time.Second

	// bodyGrace is how long a sender may hold memory without being the first to
	// lose it when there is none left.
	bodyGrace = time.Second
)

// firstBodies are pieces of memory for bodies of the usual size.
var firstBodies = sync.Pool{New: func() any { return new([freeBody]byte) }}

// readBody reads the body of a request, into room while there is some.
func (v *visit) readBody(w http.ResponseWriter, r *http.Request, room *[freeBody]byte) ([]byte, error) {
	if r.ContentLength > MaxBody {
		return nil, tooLarge(w)
	}
	end := MaxBody + 1 // one more, to see that there is one more
	first := 2048
	if r.ContentLength >= 0 {
		end = int(r.ContentLength)
		first = end
	}
	body := room[:0:min(first, freeBody)]
	defer v.complete()
	if v.gate != nil {
		defer v.gate.bodies.arrived(v)
	}
	for len(body) < end {
		if len(body) == cap(body) {
			size := min(4*cap(body), end)
			if err := v.reserve(r.Context(), size-max(cap(body), freeBody)); err != nil {
				return nil, err
			}
			body = append(make([]byte, 0, size), body...)
		}
		n, err := r.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, &awserr.Error{Code: "IncompleteBody", Status: http.StatusBadRequest, Message: "The request body could not be read.", Err: err}
		}
	}
	if len(body) > MaxBody {
		return nil, tooLarge(w)
	}
	return body, v.await(r.Context())
}

// tooLarge has the connection closed too: the rest of the body is not read.
func tooLarge(w http.ResponseWriter) error {
	w.Header().Set("Connection", "close")
	return awserr.New(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is longer than %d bytes.", MaxBody)
}

// reserve waits for n bytes of memory.
func (v *visit) reserve(ctx context.Context, n int) error {
	if v.gate == nil || n <= 0 {
		return nil
	}
	if !v.gate.bodies.take(ctx, v, int64(n)) {
		return v.gate.overload("no memory for request bodies")
	}
	return nil
}

// release gives back the memory of the request's body.
func (v *visit) release() {
	if v.held > 0 {
		v.gate.bodies.give(v)
	}
}

// bodies is the memory of all request bodies.
type bodies struct {
	mu      sync.Mutex
	left    int64                // guarded by mu
	size    int64                // of all
	freed   chan struct{}        // closed and made anew when memory is given back; guarded by mu
	senders map[*visit]time.Time // who holds memory and is still sending, since when; guarded by mu
}

func (b *bodies) init(size int64) {
	b.left, b.size = size, size
	b.freed = make(chan struct{})
	b.senders = map[*visit]time.Time{}
}

func (b *bodies) inUse() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.size - b.left
}

// take reserves n bytes for a request, and waits for them. When there are none
// left, who has been sending longest is cut off.
func (b *bodies) take(ctx context.Context, v *visit, n int64) bool {
	patience := time.NewTimer(bodyPatience)
	defer patience.Stop()
	for {
		b.mu.Lock()
		if n <= b.left {
			b.left -= n
			v.held += n
			if _, ok := b.senders[v]; !ok {
				b.senders[v] = time.Now()
			}
			b.mu.Unlock()
			return true
		}
		freed, slowest, next := b.freed, b.slowest(v), time.NewTimer(bodyGrace/4)
		b.mu.Unlock()
		if slowest != nil {
			_ = slowest.Close()
		}
		select {
		case <-freed:
		case <-next.C:
		case <-patience.C:
			next.Stop()
			return false
		case <-ctx.Done():
			next.Stop()
			return false
		}
		next.Stop()
	}
}

// slowest returns the connection of who has been sending longest, beyond the
// time that everybody has, and forgets it. b.mu is held.
func (b *bodies) slowest(but *visit) *conn {
	var longest *visit
	since := time.Now().Add(-bodyGrace)
	for v, t := range b.senders {
		if v != but && v.conn != nil && t.Before(since) {
			longest, since = v, t
		}
	}
	if longest == nil {
		return nil
	}
	delete(b.senders, longest)
	return longest.conn
}

// arrived notes that a request sends no more.
func (b *bodies) arrived(v *visit) {
	if v.held == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.senders, v)
}

func (b *bodies) give(v *visit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left += v.held
	v.held = 0
	delete(b.senders, v)
	close(b.freed)
	b.freed = make(chan struct{})
}
