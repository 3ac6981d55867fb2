package refresh

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// call is a fetch under way, and then its outcome, for as many as want to wait.
type call[T any] struct {
	done  chan struct{} // closed when the rest is set
	slow  chan struct{} // closed MaxWait after the beginning, unless done is
	value T
	err   error
}

// wait returns the outcome, once it is there even if ctx is over.
func (c *call[T]) wait(ctx context.Context) (T, error) {
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
	}
	select {
	case <-c.done: // both were, and the outcome is worth more
		return c.value, c.err
	default:
		var none T
		return none, &WaitError{ContextError(ctx)}
	}
}

var errNoResult = errors.New("the fetch ended without a result")

// run fetches on a goroutine of its own. There, nobody could recover a panic, and runtime.Goexit would leave those who
// wait waiting, so both count as failures.
func (c *Cache[T]) run(s *state[T], hint string) {
	slow := time.AfterFunc(MaxWait, func() { close(s.call.slow) })
	var value T
	err := errNoResult
	defer func() {
		slow.Stop()
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the fetch panicked: %v", reason)
		}
		c.complete(s, value, err)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), c.config.Timeout)
	defer cancel()
	value, err = c.config.Fetch(ctx, hint)
}

// complete puts the outcome in the place of s and lets those go who wait for it.
func (c *Cache[T]) complete(s *state[T], value T, err error) {
	next := &state[T]{value: value, fetched: s.began, began: s.began}
	if err == nil {
		next.lifetime, s.call.value = c.config.Lifetime(value), value
	} else {
		next, s.call.err = s.failure(err, c.config.Now()), err
	}
	c.state.CompareAndSwap(s, next) // it fails after Set and Invalidate
	close(s.call.done)
}

// Result is what a cache can say at once: a value, an error, or what to wait for.
type Result[T any] struct {
	value   T
	err     error
	pending *pending[T] // nil when the rest is the answer
}

// pending is a call to wait for, as long as it takes or, where there is a cached value to serve, until it is slow.
type pending[T any] struct {
	call   *call[T]
	cache  *Cache[T]
	cached *state[T] // nil where there is no such value
}

// Value is a result that is there already.
func Value[T any](value T) Result[T] { return Result[T]{value: value} }

// Err is the error that is there already, and nil as long as Wait could return a value.
func (r Result[T]) Err() error { return r.err }

// Wait returns the value, at the latest when ctx ends: the new one, or the cached one where that still serves.
func (r Result[T]) Wait(ctx context.Context) (T, error) {
	if r.pending == nil {
		return r.value, r.err
	}
	return r.pending.wait(ctx)
}

func (p *pending[T]) wait(ctx context.Context) (T, error) {
	if p.cached == nil {
		return p.call.wait(ctx)
	}
	select {
	case <-p.call.done:
	case <-p.call.slow:
	case <-ctx.Done():
	}
	select {
	case <-p.call.done: // whatever else has happened
		if p.call.err == nil {
			return p.call.value, nil
		}
	default:
	}
	if p.cached.phase(p.cache.config.Now()) != expired {
		return p.cached.value, nil
	}
	return p.call.wait(ctx)
}

// WaitError means that the caller's context ended before there was a value.
type WaitError struct {
	// Err is what [ContextError] says.
	Err error
}

func (e *WaitError) Error() string { return "gave up waiting: " + e.Err.Error() }

func (e *WaitError) Unwrap() error { return e.Err }

// ContextError says why ctx is over: always its Err, with the caller's own cause where there is one. It is nil as long
// as ctx is not over.
func ContextError(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}
