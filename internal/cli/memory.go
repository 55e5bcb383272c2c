package cli

import "runtime/debug"

const (
	// gcPercent lets garbage grow to three times of what is in use before it is
	// collected. What is in use is a few megabytes, so this costs some tens of
	// them and saves a tenth of the processor's time.
	gcPercent = 300

	// memoryGoal is from where the collector works harder instead, in bytes:
	// with caches full of a million identities, less than a gigabyte is in use.
	memoryGoal = 768 << 20
)

// tuneGC sets the garbage collector, unless the environment does (GOGC,
// GOMEMLIMIT).
func tuneGC(env Env) {
	if _, set := env("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	if _, set := env("GOMEMLIMIT"); !set {
		debug.SetMemoryLimit(memoryGoal)
	}
}
