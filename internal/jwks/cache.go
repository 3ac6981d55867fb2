// Package jwks holds the keys that a project's tokens are checked with. [New] makes a [Cache], [Cache.Key] looks a key
// up.
//
//	cache, err := jwks.New(jwks.Config{Fetch: fetch})
//	key, err := cache.Key(ctx, kid)
//
// The endpoint is the source of truth, and its last good answer is all there is: a key that is missing from it is no
// longer trusted. Nothing else, and no token, changes the keys.
//
// An endpoint that fails takes no key away, and neither does one that lies: HTML, a set without a usable key and a set
// that has another key for a kid that is held are failures, after which what is held serves on, up to MaxStale. After
// that, and in the place of a seed, any usable set is taken.
package jwks

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

var (
	// ErrUnknown means that the key set does not hold the key.
	ErrUnknown = errors.New("the key set does not hold the key")
	// ErrUnavailable means that there is no key set to look in. The cause's text follows, but the cause is not wrapped:
	// a fetch that ran out of time is not a caller who did.
	ErrUnavailable = errors.New("the key set cannot be fetched")
)

// Config is how a Cache gets its keys. What is zero or negative has its default.
type Config struct {
	// Fetch gets the key set (RFC 7517, section 5), at most 1 MiB of it. It must return when its context ends. Without
	// one, the seed serves until MaxStale.
	Fetch func(context.Context) ([]byte, error)
	// Now is the clock for all ages and intervals, FetchTimeout excepted. Default: time.Now.
	Now func() time.Time
	// TTL is the age at which a set is refreshed. Looking up does not prolong it. Default: 1 h.
	TTL time.Duration
	// MaxStale is the age up to which a set serves that cannot be refreshed. Never less than TTL. Default: 24 h.
	MaxStale time.Duration
	// MinInterval is the least time from one fetch to the next that an unknown kid or Refresh may cause. A new key is
	// found no later than this after a forged kid has caused a fetch. Default: 30 s.
	MinInterval time.Duration
	// FetchTimeout bounds a fetch, however long its callers wait. Default: 10 s.
	FetchTimeout time.Duration
	// Seed is a key set known beforehand. It serves from the start, is refreshed on first use, and its age counts from
	// New.
	Seed []byte
}

// Cache holds one key set. It is safe for concurrent use; looking up a key that it holds takes no lock and never waits.
// It has no goroutine but that of a fetch, and needs no closing.
type Cache struct {
	fetch                               func(context.Context) ([]byte, error)
	now                                 func() time.Time
	ttl, maxStale, minInterval, timeout time.Duration
	state                               atomic.Pointer[state]
}

// New makes a cache without touching the network. The error is the seed's.
func New(config Config) (*Cache, error) {
	c := &Cache{
		fetch:       config.Fetch,
		now:         config.Now,
		ttl:         orDefault(config.TTL, time.Hour),
		maxStale:    orDefault(config.MaxStale, 24*time.Hour),
		minInterval: orDefault(config.MinInterval, 30*time.Second),
		timeout:     orDefault(config.FetchTimeout, 10*time.Second),
	}
	c.maxStale = max(c.maxStale, c.ttl)
	if c.fetch == nil {
		c.fetch = func(context.Context) ([]byte, error) { return nil, errors.New("there is nowhere to fetch it from") }
	}
	if c.now == nil {
		c.now = time.Now
	}
	first := &state{}
	if len(config.Seed) > 0 {
		keys, err := parse(config.Seed)
		if err != nil {
			return nil, fmt.Errorf("the seed is not a usable key set: %w", err)
		}
		first.set = &set{keys: keys, asked: c.now(), seed: true}
	}
	c.state.Store(first)
	return c, nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}
