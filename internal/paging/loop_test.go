package paging_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/paging"
	"github.com/seed75add069/stytch-go/shared"
)

type (
	circleRequest struct{ Cursor *string }
	circlePage    struct{ Next string }
)

// TestAll_endsWhereCursorsComeRoundAgain leads into a circle of any length, after a way of any length.
func TestAll_endsWhereCursorsComeRoundAgain(t *testing.T) {
	t.Parallel()
	for _, way := range []int{0, 1, 2, 7} {
		for _, circle := range []int{1, 2, 3, 10, 33} {
			at, calls := 0, 0
			call := func(context.Context, *circleRequest, ...shared.RequestOption) (*circlePage, error) {
				calls++
				if at++; at >= way+circle {
					at = way
				}
				return &circlePage{Next: fmt.Sprint("cursor-", at)}, nil
			}
			var last error
			for _, err := range paging.All(t.Context(), &circleRequest{}, nil, call,
				func(req *circleRequest) **string { return &req.Cursor },
				func(resp *circlePage) ([]int, string) { return []int{1}, resp.Next }) {
				last = err
				require.Less(t, calls, 1000, "way %d, circle %d", way, circle)
			}
			assert.ErrorContains(t, last, "led here before", "way %d, circle %d", way, circle)
			assert.LessOrEqual(t, calls, 4*(way+circle)+2)
		}
	}
}
