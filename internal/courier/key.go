package courier

import (
	"context"
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/digest"
	"github.com/daypass/daypass/internal/store"
)

// A key signs for a month, and is valid for a week longer, so that the next one
// is known while it still holds.
const (
	keySigns = 30 * 24 * time.Hour
	keyHolds = 37 * 24 * time.Hour
)

func keyContext(fingerprint string) string { return "trail-key/" + fingerprint }

// newest returns the key that signs in a Region at a time; ok is false when it
// is time for another.
func newest(tx *store.Tx, region string, now time.Time) (k store.TrailKey, ok bool, err error) {
	all, err := tx.TrailKeys(region, now, now)
	if err != nil || len(all) == 0 {
		return k, false, err
	}
	k = all[len(all)-1]
	return k, now.Before(k.Starts.Add(keySigns)), nil
}

// ensureKey makes a key for a Region when it is time. It takes too long to be
// done in a transaction.
func (c *Courier) ensureKey(ctx context.Context, region string, now time.Time) error {
	var good bool
	err := c.DB.View(ctx, func(tx *store.Tx) (err error) {
		_, good, err = newest(tx, region, now)
		return err
	})
	if err != nil || good {
		return err
	}
	k, err := digest.NewKey()
	if err != nil {
		return err
	}
	starts := now.Truncate(24 * time.Hour) // it holds for what was signed at its first moment, whatever the clock there says
	row := store.TrailKey{
		Fingerprint: k.Fingerprint(), Region: region, Starts: starts, Ends: starts.Add(keyHolds), Public: k.Public(),
		Sealed: c.Vault.Seal(k.Private(), keyContext(k.Fingerprint())),
	}
	err = c.DB.Update(ctx, func(tx *store.Tx) error {
		if _, good, err := newest(tx, region, now); err != nil || good {
			return err // another process has made one
		}
		return tx.AddTrailKey(row)
	})
	if err != nil {
		return fmt.Errorf("making a key for digests: %w", err)
	}
	return nil
}

// key opens the key that signs in a Region at a time.
func (c *Courier) key(tx *store.Tx, region string, now time.Time) (*digest.Key, error) {
	row, _, err := newest(tx, region, now)
	if err != nil {
		return nil, err
	}
	private, err := c.Vault.Open(row.Sealed, keyContext(row.Fingerprint))
	if err != nil {
		return nil, fmt.Errorf("the key %s of digests in %s: %w", row.Fingerprint, region, err)
	}
	return digest.ParseKey(private)
}
