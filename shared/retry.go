package shared

import "time"

// Defaults of a [RetryPolicy], in force where a field is zero.
const (
	DefaultMaxAttempts    = 3
	DefaultMinDelay       = 200 * time.Millisecond
	DefaultMaxDelay       = 4 * time.Second
	DefaultMaxRetryAfter  = 20 * time.Second
	DefaultAttemptTimeout = 10 * time.Second
)

// RetryPolicy bounds the attempts of a call. Whether a failure may be tried again at all is not up to the policy: each
// operation has a retry class, and a magic link that may have been spent is never sent twice.
type RetryPolicy struct {
	// MaxAttempts counts the first attempt too: 1 means no retry. Zero means [DefaultMaxAttempts].
	MaxAttempts int
	// MinDelay is the wait before the second attempt; it doubles from there. The real wait lies, at random, between
	// half of it and all of it. Zero means [DefaultMinDelay].
	MinDelay time.Duration
	// MaxDelay is the longest wait of our own choosing. Zero means [DefaultMaxDelay].
	MaxDelay time.Duration
	// MaxRetryAfter is the longest Retry-After that is obeyed; beyond it the call fails at once. Zero means
	// [DefaultMaxRetryAfter].
	MaxRetryAfter time.Duration
	// AttemptTimeout bounds one attempt, from the dial to the last byte of the body. Zero means
	// [DefaultAttemptTimeout], less than zero no bound of its own.
	AttemptTimeout time.Duration
}
