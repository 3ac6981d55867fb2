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

func TestLasting(t *testing.T) {
	t.Parallel()
	assert.Equal(t, refresh.Lifetime{Early: early, Due: due, End: end}, refresh.Lasting(due, end))
	assert.Equal(t, refresh.Lifetime{Early: early, Due: due, End: due}, refresh.Lasting(due, time.Second), "never less")
}

func TestGet_first(t *testing.T) {
	t.Parallel()
	in(t, "nothing is fetched before anybody calls, nor while nobody does", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		pass(24 * time.Hour)
		require.Zero(t, s.fetches())
		serves(t, c, 1)
		pass(24 * time.Hour)
		assert.Equal(t, 1, s.fetches())
	})
	in(t, "a thousand callers share one fetch, however long it takes", func(t *testing.T) {
		s := &source{takes: 5 * time.Second}
		c := s.cache()
		var wait sync.WaitGroup
		for range 1000 {
			wait.Go(func() { waits(t, c, 5*time.Second, 1) })
		}
		wait.Wait()
		assert.Equal(t, 1, s.fetches())
	})
	in(t, "each waits under a context of its own, and the fetch goes on for the others", func(t *testing.T) {
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
	in(t, "the caller's own cause is kept", func(t *testing.T) {
		s := &source{takes: 5 * time.Second}
		c := s.cache()
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(errDown) })
		for range 2 { // one who waits, and one who is too late to
			_, err := c.Get(ctx, "")
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errDown)
		}
	})
	in(t, "a caller who has left begins no fetch for himself alone", func(t *testing.T) {
		s := new(source)
		_, err := s.cache().Get(ended(t), "")
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		assert.Zero(t, s.fetches())
	})
	in(t, "a fetch has a time of its own and nothing of a caller's context", func(t *testing.T) {
		type key struct{}
		s := new(source)
		var kept context.Context
		s.answers(0, func(ctx context.Context) error {
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
		require.ErrorIs(t, kept.Err(), context.Canceled, "which ends with it")
	})
	in(t, "a fetch is told the hint of the call that began it", func(t *testing.T) {
		s := &source{takes: time.Second}
		c := s.cache()
		for _, hint := range []string{"first", "second"} {
			go func() { _, _ = c.Get(t.Context(), hint) }()
			synctest.Wait()
		}
		pass(due)
		_, _ = c.Get(t.Context(), "third")
		assert.Equal(t, []string{"first", "third"}, s.hints)
	})
}

func TestGet_early(t *testing.T) {
	t.Parallel()
	in(t, "until four fifths of its time a value just serves", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		for range 479 {
			pass(time.Second)
			serves(t, c, 1)
		}
		assert.Equal(t, 1, s.fetches())
	})
	in(t, "from then on a caller begins the fetch of the next, and all are served at once", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(time.Second, nil)
		pass(early - 1)
		serves(t, c, 1)
		require.Equal(t, 1, s.fetches())
		pass(1)
		for range 100 {
			serves(t, c, 1)
		}
		require.Equal(t, 2, s.fetches())
		pass(time.Second)
		serves(t, c, 2)
	})
	in(t, "a value's time counts from when its fetch began", func(t *testing.T) {
		s := &source{takes: 5 * time.Second}
		c := s.cache()
		waits(t, c, 5*time.Second, 1)
		pass(early - 5*time.Second - 1)
		serves(t, c, 1)
		require.Equal(t, 1, s.fetches())
		pass(1)
		serves(t, c, 1)
		require.Equal(t, 2, s.fetches())
	})
	in(t, "values can have times of their own", func(t *testing.T) {
		s := new(source)
		c := s.cache(func(config *refresh.Config[int]) {
			config.Lifetime = func(v int) refresh.Lifetime { return refresh.Lasting(time.Duration(v)*time.Minute, end) }
		})
		serves(t, c, 1)
		pass(time.Minute)
		serves(t, c, 2)
		pass(time.Minute)
		serves(t, c, 2)
		assert.Equal(t, 2, s.fetches())
		pass(time.Minute)
		serves(t, c, 3)
	})
	in(t, "even a caller who has left begins it, as it is for all", func(t *testing.T) {
		for _, age := range []time.Duration{early, due} {
			s := new(source)
			c := s.filled(t)
			pass(age)
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
	in(t, "past its time, callers wait for the next value", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(time.Second, nil)
		pass(due)
		var wait sync.WaitGroup
		for range 1000 {
			wait.Go(func() { waits(t, c, time.Second, 2) })
		}
		wait.Wait()
		assert.Equal(t, 2, s.fetches())
	})
	in(t, "until two seconds after the fetch began, not two each", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(5*time.Second, nil)
		pass(due)
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
		pass(time.Second)
		serves(t, c, 2)
		assert.Equal(t, 2, s.fetches())
	})
	in(t, "a fetch that began early and is slow is not waited for either", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(5*time.Second, nil)
		pass(due - 3*time.Second)
		serves(t, c, 1)
		pass(3 * time.Second)
		serves(t, c, 1)
		pass(2 * time.Second)
		serves(t, c, 2)
	})
	in(t, "one that began early just now is, for what is left", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(5*time.Second, nil)
		pass(due - time.Second)
		serves(t, c, 1)
		pass(time.Second)
		waits(t, c, time.Second, 1)
	})
	in(t, "the cached value serves when the caller's context ends before", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(5*time.Second, nil)
		pass(due)
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
	in(t, "at the end of its life a value serves no more, and callers wait as long as it takes", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		pass(end)
		s.answers(5*time.Second, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		go waits(t, c, 5*time.Second, 2)
		_, err := c.Get(ctx, "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		pass(2 * time.Second)
		serves(t, c, 2)
		assert.Equal(t, 2, s.fetches())
	})
	in(t, "who waited when the end came waits on", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		pass(end - time.Second)
		s.answers(5*time.Second, nil)
		waits(t, c, 5*time.Second, 2)
	})
	in(t, "or learns why there is nothing", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		pass(end - time.Second)
		s.answers(time.Second, func(context.Context) error { return errDown })
		fails(t, c, time.Second, errDown)
	})
	in(t, "or gives up", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		pass(end - time.Second)
		s.answers(5*time.Second, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		_, err := c.Get(ctx, "")
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
