package jwks_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/jwks"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// failures are the ways in which an endpoint can fail.
var failures = map[string]func(*endpoint){
	"that fails":                   (*endpoint).fails,
	"that sends nothing":           sends(""),
	"that sends HTML":              sends("<html><body>502 Bad Gateway</body></html>"),
	"that sends {}":                sends("{}"),
	"that sends null":              sends("null"),
	"that sends no keys":           sends(`{"keys":[]}`),
	"that sends null for keys":     sends(`{"keys":null}`),
	"that sends unusable keys":     sends(document(`{"kty":"EC","kid":"a"}`, `{"kty":"RSA","kid":"a2","n":"AQAB","e":"AQAB"}`, `7`)),
	"that sends half a response":   sends(keySet("x", "y")[:500]),
	"that sends two responses":     sends(keySet("x") + keySet("y")),
	"that sends more than 1 MiB":   sends(keySet("x") + strings.Repeat(" ", 1<<20)),
	"that sends over 100 keys":     sends(document(strings.Repeat("{},", 100) + jwkAs("x", "x"))),
	"that repeats a kid":           sends(keySet("x", "y", "x")),
	"that repeats a name":          sends(`{"keys":[],"keys":[` + jwkAs("x", "x") + `]}`),
	"that repeats a name in a key": sends(document(`{"kid":"y",` + jwkAs("x", "x")[1:])),
	"that spells keys as Keys":     sends(`{"Keys":[` + jwkAs("x", "x") + `]}`),
}

func sends(body string) func(*endpoint) { return func(e *endpoint) { e.servesBody(body) } }

func TestOutage(t *testing.T) {
	t.Parallel()
	for name, fail := range failures {
		inBubble(t, "an endpoint "+name+" removes no key before MaxStale, and nobody waits for it", func(t *testing.T) {
			e := serving("a")
			c := e.filled(t)
			fail(e)
			for at := time.Duration(0); at < maxStale; at += time.Minute {
				foundAtOnce(t, c, "a")
				require.True(t, c.Has("a"))
				require.NoError(t, c.Ready(t.Context()))
				advance(time.Minute)
			}
			require.False(t, c.Has("a"))
			refused(t, c, "a", jwks.ErrUnavailable)
			refusedAtOnce(t, c, "a", jwks.ErrUnavailable)
			require.ErrorIs(t, c.Ready(t.Context()), jwks.ErrUnavailable)
			assert.Greater(t, e.fetches(), 600, "fetches go on")
			assert.Less(t, e.fetches(), 1500)

			e.serves("a", "x")
			advance(time.Minute)
			foundAtOnce(t, c, "x")
			foundAtOnce(t, c, "a")
		})
		inBubble(t, "an endpoint "+name+" leaves an empty cache empty, and every kid is refused with ErrUnavailable", func(t *testing.T) {
			e := new(endpoint)
			fail(e)
			c := e.cache(t)
			refused(t, c, "a", jwks.ErrUnavailable)
			refusedAtOnce(t, c, "x", jwks.ErrUnavailable)
			assert.False(t, c.Has("x"))
			assert.Equal(t, 1, e.fetches())
		})
		inBubble(t, "an endpoint "+name+" leaves a kid that the cached set lacks unknown", func(t *testing.T) {
			e := serving("a")
			c := e.filled(t)
			fail(e)
			advance(minInterval)
			_, err := c.Key(t.Context(), "b")
			require.ErrorIs(t, err, jwks.ErrUnknown)
			require.NotErrorIs(t, err, jwks.ErrUnavailable)
			assert.True(t, strings.HasPrefix(err.Error(), "the key set does not hold the key; the key set cannot be fetched: "), err)
			assert.Empty(t, c.Missing(), "it may exist")
			advance(minInterval)
			e.serves("a", "b")
			advance(minInterval)
			found(t, c, "b")
		})
	}
	inBubble(t, "the error is that of the last fetch", func(t *testing.T) {
		e := serving()
		c := e.cache(t)
		e.fails()
		require.EqualError(t, c.Ready(t.Context()), "the key set cannot be fetched: 503 Service Unavailable")
		advance(time.Second)
		e.hangs()
		require.EqualError(t, c.Ready(t.Context()), "the key set cannot be fetched: context deadline exceeded")
		require.NotErrorIs(t, c.Ready(t.Context()), context.DeadlineExceeded, "it is the fetch's deadline, not the caller's")
	})
	inBubble(t, "the API's Retry-After is kept, and the keys are used meanwhile", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.setAnswer(func(context.Context) ([]byte, error) {
			return nil, &stytcherror.Error{StatusCode: 429, RetryAfter: 50 * time.Second}
		})
		advance(ttl)
		for range 60 {
			foundAtOnce(t, c, "a")
			advance(time.Second)
		}
		assert.Equal(t, 3, e.fetches())
	})
	inBubble(t, "a fetch ends after ten seconds", func(t *testing.T) {
		e := new(endpoint)
		e.hangs()
		c := e.cache(t)
		began := time.Now()
		refused(t, c, "a", jwks.ErrUnavailable)
		assert.Equal(t, 10*time.Second, time.Since(began))
	})
}
