package refresh

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// Lifetime has three ages of a value, which count from the start of its fetch. None is less than the one before it.
type Lifetime struct {
	// Early is the age from which the next value is fetched.
	Early time.Duration
	// Due is the age from which calls wait for the next value, for up to MaxWait.
	Due time.Duration
	// End is the age from which the value is not used.
	End time.Duration
}

// NewLifetime returns the lifetime with Early at four fifths of ttl, Due at ttl, and End at maxStale, or at ttl if that
// is later.
func NewLifetime(ttl, maxStale time.Duration) Lifetime {
	return Lifetime{Early: ttl - ttl/5, Due: ttl, End: max(ttl, maxStale)}
}

// state is the immutable state of a cache. During a fetch, only the fetch, Set and Invalidate replace it.
type state[T any] struct {
	value    T
	fetched  time.Time // start of the fetch that returned value
	lifetime Lifetime  // zero if there is no value

	call  *call[T]  // the running fetch; nil if there is none
	began time.Time // start of the last fetch

	failures   int       // since the last success
	err        error     // of the last failure
	failed     time.Time // time of the last failure
	backoff    time.Duration
	retryAfter time.Duration // the API's Retry-After, bounded
}

// phase is the part of its Lifetime that a value is in.
type phase int

const (
	fresh phase = iota
	early
	due
	expired // also if there is no value
)

func (s *state[T]) phase(now time.Time) phase {
	switch age := since(s.fetched, now); {
	case age >= s.lifetime.End:
		return expired
	case age >= s.lifetime.Due, age < 0:
		return due
	case age >= s.lifetime.Early:
		return early
	}
	return fresh
}

// pause returns how long after the last failure no fetch starts. Most is Config.MaxPause.
func (s *state[T]) pause(now time.Time, most time.Duration) time.Duration {
	pause := s.backoff
	if most > 0 && s.phase(now) == expired {
		pause = min(pause, most)
	}
	return max(pause, s.retryAfter)
}

// failure returns the state after a failed fetch.
func (s *state[T]) failure(err error, now time.Time) *state[T] {
	next := *s
	next.call, next.failures, next.err, next.failed = nil, s.failures+1, err, now
	next.backoff, next.retryAfter = backoff(next.failures), 0
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
		next.retryAfter = min(apiErr.RetryAfter, maxBackoff)
	}
	return &next
}

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
	// UnixNano may overflow, but the difference wraps around to the right one. For a zero time, Sub is the greater.
	return max(now.Sub(then), time.Duration(now.UnixNano()-then.UnixNano()))
}

// Elapsed reports whether d has passed since then. It is true for a zero time, and after the clock was set back.
func Elapsed(then, now time.Time, d time.Duration) bool {
	ago := since(then, now)
	return then.IsZero() || ago < 0 || ago >= d
}
