package store

import (
	"runtime"
	"testing"
)

func TestUpdatesThatAreOnTheirWayShareTheCommit(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that they have not run before
	var w combiner
	const clients = 8
	for range clients {
		go func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.waiting = append(w.waiting, &update{})
		}()
	}
	w.gather()
	if n := len(w.take()); n != clients {
		t.Errorf("%d of %d updates share the commit", n, clients)
	}
	if w.gather(); len(w.take()) != 0 { // and does not wait for more
		t.Error("there is an update that nobody made")
	}
}
