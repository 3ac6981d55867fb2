package shared

import "time"

// Defaults of the fields of a [RetryPolicy] that are zero.
const (
	DefaultMaxAttempts    = 3
	DefaultMinDelay       = 200 * time.Millisecond
	DefaultMaxDelay       = 4 * time.Second
	DefaultMaxRetryAfter  = 20 * time.Second
	DefaultAttemptTimeout = 10 * time.Second
)

// RetryPolicy bounds the attempts of a call. It does not decide which failures are retried: each operation has a retry
// class for that. A magic link's token that the API may already have consumed, for example, is never sent again.
type RetryPolicy struct {
	// MaxAttempts counts the first attempt too: 1 means no retry. Zero means [DefaultMaxAttempts].
	MaxAttempts int
	// MinDelay is the wait before the second attempt; it doubles with each further one. The actual wait is random,
	// between half of that and all of it. Zero means [DefaultMinDelay].
	MinDelay time.Duration
	// MaxDelay is the longest wait between attempts without a Retry-After. Zero means [DefaultMaxDelay].
	MaxDelay time.Duration
	// MaxRetryAfter is the longest Retry-After that is waited for; with a longer one, the call fails at once. Zero
	// means [DefaultMaxRetryAfter].
	MaxRetryAfter time.Duration
	// AttemptTimeout bounds one attempt, from the dial to the last byte of the body. Zero means
	// [DefaultAttemptTimeout], negative no bound but that of the call.
	AttemptTimeout time.Duration
}
