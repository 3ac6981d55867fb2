package transport_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// limit bounds the body of a response.
func limit(n int64) func(*stytch.Config) { return func(c *stytch.Config) { c.MaxResponseBytes = n } }

// padded returns a valid response body of n bytes.
func padded(n int) string {
	const head, tail = `{"request_id": "request-id-1", "pad": "`, `"}`
	return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
}

func gzipped(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// encodings returns handlers that send the same body in different encodings.
func encodings(t *testing.T, status int, text string) map[string]http.HandlerFunc {
	t.Helper()
	packed := gzipped(t, text)
	return map[string]http.HandlerFunc{
		"with a length": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(text)))
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text)
		},
		"in chunks": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			http.NewResponseController(w).Flush() //nolint:errcheck // the client may have closed the connection
			_, _ = io.WriteString(w, text)
		},
		"compressed": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(status)
			_, _ = w.Write(packed)
		},
	}
}

func TestBounds_success(t *testing.T) {
	t.Parallel()
	const size = 5000
	for how, handler := range encodings(t, http.StatusOK, padded(size)) {
		t.Run("a body at the limit is read, "+how, func(t *testing.T) {
			t.Parallel()
			_, err := exchange(t.Context(), newClient(t, serve(t, handler).URL, limit(size)))
			require.NoError(t, err)
		})
		t.Run("a body is read with the largest limit, "+how, func(t *testing.T) {
			t.Parallel()
			_, err := exchange(t.Context(), newClient(t, serve(t, handler).URL, limit(math.MaxInt64)))
			require.NoError(t, err)
		})
		t.Run("a body one byte beyond the limit is a DecodeError, "+how, func(t *testing.T) {
			t.Parallel()
			resp, err := exchange(t.Context(), newClient(t, serve(t, handler).URL, limit(size-1)))
			e := requireError[decodeError](t, resp, err)
			require.ErrorIs(t, err, stytcherror.ErrTooLarge)
			assert.Equal(t, http.StatusOK, e.StatusCode)
			assert.Contains(t, err.Error(), "Config.MaxResponseBytes")
		})
	}
}

//nolint:paralleltest // it counts allocations
func TestBounds_contentLength(t *testing.T) {
	client := newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
		resp := respond(r, http.StatusOK, jsonOK)
		resp.ContentLength = 16 << 20
		return resp, nil
	}))
	cost := allocated(func() {
		_, err := exchange(t.Context(), client)
		require.NoError(t, err)
	})
	assert.Less(t, cost, uint64(4<<20), "a large Content-Length alone must not be allocated")
}

func TestBounds_error(t *testing.T) {
	t.Parallel()
	for how, handler := range encodings(t, http.StatusBadGateway, strings.Repeat("<p>cAnArY</p>", 1<<20)) {
		t.Run("only the start of a large error is kept, and nothing of it shown, "+how, func(t *testing.T) {
			t.Parallel()
			resp, err := exchange(t.Context(), newClient(t, serve(t, handler).URL))
			e := requireError[apiError](t, resp, err)
			assert.Equal(t, http.StatusBadGateway, e.StatusCode)
			assert.Len(t, e.Body, 4096)
		})
	}
}

// allocated returns how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
