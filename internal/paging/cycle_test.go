package paging_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/paging"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

type (
	pageRequest  struct{ Cursor *string }
	pageResponse struct{ Next string }
)

// The cursors repeat in a cycle of some length, after some that do not.
func TestAll_endsWhenCursorsRepeat(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1, 2, 7} {
		for _, cycle := range []int{1, 2, 3, 10, 33} {
			at, calls := 0, 0
			var requested string
			call := func(_ context.Context, req *pageRequest, _ ...shared.RequestOption) (*pageResponse, error) {
				calls++
				if req.Cursor != nil {
					requested = *req.Cursor
				}
				if at++; at >= before+cycle {
					at = before
				}
				return &pageResponse{Next: fmt.Sprint("cursor-", at)}, nil
			}
			var last error
			for _, err := range paging.All(t.Context(), "b2b.things.search", &pageRequest{}, nil, call,
				func(req *pageRequest) **string { return &req.Cursor },
				func(resp *pageResponse) ([]int, string) { return []int{1}, resp.Next }) {
				last = err
				require.Less(t, calls, 1000, "before %d, cycle %d", before, cycle)
			}
			assert.ErrorContains(t, last, "had returned before", "before %d, cycle %d", before, cycle)
			failed, ok := errors.AsType[*shared.PageError](last)
			require.True(t, ok)
			assert.Equal(t, requested, failed.Cursor, "the cursor of the last page, not the one that repeats")
			assert.ErrorContains(t, last, "stytch: b2b.things.search: ")
			assert.Equal(t, 502, stytcherror.HTTPStatus(last))
			assert.LessOrEqual(t, calls, 4*(before+cycle)+2)
		}
	}
}
