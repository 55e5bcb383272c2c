package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func TestMarksAreSeenAtOnceAndSurviveClose(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		use := iam.Use{Account: acct, ID: "AKIA1", At: t0.Add(time.Minute), Region: "us-east-1", Service: "sts"}
		earlier := use
		earlier.At = t0
		db.MarkUsed(earlier)
		db.MarkUsed(use)
		db.MarkUsed(earlier)
		check := func(db *store.DB) {
			t.Helper()
			view(t, db, func(tx *store.Tx) error {
				got, err := tx.LastUsed("AKIA1")
				if diff := cmp.Diff(use, got); diff != "" || err != nil {
					t.Errorf("LastUsed: %v (-want +got)\n%s", err, diff)
				}
				return nil
			})
		}
		check(db)
		db.FlushMarks()
		check(open())
		db.MarkUsed(earlier)
		db.FlushMarks()
		check(open())
	})
}

func TestMarksAreBounded(t *testing.T) {
	db := openConfig(t, store.Config{Dir: t.TempDir()})
	for i := range 60_000 {
		db.MarkUsed(iam.Use{ID: fmt.Sprint(i), At: t0})
	}
	if n := db.WaitingMarks(); n > 50_000 {
		t.Errorf("%d marks wait, want at most 50000", n)
	}
}
