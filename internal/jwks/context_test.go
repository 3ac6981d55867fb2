package jwks_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

func TestContext(t *testing.T) {
	t.Parallel()
	// The endpoint takes five seconds.
	for name, wait := range map[string]func(context.Context, *jwks.Cache) error{
		"Key":   func(ctx context.Context, c *jwks.Cache) error { _, err := c.Key(ctx, "a"); return err },
		"Ready": func(ctx context.Context, c *jwks.Cache) error { return c.Ready(ctx) },
		"Key of an unknown kid": func(ctx context.Context, c *jwks.Cache) error {
			_, err := c.Key(ctx, "unknown")
			return err
		},
	} {
		inBubble(t, name+" returns the error of a context that ends, and the fetch continues for other callers", func(t *testing.T) {
			e := serving("a")
			e.slowsDown(5 * time.Second)
			c := e.cache(t)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			go found(t, c, "a")
			require.Equal(t, context.DeadlineExceeded, wait(ctx, c))
			require.Equal(t, context.DeadlineExceeded, wait(ctx, c))
			advance(5 * time.Second)
			assert.Equal(t, 1, e.fetches())
		})
	}
	inBubble(t, "the cause of a caller's context is kept", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.hangs()
		advance(minInterval)
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errDown) })
		for range 2 { // a call during which ctx ends, and one that starts after
			_, err := c.Key(ctx, "b")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errDown)
			require.NotErrorIs(t, err, jwks.ErrUnknown)
			require.NotErrorIs(t, err, jwks.ErrUnavailable)
		}
	})
	inBubble(t, "a lookup of an unknown kid ends with its caller's context", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.hangs()
		advance(minInterval)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := c.Key(ctx, "b")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Second, time.Since(began))
		_, err = c.Key(ctx, "b")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 2, e.fetches())
	})
}

func TestReady(t *testing.T) {
	t.Parallel()
	inBubble(t, "an empty cache is ready after its first fetch", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		require.NoError(t, c.Ready(t.Context()))
		require.NoError(t, c.Ready(t.Context()))
		assert.Equal(t, 1, e.fetches())
		assert.True(t, c.Has("a"))
	})
	inBubble(t, "calls of Ready keep the set fresh", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		for range 100 {
			require.NoError(t, c.Ready(t.Context()))
			advance(ttl)
		}
		assert.Equal(t, 100, e.fetches())
	})
}

func TestSeed(t *testing.T) {
	t.Parallel()
	seed := func(c *jwks.Config) { c.Seed = []byte(keySet("seed")) }
	inBubble(t, "a seed without a usable key is refused", func(t *testing.T) {
		for _, bad := range []string{"{}", "<html>", `{"keys":[]}`, keySet("a", "a")} {
			require.ErrorContains(t, jwks.CheckSeed([]byte(bad)), "the seed is not a usable key set: ")
			e := serving("a")
			found(t, e.cache(t, func(c *jwks.Config) { c.Seed = []byte(bad) }), "a")
			assert.Equal(t, 1, e.fetches(), "it is ignored")
		}
	})
	inBubble(t, "a seed is used from the start, and the first lookup starts the fetch that replaces it", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t, seed)
		assert.True(t, c.Has("seed"))
		advance(time.Minute)
		require.Zero(t, e.fetches())
		foundAtOnce(t, c, "seed")
		synctest.Wait()
		require.Equal(t, 1, e.fetches())
		foundAtOnce(t, c, "a")
		refusedAtOnce(t, c, "seed", jwks.ErrUnknown)
	})
	inBubble(t, "a kid that the seed lacks waits for the first fetch", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t, seed)
		found(t, c, "a")
		assert.Equal(t, 1, e.fetches())
	})
	inBubble(t, "a seed whose endpoint fails is used until MaxStale, counted from New", func(t *testing.T) {
		e := new(endpoint)
		e.fails()
		c := e.cache(t, seed)
		for range 24 {
			foundAtOnce(t, c, "seed")
			require.NoError(t, c.Ready(t.Context()))
			advance(time.Hour - 1)
		}
		foundAtOnce(t, c, "seed")
		advance(24)
		refused(t, c, "seed", jwks.ErrUnavailable)
	})
}
