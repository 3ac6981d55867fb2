package stytcherror_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestPermissionError(t *testing.T) {
	t.Parallel()
	t.Run("a denial matches the API's code for it", func(t *testing.T) {
		t.Parallel()
		for _, code := range []stytcherror.Code{
			stytcherror.CodeSessionAuthorizationError, stytcherror.CodeConsumerSessionAuthorizationError,
		} {
			err := fmt.Errorf("wrapped: %w", &stytcherror.PermissionError{Op: op, Code: code, Action: "write", Resource: "documents"})
			require.ErrorIs(t, err, code)
			require.NotErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError)
			require.NotErrorIs(t, err, stytcherror.ErrTenancyMismatch)
		}
	})
	t.Run("a denial in another organization matches the API's code for that, and ErrTenancyMismatch", func(t *testing.T) {
		t.Parallel()
		err := fmt.Errorf("wrapped: %w", &stytcherror.PermissionError{Op: op, Code: stytcherror.ErrTenancyMismatch})
		require.ErrorIs(t, err, stytcherror.ErrTenancyMismatch)
		require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError)
		require.NotErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
		assert.ErrorIs(t, stytcherror.ErrTenancyMismatch, stytcherror.CodeSessionAuthorizationTenancyError)
	})
	t.Run("a denial without a code matches no code, not even the empty one", func(t *testing.T) {
		t.Parallel()
		err := &stytcherror.PermissionError{Op: op, Reason: "the token lacks a scope"}
		require.NotErrorIs(t, err, stytcherror.Code(""))
		assert.NotErrorIs(t, err, stytcherror.ErrTenancyMismatch)
	})
	t.Run("two denials do not match each other", func(t *testing.T) {
		t.Parallel()
		a, b := &stytcherror.PermissionError{Op: op, Code: "x"}, &stytcherror.PermissionError{Op: op, Code: "x"}
		assert.NotErrorIs(t, a, b)
	})
}
