package verify

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// refuses asks about a token, which the API refuses, and reports whether it was sent.
func refuses(t *testing.T, a *answers, token string) (sent bool) {
	t.Helper()
	of := about{credential: credentialOf(sessionToken, token)}
	_, _, err := a.ask(t.Context(), question{op: "op", request: token}, of, func(context.Context) (any, error) {
		sent = true
		return nil, &stytcherror.Error{StatusCode: 404, Code: stytcherror.CodeSessionNotFound}
	})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	assert.Empty(t, a.running)
	return sent
}

func TestAnswers_memory(t *testing.T) {
	t.Parallel()
	t.Run("is bounded, and has the latest", func(t *testing.T) {
		t.Parallel()
		a := newAnswers(func() time.Time { return start })
		for i := range 3 * maxRefusals {
			token := fmt.Sprint("token-", i)
			require.True(t, refuses(t, a, token))
			require.False(t, refuses(t, a, token))
			require.LessOrEqual(t, len(a.refused), maxRefusals)
		}
		assert.Len(t, a.refused, maxRefusals)
	})
	t.Run("has room for those that are not too old", func(t *testing.T) {
		t.Parallel()
		now := start
		a := newAnswers(func() time.Time { return now })
		for i := range maxRefusals - 1 {
			refuses(t, a, fmt.Sprint("old-", i))
		}
		now = now.Add(refusalMemory)
		refuses(t, a, "new-0")
		for i := range maxRefusals / 2 {
			refuses(t, a, fmt.Sprint("new-", i+1))
		}
		for i := range maxRefusals / 2 {
			require.False(t, refuses(t, a, fmt.Sprint("new-", i)))
		}
	})
	t.Run("ends when the clock was set back", func(t *testing.T) {
		t.Parallel()
		now := start
		a := newAnswers(func() time.Time { return now })
		refuses(t, a, "token")
		now = now.Add(-time.Second)
		assert.True(t, refuses(t, a, "token"))
	})
}

func TestAnswers_withoutResult(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context) (any, error){
		"a panic":        func(context.Context) (any, error) { panic("middleware") },
		"runtime.Goexit": func(context.Context) (any, error) { runtime.Goexit(); return 1, nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAnswers(time.Now)
			value, _, err := a.ask(t.Context(), question{op: "op"}, about{}, call)
			assert.Nil(t, value)
			_, ok := errors.AsType[*stytcherror.RequestError](err)
			assert.True(t, ok, "%v", err)
			assert.Empty(t, a.running)
		})
	}
}
