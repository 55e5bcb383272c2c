package cli

import (
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// logMemory is how much of the log may wait to be written.
	logMemory = 1 << 20

	// logPause is how long lines gather before they are written together.
	logPause = 5 * time.Millisecond

	// logPatience is how long the end of the process waits for it.
	logPatience = 2 * time.Second
)

// logWriter writes lines to w without making their authors wait: a terminal or
// pipe that nobody reads must not stop the service. It writes in one piece what
// has come meanwhile, which is also cheaper than a line at a time. What does not fit
// in its memory is lost, and a line says how much that was.
type logWriter struct {
	w    io.Writer
	done chan struct{} // closed when everything is written

	mu      sync.Mutex
	some    sync.Cond    // of mu: there is something to write, or the end
	waiting []byte       // guarded by mu
	lost    int          // lines since the last ones written; guarded by mu
	total   int          // lines lost; guarded by mu
	closed  bool         // guarded by mu
	log     *slog.Logger // for the line about lost ones; guarded by mu
}

// newLogWriter starts the goroutine that writes; close ends it.
func newLogWriter(w io.Writer) *logWriter {
	l := &logWriter{w: w, done: make(chan struct{})}
	l.some.L = &l.mu
	go l.run()
	return l
}

// Write takes a line. It never fails.
func (l *logWriter) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		_, _ = l.w.Write(line)
	case len(l.waiting)+len(line) > logMemory:
		l.lost++
		l.total++
	default:
		l.waiting = append(l.waiting, line...)
		l.some.Signal()
	}
	return len(line), nil
}

func (l *logWriter) run() {
	defer close(l.done)
	var writing []byte
	for {
		l.mu.Lock()
		for len(l.waiting) == 0 && !l.closed {
			l.some.Wait()
		}
		if !l.closed {
			l.mu.Unlock()
			time.Sleep(logPause)
			l.mu.Lock()
		}
		if len(l.waiting) == 0 {
			l.mu.Unlock()
			return
		}
		writing, l.waiting = l.waiting, writing[:0]
		lost := l.lost
		l.lost = 0
		log := l.log
		l.mu.Unlock()
		_, _ = l.w.Write(writing)
		if lost > 0 && log != nil {
			log.Warn("lines of the log were lost: they came faster than they could be written", "lines", lost)
		}
	}
}

// tell has lost lines counted in a line of log, which writes to l.
func (l *logWriter) tell(log *slog.Logger) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.log = log
}

// close writes what is waiting, if somebody reads it.
func (l *logWriter) close() {
	l.mu.Lock()
	l.closed = true
	l.some.Signal()
	l.mu.Unlock()
	select {
	case <-l.done:
	case <-time.After(logPatience):
	}
}

func (l *logWriter) register(r prometheus.Registerer) {
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "daypass_log_lines_lost_total", Help: "Lines of the log that came faster than they could be written.",
	}, func() float64 {
		l.mu.Lock()
		defer l.mu.Unlock()
		return float64(l.total)
	}))
}
