package keys

import (
	"cmp"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// LongestSession is how long the longest temporary credential lives: 36 hours,
// the maximum of GetSessionToken and GetFederationToken. A ring key is dropped
// this long after it stopped sealing.
const LongestSession = 36 * time.Hour

// Failures of [Ring.Open]. They tell an operator apart what a caller may not:
// both are the same refusal on the wire.
var (
	ErrUnknownKey = errors.New("sealed by a key that this installation does not hold")
	ErrAltered    = errors.New("altered, or not sealed for this purpose")
)

// RingKey is one key of the ring.
type RingKey struct {
	ID      uint32
	Created time.Time // when it starts sealing
	Retired time.Time // when it stops sealing; zero while that is not known
	Secret  []byte    // KeySize bytes
}

// NewRingKey makes a key that seals from now on.
func NewRingKey(id uint32, now time.Time) RingKey {
	return RingKey{ID: id, Created: now, Secret: random(KeySize)}
}

// Dropped reports whether the key's last session has ended by now.
func (k RingKey) Dropped(now time.Time) bool {
	return !k.Retired.IsZero() && now.After(k.Retired.Add(LongestSession))
}

// Ring seals small messages under the newest of its keys and opens those
// sealed under any. A sealed message is
//
//	1 byte    format, 1
//	4 bytes   key id
//	2 bytes   day since 1970 on which it was sealed
//	12 bytes  nonce, random
//	n bytes   AES-256-GCM ciphertext and tag
//
// Each day of each key has a key of its own (HKDF), so that random nonces never
// come near their birthday bound. The first seven bytes, the purpose and the
// caller's associated data are authenticated.
//
// The zero value holds no key: it opens nothing, and sealing panics.
type Ring struct {
	mu    sync.RWMutex
	keys  map[uint32]RingKey
	young []RingKey                // the same, the youngest first
	daily map[dailyKey]cipher.AEAD // at most maxDaily entries
}

type dailyKey struct {
	id      uint32
	day     uint16
	purpose string
}

const (
	ringFormat = 1
	ringHeader = 1 + 4 + 2
	ringNonce  = 12
	maxDaily   = 256
)

// Overhead is how many bytes sealing adds to a message.
const Overhead = ringHeader + ringNonce + 16

// Set replaces the keys of the ring. One of them must not be retired.
func (r *Ring) Set(keys []RingKey) error {
	held := make(map[uint32]RingKey, len(keys))
	lasting := false
	for _, k := range keys {
		if len(k.Secret) != KeySize {
			return fmt.Errorf("ring key %d has %d bytes, want %d", k.ID, len(k.Secret), KeySize)
		}
		held[k.ID] = k
		lasting = lasting || k.Retired.IsZero()
	}
	if !lasting {
		return errors.New("key ring has no key that seals")
	}
	young := slices.SortedFunc(maps.Values(held), func(a, b RingKey) int {
		return cmp.Or(b.Created.Compare(a.Created), cmp.Compare(b.ID, a.ID))
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.young, r.daily = held, young, map[dailyKey]cipher.AEAD{}
	return nil
}

// sealer returns the id of the key that seals at a time: the youngest that has
// started and not stopped. A clock that is before all of them gets the oldest.
func (r *Ring) sealer(now time.Time) (id uint32) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := range r.young {
		k := &r.young[i]
		if k.Retired.IsZero() || now.Before(k.Retired) {
			id = k.ID
			if !now.Before(k.Created) {
				break
			}
		}
	}
	return id
}

// Seal seals plain for a purpose, bound to ad.
func (r *Ring) Seal(plain []byte, purpose, ad string, now time.Time) []byte {
	id := r.sealer(now)
	day := uint16(now.Unix() / 86400)
	aead, err := r.aead(dailyKey{id, day, purpose}, now)
	if err != nil {
		panic("keys: sealing with an empty ring")
	}
	out := make([]byte, ringHeader+ringNonce, len(plain)+Overhead)
	out[0] = ringFormat
	binary.BigEndian.PutUint32(out[1:], id)
	binary.BigEndian.PutUint16(out[5:], day)
	nonce := out[ringHeader : ringHeader+ringNonce]
	copy(nonce, random(ringNonce))
	return aead.Seal(out, nonce, plain, associated(out[:ringHeader], ad))
}

// Open returns the message that was sealed for the same purpose and ad, or
// [ErrUnknownKey], or [ErrAltered].
func (r *Ring) Open(sealed []byte, purpose, ad string, now time.Time) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != ringFormat {
		return nil, ErrAltered
	}
	id, day := binary.BigEndian.Uint32(sealed[1:]), binary.BigEndian.Uint16(sealed[5:])
	aead, err := r.aead(dailyKey{id, day, purpose}, now)
	if err != nil {
		return nil, err
	}
	nonce := sealed[ringHeader : ringHeader+ringNonce]
	plain, err := aead.Open(nil, nonce, sealed[ringHeader+ringNonce:], associated(sealed[:ringHeader], ad))
	if err != nil {
		return nil, ErrAltered
	}
	return plain, nil
}

func associated(header []byte, ad string) []byte {
	return append(append(make([]byte, 0, len(header)+len(ad)), header...), ad...)
}

// aead returns the cipher of one day of one key. Only days near now are
// remembered: the day comes from a stranger.
func (r *Ring) aead(k dailyKey, now time.Time) (cipher.AEAD, error) {
	r.mu.RLock()
	aead, ok := r.daily[k]
	key, held := r.keys[k.id]
	r.mu.RUnlock()
	switch {
	case !held || key.Dropped(now):
		return nil, ErrUnknownKey
	case ok:
		return aead, nil
	}
	aead, err := derive(key.Secret, fmt.Sprintf("daypass %s 1 day %d", k.purpose, k.day))
	if err != nil {
		return nil, err
	}
	if d := now.Unix()/86400 - int64(k.day); d >= -1 && d <= 3 {
		r.mu.Lock()
		if r.keys[k.id].Created.Equal(key.Created) {
			if len(r.daily) >= maxDaily {
				clear(r.daily)
			}
			r.daily[k] = aead
		}
		r.mu.Unlock()
	}
	return aead, nil
}
