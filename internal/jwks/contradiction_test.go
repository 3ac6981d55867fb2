package jwks_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

// contradictions are usable key sets in which the kid "a" has another key than keyNamed("a").
var contradictions = map[string]string{
	"in a set of its own":        document(jwkAs("a", "another")),
	"before a new key":           document(jwkAs("a", "another"), jwkAs("b", "b")),
	"after a new key":            document(jwkAs("x", "x"), jwkAs("a", "another")),
	"exchanged with b":           document(jwkAs("a", "b"), jwkAs("b", "a")),
	"with another exponent only": document(`{"kty":"RSA","kid":"a","n":` + quoted(modulus("a", 2048)) + `,"e":"Aw"}`),
	"of 4096 bits":               document(`{"kty":"RSA","kid":"a","n":` + quoted(modulus("a", 4096)) + `,"e":"AQAB"}`),
}

func TestContradiction(t *testing.T) {
	t.Parallel()
	for name, body := range contradictions {
		inBubble(t, "another key for a cached kid, "+name+", is a failure up to MaxStale, and nobody waits for it", func(t *testing.T) {
			e := serving("a", "b")
			c := e.filled(t)
			e.servesBody(body)
			for at := time.Duration(0); at < maxStale; at += 10 * time.Minute {
				foundAtOnce(t, c, "a")
				foundAtOnce(t, c, "b")
				require.True(t, c.Has("a"))
				require.False(t, c.Has("x"))
				require.NoError(t, c.Ready(t.Context()))
				advance(10 * time.Minute)
			}
			assert.Greater(t, e.fetches(), 100, "fetches go on")
		})
	}
	inBubble(t, "the error of Refresh says so", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.servesBody(contradictions["in a set of its own"])
		advance(minInterval)
		err := c.Refresh(t.Context())
		require.ErrorIs(t, err, jwks.ErrUnavailable)
		require.EqualError(t, err, "the key set cannot be fetched: the response has another key for a kid that is cached")
	})
	inBubble(t, "an unknown kid is refused as such, and not remembered as missing", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.servesBody(contradictions["after a new key"])
		advance(minInterval)
		refused(t, c, "x", jwks.ErrUnknown)
		assert.Empty(t, c.Missing())
		e.serves("a", "x")
		advance(minInterval)
		found(t, c, "x")
	})
	inBubble(t, "a valid response replaces the set", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.servesBody(contradictions["in a set of its own"])
		advance(ttl)
		foundAtOnce(t, c, "a")
		synctest.Wait()
		e.serves("b")
		advance(time.Minute)
		foundAtOnce(t, c, "a") // starts the fetch
		synctest.Wait()
		foundAtOnce(t, c, "b")
		refusedAtOnce(t, c, "a", jwks.ErrUnknown)
	})
	inBubble(t, "from MaxStale on, any usable set is accepted", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.servesBody(contradictions["in a set of its own"])
		advance(maxStale)
		key, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, keyNamed("another").Equal(key))
	})
	inBubble(t, "the response is compared with the set that is cached when it arrives", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.servesBody(contradictions["in a set of its own"])
		e.slowsDown(2 * time.Second)
		advance(maxStale - time.Second)
		key, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, keyNamed("another").Equal(key))
		assert.Equal(t, 2, e.fetches())
	})
	inBubble(t, "a kid that was removed may come back with another key", func(t *testing.T) {
		e := serving("a", "b")
		c := e.filled(t)
		for _, body := range []string{keySet("b"), document(jwkAs("b", "b"), jwkAs("a", "another"))} {
			e.servesBody(body)
			advance(minInterval)
			require.NoError(t, c.Refresh(t.Context()))
		}
		key, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, keyNamed("another").Equal(key))
	})
	inBubble(t, "the first fetched set may have another key for a kid of the seed", func(t *testing.T) {
		e := new(endpoint)
		e.servesBody(contradictions["in a set of its own"])
		c := e.cache(t, func(c *jwks.Config) { c.Seed = []byte(keySet("a")) })
		foundAtOnce(t, c, "a") // starts the fetch
		synctest.Wait()
		key, err := c.Key(t.Context(), "a")
		require.NoError(t, err)
		assert.True(t, keyNamed("another").Equal(key))
		e.serves("a")
		advance(minInterval)
		require.Error(t, c.Refresh(t.Context()), "a fetched set is not replaced like that")
	})
}
