package refresh_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/refresh"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const interval = 30 * time.Second

var errRetryLater = &stytcherror.Error{StatusCode: 429, RetryAfter: time.Minute}

func TestRefresh(t *testing.T) {
	t.Parallel()
	call := func(t *testing.T, c *refresh.Cache[int], d time.Duration, want int) {
		t.Helper()
		assert.Equal(t, d, took(func() {
			got, err := c.Refresh(t.Context(), interval, "unknown kid")
			assert.NoError(t, err)
			assert.Equal(t, want, got)
		}))
	}
	in(t, "fetches what is not due, and waits for it as long as it takes", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(5*time.Second, nil)
		pass(interval)
		go waits(t, c, 0, 1)
		call(t, c, 5*time.Second, 2)
		serves(t, c, 2)
		assert.Equal(t, []string{"", "unknown kid"}, s.hints)
	})
	in(t, "fetches nothing within the interval since the last fetch began, and returns what is cached", func(t *testing.T) {
		s := &source{takes: 5 * time.Second}
		c := s.cache()
		call(t, c, 5*time.Second, 1)
		pass(interval - 5*time.Second - 1)
		call(t, c, 0, 1)
		pass(1)
		call(t, c, 5*time.Second, 2)
	})
	in(t, "nor in the pause after a failure", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errRetryLater)
		pass(interval)
		_, err := c.Refresh(t.Context(), interval, "")
		require.Equal(t, errRetryLater, err)
		s.recovers()
		pass(interval)
		call(t, c, 0, 1)
		pass(interval)
		call(t, c, 0, 3)
	})
	in(t, "joins the fetch under way, whoever began it", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(5*time.Second, nil)
		pass(early)
		serves(t, c, 1)
		pass(time.Second)
		for range 64 {
			go call(t, c, 4*time.Second, 2)
		}
		pass(4 * time.Second)
		assert.Equal(t, 2, s.fetches())
	})
	in(t, "is joined by those whose value is due, for two seconds", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(5*time.Second, nil)
		pass(due - 1)
		go call(t, c, 5*time.Second, 2)
		pass(time.Second)
		waits(t, c, time.Second, 1)
	})
	in(t, "when nothing serves is no more than Get", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		c := s.cache()
		for range 10 {
			_, err := c.Refresh(t.Context(), interval, "")
			require.Equal(t, errDown, err)
		}
		require.Equal(t, 1, s.fetches())
		s.recovers()
		pass(time.Second)
		call(t, c, 0, 2)
	})
	in(t, "ends with its caller's context, and begins nothing after", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		pass(interval)
		_, err := c.Refresh(ended(t), interval, "")
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		require.Equal(t, 1, s.fetches())
		s.answers(5*time.Second, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.Equal(t, time.Second, took(func() { _, err = c.Refresh(ctx, interval, "") }))
		_, ok := errors.AsType[*refresh.WaitError](err)
		assert.True(t, ok)
		pass(4 * time.Second)
		serves(t, c, 2)
	})
}

func TestFresh(t *testing.T) {
	t.Parallel()
	fresh := func(t *testing.T, c *refresh.Cache[int], want int) {
		t.Helper()
		assert.Zero(t, took(func() {
			got, ok := c.Fresh(time.Now())
			assert.Equal(t, want != 0, ok)
			assert.Equal(t, want, got)
		}))
		synctest.Wait()
	}
	in(t, "an empty cache has nothing, and fetches nothing", func(t *testing.T) {
		s := new(source)
		fresh(t, s.cache(), 0)
		assert.Zero(t, s.fetches())
	})
	in(t, "a value is fresh until it is due, and from four fifths of that on the next is fetched", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		pass(early - 1)
		fresh(t, c, 1)
		require.Equal(t, 1, s.fetches())
		s.answers(5*time.Second, nil)
		pass(1)
		fresh(t, c, 1)
		fresh(t, c, 1)
		require.Equal(t, 2, s.fetches())
		pass(5 * time.Second)
		fresh(t, c, 2)
	})
	in(t, "one past its time is not", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errDown)
		pass(due - 1)
		fresh(t, c, 1)
		pass(1)
		fresh(t, c, 0)
		assert.Equal(t, 2, s.fetches())
	})
}

func TestPeek(t *testing.T) {
	t.Parallel()
	in(t, "it tells what serves, to its end, and fetches nothing", func(t *testing.T) {
		s := new(source)
		empty := s.cache()
		_, ok := empty.Peek()
		require.False(t, ok)
		require.Zero(t, s.fetches())
		c := s.filled(t)
		pass(end - 1)
		got, ok := c.Peek()
		require.True(t, ok)
		require.Equal(t, 1, got)
		pass(1)
		got, ok = c.Peek()
		require.False(t, ok)
		require.Zero(t, got)
		assert.Equal(t, 1, s.fetches())
	})
}

func TestSet(t *testing.T) {
	t.Parallel()
	in(t, "a value that was set serves from then on for its lifetime", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		c.Set(7)
		serves(t, c, 7)
		pass(early - 1)
		serves(t, c, 7)
		require.Zero(t, s.fetches())
		pass(1)
		serves(t, c, 7)
		serves(t, c, 1)
	})
	in(t, "a fetch that began before does not replace it", func(t *testing.T) {
		s := &source{takes: time.Second}
		c := s.cache()
		go waits(t, c, time.Second, 1)
		synctest.Wait()
		c.Set(7)
		pass(time.Second)
		serves(t, c, 7)
	})
}

func TestInvalidate(t *testing.T) {
	t.Parallel()
	in(t, "later calls wait for a new value, and fail if there is none", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(5*time.Second, nil)
		c.Invalidate()
		_, ok := c.Peek()
		require.False(t, ok)
		waits(t, c, 5*time.Second, 2)
		s.fails(errDown)
		c.Invalidate()
		fails(t, c, 0, errDown)
	})
	in(t, "failures are forgotten, and their pause", func(t *testing.T) {
		s := new(source)
		s.fails(errRetryLater)
		c := s.cache()
		fails(t, c, 0, errRetryLater)
		s.recovers()
		c.Invalidate()
		serves(t, c, 2)
	})
	for name, takes := range map[string]time.Duration{"earlier": 3 * time.Second, "later": 5 * time.Second} {
		in(t, "a fetch under way that ends "+name+" is for those who wait for it already", func(t *testing.T) {
			s := &source{takes: takes}
			c := s.cache()
			go waits(t, c, takes, 1)
			synctest.Wait()
			c.Invalidate()
			s.answers(4*time.Second, nil)
			waits(t, c, 4*time.Second, 2)
			pass(time.Minute)
			serves(t, c, 2)
			assert.Equal(t, 2, s.fetches())
		})
	}
	in(t, "a failure of such a fetch is nobody else's", func(t *testing.T) {
		s := new(source)
		s.answers(time.Second, func(context.Context) error { return errDown })
		c := s.cache()
		go fails(t, c, time.Second, errDown)
		synctest.Wait()
		c.Invalidate()
		s.answers(5*time.Second, nil)
		waits(t, c, 5*time.Second, 2)
		serves(t, c, 2)
	})
}

func TestStart(t *testing.T) {
	t.Parallel()
	in(t, "two caches fetch at the same time", func(t *testing.T) {
		a, b := &source{takes: time.Second}, &source{takes: 3 * time.Second}
		assert.Equal(t, 3*time.Second, took(func() {
			first := a.cache().Start(t.Context(), time.Now(), "")
			second := b.cache().Start(t.Context(), time.Now(), "")
			for _, result := range []refresh.Result[int]{first, second} {
				require.NoError(t, result.Err())
				got, err := result.Wait(t.Context())
				require.NoError(t, err)
				assert.Equal(t, 1, got)
			}
		}))
	})
	in(t, "an outcome that is there is worth more than a context that is over", func(t *testing.T) {
		for _, age := range []time.Duration{0, due} {
			s := new(source)
			c := s.cache()
			if age > 0 {
				serves(t, c, 1)
				pass(age)
			}
			result := c.Start(t.Context(), time.Now(), "")
			synctest.Wait()
			for range 100 {
				got, err := result.Wait(ended(t))
				require.NoError(t, err)
				require.Equal(t, s.fetches(), got)
			}
		}
	})
	in(t, "an error that is there is told without a wait", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		c := s.cache()
		fails(t, c, 0, errDown)
		require.Equal(t, errDown, c.Start(t.Context(), time.Now(), "").Err())
	})
	in(t, "a time that was read too early does no harm", func(t *testing.T) {
		s := new(source)
		early := time.Now().Add(-time.Hour)
		c := s.filled(t)
		got, err := c.Start(t.Context(), early, "").Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, got)
		synctest.Wait()
		assert.Equal(t, 1, s.fetches())
	})
	t.Run("a value can be a result", func(t *testing.T) {
		t.Parallel()
		got, err := refresh.Value(7).Wait(ended(t))
		require.NoError(t, err)
		assert.Equal(t, 7, got)
	})
}

func TestContextError(t *testing.T) {
	t.Parallel()
	require.NoError(t, refresh.ContextError(t.Context()), "as long as it is not over")
	for text, test := range map[string]struct {
		cause error
		want  string
	}{
		"without a cause, the context's error":    {nil, "context canceled"},
		"a cause stands beside it":                {errDown, "context canceled: down for maintenance"},
		"a cause that says it too stands alone":   {fmt.Errorf("shutdown: %w", context.Canceled), "shutdown: context canceled"},
		"another context's error is no less told": {context.DeadlineExceeded, "context canceled: context deadline exceeded"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(test.cause)
			err := refresh.ContextError(ctx)
			require.ErrorIs(t, err, context.Canceled)
			require.EqualError(t, err, test.want)
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
		})
	}
}
