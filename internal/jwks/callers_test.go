package jwks_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

type contextKey struct{}

func TestContext(t *testing.T) {
	t.Parallel()
	// Each way to wait, on a cache whose endpoint takes 5 s.
	for name, wait := range map[string]func(context.Context, *jwks.Cache) error{
		"Key":     func(ctx context.Context, c *jwks.Cache) error { _, err := c.Key(ctx, "a"); return err },
		"Ready":   func(ctx context.Context, c *jwks.Cache) error { return c.Ready(ctx) },
		"Refresh": func(ctx context.Context, c *jwks.Cache) error { return c.Refresh(ctx) },
		"Key of an unknown kid": func(ctx context.Context, c *jwks.Cache) error {
			_, err := c.Key(ctx, "unknown")
			return err
		},
	} {
		inBubble(t, name+" returns the context's error when that ends, and the fetch goes on for the others", func(t *testing.T) {
			e := serving("a")
			e.slows(5 * time.Second)
			c := e.cache(t)
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			began := time.Now()
			var others atomic.Int64
			for range 64 {
				go func() {
					time.Sleep(50 * time.Millisecond)
					found(t, c, "a")
					assert.Equal(t, 5*time.Second, time.Since(began))
					others.Add(1)
				}()
			}
			require.ErrorIs(t, wait(ctx, c), context.DeadlineExceeded)
			assert.Equal(t, 100*time.Millisecond, time.Since(began))
			pass(5 * time.Second)
			assert.EqualValues(t, 64, others.Load())
			assert.Equal(t, 1, e.fetches())
		})
		inBubble(t, name+" begins no fetch for a caller who has left", func(t *testing.T) {
			e := serving("a")
			c := e.cache(t)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, wait(ctx, c), context.Canceled)
			assert.Zero(t, e.fetches())
		})
	}
	inBubble(t, "a caller's own cause is kept, and is no verdict on the key", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.hangs()
		pass(minInterval)
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errDown) })
		for range 2 { // one who waits, and one who is too late to
			_, err := c.Key(ctx, "b")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errDown)
			require.NotErrorIs(t, err, jwks.ErrUnknown)
			require.NotErrorIs(t, err, jwks.ErrUnavailable)
		}
	})
	inBubble(t, "an unknown kid waits no longer than its caller", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.hangs()
		pass(minInterval)
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
	inBubble(t, "the fetch has its own time and none of a caller's values", func(t *testing.T) {
		e := serving()
		e.answers(func(ctx context.Context) ([]byte, error) {
			end, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, 10*time.Second, time.Until(end))
			assert.Nil(t, ctx.Value(contextKey{}))
			return []byte(keySet("a")), nil
		})
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), contextKey{}, "a request's"), time.Second)
		defer cancel()
		_, err := e.cache(t).Key(ctx, "a")
		require.NoError(t, err)
	})
}

func TestReady(t *testing.T) {
	t.Parallel()
	inBubble(t, "a cold cache is ready when it has fetched", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		require.NoError(t, c.Ready(t.Context()))
		require.NoError(t, c.Ready(t.Context()))
		assert.Equal(t, 1, e.fetches())
		assert.True(t, c.Has("a"))
	})
	inBubble(t, "probes alone keep the set fresh", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		for range 100 {
			require.NoError(t, c.Ready(t.Context()))
			pass(ttl)
		}
		assert.Equal(t, 100, e.fetches())
	})
}

func TestHas(t *testing.T) {
	t.Parallel()
	inBubble(t, "tells what is held up to MaxStale, and never fetches", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		assert.False(t, c.Has("a"))
		require.Zero(t, e.fetches())
		require.NoError(t, c.Ready(t.Context()))
		assert.True(t, c.Has("a"))
		assert.False(t, c.Has("b"))
		assert.False(t, c.Has(""))
		pass(maxStale)
		assert.True(t, c.Has("a"))
		pass(1)
		assert.False(t, c.Has("a"))
		assert.Equal(t, 1, e.fetches())
	})
}

func TestRefresh(t *testing.T) {
	t.Parallel()
	inBubble(t, "fetches at once what is not due yet", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.serves("b")
		pass(minInterval)
		require.NoError(t, c.Refresh(t.Context()))
		holds(t, c, "b")
	})
	inBubble(t, "fetches nothing within the interval, and returns the last outcome", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t)
		for range 30 {
			require.NoError(t, c.Refresh(t.Context()))
			pass(time.Second)
		}
		require.Equal(t, 1, e.fetches())
		e.fails()
		for range 30 {
			require.EqualError(t, c.Refresh(t.Context()), "the key set cannot be fetched: 503 Service Unavailable")
			pass(time.Second)
		}
		assert.Equal(t, 2, e.fetches())
		holds(t, c, "a")
	})
	inBubble(t, "joins the fetch under way", func(t *testing.T) {
		e := serving("a")
		e.slows(5 * time.Second)
		c := e.cache(t)
		for range 64 {
			go func() { assert.NoError(t, c.Refresh(t.Context())) }()
		}
		pass(5 * time.Second)
		assert.Equal(t, 1, e.fetches())
	})
}

func TestSeed(t *testing.T) {
	t.Parallel()
	seed := func(c *jwks.Config) { c.Seed = []byte(keySet("seed")) }
	t.Run("one that is no usable key set is refused", func(t *testing.T) {
		t.Parallel()
		for _, bad := range []string{"{}", "<html>", `{"keys":[]}`, keySet("a", "a")} {
			c, err := jwks.New(jwks.Config{Seed: []byte(bad)})
			require.ErrorContains(t, err, "the seed is not a usable key set: ")
			assert.Nil(t, c)
		}
	})
	inBubble(t, "serves from the start, without network, and is replaced on first use", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t, seed)
		assert.True(t, c.Has("seed"))
		pass(time.Minute)
		require.Zero(t, e.fetches())
		holds(t, c, "seed")
		synctest.Wait()
		require.Equal(t, 1, e.fetches())
		holds(t, c, "a")
		refusedAtOnce(t, c, "seed", jwks.ErrUnknown)
	})
	inBubble(t, "a kid that it lacks waits for the first fetch", func(t *testing.T) {
		e := serving("a")
		c := e.cache(t, seed)
		found(t, c, "a")
		assert.Equal(t, 1, e.fetches())
	})
	for name, fetch := range map[string]func(context.Context) ([]byte, error){
		"with an endpoint that fails": func(context.Context) ([]byte, error) { return nil, errDown },
		"without an endpoint":         nil,
	} {
		inBubble(t, name+" serves until MaxStale, counted from New", func(t *testing.T) {
			c, err := jwks.New(jwks.Config{Fetch: fetch, Seed: []byte(keySet("seed"))})
			require.NoError(t, err)
			for range 24 {
				holds(t, c, "seed")
				require.NoError(t, c.Ready(t.Context()))
				pass(time.Hour)
			}
			holds(t, c, "seed")
			pass(1)
			refused(t, c, "seed", jwks.ErrUnavailable)
		})
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	clocked := func(t *testing.T, e *endpoint, now *time.Time) *jwks.Cache {
		return e.filled(t, func(c *jwks.Config) { c.Now = func() time.Time { return *now } })
	}
	inBubble(t, "a clock of the caller's own drives every age", func(t *testing.T) {
		e, now := serving("a"), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		c := clocked(t, e, &now)
		e.serves("b")
		pass(maxStale + 1)
		holds(t, c, "a")
		synctest.Wait()
		require.Equal(t, 1, e.fetches())
		now = now.Add(minInterval)
		found(t, c, "b")
		now = now.Add(maxStale + 1)
		e.fails()
		refused(t, c, "b", jwks.ErrUnavailable)
	})
	inBubble(t, "a clock that is put back takes no key away and does not stop refreshes", func(t *testing.T) {
		e, now := serving("a"), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		c := clocked(t, e, &now)
		now = now.AddDate(-1, 0, 0)
		e.serves("a", "b")
		holds(t, c, "a")
		synctest.Wait()
		holds(t, c, "b")
		assert.Equal(t, 2, e.fetches())
		holds(t, c, "b")
		synctest.Wait()
		assert.Equal(t, 2, e.fetches(), "its set is as fresh as any")
	})
	inBubble(t, "a clock that is put back lets a set serve no longer than MaxStale from then on", func(t *testing.T) {
		e, now := serving("a"), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
		c := clocked(t, e, &now)
		e.fails()
		now = now.AddDate(-1, 0, 0)
		for range (maxStale - ttl) / time.Minute {
			holds(t, c, "a")
			synctest.Wait()
			now = now.Add(time.Minute)
		}
		holds(t, c, "a")
		synctest.Wait()
		now = now.Add(1)
		refused(t, c, "a", jwks.ErrUnavailable)
	})
	for name, answer := range map[string]func(*endpoint){"a set": func(*endpoint) {}, "a failure": (*endpoint).fails} {
		inBubble(t, name+" that came while a caller was reading the clock is not fetched again", func(t *testing.T) {
			e, meanwhile := serving("a"), func() {}
			answer(e)
			c := e.cache(t, func(c *jwks.Config) {
				c.Now = func() time.Time {
					read, do := time.Now(), meanwhile
					meanwhile = func() {}
					do()
					return read
				}
			})
			meanwhile = func() {
				time.Sleep(100 * time.Millisecond)
				_ = c.Ready(t.Context())
				synctest.Wait()
			}
			_ = c.Ready(t.Context())
			synctest.Wait()
			assert.Equal(t, 1, e.fetches())
		})
	}
	t.Run("a machine that slept for a day has no keys, though its monotonic clock stood still", func(t *testing.T) {
		t.Parallel()
		e, now := serving("a"), time.Now()
		c := clocked(t, e, &now)
		e.fails()
		*(*uint64)(unsafe.Pointer(&now)) += uint64((maxStale+time.Second)/time.Second) << 30 // the wall clock's seconds
		_, err := c.Key(t.Context(), "a")
		require.ErrorIs(t, err, jwks.ErrUnavailable)
	})
}
