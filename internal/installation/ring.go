package installation

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/store"
)

// ringPurpose is the key ring that seals session tokens and encoded messages.
const ringPurpose = "token"

func ringContext(id uint32) string { return fmt.Sprintf("key-ring/%s/%d", ringPurpose, id) }

// SealDelay is how long a new key waits before it seals: twice what it takes
// at most until all replicas have it, or answer nothing. So no replica seals
// with a key that another does not hold.
const SealDelay = 10 * time.Second

// KeyInfo describes a key of the ring, without the key.
type KeyInfo struct {
	ID      uint32
	Created time.Time // when it starts sealing
	Retired time.Time // when it stops sealing; zero while that is not known
	Drops   time.Time // when the last session it sealed has ended; zero while that is not known
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

// ringReload is what is known of reading the ring again.
type ringReload struct {
	changed chan struct{} // holds one when the ring has changed

	mu sync.Mutex // held while the ring is read for an unknown key
	at time.Time  // when it was last read for one; guarded by mu
}

// ringChanged notes that another process has rotated the ring.
func (in *Installation) ringChanged(changes []store.Change) {
	for _, c := range changes {
		if c.Kind == store.KeyRingChange || c.Kind == store.Everything {
			select {
			case in.reload.changed <- struct{}{}:
			default:
			}
			return
		}
	}
}

// reloadEvery is how often the ring is read at most, when reading it fails, and
// when tokens name keys that it does not hold: a stranger can make up as many
// as he likes.
const reloadEvery = time.Second

// followRing reads the ring when it has changed, again and again until that
// succeeds.
func (in *Installation) followRing(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-in.reload.changed:
		}
		for !in.reloadRing(ctx) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(reloadEvery):
			}
		}
	}
}

// reloadUnknown reads the ring again for a token that names a key which it does
// not hold, and reports whether it may hold it now. Replicas have a new key
// before it seals; this is for those whose clocks are far apart. All who wait
// for a reading share it, and the next is not before some time.
func (in *Installation) reloadUnknown(ctx context.Context) bool {
	came := time.Now()
	in.reload.mu.Lock()
	defer in.reload.mu.Unlock()
	if since := time.Since(in.reload.at); since < reloadEvery {
		return in.reload.at.After(came)
	}
	ok := in.reloadRing(context.WithoutCancel(ctx))
	in.reload.at = time.Now()
	return ok
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

// RotateKeys adds a key to the ring, which seals after [SealDelay]; its
// predecessor seals until then, and goes on opening until the longest session
// it can have sealed has ended. Keys beyond that are dropped. It returns the
// new key's id.
func (in *Installation) RotateKeys(ctx context.Context) (id uint32, err error) {
	err = in.DB.Update(ctx, func(tx *store.Tx) error {
		ring, err := in.loadRing(tx)
		if err != nil {
			return err
		}
		now, last := in.cfg.Now(), uint32(0)
		starts := now.Add(SealDelay)
		for _, k := range ring {
			last = max(last, k.ID)
			switch {
			case k.Dropped(now):
				err = tx.DeleteKeyRing(ringPurpose, int64(k.ID))
			case k.Retired.IsZero():
				k.Retired = starts
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
		return in.storeKey(tx, keys.NewRingKey(id, starts))
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
