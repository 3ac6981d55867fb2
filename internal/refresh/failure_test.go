package refresh_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/refresh"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// failures are the ways a fetch can fail, how long it takes, and the error.
var failures = map[string]struct {
	set   func(*source)
	takes time.Duration
	text  string
}{
	"fails":  {func(s *source) { s.fails(errDown) }, 0, errDown.Error()},
	"panics": {func(s *source) { s.setAnswer(0, func(context.Context) error { panic("middleware") }) }, 0, "the fetch panicked with a string"},
	"ends its goroutine": {func(s *source) {
		s.setAnswer(0, func(context.Context) error {
			runtime.Goexit()
			return nil
		})
	}, 0, "the call ended without a result"},
	"hangs":           {func(s *source) { s.setAnswer(24*time.Hour, nil) }, timeout, "context deadline exceeded"},
	"is slow to fail": {func(s *source) { s.setAnswer(5*time.Second, func(context.Context) error { return errDown }) }, 5 * time.Second, errDown.Error()},
}

// The documentation of local verification states both bounds.
func TestBounds(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 2*time.Second, refresh.MaxWait)
	assert.Equal(t, 2*time.Minute, refresh.FailureMemory)
}

func TestFailure(t *testing.T) {
	t.Parallel()
	for name, failure := range failures {
		inBubble(t, "a first fetch that "+name+" fails its callers, and those in the pause after it at once", func(t *testing.T) {
			s := new(source)
			failure.set(s)
			c := s.cache()
			_, err := c.Get(t.Context(), "")
			require.EqualError(t, err, failure.text)
			for range 100 {
				assert.Zero(t, took(func() { _, err = c.Get(t.Context(), "") }))
				require.EqualError(t, err, failure.text)
			}
			assert.Equal(t, 1, s.fetches())
			s.recovers()
			advance(time.Second)
			serves(t, c, 2)
		})
		inBubble(t, "a fetch that "+name+" is waited for until MaxWait after its start only", func(t *testing.T) {
			s := new(source)
			c := s.filled(t)
			failure.set(s)
			advance(due)
			waits(t, c, min(failure.takes, refresh.MaxWait), 1)
			for range 2400 {
				serves(t, c, 1)
				advance(time.Second)
			}
			assert.Greater(t, s.fetches(), 35, "fetches go on")
			assert.Less(t, s.fetches(), 90, "with pauses")
			s.recovers()
			advance(time.Minute + timeout)
			last := s.fetches() + 1
			_, _ = c.Get(t.Context(), "")
			synctest.Wait()
			serves(t, c, last)
			advance(early - 1)
			serves(t, c, last)
			assert.Equal(t, last, s.fetches())
		})
		inBubble(t, "while a fetch "+name+", the cached value is returned until its end", func(t *testing.T) {
			s := new(source)
			c := s.filled(t)
			failure.set(s)
			for range (end - due) / time.Minute {
				advance(time.Minute)
				serves(t, c, 1)
			}
			advance(due - 1)
			got, ok := c.Peek()
			assert.True(t, ok)
			assert.Equal(t, 1, got)
			advance(1)
			_, err := c.Get(t.Context(), "")
			require.EqualError(t, err, failure.text)
		})
	}
	inBubble(t, "FailureMemory after a failure, callers wait again", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errDown)
		advance(early)
		serves(t, c, 1)
		require.Equal(t, 2, s.fetches())
		s.setAnswer(5*time.Second, nil)
		advance(refresh.FailureMemory - 1)
		serves(t, c, 1)
		advance(1) // the fetch is a nanosecond old
		waits(t, c, 2*time.Second-1, 1)
		advance(3 * time.Second)
		serves(t, c, 3)
	})
	inBubble(t, "FailureMemory after a failure, a caller waits for the fetch that it starts", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errDown)
		advance(due)
		serves(t, c, 1)
		s.setAnswer(time.Second, nil)
		advance(refresh.FailureMemory)
		waits(t, c, time.Second, 3)
	})
	inBubble(t, "callers that wait for a fetch that fails get the cached value at once", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.setAnswer(time.Second, func(context.Context) error { return errDown })
		advance(due)
		waits(t, c, time.Second, 1)
	})
	inBubble(t, "a fetch that ignores its context goes on, and callers wait until their own contexts end", func(t *testing.T) {
		s := new(source)
		s.setAnswer(0, func(context.Context) error {
			time.Sleep(time.Minute)
			return nil
		})
		c := s.cache()
		for range 59 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, err := c.Get(ctx, "")
			require.ErrorIs(t, err, context.DeadlineExceeded)
			cancel()
		}
		waits(t, c, time.Second, 1)
		assert.Equal(t, 1, s.fetches())
	})
}

// pauses calls Get all the time for d, and returns the times between the starts of fetches.
func pauses(t *testing.T, s *source, c *refresh.Cache[int], d time.Duration) []time.Duration {
	t.Helper()
	before := s.fetches()
	for range d / step {
		_, _ = c.Get(t.Context(), "")
		synctest.Wait()
		time.Sleep(step)
	}
	began := s.times()[before:]
	list := make([]time.Duration, len(began)-1)
	for i := range list {
		list[i] = began[i+1].Sub(began[i])
	}
	return list
}

const step = 50 * time.Millisecond

func TestBackoff(t *testing.T) {
	t.Parallel()
	grow := func(t *testing.T, list []time.Duration, most time.Duration) {
		t.Helper()
		require.Greater(t, len(list), 7)
		for i, pause := range list {
			full := min(time.Second<<i, most)
			assert.GreaterOrEqual(t, pause, min(full/2, most), "pause %d", i)
			assert.LessOrEqual(t, pause, full+step, "pause %d", i)
		}
	}
	inBubble(t, "without a value, pauses grow from a second to a minute, less a random part of up to a half", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		grow(t, pauses(t, s, s.cache(), 5*time.Minute), time.Minute)
	})
	inBubble(t, "with a value, pauses grow in the same way", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errDown)
		advance(due)
		grow(t, pauses(t, s, c, 5*time.Minute), time.Minute)
	})
	inBubble(t, "pauses differ between caches", func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 20 {
			s := new(source)
			s.fails(errDown)
			seen[pauses(t, s, s.cache(), time.Minute)[3]] = true
		}
		assert.Greater(t, len(seen), 10)
	})
	inBubble(t, "a success resets the pause", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		c := s.cache()
		pauses(t, s, c, 5*time.Minute)
		s.recovers()
		advance(time.Minute)
		_, err := c.Get(t.Context(), "")
		require.NoError(t, err)
		s.fails(errDown)
		advance(due)
		assert.LessOrEqual(t, pauses(t, s, c, 5*time.Minute)[0], time.Second+step)
	})
	for name, tt := range map[string]struct{ retryAfter, least, most time.Duration }{
		"a longer Retry-After is kept":               {30 * time.Second, 30 * time.Second, 30 * time.Second},
		"a Retry-After is kept for a minute at most": {time.Hour, time.Minute, time.Minute},
		"a shorter Retry-After is ignored":           {time.Millisecond, 500 * time.Millisecond, time.Second},
		"a negative Retry-After is ignored":          {-time.Hour, 500 * time.Millisecond, time.Second},
	} {
		inBubble(t, name, func(t *testing.T) {
			for _, limit := range []time.Duration{0, 700 * time.Millisecond} {
				s := new(source)
				s.fails(fmt.Errorf("wrapped: %w", &stytcherror.Error{StatusCode: 429, RetryAfter: tt.retryAfter}))
				c := s.cache(func(config *refresh.Config[int]) { config.MaxPause = limit })
				for _, pause := range pauses(t, s, c, tt.most+time.Second)[:1] {
					assert.GreaterOrEqual(t, pause, tt.least)
					assert.LessOrEqual(t, pause, tt.most+step)
				}
				s.fails(errDown)
				advance(time.Minute)
				assert.LessOrEqual(t, pauses(t, s, c, 10*time.Second)[0], 8*time.Second+step, "the next failure has no Retry-After")
			}
		})
	}
	inBubble(t, "MaxPause bounds pauses without a value", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		c := s.cache(func(config *refresh.Config[int]) { config.MaxPause = 10 * time.Second })
		list := pauses(t, s, c, 5*time.Minute)
		grow(t, list, 10*time.Second)
		assert.Greater(t, len(list), 25)
	})
	inBubble(t, "MaxPause bounds a pause from the end of the value on", func(t *testing.T) {
		s := new(source)
		c := s.filled(t, func(config *refresh.Config[int]) { config.MaxPause = 10 * time.Second })
		s.fails(errDown)
		advance(early)
		pauses(t, s, c, 5*time.Minute) // the next pause is half a minute at least
		advance(end - early - 5*time.Minute - 15*time.Second)
		serves(t, c, 1)
		last := s.fetches()
		advance(15*time.Second - 1)
		serves(t, c, 1)
		require.Equal(t, last, s.fetches())
		advance(1)
		fails(t, c, 0, errDown)
		assert.Equal(t, last+1, s.fetches())
	})
}

func TestBackoff_bounds(t *testing.T) {
	t.Parallel()
	for failures := range 1000 {
		full := time.Minute
		if failures < 7 {
			full = min(time.Second<<max(failures-1, 0), time.Minute)
		}
		for range 10 {
			got := refresh.Backoff(failures)
			assert.GreaterOrEqual(t, got, full/2, "%d", failures)
			assert.Less(t, got, full, "%d", failures)
		}
	}
}
