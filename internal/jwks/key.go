package jwks

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

// Key returns the key of that name, which the caller must not change. A key of a cached set comes at once or, past the
// TTL, after two seconds at most. Otherwise Key waits for a fetch that all callers share; when ctx ends first, it
// returns the context's error. Where no fetch may begin yet, it fails at once.
func (c *Cache) Key(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	if kid == "" || len(kid) > maxKID {
		return nil, ErrUnknown
	}
	cached, err := c.sets.Get(ctx, kid)
	if err != nil {
		return nil, noSet(err)
	}
	if key, ok := cached.keys[kid]; ok {
		return key, nil
	}
	if cached.lacks(kid) && !refresh.Elapsed(cached.fetched, c.now(), remembered*c.minInterval) {
		return nil, ErrUnknown
	}
	latest, err := c.sets.Refresh(ctx, c.minInterval, kid)
	if err != nil {
		if err = noSet(err); errors.Is(err, ErrUnavailable) { // which it is not: a set is cached
			return nil, fmt.Errorf("%w; %s", ErrUnknown, err.Error())
		}
		return nil, err
	}
	if key, ok := latest.keys[kid]; ok {
		return key, nil
	}
	return nil, ErrUnknown
}

// Fresh returns the key of that name if a set within its TTL has it at that time, which the caller has read from the
// same clock, and nil otherwise: then Key knows more. It never waits.
func (c *Cache) Fresh(kid string, now time.Time) *rsa.PublicKey {
	cached, ok := c.sets.Fresh(now)
	if !ok {
		return nil
	}
	return cached.keys[kid]
}

// Ready reports whether there are keys to check with, as health probes ask. It waits like Key.
func (c *Cache) Ready(ctx context.Context) error {
	if _, err := c.sets.Get(ctx, ""); err != nil {
		return noSet(err)
	}
	return nil
}

// noSet is the context's error for a caller who gave up, and otherwise ErrUnavailable.
func noSet(err error) error {
	if gaveUp, ok := errors.AsType[*refresh.WaitError](err); ok {
		return gaveUp.Err
	}
	return fmt.Errorf("%w: %s", ErrUnavailable, err.Error())
}
