package jwks

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

// Key returns the key with this kid, which the caller must not change. A key of the cached set is returned at once, or
// after at most two seconds from TTL on. Otherwise Key waits for a fetch, which all callers share; when ctx ends first,
// the error is the context's. It fails at once where no fetch may start yet.
func (c *Cache) Key(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	if kid == "" || len(kid) > maxKID {
		return nil, ErrUnknown
	}
	cached, err := c.sets.Get(ctx, kid)
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
	return fmt.Errorf("%w: %s", ErrUnavailable, err.Error())
}
