// Package jwks caches the JSON Web Key Set that a project's tokens are verified with. [New] makes a [Cache];
// [Cache.KeyAt] looks up a key.
//
//	cache := jwks.New(jwks.Config{Fetch: fetch})
//	key, err := cache.KeyAt(ctx, time.Now(), kid)
//
// The endpoint's last valid response replaces the whole set: a key that is missing from it is no longer trusted.
// Package refresh says when the set is fetched.
//
// A failed fetch removes no key: the cached set is used on, up to MaxStale. HTML counts as a failure, and so do a set
// without a usable key and one with another key for a cached kid. After MaxStale, any usable set is accepted. So is the
// first one that replaces a seed.
package jwks

import (
	"cmp"
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
	"github.com/seed75add069/stytch-go/stytcherror"
)

var (
	// ErrUnknown means that the key set does not have the key.
	ErrUnknown = errors.New("the key set does not hold the key")
	// ErrUnavailable means that there is no key set. The text of the cause follows. The cause is wrapped if it is a
	// *stytcherror.Error, but no other: the deadline of a fetch is not the caller's.
	ErrUnavailable = errors.New("the key set cannot be fetched")
)

// fetchTimeout bounds a fetch.
const fetchTimeout = 10 * time.Second

// Config configures a Cache. Durations that are zero or negative have their default.
type Config struct {
	// Fetch fetches the key set (RFC 7517, section 5). More than 1 MiB of it is refused. It must return when its
	// context ends, which is after ten seconds at the latest.
	Fetch func(context.Context) ([]byte, error)
	// Now is the clock for TTL, MaxStale and MinInterval. Default: time.Now.
	Now func() time.Time
	// TTL is the age of a set from which callers wait for a new one, for up to two seconds. From four fifths of TTL, a
	// call starts the fetch in the background. Default: 1 hour.
	TTL time.Duration
	// MaxStale is the age from which a set is no longer used if it cannot be replaced. At least TTL. Default: 24 hours.
	MaxStale time.Duration
	// MinInterval is the least time between the start of any fetch and one for an unknown kid. A forged kid delays the
	// discovery of a new key by at most this. Default: 30 seconds.
	MinInterval time.Duration
	// Seed is a key set to begin with. The first call starts the fetch that replaces it. One that [CheckSeed] refuses
	// is ignored.
	Seed []byte
	// SeedTime is the time from which the age of Seed counts. Default: that of New.
	SeedTime time.Time
}

// Cache caches one key set. It is safe for concurrent use. A lookup in a fresh set takes no lock and does not wait. A
// goroutine runs only during a fetch; there is nothing to close.
type Cache struct {
	sets        *refresh.Cache[*set]
	fetch       func(context.Context) ([]byte, error)
	now         func() time.Time
	minInterval time.Duration
}

// New makes a cache without touching the network.
func New(config Config) *Cache {
	c := &Cache{fetch: config.Fetch, now: config.Now, minInterval: cmp.Or(max(config.MinInterval, 0), 30*time.Second)}
	if c.now == nil {
		c.now = time.Now
	}
	ttl, maxStale := cmp.Or(max(config.TTL, 0), time.Hour), cmp.Or(max(config.MaxStale, 0), 24*time.Hour)
	lifetime := refresh.NewLifetime(ttl, maxStale)
	c.sets = refresh.New(refresh.Config[*set]{
		Fetch:   c.fetchSet,
		Timeout: fetchTimeout,
		Now:     c.now,
		Lifetime: func(s *set) refresh.Lifetime {
			if s.seed {
				return refresh.Lifetime{Due: lifetime.Due, End: lifetime.End}
			}
			return lifetime
		},
	})
	if keys, err := parse(config.Seed); err == nil {
		since := config.SeedTime
		if since.IsZero() {
			since = c.now()
		}
		c.sets.Set(&set{keys: keys, fetched: since, seed: true}, since)
	}
	return c
}

// CheckSeed returns why a Config.Seed is unusable. It may be empty.
func CheckSeed(seed []byte) error {
	if len(seed) == 0 {
		return nil
	}
	if _, err := parse(seed); err != nil {
		return fmt.Errorf("the seed is not a usable key set: %w", err)
	}
	return nil
}

// KeyAt returns the key with this kid, which the caller must not change. now is what the cache's clock says, which the
// caller has read anyway. A key of the cached set is returned at once, or after at most two seconds from TTL on.
// Otherwise KeyAt waits for a fetch, which all callers share; when ctx ends first, the error is the context's. It fails
// at once where no fetch may start yet.
func (c *Cache) KeyAt(ctx context.Context, now time.Time, kid string) (*rsa.PublicKey, error) {
	if kid == "" || len(kid) > maxKID {
		return nil, ErrUnknown
	}
	cached, err := c.sets.Start(ctx, now, kid).Wait(ctx)
	if err != nil {
		return nil, keySetError(err)
	}
	if key, ok := cached.keys[kid]; ok {
		return key, nil
	}
	if cached.missing[kid] && !refresh.Elapsed(cached.fetched, c.now(), missingIntervals*c.minInterval) {
		return nil, ErrUnknown
	}
	latest, err := c.sets.Refresh(ctx, c.minInterval, kid)
	if err != nil {
		if err = keySetError(err); errors.Is(err, ErrUnavailable) { // the cached set is available, but lacks the key
			return nil, fmt.Errorf("%w; %s", ErrUnknown, err.Error())
		}
		return nil, err
	}
	if key, ok := latest.keys[kid]; ok {
		return key, nil
	}
	return nil, ErrUnknown
}

// Ready returns nil if there is a key set, for health checks. It waits like Key.
func (c *Cache) Ready(ctx context.Context) error {
	_, err := c.sets.Get(ctx, "")
	return keySetError(err)
}

// keySetError returns the context's error if the caller's context ended, otherwise ErrUnavailable, and nil for nil.
func keySetError(err error) error {
	if err == nil {
		return nil
	}
	if gaveUp, ok := errors.AsType[*refresh.WaitError](err); ok {
		return gaveUp.Err
	}
	if response, ok := errors.AsType[*stytcherror.Error](err); ok {
		return fmt.Errorf("%w: %w", ErrUnavailable, response)
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, err.Error())
}
