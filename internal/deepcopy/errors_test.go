package deepcopy_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/deepcopy"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func apiError() *stytcherror.Error {
	return &stytcherror.Error{Op: "op", StatusCode: 503, Code: "a", Details: []byte(`{"a":1}`), Body: []byte(`{}`), Retries: 2}
}

func TestError(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"an API's":             apiError(),
		"one without a body":   &stytcherror.Error{StatusCode: 503},
		"no response":          &stytcherror.RequestError{Op: "op", Host: "example.com", Retries: 1, Err: io.ErrUnexpectedEOF},
		"no response, nothing": &stytcherror.RequestError{},
		"a middleware's":       &stytcherror.RequestError{Err: apiError()},
		"a response":           &stytcherror.DecodeError{Op: "op", StatusCode: 200, Field: "/a", Err: stytcherror.ErrTooLarge},
		"an argument":          &stytcherror.ArgumentError{Op: "op", Field: "a", Reason: "is required"},
	} {
		own := deepcopy.Error(err)
		assert.Equal(t, err, own, name)
		assert.NotSame(t, err, own, name)
	}
	for _, err := range []error{nil, io.EOF, fmt.Errorf("a: %w", apiError()), errors.Join(io.EOF, io.ErrClosedPipe)} {
		assert.Equal(t, err, deepcopy.Error(err), "it cannot be copied")
	}
}

func TestError_sharesNothing(t *testing.T) {
	t.Parallel()
	first := &stytcherror.RequestError{Err: apiError()}
	second := deepcopy.Error(first)
	change(t, second)
	assert.Equal(t, &stytcherror.RequestError{Err: apiError()}, first)
}

// change changes all of an API's error that a caller can change.
func change(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*stytcherror.Error](err)
	require.True(t, ok)
	e.Body[0], e.Details[0] = 'x', 'x'
	*e = stytcherror.Error{Message: "changed"}
}
