package transport_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
)

// withDialer gives the client a transport that dials with f, and counts the dials.
func withDialer(count *atomic.Int64, f func(ctx context.Context, network, addr string) (net.Conn, error)) func(*stytch.Config) {
	return func(c *stytch.Config) {
		c.HTTPClient = &http.Client{Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				count.Add(1)
				return f(ctx, network, addr)
			},
		}}
	}
}

func TestDial(t *testing.T) {
	t.Parallel()
	refuse := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
		}
	}
	inBubble(t, "a refused connection is retried, also for a single-use call: nothing was written", func(t *testing.T) {
		var dials atomic.Int64
		client := newClient(t, "http://localhost", withDialer(&dials, refuse(syscall.ECONNREFUSED)), retrying)
		resp, err := exchange(t.Context(), client)
		e := requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		assert.Equal(t, 2, e.Retries)
		assert.Equal(t, "localhost", e.Host)
		assert.False(t, e.Timeout())
		assert.EqualValues(t, 3, dials.Load())
		assert.Contains(t, err.Error(), "no response from localhost: dial tcp: connection refused (2 retries)")
	})
	inBubble(t, "a host that does not resolve is not retried", func(t *testing.T) {
		var dials atomic.Int64
		notFound := &net.DNSError{Err: "no such host", Name: "auth.invalid", IsNotFound: true}
		client := newClient(t, "https://auth.invalid", withDialer(&dials, refuse(notFound)), retrying)
		resp, err := getSessions(t.Context(), client)
		requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, notFound)
		assert.EqualValues(t, 1, dials.Load())
		assert.Contains(t, err.Error(), "lookup auth.invalid: no such host")
	})
	t.Run("a call succeeds if the second dial does", func(t *testing.T) {
		t.Parallel()
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jsonOK) })
		var dials atomic.Int64
		_, err := exchange(t.Context(), newClient(t, s.URL, retrying, quick, withDialer(&dials,
			func(ctx context.Context, network, addr string) (net.Conn, error) {
				if dials.Load() == 1 {
					return refuse(syscall.ECONNREFUSED)(ctx, network, addr)
				}
				return new(net.Dialer).DialContext(ctx, network, addr)
			})))
		require.NoError(t, err)
		assert.EqualValues(t, 1, s.requests.Load())
	})
}

func TestTLS(t *testing.T) {
	t.Parallel()
	ok := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jsonOK) }
	t.Run("a certificate of an unknown authority is refused, once, and no request is sent", func(t *testing.T) {
		t.Parallel()
		s := serveTLS(t, ok)
		resp, err := getSessions(t.Context(), newClient(t, s.URL, retrying, quick))
		requireError[requestError](t, resp, err)
		var cert *tls.CertificateVerificationError
		require.ErrorAs(t, err, &cert)
		assert.EqualValues(t, 1, s.connections.Load())
		assert.Zero(t, s.requests.Load())
	})
	t.Run("a certificate of an authority of the caller's HTTPClient is accepted", func(t *testing.T) {
		t.Parallel()
		s := serveTLS(t, ok)
		_, err := getSessions(t.Context(), newClient(t, s.URL, func(c *stytch.Config) { c.HTTPClient = s.Client() }))
		require.NoError(t, err)
	})
	t.Run("a server without TLS behind an https address is refused, once", func(t *testing.T) {
		t.Parallel()
		s := serve(t, ok)
		resp, err := getSessions(t.Context(), newClient(t, strings.Replace(s.URL, "http:", "https:", 1), retrying, quick))
		requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, http.ErrSchemeMismatch)
		assert.EqualValues(t, 1, s.connections.Load())
		assert.Zero(t, s.requests.Load())
	})
	t.Run("the error of a server with TLS behind an http address is an Error", func(t *testing.T) {
		t.Parallel()
		s := serveTLS(t, ok)
		resp, err := getSessions(t.Context(), newClient(t, strings.Replace(s.URL, "https:", "http:", 1), retrying, quick))
		assert.Equal(t, http.StatusBadRequest, requireError[apiError](t, resp, err).StatusCode)
		assert.Zero(t, s.requests.Load())
	})
	t.Run("a handshake that the server refuses is not retried", func(t *testing.T) {
		t.Parallel()
		s := serveTLS(t, ok)
		old := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}}
		resp, err := getSessions(t.Context(), newClient(t, s.URL, retrying, quick, func(c *stytch.Config) {
			c.HTTPClient = &http.Client{Transport: old}
		}))
		requireError[requestError](t, resp, err)
		assert.Contains(t, err.Error(), "remote error: tls: protocol version not supported")
		assert.EqualValues(t, 1, s.connections.Load())
		assert.Zero(t, s.requests.Load())
	})
}
