package jwks

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/internal/flight"
)

// Key returns the key of that name, which the caller must not change. A key that is held comes at once, even from a set
// past its TTL. Otherwise Key waits for a fetch that all callers share; when ctx ends first, it returns the context's
// error. Where no fetch may begin yet, it fails at once.
func (c *Cache) Key(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	if kid == "" || len(kid) > maxKID {
		return nil, ErrUnknown
	}
	held, err := c.held(ctx, kid)
	if err != nil {
		return nil, err
	}
	if key, ok := held.keys[kid]; ok {
		return key, nil
	}
	return c.newKey(ctx, kid)
}

// Fresh returns the key of that name if a set within its TTL holds it at that time, which the caller has read from the
// same clock, and nil otherwise: then Key knows more.
func (c *Cache) Fresh(kid string, now time.Time) *rsa.PublicKey {
	held := c.state.Load().set
	if c.phase(held, now) != fresh {
		return nil
	}
	return held.keys[kid]
}

// Ready reports whether there are keys to check with, as health probes ask. It waits like Key.
func (c *Cache) Ready(ctx context.Context) error {
	_, err := c.held(ctx, "")
	return err
}

// held returns the set that serves now, after a wait where there is none. sought is the kid, if any, that it is for.
func (c *Cache) held(ctx context.Context, sought string) (*set, error) {
	for {
		st := c.state.Load() // before the clock is read: no time in it is later
		now := c.now()
		switch c.phase(st.set, now) {
		case fresh:
			return st.set, nil
		case stale:
			c.join(st, now, 0, sought)
			return st.set, nil
		case gone:
		}
		if err := flight.Ended(ctx); err != nil {
			return nil, err
		}
		f, ok := c.join(st, now, 0, sought)
		switch {
		case !ok:
			continue
		case f == nil:
			return nil, st.failure
		}
		return f.Wait(ctx)
	}
}

// newKey asks for a set that holds the key, which the one held did not.
func (c *Cache) newKey(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	for {
		st := c.state.Load()
		if key, ok := st.set.keys[kid]; ok {
			return key, nil
		}
		now := c.now()
		if st.set.lacks(kid) && !flight.Elapsed(st.set.asked, now, remembered*c.minInterval) {
			return nil, ErrUnknown
		}
		if err := flight.Ended(ctx); err != nil {
			return nil, err
		}
		f, ok := c.join(st, now, c.minInterval, kid)
		switch {
		case !ok:
			continue
		case f == nil:
			return nil, ErrUnknown
		}
		fetched, err := f.Wait(ctx)
		switch {
		case err == nil:
			if key, ok := fetched.keys[kid]; ok {
				return key, nil
			}
			return nil, ErrUnknown
		case errors.Is(err, ctx.Err()): // the caller's own: no fetch's error wraps a context's
			return nil, err
		default: // and not ErrUnavailable: a set is held
			return nil, fmt.Errorf("%w; %s", ErrUnknown, err.Error())
		}
	}
}
