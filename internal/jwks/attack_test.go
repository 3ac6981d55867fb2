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

// attack asks for n kids that no key has, as 64 callers.
func attack(t *testing.T, c *jwks.Cache, n int) {
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
	inBubble(t, "10 000 forged kids cause one fetch on a cold cache, and no second one in the interval", func(t *testing.T) {
		e := serving("a")
		e.slows(time.Second)
		c := e.cache(t)
		attack(t, c, 10_000)
		assert.Equal(t, 1, e.fetches())
		holds(t, c, "a")
	})
	inBubble(t, "10 000 forged kids cause one fetch on a warm cache", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		pass(minInterval)
		e.slows(time.Second)
		attack(t, c, 10_000)
		assert.Equal(t, 2, e.fetches())
	})
	inBubble(t, "10 000 forged kids delay no valid one, and a rotation right after is seen within the interval", func(t *testing.T) {
		e := serving("old", "stays")
		c := e.filled(t)
		pass(minInterval)
		e.slows(5 * time.Second)
		go attack(t, c, 10_000)
		for range 100 {
			synctest.Wait()
			holds(t, c, "old")
			holds(t, c, "stays")
			time.Sleep(60 * time.Millisecond)
		}
		assert.Equal(t, 2, e.fetches(), "two at most, of which one filled the cache")
		assert.LessOrEqual(t, len(c.Missing()), 1)

		e.serves("stays", "new")
		rotated := time.Now()
		for _, err := c.Key(t.Context(), "new"); err != nil; _, err = c.Key(t.Context(), "new") {
			require.ErrorIs(t, err, jwks.ErrUnknown)
			holds(t, c, "stays")
			pass(time.Second)
		}
		assert.LessOrEqual(t, time.Since(rotated), minInterval)
		refusedAtOnce(t, c, "old", jwks.ErrUnknown)
		assert.Equal(t, 3, e.fetches())
	})
	inBubble(t, "an attack that goes on causes one fetch per interval", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		for range 600 {
			attack(t, c, 64)
			holds(t, c, "a")
			pass(time.Second)
		}
		assert.Equal(t, 20, e.fetches())
		at := e.times()
		for i := 1; i < len(at); i++ {
			assert.GreaterOrEqual(t, at[i].Sub(at[i-1]), minInterval)
		}
	})
	inBubble(t, "a new key is found within the interval after an attack", func(t *testing.T) {
		e := serving("old")
		c := e.filled(t)
		pass(minInterval)
		attack(t, c, 10_000)
		e.serves("old", "new")
		for range 29 {
			refusedAtOnce(t, c, "new", jwks.ErrUnknown)
			pass(time.Second)
		}
		refusedAtOnce(t, c, "new", jwks.ErrUnknown)
		require.Equal(t, 2, e.fetches())
		pass(time.Second)
		found(t, c, "new")
		assert.Equal(t, 3, e.fetches())
	})
	inBubble(t, "a new key is found within the interval during an attack", func(t *testing.T) {
		e := serving("old")
		c := e.filled(t)
		for range 100 {
			attack(t, c, 64)
			pass(time.Second)
		}
		e.serves("new")
		rotated := time.Now()
		for {
			attack(t, c, 64)
			if _, err := c.Key(t.Context(), "new"); err == nil {
				break
			}
			pass(time.Second)
		}
		assert.LessOrEqual(t, time.Since(rotated), minInterval)
	})
	inBubble(t, "the interval counts from where a fetch began, whatever it was for", func(t *testing.T) {
		e := serving("a")
		e.slows(10 * time.Second)
		c := e.filled(t, func(c *jwks.Config) { c.FetchTimeout = time.Minute })
		pass(minInterval - 10*time.Second - 1)
		refusedAtOnce(t, c, "b", jwks.ErrUnknown)
		pass(1)
		refused(t, c, "b", jwks.ErrUnknown)
		assert.Equal(t, 2, e.fetches())
	})
	inBubble(t, "a kid that is unknown while a fetch is under way waits for that one", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.serves("a", "b")
		e.slows(5 * time.Second)
		pass(ttl - 1)
		holds(t, c, "a")
		pass(time.Second)
		began := time.Now()
		found(t, c, "b")
		assert.Equal(t, 4*time.Second, time.Since(began))
		assert.Equal(t, 2, e.fetches())
	})
}

func TestMissing(t *testing.T) {
	t.Parallel()
	inBubble(t, "a kid that caused a fetch in vain causes no other for four intervals", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		pass(minInterval)
		refused(t, c, "dead", jwks.ErrUnknown)
		require.Equal(t, 2, e.fetches())
		for range 119 {
			pass(time.Second)
			refusedAtOnce(t, c, "dead", jwks.ErrUnknown)
		}
		require.Equal(t, 2, e.fetches())
		pass(time.Second)
		refused(t, c, "dead", jwks.ErrUnknown)
		require.Equal(t, 3, e.fetches())
	})
	inBubble(t, "it stays remembered as long as others' fetches do not bring it", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		pass(minInterval)
		refused(t, c, "dead", jwks.ErrUnknown)
		for i := range 20 {
			pass(time.Minute)
			refused(t, c, fmt.Sprint("other", i), jwks.ErrUnknown)
			refusedAtOnce(t, c, "dead", jwks.ErrUnknown)
		}
		e.serves("a", "dead")
		pass(time.Minute)
		refused(t, c, "another", jwks.ErrUnknown)
		holds(t, c, "dead")
		assert.NotContains(t, c.Missing(), "dead")
		assert.Contains(t, c.Missing(), "other0")
	})
	inBubble(t, "it costs no wait, whatever fetch is under way", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		pass(minInterval)
		refused(t, c, "dead", jwks.ErrUnknown)
		e.slows(5 * time.Second)
		pass(minInterval)
		go refused(t, c, "other", jwks.ErrUnknown)
		pass(time.Second)
		require.Equal(t, 3, e.fetches())
		refusedAtOnce(t, c, "dead", jwks.ErrUnknown)
	})
	inBubble(t, "a key used before it is published is found four intervals later at most", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		pass(minInterval)
		refused(t, c, "early", jwks.ErrUnknown)
		e.serves("a", "early")
		pass(4 * minInterval)
		found(t, c, "early")
	})
	inBubble(t, "a kid that was refused for the interval's sake, or came when the fetch had begun, is not remembered", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		refused(t, c, "soon", jwks.ErrUnknown)
		pass(minInterval)
		e.slows(5 * time.Second)
		go refused(t, c, "first", jwks.ErrUnknown)
		pass(time.Second)
		refused(t, c, "late", jwks.ErrUnknown)
		assert.Equal(t, []string{"first"}, c.Missing())
		e.serves("a", "soon", "late")
		pass(minInterval)
		found(t, c, "late")
		found(t, c, "soon")
	})
	inBubble(t, "a kid that caused the first fetch is remembered too", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		refused(t, c, "dead", jwks.ErrUnknown)
		pass(minInterval)
		refusedAtOnce(t, c, "dead", jwks.ErrUnknown)
		assert.Equal(t, 1, e.fetches())
	})
	inBubble(t, "no more than 128 are remembered, the newest among them", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		for i := range 1000 {
			pass(minInterval)
			kid := fmt.Sprint(strings.Repeat("x", 250), i)
			refused(t, c, kid, jwks.ErrUnknown)
			require.LessOrEqual(t, len(c.Missing()), 128)
			require.Contains(t, c.Missing(), kid)
		}
		assert.Len(t, c.Missing(), 128)
	})
}
