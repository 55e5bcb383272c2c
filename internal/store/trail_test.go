package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func TestTrails(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		want := iam.Trail{
			ARN: "arn:aws:cloudtrail:eu-west-1:" + acct + ":trail/all", Account: acct, Region: "eu-west-1", Name: "all", Created: t0,
			Bucket: "logs", Prefix: "p", Tags: []iam.Tag{{Key: "k", Value: "v"}},
			TrailSettings: iam.TrailSettings{AllRegions: true, Selectors: []iam.EventSelector{{Events: iam.WriteEvents, Excluded: []string{"kms.amazonaws.com"}}}},
		}
		update(t, db, func(tx *store.Tx) error { return tx.CreateTrail(want) })
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.CreateTrail(want) })
		if !errors.Is(err, store.ErrExists) {
			t.Errorf("making it again: %v", err)
		}
		want.Logging, want.Started, want.Digests, want.Bucket = true, t0.Add(time.Hour), true, "others"
		status := iam.TrailStatus{Attempt: t0, Error: "AccessDenied"}
		update(t, db, func(tx *store.Tx) error {
			if before, err := tx.TrailStatus(want.ARN); err != nil || before != (iam.TrailStatus{}) {
				t.Errorf("the status before any: %+v, %v", before, err)
			}
			for _, s := range []iam.TrailStatus{{Delivered: t0}, status} {
				if err := tx.PutTrailStatus(want.ARN, s); err != nil {
					return err
				}
			}
			return tx.UpdateTrail(want)
		})
		view(t, open(), func(tx *store.Tx) error {
			got, err := tx.Trail(want.ARN)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("the trail: %v %s", err, diff)
			}
			all, err := tx.Trails()
			of, errOf := tx.TrailsOf(acct)
			none, errNone := tx.TrailsOf("999999999999")
			if len(all) != 1 || len(of) != 1 || len(none) != 0 || errors.Join(err, errOf, errNone) != nil {
				t.Errorf("%d trails, %d of the acct, %d of none: %v", len(all), len(of), len(none), errors.Join(err, errOf, errNone))
			}
			if got, err := tx.TrailStatus(want.ARN); err != nil || got != status {
				t.Errorf("the status: %+v, %v", got, err)
			}
			return nil
		})
		update(t, db, func(tx *store.Tx) error { return tx.DeleteTrail(want) })
		err = db.Update(t.Context(), func(tx *store.Tx) error { return tx.DeleteTrail(want) })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("deleting it again: %v", err)
		}
	})
}
