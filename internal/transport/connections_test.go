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
		"successes":                func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, jsonOK) },
		"empty successes":          func(http.ResponseWriter, *http.Request) {},
		"answers of another shape": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "[]") },
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
		t.Run("one connection serves any number of times "+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s, dialling := serveInBubble(t, handler)
				client := dial(t, s.URL, dialling)
				for range calls {
					_, _ = exchange(t.Context(), client)
				}
				assert.EqualValues(t, calls, s.requests.Load())
				assert.EqualValues(t, 1, s.connections.Load())
			})
		})
	}
	t.Run("one connection serves errors whose end comes late", func(t *testing.T) {
		t.Parallel()
		seen := make(chan struct{}, calls)
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, jsonErr)
			_ = http.NewResponseController(w).Flush()
			<-seen // the last chunk is sent only once the client has all of the error
		})
		client := dial(t, s.URL, func(c *stytch.Config) {
			c.Middleware = append(c.Middleware, func(next http.RoundTripper) http.RoundTripper {
				return roundTrip(func(req *http.Request) (*http.Response, error) {
					resp, err := next.RoundTrip(req)
					if err == nil {
						resp.Body = &announced{ReadCloser: resp.Body, want: len(jsonErr), seen: seen}
					}
					return resp, err
				})
			})
		})
		for range calls {
			resp, err := exchange(t.Context(), client)
			failure[apiError](t, resp, err)
		}
		assert.EqualValues(t, 1, s.connections.Load())
	})
}

// closed is a body that tells whether it was closed.
type closed struct {
	io.Reader
	yes bool
}

func (c *closed) Close() error {
	c.yes = true
	return nil
}

func TestConnections_bodiesAreClosed(t *testing.T) {
	t.Parallel()
	for status, text := range map[int]string{
		101: "", 200: jsonOK, 201: "<html>", 202: padded(2000), 204: "", 302: "moved", 404: jsonErr, 502: strings.Repeat("x", 1<<20),
	} {
		t.Run("the body of a "+strconv.Itoa(status)+" is closed, whatever it is", func(t *testing.T) {
			t.Parallel()
			body := &closed{Reader: strings.NewReader(text)}
			_, _ = exchange(t.Context(), dial(t, "", limit(1000), inMemory(func(r *http.Request) (*http.Response, error) {
				resp := respond(r, status, "", "Location: http://other.example/")
				resp.Body, resp.ContentLength = body, -1
				return resp, nil
			})))
			assert.True(t, body.yes)
		})
	}
}

// announced is a body that tells when want bytes of it were read.
type announced struct {
	io.ReadCloser
	want int
	seen chan<- struct{}
	once sync.Once
}

func (a *announced) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if a.want -= n; a.want <= 0 {
		a.once.Do(func() { a.seen <- struct{}{} })
	}
	return n, err
}

// raw takes the connection over: the handler writes what it likes, then the connection is reset or closed.
func raw(text string, reset bool) http.HandlerFunc {
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
		"closes instead of answering":           raw("", false),
		"resets instead of answering":           raw("", true),
		"closes within the status line":         raw("HTTP/1.1 20", false),
		"resets within the header":              raw(head, true),
		"closes within the body":                raw(head+"Content-Length: 1000\r\n\r\n"+jsonOK, false),
		"resets within the body":                raw(head+"Content-Length: 1000\r\n\r\n"+jsonOK, true),
		"closes within a chunk":                 raw(head+"Transfer-Encoding: chunked\r\n\r\nff\r\n"+jsonOK, false),
		"sends a chunk that is none":            raw(head+"Transfer-Encoding: chunked\r\n\r\n"+token+"\r\n", false),
		"answers in another protocol":           raw("220 smtp.example ESMTP "+token+"\r\n", false),
		"sends a status that is none":           raw("HTTP/1.1 "+token+"\r\n\r\n", false),
		"sends a header that is none":           raw("HTTP/1.1 200 OK\r\n"+token+"\r\n\r\n", false),
		"sends two lengths":                     raw(head+"Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}", false),
		"sends a header without end":            raw(head+"X-Pad: "+strings.Repeat("x", 2<<20)+"\r\n\r\n", false),
		"says gzip and sends something else":    raw(head+"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", false),
		"sends informational answers for ever":  raw(strings.Repeat("HTTP/1.1 103 Early\r\nX-Pad: 1\r\n\r\n", 50_000), false),
		"redirects to an address that is none":  raw("HTTP/1.1 307 Go\r\nLocation: ://"+token+"\r\nContent-Length: 0\r\n\r\n", false),
		"redirects to where a tab cannot stand": raw("HTTP/1.1 302 Go\r\nLocation: http://a\t"+token+"/\r\nContent-Length: 0\r\n\r\n", false),
	} {
		t.Run("a server that "+name+" makes a RequestError, and a single-use call is sent once", func(t *testing.T) {
			t.Parallel()
			s := serve(t, handler)
			resp, err := exchange(t.Context(), dial(t, s.URL, retrying, quick))
			e := failure[requestError](t, resp, err)
			assert.Equal(t, "b2b.discovery.intermediate_sessions.exchange", e.Op)
			assert.Equal(t, strings.TrimPrefix(s.URL, "http://"), e.Host)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error()), 700)
			assert.EqualValues(t, 1, s.requests.Load())
		})
	}
	t.Run("a connection that breaks after the answer takes nothing from it", func(t *testing.T) {
		t.Parallel()
		length := "Content-Length: " + strconv.Itoa(len(jsonOK)) + "\r\n\r\n"
		_, err := exchange(t.Context(), dial(t, serve(t, raw(head+length+jsonOK, false)).URL))
		require.NoError(t, err)
	})
	t.Run("a read is tried again after a reset", func(t *testing.T) {
		t.Parallel()
		var s *server
		s = serve(t, func(w http.ResponseWriter, r *http.Request) {
			if s.requests.Load() == 1 {
				raw(head+"Content-Length: 1000\r\n\r\n{", true)(w, r)
				return
			}
			_, _ = io.WriteString(w, jsonOK)
		})
		_, err := getSessions(t.Context(), dial(t, s.URL, retrying, quick))
		require.NoError(t, err)
		assert.EqualValues(t, 2, s.requests.Load())
	})
	t.Run("a server that switches protocols and falls silent does not hold the caller", func(t *testing.T) {
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
			_, _ = bufio.NewReader(conn).ReadByte() // until the client hangs up
			close(released)
		})
		resp, err := exchange(t.Context(), dial(t, s.URL), shared.WithTimeout(time.Second))
		assert.Equal(t, 101, failure[decodeError](t, resp, err).StatusCode)
		<-released
	})
}

// quick keeps the waits between attempts short where a real network is involved.
func quick(c *stytch.Config) { c.Retry.MinDelay, c.Retry.MaxDelay = time.Millisecond, time.Millisecond }
