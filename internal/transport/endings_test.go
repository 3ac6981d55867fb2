package transport_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// endings1 are the ways in which an HTTP/1.1 connection can end instead of a response. early ones end it when the
// header is read, before the body.
var endings1 = map[string]struct {
	early bool
	end   func(net.Conn)
}{
	"it is closed after the header":  {true, func(net.Conn) {}},
	"it is closed after the request": {false, func(net.Conn) {}},
	"it is closed in the status line": {false, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 20")
	}},
	"it is closed after a 100": {false, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
	}},
	"it is closed after a 103": {true, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 103 Early Hints\r\n\r\n")
	}},
	"it is closed in the header": {false, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le")
	}},
	"it is closed in the body": {false, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
	}},
	"it is closed in a chunk": {false, func(c net.Conn) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{")
	}},
	"it answers what is not HTTP": {false, func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-x\r\n") }},
	"it ends with a 408":          {true, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 408 Timeout\r\nConnection: close\r\n\r\n") }},
	"it ends with a 502":          {false, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 502 Bad\r\nConnection: close\r\n\r\n") }},
}

// endings2 are the ways in which an HTTP/2 stream or its connection can end instead of a response.
var endings2 = map[string]struct {
	early bool
	end   func(h *http2Conn, stream uint32) (keep bool)
}{
	"the connection is closed":             {false, func(*http2Conn, uint32) bool { return false }},
	"the connection is closed early":       {true, func(*http2Conn, uint32) bool { return false }},
	"GOAWAY, not processed":                {false, goAway(0, false)},
	"GOAWAY, not processed, before a body": {true, goAway(0, false)},
	"GOAWAY, not processed, left open":     {false, goAway(0, true)},
	"GOAWAY, calm down":                    {false, goAway(11, false)},
	"GOAWAY, internal error":               {false, goAway(2, false)},
	"GOAWAY, protocol error":               {true, goAway(1, true)},
	"GOAWAY, processed, and closed": {false, func(h *http2Conn, stream uint32) bool {
		h.goAway(stream, 0)
		return false
	}},
	"GOAWAY in two steps": {false, func(h *http2Conn, _ uint32) bool {
		h.goAway(1<<31-1, 0)
		h.goAway(0, 0)
		return false
	}},
	"a reset without error":             {false, reset(0, 0)},
	"a reset, protocol error":           {false, reset(1, 0)},
	"a reset, protocol error, early":    {true, reset(1, 0)},
	"a reset, internal error":           {false, reset(2, 0)},
	"a reset, refused":                  {false, reset(7, 0)},
	"a reset, refused early":            {true, reset(7, 0)},
	"a reset, cancelled":                {false, reset(8, 0)},
	"a reset, calm down":                {false, reset(11, 0)},
	"a reset, HTTP/1.1 required":        {false, reset(13, 0)},
	"a reset of an unknown kind":        {false, reset(99, 0)},
	"a 103, then a protocol error":      {false, reset(1, 1)},
	"a 103, then refused":               {false, reset(7, 1)},
	"two 103, then a protocol error":    {true, reset(1, 2)},
	"a 103, then GOAWAY, not processed": {false, func(h *http2Conn, stream uint32) bool { h.informational(stream); h.goAway(0, 0); return false }},
	"a header, then a protocol error": {false, func(h *http2Conn, stream uint32) bool {
		h.send(frameHeaders, flagEndHeaders, stream, 0x88)
		h.reset(stream, 1)
		return true
	}},
	"half a frame": {false, func(h *http2Conn, _ uint32) bool { _, _ = h.Write([]byte{0, 0, 9, 1}); return false }},
	"a frame of a stream that is not open": {false, func(h *http2Conn, stream uint32) bool {
		h.answer(stream+100, jsonOK)
		return true
	}},
	"text that is not HTTP/2": {false, func(h *http2Conn, _ uint32) bool { _, _ = io.WriteString(h, "HTTP/1.1 400 Bad\r\n\r\n"); return false }},
}

// goAway says that no stream was processed.
func goAway(code uint32, keep bool) func(*http2Conn, uint32) bool {
	return func(h *http2Conn, _ uint32) bool {
		h.goAway(0, code)
		return keep
	}
}

func reset(code uint32, informational int) func(*http2Conn, uint32) bool {
	return func(h *http2Conn, stream uint32) bool {
		for range informational {
			h.informational(stream)
		}
		h.reset(stream, code)
		return true
	}
}

// arrivals counts how often a call arrives that is made after others, which succeeded.
type arrivals struct {
	warm  atomic.Bool // requests are answered
	count atomic.Int64
	wait  chan struct{} // the answers to the others wait until all have arrived
}

func (a *arrivals) arrived() (answer bool) {
	if a.warm.Load() {
		<-a.wait
		return true
	}
	a.count.Add(1)
	return false
}

func (a *arrivals) http1(early bool, end func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		in := bufio.NewReader(c)
		for {
			req, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			if a.warm.Load() || !early {
				_, _ = io.Copy(io.Discard, req.Body)
			}
			if !a.arrived() {
				end(c)
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}
	}
}

func (a *arrivals) http2(early bool, end func(*http2Conn, uint32) bool) func(net.Conn) {
	return serveHTTP2(func(h *http2Conn, f frame) bool {
		warm := a.warm.Load()
		begun := f.kind == frameHeaders && (early && !warm || f.flags&flagEndStream != 0)
		whole := f.kind == frameData && f.flags&flagEndStream != 0 && (!early || warm)
		switch {
		case !begun && !whole:
			return true
		case a.arrived():
			h.answer(f.stream, "{}")
			return true
		}
		return end(h, f.stream)
	})
}

// call makes a call while some connections are idle, which net/http may try in turn.
func (a *arrivals) call(t *testing.T, w *wire, rt *http.Transport, op transport.Op, attempts, idle int) error {
	t.Helper()
	a.wait = make(chan struct{})
	cfg := &shared.FetchConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "example.com"}, HTTPClient: &http.Client{Transport: rt},
		Retry: shared.RetryPolicy{MaxAttempts: attempts}, Timeout: time.Hour,
	}
	op.Name, op.Path = "test.op", "/v1/test"
	a.warm.Store(true)
	var warming sync.WaitGroup
	for range idle {
		warming.Go(func() {
			_, err := transport.Call[struct{}](t.Context(), cfg, &op, &struct{}{})
			assert.NoError(t, err)
		})
	}
	synctest.Wait()
	close(a.wait)
	warming.Wait()
	a.warm.Store(false)
	_, err := transport.Call[struct{}](t.Context(), cfg, &op, &struct{}{})
	synctest.Wait() // until the stream of the call is gone
	rt.CloseIdleConnections()
	w.served.Wait()
	return err
}

// checkEnding makes the call of each kind over each transport, with one attempt and with three.
func checkEnding(t *testing.T, name, protocol string, serve func(*arrivals) func(net.Conn)) {
	t.Helper()
	certificate() // outside of the bubble
	idle := 4
	if protocol == "h2" {
		idle = 1 // one connection is for all calls
	}
	for _, kind := range kinds {
		switch kind.name {
		case "a read by POST", "a write by PUT", "a repeatable write by POST":
			continue // net/http treats them as it does others
		}
		for _, which := range []string{"ours", "a user's"} {
			t.Run(name+": "+kind.name+" over a transport that is "+which, func(t *testing.T) {
				t.Parallel()
				for _, n := range []int{1, 3} {
					synctest.Test(t, func(t *testing.T) {
						w, a := new(wire), new(arrivals)
						w.over(protocol, serve(a))
						err := a.call(t, w, w.transports()[which], kind.op, n, idle)
						require.Error(t, err)
						most := 1
						if kind.attempts(attempts{read: 3, again: 3}) == 3 {
							most = n
						}
						assert.LessOrEqual(t, a.count.Load(), int64(most), "of %d attempts: %v", n, err)
						assert.Positive(t, a.count.Load())
					})
				}
			})
		}
	}
}

func TestEndings_http1(t *testing.T) {
	t.Parallel()
	for name, tt := range endings1 {
		checkEnding(t, name, "http/1.1", func(a *arrivals) func(net.Conn) { return a.http1(tt.early, tt.end) })
	}
}

func TestEndings_http2(t *testing.T) {
	t.Parallel()
	for name, tt := range endings2 {
		checkEnding(t, name, "h2", func(a *arrivals) func(net.Conn) { return a.http2(tt.early, tt.end) })
	}
}
