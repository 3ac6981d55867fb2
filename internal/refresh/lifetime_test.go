package refresh_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

func TestNewLifetime(t *testing.T) {
	t.Parallel()
	assert.Equal(t, refresh.Lifetime{Early: early, Due: due, End: end}, refresh.NewLifetime(due, end))
	assert.Equal(t, refresh.Lifetime{Early: early, Due: due, End: due}, refresh.NewLifetime(due, time.Second), "the end is at least ttl")
}

func TestGet_first(t *testing.T) {
	t.Parallel()
	inBubble(t, "nothing is fetched without a call", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		advance(24 * time.Hour)
		require.Zero(t, s.fetches())
		serves(t, c, 1)
		advance(24 * time.Hour)
		assert.Equal(t, 1, s.fetches())
	})
	inBubble(t, "a thousand callers share one fetch", func(t *testing.T) {
		s := &source{takes: 5 * time.Second}
		c := s.cache()
		var wait sync.WaitGroup
		for range 1000 {
			wait.Go(func() { waits(t, c, 5*time.Second, 1) })
		}
		wait.Wait()
		assert.Equal(t, 1, s.fetches())
	})
	inBubble(t, "each caller waits until its own context ends, and the fetch goes on for the others", func(t *testing.T) {
		s := &source{takes: 5500 * time.Millisecond}
		c := s.cache()
		var wait sync.WaitGroup
		for i := range 10 {
			wait.Go(func() {
				limit := time.Duration(i+1) * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				assert.Equal(t, min(limit, 5500*time.Millisecond), took(func() {
					got, err := c.Get(ctx, "")
					if i >= 5 {
						assert.NoError(t, err)
						assert.Equal(t, 1, got)
						return
					}
					gaveUp, ok := errors.AsType[*refresh.WaitError](err)
					assert.True(t, ok)
					assert.Equal(t, context.DeadlineExceeded, gaveUp.Err)
					assert.EqualError(t, err, "gave up waiting: context deadline exceeded")
				}))
			})
		}
		wait.Wait()
		assert.Equal(t, 1, s.fetches())
	})
	inBubble(t, "the cause of the caller's context is kept", func(t *testing.T) {
		s := &source{takes: 5 * time.Second}
		c := s.cache()
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errDown) })
		for range 2 { // a call during which ctx ends, and one that starts after
			_, err := c.Get(ctx, "")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errDown)
		}
	})
	inBubble(t, "without a value, a caller whose context has ended starts no fetch", func(t *testing.T) {
		s := new(source)
		_, err := s.cache().Get(ended(t), "")
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		assert.Zero(t, s.fetches())
	})
	inBubble(t, "a fetch has a timeout of its own, and no values of its caller's context", func(t *testing.T) {
		type key struct{}
		s := new(source)
		var kept context.Context
		s.setAnswer(0, func(ctx context.Context) error {
			limit, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.Equal(t, timeout, time.Until(limit))
			assert.Nil(t, ctx.Value(key{}))
			kept = ctx
			return nil
		})
		ctx, cancel := context.WithTimeout(context.WithValue(t.Context(), key{}, "a request's"), time.Second)
		defer cancel()
		_, err := s.cache().Get(ctx, "")
		require.NoError(t, err)
		synctest.Wait()
		require.ErrorIs(t, kept.Err(), context.Canceled, "the context ends with the fetch")
	})
	inBubble(t, "a fetch gets the hint of the call that started it", func(t *testing.T) {
		s := &source{takes: time.Second}
		c := s.cache()
		for _, hint := range []string{"first", "second"} {
			go func() { _, _ = c.Get(t.Context(), hint) }()
			synctest.Wait()
		}
		advance(due)
		_, _ = c.Get(t.Context(), "third")
		assert.Equal(t, []string{"first", "third"}, s.hints)
	})
}

func TestGet_early(t *testing.T) {
	t.Parallel()
	inBubble(t, "until Early, no fetch starts", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		for range 479 {
			advance(time.Second)
			serves(t, c, 1)
		}
		assert.Equal(t, 1, s.fetches())
	})
	inBubble(t, "from Early on, a caller starts the next fetch, and all callers get the cached value at once", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(time.Second, nil)
		advance(early - 1)
		serves(t, c, 1)
		require.Equal(t, 1, s.fetches())
		advance(1)
		for range 100 {
			serves(t, c, 1)
		}
		require.Equal(t, 2, s.fetches())
		advance(time.Second)
		serves(t, c, 2)
	})
	inBubble(t, "a value's age counts from the start of its fetch", func(t *testing.T) {
		s := &source{takes: 5 * time.Second}
		c := s.cache()
		waits(t, c, 5*time.Second, 1)
		advance(early - 5*time.Second - 1)
		serves(t, c, 1)
		require.Equal(t, 1, s.fetches())
		advance(1)
		serves(t, c, 1)
		require.Equal(t, 2, s.fetches())
	})
	inBubble(t, "each value has its own lifetime", func(t *testing.T) {
		s := new(source)
		c := s.cache(func(config *refresh.Config[int]) {
			config.Lifetime = func(v int) refresh.Lifetime { return refresh.NewLifetime(time.Duration(v)*time.Minute, end) }
		})
		serves(t, c, 1)
		advance(time.Minute)
		serves(t, c, 2)
		advance(time.Minute)
		serves(t, c, 2)
		assert.Equal(t, 2, s.fetches())
		advance(time.Minute)
		serves(t, c, 3)
	})
	inBubble(t, "with a value, a caller whose context has ended starts the next fetch too", func(t *testing.T) {
		for _, age := range []time.Duration{early, due} {
			s := new(source)
			c := s.filled(t)
			advance(age)
			got, err := c.Get(ended(t), "")
			require.NoError(t, err)
			assert.Equal(t, 1, got)
			synctest.Wait()
			assert.Equal(t, 2, s.fetches())
		}
	})
}

func TestGet_due(t *testing.T) {
	t.Parallel()
	inBubble(t, "from Due on, callers wait for the next value", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(time.Second, nil)
		advance(due)
		var wait sync.WaitGroup
		for range 1000 {
			wait.Go(func() { waits(t, c, time.Second, 2) })
		}
		wait.Wait()
		assert.Equal(t, 2, s.fetches())
	})
	inBubble(t, "callers wait until MaxWait after the start of the fetch, not MaxWait each", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(5*time.Second, nil)
		advance(due)
		var wait sync.WaitGroup
		for after, left := range map[time.Duration]time.Duration{
			0: 2 * time.Second, 500 * time.Millisecond: 1500 * time.Millisecond, 2*time.Second - 1: 1, 2 * time.Second: 0,
			4 * time.Second: 0,
		} {
			wait.Go(func() {
				time.Sleep(after)
				waits(t, c, left, 1)
			})
		}
		wait.Wait()
		advance(time.Second)
		serves(t, c, 2)
		assert.Equal(t, 2, s.fetches())
	})
	inBubble(t, "a fetch that started before Due counts MaxWait from its start", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(5*time.Second, nil)
		advance(due - 3*time.Second)
		serves(t, c, 1)
		advance(3 * time.Second)
		serves(t, c, 1)
		advance(2 * time.Second)
		serves(t, c, 2)
	})
	inBubble(t, "a fetch that started shortly before Due is waited for until MaxWait after its start", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(5*time.Second, nil)
		advance(due - time.Second)
		serves(t, c, 1)
		advance(time.Second)
		waits(t, c, time.Second, 1)
	})
	inBubble(t, "a caller whose context ends before MaxWait gets the cached value", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(5*time.Second, nil)
		advance(due)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.Equal(t, time.Second, took(func() {
			got, err := c.Get(ctx, "")
			require.NoError(t, err)
			assert.Equal(t, 1, got)
		}))
	})
}

func TestGet_end(t *testing.T) {
	t.Parallel()
	inBubble(t, "from End on, callers wait for the next value as long as it takes", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		advance(end)
		s.setAnswer(5*time.Second, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		go waits(t, c, 5*time.Second, 2)
		_, err := c.Get(ctx, "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		advance(2 * time.Second)
		serves(t, c, 2)
		assert.Equal(t, 2, s.fetches())
	})
	inBubble(t, "a caller that waits when End comes waits on", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		advance(end - time.Second)
		s.setAnswer(5*time.Second, nil)
		waits(t, c, 5*time.Second, 2)
	})
	inBubble(t, "a caller that waits when End comes gets the error of the fetch", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		advance(end - time.Second)
		s.setAnswer(time.Second, func(context.Context) error { return errDown })
		fails(t, c, time.Second, errDown)
	})
	inBubble(t, "a caller that waits when End comes waits until its context ends", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		advance(end - time.Second)
		s.setAnswer(5*time.Second, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		_, err := c.Get(ctx, "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
