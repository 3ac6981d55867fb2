package m2m_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func source(t *testing.T, i *issuer, edit ...func(*stytch.Config)) *m2m.TokenSource {
	t.Helper()
	return client(t, i, edit...).B2B.M2M.TokenSource(request())
}

// has asserts that the source returns this token at once.
func has(t *testing.T, ts *m2m.TokenSource, want string) {
	t.Helper()
	began := time.Now()
	got, err := ts.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, got.AccessToken)
	require.Zero(t, time.Since(began), "it waited")
}

// fails asserts that the source returns no token, at once, and returns the text of the error.
func fails(t *testing.T, ts *m2m.TokenSource) string {
	t.Helper()
	began := time.Now()
	got, err := ts.Token(t.Context())
	require.Error(t, err)
	require.Nil(t, got)
	require.Zero(t, time.Since(began), "it waited")
	return err.Error()
}

func TestTokenSource_life(t *testing.T) {
	t.Parallel()
	inBubble(t, "the first call requests a token, later ones do not", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		time.Sleep(time.Hour)
		require.Zero(t, i.requests())
		token, err := ts.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, &m2m.AccessToken{
			AccessToken: "token-1", TokenType: "bearer", ExpiresAt: time.Now().Add(time.Hour).Round(0).UTC(),
		}, token)
		for range 10 {
			has(t, ts, "token-1")
		}
		require.Equal(t, 1, i.requests())
	})
	for name, tt := range map[string]struct{ life, renew, wait time.Duration }{
		"of an hour, in its last five minutes":     {time.Hour, 5 * time.Minute, 10 * time.Second},
		"of a day, in its last five minutes":       {24 * time.Hour, 5 * time.Minute, 10 * time.Second},
		"of half an hour, in its last tenth":       {30 * time.Minute, 3 * time.Minute, 10 * time.Second},
		"of three minutes, in its last 30 seconds": {3 * time.Minute, 30 * time.Second, 10 * time.Second},
		"of 40 seconds, after half of them":        {40 * time.Second, 20 * time.Second, 10 * time.Second},
		"of 20 seconds, after half of them":        {20 * time.Second, 10 * time.Second, 5 * time.Second},
		"of ten years, in its last five minutes":   {10 * 365 * 24 * time.Hour, 5 * time.Minute, 10 * time.Second},
	} {
		inBubble(t, "a token is renewed in the background: a token "+name, func(t *testing.T) {
			i := newIssuer(int(tt.life / time.Second))
			ts := source(t, i)
			has(t, ts, "token-1")
			time.Sleep(tt.life - tt.renew - 1)
			has(t, ts, "token-1")
			synctest.Wait()
			require.Equal(t, 1, i.requests(), "not before")
			time.Sleep(time.Nanosecond)
			i.set(time.Second, nil)
			has(t, ts, "token-1")
			has(t, ts, "token-1")
			time.Sleep(time.Second)
			synctest.Wait()
			require.Equal(t, 2, i.requests())
			has(t, ts, "token-2")
		})
		inBubble(t, "shortly before the expiry, calls wait for the renewal: for a token "+name, func(t *testing.T) {
			i := newIssuer(int(tt.life / time.Second))
			ts := source(t, i)
			has(t, ts, "token-1")
			time.Sleep(tt.life - tt.wait)
			i.set(time.Second, nil)
			began := time.Now()
			token, err := ts.Token(t.Context())
			require.NoError(t, err)
			assert.Equal(t, "token-2", token.AccessToken)
			assert.Equal(t, time.Second, time.Since(began))
			assert.Equal(t, began.Add(min(tt.life, 10*365*24*time.Hour)).Round(0).UTC(), token.ExpiresAt, "its life counts from the start of the request")
		})
	}
	inBubble(t, "an expired token is not returned", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(time.Hour)
		i.fails(http.StatusBadGateway)
		fails(t, ts)
	})
	inBubble(t, "a caller may change the request and the token", func(t *testing.T) {
		i := newIssuer(3600)
		req := request()
		req.Scopes = []string{"read:users"}
		ts := client(t, i).B2B.M2M.TokenSource(req)
		req.ClientSecret, req.Scopes[0] = "another", "write:users"
		token, err := ts.Token(t.Context())
		require.NoError(t, err)
		token.AccessToken = "mine"
		has(t, ts, "token-1")
		assert.Equal(t, clientSecret, i.forms[0].Get("client_secret"))
		assert.Equal(t, "read:users", i.forms[0].Get("scope"))
	})
	inBubble(t, "the age of a token is measured by the client's clock", func(t *testing.T) {
		var now atomic.Pointer[time.Time]
		move := func(to time.Time) { now.Store(&to) }
		move(start)
		i := newIssuer(3600)
		ts := source(t, i, func(c *stytch.Config) { c.Now = func() time.Time { return *now.Load() } })
		time.Sleep(time.Hour)
		has(t, ts, "token-1")
		time.Sleep(2 * time.Hour)
		has(t, ts, "token-1")
		move(start.Add(time.Hour))
		has(t, ts, "token-2")
		move(start.Add(-time.Hour))
		has(t, ts, "token-3") // the clock was set back, so the age of the token is unknown
		has(t, ts, "token-3")
	})
}

func TestTokenSource_callers(t *testing.T) {
	t.Parallel()
	inBubble(t, "a thousand callers without a token cause one request", func(t *testing.T) {
		i := newIssuer(3600)
		i.set(time.Second, nil)
		ts := source(t, i)
		var wait sync.WaitGroup
		for range 1000 {
			wait.Go(func() {
				token, err := ts.Token(t.Context())
				if assert.NoError(t, err) {
					assert.Equal(t, "token-1", token.AccessToken)
				}
			})
		}
		wait.Wait()
		assert.Equal(t, 1, i.requests())
	})
	inBubble(t, "a caller whose context ends does not end the renewal", func(t *testing.T) {
		i := newIssuer(3600)
		i.set(10*time.Second, nil)
		ts := source(t, i)
		cause := errors.New("the caller's cause")
		ctx, cancel := context.WithCancelCause(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() {
			token, err := ts.Token(ctx)
			assert.Nil(t, token)
			e, ok := errors.AsType[*stytcherror.RequestError](err)
			assert.True(t, ok, "%v", err)
			assert.Equal(t, "m2m.token_source", e.Op)
			assert.ErrorIs(t, err, context.Canceled)
			assert.ErrorIs(t, err, cause)
		})
		synctest.Wait()
		wait.Go(func() {
			token, err := ts.Token(t.Context())
			if assert.NoError(t, err) {
				assert.Equal(t, "token-1", token.AccessToken)
			}
		})
		time.Sleep(time.Second)
		cancel(cause)
		wait.Wait()
		assert.Equal(t, 1, i.requests())
	})
}

func TestTokenSource_failure(t *testing.T) {
	t.Parallel()
	inBubble(t, "after a failed renewal, the cached token is returned until it expires, and the renewal is retried", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(55 * time.Minute)
		i.fails(http.StatusBadGateway)
		for range 300 {
			has(t, ts, "token-1")
			time.Sleep(time.Second)
		}
		fails(t, ts)
		assert.Greater(t, i.requests(), 8)
		assert.Less(t, i.requests(), 18)
	})
	inBubble(t, "without a token, calls in the pause after a failure fail at once, without a request", func(t *testing.T) {
		i := newIssuer(3600)
		i.fails(http.StatusUnauthorized)
		ts := source(t, i)
		_, first := ts.Token(t.Context())
		e, ok := errors.AsType[*stytcherror.Error](first)
		require.True(t, ok)
		assert.Equal(t, 401, e.StatusCode)
		for range 1000 {
			require.Equal(t, first.Error(), fails(t, ts))
		}
		require.Equal(t, 1, i.requests())
		time.Sleep(time.Second)
		i.set(0, nil)
		has(t, ts, "token-2")
	})
	inBubble(t, "callers may change the error that they get", func(t *testing.T) {
		i := newIssuer(3600)
		i.set(time.Second, func(r *http.Request) (*http.Response, error) {
			return respond(r, http.StatusUnauthorized, `{"error": "invalid_client"}`), nil
		})
		ts := source(t, i)
		for range 2 { // while the token is requested, and in the pause after the failure
			var wait sync.WaitGroup
			for range 8 {
				wait.Go(func() {
					_, err := ts.Token(t.Context())
					e, ok := errors.AsType[*stytcherror.Error](err)
					if assert.True(t, ok) && assert.Equal(t, stytcherror.Code("invalid_client"), e.Code) && assert.Equal(t, byte('{'), e.Body[0]) {
						e.Code, e.Body[0] = "changed", 'x'
					}
				})
			}
			wait.Wait()
		}
		assert.Equal(t, 1, i.requests())
	})
	inBubble(t, "without a token, the pause is at most 10 seconds", func(t *testing.T) {
		i := newIssuer(3600)
		i.fails(http.StatusBadGateway)
		ts := source(t, i)
		for range 20 {
			fails(t, ts)
			time.Sleep(10 * time.Second)
		}
		require.Equal(t, 20, i.requests())
		i.set(0, nil)
		has(t, ts, "token-21")
	})
	inBubble(t, "without a token, a longer Retry-After is kept", func(t *testing.T) {
		i := newIssuer(3600)
		i.fails(http.StatusTooManyRequests, "Retry-After: 30")
		ts := source(t, i)
		fails(t, ts)
		time.Sleep(30*time.Second - 1)
		fails(t, ts)
		require.Equal(t, 1, i.requests())
		time.Sleep(time.Nanosecond)
		i.set(0, nil)
		has(t, ts, "token-2")
	})
	inBubble(t, "in the last ten seconds, calls wait at most two seconds", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(time.Hour - 10*time.Second)
		i.set(5*time.Second, nil)
		began := time.Now()
		token, err := ts.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "token-1", token.AccessToken)
		assert.Equal(t, 2*time.Second, time.Since(began))
		has(t, ts, "token-1")
		time.Sleep(3 * time.Second)
		synctest.Wait()
		has(t, ts, "token-2")
	})
	inBubble(t, "in the last ten seconds, the cached token is returned after a failed renewal", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(time.Hour - 5*time.Second)
		i.set(time.Second, func(r *http.Request) (*http.Response, error) { return respond(r, 502, ""), nil })
		token, err := ts.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "token-1", token.AccessToken)
		has(t, ts, "token-1") // also in the pause
	})
	inBubble(t, "a token that expires during a failed renewal is not returned", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(time.Hour - time.Second)
		i.set(1500*time.Millisecond, func(r *http.Request) (*http.Response, error) { return respond(r, 502, ""), nil })
		_, err := ts.Token(t.Context())
		require.Error(t, err)
	})
	inBubble(t, "a renewal that hangs ends after a minute", func(t *testing.T) {
		i := newIssuer(3600)
		i.set(24*time.Hour, nil)
		ts := source(t, i, func(c *stytch.Config) { c.Timeout = -1; c.Retry.AttemptTimeout = -1 })
		began := time.Now()
		_, err := ts.Token(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(began))
		i.set(0, nil)
		time.Sleep(time.Second)
		has(t, ts, "token-2")
	})
	for name, life := range map[string]int{"a life of zero": 0, "a negative life": -1} {
		inBubble(t, "a token with "+name+" is a DecodeError", func(t *testing.T) {
			_, err := source(t, newIssuer(life)).Token(t.Context())
			e, ok := errors.AsType[*stytcherror.DecodeError](err)
			require.True(t, ok)
			assert.Equal(t, "/expires_in", e.Field)
		})
	}
	inBubble(t, "the life of a token has no upper bound", func(t *testing.T) {
		ts := source(t, newIssuer(math.MaxInt))
		has(t, ts, "token-1")
		has(t, ts, "token-1")
	})
}

func TestTokenSource_refuses(t *testing.T) {
	t.Parallel()
	var none context.Context
	services := client(t, newIssuer(3600)).B2B
	for name, tt := range map[string]struct {
		source    *m2m.TokenSource
		ctx       context.Context
		op, field string
	}{
		"a nil context": {services.M2M.TokenSource(request()), none, "m2m.token_source", "ctx"},
		"no request":    {services.M2M.TokenSource(nil), t.Context(), "m2m.token", "client_id"},
		"no secret":     {services.M2M.TokenSource(&m2m.TokenRequest{ClientID: minttest.M2MClient}), t.Context(), "m2m.token", "client_secret"},
		"no client":     {new(m2m.Service).TokenSource(request()), t.Context(), "m2m.token", "cfg"},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			_, err := tt.source.Token(tt.ctx)
			e, ok := errors.AsType[*stytcherror.ArgumentError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, []string{tt.op, tt.field}, []string{e.Op, e.Field})
		})
	}
}
