package server

import (
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/internal/awserr"
)

// lineLimit bounds how many lines about refused strangers the log gets: a
// flood of them would fill the disk. Each error code has a budget of its own,
// and what was left out is counted in a line of its own.
type lineLimit struct {
	mu    sync.Mutex
	codes map[string]*codeLines // guarded by mu; error codes are few

	suppressed atomic.Int64
}

type codeLines struct {
	paid       time.Time // when the lines so far are paid for
	suppressed int       // since the last line that said so
}

const (
	lineCost    = 50 * time.Millisecond // 20 lines a second
	lineSavings = 500 * lineCost        // and 500 at once
	linePause   = 10 * time.Second      // between lines about what was left out
)

// allow reports whether a line about a refusal may be written now.
func (l *lineLimit) allow(code string, now time.Time, log *slog.Logger) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.codes[code]
	if c == nil {
		if l.codes == nil {
			l.codes = map[string]*codeLines{}
		}
		c = new(codeLines)
		l.codes[code] = c
	}
	if c.paid.Before(now.Add(-lineSavings)) {
		c.paid = now.Add(-lineSavings)
	}
	if !c.paid.After(now) {
		c.paid = c.paid.Add(lineCost)
		return true
	}
	l.suppressed.Add(1)
	if c.suppressed++; c.suppressed == 1 {
		time.AfterFunc(linePause, func() { l.tell(code, log) })
	}
	return false
}

// tell writes how many lines of a code were left out.
func (l *lineLimit) tell(code string, log *slog.Logger) {
	l.mu.Lock()
	c := l.codes[code]
	n := c.suppressed
	c.suppressed = 0
	l.mu.Unlock()
	log.Warn("lines of refused requests were left out", "code", code, "lines", n)
}

// logs reports whether the log gets a line about a request: every one that a
// caller made does, and of strangers' as many as the limit allows.
func (g *Gate) logs(x *exchange, log *slog.Logger) bool {
	if g == nil || x.Caller != nil || x.err == nil && x.Service != nil {
		return true
	}
	code := strconv.Itoa(x.status)
	if x.err != nil {
		code = awserr.From(x.err).Code
	}
	return g.lines.allow(code, time.Now(), log)
}
