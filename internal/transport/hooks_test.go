package transport_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/transport"
)

// tracing is a transport that calls the hooks of httptrace and then fails with err.
func tracing(count *int, err error, steps ...func(*httptrace.ClientTrace)) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		*count++
		trace := httptrace.ContextClientTrace(r.Context())
		for _, step := range steps {
			step(trace)
		}
		return nil, err
	}
}

func wantsConn(trace *httptrace.ClientTrace) { trace.GetConn("") }

func wrote(trace *httptrace.ClientTrace) {
	trace.GetConn("")
	trace.GotConn(httptrace.GotConnInfo{})
	trace.WroteHeaders()
}

func TestRetry_byProgress(t *testing.T) {
	t.Parallel()
	all, none := attempts{3, 3, 3, 3, 3}, attempts{1, 1, 1, 1, 1}
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, tt := range []struct {
		name  string
		err   error
		steps []func(*httptrace.ClientTrace)
		want  attempts
	}{
		{"a handshake that ends", io.EOF, []func(*httptrace.ClientTrace){wantsConn}, all},
		{"a handshake that is reset", &net.OpError{Op: "read", Err: syscall.ECONNRESET}, []func(*httptrace.ClientTrace){wantsConn}, all},
		{"a refused connection", refused, []func(*httptrace.ClientTrace){wantsConn}, all},
		{"a wait for a connection", context.DeadlineExceeded, []func(*httptrace.ClientTrace){wantsConn}, all},
		{"a proxy's 503", errors.New("Service Unavailable"), []func(*httptrace.ClientTrace){wantsConn}, all},
		{"a proxy's 502", errors.New("bad gateway"), []func(*httptrace.ClientTrace){wantsConn}, all},
		{"a proxy's 403", errors.New("Forbidden"), []func(*httptrace.ClientTrace){wantsConn}, none},
		{"a proxy's 407", errors.New("Proxy Authentication Required"), []func(*httptrace.ClientTrace){wantsConn}, none},
		{"a proxy's own words", errors.New("Blocked by policy"), []func(*httptrace.ClientTrace){wantsConn}, none},
		{"a TLS alert", &net.OpError{Op: "remote error", Err: errors.New("tls: x")}, []func(*httptrace.ClientTrace){wantsConn}, none},
		{"a request that was sent", io.EOF, []func(*httptrace.ClientTrace){wrote}, attempts{3, 1, 1, 1, 1}},
		{"a refused connection after it was sent", refused, []func(*httptrace.ClientTrace){wrote, wantsConn}, attempts{3, 1, 1, 1, 1}},
	} {
		for _, kind := range kinds {
			t.Run(kind.name+" after "+tt.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sent := 0
					resp, err := callKind(t.Context(), kind.op, tracing(&sent, tt.err, tt.steps...))
					e := requireError[requestError](t, resp, err)
					require.ErrorIs(t, err, tt.err)
					assert.Equal(t, kind.attempts(tt.want), sent)
					assert.Equal(t, sent-1, e.Retries)
				})
			})
		}
	}
}

// recordingConn is a connection that says its protocol and whether it was closed.
type recordingConn struct {
	net.Conn

	protocol string
	closed   bool
}

func (c *recordingConn) ConnectionState() tls.ConnectionState {
	return tls.ConnectionState{NegotiatedProtocol: c.protocol}
}

func (c *recordingConn) Close() error {
	c.closed = true
	return nil
}

// Over HTTP/1, net/http may write a request whose context has ended.
func TestResend_beforeItIsWritten(t *testing.T) {
	t.Parallel()
	for protocol, closed := range map[string]bool{"http/1.1": true, "": true, "h2": false} {
		t.Run("a request that must not be sent again has no context and no connection of its own: "+protocol, func(t *testing.T) {
			t.Parallel()
			conn := &recordingConn{protocol: protocol}
			other := &recordingConn{protocol: protocol}
			_, err := callKind(t.Context(), transport.Op{Method: "POST"}, roundTrip(func(r *http.Request) (*http.Response, error) {
				trace := httptrace.ContextClientTrace(r.Context())
				trace.GotConn(httptrace.GotConnInfo{Conn: other})
				require.NoError(t, r.Context().Err())
				trace.WroteHeaders()
				trace.GotConn(httptrace.GotConnInfo{Conn: conn})
				require.ErrorIs(t, r.Context().Err(), context.Canceled)
				return nil, r.Context().Err()
			}))
			e := requireError[requestError](t, (*envelope)(nil), err)
			assert.NotErrorIs(t, err, context.Canceled, "the caller did not cancel")
			assert.Contains(t, e.Error(), "is not sent again")
			assert.Equal(t, closed, conn.closed)
			assert.False(t, other.closed)
		})
	}
	inBubble(t, "a repetition waits as a retry does, and is counted", func(t *testing.T) {
		s := new(timedServer)
		s.answer = func(_ int, r *http.Request) (*http.Response, error) {
			trace := httptrace.ContextClientTrace(r.Context())
			for r.Context().Err() == nil {
				trace.GotConn(httptrace.GotConnInfo{})
				if s.times = append(s.times, time.Now()); r.Context().Err() == nil {
					trace.WroteHeaders()
				}
			}
			return nil, r.Context().Err()
		}
		resp, err := getSessions(t.Context(), clientFor(t, s))
		assert.Equal(t, 2, requireError[requestError](t, resp, err).Retries)
		require.Len(t, s.times, 5, "the call, three times written, and once not")
		assert.GreaterOrEqual(t, s.waits()[1], 100*time.Millisecond)
		assert.GreaterOrEqual(t, s.waits()[2], 200*time.Millisecond)
	})
}

func TestResend_middleware(t *testing.T) {
	t.Parallel()
	for protocol, serve := range protocols {
		certificate()
		inBubble(t, "a middleware may send a single-use call again after a response, over "+protocol, func(t *testing.T) {
			w := new(wire)
			w.over(protocol, serve(noWait))
			times := 0
			client := newClient(t, "https://example.com", func(c *stytch.Config) {
				c.HTTPClient = &http.Client{Transport: w.transports()["ours"]}
				c.Middleware = append(c.Middleware, func(next http.RoundTripper) http.RoundTripper {
					return roundTrip(func(r *http.Request) (resp *http.Response, err error) {
						for range 3 {
							body, _ := r.GetBody()
							r = r.Clone(r.Context())
							r.Body = body
							if resp, err = next.RoundTrip(r); err != nil {
								return nil, err
							}
							times++
							_, _ = io.Copy(io.Discard, resp.Body)
							_ = resp.Body.Close()
						}
						return respond(r, http.StatusOK, jsonOK), nil
					})
				})
			})
			_, err := exchange(t.Context(), client)
			require.NoError(t, err)
			assert.Equal(t, 3, times)
			synctest.Wait()
			client.CloseIdleConnections()
			w.served.Wait()
		})
	}
}

// A middleware that separates the request from its context keeps it from being cancelled, not the body from refusing.
func TestResend_detached(t *testing.T) {
	t.Parallel()
	certificate()
	for _, name := range []string{"GOAWAY, not processed", "a reset, protocol error", "a reset, refused", "a 103, then a protocol error"} {
		inBubble(t, "a single-use body is not sent again without its context: "+name, func(t *testing.T) {
			w, a := new(wire), new(arrivals)
			w.over("h2", a.http2(false, endings2[name].end))
			rt := w.transports()["ours"]
			client := newClient(t, "https://example.com", retrying, func(c *stytch.Config) {
				c.HTTPClient = &http.Client{Transport: rt}
				c.Middleware = append(c.Middleware, func(next http.RoundTripper) http.RoundTripper {
					return roundTrip(func(r *http.Request) (*http.Response, error) {
						return next.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
					})
				})
			})
			resp, err := exchange(t.Context(), client)
			requireError[requestError](t, resp, err)
			assert.EqualValues(t, 1, a.count.Load())
			synctest.Wait()
			client.CloseIdleConnections()
			w.served.Wait()
		})
	}
}

// proxy is an HTTP proxy that answers CONNECT with a status line.
func proxy(t *testing.T, count *atomic.Int64, status string) *url.URL {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				count.Add(1)
				_, _ = fmt.Fprintf(c, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status)
			}
			_ = c.Close()
		}
	}()
	return &url.URL{Scheme: "http", Host: listener.Addr().String(), User: url.UserPassword("user", "cAnArY")}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	for status, tries := range map[string]int64{
		"503 Service Unavailable": 3, "502 Bad Gateway": 3, "504 Gateway Timeout": 3, "429 Too Many Requests": 3,
		"407 Proxy Authentication Required": 1, "403 Forbidden": 1, "401 Unauthorized": 1, "400 Bad Request": 1,
		"404 Not Found": 1, "405 Method Not Allowed": 1, "407 Who are you": 1, "403 Blocked": 1, "407": 1,
		"503 Try later": 1,
		"200 OK":        3, // and then no TLS: the connection ends in the handshake
	} {
		for _, own := range []bool{true, false} {
			tries := tries
			if status == "503 Try later" && own {
				tries = 3 // our transport keeps the status
			}
			t.Run(fmt.Sprintf("CONNECT is tried as often as it may help after %s, own transport: %v", status, own), func(t *testing.T) {
				t.Parallel()
				for _, call := range []func(context.Context, *stytch.Client) error{
					func(ctx context.Context, c *stytch.Client) error { _, err := exchange(ctx, c); return err },
					func(ctx context.Context, c *stytch.Client) error { _, err := getSessions(ctx, c); return err },
				} {
					var count atomic.Int64
					through := http.ProxyURL(proxy(t, &count, status))
					rt := &http.Transport{Proxy: through}
					if own {
						rt = transport.NewTransport()
						rt.Proxy = through
					}
					err := call(t.Context(), newClient(t, "https://auth.invalid", retrying, quick, func(c *stytch.Config) {
						c.HTTPClient = &http.Client{Transport: rt}
					}))
					requireError[requestError](t, (*envelope)(nil), err)
					assert.Equal(t, tries, count.Load(), "%v", err)
					assert.NotContains(t, strings.ToLower(err.Error()), "basic")
				}
			})
		}
	}
}
