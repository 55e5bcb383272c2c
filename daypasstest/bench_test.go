package daypasstest_test

import (
	"os"
	"testing"

	"github.com/daypass/daypass/daypasstest"
)

// round is a test that ends within a benchmark.
type round struct {
	testing.TB
	ends []func()
}

func (r *round) Cleanup(f func()) { r.ends = append(r.ends, f) }

func (r *round) TempDir() string {
	dir, err := os.MkdirTemp("", "daypasstest")
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func (r *round) end() {
	for i := len(r.ends) - 1; i >= 0; i-- {
		r.ends[i]()
	}
}

// BenchmarkNew is a Daypass from nothing to its first answer, and its end.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		r := &round{TB: b}
		s := daypasstest.New(r)
		s.Call(s.Root, "sts", "GetCallerIdentity")
		r.end()
	}
}
