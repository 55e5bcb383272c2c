package iamsvc_test

import (
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/golden"
)

// TestGolden replays the actions as the wire has them: ann and bob are users
// without policies, and ann has one access key.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/golden", func(t *testing.T) (*daypasstest.Server, map[string]daypasstest.Credentials) {
		s := daypasstest.New(t, daypasstest.WithTime(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)))
		ann := s.User("ann")
		if a := s.Call(s.Root, "iam", "CreateUser", "UserName", "bob"); a.Status != 200 {
			t.Fatal(a.Body)
		}
		return s, map[string]daypasstest.Credentials{"root": s.Root, "ann": ann}
	})
}
