package transport_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

const (
	mebi     = 1 << 20
	overhead = 64 << 10 // of spare bytes, of small buffers and of what other goroutines allocate
)

// dropPools empties the pools, which garbage collection does in two steps.
func dropPools() {
	runtime.GC()
	runtime.GC()
}

//nolint:paralleltest // it counts allocations
func TestReadBody_allocates(t *testing.T) {
	for name, test := range map[string]struct {
		came          int
		length, limit int64
		atMost        int
	}{
		"a small body once":                            {8 << 10, 8 << 10, 16 * mebi, 8 << 10},
		"the first MiB, then what is said to come":     {3 * mebi, 3 * mebi, 16 * mebi, 4 * mebi},
		"no more for a huge length and few bytes":      {10, 1 << 60, 1 << 62, mebi},
		"no more before one MiB has come":              {mebi - 1, 16 * mebi, 16 * mebi, mebi},
		"no more than the limit":                       {3 * mebi, 1 << 60, 2 * mebi, 3 * mebi},
		"no more than the limit, if that is small":     {3 * mebi, 1 << 60, 5000, 5000},
		"16 MiB, whatever is said to come":             {mebi + 1, 1 << 60, 1 << 62, 17 * mebi},
		"by doubling if the length is unknown":         {3 * mebi, -1, 16 * mebi, 8 * mebi},
		"by doubling if more comes than was said":      {3 * mebi, 100, 16 * mebi, 9 * mebi},
		"by doubling up to the limit":                  {3 * mebi, -1, 3 * mebi, 7*mebi + 128<<10},
		"no more than the limit for an unknown length": {16 * mebi, -1, 2 * mebi, 6 * mebi},
	} {
		body := strings.NewReader(strings.Repeat("x", test.came))
		dropPools()
		var n int
		var err error
		cost := allocated(func() { n, err = transport.ReadBody(body, test.length, test.limit) })
		require.NoError(t, err, name)
		assert.EqualValues(t, min(int64(test.came), test.limit+1), n, name)
		assert.LessOrEqual(t, cost, uint64(test.atMost+overhead), name)
	}
}

//nolint:paralleltest // it counts allocations
func TestReadBody_reusesBuffers(t *testing.T) {
	for name, length := range map[string]int64{"a known length": 3 * mebi, "an unknown length": -1} {
		page := bytes.Repeat([]byte("x"), 3*mebi)
		body := bytes.NewReader(page)
		read := func() {
			body.Reset(page)
			n, err := transport.ReadBody(body, length, 16*mebi)
			require.NoError(t, err)
			require.Len(t, page, n)
		}
		least := uint64(1 << 62)
		for range 20 { // the race detector drops some buffers from the pools
			least = min(least, allocated(read))
		}
		assert.Less(t, least, uint64(overhead), name)
	}
}

// However a body comes, it is read whole, and one byte beyond the limit is noticed.
func TestReadBody_isWhole(t *testing.T) {
	t.Parallel()
	text := make([]byte, 2*mebi+1)
	for i := range text {
		text[i] = byte(i * 7919 >> 8)
	}
	for _, size := range []int{0, 1, 511, 512, 513, 64<<10 - 513, 64<<10 + 1, mebi, mebi + 1, 2*mebi + 1} {
		for _, length := range []int64{-1, 0, 1, int64(size) - 1, int64(size), int64(size) + 1, 1 << 40} {
			for _, limit := range []int64{int64(size), int64(size) + 1, 1 << 62} {
				for _, body := range []io.Reader{
					bytes.NewReader(text[:size]), iotest.DataErrReader(bytes.NewReader(text[:size])),
				} {
					got, err := transport.WholeBody(body, length, limit)
					require.NoError(t, err)
					require.True(t, bytes.Equal(text[:size], got), "%d, %d, %d", size, length, limit)
				}
			}
			if size > 0 {
				got, err := transport.WholeBody(bytes.NewReader(text[:size]), length, int64(size)-1)
				require.NoError(t, err)
				require.Len(t, got, size)
			}
			broken := io.MultiReader(bytes.NewReader(text[:size]), iotest.ErrReader(errBroken))
			_, err := transport.WholeBody(broken, length, 1<<62)
			require.ErrorIs(t, err, errBroken)
		}
	}
}

var errBroken = errors.New("broken")

// A decoded response shares nothing with the buffer that its body was read into.
func TestReadBody_isCopiedByDecoding(t *testing.T) {
	t.Parallel()
	type page struct {
		RequestID  string `json:"request_id"`
		StatusCode int    `json:"status_code"`

		Names []string        `json:"names"`
		Data  shared.Object   `json:"data"`
		Raw   []byte          `json:"raw"`
		Map   map[string]bool `json:"map"`
	}
	answer := func(text string) string {
		return `{"request_id":"request-id-1","status_code":200,"names":["` + text + `"],"data":{"` + text + `":"` + text +
			`"},"raw":"` + strings.Repeat(text, 400_000) + `","map":{"` + text + `":true}}`
	}
	body := ""
	cfg := memoryConfig(func(r *http.Request) *http.Response { return respond(r, http.StatusOK, body) })
	call := func(text string) *page {
		body = answer(text)
		resp, err := transport.Call[page](t.Context(), cfg, &opUpdate, &updateRequest{Tenant: "t", Code: "c"})
		require.NoError(t, err)
		return resp
	}
	first := call("aaaa")
	for range 5 { // of which one gets the buffer of the first
		call("bbbb")
	}
	assert.Equal(t, []string{"aaaa"}, first.Names)
	assert.Equal(t, shared.Object{"aaaa": "aaaa"}, first.Data)
	assert.Equal(t, map[string]bool{"aaaa": true}, first.Map)
	assert.Equal(t, bytes.Repeat([]byte{0x69, 0xa6, 0x9a}, 400_000), first.Raw)
}
