package transport_test

import (
	"net/http"
	"net/url"
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

// A large response must not stay in memory after the call, nor a large buffer for calls that do not need it.
//
//nolint:paralleltest // it counts what the pools return
func TestPool_keepsNoLargeBuffer(t *testing.T) {
	kept := map[string]int{}
	for range 50 {
		assert.False(t, transport.Pooled(4<<20+1, 4<<20+1))
		assert.False(t, transport.Pooled(4<<20, 1<<20-1), "less than a quarter was needed")
		assert.False(t, transport.SmallPooled(64<<10+1))
		for name, size := range map[string][2]int{
			"small": {64 << 10, 1}, "large": {64<<10 + 1, 64 << 10}, "largest": {4 << 20, 1 << 20},
		} {
			if transport.Pooled(size[0], size[1]) {
				kept[name]++
			}
		}
	}
	for _, name := range []string{"small", "large", "largest"} {
		assert.Positive(t, kept[name], name) // the race detector drops some
	}
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
