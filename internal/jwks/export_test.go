package jwks

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/flight"
)

// Parse reads a key set.
var Parse = parse

// Missing are the kids remembered with the set that is held.
func (c *Cache) Missing() []string {
	var kids []string
	for kid := range c.state.Load().set.missing {
		kids = append(kids, kid)
	}
	return kids
}

// Has reports whether Key would return the key at once. It starts no fetch.
func (c *Cache) Has(kid string) bool {
	held := c.state.Load().set
	if c.phase(held, c.now()) == gone {
		return false
	}
	_, ok := held.keys[kid]
	return ok
}

// Refresh fetches the set anew, or waits for the fetch under way. Within MinInterval of the last one, or of a failure's
// backoff, it fetches nothing and returns the last outcome. After an error the set that is held serves on.
func (c *Cache) Refresh(ctx context.Context) error {
	for {
		st := c.state.Load()
		if err := flight.Ended(ctx); err != nil {
			return err
		}
		f, ok := c.join(st, c.now(), c.minInterval, "")
		switch {
		case !ok:
			continue
		case f == nil:
			return st.failure
		}
		_, err := f.Wait(ctx)
		return err
	}
}
