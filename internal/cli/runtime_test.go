package cli

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
)

func TestRuntimeIsTunedUnlessTheEnvironmentDoes(t *testing.T) {
	procs := runtime.GOMAXPROCS(1)
	gc := debug.SetGCPercent(100)
	limit := debug.SetMemoryLimit(math.MaxInt64)
	t.Cleanup(func() {
		runtime.GOMAXPROCS(procs)
		debug.SetGCPercent(gc)
		debug.SetMemoryLimit(limit)
	})
	all := map[string]string{"GOMAXPROCS": "1", "GOGC": "100", "GOMEMLIMIT": "off"}
	tuneRuntime(func(name string) (string, bool) { v, ok := all[name]; return v, ok })
	if runtime.GOMAXPROCS(0) != 1 || debug.SetMemoryLimit(-1) != math.MaxInt64 {
		t.Error("what the environment says was overruled")
	}
	tuneRuntime(func(string) (string, bool) { return "", false })
	if n := runtime.GOMAXPROCS(0); n != leastProcs {
		t.Errorf("with one core there are %d threads, want %d", n, leastProcs)
	}
	if got := debug.SetMemoryLimit(-1); got != memoryGoal {
		t.Errorf("the collector works harder from %d bytes, want %d", got, memoryGoal)
	}
	if got := debug.SetGCPercent(100); got != gcPercent {
		t.Errorf("garbage grows by %d per cent, want %d", got, gcPercent)
	}
}
