package sigv4

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// generation is how many keys a cache holds before it starts to forget; it
// holds at most twice as many. A key and its name take 64 bytes.
const generation = 4096

// KeyCache remembers derived keys. The zero value is ready; it is safe for
// concurrent use and bounded.
//
// It keeps two generations: a key that is used moves to the young one, and when
// that is full the old one is forgotten. Yesterday's keys leave in this way too.
type KeyCache struct {
	mu         sync.RWMutex
	young, old map[[sha256.Size]byte]SigningKey // guarded by mu
}

// Key returns DeriveKey(secret, date, region, service), remembered under all of
// its arguments, so that a key id whose secret changed never meets the old key.
func (c *KeyCache) Key(accessKeyID, secret, date, region, service string) SigningKey {
	name := cacheName(accessKeyID, secret, date, region, service)
	c.mu.RLock()
	key, hit := c.young[name]
	c.mu.RUnlock()
	if hit {
		return key
	}
	c.mu.RLock()
	key, hit = c.old[name]
	c.mu.RUnlock()
	if !hit {
		key = DeriveKey(secret, date, region, service)
	}
	c.remember(name, key)
	return key
}

func (c *KeyCache) remember(name [sha256.Size]byte, key SigningKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.young == nil || len(c.young) >= generation {
		c.old, c.young = c.young, make(map[[sha256.Size]byte]SigningKey)
	}
	c.young[name] = key
}

// cacheName hashes the arguments of a derivation, each after its length, so
// that no two lists of arguments share a name and no secret stays in the map.
func cacheName(args ...string) [sha256.Size]byte {
	var space [256]byte
	buf := space[:0]
	for _, s := range args {
		buf = binary.AppendUvarint(buf, uint64(len(s)))
		buf = append(buf, s...)
	}
	return sha256.Sum256(buf)
}
