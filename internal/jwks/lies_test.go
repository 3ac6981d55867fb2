package jwks_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

// lies are sets that anybody would take who had nothing: each has another key for the kid "a".
var lies = map[string]string{
	"alone":               document(jwkAs("a", "another")),
	"beside a good key":   document(jwkAs("a", "another"), jwkAs("b", "b")),
	"after a new key":     document(jwkAs("x", "x"), jwkAs("a", "another")),
	"with the other's":    document(jwkAs("a", "b"), jwkAs("b", "a")),
	"and exponent only":   document(`{"kty":"RSA","kid":"a","n":` + quoted(modulus("a", 2048)) + `,"e":"Aw"}`),
	"and 4096 bits of it": document(`{"kty":"RSA","kid":"a","n":` + quoted(modulus("a", 4096)) + `,"e":"AQAB"}`),
}

func TestContradiction(t *testing.T) {
	t.Parallel()
	for name, lie := range lies {
		inBubble(t, "a cached kid with another key, "+name+", is a failure up to MaxStale, and nobody waits for it", func(t *testing.T) {
			e := serving("a", "b")
			c := e.filled(t)
			e.says(lie)
			for at := time.Duration(0); at < maxStale; at += 10 * time.Minute {
				holds(t, c, "a")
				holds(t, c, "b")
				require.True(t, c.Has("a"))
				require.False(t, c.Has("x"))
				require.NoError(t, c.Ready(t.Context()))
				pass(10 * time.Minute)
			}
			assert.Greater(t, e.fetches(), 100, "and it is asked again all the time")
		})
	}
	inBubble(t, "Refresh says so", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.says(lies["alone"])
		pass(minInterval)
		err := c.Refresh(t.Context())
		require.ErrorIs(t, err, jwks.ErrUnavailable)
		require.EqualError(t, err, "the key set cannot be fetched: the answer has another key for a kid that is cached")
	})
	inBubble(t, "an unknown kid is no more than unknown, and is not remembered", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.says(lies["after a new key"])
		pass(minInterval)
		refused(t, c, "x", jwks.ErrUnknown)
		assert.Empty(t, c.Missing())
		e.serves("a", "x")
		pass(minInterval)
		found(t, c, "x")
	})
	inBubble(t, "a good answer ends it", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.says(lies["alone"])
		pass(ttl)
		holds(t, c, "a")
		synctest.Wait()
		e.serves("b")
		pass(time.Minute)
		holds(t, c, "a") // and begins the fetch
		synctest.Wait()
		holds(t, c, "b")
		refusedAtOnce(t, c, "a", jwks.ErrUnknown)
	})
	inBubble(t, "past MaxStale any usable set is taken, and the old key is gone", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.says(lies["alone"])
		pass(maxStale)
		key, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, keyNamed("another").Equal(key))
	})
	inBubble(t, "what is cached counts when the answer comes, not when it was asked for", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.says(lies["alone"])
		e.slows(2 * time.Second)
		pass(maxStale - time.Second)
		key, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, keyNamed("another").Equal(key))
		assert.Equal(t, 2, e.fetches())
	})
	inBubble(t, "a kid that was given up may come back with another key", func(t *testing.T) {
		e := serving("a", "b")
		c := e.filled(t)
		for _, body := range []string{keySet("b"), document(jwkAs("b", "b"), jwkAs("a", "another"))} {
			e.says(body)
			pass(minInterval)
			require.NoError(t, c.Refresh(t.Context()))
		}
		key, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, keyNamed("another").Equal(key))
	})
	inBubble(t, "a seed stands back for what is fetched", func(t *testing.T) {
		e := new(endpoint)
		e.says(lies["alone"])
		c := e.cache(t, func(c *jwks.Config) { c.Seed = []byte(keySet("a")) })
		holds(t, c, "a") // and begins the fetch
		synctest.Wait()
		key, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, keyNamed("another").Equal(key))
		e.serves("a")
		pass(minInterval)
		require.Error(t, c.Refresh(t.Context()), "but what was fetched does not")
	})
}
