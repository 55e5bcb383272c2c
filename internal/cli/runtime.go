package cli

import (
	"runtime"
	"runtime/debug"
)

const (
	// leastProcs lets requests go on where there is one core and the disk is
	// being waited for: with one, the runtime notices only after up to
	// 10 milliseconds that the thread which should run them is in the kernel.
	leastProcs = 2

	// gcPercent lets garbage grow to three times of what is in use before it is
	// collected. What is in use is a few megabytes, so this costs some tens of
	// them and saves a tenth of the processor's time.
	gcPercent = 300

	// memoryGoal is from where the collector works harder instead, in bytes:
	// with caches full of a million identities, less than a gigabyte is in use.
	memoryGoal = 768 << 20
)

// tuneRuntime sets Go's scheduler and garbage collector, unless the environment
// does (GOMAXPROCS, GOGC, GOMEMLIMIT).
func tuneRuntime(env Env) {
	if _, set := env("GOMAXPROCS"); !set && runtime.GOMAXPROCS(0) < leastProcs {
		runtime.GOMAXPROCS(leastProcs)
	}
	if _, set := env("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	if _, set := env("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryGoal)
	}
}
