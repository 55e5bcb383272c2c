package spool

import (
	"bytes"
	"fmt"
	"testing"
)

var record = bytes.Repeat([]byte("record "), 90) // 630 bytes, as records are

// BenchmarkAppend shows what a record costs: one that nobody waits for, and
// durable ones of callers that share the syncs.
func BenchmarkAppend(b *testing.B) {
	b.Run("lazy", func(b *testing.B) {
		s := open(b, Config{})
		b.SetBytes(int64(len(record)))
		for b.Loop() {
			if err := s.Append(record, false); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, callers := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("durable/callers=%d", callers), func(b *testing.B) {
			s := open(b, Config{})
			b.SetParallelism(callers)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := s.Append(record, true); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.ReportMetric(float64(s.Stats().Records)/float64(s.Stats().Groups), "records/sync")
		})
	}
}
