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

// timedServer is a server in memory that records the time of each request. answer gets its number, from 1.
type timedServer struct {
	times  []time.Time
	answer func(attempt int, r *http.Request) (*http.Response, error)
}

func (c *timedServer) RoundTrip(r *http.Request) (*http.Response, error) {
	c.times = append(c.times, time.Now())
	return c.answer(len(c.times), r)
}

// waits returns the times between the requests.
func (c *timedServer) waits() []time.Duration {
	var waits []time.Duration
	for i := 1; i < len(c.times); i++ {
		waits = append(waits, c.times[i].Sub(c.times[i-1]))
	}
	return waits
}

// alwaysResponding gives every request the same response.
func alwaysResponding(status int, header ...string) *timedServer {
	return &timedServer{answer: func(_ int, r *http.Request) (*http.Response, error) {
		return respond(r, status, "{}", header...), nil
	}}
}

// clientFor returns a client of s with the default number of attempts.
func clientFor(t *testing.T, s *timedServer, edit ...func(*stytch.Config)) *stytch.Client {
	t.Helper()
	return newClient(t, "", append([]func(*stytch.Config){inMemory(s.RoundTrip), retrying}, edit...)...)
}

// inBubble runs a subtest in a synctest bubble, with a clock of its own.
func inBubble(t *testing.T, name string, f func(*testing.T)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, f)
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	inBubble(t, "waits double from MinDelay to MaxDelay, each shortened by up to half", func(t *testing.T) {
		seen := map[time.Duration]bool{}
		for range 50 {
			s := alwaysResponding(503)
			resp, err := getSessions(t.Context(), clientFor(t, s), shared.WithTimeout(time.Hour), shared.WithRetry(shared.RetryPolicy{
				MaxAttempts: 6, MinDelay: 100 * time.Millisecond, MaxDelay: time.Second,
			}))
			requireError[apiError](t, resp, err)
			require.Len(t, s.waits(), 5)
			for i, full := range []time.Duration{100, 200, 400, 800, 1000} {
				full *= time.Millisecond
				assert.GreaterOrEqual(t, s.waits()[i], full/2)
				assert.LessOrEqual(t, s.waits()[i], full)
				seen[s.waits()[i]] = true
			}
		}
		assert.Greater(t, len(seen), 200, "the waits must differ")
	})
	inBubble(t, "by default there are three attempts, some 200 and 400 ms apart", func(t *testing.T) {
		s := alwaysResponding(503)
		_, err := getSessions(t.Context(), clientFor(t, s))
		require.Error(t, err)
		require.Len(t, s.waits(), 2)
		assert.InDelta(t, 150*time.Millisecond, s.waits()[0], float64(50*time.Millisecond))
		assert.InDelta(t, 300*time.Millisecond, s.waits()[1], float64(100*time.Millisecond))
	})
	inBubble(t, "MaxDelay is the limit even if it is below MinDelay", func(t *testing.T) {
		s := alwaysResponding(503)
		_, err := getSessions(t.Context(), clientFor(t, s), shared.WithTimeout(time.Hour),
			shared.WithRetry(shared.RetryPolicy{MaxAttempts: 50, MinDelay: time.Minute, MaxDelay: time.Second}))
		require.Error(t, err)
		require.Len(t, s.waits(), 49)
		for _, wait := range s.waits() {
			assert.LessOrEqual(t, wait, time.Second)
		}
	})
	inBubble(t, "negative and tiny delays neither panic nor wait", func(t *testing.T) {
		for _, p := range []shared.RetryPolicy{
			{MinDelay: -1, MaxDelay: -1}, {MinDelay: 1, MaxDelay: 1}, {MinDelay: 2, MaxDelay: 2}, {MinDelay: -1 << 62, MaxDelay: 1},
		} {
			s := alwaysResponding(503)
			_, err := getSessions(t.Context(), clientFor(t, s), shared.WithRetry(p))
			require.Error(t, err)
			require.Len(t, s.waits(), 2)
			assert.Less(t, s.waits()[1], time.Millisecond)
		}
	})
	inBubble(t, "if the wait would outlast the call, the error is returned at once", func(t *testing.T) {
		s := alwaysResponding(503)
		resp, err := getSessions(t.Context(), clientFor(t, s),
			shared.WithRetry(shared.RetryPolicy{MinDelay: 1 << 62, MaxDelay: 1 << 62}))
		requireError[apiError](t, resp, err)
		assert.Len(t, s.times, 1)
		assert.Zero(t, time.Since(s.times[0]))
	})
	for _, n := range []int{1, -1} {
		inBubble(t, "no second attempt is made if none is allowed", func(t *testing.T) {
			s := alwaysResponding(503)
			_, err := getSessions(t.Context(), clientFor(t, s), shared.WithRetry(shared.RetryPolicy{MaxAttempts: n}))
			require.Error(t, err)
			assert.Len(t, s.times, 1)
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{
		"in seconds": func() string { return "7" },
		"as a date":  func() string { return time.Now().UTC().Add(7 * time.Second).Format(http.TimeFormat) },
	} {
		inBubble(t, "the wait is the Retry-After "+name, func(t *testing.T) {
			s := &timedServer{answer: func(n int, r *http.Request) (*http.Response, error) {
				if n == 1 {
					return respond(r, 429, "{}", "Retry-After: "+header()), nil
				}
				return respond(r, 200, jsonOK), nil
			}}
			_, err := getSessions(t.Context(), clientFor(t, s))
			require.NoError(t, err)
			assert.Equal(t, []time.Duration{7 * time.Second}, s.waits())
		})
	}
	for name, header := range map[string]string{
		"a second too long":   "21",
		"10^30 seconds":       "1000000000000000000000000000000",
		"the year 9999":       "Fri, 31 Dec 9999 23:59:59 GMT",
		"the largest integer": "18446744073709551615",
	} {
		inBubble(t, "a Retry-After beyond MaxRetryAfter ends the call at once: "+name, func(t *testing.T) {
			s := alwaysResponding(429, "Retry-After: "+header)
			resp, err := getSessions(t.Context(), clientFor(t, s))
			assert.Greater(t, requireError[apiError](t, resp, err).RetryAfter, 20*time.Second)
			assert.Len(t, s.times, 1)
			assert.Zero(t, time.Since(s.times[0]))
		})
	}
	for name, header := range map[string]string{"negative": "-7", "garbage": "soon", "past": "Fri, 01 Jan 1999 00:00:00 GMT", "empty": ""} {
		inBubble(t, "an invalid Retry-After leaves the wait to the policy: "+name, func(t *testing.T) {
			s := alwaysResponding(429, "Retry-After: "+header)
			_, err := getSessions(t.Context(), clientFor(t, s))
			require.Error(t, err)
			require.Len(t, s.waits(), 2)
			assert.Less(t, s.waits()[1], time.Second)
		})
	}
	inBubble(t, "a Retry-After beyond the context's deadline returns the API's error at once", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s := alwaysResponding(429, "Retry-After: 5")
		resp, err := getSessions(ctx, clientFor(t, s))
		assert.Equal(t, 5*time.Second, requireError[apiError](t, resp, err).RetryAfter)
		assert.Zero(t, time.Since(s.times[0]))
	})
	inBubble(t, "a Retry-After beyond the call's timeout returns the API's error at once", func(t *testing.T) {
		s := alwaysResponding(429, "Retry-After: 5")
		resp, err := getSessions(t.Context(), clientFor(t, s), shared.WithTimeout(5*time.Second))
		requireError[apiError](t, resp, err)
		assert.Zero(t, time.Since(s.times[0]))
	})
}

// silent never responds.
func silent() *timedServer {
	return &timedServer{answer: func(_ int, r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}}
}

// trickling sends a byte of the body per second.
func trickling(status int) *timedServer {
	return &timedServer{answer: func(_ int, r *http.Request) (*http.Response, error) {
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
	inBubble(t, "a read without a response ends after 30 seconds and three attempts", func(t *testing.T) {
		s := silent()
		began := time.Now()
		resp, err := getSessions(t.Context(), clientFor(t, s))
		e := requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.True(t, e.Timeout())
		assert.Equal(t, 30*time.Second, time.Since(began))
		assert.Len(t, s.times, 3)
	})
	inBubble(t, "a single-use call without a response ends after 10 seconds and one attempt", func(t *testing.T) {
		s := silent()
		resp, err := exchange(t.Context(), clientFor(t, s))
		assert.True(t, requireError[requestError](t, resp, err).Timeout())
		assert.Equal(t, 10*time.Second, time.Since(s.times[0]))
		assert.Len(t, s.times, 1)
	})
	inBubble(t, "Config.Timeout bounds every call", func(t *testing.T) {
		s := silent()
		_, err := exchange(t.Context(), clientFor(t, s, func(c *stytch.Config) { c.Timeout = 3 * time.Second }))
		require.Error(t, err)
		assert.Equal(t, 3*time.Second, time.Since(s.times[0]))
	})
	inBubble(t, "WithTimeout replaces Config.Timeout", func(t *testing.T) {
		s := silent()
		client := clientFor(t, s, func(c *stytch.Config) { c.Timeout = time.Second })
		_, err := exchange(t.Context(), client, shared.WithTimeout(4*time.Second))
		require.Error(t, err)
		assert.Equal(t, 4*time.Second, time.Since(s.times[0]))
	})
	inBubble(t, "the Timeout of a caller's http.Client bounds a call too", func(t *testing.T) {
		s := silent()
		client := clientFor(t, s, func(c *stytch.Config) { c.HTTPClient.Timeout = 2 * time.Second })
		resp, err := exchange(t.Context(), client)
		assert.True(t, requireError[requestError](t, resp, err).Timeout())
		assert.Equal(t, 2*time.Second, time.Since(s.times[0]))
	})
	inBubble(t, "without a timeout, a call waits as long as its context", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()
		s := silent()
		_, err := exchange(ctx, clientFor(t, s), shared.WithTimeout(-1), shared.WithRetry(shared.RetryPolicy{AttemptTimeout: -1}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 24*time.Hour, time.Since(s.times[0]))
	})
	inBubble(t, "a success that trickles past the timeout is a RequestError", func(t *testing.T) {
		s := trickling(http.StatusOK)
		resp, err := exchange(t.Context(), clientFor(t, s))
		assert.True(t, requireError[requestError](t, resp, err).Timeout())
		assert.Equal(t, 10*time.Second, time.Since(s.times[0]))
		assert.Len(t, s.times, 1)
	})
	inBubble(t, "an error that trickles past the timeout is an Error", func(t *testing.T) {
		s := trickling(http.StatusForbidden)
		resp, err := exchange(t.Context(), clientFor(t, s))
		assert.Equal(t, http.StatusForbidden, requireError[apiError](t, resp, err).StatusCode)
		assert.Equal(t, 10*time.Second, time.Since(s.times[0]))
	})
}
