package totp_test

import (
	"testing"

	"github.com/daypass/daypass/internal/totp"
)

func BenchmarkMatch(b *testing.B) {
	for b.Loop() {
		totp.Match(rfcSeed, "000000", 1_000_000, 1)
	}
}

func BenchmarkMatchPairOfADay(b *testing.B) {
	for b.Loop() {
		totp.MatchPair(rfcSeed, "000000", "000001", 1_000_000, 2880)
	}
}
