package stytcherror_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytcherror"
)

var verdicts = []stytcherror.Verdict{
	stytcherror.ErrTokenExpired, stytcherror.ErrTokenTooOld, stytcherror.ErrKeyUnknown, stytcherror.ErrKeysUnavailable,
	stytcherror.ErrTokenMalformed, stytcherror.ErrTokenSignature, stytcherror.ErrTokenClaims, stytcherror.ErrTokenKind,
}

func TestTokenError(t *testing.T) {
	t.Parallel()
	for _, verdict := range verdicts {
		err := fmt.Errorf("checking: %w", &stytcherror.TokenError{Op: op, Verdict: verdict, Reason: "because"})
		t.Run("the verdict "+string(verdict)+" matches itself and no other", func(t *testing.T) {
			t.Parallel()
			for _, other := range verdicts {
				assert.Equal(t, other == verdict, errors.Is(err, other), other)
			}
			e, ok := errors.AsType[*stytcherror.TokenError](err)
			require.True(t, ok)
			assert.Equal(t, "because", e.Reason)
		})
	}
	t.Run("a bare verdict matches itself", func(t *testing.T) {
		t.Parallel()
		require.ErrorIs(t, stytcherror.ErrTokenExpired, stytcherror.ErrTokenExpired)
		require.NotErrorIs(t, stytcherror.ErrTokenExpired, stytcherror.ErrTokenTooOld)
		assert.Equal(t, "token refused: expired", stytcherror.ErrTokenExpired.Error())
	})
	t.Run("a TokenError without a verdict matches no verdict, not even the empty one", func(t *testing.T) {
		t.Parallel()
		assert.NotErrorIs(t, &stytcherror.TokenError{Op: op}, stytcherror.Verdict(""))
	})
	t.Run("two errors with one verdict do not match each other", func(t *testing.T) {
		t.Parallel()
		a := &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrTokenExpired}
		b := &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrTokenExpired}
		assert.NotErrorIs(t, a, b)
		assert.NotErrorIs(t, stytcherror.ErrTokenExpired, a)
	})
	t.Run("a TokenError matches no code", func(t *testing.T) {
		t.Parallel()
		err := &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrTokenExpired}
		assert.NotErrorIs(t, err, stytcherror.Code("expired"))
		assert.NotErrorIs(t, err, stytcherror.ErrTenancyMismatch)
	})
}
