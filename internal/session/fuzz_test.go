package session

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzParse holds the property that what parses is printed back to something
// that parses to the same: nothing is read that is not also written.
func FuzzParse(f *testing.F) {
	for _, s := range []*Session{roleSession(), fullSession()} {
		f.Add(s.append(nil, s.Pack()))
	}
	f.Add([]byte{version})
	f.Fuzz(func(t *testing.T, plain []byte) {
		s, err := parse(plain)
		if err != nil {
			return
		}
		again, err := parse(s.append(nil, s.Pack()))
		if err != nil {
			t.Fatalf("what parsed does not parse when printed: %v", err)
		}
		if d := cmp.Diff(s, again, compareSecrets); d != "" {
			t.Errorf("(-first +again)\n%s", d)
		}
	})
}

// FuzzOpen holds the property that a token which differs in any way from the
// one sealed is refused.
func FuzzOpen(f *testing.F) {
	ring := newRing(f)
	s := roleSession()
	token := seal(f, ring, s)
	f.Add(token, s.AccessKeyID)
	f.Add(token[1:], s.AccessKeyID)
	f.Add(token, "ASIA")
	f.Fuzz(func(t *testing.T, text, key string) {
		if _, err := Open(ring, text, key, now); (err == nil) != (text == token && key == s.AccessKeyID) {
			t.Errorf("Open(%q, %q) = %v", text, key, err)
		}
	})
}

// FuzzDeflate holds the property that compress/flate inflates what deflate
// writes to the same text, and that no text grows by more than its headers.
func FuzzDeflate(f *testing.F) {
	for _, s := range []*Session{smallPolicy(), largeSession(), fullSession()} {
		f.Add(s.plain(), uint16(1))
	}
	f.Add([]byte{}, uint16(1))
	f.Add([]byte(dictionary), uint16(300))
	f.Add([]byte("a"), uint16(60000))
	noise := make([]byte, 4096)
	rand.NewChaCha8([32]byte{}).Read(noise)
	f.Add(noise, uint16(40)) // past the window and a stored block
	f.Add(noise, uint16(1))
	f.Fuzz(func(t *testing.T, text []byte, times uint16) {
		plain := bytes.Repeat(text, max(1, min(int(times), maxUnpacked/(len(text)+1))))
		packed := deflate(nil, plain)
		if limit := len(plain) + 5*(len(plain)/maxStored+2); len(packed) > limit {
			t.Errorf("%d bytes deflate to %d, want at most %d", len(plain), len(packed), limit)
		}
		got, err := io.ReadAll(flate.NewReaderDict(bytes.NewReader(packed), []byte(dictionary)))
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%q %d times: inflated to %d bytes of %d, %v", text, times, len(got), len(plain), err)
		}
		if again := deflate([]byte("dst"), plain); string(again) != "dst"+string(packed) {
			t.Errorf("%q %d times: deflated in two ways", text, times)
		}
	})
}
