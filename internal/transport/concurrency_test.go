package transport_test

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

func TestConcurrency(t *testing.T) {
	t.Parallel()
	const callers, calls, maxConnections = 64, 10_000, 130
	for name, begin := range map[string]func(*httptest.Server){
		"plain HTTP": (*httptest.Server).Start,
		"TLS":        (*httptest.Server).StartTLS,
		"HTTP/2": func(s *httptest.Server) {
			s.EnableHTTP2 = true
			s.StartTLS()
		},
	} {
		t.Run("64 goroutines share at most 130 connections for 10 000 calls over "+name, func(t *testing.T) {
			t.Parallel()
			var protocols [3]atomic.Int64
			s := start(t, func(w http.ResponseWriter, r *http.Request) {
				protocols[r.ProtoMajor].Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				_, _ = io.WriteString(w, `{"request_id": "`+r.Header.Get("X-Request-Id")+`", "status_code": 200}`)
			}, begin)
			client := newClient(t, s.URL, func(c *stytch.Config) {
				if s.TLS != nil {
					pool := transport.NewTransport()
					pool.TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
					pool.TLSClientConfig.RootCAs = x509.NewCertPool()
					pool.TLSClientConfig.RootCAs.AddCert(s.Certificate())
					c.HTTPClient = &http.Client{Transport: pool}
				}
			})
			ids := make(chan string)
			var wait sync.WaitGroup
			for range callers {
				wait.Go(func() {
					for id := range ids {
						resp, err := exchange(t.Context(), client, shared.WithHeader("X-Request-Id", id))
						if assert.NoError(t, err) {
							assert.Equal(t, id, resp.RequestID, "each caller gets the response to its own call")
						}
					}
				})
			}
			for i := range calls {
				ids <- strconv.Itoa(i)
			}
			close(ids)
			wait.Wait()
			version := 1
			if s.EnableHTTP2 {
				version = 2
			}
			require.EqualValues(t, calls, protocols[version].Load())
			assert.LessOrEqual(t, s.connections.Load(), int64(maxConnections))
		})
	}
	t.Run("a call that waits for one of 128 busy connections ends with its context", func(t *testing.T) {
		t.Parallel()
		release := make(chan struct{})
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			<-release
			_, _ = io.WriteString(w, jsonOK)
		})
		client := newClient(t, s.URL)
		var wait sync.WaitGroup
		for range 128 {
			wait.Go(func() {
				_, err := exchange(t.Context(), client)
				assert.NoError(t, err)
			})
		}
		require.Eventually(t, func() bool { return s.requests.Load() == 128 }, 10*time.Second, time.Millisecond)
		resp, err := exchange(t.Context(), client, shared.WithTimeout(20*time.Millisecond))
		assert.True(t, requireError[requestError](t, resp, err).Timeout())
		assert.EqualValues(t, 128, s.requests.Load())
		close(release)
		wait.Wait()
		_, err = exchange(t.Context(), client)
		require.NoError(t, err)
	})
}
