package refresh_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// clock is a clock that tests move.
type clock struct{ at atomic.Pointer[time.Time] }

func clockAt(at time.Time) *clock {
	c := new(clock)
	c.at.Store(&at)
	return c
}

func (c *clock) now() time.Time                  { return *c.at.Load() }
func (c *clock) move(d time.Duration)            { c.at.Store(new(c.now().Add(d))) }
func (c *clock) set(config *refresh.Config[int]) { config.Now = c.now }

// sleep moves the wall clock only, as when the machine sleeps: the monotonic reading stays the same.
func (c *clock) sleep(d time.Duration) {
	at := c.now()
	*(*uint64)(unsafe.Pointer(&at)) += uint64(d/time.Second) << 30 // the wall clock's seconds
	c.at.Store(&at)
}

func TestElapsed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		then, now time.Time
		want      bool
	}{
		"it is false until then":                  {start, start.Add(time.Hour - 1), false},
		"it is true from then on":                 {start, start.Add(time.Hour), true},
		"it is true for a zero time":              {time.Time{}, time.Time{}.Add(1), true},
		"it is true after the clock was set back": {start, start.Add(-1), true},
	} {
		assert.Equal(t, test.want, refresh.Elapsed(test.then, test.now, time.Hour), name)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	inBubble(t, "ages and pauses are measured by the given clock", func(t *testing.T) {
		s, clock := new(source), clockAt(start)
		c := s.filled(t, clock.set)
		advance(24 * time.Hour)
		serves(t, c, 1)
		require.Equal(t, 1, s.fetches())
		clock.move(early)
		s.fails(errDown)
		serves(t, c, 1)
		advance(24 * time.Hour)
		serves(t, c, 1)
		require.Equal(t, 2, s.fetches())
		clock.move(time.Second)
		serves(t, c, 1)
		require.Equal(t, 3, s.fetches())
		clock.move(end - early - time.Second)
		fails(t, c, 0, errDown)
	})
	inBubble(t, "MaxWait is measured by the runtime's clock", func(t *testing.T) {
		s, clock := new(source), clockAt(start)
		c := s.filled(t, clock.set)
		clock.move(due)
		s.setAnswer(5*time.Second, nil)
		waits(t, c, 2*time.Second, 1)
		serves(t, c, 1)
	})
	inBubble(t, "an outcome that arrives while a caller reads the clock causes no other fetch", func(t *testing.T) {
		for _, want := range []error{nil, errDown} {
			for reading := range 2 { // the reading before the state is loaded, and the one after
				s, meanwhile := new(source), func() {}
				s.fails(want)
				c := s.cache(func(config *refresh.Config[int]) {
					config.Now = func() time.Time {
						read := time.Now()
						if reading--; reading == -1 {
							meanwhile()
						}
						return read
					}
				})
				meanwhile = func() {
					time.Sleep(100 * time.Millisecond)
					_, err := c.Get(t.Context(), "")
					require.Equal(t, want, err)
				}
				_, err := c.Get(t.Context(), "")
				require.Equal(t, want, err)
				synctest.Wait()
				assert.Equal(t, 1, s.fetches())
			}
		}
	})
}

func TestClock_setBack(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	inBubble(t, "a clock that is set back makes a value due, once", func(t *testing.T) {
		s, clock := new(source), clockAt(start)
		c := s.filled(t, clock.set)
		clock.move(-year)
		s.setAnswer(time.Second, nil)
		waits(t, c, time.Second, 2)
		for range 10 {
			serves(t, c, 2)
		}
		clock.move(early - 1)
		serves(t, c, 2)
		assert.Equal(t, 2, s.fetches())
	})
	inBubble(t, "a clock that is set back does not prolong a value's life", func(t *testing.T) {
		s, clock := new(source), clockAt(start)
		c := s.filled(t, clock.set)
		s.fails(errDown)
		clock.move(-year)
		for range (end - due) / time.Minute {
			serves(t, c, 1)
			clock.move(time.Minute)
		}
		fails(t, c, 0, errDown)
	})
	inBubble(t, "a clock that is set back during a fetch does not prolong a value's life", func(t *testing.T) {
		s, clock := new(source), clockAt(start)
		c := s.filled(t, clock.set)
		clock.move(due)
		s.setAnswer(5*time.Second, func(context.Context) error { return errDown })
		waits(t, c, 2*time.Second, 1)
		synctest.Wait()
		clock.move(-year)
		serves(t, c, 1)
		advance(3 * time.Second)
		s.fails(errDown)
		clock.move(time.Minute)
		for range (end - due) / time.Minute {
			serves(t, c, 1)
			clock.move(time.Minute)
		}
		fails(t, c, 0, errDown)
	})
	inBubble(t, "a clock that is set back ends a pause and the interval of Refresh", func(t *testing.T) {
		s, clock := new(source), clockAt(start)
		s.fails(errDown)
		c := s.cache(clock.set)
		fails(t, c, 0, errDown)
		s.recovers()
		fails(t, c, 0, errDown)
		clock.move(-year)
		serves(t, c, 2)
		clock.move(-1)
		got, err := c.Refresh(t.Context(), time.Hour, "")
		require.NoError(t, err)
		assert.Equal(t, 3, got)
	})
}

// TestClock_sleep runs outside a bubble, since times have no monotonic reading there.
func TestClock_sleep(t *testing.T) {
	t.Parallel()
	get := func(t *testing.T, c *refresh.Cache[int], want int) {
		t.Helper()
		got, err := c.Get(t.Context(), "")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	t.Run("a machine's sleep counts for the age of a value", func(t *testing.T) {
		t.Parallel()
		s, clock := new(source), clockAt(time.Now())
		c := s.cache(clock.set)
		get(t, c, 1)
		clock.sleep(due)
		get(t, c, 2)
		clock.sleep(end)
		s.fails(errDown)
		_, err := c.Get(t.Context(), "")
		require.Equal(t, errDown, err)
	})
	t.Run("a machine's sleep counts for pauses and the interval of Refresh", func(t *testing.T) {
		t.Parallel()
		s, clock := new(source), clockAt(time.Now())
		c := s.cache(clock.set)
		s.fails(errDown)
		_, err := c.Get(t.Context(), "")
		require.Equal(t, errDown, err)
		s.recovers()
		clock.sleep(time.Second)
		get(t, c, 2)
		clock.sleep(time.Minute)
		got, err := c.Refresh(t.Context(), time.Minute, "")
		require.NoError(t, err)
		assert.Equal(t, 3, got)
	})
	t.Run("a wall clock that is set back changes nothing", func(t *testing.T) {
		t.Parallel()
		s, clock := new(source), clockAt(time.Now())
		c := s.cache(clock.set)
		get(t, c, 1)
		clock.sleep(-365 * 24 * time.Hour)
		get(t, c, 1)
		clock.move(early - 1)
		get(t, c, 1)
		require.Equal(t, 1, s.fetches())
		clock.move(due)
		get(t, c, 2)
	})
}
