package transport_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/shared"
)

// clocked is a server in memory that notes when it was asked; answer gets the number of the attempt, from 1.
type clocked struct {
	at     []time.Time
	answer func(attempt int, r *http.Request) (*http.Response, error)
}

func (c *clocked) RoundTrip(r *http.Request) (*http.Response, error) {
	c.at = append(c.at, time.Now())
	return c.answer(len(c.at), r)
}

// waits are the times between attempts.
func (c *clocked) waits() []time.Duration {
	var waits []time.Duration
	for i := 1; i < len(c.at); i++ {
		waits = append(waits, c.at[i].Sub(c.at[i-1]))
	}
	return waits
}

// always answers every attempt alike.
func always(status int, header ...string) *clocked {
	return &clocked{answer: func(_ int, r *http.Request) (*http.Response, error) {
		return respond(r, status, "{}", header...), nil
	}}
}

// over is a client with the default settings that talks to c.
func over(t *testing.T, c *clocked, edit ...func(*stytch.Config)) *stytch.Client {
	t.Helper()
	return dial(t, "", append([]func(*stytch.Config){inMemory(c.RoundTrip), retrying}, edit...)...)
}

// inBubble runs a subtest with a clock of its own, in which waiting takes no time.
func inBubble(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, f)
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	inBubble(t, "waits double from the least to the longest, each shortened by up to half", func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 50 {
			s := always(503)
			resp, err := getSessions(t.Context(), over(t, s), shared.WithTimeout(time.Hour), shared.WithRetry(shared.RetryPolicy{
				MaxAttempts: 6, MinDelay: 100 * time.Millisecond, MaxDelay: time.Second,
			}))
			failure[apiError](t, resp, err)
			require.Len(t, s.waits(), 5)
			for i, full := range []time.Duration{100, 200, 400, 800, 1000} {
				full *= time.Millisecond
				assert.GreaterOrEqual(t, s.waits()[i], full/2)
				assert.LessOrEqual(t, s.waits()[i], full)
				seen[s.waits()[i]] = true
			}
		}
		assert.Greater(t, len(seen), 200, "callers that failed together must not come back together")
	})
	inBubble(t, "by default there are three attempts, some 200 and 400 ms apart", func(t *testing.T) {
		s := always(503)
		_, err := getSessions(t.Context(), over(t, s))
		require.Error(t, err)
		require.Len(t, s.waits(), 2)
		assert.InDelta(t, 150*time.Millisecond, s.waits()[0], float64(50*time.Millisecond))
		assert.InDelta(t, 300*time.Millisecond, s.waits()[1], float64(100*time.Millisecond))
	})
	inBubble(t, "the longest wait holds even where it is below the least", func(t *testing.T) {
		s := always(503)
		_, err := getSessions(t.Context(), over(t, s), shared.WithTimeout(time.Hour),
			shared.WithRetry(shared.RetryPolicy{MaxAttempts: 50, MinDelay: time.Minute, MaxDelay: time.Second}))
		require.Error(t, err)
		require.Len(t, s.waits(), 49)
		for _, wait := range s.waits() {
			assert.LessOrEqual(t, wait, time.Second)
		}
	})
	inBubble(t, "absurd delays neither panic nor wait", func(t *testing.T) {
		for _, p := range []shared.RetryPolicy{
			{MinDelay: -1, MaxDelay: -1}, {MinDelay: 1, MaxDelay: 1}, {MinDelay: 2, MaxDelay: 2}, {MinDelay: -1 << 62, MaxDelay: 1},
		} {
			s := always(503)
			_, err := getSessions(t.Context(), over(t, s), shared.WithRetry(p))
			require.Error(t, err)
			require.Len(t, s.waits(), 2)
			assert.Less(t, s.waits()[1], time.Millisecond)
		}
	})
	inBubble(t, "a wait that would outlast the call is not begun: the failure at hand is returned at once", func(t *testing.T) {
		s := always(503)
		resp, err := getSessions(t.Context(), over(t, s),
			shared.WithRetry(shared.RetryPolicy{MinDelay: 1 << 62, MaxDelay: 1 << 62}))
		failure[apiError](t, resp, err)
		assert.Len(t, s.at, 1)
		assert.Zero(t, time.Since(s.at[0]))
	})
	for _, n := range []int{1, -1} {
		inBubble(t, "no second attempt is made where none is allowed", func(t *testing.T) {
			s := always(503)
			_, err := getSessions(t.Context(), over(t, s), shared.WithRetry(shared.RetryPolicy{MaxAttempts: n}))
			require.Error(t, err)
			assert.Len(t, s.at, 1)
		})
	}
}

func TestRetryAfter_isObeyed(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{
		"in seconds": func() string { return "7" },
		"as a date":  func() string { return time.Now().UTC().Add(7 * time.Second).Format(http.TimeFormat) },
	} {
		inBubble(t, "the wait is what the server asked for "+name, func(t *testing.T) {
			s := &clocked{answer: func(n int, r *http.Request) (*http.Response, error) {
				if n == 1 {
					return respond(r, 429, "{}", "Retry-After: "+header()), nil
				}
				return respond(r, 200, jsonOK), nil
			}}
			_, err := getSessions(t.Context(), over(t, s))
			require.NoError(t, err)
			assert.Equal(t, []time.Duration{7 * time.Second}, s.waits())
		})
	}
	for name, header := range map[string]string{
		"a second too long":     "21",
		"10^30 seconds":         "1000000000000000000000000000000",
		"the year 9999":         "Fri, 31 Dec 9999 23:59:59 GMT",
		"all that can be asked": "18446744073709551615",
	} {
		inBubble(t, "a Retry-After beyond MaxRetryAfter ends the call at once: "+name, func(t *testing.T) {
			s := always(429, "Retry-After: "+header)
			resp, err := getSessions(t.Context(), over(t, s))
			assert.Greater(t, failure[apiError](t, resp, err).RetryAfter, 20*time.Second)
			assert.Len(t, s.at, 1)
			assert.Zero(t, time.Since(s.at[0]))
		})
	}
	for name, header := range map[string]string{"negative": "-7", "garbage": "soon", "past": "Fri, 01 Jan 1999 00:00:00 GMT", "empty": ""} {
		inBubble(t, "a Retry-After that says nothing leaves the wait to the policy: "+name, func(t *testing.T) {
			s := always(429, "Retry-After: "+header)
			_, err := getSessions(t.Context(), over(t, s))
			require.Error(t, err)
			require.Len(t, s.waits(), 2)
			assert.Less(t, s.waits()[1], time.Second)
		})
	}
	inBubble(t, "a Retry-After beyond the context's deadline returns the API's error at once", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s := always(429, "Retry-After: 5")
		resp, err := getSessions(ctx, over(t, s))
		assert.Equal(t, 5*time.Second, failure[apiError](t, resp, err).RetryAfter)
		assert.Zero(t, time.Since(s.at[0]))
	})
	inBubble(t, "a Retry-After beyond the call's timeout returns the API's error at once", func(t *testing.T) {
		s := always(429, "Retry-After: 5")
		resp, err := getSessions(t.Context(), over(t, s), shared.WithTimeout(5*time.Second))
		failure[apiError](t, resp, err)
		assert.Zero(t, time.Since(s.at[0]))
	})
}

// silent never answers.
func silent() *clocked {
	return &clocked{answer: func(_ int, r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}}
}

// trickling answers with a byte per second.
func trickling(status int) *clocked {
	return &clocked{answer: func(_ int, r *http.Request) (*http.Response, error) {
		resp := respond(r, status, "")
		resp.Body, resp.ContentLength = io.NopCloser(&trickle{ctx: r.Context()}), -1
		return resp, nil
	}}
}

type trickle struct{ ctx context.Context }

func (b *trickle) Read(p []byte) (int, error) {
	select {
	case <-b.ctx.Done():
		return 0, b.ctx.Err()
	case <-time.After(time.Second):
		p[0] = ' '
		return 1, nil
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	inBubble(t, "a read that is never answered ends after 30 seconds, in three attempts", func(t *testing.T) {
		s := silent()
		began := time.Now()
		resp, err := getSessions(t.Context(), over(t, s))
		e := failure[requestError](t, resp, err)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, e.Timeout())
		assert.Equal(t, 30*time.Second, time.Since(began))
		assert.Len(t, s.at, 3)
	})
	inBubble(t, "a single-use call that is never answered ends after 10 seconds, sent once", func(t *testing.T) {
		s := silent()
		resp, err := exchange(t.Context(), over(t, s))
		assert.True(t, failure[requestError](t, resp, err).Timeout())
		assert.Equal(t, 10*time.Second, time.Since(s.at[0]))
		assert.Len(t, s.at, 1)
	})
	inBubble(t, "a timeout of the client's configuration bounds every call", func(t *testing.T) {
		s := silent()
		_, err := exchange(t.Context(), over(t, s, func(c *stytch.Config) { c.Timeout = 3 * time.Second }))
		require.Error(t, err)
		assert.Equal(t, 3*time.Second, time.Since(s.at[0]))
	})
	inBubble(t, "a timeout of the call's own goes before the client's", func(t *testing.T) {
		s := silent()
		client := over(t, s, func(c *stytch.Config) { c.Timeout = time.Second })
		_, err := exchange(t.Context(), client, shared.WithTimeout(4*time.Second))
		require.Error(t, err)
		assert.Equal(t, 4*time.Second, time.Since(s.at[0]))
	})
	inBubble(t, "a timeout of an http.Client of the caller's holds too, and is a timeout", func(t *testing.T) {
		s := silent()
		client := over(t, s, func(c *stytch.Config) { c.HTTPClient.Timeout = 2 * time.Second })
		resp, err := exchange(t.Context(), client)
		assert.True(t, failure[requestError](t, resp, err).Timeout())
		assert.Equal(t, 2*time.Second, time.Since(s.at[0]))
	})
	inBubble(t, "without bounds a call waits as long as its context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		s := silent()
		_, err := exchange(ctx, over(t, s), shared.WithTimeout(-1), shared.WithRetry(shared.RetryPolicy{AttemptTimeout: -1}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 24*time.Hour, time.Since(s.at[0]))
	})
	inBubble(t, "an answer that trickles past the timeout is a RequestError", func(t *testing.T) {
		s := trickling(http.StatusOK)
		resp, err := exchange(t.Context(), over(t, s))
		assert.True(t, failure[requestError](t, resp, err).Timeout())
		assert.Equal(t, 10*time.Second, time.Since(s.at[0]))
		assert.Len(t, s.at, 1)
	})
	inBubble(t, "an error that trickles past the timeout is still the API's error", func(t *testing.T) {
		s := trickling(http.StatusForbidden)
		resp, err := exchange(t.Context(), over(t, s))
		assert.Equal(t, http.StatusForbidden, failure[apiError](t, resp, err).StatusCode)
		assert.Equal(t, 10*time.Second, time.Since(s.at[0]))
	})
}
