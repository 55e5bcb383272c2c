package server

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/daypass/daypass/internal/awserr"
)

// visit is what the gate keeps of one request.
type visit struct {
	gate *Gate // nil when there are no limits
	conn *conn // nil when the gate does not guard the listener
	turn bool  // holds conn.turn
	busy bool  // counted in conn.busy
	held int64 // bytes of bodies

	bodies *bodies // of the gate: whose memory is held
}

// begin begins a request. When there are more of them than connections, as
// HTTP/2 has it, the connection goes that has waited longest; the request is
// refused when that does not help.
func (v *visit) begin(ctx context.Context, g *Gate) error {
	if g == nil {
		return nil
	}
	v.gate, v.conn, v.bodies = g, connOf(ctx), &g.bodies
	if v.conn != nil {
		v.conn.begun.Add(1)
		v.conn.lines.Store(0)
	}
	if n := g.requests.Add(1); n > int64(g.cfg.Connections) {
		g.evict(v.conn, 1)
		if n > 2*int64(g.cfg.Connections) {
			return g.overload("too many requests under way")
		}
	}
	return nil
}

// await has the requests of a stranger's connection carried out one after the
// other, as with HTTP/1.1, until one of them is a caller's.
func (v *visit) await(ctx context.Context) error {
	c := v.conn
	if c == nil || c.known.Load() || c.begun.Load() == 1 {
		return nil
	}
	select {
	case c.turn <- struct{}{}:
	case <-ctx.Done():
		return awserr.New(http.StatusBadRequest, "ClientLeft", "The client left before its turn.")
	}
	if c.known.Load() {
		<-c.turn
		return nil
	}
	v.turn = true
	return nil
}

// overload is the refusal of what there is no room for.
func (g *Gate) overload(cause string) error {
	g.overloaded.Add(1)
	return awserr.Unavailable(overloadError(cause))
}

type overloadError string

func (e overloadError) Error() string { return string(e) }

// complete notes that the whole request is there: from now on its connection
// does not wait.
func (v *visit) complete() {
	if v.conn != nil && !v.busy {
		v.busy = true
		v.conn.busy.Add(1)
	}
}

// idle notes that the connection waits again.
func (v *visit) idle() {
	if v.conn != nil && v.busy {
		v.busy = false
		v.conn.since.Store(int64(v.gate.now()))
		v.conn.busy.Add(-1)
	}
}

// welcome notes that the request was a caller's.
func (v *visit) welcome() {
	c := v.conn
	if c == nil || c.known.Load() {
		return
	}
	c.known.Store(true)
	c.sent.Store(0)
	c.redeem()
	v.gate.refusals.prove(c.source)
	v.gate.strangers.prove(c.source)
}

// repel is called before a stranger is refused: it returns when he may be
// told, which is at once within the budget of his source. Memory of the
// request's body is given back before.
func (v *visit) repel(ctx context.Context, source netip.Addr, header, answer http.Header) {
	g := v.gate
	if g == nil {
		return
	}
	v.release()
	v.idle()
	if v.conn != nil {
		v.conn.known.Store(false)
		v.conn.sent.Store(0)
	}
	wait, ok := g.refusals.take(source, 1+len(header)/chargedHeaders, longestDelay)
	if !ok {
		wait = longestDelay
		answer.Set("Connection", "close")
	}
	if wait > 0 {
		g.delayed.Add(1)
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return // it left early, and its connection was for nothing
		}
	}
	if v.conn != nil && !g.cfg.TLS { // a handshake was not for nothing only if a caller made it
		v.conn.redeem()
	}
}

// end ends a request.
func (v *visit) end() {
	if v.gate == nil {
		return
	}
	v.release()
	v.idle()
	if v.turn {
		<-v.conn.turn
	}
	if v.conn != nil {
		v.conn.begun.Add(-1)
	}
	v.gate.requests.Add(-1)
	v.gate = nil
}

// meet tells the gate what became of the request, before it is answered. A
// failure of ours says nothing about the sender.
func (x *exchange) meet(err error) {
	switch {
	case err == nil || x.Caller != nil:
		x.visit.welcome()
	case awserr.From(err).HTTPStatus() < http.StatusInternalServerError:
		x.Form = nil // its memory is not kept while the answer waits
		x.visit.repel(x.Ctx, x.SourceIP, x.HTTP.Header, x.w.Header())
	}
}
