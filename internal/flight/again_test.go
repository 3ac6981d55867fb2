package flight_test

import (
	"math"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/flight"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	t.Run("it doubles from a second to a minute, and takes the upper half", func(t *testing.T) {
		t.Parallel()
		for failures, most := range []time.Duration{1, 1, 2, 4, 8, 16, 32, 60, 60, 60} {
			for range 100 {
				wait := flight.Backoff(failures)
				assert.GreaterOrEqual(t, wait, most*time.Second/2, "%d failures", failures)
				assert.Less(t, wait, most*time.Second, "%d failures", failures)
			}
		}
	})
	t.Run("no number of failures is too large or too small", func(t *testing.T) {
		t.Parallel()
		for _, failures := range []int{31, 32, 63, 64, 65, 1000, math.MaxInt} {
			assert.GreaterOrEqual(t, flight.Backoff(failures), flight.MaxBackoff/2)
			assert.Less(t, flight.Backoff(failures), flight.MaxBackoff)
		}
		for _, failures := range []int{0, -1, math.MinInt} {
			assert.Less(t, flight.Backoff(failures), flight.MinBackoff)
		}
	})
	t.Run("two that fail together come back apart", func(t *testing.T) {
		t.Parallel()
		seen := map[time.Duration]bool{}
		for range 100 {
			seen[flight.Backoff(1)] = true
		}
		assert.Greater(t, len(seen), 90)
	})
}

func TestElapsed(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for text, test := range map[string]struct {
		then, now time.Time
		want      bool
	}{
		"not a moment before":                    {noon, noon.Add(time.Hour - 1), false},
		"but from then on":                       {noon, noon.Add(time.Hour), true},
		"never was long ago":                     {time.Time{}, time.Time{}.Add(1), true},
		"a clock that was put back is no reason": {noon, noon.Add(-1), true},
	} {
		assert.Equal(t, test.want, flight.Elapsed(test.then, test.now, time.Hour), text)
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	then := time.Now()
	assert.Equal(t, time.Second, flight.Since(then, then.Add(time.Second)))
	assert.Equal(t, -time.Second, flight.Since(then.Round(0), then.Round(0).Add(-time.Second)))

	slept, back := then.Add(time.Second), then.Add(time.Second)
	*wallSeconds(&slept) += 3600 << 30
	assert.Equal(t, time.Hour+time.Second, flight.Since(then, slept), "the monotonic clock stood still meanwhile")
	*wallSeconds(&back) -= 3600 << 30
	assert.Equal(t, time.Second, flight.Since(then, back), "the monotonic clock is not put back")
}

// wallSeconds is the wall clock's part of a time that has a monotonic one too: seconds, 30 bits up.
func wallSeconds(t *time.Time) *uint64 { return (*uint64)(unsafe.Pointer(t)) }
