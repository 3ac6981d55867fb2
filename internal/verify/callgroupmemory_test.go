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
func refuses(t *testing.T, g *callGroup, token string) (sent bool) {
	t.Helper()
	about := target{credential: credentialOf(sessionToken, token)}
	_, _, err := g.do(t.Context(), callKey{op: "op", request: token}, about, func(context.Context) (any, error) {
		sent = true
		return nil, &stytcherror.Error{StatusCode: 404, Code: stytcherror.CodeSessionNotFound}
	})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
	assert.Empty(t, g.running)
	return sent
}

func TestCallGroup_memory(t *testing.T) {
	t.Parallel()
	t.Run("is bounded, and has the latest", func(t *testing.T) {
		t.Parallel()
		g := newCallGroup(func() time.Time { return start })
		for i := range 3 * maxRefusals {
			token := fmt.Sprint("token-", i)
			require.True(t, refuses(t, g, token))
			require.False(t, refuses(t, g, token))
			require.LessOrEqual(t, len(g.refused.byToken), maxRefusals)
		}
		assert.Len(t, g.refused.byToken, maxRefusals)
	})
	t.Run("has room for those that are not too old", func(t *testing.T) {
		t.Parallel()
		now := start
		g := newCallGroup(func() time.Time { return now })
		for i := range maxRefusals - 1 {
			refuses(t, g, fmt.Sprint("old-", i))
		}
		now = now.Add(refusalMemory)
		refuses(t, g, "new-0")
		for i := range maxRefusals / 2 {
			refuses(t, g, fmt.Sprint("new-", i+1))
		}
		for i := range maxRefusals / 2 {
			require.False(t, refuses(t, g, fmt.Sprint("new-", i)))
		}
	})
	t.Run("ends when the clock was set back", func(t *testing.T) {
		t.Parallel()
		now := start
		g := newCallGroup(func() time.Time { return now })
		refuses(t, g, "token")
		now = now.Add(-time.Second)
		assert.True(t, refuses(t, g, "token"))
	})
}

func TestCallGroup_withoutResult(t *testing.T) {
	t.Parallel()
	g := newCallGroup(time.Now)
	call := func(context.Context) (any, error) { runtime.Goexit(); return 1, nil }
	value, _, err := g.do(t.Context(), callKey{op: "op"}, target{}, call)
	assert.Nil(t, value)
	_, ok := errors.AsType[*stytcherror.RequestError](err)
	assert.True(t, ok, "%v", err)
	assert.Empty(t, g.running)
}
