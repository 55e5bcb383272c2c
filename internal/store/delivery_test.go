package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func newTrail(name string) iam.Trail {
	return iam.Trail{ARN: "arn:aws:cloudtrail:us-east-1:" + acct + ":trail/" + name, Account: acct, Region: "us-east-1", Name: name, Created: t0, Bucket: "logs"}
}

// everyTrailTable puts something into each table of trails.
func everyTrailTable(tx *store.Tx) error {
	trail := newTrail("every")
	return errors.Join(
		tx.CreateTrail(trail), tx.PutTrailStatus(trail.ARN, iam.TrailStatus{Error: "é"}),
		tx.PutTrailCursor(trail.ARN, "spool", store.Cursor{Segment: 1}),
		tx.AddLogFile(store.LogFile{Trail: trail.ARN, Object: "a", Region: "us-east-1"}),
		tx.AddDigest(store.Digest{Trail: trail.ARN, Region: "us-east-1", Ended: t0, Object: "d", Bucket: "b", Body: []byte("{}")}),
		tx.AddTrailKey(store.TrailKey{Fingerprint: "f", Region: "us-east-1", Starts: t0, Ends: t0, Public: []byte{1}, Sealed: []byte{2}}),
	)
}

func TestAFileIsVouchedForOnce(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		trail := newTrail("all")
		f := store.LogFile{Trail: trail.ARN, Object: "a/b", Region: "us-east-1", Hash: "00", Oldest: t0, Newest: t0.Add(time.Second), Delivered: t0.Add(time.Minute)}
		later := f
		later.Object = "a/c"
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.CreateTrail(trail), tx.AddLogFile(f), tx.AddLogFile(later))
		})
		update(t, db, func(tx *store.Tx) error { return tx.VouchFor(f, t0.Add(time.Hour)) })
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.VouchFor(f, t0.Add(2*time.Hour)) })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a second digest: %v", err)
		}
		view(t, db, func(tx *store.Tx) error {
			got, err := tx.LogFilesWithoutDigest(trail.ARN, 10)
			if diff := cmp.Diff([]store.LogFile{later}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}

func TestDigestsAreAChain(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		trail := newTrail("all")
		first := store.Digest{Trail: trail.ARN, Region: "us-east-1", Ended: t0, Object: "d/1", Bucket: "logs", Hash: "01", Signature: "aa", Body: []byte("{}")}
		second, other := first, first
		second.Ended, second.Object = t0.Add(time.Hour), "d/2"
		other.Region = "eu-west-1"
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.CreateTrail(trail), tx.AddDigest(first), tx.AddDigest(second), tx.AddDigest(other))
		})
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.AddDigest(second) })
		if !errors.Is(err, store.ErrExists) {
			t.Errorf("another of the same end: %v", err)
		}
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.DigestUploaded(first, t0.Add(time.Minute)), tx.DigestUploaded(second, t0.Add(2*time.Hour)))
		})
		second.Uploaded, second.Body = t0.Add(2*time.Hour), nil
		view(t, db, func(tx *store.Tx) error {
			last, err := tx.LastDigests(trail.ARN)
			if diff := cmp.Diff([]store.Digest{other, second}, last); diff != "" {
				t.Error("last:", diff)
			}
			left, errLeft := tx.DigestsToUpload(trail.ARN, 10)
			if diff := cmp.Diff([]store.Digest{other}, left); diff != "" {
				t.Error("to upload:", diff)
			}
			return errors.Join(err, errLeft)
		})
	})
}

func TestTrailKeysByTime(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		k := store.TrailKey{Fingerprint: "f1", Region: "us-east-1", Starts: t0, Ends: t0.Add(time.Hour), Public: []byte{1}, Sealed: []byte{2}}
		update(t, db, func(tx *store.Tx) error { return tx.AddTrailKey(k) })
		for _, tt := range []struct {
			name       string
			region     string
			start, end time.Duration
			want       int
		}{
			{"within", "us-east-1", time.Minute, time.Minute, 1},
			{"its last moment", "us-east-1", time.Hour, 2 * time.Hour, 1},
			{"its first moment", "us-east-1", -time.Hour, 0, 1},
			{"before", "us-east-1", -time.Hour, -time.Minute, 0},
			{"after", "us-east-1", 2 * time.Hour, 3 * time.Hour, 0},
			{"elsewhere", "eu-west-1", 0, time.Hour, 0},
		} {
			view(t, db, func(tx *store.Tx) error {
				got, err := tx.TrailKeys(tt.region, t0.Add(tt.start), t0.Add(tt.end))
				if len(got) != tt.want || err == nil && len(got) > 0 && !cmp.Equal(got[0], k) {
					t.Errorf("%s: %v", tt.name, got)
				}
				return err
			})
		}
	})
}

func TestCursorsMoveOn(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		trail := newTrail("all")
		update(t, db, func(tx *store.Tx) error { return tx.CreateTrail(trail) })
		for _, want := range []store.Cursor{{Segment: 1, Offset: 8}, {Segment: 2}} {
			update(t, db, func(tx *store.Tx) error { return tx.PutTrailCursor(trail.ARN, "spool", want) })
			view(t, db, func(tx *store.Tx) error {
				got, err := tx.TrailCursor(trail.ARN, "spool")
				if got != want {
					t.Errorf("%v, want %v", got, want)
				}
				_, other := tx.TrailCursor(trail.ARN, "another")
				if !errors.Is(other, store.ErrNotFound) {
					t.Errorf("another spool: %v", other)
				}
				return err
			})
		}
	})
}

func TestADeletedTrailStaysForWhoDelivers(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		trail := newTrail("all")
		trail.Started = t0
		create := func() { t.Helper(); update(t, db, func(tx *store.Tx) error { return tx.CreateTrail(trail) }) }
		remove := func() { t.Helper(); update(t, db, func(tx *store.Tx) error { return tx.DeleteTrail(trail) }) }
		toDeliver := func() (all []iam.Trail) {
			t.Helper()
			view(t, db, func(tx *store.Tx) (err error) {
				all, err = tx.TrailsToDeliver()
				return err
			})
			return all
		}
		create()
		remove()
		if left := toDeliver(); len(left) > 0 {
			t.Errorf("of a trail without deliveries there is %v", left)
		}
		create()
		cursor := store.Cursor{Segment: 3, Offset: 8}
		update(t, db, func(tx *store.Tx) error { return tx.PutTrailCursor(trail.ARN, "spool", cursor) })
		remove()
		create() // of the same name
		all := toDeliver()
		if len(all) != 2 || all[0].Gone || !all[1].Gone || all[0].ARN != trail.ARN || all[1].Name != trail.Name {
			t.Fatalf("to deliver are %+v", all)
		}
		view(t, db, func(tx *store.Tx) error {
			seen, err := tx.TrailsOf(acct)
			cursors, errCursors := tx.CursorsOf("spool")
			if len(seen) != 1 || len(cursors) != 1 || cursors[all[1].ARN] != cursor {
				t.Errorf("the account has %d trails; the cursors are %v", len(seen), cursors)
			}
			return errors.Join(err, errCursors)
		})
		err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.ForgetTrail(trail.ARN) })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a trail that is there is forgotten: %v", err)
		}
		update(t, db, func(tx *store.Tx) error { return tx.ForgetTrail(all[1].ARN) })
		if left := toDeliver(); len(left) != 1 {
			t.Errorf("after that there are %v", left)
		}
	})
}

func TestAWithdrawnDigestVouchesForNothing(t *testing.T) {
	databases(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		withAccount(t, db)
		trail := newTrail("all")
		digest := func(hour int) store.Digest {
			return store.Digest{Trail: trail.ARN, Region: "us-east-1", Ended: t0.Add(time.Duration(hour) * time.Hour), Object: "d", Bucket: "b", Body: []byte("{}")}
		}
		update(t, db, func(tx *store.Tx) error {
			err := tx.CreateTrail(trail)
			for hour, object := range []string{"a", "b", "c"} {
				f := store.LogFile{Trail: trail.ARN, Object: object, Region: "us-east-1", Bucket: "b", Delivered: t0}
				err = errors.Join(err, tx.AddDigest(digest(hour)), tx.AddLogFile(f), tx.VouchFor(f, digest(hour).Ended))
			}
			return errors.Join(err, tx.DigestUploaded(digest(0), t0))
		})
		update(t, db, func(tx *store.Tx) error { return tx.WithdrawDigests(digest(1)) })
		view(t, db, func(tx *store.Tx) error {
			files, err := tx.LogFilesWithoutDigest(trail.ARN, 10)
			last, errLast := tx.LastDigests(trail.ARN)
			if len(files) != 2 || files[0].Object != "b" || len(last) != 1 || !last[0].Ended.Equal(t0) {
				t.Errorf("the files without digest are %+v, the last digest %+v", files, last)
			}
			return errors.Join(err, errLast)
		})
		update(t, db, func(tx *store.Tx) error {
			return errors.Join(tx.EndChain(trail.ARN, "us-east-1"), tx.ForgetLogFiles(trail.ARN))
		})
		view(t, db, func(tx *store.Tx) error {
			files, err := tx.LogFilesWithoutDigest(trail.ARN, 10)
			last, errLast := tx.LastDigests(trail.ARN)
			if len(files)+len(last) != 0 {
				t.Errorf("%v and %v are left", files, last)
			}
			return errors.Join(err, errLast)
		})
	})
}
