package transport_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/shared"
)

func TestConnections_reuse(t *testing.T) {
	t.Parallel()
	const calls = 5
	for name, handler := range map[string]http.HandlerFunc{
		"successes":                  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jsonOK) },
		"empty successes":            func(http.ResponseWriter, *http.Request) {},
		"responses of another shape": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") },
		"errors of the API": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, jsonErr)
		},
		"an HTML error of 100 kB": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, strings.Repeat("<br>", 25_000))
		},
		"a redirect that is refused": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://other.example/")
			w.WriteHeader(http.StatusTemporaryRedirect)
			_, _ = io.WriteString(w, "elsewhere")
		},
	} {
		t.Run("one connection is reused after "+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, dialling := serveInBubble(t, handler)
				client := newClient(t, s.URL, dialling)
				for range calls {
					_, _ = exchange(t.Context(), client)
				}
				assert.EqualValues(t, calls, s.requests.Load())
				assert.EqualValues(t, 1, s.connections.Load())
			})
		})
	}
	t.Run("one connection is reused after errors whose last chunk comes late", func(t *testing.T) {
		t.Parallel()
		seen := make(chan struct{}, calls)
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, jsonErr)
			_ = http.NewResponseController(w).Flush()
			<-seen // the last chunk is sent after the client has read the error
		})
		client := newClient(t, s.URL, func(c *stytch.Config) {
			c.Middleware = append(c.Middleware, func(next http.RoundTripper) http.RoundTripper {
				return roundTrip(func(req *http.Request) (*http.Response, error) {
					resp, err := next.RoundTrip(req)
					if err == nil {
						resp.Body = &signalingBody{ReadCloser: resp.Body, want: len(jsonErr), seen: seen}
					}
					return resp, err
				})
			})
		})
		for range calls {
			resp, err := exchange(t.Context(), client)
			requireError[apiError](t, resp, err)
		}
		assert.EqualValues(t, 1, s.connections.Load())
	})
}

// closeRecorder is a body that records whether it was closed.
type closeRecorder struct {
	io.Reader
	closed bool
}

func (c *closeRecorder) Close() error {
	c.closed = true
	return nil
}

func TestConnections_bodiesAreClosed(t *testing.T) {
	t.Parallel()
	for status, text := range map[int]string{
		101: "", 200: jsonOK, 201: "<html>", 202: padded(2000), 204: "", 302: "moved", 404: jsonErr, 502: strings.Repeat("x", 1<<20),
	} {
		t.Run("the body of a "+strconv.Itoa(status)+" is closed", func(t *testing.T) {
			t.Parallel()
			body := &closeRecorder{Reader: strings.NewReader(text)}
			_, _ = exchange(t.Context(), newClient(t, "", limit(1000), inMemory(func(r *http.Request) (*http.Response, error) {
				resp := respond(r, status, "", "Location: http://other.example/")
				resp.Body, resp.ContentLength = body, -1
				return resp, nil
			})))
			assert.True(t, body.closed)
		})
	}
}

// signalingBody is a body that signals when want bytes of it were read.
type signalingBody struct {
	io.ReadCloser
	want int
	seen chan<- struct{}
	once sync.Once
}

func (a *signalingBody) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if a.want -= n; a.want <= 0 {
		a.once.Do(func() { a.seen <- struct{}{} })
	}
	return n, err
}

// rawResponse takes over the connection, writes text to it and resets or closes it.
func rawResponse(text string, reset bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = buf.WriteString(text)
		_ = buf.Flush()
		if reset {
			_ = conn.(*net.TCPConn).SetLinger(0)
		}
		_ = conn.Close()
	}
}

func TestConnections_broken(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for name, handler := range map[string]http.HandlerFunc{
		"closes without a response":            rawResponse("", false),
		"resets without a response":            rawResponse("", true),
		"closes in the status line":            rawResponse("HTTP/1.1 20", false),
		"resets in the header":                 rawResponse(head, true),
		"closes in the body":                   rawResponse(head+"Content-Length: 1000\r\n\r\n"+jsonOK, false),
		"resets in the body":                   rawResponse(head+"Content-Length: 1000\r\n\r\n"+jsonOK, true),
		"closes in a chunk":                    rawResponse(head+"Transfer-Encoding: chunked\r\n\r\nff\r\n"+jsonOK, false),
		"sends a malformed chunk":              rawResponse(head+"Transfer-Encoding: chunked\r\n\r\n"+token+"\r\n", false),
		"uses another protocol":                rawResponse("220 smtp.example ESMTP "+token+"\r\n", false),
		"sends a malformed status":             rawResponse("HTTP/1.1 "+token+"\r\n\r\n", false),
		"sends a malformed header":             rawResponse("HTTP/1.1 200 OK\r\n"+token+"\r\n\r\n", false),
		"sends two lengths":                    rawResponse(head+"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", false),
		"sends a header of 2 MB":               rawResponse(head+"X-Pad: "+strings.Repeat("x", 2<<20)+"\r\n\r\n", false),
		"says gzip and sends something else":   rawResponse(head+"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", false),
		"sends 50 000 informational responses": rawResponse(strings.Repeat("HTTP/1.1 103 Early\r\nX-Pad: 1\r\n\r\n", 50_000), false),
		"redirects to a malformed URL":         rawResponse("HTTP/1.1 307 Go\r\nLocation: ://"+token+"\r\nContent-Length: 0\r\n\r\n", false),
		"redirects to a URL with a tab":        rawResponse("HTTP/1.1 302 Go\r\nLocation: http://a\t"+token+"/\r\nContent-Length: 0\r\n\r\n", false),
	} {
		t.Run("a server that "+name+" causes a RequestError, and a single-use call is sent once", func(t *testing.T) {
			t.Parallel()
			s := serve(t, handler)
			resp, err := exchange(t.Context(), newClient(t, s.URL, retrying, quick))
			e := requireError[requestError](t, resp, err)
			assert.Equal(t, "b2b.discovery.intermediate_sessions.exchange", e.Op)
			assert.Equal(t, strings.TrimPrefix(s.URL, "http://"), e.Host)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error()), 700)
			assert.EqualValues(t, 1, s.requests.Load())
		})
	}
	t.Run("a connection that breaks after the response does no harm", func(t *testing.T) {
		t.Parallel()
		length := "Content-Length: " + strconv.Itoa(len(jsonOK)) + "\r\n\r\n"
		_, err := exchange(t.Context(), newClient(t, serve(t, rawResponse(head+length+jsonOK, false)).URL))
		require.NoError(t, err)
	})
	t.Run("a read is retried after a reset", func(t *testing.T) {
		t.Parallel()
		var s *server
		s = serve(t, func(w http.ResponseWriter, r *http.Request) {
			if s.requests.Load() == 1 {
				rawResponse(head+"Content-Length: 1000\r\n\r\n{", true)(w, r)
				return
			}
			_, _ = io.WriteString(w, jsonOK)
		})
		_, err := getSessions(t.Context(), newClient(t, s.URL, retrying, quick))
		require.NoError(t, err)
		assert.EqualValues(t, 2, s.requests.Load())
	})
	t.Run("a server that switches protocols and then sends nothing does not block the call", func(t *testing.T) {
		t.Parallel()
		released := make(chan struct{})
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			conn, buf, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer func() { _ = conn.Close() }()
			_, _ = buf.WriteString("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: cAnArY\r\n\r\n")
			_ = buf.Flush()
			_, _ = bufio.NewReader(conn).ReadByte() // until the client closes the connection
			close(released)
		})
		resp, err := exchange(t.Context(), newClient(t, s.URL), shared.WithTimeout(time.Second))
		assert.Equal(t, 101, requireError[decodeError](t, resp, err).StatusCode)
		<-released
	})
}

// quick keeps the waits between attempts short, for tests without a synctest bubble.
func quick(c *stytch.Config) { c.Retry.MinDelay, c.Retry.MaxDelay = time.Millisecond, time.Millisecond }
