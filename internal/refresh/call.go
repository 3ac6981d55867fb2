package refresh

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/internal/contexts"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/internal/panics"
)

// call is a fetch and its outcome.
type call[T any] struct {
	done  chan struct{} // closed after value and err are set
	slow  chan struct{} // closed MaxWait after the start, if the fetch still runs
	value T
	err   error
}

// wait returns the outcome, even if ctx has ended, or a WaitError if ctx ends before the fetch. The error is the
// caller's own.
func (c *call[T]) wait(ctx context.Context) (value T, err error) {
	select {
	case <-c.done:
	case <-ctx.Done():
	}
	select {
	case <-c.done: // select chooses at random if both are ready
		return c.value, deepcopy.Error(c.err)
	default:
		return value, &WaitError{contexts.Err(ctx)}
	}
}

// run calls Fetch and completes the call, whatever Fetch does: otherwise callers would wait forever.
func (c *Cache[T]) run(s *state[T], hint string) {
	slow := time.AfterFunc(MaxWait, func() { close(s.call.slow) })
	ctx, cancel := context.WithTimeout(context.Background(), c.config.Timeout)
	fetch := func() (T, error) { return c.config.Fetch(ctx, hint) }
	panics.Call(fetch, func(value T, err error) {
		cancel()
		slow.Stop()
		if panicked, ok := errors.AsType[*panics.Error](err); ok { // the value may hold secrets
			err = fmt.Errorf("the fetch panicked with a %T", panicked.Value)
		}
		c.complete(s, value, err)
	})
}

// complete replaces the state s by the outcome, and wakes the callers that wait.
func (c *Cache[T]) complete(s *state[T], value T, err error) {
	next := &state[T]{value: value, fetched: s.began, began: s.began}
	if err == nil {
		next.lifetime, s.call.value = c.config.Lifetime(value), value
	} else {
		next, s.call.err = s.failure(err, c.config.Now()), err
	}
	c.state.CompareAndSwap(s, next) // fails if Set or Invalidate has replaced s
	close(s.call.done)
}

// Result is a value, an error, or a fetch to wait for.
type Result[T any] struct {
	value T
	err   error

	call   *call[T]  // to wait for; nil if value or err is the result
	cached *state[T] // if not nil, its value is the result once the call is slow
	cache  *Cache[T]
}

// Value returns a Result that is value.
func Value[T any](value T) Result[T] { return Result[T]{value: value} }

// Err returns the error that Wait would return without waiting, if there is one.
func (r Result[T]) Err() error { return r.err }

// Wait returns the fetched value, or the cached one if the fetch fails or is slow, or ctx ends. With no cached value to
// fall back to, the error is that of the fetch, or a [*WaitError].
func (r Result[T]) Wait(ctx context.Context) (T, error) {
	switch {
	case r.call == nil:
		return r.value, r.err
	case r.cached == nil:
		return r.call.wait(ctx)
	}
	select {
	case <-r.call.done:
	case <-r.call.slow:
	case <-ctx.Done():
	}
	select {
	case <-r.call.done: // select chooses at random if several are ready
		if r.call.err == nil {
			return r.call.value, nil
		}
	default:
	}
	if r.cached.phase(r.cache.config.Now()) != expired {
		return r.cached.value, nil
	}
	return r.call.wait(ctx)
}

// WaitError means that the caller's context ended before there was a value.
type WaitError struct {
	// Err is the [contexts.Err] of that context.
	Err error
}

func (e *WaitError) Error() string { return "gave up waiting: " + e.Err.Error() }

func (e *WaitError) Unwrap() error { return e.Err }
