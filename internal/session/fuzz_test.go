package session

import (
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
