package facts

import (
	"context"
	"hash/maphash"
	"sync"

	"github.com/maypok86/otter/v2"

	"github.com/daypass/daypass/internal/store"
)

// entries is a bounded cache of one kind of fact. A value that was read from
// the store before a change, and arrives here after it, is not kept: each shard
// counts its drops, and a loader that was overtaken by one keeps nothing.
type entries[V any] struct {
	cache  *otter.Cache[string, V]
	seed   maphash.Seed
	shards [64]shard
}

type shard struct {
	mu    sync.Mutex
	drops uint64 // how often a key of this shard was dropped
	_     [48]byte
}

func newEntries[V any](size int) *entries[V] {
	return &entries[V]{
		cache: otter.Must(&otter.Options[string, V]{MaximumSize: size}),
		seed:  maphash.MakeSeed(),
	}
}

func (e *entries[V]) shard(key string) *shard {
	return &e.shards[maphash.String(e.seed, key)%uint64(len(e.shards))]
}

func (e *entries[V]) get(key string) (V, bool) { return e.cache.GetIfPresent(key) }

func (e *entries[V]) put(key string, v V) { e.cache.Set(key, v) }

// drop forgets a key, and what loads of it are under way.
func (e *entries[V]) drop(key string) {
	s := e.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
	e.cache.Invalidate(key)
}

// clear forgets everything.
func (e *entries[V]) clear() {
	for i := range e.shards {
		e.shards[i].mu.Lock()
		e.shards[i].drops++
	}
	e.cache.InvalidateAll()
	for i := range e.shards {
		e.shards[i].mu.Unlock()
	}
}

// load returns the entry, read from the store when it is not in memory.
// Failures, absence among them, are not remembered. What is in memory is not
// believed when the store does not know what other processes have changed.
func load[V any](ctx context.Context, c *Cache, e *entries[V], key string, read func(*store.Tx) (V, error)) (v V, err error) {
	if err := c.db.Fresh(); err != nil {
		return v, err
	}
	if v, ok := e.get(key); ok {
		c.hits.Add(1)
		return v, nil
	}
	c.misses.Add(1)
	s := e.shard(key)
	s.mu.Lock()
	before := s.drops
	s.mu.Unlock()
	err = c.db.Load(ctx, func(tx *store.Tx) (err error) {
		v, err = read(tx)
		return err
	})
	if err != nil {
		return v, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops == before {
		e.put(key, v)
	}
	return v, nil
}
