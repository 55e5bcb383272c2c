package server

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFloodDoesNotFillTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text bytes.Buffer
		log := slog.New(slog.NewTextHandler(&text, nil))
		var l lineLimit
		written := 0
		for range 100_000 {
			if l.allow("InvalidClientTokenId", time.Now(), log) {
				written++
			}
			time.Sleep(100 * time.Microsecond)
		}
		if written < 650 || written > 750 {
			t.Errorf("of 100,000 lines in 10 seconds, %d were written; want 500 and 20 a second", written)
		}
		if !l.allow("ExpiredToken", time.Now(), log) {
			t.Error("another code pays for it")
		}
		time.Sleep(linePause)
		synctest.Wait()
		if n := strings.Count(text.String(), "left out"); n < 1 || n > 2 || !strings.Contains(text.String(), "code=InvalidClientTokenId") {
			t.Errorf("the log says %s", &text)
		}
		if l.suppressed.Load() != int64(100_000-written) {
			t.Errorf("counted %d", l.suppressed.Load())
		}
	})
}
