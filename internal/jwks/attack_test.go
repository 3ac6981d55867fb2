package jwks_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

// lookUpForged looks up n forged kids from 64 goroutines.
func lookUpForged(t *testing.T, c *jwks.Cache, n int) {
	t.Helper()
	const callers = 64
	var wait sync.WaitGroup
	for caller := range callers {
		wait.Go(func() {
			for i := caller; i < n; i += callers {
				_, err := c.Key(t.Context(), fmt.Sprintf("forged-%d-%d", time.Now().UnixNano(), i))
				assert.ErrorIs(t, err, jwks.ErrUnknown)
			}
		})
	}
	wait.Wait()
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	inBubble(t, "10 000 forged kids cause one fetch of an empty cache, and no second one within the interval", func(t *testing.T) {
		e := serving("a")
		e.slowsDown(time.Second)
		c := e.cache(t)
		lookUpForged(t, c, 10_000)
		assert.Equal(t, 1, e.fetches())
		foundAtOnce(t, c, "a")
	})
	inBubble(t, "10 000 forged kids cause one fetch of a filled cache", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		advance(minInterval)
		e.slowsDown(time.Second)
		lookUpForged(t, c, 10_000)
		assert.Equal(t, 2, e.fetches())
	})
	inBubble(t, "10 000 forged kids delay no valid one, and a rotation right after them is noticed within the interval", func(t *testing.T) {
		e := serving("old", "stays")
		c := e.filled(t)
		advance(minInterval)
		e.slowsDown(5 * time.Second)
		go lookUpForged(t, c, 10_000)
		for range 100 {
			synctest.Wait()
			foundAtOnce(t, c, "old")
			foundAtOnce(t, c, "stays")
			time.Sleep(60 * time.Millisecond)
		}
		assert.Equal(t, 2, e.fetches(), "one that filled the cache, and one for the forged kids")
		assert.LessOrEqual(t, len(c.Missing()), 1)

		e.serves("stays", "new")
		rotated := time.Now()
		for _, err := c.Key(t.Context(), "new"); err != nil; _, err = c.Key(t.Context(), "new") {
			require.ErrorIs(t, err, jwks.ErrUnknown)
			foundAtOnce(t, c, "stays")
			advance(time.Second)
		}
		assert.LessOrEqual(t, time.Since(rotated), minInterval)
		refusedAtOnce(t, c, "old", jwks.ErrUnknown)
		assert.Equal(t, 3, e.fetches())
	})
	inBubble(t, "forged kids that keep coming cause one fetch per interval", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		for range 600 {
			lookUpForged(t, c, 64)
			foundAtOnce(t, c, "a")
			advance(time.Second)
		}
		assert.Equal(t, 20, e.fetches())
		at := e.times()
		for i := 1; i < len(at); i++ {
			assert.GreaterOrEqual(t, at[i].Sub(at[i-1]), minInterval)
		}
	})
	inBubble(t, "a new key is found within the interval after forged kids", func(t *testing.T) {
		e := serving("old")
		c := e.filled(t)
		advance(minInterval)
		lookUpForged(t, c, 10_000)
		e.serves("old", "new")
		for range 29 {
			refusedAtOnce(t, c, "new", jwks.ErrUnknown)
			advance(time.Second)
		}
		refusedAtOnce(t, c, "new", jwks.ErrUnknown)
		require.Equal(t, 2, e.fetches())
		advance(time.Second)
		found(t, c, "new")
		assert.Equal(t, 3, e.fetches())
	})
	inBubble(t, "a new key is found within the interval while forged kids keep coming", func(t *testing.T) {
		e := serving("old")
		c := e.filled(t)
		for range 100 {
			lookUpForged(t, c, 64)
			advance(time.Second)
		}
		e.serves("new")
		rotated := time.Now()
		for {
			lookUpForged(t, c, 64)
			if _, err := c.Key(t.Context(), "new"); err == nil {
				break
			}
			advance(time.Second)
		}
		assert.LessOrEqual(t, time.Since(rotated), minInterval)
	})
	inBubble(t, "the interval counts from the start of the last fetch, whatever its cause", func(t *testing.T) {
		e := serving("a")
		e.slowsDown(9 * time.Second)
		c := e.filled(t)
		advance(minInterval - 9*time.Second - 1)
		refusedAtOnce(t, c, "b", jwks.ErrUnknown)
		advance(1)
		refused(t, c, "b", jwks.ErrUnknown)
		assert.Equal(t, 2, e.fetches())
	})
	inBubble(t, "an unknown kid waits for the fetch that is running", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.serves("a", "b")
		e.slowsDown(5 * time.Second)
		advance(ttl - 1)
		foundAtOnce(t, c, "a")
		advance(time.Second)
		began := time.Now()
		found(t, c, "b")
		assert.Equal(t, 4*time.Second, time.Since(began))
		assert.Equal(t, 2, e.fetches())
	})
}

func TestMissing(t *testing.T) {
	t.Parallel()
	inBubble(t, "a kid that a fetch did not find causes no other fetch for four intervals", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		advance(minInterval)
		refused(t, c, "dead", jwks.ErrUnknown)
		require.Equal(t, 2, e.fetches())
		for range 119 {
			advance(time.Second)
			refusedAtOnce(t, c, "dead", jwks.ErrUnknown)
		}
		require.Equal(t, 2, e.fetches())
		advance(time.Second)
		refused(t, c, "dead", jwks.ErrUnknown)
		require.Equal(t, 3, e.fetches())
	})
	inBubble(t, "it stays known as missing until a fetch for another kid finds it", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		advance(minInterval)
		refused(t, c, "dead", jwks.ErrUnknown)
		for i := range 20 {
			advance(time.Minute)
			refused(t, c, fmt.Sprint("other", i), jwks.ErrUnknown)
			refusedAtOnce(t, c, "dead", jwks.ErrUnknown)
		}
		e.serves("a", "dead")
		advance(time.Minute)
		refused(t, c, "another", jwks.ErrUnknown)
		foundAtOnce(t, c, "dead")
		assert.NotContains(t, c.Missing(), "dead")
		assert.Contains(t, c.Missing(), "other0")
	})
	inBubble(t, "a kid known as missing waits for no fetch", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		advance(minInterval)
		refused(t, c, "dead", jwks.ErrUnknown)
		e.slowsDown(5 * time.Second)
		advance(minInterval)
		go refused(t, c, "other", jwks.ErrUnknown)
		advance(time.Second)
		require.Equal(t, 3, e.fetches())
		refusedAtOnce(t, c, "dead", jwks.ErrUnknown)
	})
	inBubble(t, "a key that was used before it was published is found at most four intervals later", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		advance(minInterval)
		refused(t, c, "early", jwks.ErrUnknown)
		e.serves("a", "early")
		advance(4 * minInterval)
		found(t, c, "early")
	})
	inBubble(t, "a kid that caused no fetch is not remembered as missing", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		refused(t, c, "soon", jwks.ErrUnknown)
		advance(minInterval)
		e.slowsDown(5 * time.Second)
		go refused(t, c, "first", jwks.ErrUnknown)
		advance(time.Second)
		refused(t, c, "late", jwks.ErrUnknown)
		assert.Equal(t, []string{"first"}, c.Missing())
		e.serves("a", "soon", "late")
		advance(minInterval)
		found(t, c, "late")
		found(t, c, "soon")
	})
	inBubble(t, "a kid that caused the first fetch is remembered as missing too", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		refused(t, c, "dead", jwks.ErrUnknown)
		advance(minInterval)
		refusedAtOnce(t, c, "dead", jwks.ErrUnknown)
		assert.Equal(t, 1, e.fetches())
	})
	inBubble(t, "at most 128 kids are remembered as missing, the newest among them", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		for i := range 1000 {
			advance(minInterval)
			kid := fmt.Sprint(strings.Repeat("x", 250), i)
			refused(t, c, kid, jwks.ErrUnknown)
			require.LessOrEqual(t, len(c.Missing()), 128)
			require.Contains(t, c.Missing(), kid)
		}
		assert.Len(t, c.Missing(), 128)
	})
}
