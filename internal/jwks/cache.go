// Package jwks holds the keys that a project's tokens are checked with. [New] makes a [Cache], [Cache.Key] looks a key
// up.
//
//	cache, err := jwks.New(jwks.Config{Fetch: fetch})
//	key, err := cache.Key(ctx, kid)
//
// The endpoint is the source of truth, and its last good answer is all there is: a key that is missing from it is no
// longer trusted. Nothing else, and no token, changes the keys. Package refresh says when it is asked.
//
// An endpoint that fails takes no key away, and neither does one that lies: HTML, a set without a usable key and a set
// that has another key for a kid that is cached are failures, after which the cached set serves on, up to MaxStale.
// After that, and in the place of a seed, any usable set is taken.
package jwks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
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
	// TTL is the age from which on callers wait for a new set, two seconds at most. From four fifths of it on the set
	// is fetched anew behind them. Looking up does not prolong it. Default: 1 h.
	TTL time.Duration
	// MaxStale is the age at which a set that cannot be fetched anew serves no more. Never less than TTL. Default:
	// 24 h.
	MaxStale time.Duration
	// MinInterval is the least time from one fetch to the next that an unknown kid may cause. A new key is found no
	// later than this after a forged kid has caused a fetch. Default: 30 s.
	MinInterval time.Duration
	// FetchTimeout bounds a fetch, however long its callers wait. Default: 10 s.
	FetchTimeout time.Duration
	// Seed is a key set known beforehand. It serves from the start, is fetched anew on first use, and its age counts
	// from New.
	Seed []byte
}

// Cache caches one key set. It is safe for concurrent use; looking up a key of a fresh set takes no lock and never
// waits. It has no goroutine but that of a fetch, and needs no closing.
type Cache struct {
	sets        *refresh.Cache[*set]
	fetch       func(context.Context) ([]byte, error)
	now         func() time.Time
	minInterval time.Duration
}

// New makes a cache without touching the network. The error is the seed's.
func New(config Config) (*Cache, error) {
	c := &Cache{fetch: config.Fetch, now: config.Now, minInterval: orDefault(config.MinInterval, 30*time.Second)}
	if c.fetch == nil {
		c.fetch = func(context.Context) ([]byte, error) { return nil, errors.New("there is nowhere to fetch it from") }
	}
	if c.now == nil {
		c.now = time.Now
	}
	lifetime := refresh.Lasting(orDefault(config.TTL, time.Hour), orDefault(config.MaxStale, 24*time.Hour))
	c.sets = refresh.New(refresh.Config[*set]{
		Fetch:   c.fetchSet,
		Timeout: orDefault(config.FetchTimeout, 10*time.Second),
		Now:     c.now,
		Lifetime: func(s *set) refresh.Lifetime {
			if s.seed {
				return refresh.Lifetime{Due: lifetime.Due, End: lifetime.End}
			}
			return lifetime
		},
	})
	if len(config.Seed) > 0 {
		keys, err := parse(config.Seed)
		if err != nil {
			return nil, fmt.Errorf("the seed is not a usable key set: %w", err)
		}
		c.sets.Set(&set{keys: keys, fetched: c.now(), seed: true})
	}
	return c, nil
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}
