package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/shared"
)

var errShutdown = errors.New("the program is shutting down")

func TestCancel(t *testing.T) {
	t.Parallel()
	inBubble(t, "cancelled before the call: nothing is sent", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s := alwaysResponding(http.StatusOK)
		resp, err := exchange(ctx, clientFor(t, s))
		requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, s.times)
	})
	inBubble(t, "a deadline that passed before the call: nothing is sent", func(t *testing.T) {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		s := alwaysResponding(http.StatusOK)
		resp, err := exchange(ctx, clientFor(t, s))
		assert.True(t, requireError[requestError](t, resp, err).Timeout())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Empty(t, s.times)
	})
	inBubble(t, "cancelled while the server does not respond: the call ends at once", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		s := silent()
		resp, err := getSessions(ctx, clientFor(t, s))
		e := requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		assert.False(t, e.Timeout())
		assert.Equal(t, 3*time.Second, time.Since(s.times[0]))
		assert.Len(t, s.times, 1)
	})
	inBubble(t, "cancelled between attempts: the call ends at once, without another attempt", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		s := alwaysResponding(429, "Retry-After: 15")
		resp, err := getSessions(ctx, clientFor(t, s))
		e := requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, e.Retries)
		assert.Equal(t, 3*time.Second, time.Since(s.times[0]))
		assert.Len(t, s.times, 1)
	})
	inBubble(t, "cancelled while the body is read: the call ends at once", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, cancel)
		s := trickling(http.StatusOK)
		resp, err := getSessions(ctx, clientFor(t, s))
		requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 2500*time.Millisecond, time.Since(s.times[0]))
	})
	inBubble(t, "the deadline of the context ends the call, and is a timeout", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		s := silent()
		resp, err := getSessions(ctx, clientFor(t, s))
		assert.True(t, requireError[requestError](t, resp, err).Timeout())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 4*time.Second, time.Since(s.times[0]))
		assert.Len(t, s.times, 1)
	})
	for name, s := range map[string]*timedServer{
		"before a response": silent(), "between attempts": alwaysResponding(429, "Retry-After: 15"), "in the body": trickling(200),
	} {
		inBubble(t, "the error matches the cause of the cancellation and context.Canceled: "+name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(3*time.Second, func() { cancel(errShutdown) })
			resp, err := getSessions(ctx, clientFor(t, s))
			requireError[requestError](t, resp, err)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errShutdown)
			assert.Contains(t, err.Error(), "context canceled: "+errShutdown.Error())
		})
	}
	inBubble(t, "the error matches the cause of the deadline and context.DeadlineExceeded", func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, errShutdown)
		defer cancel()
		resp, err := getSessions(ctx, clientFor(t, silent()))
		assert.True(t, requireError[requestError](t, resp, err).Timeout())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, errShutdown)
	})
	t.Run("cancelled in the body of a real server: client and server close the connection", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		closed := make(chan struct{})
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
			cancel()
			<-r.Context().Done()
			close(closed)
		})
		resp, err := exchange(ctx, newClient(t, s.URL))
		requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		<-closed
	})
	t.Run("a real server that trickles past the timeout: client and server close the connection", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			closed := make(chan struct{})
			s, dialling := serveInBubble(t, func(w http.ResponseWriter, r *http.Request) {
				defer close(closed)
				_, _ = io.Copy(io.Discard, r.Body)
				for r.Context().Err() == nil {
					_, _ = io.WriteString(w, " ")
					_ = http.NewResponseController(w).Flush()
					select {
					case <-r.Context().Done():
					case <-time.After(time.Millisecond):
					}
				}
			})
			resp, err := exchange(t.Context(), newClient(t, s.URL, dialling), shared.WithTimeout(30*time.Millisecond))
			assert.True(t, requireError[requestError](t, resp, err).Timeout())
			<-closed
		})
	})
}
