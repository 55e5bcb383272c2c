package keys

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func newVault(t *testing.T) *Vault {
	t.Helper()
	master, err := ParseMaster(NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewVault(master)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestVaultOpensOnlyWhatItSealedForTheSamePurpose(t *testing.T) {
	v := newVault(t)
	sealed := v.Seal([]byte("s3cret"), "access-key/A")
	if got, err := v.Open(sealed, "access-key/A"); err != nil || string(got) != "s3cret" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if bytes.Contains(sealed, []byte("s3cret")) {
		t.Error("sealed value holds the plain text")
	}
	for name, open := range map[string]func() ([]byte, error){
		"other purpose":    func() ([]byte, error) { return v.Open(sealed, "access-key/B") },
		"other master key": func() ([]byte, error) { return newVault(t).Open(sealed, "access-key/A") },
		"flipped bit":      func() ([]byte, error) { return v.Open(flip(sealed, len(sealed)-1), "access-key/A") },
		"other format":     func() ([]byte, error) { return v.Open(flip(sealed, 0), "access-key/A") },
		"truncated":        func() ([]byte, error) { return v.Open(sealed[:8], "access-key/A") },
		"empty":            func() ([]byte, error) { return v.Open(nil, "access-key/A") },
	} {
		if got, err := open(); !errors.Is(err, ErrWrongKey) {
			t.Errorf("%s: Open = %q, %v; want ErrWrongKey", name, got, err)
		}
	}
}

func TestParseMasterRefusesOtherSizes(t *testing.T) {
	for _, text := range []string{"", "AAAA", "not base64!", NewMaster()[:40], NewMaster() + "AAAA"} {
		if _, err := ParseMaster(text); err == nil {
			t.Errorf("ParseMaster(%q) succeeded", text)
		}
	}
}

func flip(b []byte, i int) []byte {
	c := bytes.Clone(b)
	c[i] ^= 1
	return c
}

func newRing(t *testing.T, keys ...RingKey) *Ring {
	t.Helper()
	r := new(Ring)
	if err := r.Set(keys); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRingRefusesEveryAlteration(t *testing.T) {
	key := NewRingKey(7, now)
	r := newRing(t, key)
	sealed := r.Seal([]byte("hello"), "session", "ASIA1", now)
	if got, err := r.Open(sealed, "session", "ASIA1", now); err != nil || string(got) != "hello" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	for i := range len(sealed) * 8 {
		b := bytes.Clone(sealed)
		b[i/8] ^= 1 << (i % 8)
		if _, err := r.Open(b, "session", "ASIA1", now); err == nil {
			t.Fatalf("opened with bit %d flipped", i)
		}
	}
	for i := range sealed {
		if _, err := r.Open(sealed[:i], "session", "ASIA1", now); err == nil {
			t.Fatalf("opened when cut to %d bytes", i)
		}
	}
	if _, err := r.Open(sealed, "session", "ASIA2", now); !errors.Is(err, ErrAltered) {
		t.Errorf("opened for another access key: %v", err)
	}
	if _, err := r.Open(sealed, "message", "ASIA1", now); !errors.Is(err, ErrAltered) {
		t.Errorf("opened for another purpose: %v", err)
	}
	other := newRing(t, NewRingKey(7, now))
	if _, err := other.Open(sealed, "session", "ASIA1", now); !errors.Is(err, ErrAltered) {
		t.Errorf("opened by another installation: %v", err)
	}
	if _, err := new(Ring).Open(sealed, "session", "ASIA1", now); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("opened by the empty ring: %v", err)
	}
}

func TestRotationKeepsOldTokensUntilTheLongestSessionEnds(t *testing.T) {
	old := NewRingKey(1, now)
	r := newRing(t, old)
	sealed := r.Seal([]byte("hello"), "session", "", now)

	old.Retired = now.Add(time.Hour)
	if err := r.Set([]RingKey{old, NewRingKey(2, now.Add(time.Hour))}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Open(sealed, "session", "", old.Retired.Add(LongestSession)); err != nil {
		t.Errorf("refused while sessions may live: %v", err)
	}
	if _, err := r.Open(sealed, "session", "", old.Retired.Add(LongestSession+time.Second)); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("opened after the key was dropped: %v", err)
	}
	fresh := r.Seal([]byte("new"), "session", "", now.Add(2*time.Hour))
	if fresh[4] != 2 {
		t.Errorf("sealed by key %d, want 2", fresh[4])
	}
}

func TestAKeySealsBetweenItsTimes(t *testing.T) {
	after := func(s int) time.Time { return now.Add(time.Duration(s) * time.Second) }
	first, second, third := NewRingKey(9, now), NewRingKey(2, after(10)), NewRingKey(3, after(20))
	first.Retired, second.Retired = after(10), after(20)
	r := newRing(t, second, third, first)
	for _, tt := range []struct {
		at   int
		want byte
	}{
		{-60, 9}, // by a clock that is late
		{0, 9},
		{9, 9},
		{10, 2},
		{19, 2},
		{20, 3},
		{99, 3},
	} {
		if got := r.Seal(nil, "session", "", after(tt.at))[4]; got != tt.want {
			t.Errorf("after %d seconds key %d seals, want %d", tt.at, got, tt.want)
		}
	}
}

func TestRingNeedsAKeyThatSeals(t *testing.T) {
	retired := NewRingKey(1, now)
	retired.Retired = now
	if err := new(Ring).Set([]RingKey{retired}); err == nil {
		t.Error("a ring of retired keys was accepted")
	}
	if err := new(Ring).Set([]RingKey{{ID: 1, Secret: []byte("short")}}); err == nil {
		t.Error("a short key was accepted")
	}
}

func BenchmarkRing(b *testing.B) {
	r := new(Ring)
	if err := r.Set([]RingKey{NewRingKey(1, now)}); err != nil {
		b.Fatal(err)
	}
	plain := make([]byte, 300)
	sealed := r.Seal(plain, "session", "ASIA", now)
	b.Run("seal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r.Seal(plain, "session", "ASIA", now)
		}
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := r.Open(sealed, "session", "ASIA", now); err != nil {
				b.Fatal(err)
			}
		}
	})
}
