package trailsvc_test

import (
	"testing"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/golden"
)

func TestGolden(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T) (*daypasstest.Server, map[string]daypasstest.Credentials) {
		s := daypasstest.New(t, daypasstest.WithTime(noon))
		return s, map[string]daypasstest.Credentials{"root": s.Root, "bob": s.User("bob")}
	})
}
