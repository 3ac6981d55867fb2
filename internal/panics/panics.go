// Package panics calls functions on goroutines whose panics no caller could recover.
//
//	var body []byte
//	done := make(chan error)
//	go panics.Call(
//		func() ([]byte, error) { return os.ReadFile("keys.json") },
//		func(value []byte, err error) {
//			body = value
//			done <- err
//		})
//
// [Call] returns a panic as an [*Error], with which the goroutine that waits for the result can panic in turn.
package panics

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// ErrNoResult is the error of a function that called runtime.Goexit.
var ErrNoResult = errors.New("the call ended without a result")

// Error is a panic. It is meant to be passed to panic: its text has the value, which may hold secrets, and the stack.
type Error struct {
	Value any
	Stack []byte
}

func (e *Error) Error() string { return fmt.Sprintf("%v\n\n%s", e.Value, e.Stack) }

// Unwrap returns the value, if that is an error.
func (e *Error) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Call calls f, and then done with the results of f. After a panic the error is an [*Error], and after runtime.Goexit
// [ErrNoResult].
func Call[T any](f func() (T, error), done func(value T, err error)) {
	var value T
	err := ErrNoResult
	defer func() {
		if reason := recover(); reason != nil {
			err = &Error{Value: reason, Stack: debug.Stack()}
		}
		done(value, err)
	}()
	value, err = f()
}
