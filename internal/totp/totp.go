// Package totp makes and checks time-based one-time codes, as an authenticator
// app shows them (RFC 6238 with HMAC-SHA-1, six digits and 30 seconds).
//
// Time is counted in steps of 30 seconds since 1970. The code of a step is
//
//	mac    = HMAC-SHA-1(seed, step as 8 bytes, big-endian)
//	offset = the low four bits of mac's last byte
//	code   = (4 bytes of mac at offset, without the sign bit) mod 1,000,000
//
// in six digits with leading zeros (RFC 4226, 5.3).
//
// The package knows nothing of what was used before: whoever accepts a code
// remembers its step, and how many wrong ones came ([Guess]).
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"hash"
	"net/url"
	"time"
)

// Step is how long a code is shown.
const Step = 30 * time.Second

// SeedSize is the length of a seed, in bytes: 64 characters of base32.
const SeedSize = 40

// digits is the length of a code.
const digits = 6

// NewSeed makes a seed.
func NewSeed() []byte {
	seed := make([]byte, SeedSize)
	_, _ = rand.Read(seed) // never fails
	return seed
}

// At returns the step that a time is in.
func At(t time.Time) int64 { return t.Unix() / int64(Step/time.Second) }

// Code returns the code of a step.
func Code(seed []byte, step int64) string {
	code := newCoder(seed).code(step)
	return string(code[:])
}

// coder makes codes of one seed.
type coder struct {
	mac hash.Hash
	sum [sha1.Size]byte
}

func newCoder(seed []byte) *coder { return &coder{mac: hmac.New(sha1.New, seed)} }

func (c *coder) code(step int64) (code [digits]byte) {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	c.mac.Reset()
	c.mac.Write(counter[:])
	sum := c.mac.Sum(c.sum[:0])
	n := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&15:]) & 0x7fffffff
	for i := digits - 1; i >= 0; i-- {
		code[i] = '0' + byte(n%10)
		n /= 10
	}
	return code
}

// Match finds the step of a code among those at most reach steps before or
// after now, and returns it. If there are several, it is the one closest to now.
// It looks at all of them, and compares in constant time.
func Match(seed []byte, code string, now, reach int64) (step int64, ok bool) {
	c := newCoder(seed)
	for away := reach; away >= 0; away-- { // the closest come last, and win
		for _, s := range [2]int64{now - away, now + away} {
			if is := c.code(s); equal(is, code) {
				step, ok = s, true
			}
		}
	}
	return step, ok
}

// MatchPair finds two codes of consecutive steps, both at most reach steps
// before or after now, and returns the step of the second, as Match does.
func MatchPair(seed []byte, first, second string, now, reach int64) (step int64, ok bool) {
	c := newCoder(seed)
	before := equal(c.code(now-reach), first)
	for s := now - reach + 1; s <= now+reach; s++ {
		code := c.code(s)
		if before && equal(code, second) && (!ok || distance(s, now) < distance(step, now)) {
			step, ok = s, true
		}
		before = equal(code, first)
	}
	return step, ok
}

func equal(code [digits]byte, text string) bool {
	return subtle.ConstantTimeCompare(code[:], []byte(text)) == 1
}

func distance(a, b int64) int64 { return max(a-b, b-a) }

var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Base32 spells a seed as authenticator apps take it.
func Base32(seed []byte) string { return encoding.EncodeToString(seed) }

// URI returns what the picture of a seed holds, for an app to show codes under
// a label: otpauth://totp/dana@111122223333?secret=…
func URI(label string, seed []byte) string {
	return "otpauth://totp/" + url.PathEscape(label) + "?secret=" + Base32(seed)
}
