package paging_test

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// The cursors repeat in a cycle of some length, after some that do not.
func TestAll_endsWhenCursorsRepeat(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 1, 2, 7} {
		for _, cycle := range []int{1, 2, 3, 10, 33} {
			at, calls := 0, 0
			var requested string
			s := &searchServer{respond: func(_ int, q query) *http.Response {
				calls++
				requested = *cmp.Or(q.Cursor, new(""))
				if at++; at >= before+cycle {
					at = before
				}
				return page(1, 1, fmt.Sprint("cursor-", at))
			}}
			var last error
			for _, err := range s.service().SearchAll(t.Context(), nil) {
				last = err
				require.Less(t, calls, 1000, "before %d, cycle %d", before, cycle)
			}
			assert.ErrorContains(t, last, "had returned before", "before %d, cycle %d", before, cycle)
			failed, ok := errors.AsType[*shared.PageError](last)
			require.True(t, ok)
			assert.Equal(t, requested, failed.Cursor, "the cursor of the last page, not the one that repeats")
			assert.ErrorContains(t, last, "stytch: b2b.organizations.search: ")
			assert.Equal(t, 502, stytcherror.HTTPStatus(last))
			assert.LessOrEqual(t, calls, 4*(before+cycle)+2)
		}
	}
}
