package transport_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// memoryConfig makes calls that are answered from memory.
func memoryConfig(respondTo func(*http.Request) *http.Response) *shared.FetchConfig {
	return &shared.FetchConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "auth.example"},
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return respondTo(r), nil
		})},
	}
}

// A large response must not stay in memory after the call.
func TestPool_keepsNoLargeBuffer(t *testing.T) {
	t.Parallel()
	kept := 0
	for range 1000 {
		assert.False(t, transport.Pooled(64<<10+1))
		if transport.Pooled(64 << 10) {
			kept++
		}
	}
	assert.Positive(t, kept) // the race detector drops some
}

// A raw response is the caller's own: neither a later call nor the transport's header shares it.
func TestRawResponse_isACopy(t *testing.T) {
	t.Parallel()
	const other = `{"request_id": "request-id-2", "status_code": 200}`
	header := http.Header{"X-Own": {"1"}}
	answer := jsonOK
	cfg := memoryConfig(func(r *http.Request) *http.Response {
		resp := respond(r, http.StatusOK, answer)
		resp.Header = header
		return resp
	})
	var raw shared.RawResponse
	_, err := transport.Call[envelope](t.Context(), cfg, &opUpdate, &updateRequest{Tenant: "t", Code: "c"},
		shared.WithRawResponse(&raw))
	require.NoError(t, err)
	answer = other
	for range 100 { // of which one gets the buffer of the first
		_, err := transport.Call[envelope](t.Context(), cfg, &opUpdate, &updateRequest{Tenant: "t", Code: "c"})
		require.NoError(t, err)
	}
	assert.Equal(t, jsonOK, string(raw.Body))
	raw.Header.Set("X-Own", "2")
	raw.Header["X-Own"] = append(raw.Header["X-Own"], "3")
	assert.Equal(t, http.Header{"X-Own": {"1"}}, header)
}

// levels is a slog.Handler that keeps the level, the text and the path of each record.
type levels struct {
	slog.Handler

	mu      sync.Mutex
	records []string
}

func (l *levels) Enabled(context.Context, slog.Level) bool { return true }

func (l *levels) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "path" {
			text += " " + a.Value.String()
		}
		return true
	})
	l.records = append(l.records, text)
	return nil
}

// Calls are logged at Debug, under the template of their path, so that records of one operation have one path.
func TestLog_levelAndPath(t *testing.T) {
	t.Parallel()
	log := new(levels)
	cfg := memoryConfig(func(r *http.Request) *http.Response { return respond(r, http.StatusOK, jsonOK) })
	cfg.Logger = slog.New(log)
	for _, tenant := range []string{"a", "b"} {
		_, err := transport.Call[envelope](t.Context(), cfg, &opUpdate, &updateRequest{Tenant: tenant, Code: "c"})
		require.NoError(t, err)
	}
	assert.Equal(t, slices.Repeat([]string{"DEBUG stytch: call /v1/{tenant}"}, 2), log.records)
}
