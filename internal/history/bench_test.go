package history

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/spool"
)

// BenchmarkFill is what the history costs for each record: reading it from the
// spool, indexing, packing and storing it.
func BenchmarkFill(b *testing.B) {
	const n = 20_000
	s := newStage(b, Config{})
	s.happen(b, varied(0, n)...)
	var bytes int64
	var took time.Duration
	for b.Loop() {
		b.StopTimer()
		_ = s.Close()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(s.dir + "/" + fileName + suffix)
		}
		s.openHistory(b, Config{})
		before := processorTime()
		b.StartTimer()
		if err := s.fill(b.Context(), true); err != nil {
			b.Fatal(err)
		}
		took += processorTime() - before
		bytes, _ = s.db.Load().size(b.Context())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/record")
	b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/n, "cpu-ns/record")
	b.ReportMetric(float64(bytes)/n, "bytes/record")
}

// varied are events of 200 users and 20 roles, in blocks of a thousand a second.
func varied(from, n int) (all []happening) {
	for i := from; i < from+n; i++ {
		all = append(all, happening{
			n: i, at: start.Add(time.Duration(i/1000) * time.Second),
			user: fmt.Sprint("user", i%200), key: fmt.Sprintf("AKIAEXAMPLE%09d", i%200), role: fmt.Sprint("role", i%20),
		})
	}
	return all
}

// BenchmarkScan is the reading of one record.
func BenchmarkScan(b *testing.B) {
	record := []byte(happening{n: 1, at: start}.record())
	var e event
	b.SetBytes(int64(len(record)))
	b.ReportAllocs()
	for b.Loop() {
		if !e.read(record) {
			b.Fatal("not read")
		}
	}
}

// BenchmarkLookup is a page of LookupEvents among as many events as
// DAYPASS_EVENTS says; 1,000,000 for docs/performance.md.
func BenchmarkLookup(b *testing.B) {
	n := 20_000
	if text := os.Getenv("DAYPASS_EVENTS"); text != "" {
		if _, err := fmt.Sscan(text, &n); err != nil {
			b.Fatal(err)
		}
	}
	s := newStage(b, Config{})
	for from := 0; from < n; from += 100_000 { // the spool need not hold all of them
		s.happen(b, varied(from, min(100_000, n-from))...)
		if err := s.fill(b.Context(), true); err != nil {
			b.Fatal(err)
		}
		if from+100_000 < n {
			if err := s.spool.Close(); err != nil {
				b.Fatal(err)
			}
			s.forgetSpool(b)
		}
	}
	q := func(key, value string) Query {
		return Query{Account: "111122223333", Region: "us-east-1", Key: key, Value: value}
	}
	s.happen(b, happening{n: n + 1, at: start.Add(-time.Minute), name: "GetSessionToken"})
	if err := s.fill(b.Context(), true); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		q    Query
	}{
		{"newest", q("", "")},
		{"name", q("EventName", "AssumeRole")},
		{"user", q("Username", "user7")},
		{"id/early", q("EventId", happening{n: 77}.id())},
		{"id/none", q("EventId", happening{n: 1 << 40}.id())},
		{"key-issued/middle", q("ResourceName", fmt.Sprintf("ASIA%012x", n/2))},
		{"rare-name", q("EventName", "GetSessionToken")},
		{"account-without-events", Query{Account: "444455556666", Region: "us-east-1"}},
	} {
		b.Run(fmt.Sprintf("events=%d/%s", n, c.name), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Lookup(b.Context(), c.q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// forgetSpool removes what is in the spool, and begins another segment.
func (s *stage) forgetSpool(b *testing.B) {
	b.Helper()
	entries, err := os.ReadDir(s.dir + "/spool")
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries[:len(entries)-1] { // but for the last segment, and the id after it
		if e.Name() != "id" && e.Name() != entries[len(entries)-2].Name() {
			_ = os.Remove(s.dir + "/spool/" + e.Name())
		}
	}
	if s.spool, err = spool.Open(spool.Config{Dir: s.dir + "/spool", Segment: 64 << 20, Ephemeral: true}); err != nil {
		b.Fatal(err)
	}
}
