package jwks

import (
	"context"
	"crypto/rsa"
)

// Parse reads a key set.
var Parse = parse

// Key is KeyAt by the cache's clock.
func (c *Cache) Key(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	return c.KeyAt(ctx, c.now(), kid)
}

// Missing returns the kids that the cached set is known to lack.
func (c *Cache) Missing() []string {
	var kids []string
	if cached, ok := c.sets.Peek(); ok {
		for kid := range cached.missing {
			kids = append(kids, kid)
		}
	}
	return kids
}

// Has reports whether a cached set, not older than MaxStale, has the key. It starts no fetch.
func (c *Cache) Has(kid string) bool {
	cached, ok := c.sets.Peek()
	return ok && cached.keys[kid] != nil
}

// Refresh fetches the set as an unknown kid does.
func (c *Cache) Refresh(ctx context.Context) error {
	if _, err := c.sets.Refresh(ctx, c.minInterval, ""); err != nil {
		return keySetError(err)
	}
	return nil
}
