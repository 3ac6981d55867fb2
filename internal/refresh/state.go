package refresh

import (
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// Lifetime is how long a value serves, in ages that count from when its fetch began. Each is at least the one before.
type Lifetime struct {
	// Early is from when on the next value is fetched.
	Early time.Duration
	// Due is from when on callers wait for that, at most MaxWait.
	Due time.Duration
	// End is from when on the value does not serve.
	End time.Duration
}

// Lasting is the lifetime of a value that is due after ttl, and fetched from four fifths of that on. End is ttl at
// least.
func Lasting(ttl, end time.Duration) Lifetime {
	return Lifetime{Early: ttl - ttl/5, Due: ttl, End: max(ttl, end)}
}

// state is all that changes in a cache, and is itself never changed. While a fetch is under way, only the fetch, Set
// and Invalidate put another in its place.
type state[T any] struct {
	value    T
	fetched  time.Time // when its fetch began
	lifetime Lifetime  // zero where there is no value

	call  *call[T]  // the fetch under way
	began time.Time // when the last fetch began

	failures   int       // since the last success
	err        error     // of the last of them
	failed     time.Time // when it came
	backoff    time.Duration
	retryAfter time.Duration // what the API asked for
}

// phase is how much of a value's lifetime is over.
type phase int

const (
	fresh phase = iota
	early
	due
	expired // or there is no value
)

// fresh is what most calls need to know of the phase.
func (s *state[T]) fresh(now time.Time) bool {
	age := since(s.fetched, now)
	return age >= 0 && age < s.lifetime.Early
}

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

func (s *state[T]) failedLately(now time.Time) bool {
	return !Elapsed(s.failed, now, FailureMemory)
}

// pause is how long after the last failure nothing is fetched.
func (s *state[T]) pause(now time.Time, most time.Duration) time.Duration {
	pause := s.backoff
	if most > 0 && s.phase(now) == expired {
		pause = min(pause, most)
	}
	return max(pause, s.retryAfter)
}

// failure is the state after a fetch that failed.
func (s *state[T]) failure(err error, now time.Time) *state[T] {
	next := *s
	next.call, next.failures, next.err, next.failed = nil, s.failures+1, err, now
	next.backoff, next.retryAfter = backoff(next.failures), 0
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
		next.retryAfter = min(apiErr.RetryAfter, maxBackoff)
	}
	return &next
}
