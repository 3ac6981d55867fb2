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

// troubles are the ways a fetch can fail, and how long it takes to.
var troubles = map[string]struct {
	set   func(*source)
	takes time.Duration
	text  string
}{
	"fails":  {func(s *source) { s.fails(errDown) }, 0, errDown.Error()},
	"panics": {func(s *source) { s.answers(0, func(context.Context) error { panic("middleware") }) }, 0, "the fetch panicked: middleware"},
	"ends its goroutine": {func(s *source) {
		s.answers(0, func(context.Context) error {
			runtime.Goexit()
			return nil
		})
	}, 0, "the fetch ended without a result"},
	"hangs":           {func(s *source) { s.answers(24*time.Hour, nil) }, timeout, "context deadline exceeded"},
	"is slow to fail": {func(s *source) { s.answers(5*time.Second, func(context.Context) error { return errDown }) }, 5 * time.Second, errDown.Error()},
}

func TestFailure(t *testing.T) {
	t.Parallel()
	for name, trouble := range troubles {
		in(t, "a first fetch that "+name+" fails its callers, and those in the pause at once", func(t *testing.T) {
			s := new(source)
			trouble.set(s)
			c := s.cache()
			_, err := c.Get(t.Context(), "")
			require.EqualError(t, err, trouble.text)
			for range 100 {
				assert.Zero(t, took(func() { _, err = c.Get(t.Context(), "") }))
				require.EqualError(t, err, trouble.text)
			}
			assert.Equal(t, 1, s.fetches())
			s.recovers()
			pass(time.Second)
			serves(t, c, 2)
		})
		in(t, "a fetch that "+name+" costs nobody a wait who came after two seconds of it", func(t *testing.T) {
			s := new(source)
			c := s.filled(t)
			trouble.set(s)
			pass(due)
			waits(t, c, min(trouble.takes, refresh.MaxWait), 1)
			for range 2400 {
				serves(t, c, 1)
				pass(time.Second)
			}
			assert.Greater(t, s.fetches(), 35, "fetches go on")
			assert.Less(t, s.fetches(), 90, "by backoff")
			s.recovers()
			pass(time.Minute + timeout)
			last := s.fetches() + 1
			_, _ = c.Get(t.Context(), "")
			synctest.Wait()
			serves(t, c, last)
			pass(early - 1)
			serves(t, c, last)
			assert.Equal(t, last, s.fetches())
		})
		in(t, "while a fetch "+name+", what is cached serves to its end and not longer", func(t *testing.T) {
			s := new(source)
			c := s.filled(t)
			trouble.set(s)
			for range (end - due) / time.Minute {
				pass(time.Minute)
				serves(t, c, 1)
			}
			pass(due - 1)
			got, ok := c.Peek()
			assert.True(t, ok)
			assert.Equal(t, 1, got)
			pass(1)
			_, err := c.Get(t.Context(), "")
			require.EqualError(t, err, trouble.text)
		})
	}
	in(t, "a failure two minutes ago is forgotten, and the next caller waits again, two seconds at most", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errDown)
		pass(early)
		serves(t, c, 1)
		require.Equal(t, 2, s.fetches())
		s.answers(5*time.Second, nil)
		pass(refresh.FailureMemory - 1)
		serves(t, c, 1)
		pass(1) // the fetch is a moment old, and so is the decision to wait
		waits(t, c, 2*time.Second-1, 1)
		pass(3 * time.Second)
		serves(t, c, 3)
	})
	in(t, "so does one who comes when nobody has tried for so long", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errDown)
		pass(due)
		serves(t, c, 1)
		s.answers(time.Second, nil)
		pass(refresh.FailureMemory)
		waits(t, c, time.Second, 3)
	})
	in(t, "a fetch that fails while callers wait serves them at once", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.answers(time.Second, func(context.Context) error { return errDown })
		pass(due)
		waits(t, c, time.Second, 1)
	})
	in(t, "a fetch that ignores its context is waited for, by those who like to", func(t *testing.T) {
		s := new(source)
		s.answers(0, func(context.Context) error {
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

// pauses are those between fetches, of a cache that is asked all the time.
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
	in(t, "without a value, pauses grow from a second to a minute, less up to a half", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		grow(t, pauses(t, s, s.cache(), 5*time.Minute), time.Minute)
	})
	in(t, "behind a value they are the same", func(t *testing.T) {
		s := new(source)
		c := s.filled(t)
		s.fails(errDown)
		pass(due)
		grow(t, pauses(t, s, c, 5*time.Minute), time.Minute)
	})
	in(t, "two that fail together come back apart", func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 20 {
			s := new(source)
			s.fails(errDown)
			seen[pauses(t, s, s.cache(), time.Minute)[3]] = true
		}
		assert.Greater(t, len(seen), 10)
	})
	in(t, "a success ends them", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		c := s.cache()
		pauses(t, s, c, 5*time.Minute)
		s.recovers()
		pass(time.Minute)
		_, err := c.Get(t.Context(), "")
		require.NoError(t, err)
		s.fails(errDown)
		pass(due)
		assert.LessOrEqual(t, pauses(t, s, c, 5*time.Minute)[0], time.Second+step)
	})
	for name, tt := range map[string]struct{ asked, least, most time.Duration }{
		"a longer pause that the API asks for is kept": {30 * time.Second, 30 * time.Second, 30 * time.Second},
		"up to a minute":                         {time.Hour, time.Minute, time.Minute},
		"a shorter one does not count":           {time.Millisecond, 500 * time.Millisecond, time.Second},
		"nor does one that is over before it is": {-time.Hour, 500 * time.Millisecond, time.Second},
	} {
		in(t, name, func(t *testing.T) {
			for _, limit := range []time.Duration{0, 700 * time.Millisecond} {
				s := new(source)
				s.fails(fmt.Errorf("wrapped: %w", &stytcherror.Error{StatusCode: 429, RetryAfter: tt.asked}))
				c := s.cache(func(config *refresh.Config[int]) { config.MaxPause = limit })
				for _, pause := range pauses(t, s, c, tt.most+time.Second)[:1] {
					assert.GreaterOrEqual(t, pause, tt.least)
					assert.LessOrEqual(t, pause, tt.most+step)
				}
				s.fails(errDown)
				pass(time.Minute)
				assert.LessOrEqual(t, pauses(t, s, c, 10*time.Second)[0], 8*time.Second+step, "it is of that failure only")
			}
		})
	}
	in(t, "MaxPause bounds them without a value", func(t *testing.T) {
		s := new(source)
		s.fails(errDown)
		c := s.cache(func(config *refresh.Config[int]) { config.MaxPause = 10 * time.Second })
		list := pauses(t, s, c, 5*time.Minute)
		grow(t, list, 10*time.Second)
		assert.Greater(t, len(list), 25)
	})
	in(t, "and from the moment on when the value serves no more", func(t *testing.T) {
		s := new(source)
		c := s.filled(t, func(config *refresh.Config[int]) { config.MaxPause = 10 * time.Second })
		s.fails(errDown)
		pass(early)
		pauses(t, s, c, 5*time.Minute) // from here on they are half a minute at least
		pass(end - early - 5*time.Minute - 15*time.Second)
		serves(t, c, 1)
		last := s.fetches()
		pass(15*time.Second - 1)
		serves(t, c, 1)
		require.Equal(t, last, s.fetches())
		pass(1)
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
