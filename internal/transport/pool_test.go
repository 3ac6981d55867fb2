package transport_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/fraud/fingerprint"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// answering1 and answering2 answer every request, after a wait.
func answering1(wait func()) func(net.Conn) {
	return func(c net.Conn) {
		in := bufio.NewReader(c)
		for {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, req.Body)
			wait()
			_, _ = fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(jsonOK), jsonOK)
		}
	}
}

func answering2(wait func()) func(net.Conn) {
	return serveHTTP2(func(h *http2Conn, f frame) bool {
		if (f.kind == frameHeaders || f.kind == frameData) && f.flags&flagEndStream != 0 {
			wait()
			h.answer(f.stream, jsonOK)
		}
		return true
	})
}

// protocols are servers that answer, by the protocol that ALPN selects.
var protocols = map[string]func(wait func()) func(net.Conn){"http/1.1": answering1, "h2": answering2}

func noWait() {}

// onWire runs a subtest in a bubble with a client over a wire, by protocol and transport.
func onWire(t *testing.T, name string, which []string, f func(t *testing.T, protocol string, w *wire, client *stytch.Client)) {
	t.Helper()
	certificate()
	for protocol, serve := range protocols {
		for _, own := range which {
			inBubble(t, name+", over "+protocol+" and a transport that is "+own, func(t *testing.T) {
				w := new(wire)
				w.over(protocol, serve(noWait))
				client := newClient(t, "https://example.com", func(c *stytch.Config) {
					c.HTTPClient = &http.Client{Transport: w.transports()[own]}
				})
				f(t, protocol, w, client)
				synctest.Wait()
				client.CloseIdleConnections()
				w.served.Wait()
			})
		}
	}
}

func TestPool_idle(t *testing.T) {
	t.Parallel()
	onWire(t, "a connection is used again for 50 idle seconds", []string{"ours"},
		func(t *testing.T, _ string, w *wire, client *stytch.Client) {
			call := func() {
				_, err := exchange(t.Context(), client)
				require.NoError(t, err)
			}
			call()
			time.Sleep(49 * time.Second)
			call()
			assert.EqualValues(t, 1, w.dials.Load())
			time.Sleep(50*time.Second + time.Millisecond)
			synctest.Wait()
			assert.Zero(t, w.open.Load())
			call()
			assert.EqualValues(t, 2, w.dials.Load())
		})
}

func TestPool_blackHole(t *testing.T) {
	t.Parallel()
	both := []string{"ours", "a user's"}
	onWire(t, "of calls in turn over a connection that died in silence, at most one fails", both,
		func(t *testing.T, _ string, w *wire, client *stytch.Client) {
			_, err := exchange(t.Context(), client)
			require.NoError(t, err)
			w.lose()
			failures := 0
			for range 40 {
				if _, err := exchange(t.Context(), client); err != nil {
					failures++
				}
			}
			assert.Equal(t, 1, failures)
			assert.EqualValues(t, 2, w.dials.Load())
		})
	onWire(t, "reads over connections that died in silence succeed on their next attempt", both,
		func(t *testing.T, _ string, w *wire, client *stytch.Client) {
			all := func() {
				var calls sync.WaitGroup
				for range 40 {
					calls.Go(func() {
						_, err := getSessions(t.Context(), client, shared.WithRetry(shared.RetryPolicy{MaxAttempts: 2}))
						assert.NoError(t, err)
					})
				}
				calls.Wait()
			}
			all()
			w.lose()
			all()
		})
	onWire(t, "a silent connection over HTTP/2 is closed within eight seconds, while calls wait for it", []string{"ours"},
		func(t *testing.T, protocol string, w *wire, client *stytch.Client) {
			_, err := exchange(t.Context(), client)
			require.NoError(t, err)
			w.lose()
			began := time.Now()
			_, err = exchange(t.Context(), client)
			require.Error(t, err)
			if protocol == "h2" {
				assert.Equal(t, 8*time.Second, time.Since(began))
			} else {
				assert.Equal(t, 10*time.Second, time.Since(began))
			}
		})
	onWire(t, "of calls in turn that callers cancel after two seconds, at most one fails", both,
		func(t *testing.T, _ string, w *wire, client *stytch.Client) {
			var calls sync.WaitGroup
			for range 20 {
				calls.Go(func() { _, _ = exchange(t.Context(), client) })
			}
			calls.Wait()
			w.lose()
			failures := 0
			for range 40 {
				ctx, cancel := context.WithCancel(t.Context())
				stop := time.AfterFunc(2*time.Second, cancel)
				if _, err := exchange(ctx, client); err != nil {
					failures++
				}
				stop.Stop()
				cancel()
				time.Sleep(time.Second)
			}
			assert.Equal(t, 1, failures)
		})
	onWire(t, "a call that the caller cancels at once closes no connection", both,
		func(t *testing.T, _ string, w *wire, client *stytch.Client) {
			_, err := exchange(t.Context(), client)
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = exchange(ctx, client)
			require.Error(t, err)
			_, err = exchange(t.Context(), client)
			require.NoError(t, err)
			assert.EqualValues(t, 1, w.dials.Load())
		})
}

func TestPool_write(t *testing.T) {
	t.Parallel()
	inBubble(t, "over HTTP/1, header and body are one write", func(t *testing.T) {
		w := &wire{serve: answering1(noWait)}
		client := newClient(t, "http://localhost", func(c *stytch.Config) {
			c.HTTPClient = &http.Client{Transport: w.transports()["ours"]}
		})
		for range 3 {
			_, err := exchange(t.Context(), client)
			require.NoError(t, err)
		}
		assert.EqualValues(t, 3, w.conns[0].writes.Load())
		client.CloseIdleConnections()
		w.served.Wait()
	})
}

func TestPool_handshake(t *testing.T) {
	t.Parallel()
	inBubble(t, "a server that does not answer the handshake costs five seconds per attempt, whatever the class", func(t *testing.T) {
		certificate()
		w := &wire{serve: func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }}
		client := newClient(t, "https://example.com", retrying, func(c *stytch.Config) {
			c.HTTPClient = &http.Client{Transport: w.transports()["ours"]}
		})
		began := time.Now()
		resp, err := exchange(t.Context(), client)
		assert.Equal(t, 2, requireError[requestError](t, resp, err).Retries)
		assert.Contains(t, err.Error(), "TLS handshake timeout")
		assert.InDelta(t, 15*time.Second, time.Since(began), float64(time.Second))
		assert.EqualValues(t, 3, w.dials.Load())
		w.served.Wait()
	})
}

func TestPool_size(t *testing.T) {
	t.Parallel()
	const perHost, burst = 128, 200
	inBubble(t, "at most 128 connections are open to a host, and 256 are kept idle in all", func(t *testing.T) {
		var open, most atomic.Int64
		w := new(wire)
		w.serve = answering1(func() {
			most.Store(max(most.Load(), open.Add(1))) // serves are in turn but for the sleep
			time.Sleep(time.Second)
			open.Add(-1)
		})
		pool := w.transports()["ours"]
		hosts := []string{"http://127.0.0.1", "http://127.0.0.2", "http://127.0.0.3"}
		var all []*stytch.Client
		calls := func(client *stytch.Client) {
			var running sync.WaitGroup
			for range burst {
				running.Go(func() {
					_, err := getSessions(t.Context(), client)
					assert.NoError(t, err)
				})
			}
			running.Wait()
			synctest.Wait()
		}
		for i, host := range hosts {
			client := newClient(t, host, func(c *stytch.Config) { c.HTTPClient = &http.Client{Transport: pool} })
			all = append(all, client)
			calls(client)
			assert.EqualValues(t, perHost*(i+1), w.dials.Load())
			assert.EqualValues(t, min(perHost*(i+1), 2*perHost), w.open.Load())
		}
		assert.EqualValues(t, perHost, most.Load())
		calls(all[2])
		assert.EqualValues(t, perHost*len(hosts), w.dials.Load(), "idle connections are used again")
		pool.CloseIdleConnections()
		w.served.Wait()
	})
}

func TestPool_plainHTTP(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jsonOK) })
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	t.Run("without AllowPlainHTTP, only loopback addresses are dialled, whatever a name resolves to", func(t *testing.T) {
		t.Parallel()
		for _, address := range []string{
			"192.0.2.1:80", "10.0.0.1:80", "[2001:db8::1]:80", "[fe80::1%1]:80", "0.0.0.0:" + port, "[::]:" + port,
			"169.254.169.254:80", "[::ffff:10.0.0.1]:80",
		} {
			conn, err := transport.NewPlainTransport(false).DialContext(t.Context(), "tcp", address)
			require.Nil(t, conn)
			require.ErrorIs(t, err, transport.ErrNotLoopback, address)
		}
		conn, err := transport.NewPlainTransport(false).DialContext(t.Context(), "tcp", "localhost:"+port)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	})
	t.Run("a localhost that is another host is refused, once", func(t *testing.T) {
		t.Parallel()
		tries := 0
		plain := transport.NewPlainTransport(false)
		dial := plain.DialContext
		plain.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			tries++
			return dial(ctx, network, "192.0.2.1:80")
		}
		resp, err := getSessions(t.Context(), newClient(t, "http://localhost", retrying, quick, func(c *stytch.Config) {
			c.HTTPClient = &http.Client{Transport: plain}
		}))
		requireError[requestError](t, resp, err)
		require.ErrorIs(t, err, transport.ErrNotLoopback)
		assert.Equal(t, 1, tries)
		assert.Contains(t, err.Error(), "AllowPlainHTTP")
	})
	t.Run("with it, others are too", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := transport.NewPlainTransport(true).DialContext(ctx, "tcp", "192.0.2.1:80")
		require.Error(t, err)
		require.NotErrorIs(t, err, transport.ErrNotLoopback)
	})
}

// plainProxy is the variable with which TestPool_proxy runs itself, since net/http reads HTTP_PROXY once.
const plainProxy = "STYTCH_TEST_PLAIN_PROXY"

func TestPool_proxy(t *testing.T) {
	t.Parallel()
	if os.Getenv(plainProxy) != "" {
		client, err := stytch.NewClient(stytch.Config{
			ProjectID: projectID, Secret: secretText, BaseURL: "http://Emulator.invalid:4100", AllowPlainHTTP: true,
			FraudBaseURL: "https://fraud.invalid",
		})
		require.NoError(t, err)
		t.Cleanup(client.CloseIdleConnections)
		_, err = exchange(t.Context(), client, shared.WithTimeout(2*time.Second))
		require.Error(t, err)
		_, err = client.B2C.Fraud.Fingerprint.Lookup(t.Context(), &fingerprint.LookupRequest{TelemetryID: "telemetry-1"})
		require.Error(t, err)
		return
	}
	if runtime.GOOS == "js" {
		t.Skip("needs processes")
	}
	var requests []string
	var mu sync.Mutex // of requests
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		requests = append(requests, r.Method+" "+r.Host)
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(s.Close)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestPool_proxy$")
	cmd.Env = append(os.Environ(), plainProxy+"=1", "HTTP_PROXY="+s.URL, "HTTPS_PROXY="+s.URL, "NO_PROXY=", "no_proxy=")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	mu.Lock()
	defer mu.Unlock()
	assert.Equal(t, []string{"CONNECT fraud.invalid:443"}, requests, "https takes a proxy, and plain http does not")
}

func TestPool_js(t *testing.T) {
	t.Parallel()
	for _, plainHTTP := range []bool{true, false} {
		assert.Same(t, http.DefaultTransport, transport.SharedTransport("js", plainHTTP), "it calls fetch, as it has no dialler")
		assert.NotSame(t, http.DefaultTransport, transport.SharedTransport("linux", plainHTTP))
	}
	assert.NotSame(t, transport.SharedTransport("linux", true), transport.SharedTransport("linux", false))
}

//nolint:paralleltest // the connections of the clients are those of all others without an HTTPClient
func TestPool_shared(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jsonOK) })
	for i := range 20 {
		client, err := stytch.NewClient(stytch.Config{
			ProjectID: projectID, Secret: secretText, BaseURL: s.URL, Timeout: time.Duration(i+1) * time.Minute,
		})
		require.NoError(t, err)
		_, err = exchange(t.Context(), client)
		require.NoError(t, err)
		t.Cleanup(client.CloseIdleConnections)
	}
	assert.EqualValues(t, 1, s.connections.Load(), "clients that are made per request share their connections")
}
