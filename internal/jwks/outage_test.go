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

// troubles are the ways an endpoint can be of no use.
var troubles = map[string]func(*endpoint){
	"that fails":                   (*endpoint).fails,
	"that sends nothing":           says(""),
	"that sends HTML":              says("<html><body>502 Bad Gateway</body></html>"),
	"that sends {}":                says("{}"),
	"that sends null":              says("null"),
	"that sends no keys":           says(`{"keys":[]}`),
	"that sends null for keys":     says(`{"keys":null}`),
	"that sends keys of no use":    says(document(`{"kty":"EC","kid":"a"}`, `{"kty":"RSA","kid":"a2","n":"AQAB","e":"AQAB"}`, `7`)),
	"that sends half an answer":    says(keySet("x", "y")[:500]),
	"that sends two answers":       says(keySet("x") + keySet("y")),
	"that sends more than 1 MiB":   says(keySet("x") + strings.Repeat(" ", 1<<20)),
	"that sends more than 100":     says(document(strings.Repeat("{},", 100) + jwkAs("x", "x"))),
	"that names keys twice":        says(keySet("x", "y", "x")),
	"that repeats a JSON name":     says(`{"keys":[],"keys":[` + jwkAs("x", "x") + `]}`),
	"that repeats one in a key":    says(document(`{"kid":"y",` + jwkAs("x", "x")[1:])),
	"that spells keys another way": says(`{"Keys":[` + jwkAs("x", "x") + `]}`),
}

func says(body string) func(*endpoint) { return func(e *endpoint) { e.says(body) } }

func TestOutage(t *testing.T) {
	t.Parallel()
	for name, trouble := range troubles {
		inBubble(t, "an endpoint "+name+" takes no key away before MaxStale, and nobody waits for it", func(t *testing.T) {
			e := serving("a")
			c := e.filled(t)
			trouble(e)
			for at := time.Duration(0); at < maxStale; at += time.Minute {
				holds(t, c, "a")
				require.True(t, c.Has("a"))
				require.NoError(t, c.Ready(t.Context()))
				pass(time.Minute)
			}
			require.False(t, c.Has("a"))
			refused(t, c, "a", jwks.ErrUnavailable)
			refusedAtOnce(t, c, "a", jwks.ErrUnavailable)
			require.ErrorIs(t, c.Ready(t.Context()), jwks.ErrUnavailable)
			assert.Greater(t, e.fetches(), 600, "and it is asked again all the time")
			assert.Less(t, e.fetches(), 1500)

			e.serves("a", "x")
			pass(time.Minute)
			holds(t, c, "x")
			holds(t, c, "a")
		})
		inBubble(t, "an endpoint "+name+" leaves a cache empty, and unknown kids too are refused for want of keys", func(t *testing.T) {
			e := new(endpoint)
			trouble(e)
			c := e.cache(t)
			refused(t, c, "a", jwks.ErrUnavailable)
			refusedAtOnce(t, c, "x", jwks.ErrUnavailable)
			assert.False(t, c.Has("x"))
			assert.Equal(t, 1, e.fetches())
		})
		inBubble(t, "an endpoint "+name+" makes an unknown kid no more than unknown", func(t *testing.T) {
			e := serving("a")
			c := e.filled(t)
			trouble(e)
			pass(minInterval)
			_, err := c.Key(t.Context(), "b")
			require.ErrorIs(t, err, jwks.ErrUnknown)
			require.NotErrorIs(t, err, jwks.ErrUnavailable)
			assert.True(t, strings.HasPrefix(err.Error(), "the key set does not hold the key; the key set cannot be fetched: "), err)
			assert.Empty(t, c.Missing(), "nobody knows whether it exists")
			pass(minInterval)
			e.serves("a", "b")
			pass(minInterval)
			found(t, c, "b")
		})
	}
	inBubble(t, "the error is the last try's", func(t *testing.T) {
		e := serving()
		c := e.cache(t)
		e.fails()
		require.EqualError(t, c.Ready(t.Context()), "the key set cannot be fetched: 503 Service Unavailable")
		pass(time.Second)
		e.hangs()
		require.EqualError(t, c.Ready(t.Context()), "the key set cannot be fetched: context deadline exceeded")
		require.NotErrorIs(t, c.Ready(t.Context()), context.DeadlineExceeded, "which is the fetch's, not the caller's")
	})
	inBubble(t, "a pause that the API asks for is kept, and behind it the keys serve", func(t *testing.T) {
		e := serving("a")
		c := e.filled(t)
		e.answers(func(context.Context) ([]byte, error) {
			return nil, &stytcherror.Error{StatusCode: 429, RetryAfter: 50 * time.Second}
		})
		pass(ttl)
		for range 60 {
			holds(t, c, "a")
			pass(time.Second)
		}
		assert.Equal(t, 3, e.fetches())
	})
	inBubble(t, "a fetch ends after FetchTimeout, and its goroutine with it", func(t *testing.T) {
		e := new(endpoint)
		e.hangs()
		c := e.cache(t, func(c *jwks.Config) { c.FetchTimeout = 3 * time.Second })
		began := time.Now()
		refused(t, c, "a", jwks.ErrUnavailable)
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}
