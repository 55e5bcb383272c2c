package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/daypass/daypass/internal/awserr"
)

// MaxBody is the largest request body that is read, in bytes, but for those of
// [LargestBody]. The largest member that the models allow otherwise, a policy
// document of 131,072 characters with each of them escaped, has 384 KiB; a SAML
// assertion 293 KiB.
const MaxBody = 512 << 10

// LargestBody is the largest body, in bytes, of a request with a SAML metadata
// document: 10,000,000 characters of ASCII, each of them escaped. More than
// [MaxBody] is read only of who claims to sign with a key that there is, and a
// few of those share [largeMemory].
const LargestBody = 32 << 20

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

	// largeMemory is how much of the bodies beyond [MaxBody] is in memory at
	// once, with as much patience and grace as they need to arrive.
	largeMemory   = LargestBody
	largePatience = 20 * time.Second
	largeGrace    = 10 * time.Second
)

// firstBodies are pieces of memory for bodies of the usual size.
var firstBodies = sync.Pool{New: func() any { return new([freeBody]byte) }}

// readBody reads the body of a request, into room while there is some. large
// says whether there may be more than MaxBody; it is asked before anything is
// read when the length says so, otherwise when it turns out.
func (v *visit) readBody(w http.ResponseWriter, r *http.Request, room *[freeBody]byte, large func() bool) ([]byte, error) {
	if r.ContentLength > MaxBody && (r.ContentLength > LargestBody || !large()) {
		return nil, tooLarge(w)
	}
	defer v.complete()
	defer v.arrived()
	end := MaxBody + 1 // one more, to see that there is one more
	first := 2048
	if r.ContentLength >= 0 {
		end = int(min(r.ContentLength, MaxBody+1))
		first = end
	}
	body, err := v.readOn(r, room[:0:min(first, freeBody)], end)
	if err != nil {
		return nil, err
	}
	if len(body) > MaxBody {
		if r.ContentLength < 0 && !large() || !hasDocument(body) {
			return nil, tooLarge(w)
		}
		if body, err = v.readLarge(r, body); err != nil {
			return nil, err
		}
	}
	if len(body) > LargestBody {
		return nil, tooLarge(w)
	}
	return body, v.await(r.Context())
}

// never is for bodies that hold no document.
func never() bool { return false }

// readLarge reads what comes after the first bytes of a large body.
func (v *visit) readLarge(r *http.Request, first []byte) ([]byte, error) {
	v.release()
	if v.gate != nil {
		v.bodies = &v.gate.large
	}
	end, size := LargestBody+1, 4*len(first)
	if r.ContentLength >= 0 {
		end = int(r.ContentLength)
		size = end // at once, so that no two wait for the rest of each other
	}
	if err := v.reserve(r.Context(), size); err != nil {
		return nil, err
	}
	return v.readOn(r, append(make([]byte, 0, size), first...), end)
}

// readOn appends what comes to body, until that has end bytes.
func (v *visit) readOn(r *http.Request, body []byte, end int) ([]byte, error) {
	for len(body) < end {
		if len(body) == cap(body) {
			size := min(4*cap(body), end)
			if err := v.reserve(r.Context(), size-max(cap(body), freeBody)); err != nil {
				return nil, err
			}
			body = append(make([]byte, 0, size), body...)
		}
		n, err := r.Body.Read(body[len(body):min(cap(body), end)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, &awserr.Error{Code: "IncompleteBody", Status: http.StatusBadRequest, Message: "The request body could not be read.", Err: err}
		}
	}
	return body, nil
}

// document is the parameter that makes bodies large.
const document = "SAMLMetadataDocument="

// hasDocument reports whether the document begins in the first part of a body.
// Nothing that may come before it fills that.
func hasDocument(body []byte) bool {
	return bytes.HasPrefix(body, []byte(document)) || bytes.Contains(body, []byte("&"+document))
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
	if !v.bodies.take(ctx, v, int64(n)) {
		return v.gate.overload("no memory for request bodies")
	}
	return nil
}

// release gives back the memory of the request's body.
func (v *visit) release() {
	if v.held > 0 {
		v.bodies.give(v)
	}
}

// arrived notes that the request sends no more.
func (v *visit) arrived() {
	if v.held > 0 {
		v.bodies.arrived(v)
	}
}

// bodies is the memory of request bodies.
type bodies struct {
	patience, grace time.Duration // as bodyPatience and bodyGrace

	mu      sync.Mutex
	left    int64                // guarded by mu
	size    int64                // of all
	freed   chan struct{}        // closed and made anew when memory is given back; guarded by mu
	senders map[*visit]time.Time // who holds memory and is still sending, since when; guarded by mu
}

func (b *bodies) init(size int64, patience, grace time.Duration) {
	b.left, b.size, b.patience, b.grace = size, size, patience, grace
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
	patience := time.NewTimer(b.patience)
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
		freed, slowest, next := b.freed, b.slowest(v), time.NewTimer(b.grace/4)
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
	since := time.Now().Add(-b.grace)
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
