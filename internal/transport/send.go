package transport

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// send makes attempts until one succeeds or no further one is allowed.
func (c *call) send(ctx context.Context) (*response, error) {
	for {
		if ctx.Err() != nil {
			return nil, c.requestError(ctx, ctx.Err())
		}
		received, err := c.attempt(ctx)
		if err == nil {
			return received, nil
		}
		wait, ok := c.mayRetry(ctx, err)
		if !ok {
			return nil, err
		}
		c.logRetry(ctx, err, wait)
		if sleep(ctx, wait); ctx.Err() == nil {
			c.retries++
		}
	}
}

// mayRetry reports whether there is a further attempt, and returns the wait before it. There is none if the wait would
// end past the deadline of the call or of ctx: err then says more than a deadline error would.
func (c *call) mayRetry(ctx context.Context, err error) (time.Duration, bool) {
	if c.retries+1 >= c.retry.MaxAttempts || ctx.Err() != nil || !retryable(c.op, err) {
		return 0, false
	}
	if c.op.Fallback && (c.retries > 0 || isStatus(err, http.StatusTooManyRequests)) {
		return 0, false
	}
	wait := backoff(c.retry, c.retries)
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok && apiErr.RetryAfter > 0 {
		if apiErr.RetryAfter > c.retry.MaxRetryAfter {
			return 0, false
		}
		wait = apiErr.RetryAfter
	}
	resume := time.Now().Add(wait)
	if !c.end.IsZero() && !resume.Before(c.end) {
		return 0, false
	}
	if deadline, ok := ctx.Deadline(); ok && !resume.Before(deadline) {
		return 0, false
	}
	return wait, true
}

func isStatus(err error, status int) bool {
	apiErr, ok := errors.AsType[*stytcherror.Error](err)
	return ok && apiErr.StatusCode == status
}

// sleep waits until d has passed or ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
