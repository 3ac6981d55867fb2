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
	inBubble(t, "a context that is over before the call: nothing is sent", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s := always(http.StatusOK)
		resp, err := exchange(ctx, over(t, s))
		failure[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, s.at)
	})
	inBubble(t, "a deadline that is past before the call: nothing is sent", func(t *testing.T) {
		ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
		defer cancel()
		s := always(http.StatusOK)
		resp, err := exchange(ctx, over(t, s))
		assert.True(t, failure[requestError](t, resp, err).Timeout())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Empty(t, s.at)
	})
	inBubble(t, "cancelled while the server is silent: the call ends at once", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		s := silent()
		resp, err := getSessions(ctx, over(t, s))
		e := failure[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		assert.False(t, e.Timeout())
		assert.Equal(t, 3*time.Second, time.Since(s.at[0]))
		assert.Len(t, s.at, 1)
	})
	inBubble(t, "cancelled between attempts: the call ends at once and makes no further one", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		s := always(429, "Retry-After: 15")
		resp, err := getSessions(ctx, over(t, s))
		e := failure[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, e.Retries)
		assert.Equal(t, 3*time.Second, time.Since(s.at[0]))
		assert.Len(t, s.at, 1)
	})
	inBubble(t, "cancelled within the body: the call ends at once", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2500*time.Millisecond, cancel)
		s := trickling(http.StatusOK)
		resp, err := getSessions(ctx, over(t, s))
		failure[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, 2500*time.Millisecond, time.Since(s.at[0]))
	})
	inBubble(t, "a context's own deadline ends the call, and is a timeout", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		s := silent()
		resp, err := getSessions(ctx, over(t, s))
		assert.True(t, failure[requestError](t, resp, err).Timeout())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 4*time.Second, time.Since(s.at[0]))
		assert.Len(t, s.at, 1)
	})
	for name, s := range map[string]*clocked{
		"in silence": silent(), "between attempts": always(429, "Retry-After: 15"), "within the body": trickling(200),
	} {
		inBubble(t, "a cause of the caller's is in the chain together with context.Canceled: "+name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(3*time.Second, func() { cancel(errShutdown) })
			resp, err := getSessions(ctx, over(t, s))
			failure[requestError](t, resp, err)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, errShutdown)
			assert.Contains(t, err.Error(), "context canceled: "+errShutdown.Error())
		})
	}
	inBubble(t, "a deadline's cause of the caller's is in the chain together with context.DeadlineExceeded", func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, errShutdown)
		defer cancel()
		resp, err := getSessions(ctx, over(t, silent()))
		assert.True(t, failure[requestError](t, resp, err).Timeout())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, err, errShutdown)
	})
	t.Run("cancelled within the body of a real server: neither side keeps the connection", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan struct{})
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(w, "{")
			_ = http.NewResponseController(w).Flush()
			cancel()
			<-r.Context().Done()
			close(left)
		})
		resp, err := exchange(ctx, dial(t, s.URL))
		failure[requestError](t, resp, err)
		require.ErrorIs(t, err, context.Canceled)
		<-left
	})
	t.Run("a real server that trickles past the timeout: neither side keeps the connection", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			left := make(chan struct{})
			s, dialling := serveInBubble(t, func(w http.ResponseWriter, r *http.Request) {
				defer close(left)
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
			resp, err := exchange(t.Context(), dial(t, s.URL, dialling), shared.WithTimeout(30*time.Millisecond))
			assert.True(t, failure[requestError](t, resp, err).Timeout())
			<-left
		})
	})
}
