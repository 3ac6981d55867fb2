package panics_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/panics"
)

var errDown = errors.New("down")

// call returns what done gets of f, and fails unless it is called once.
func call(t *testing.T, f func() (int, error)) (value int, err error) {
	t.Helper()
	times, ended := 0, make(chan struct{})
	go func() {
		defer close(ended)
		panics.Call(f, func(v int, e error) {
			value, err = v, e
			times++
		})
	}()
	<-ended
	require.Equal(t, 1, times)
	return value, err
}

func TestCall(t *testing.T) {
	t.Parallel()
	value, err := call(t, func() (int, error) { return 1, nil })
	require.NoError(t, err)
	assert.Equal(t, 1, value)
	value, err = call(t, func() (int, error) { return 2, errDown })
	require.ErrorIs(t, err, errDown)
	assert.Equal(t, 2, value)
	value, err = call(t, func() (int, error) { runtime.Goexit(); return 3, nil })
	require.ErrorIs(t, err, panics.ErrNoResult)
	assert.Zero(t, value)
}

func TestCall_panic(t *testing.T) {
	t.Parallel()
	for _, reason := range []any{"text", 1, errDown, fmt.Errorf("wrapped: %w", errDown), struct{}{}} {
		value, err := call(t, func() (int, error) { panic(reason) })
		assert.Zero(t, value)
		panicked, ok := errors.AsType[*panics.Error](err)
		require.True(t, ok)
		assert.Equal(t, reason, panicked.Value)
		assert.Contains(t, string(panicked.Stack), "TestCall_panic", "the stack is that of the panic")
		assert.Contains(t, err.Error(), fmt.Sprint(reason))
		_, isError := reason.(error)
		assert.Equal(t, isError, errors.Is(err, errDown))
	}
	_, err := call(t, func() (int, error) { panic(nil) })
	var nilPanic *runtime.PanicNilError
	require.ErrorAs(t, err, &nilPanic)
}
