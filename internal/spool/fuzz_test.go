package spool

import (
	"slices"
	"strings"
	"testing"
)

// FuzzFrames changes a segment and reads it: what is read was written, in its
// order, and what stands before the change is all there.
func FuzzFrames(f *testing.F) {
	f.Add("one\ntwo\nthree", 12, byte(1), 0)
	f.Add("a\n\n\nb", 9, byte(0x80), 3)
	f.Add(strings.Repeat("long ", 100)+"\nend", 300, byte(7), 1)
	f.Fuzz(func(t *testing.T, text string, at int, flip byte, cut int) {
		segment := []byte(magic)
		var written []string
		var ends []int
		for _, r := range strings.Split(text, "\n") {
			if r == "" || len(r) > MaxRecord {
				continue
			}
			segment = appendFrame(segment, []byte(r), checksum([]byte(r)))
			written, ends = append(written, r), append(ends, len(segment))
		}
		if len(written) == 0 {
			return
		}
		at = (at%len(segment) + len(segment)) % len(segment)
		segment[at] ^= flip
		segment = segment[:len(segment)-(cut%len(segment)+len(segment))%len(segment)]
		var got []string
		_, err := frames(segment, func(r []byte) error {
			got = append(got, string(r))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		whole := 0 // records that end before the change and the cut
		for whole < len(ends) && (flip == 0 || ends[whole] <= at) && ends[whole] <= len(segment) {
			whole++
		}
		if at >= len(magic) && len(got) < whole {
			t.Fatalf("read %d records, want the %d before byte %d", len(got), whole, at)
		}
		for i := range min(whole, len(got)) {
			if got[i] != written[i] {
				t.Fatalf("record %d is %q, want %q", i, got[i], written[i])
			}
		}
		rest := written
		for _, r := range got {
			i := slices.Index(rest, r)
			if i < 0 {
				t.Fatalf("read %q, which was not written", r)
			}
			rest = rest[i+1:]
		}
	})
}
