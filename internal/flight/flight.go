// Package flight is for a fetch that several callers wait for, each under its own context.
//
//	f := flight.New[string]()
//	go flight.Attempt(10*time.Second, func(ctx context.Context) (string, error) { return fetch(ctx) }, f.Land)
//	text, err := f.Wait(ctx)
//
// Where the caller of [Attempt] has something to note before those who wait are let go, it does so in a function of its
// own that calls [Flight.Land] last. [Backoff] and [Elapsed] say when to fetch again.
package flight

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Flight is a fetch under way, and then its outcome. [New] makes one.
type Flight[T any] struct {
	done  chan struct{} // closed when the rest is set
	value T
	err   error
}

// New returns a flight for as many as want to wait. It takes no goroutine and needs no closing.
func New[T any]() *Flight[T] { return &Flight[T]{done: make(chan struct{})} }

// Land sets the outcome and lets those go who wait. It must be called once.
func (f *Flight[T]) Land(value T, err error) {
	f.value, f.err = value, err
	close(f.done)
}

// Wait returns the outcome, once it is there even to those whose context has ended. If ctx ends before, Wait returns
// what [Ended] says, and the flight goes on for the others.
func (f *Flight[T]) Wait(ctx context.Context) (T, error) {
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
	}
	select {
	case <-f.done: // both were, and the outcome is worth more
		return f.value, f.err
	default:
		var none T
		return none, Ended(ctx)
	}
}

// Ended says why ctx is over: always its Err, with the caller's own cause where there is one. It is nil as long as ctx
// is not over.
func Ended(ctx context.Context) error {
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

var errVanished = errors.New("the fetch ended without a result")

// Attempt fetches and hands the outcome to land, which it calls once, whatever fetch does. It is to run on a goroutine
// of its own: there, a panic would be nobody's to recover and [runtime.Goexit] would strand those who wait, so both
// count as failures. The context ends after timeout and has nothing of any caller's.
func Attempt[T any](timeout time.Duration, fetch func(context.Context) (T, error), land func(T, error)) {
	var value T
	err := errVanished
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("the fetch panicked: %v", reason)
		}
		land(value, err)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	value, err = fetch(ctx)
}
