package refresh

import (
	"math/rand/v2"
	"time"
)

// Bounds of backoff.
const (
	minBackoff = time.Second
	maxBackoff = time.Minute
)

// backoff is how long to fetch nothing after so many failures in a row: minBackoff after the first, doubling up to
// maxBackoff, of which it takes a random part of the upper half, so that processes that failed together do not come
// back together.
func backoff(failures int) time.Duration {
	wait := min(minBackoff<<min(max(failures, 1)-1, 30), maxBackoff)
	return wait/2 + rand.N(wait/2) //nolint:gosec // no secret depends on it
}

// since is how long ago then was, by the monotonic clock or by the other, whichever says more: the former stands still
// while the machine sleeps. It is negative only after a clock without the former was put back.
func since(then, now time.Time) time.Duration {
	return max(now.Sub(then), now.Round(0).Sub(then.Round(0)))
}

// Elapsed reports whether d has passed since then. A zero time was long ago, and a clock that was put back holds nobody
// up.
func Elapsed(then, now time.Time, d time.Duration) bool {
	ago := since(then, now)
	return then.IsZero() || ago < 0 || ago >= d
}
