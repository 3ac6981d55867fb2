package refresh

import (
	"math/rand/v2"
	"time"
)

// Bounds of the pause after a failure.
const (
	minBackoff = time.Second
	maxBackoff = time.Minute
)

// backoff returns the pause after so many consecutive failures: minBackoff, doubled for each further failure up to
// maxBackoff, less a random part of up to a half, so that processes do not retry at the same time.
func backoff(failures int) time.Duration {
	wait := min(minBackoff<<min(max(failures, 1)-1, 30), maxBackoff)
	return wait/2 + rand.N(wait/2) //nolint:gosec // it need not be unpredictable
}

// since returns the time between then and now, by the monotonic clock or the wall clock, whichever says more: the
// monotonic clock may stop while the machine sleeps. It is negative only if times have no monotonic reading and the
// clock was set back.
func since(then, now time.Time) time.Duration {
	return max(now.Sub(then), now.Round(0).Sub(then.Round(0)))
}

// Elapsed reports whether d has passed since then. It is true for a zero time, and after the clock was set back.
func Elapsed(then, now time.Time, d time.Duration) bool {
	ago := since(then, now)
	return then.IsZero() || ago < 0 || ago >= d
}
