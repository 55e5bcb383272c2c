package totp_test

import (
	"bytes"
	"encoding/base32"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/daypass/daypass/internal/totp"
)

var rfcSeed = []byte("12345678901234567890")

// The vectors of RFC 6238, appendix B, whose codes have eight digits: ours are
// the last six of them.
func TestCodesOfRFC6238(t *testing.T) {
	for unix, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := totp.Code(rfcSeed, totp.At(time.Unix(unix, 0))); got != want[2:] {
			t.Errorf("at %d: %s, want %s", unix, got, want[2:])
		}
	}
}

// The vectors of RFC 4226, appendix D.
func TestCodesOfRFC4226(t *testing.T) {
	for step, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := totp.Code(rfcSeed, int64(step)); got != want {
			t.Errorf("step %d: %s, want %s", step, got, want)
		}
	}
}

func TestACodeIsFoundWithinReach(t *testing.T) {
	const now = 1_000
	for _, tt := range []struct {
		name   string
		code   string
		reach  int64
		offset int64
		ok     bool
	}{
		{"that of now", totp.Code(rfcSeed, now), 1, 0, true},
		{"one before", totp.Code(rfcSeed, now-1), 1, -1, true},
		{"one after", totp.Code(rfcSeed, now+1), 1, 1, true},
		{"two before", totp.Code(rfcSeed, now-2), 1, 0, false},
		{"two after", totp.Code(rfcSeed, now+2), 1, 0, false},
		{"no reach", totp.Code(rfcSeed, now-1), 0, 0, false},
		{"nothing", "", 1, 0, false},
		{"a part", totp.Code(rfcSeed, now)[:5], 1, 0, false},
		{"more than a code", totp.Code(rfcSeed, now) + "0", 1, 0, false},
	} {
		step, ok := totp.Match(rfcSeed, tt.code, now, tt.reach)
		if ok != tt.ok || ok && step-now != tt.offset {
			t.Errorf("%s: step %+d %v, want %+d %v", tt.name, step-now, ok, tt.offset, tt.ok)
		}
	}
	if _, ok := totp.Match([]byte("another seed"), totp.Code(rfcSeed, now), now, 1); ok {
		t.Error("a code of another seed is found")
	}
}

func TestAPairIsConsecutiveAndWithinReach(t *testing.T) {
	const now = 1_000
	for _, tt := range []struct {
		name          string
		first, second int64 // their steps, from now
		offset        int64
		ok            bool
	}{
		{"the last two", -1, 0, 0, true},
		{"the next two", 0, 1, 1, true},
		{"the first within reach", -10, -9, -9, true},
		{"the last within reach", 9, 10, 10, true},
		{"the first is out of reach", -11, -10, 0, false},
		{"the second is out of reach", 10, 11, 0, false},
		{"the same twice", 0, 0, 0, false},
		{"in the wrong order", 0, -1, 0, false},
		{"one left out", -2, 0, 0, false},
	} {
		step, ok := totp.MatchPair(rfcSeed, totp.Code(rfcSeed, now+tt.first), totp.Code(rfcSeed, now+tt.second), now, 10)
		if ok != tt.ok || ok && step-now != tt.offset {
			t.Errorf("%s: step %+d %v, want %+d %v", tt.name, step-now, ok, tt.offset, tt.ok)
		}
	}
}

// A slow and obvious search is the measure.
func TestMatchIsTheSlowSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.SliceOfN(rapid.Byte(), 1, 64).Draw(t, "seed")
		now := rapid.Int64Range(3000, 1<<40).Draw(t, "now")
		reach := rapid.Int64Range(0, 20).Draw(t, "reach")
		at := now + rapid.Int64Range(-25, 25).Draw(t, "away")
		code := totp.Code(seed, at)
		best, found := int64(0), false
		for s := now - reach; s <= now+reach; s++ {
			if totp.Code(seed, s) == code && (!found || max(s-now, now-s) <= max(best-now, now-best)) {
				best, found = s, true
			}
		}
		step, ok := totp.Match(seed, code, now, reach)
		if ok != found || ok && step != best {
			t.Fatalf("%d %v, want %d %v", step, ok, best, found)
		}
	})
}

func TestASeedIsLongAndNew(t *testing.T) {
	a, b := totp.NewSeed(), totp.NewSeed()
	if len(a) != 40 || bytes.Equal(a, b) || bytes.Equal(a, make([]byte, 40)) {
		t.Errorf("seeds %x and %x", a, b)
	}
	text := totp.Base32(a)
	back, err := base32.StdEncoding.DecodeString(text)
	if len(text) != 64 || err != nil || !bytes.Equal(back, a) {
		t.Errorf("base32 of a seed is %q, which decodes to %x: %v", text, back, err)
	}
}

func TestTheURIHoldsLabelAndSeed(t *testing.T) {
	if got, want := totp.URI("dana@111122223333", rfcSeed), "otpauth://totp/dana@111122223333?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	u, err := url.Parse(totp.URI("a+b=c,d?@1", rfcSeed))
	if err != nil || u.Host != "totp" || strings.TrimPrefix(u.Path, "/") != "a+b=c,d?@1" {
		t.Errorf("%v %v", u, err)
	}
}

func TestWrongCodesAreLimited(t *testing.T) {
	t0 := time.Unix(1_700_000_000, 0)
	var forgiven time.Time
	guess := func(after time.Duration) (ok bool) {
		forgiven, ok = totp.Guess(forgiven, t0.Add(after))
		return ok
	}
	for i := range totp.WrongCodes {
		if !guess(0) {
			t.Fatalf("guess %d is refused", i+1)
		}
	}
	if guess(0) || guess(totp.Pause-time.Second) || guess(-time.Hour) {
		t.Error("one too many is let through")
	}
	if !guess(totp.Pause) || guess(totp.Pause) {
		t.Error("after a pause there is not exactly one more")
	}
	n := 0
	for guess(24 * time.Hour) {
		n++
	}
	if n != totp.WrongCodes {
		t.Errorf("after a day there are %d guesses, want %d", n, totp.WrongCodes)
	}
}
