package outbound

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/daypass/daypass/internal/store"
)

// Longest is how long the longest token lives.
const Longest = time.Hour

// A new key is published this long before it signs: who keeps the documents as
// long as they say ([keysAge]), and longer, has it by then. An old one is
// published until its last token has expired, by clocks that are a little apart.
const (
	publishAhead = time.Hour
	keepAfter    = Longest + 10*time.Minute
)

// purposePrefix begins the names of the rings in the store.
const purposePrefix = "outbound-"

// algorithm is a way to sign, with a ring of its own.
type algorithm struct {
	name   jose.SignatureAlgorithm
	prefix string // of key ids
	shown  string // in the key set: as the real service shows it
	make   func() (crypto.Signer, error)
}

var algorithms = []algorithm{
	{jose.RS256, "RSA_", "", func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) }},
	{jose.ES384, "EC384_", string(jose.ES384), func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) }},
}

func (a *algorithm) purpose() string { return purposePrefix + string(a.name) }

func (a *algorithm) keyID(id int64) string { return fmt.Sprintf("%s%d", a.prefix, id) }

func sealContext(purpose string, id int64) string { return fmt.Sprintf("key-ring/%s/%d", purpose, id) }

// Key is a signing key, without its secret.
type Key struct {
	ID        string    // as tokens name it
	Algorithm string    // "RS256"
	Starts    time.Time // when it starts signing
	Retired   time.Time // when it stops; zero while that is not known
}

// Drops returns when the key is published no more; zero while that is not known.
func (k *Key) Drops() time.Time {
	if k.Retired.IsZero() {
		return time.Time{}
	}
	return k.Retired.Add(keepAfter)
}

func (k *Key) dropped(now time.Time) bool { return !k.Retired.IsZero() && !now.Before(k.Drops()) }

func (k *Key) signs(now time.Time) bool {
	return !now.Before(k.Starts) && (k.Retired.IsZero() || now.Before(k.Retired))
}

// signingKey is a Key with what it takes to sign.
type signingKey struct {
	Key
	public jose.JSONWebKey
	signer jose.Signer
}

// ring holds the keys of all algorithms as they were last read.
type ring struct {
	stale atomic.Bool // somebody has changed them
	held  atomic.Pointer[[]*signingKey]
	mu    sync.Mutex // held while they are read or made
	tried time.Time  // when reading them failed; guarded by mu
}

// tryAgain is how long after a failure the keys are read again, while there are
// some to go on with.
const tryAgain = time.Second

// keys returns the keys, and makes them at first need. When they have changed
// and cannot be read, it is those from before.
func (i *Issuer) keys(ctx context.Context, now time.Time) ([]*signingKey, error) {
	if held := i.ring.held.Load(); held != nil && !i.ring.stale.Load() {
		return *held, nil
	}
	i.ring.mu.Lock()
	defer i.ring.mu.Unlock()
	held := i.ring.held.Load()
	if held != nil && (!i.ring.stale.Load() || time.Since(i.ring.tried) < tryAgain) {
		return *held, nil
	}
	i.ring.stale.Store(false) // before they are read: a change meanwhile has them read again
	all, err := i.load(context.WithoutCancel(ctx), now)
	if err == nil {
		i.ring.held.Store(&all)
		return all, nil
	}
	i.ring.stale.Store(true)
	i.ring.tried = time.Now()
	if held == nil {
		return nil, err
	}
	i.log.Error("reading the keys that sign web identity tokens", "err", err)
	return *held, nil
}

// load reads the keys, and makes those that there are none of.
func (i *Issuer) load(ctx context.Context, now time.Time) (all []*signingKey, err error) {
	for n := range algorithms {
		a := &algorithms[n]
		var rows []store.KeyRow
		err := i.db.View(ctx, func(tx *store.Tx) (err error) {
			rows, err = tx.KeyRing(a.purpose())
			return err
		})
		if err == nil && len(rows) == 0 {
			rows, err = i.first(ctx, a, now)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the keys for %s: %w", a.name, err)
		}
		for _, row := range rows {
			k, err := i.open(a, row)
			if err != nil {
				return nil, err
			}
			all = append(all, k)
		}
	}
	return all, nil
}

// first makes the first key of an algorithm, unless another process has.
func (i *Issuer) first(ctx context.Context, a *algorithm, now time.Time) (rows []store.KeyRow, err error) {
	secret, err := a.newSecret()
	if err != nil {
		return nil, err
	}
	row := i.seal(a, secret, 0, now)
	err = i.db.Update(ctx, func(tx *store.Tx) error {
		if rows, err = tx.KeyRing(a.purpose()); err != nil || len(rows) > 0 {
			return err
		}
		rows = []store.KeyRow{row}
		return tx.PutKeyRing(row)
	})
	return rows, err
}

// newSecret makes a private key, in PKCS #8.
func (a *algorithm) newSecret() ([]byte, error) {
	secret, err := a.make()
	if err != nil {
		return nil, fmt.Errorf("making a key for %s: %w", a.name, err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		return nil, fmt.Errorf("making a key for %s: %w", a.name, err)
	}
	return plain, nil
}

// seal returns a key as it is stored, which starts signing at a time.
func (i *Issuer) seal(a *algorithm, secret []byte, id int64, starts time.Time) store.KeyRow {
	return store.KeyRow{Purpose: a.purpose(), ID: id, Created: starts, Sealed: i.vault.Seal(secret, sealContext(a.purpose(), id))}
}

// open unwraps a key.
func (i *Issuer) open(a *algorithm, row store.KeyRow) (*signingKey, error) {
	k := &signingKey{Key: describe(a, row)}
	plain, err := i.vault.Open(row.Sealed, sealContext(row.Purpose, row.ID))
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", k.ID, err)
	}
	secret, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: it is no private key", k.ID) // the cause might show some of it
	}
	signer, ok := secret.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("signing key %s does not sign", k.ID)
	}
	k.public = jose.JSONWebKey{Key: signer.Public(), KeyID: k.ID, Use: "sig", Algorithm: a.shown}
	k.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: a.name, Key: jose.JSONWebKey{Key: secret, KeyID: k.ID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", k.ID, err)
	}
	return k, nil
}

func describe(a *algorithm, row store.KeyRow) Key {
	return Key{ID: a.keyID(row.ID), Algorithm: string(a.name), Starts: row.Created, Retired: row.Retired}
}

// signer returns the key that signs at a time: the youngest that has started and
// not stopped. A clock that is before all of them gets the oldest.
func signer(all []*signingKey, algorithm string, now time.Time) *signingKey {
	var best, oldest *signingKey
	for _, k := range all {
		if k.Algorithm != algorithm {
			continue
		}
		if oldest == nil || k.Starts.Before(oldest.Starts) {
			oldest = k
		}
		if k.signs(now) && (best == nil || k.Starts.After(best.Starts)) {
			best = k
		}
	}
	return cmp.Or(best, oldest)
}

// Rotate adds a key of each algorithm, which signs after [publishAhead]. Its
// predecessor signs until then, and is published until its last token has
// expired. Keys beyond that are dropped. It returns the ids of the new keys and
// when they start.
func (i *Issuer) Rotate(ctx context.Context, now time.Time) (ids []string, starts time.Time, err error) {
	starts = now.Add(publishAhead)
	for n := range algorithms {
		a := &algorithms[n]
		secret, err := a.newSecret() // before the transaction: it takes a while
		if err != nil {
			return nil, starts, err
		}
		var id int64
		err = i.db.Update(ctx, func(tx *store.Tx) error {
			if id, err = retire(tx, a, now, starts); err != nil {
				return err
			}
			return tx.PutKeyRing(i.seal(a, secret, id, starts))
		})
		if err != nil {
			return nil, starts, fmt.Errorf("rotating the keys for %s: %w", a.name, err)
		}
		ids = append(ids, a.keyID(id))
	}
	return ids, starts, nil
}

// retire has the keys of an algorithm stop at a time, drops those that nobody
// needs, and returns the number for the next.
func retire(tx *store.Tx, a *algorithm, now, stops time.Time) (next int64, err error) {
	rows, err := tx.KeyRing(a.purpose())
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		next = max(next, row.ID+1)
		k := describe(a, row)
		switch {
		case k.dropped(now):
			err = tx.DeleteKeyRing(row.Purpose, row.ID)
		case row.Retired.IsZero():
			row.Retired = stops
			err = tx.PutKeyRing(row)
		}
		if err != nil {
			return 0, err
		}
	}
	return next, nil
}

// Keys lists the keys, without making any: those of each algorithm together,
// the oldest first.
func (i *Issuer) Keys(ctx context.Context) (all []Key, err error) {
	err = i.db.View(ctx, func(tx *store.Tx) error {
		all = nil
		for n := range algorithms {
			rows, err := tx.KeyRing(algorithms[n].purpose())
			if err != nil {
				return err
			}
			for _, row := range rows {
				all = append(all, describe(&algorithms[n], row))
			}
		}
		return nil
	})
	return all, err
}

var errNoKey = errors.New("there is no key to sign with")

// published returns the keys that tokens may be signed with, now or soon.
func published(all []*signingKey, now time.Time) []*signingKey {
	return slices.DeleteFunc(slices.Clone(all), func(k *signingKey) bool { return k.dropped(now) })
}
