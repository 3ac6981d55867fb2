package stytcherror_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytcherror"
)

var verdicts = []*stytcherror.TokenError{
	stytcherror.ErrTokenExpired, stytcherror.ErrTokenTooOld, stytcherror.ErrKeyUnknown, stytcherror.ErrKeysUnavailable,
	stytcherror.ErrTokenMalformed, stytcherror.ErrTokenSignature, stytcherror.ErrTokenClaims, stytcherror.ErrTokenKind,
}

func TestTokenError(t *testing.T) {
	t.Parallel()
	for _, verdict := range verdicts {
		err := fmt.Errorf("checking: %w", &stytcherror.TokenError{Op: op, Verdict: verdict.Verdict, Reason: "because"})
		t.Run("the verdict "+verdict.Verdict+" matches its own variable and no other", func(t *testing.T) {
			t.Parallel()
			for _, other := range verdicts {
				assert.Equal(t, other == verdict, errors.Is(err, other), other.Verdict)
			}
			e, ok := errors.AsType[*stytcherror.TokenError](err)
			require.True(t, ok)
			assert.Equal(t, "because", e.Reason)
		})
	}
	t.Run("two errors with one verdict do not match each other", func(t *testing.T) {
		t.Parallel()
		a := &stytcherror.TokenError{Op: op, Verdict: "expired", Reason: "an hour ago"}
		b := &stytcherror.TokenError{Op: op, Verdict: "expired", Reason: "a day ago"}
		assert.NotErrorIs(t, a, b)
		assert.NotErrorIs(t, stytcherror.ErrTokenExpired, a)
	})
	t.Run("a TokenError matches no code and no PermissionError", func(t *testing.T) {
		t.Parallel()
		assert.NotErrorIs(t, stytcherror.ErrTokenExpired, stytcherror.Code("expired"))
		assert.NotErrorIs(t, stytcherror.ErrTokenExpired, stytcherror.ErrTenancyMismatch)
	})
}
