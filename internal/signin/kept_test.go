package signin

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestASignInIsKept(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "default.json")
	if _, err := Load(name); !errors.Is(err, ErrNone) {
		t.Errorf("none: %v", err)
	}
	want := &Kept{Issuer: "https://idp.example", Refresh: "r", Expires: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if err := want.Store(name); err != nil {
		t.Fatal(err)
	}
	got, err := Load(name)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	info, err := os.Stat(name)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
	if err := os.WriteFile(name, []byte(`{"refreshToken":"s3cr`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(name); err == nil || strings.Contains(err.Error(), "s3cr") {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestOneRenewsAtATime(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "made", "default.json")
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			err := Locked(t.Context(), name, func() error {
				if !mu.TryLock() {
					return errors.New("two at once")
				}
				defer mu.Unlock()
				time.Sleep(time.Millisecond)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	err := Locked(t.Context(), name, func() error {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer stop()
		return Locked(ctx, name, func() error { return nil })
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a lock that is held: %v", err)
	}
}
