package installation

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/store"
)

// ringPurpose is the key ring that seals session tokens and encoded messages.
const ringPurpose = "token"

func ringContext(id uint32) string { return fmt.Sprintf("key-ring/%s/%d", ringPurpose, id) }

// KeyInfo describes a key of the ring, without the key.
type KeyInfo struct {
	ID      uint32
	Created time.Time
	Retired time.Time // when it stopped sealing; zero while it seals
	Drops   time.Time // when the last session it sealed has ended; zero while it seals
}

// loadRing reads the ring's keys.
func (in *Installation) loadRing(tx *store.Tx) ([]keys.RingKey, error) {
	rows, err := tx.KeyRing(ringPurpose)
	if err != nil {
		return nil, fmt.Errorf("reading the key ring: %w", err)
	}
	var ring []keys.RingKey
	for _, row := range rows {
		k := keys.RingKey{ID: uint32(row.ID), Created: row.Created, Retired: row.Retired}
		if k.Secret, err = in.Vault.Open(row.Sealed, ringContext(k.ID)); err != nil {
			return nil, fmt.Errorf("key %d of the key ring: %w", k.ID, err)
		}
		ring = append(ring, k)
	}
	return ring, nil
}

func (in *Installation) storeKey(tx *store.Tx, k keys.RingKey) error {
	return tx.PutKeyRing(store.KeyRow{
		Purpose: ringPurpose, ID: int64(k.ID), Created: k.Created, Retired: k.Retired,
		Sealed: in.Vault.Seal(k.Secret, ringContext(k.ID)),
	})
}

// ensureRing loads the ring, and makes its first key when it has none.
func (in *Installation) ensureRing(ctx context.Context) error {
	var ring []keys.RingKey
	err := in.DB.View(ctx, func(tx *store.Tx) (err error) {
		ring, err = in.loadRing(tx)
		return err
	})
	if err == nil && len(ring) == 0 {
		err = in.DB.Update(ctx, func(tx *store.Tx) (err error) {
			if ring, err = in.loadRing(tx); err != nil || len(ring) > 0 {
				return err
			}
			ring = []keys.RingKey{keys.NewRingKey(firstKeyID(), in.cfg.Now())}
			return in.storeKey(tx, ring[0])
		})
	}
	if err != nil {
		return err
	}
	return in.Ring.Set(ring)
}

// firstKeyID is random, so that keys of two installations hardly ever have the
// same number and a stranger's token is told apart in the log.
func firstKeyID() uint32 {
	id := binary.BigEndian.Uint32(keys.NewRingKey(0, time.Time{}).Secret)
	return id>>1 | 1
}

// ringChanged reloads the ring when another process has rotated it.
func (in *Installation) ringChanged(changes []store.Change) {
	for _, c := range changes {
		if c.Kind == store.KeyRingChange || c.Kind == store.Everything {
			go in.reloadRing(context.Background())
			return
		}
	}
}

// reloadRing reads the ring again and reports whether it could.
func (in *Installation) reloadRing(ctx context.Context) bool {
	var ring []keys.RingKey
	err := in.DB.Load(ctx, func(tx *store.Tx) (err error) {
		ring, err = in.loadRing(tx)
		return err
	})
	if err == nil {
		err = in.Ring.Set(ring)
	}
	if err != nil {
		in.cfg.Log.Error("reading the key ring", "err", err)
	}
	return err == nil
}

// RotateKeys adds a key to the ring, which seals from now on; its predecessor
// goes on opening until the longest session it can have sealed has ended. Keys
// beyond that are dropped. It returns the new key's id.
func (in *Installation) RotateKeys(ctx context.Context) (id uint32, err error) {
	err = in.DB.Update(ctx, func(tx *store.Tx) error {
		ring, err := in.loadRing(tx)
		if err != nil {
			return err
		}
		now, last := in.cfg.Now(), uint32(0)
		for _, k := range ring {
			last = max(last, k.ID)
			switch {
			case k.Dropped(now):
				err = tx.DeleteKeyRing(ringPurpose, int64(k.ID))
			case k.Retired.IsZero():
				k.Retired = now
				err = in.storeKey(tx, k)
			}
			if err != nil {
				return err
			}
		}
		id = last + 1
		if id == 0 {
			return errors.New("key ring: the key ids are used up")
		}
		return in.storeKey(tx, keys.NewRingKey(id, now))
	})
	if err != nil {
		return 0, fmt.Errorf("rotating the key ring: %w", err)
	}
	if !in.reloadRing(ctx) {
		return 0, errors.New("rotated the key ring, but could not read it again")
	}
	return id, nil
}

// Keys lists the keys of the ring, the oldest first.
func (in *Installation) Keys(ctx context.Context) (infos []KeyInfo, err error) {
	err = in.DB.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.KeyRing(ringPurpose)
		for _, row := range rows {
			k := KeyInfo{ID: uint32(row.ID), Created: row.Created, Retired: row.Retired}
			if !k.Retired.IsZero() {
				k.Drops = k.Retired.Add(keys.LongestSession)
			}
			infos = append(infos, k)
		}
		return err
	})
	return infos, err
}
