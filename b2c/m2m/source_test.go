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

// has asks for a token, which must come at once and be this one.
func has(t *testing.T, ts *m2m.TokenSource, want string) {
	t.Helper()
	began := time.Now()
	got, err := ts.Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, got.AccessToken)
	require.Zero(t, time.Since(began), "nobody waits")
}

// hasNone asks for a token, in vain and with no wait, and returns why.
func hasNone(t *testing.T, ts *m2m.TokenSource) (why string) {
	t.Helper()
	began := time.Now()
	got, err := ts.Token(t.Context())
	require.Error(t, err)
	require.Nil(t, got)
	require.Zero(t, time.Since(began), "nobody waits")
	return err.Error()
}

func TestTokenSource_life(t *testing.T) {
	t.Parallel()
	promise(t, "nothing is asked for before somebody wants it, and then once", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		time.Sleep(time.Hour)
		require.Zero(t, i.count())
		token, err := ts.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, &m2m.AccessToken{
			AccessToken: "token-1", TokenType: "bearer", ExpiresAt: time.Now().Add(time.Hour).Round(0).UTC(),
		}, token)
		for range 10 {
			has(t, ts, "token-1")
		}
		require.Equal(t, 1, i.count())
	})
	for name, tt := range map[string]struct{ life, renew, wait time.Duration }{
		"of an hour, in its last five minutes":     {time.Hour, 5 * time.Minute, 10 * time.Second},
		"of a day, too":                            {24 * time.Hour, 5 * time.Minute, 10 * time.Second},
		"of half an hour, in its last tenth":       {30 * time.Minute, 3 * time.Minute, 10 * time.Second},
		"of three minutes, in its last 30 seconds": {3 * time.Minute, 30 * time.Second, 10 * time.Second},
		"of 40 seconds, after half of them":        {40 * time.Second, 20 * time.Second, 10 * time.Second},
		"of 20 seconds, with a shorter wait":       {20 * time.Second, 10 * time.Second, 5 * time.Second},
		"of ten years and more, in five minutes":   {10 * 365 * 24 * time.Hour, 5 * time.Minute, 10 * time.Second},
	} {
		promise(t, "a token is renewed in the background: one "+name, func(t *testing.T) {
			i := newIssuer(int(tt.life / time.Second))
			ts := source(t, i)
			has(t, ts, "token-1")
			time.Sleep(tt.life - tt.renew - 1)
			has(t, ts, "token-1")
			synctest.Wait()
			require.Equal(t, 1, i.count(), "not before")
			time.Sleep(time.Nanosecond)
			i.set(time.Second, nil)
			has(t, ts, "token-1")
			has(t, ts, "token-1")
			time.Sleep(time.Second)
			synctest.Wait()
			require.Equal(t, 2, i.count())
			has(t, ts, "token-2")
		})
		promise(t, "calls wait for the renewal at the end: for one "+name, func(t *testing.T) {
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
			assert.Equal(t, began.Add(min(tt.life, 10*365*24*time.Hour)).Round(0).UTC(), token.ExpiresAt, "its life began with the question")
		})
	}
	promise(t, "nobody is served an expired token", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(time.Hour)
		i.fails(http.StatusBadGateway)
		hasNone(t, ts)
	})
	promise(t, "a caller's changes stay the caller's", func(t *testing.T) {
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
	promise(t, "the client's clock counts", func(t *testing.T) {
		var now atomic.Pointer[time.Time]
		move := func(to time.Time) { now.Store(&to) }
		move(noon)
		i := newIssuer(3600)
		ts := source(t, i, func(c *stytch.Config) { c.Now = func() time.Time { return *now.Load() } })
		time.Sleep(time.Hour)
		has(t, ts, "token-1")
		time.Sleep(2 * time.Hour)
		has(t, ts, "token-1")
		move(noon.Add(time.Hour))
		has(t, ts, "token-2")
		move(noon.Add(-time.Hour))
		has(t, ts, "token-3") // the clock was put back, so that nobody knows how old the token is
		has(t, ts, "token-3")
	})
}

func TestTokenSource_callers(t *testing.T) {
	t.Parallel()
	promise(t, "a thousand callers without a token cause one request", func(t *testing.T) {
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
		assert.Equal(t, 1, i.count())
	})
	promise(t, "who gives up leaves the renewal to the others", func(t *testing.T) {
		i := newIssuer(3600)
		i.set(10*time.Second, nil)
		ts := source(t, i)
		cause := errors.New("the browser went away")
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
		assert.Equal(t, 1, i.count())
	})
}

func TestTokenSource_failure(t *testing.T) {
	t.Parallel()
	promise(t, "a failed renewal keeps the old token until it expires, and is tried again", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(55 * time.Minute)
		i.fails(http.StatusBadGateway)
		for range 300 {
			has(t, ts, "token-1")
			time.Sleep(time.Second)
		}
		hasNone(t, ts)
		assert.Greater(t, i.count(), 8)
		assert.Less(t, i.count(), 18)
	})
	promise(t, "without a token, calls fail at once in the pause, and a thousand of them cost nothing", func(t *testing.T) {
		i := newIssuer(3600)
		i.fails(http.StatusUnauthorized)
		ts := source(t, i)
		_, first := ts.Token(t.Context())
		e, ok := errors.AsType[*stytcherror.Error](first)
		require.True(t, ok)
		assert.Equal(t, 401, e.StatusCode)
		for range 1000 {
			require.Equal(t, first.Error(), hasNone(t, ts))
		}
		require.Equal(t, 1, i.count())
		time.Sleep(time.Second)
		i.set(0, nil)
		has(t, ts, "token-2")
	})
	promise(t, "without a token, the pause is 10 seconds at most", func(t *testing.T) {
		i := newIssuer(3600)
		i.fails(http.StatusBadGateway)
		ts := source(t, i)
		for range 20 {
			hasNone(t, ts)
			time.Sleep(10 * time.Second)
		}
		require.Equal(t, 20, i.count())
		i.set(0, nil)
		has(t, ts, "token-21")
	})
	promise(t, "unless the API asks for more", func(t *testing.T) {
		i := newIssuer(3600)
		i.fails(http.StatusTooManyRequests, "Retry-After: 30")
		ts := source(t, i)
		hasNone(t, ts)
		time.Sleep(30*time.Second - 1)
		hasNone(t, ts)
		require.Equal(t, 1, i.count())
		time.Sleep(time.Nanosecond)
		i.set(0, nil)
		has(t, ts, "token-2")
	})
	promise(t, "in the last seconds, nobody waits longer for a renewal than two", func(t *testing.T) {
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
	promise(t, "in the last seconds, a failed renewal leaves the old token", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(time.Hour - 5*time.Second)
		i.set(time.Second, func(r *http.Request) (*http.Response, error) { return respond(r, 502, ""), nil })
		token, err := ts.Token(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "token-1", token.AccessToken)
		has(t, ts, "token-1") // in the pause too
	})
	promise(t, "but not one that has expired meanwhile", func(t *testing.T) {
		i := newIssuer(3600)
		ts := source(t, i)
		has(t, ts, "token-1")
		time.Sleep(time.Hour - time.Second)
		i.set(1500*time.Millisecond, func(r *http.Request) (*http.Response, error) { return respond(r, 502, ""), nil })
		_, err := ts.Token(t.Context())
		require.Error(t, err)
	})
	promise(t, "a renewal that hangs ends, and the next one is made", func(t *testing.T) {
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
	for name, life := range map[string]int{"no life": 0, "a negative life": -1} {
		promise(t, "a token with "+name+" is none", func(t *testing.T) {
			_, err := source(t, newIssuer(life)).Token(t.Context())
			e, ok := errors.AsType[*stytcherror.DecodeError](err)
			require.True(t, ok)
			assert.Equal(t, "/expires_in", e.Field)
		})
	}
	promise(t, "a life of more than anybody lives does no harm", func(t *testing.T) {
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
