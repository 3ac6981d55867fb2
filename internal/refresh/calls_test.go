package refresh_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/refresh"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const interval = 30 * time.Second

var errRetryLater = &stytcherror.Error{StatusCode: 429, Code: stytcherror.CodeTooManyRequests, RetryAfter: time.Minute}

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
	inBubble(t, "Refresh fetches a value that is not due, and waits for it as long as it takes", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(5*time.Second, nil)
		advance(interval)
		go waits(t, c, 0, 1)
		call(t, c, 5*time.Second, 2)
		serves(t, c, 2)
		assert.Equal(t, []string{"", "unknown kid"}, s.hints)
	})
	inBubble(t, "Refresh returns the cached value within the interval after the start of the last fetch", func(t *testing.T) {
		s := &source{takes: 5 * time.Second}
		c := s.cache()
		call(t, c, 5*time.Second, 1)
		advance(interval - 5*time.Second - 1)
		call(t, c, 0, 1)
		advance(1)
		call(t, c, 5*time.Second, 2)
	})
	inBubble(t, "Refresh returns the cached value in the pause after a failure", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errRetryLater)
		advance(interval)
		_, err := c.Refresh(t.Context(), interval, "")
		require.Equal(t, errRetryLater, err)
		s.recovers()
		advance(interval)
		call(t, c, 0, 1)
		advance(interval)
		call(t, c, 0, 3)
	})
	inBubble(t, "Refresh joins the running fetch", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(5*time.Second, nil)
		advance(early)
		serves(t, c, 1)
		advance(time.Second)
		for range 64 {
			go call(t, c, 4*time.Second, 2)
		}
		advance(4 * time.Second)
		assert.Equal(t, 2, s.fetches())
	})
	inBubble(t, "calls of Get for a value that is due wait two seconds for the fetch of Refresh", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(5*time.Second, nil)
		advance(due - 1)
		go call(t, c, 5*time.Second, 2)
		advance(time.Second)
		waits(t, c, time.Second, 1)
	})
	inBubble(t, "Refresh without a value is like Get", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		c := s.cache()
		for range 10 {
			_, err := c.Refresh(t.Context(), interval, "")
			require.Equal(t, errDown, err)
		}
		require.Equal(t, 1, s.fetches())
		s.recovers()
		advance(time.Second)
		call(t, c, 0, 2)
	})
	inBubble(t, "Refresh ends with its caller's context, and starts no fetch after that", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		advance(interval)
		_, err := c.Refresh(ended(t), interval, "")
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
		require.Equal(t, 1, s.fetches())
		s.setAnswer(5*time.Second, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		assert.Equal(t, time.Second, took(func() { _, err = c.Refresh(ctx, interval, "") }))
		_, ok := errors.AsType[*refresh.WaitError](err)
		assert.True(t, ok)
		advance(4 * time.Second)
		serves(t, c, 2)
	})
}

func TestPeek(t *testing.T) {
	t.Parallel()
	inBubble(t, "Peek returns the value until its end, and fetches nothing", func(t *testing.T) {
		s := new(source)
		empty := s.cache()
		_, ok := empty.Peek()
		require.False(t, ok)
		require.Zero(t, s.fetches())
		c := s.filled(t)
		advance(end - 1)
		got, ok := c.Peek()
		require.True(t, ok)
		require.Equal(t, 1, got)
		advance(1)
		got, ok = c.Peek()
		require.False(t, ok)
		require.Zero(t, got)
		assert.Equal(t, 1, s.fetches())
	})
}

func TestSet(t *testing.T) {
	t.Parallel()
	inBubble(t, "the lifetime of a value that was set begins then", func(t *testing.T) {
		s := new(source)
		c := s.cache()
		c.Set(7, time.Now())
		serves(t, c, 7)
		advance(early - 1)
		serves(t, c, 7)
		require.Zero(t, s.fetches())
		advance(1)
		serves(t, c, 7)
		serves(t, c, 1)
	})
	inBubble(t, "a fetch that started before Set does not replace the value", func(t *testing.T) {
		s := &source{takes: time.Second}
		c := s.cache()
		go waits(t, c, time.Second, 1)
		synctest.Wait()
		c.Set(7, time.Now())
		advance(time.Second)
		serves(t, c, 7)
	})
}

func TestInvalidate(t *testing.T) {
	t.Parallel()
	inBubble(t, "calls after Invalidate wait for a new value, and fail if there is none", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(5*time.Second, nil)
		c.Invalidate()
		_, ok := c.Peek()
		require.False(t, ok)
		waits(t, c, 5*time.Second, 2)
		s.fails(errDown)
		c.Invalidate()
		fails(t, c, 0, errDown)
	})
	inBubble(t, "Invalidate forgets a failure and its pause", func(t *testing.T) {
		s := new(source)
		s.fails(errRetryLater)
		c := s.cache()
		fails(t, c, 0, errRetryLater.Code)
		s.recovers()
		c.Invalidate()
		serves(t, c, 2)
	})
	for name, takes := range map[string]time.Duration{"earlier": 3 * time.Second, "later": 5 * time.Second} {
		inBubble(t, "a fetch from before Invalidate that ends "+name+" than the next is for its own callers only", func(t *testing.T) {
			s := &source{takes: takes}
			c := s.cache()
			go waits(t, c, takes, 1)
			synctest.Wait()
			c.Invalidate()
			s.setAnswer(4*time.Second, nil)
			waits(t, c, 4*time.Second, 2)
			advance(time.Minute)
			serves(t, c, 2)
			assert.Equal(t, 2, s.fetches())
		})
	}
	inBubble(t, "the failure of a fetch from before Invalidate is for its own callers only", func(t *testing.T) {
		s := new(source)
		s.setAnswer(time.Second, func(context.Context) error { return errDown })
		c := s.cache()
		go fails(t, c, time.Second, errDown)
		synctest.Wait()
		c.Invalidate()
		s.setAnswer(5*time.Second, nil)
		waits(t, c, 5*time.Second, 2)
		serves(t, c, 2)
	})
}

func TestStart(t *testing.T) {
	t.Parallel()
	inBubble(t, "two caches fetch at the same time", func(t *testing.T) {
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
	inBubble(t, "a result that is ready is returned though the context has ended", func(t *testing.T) {
		for _, age := range []time.Duration{0, due} {
			s := new(source)
			c := s.cache()
			if age > 0 {
				serves(t, c, 1)
				advance(age)
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
	inBubble(t, "an error that is known is returned by Err", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		c := s.cache()
		fails(t, c, 0, errDown)
		require.Equal(t, errDown, c.Start(t.Context(), time.Now(), "").Err())
	})
	inBubble(t, "a time before the fetch of the value starts no other fetch", func(t *testing.T) {
		s := new(source)
		early := time.Now().Add(-time.Hour)
		c := s.filled(t)
		got, err := c.Start(t.Context(), early, "").Wait(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 1, got)
		synctest.Wait()
		assert.Equal(t, 1, s.fetches())
	})
	t.Run("Value returns a result", func(t *testing.T) {
		t.Parallel()
		got, err := refresh.Value(7).Wait(ended(t))
		require.NoError(t, err)
		assert.Equal(t, 7, got)
	})
}
