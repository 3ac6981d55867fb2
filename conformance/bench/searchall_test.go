package bench_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stytchauth/stytch-go/v16/stytch/b2b/b2bstytchapi"
	official "github.com/stytchauth/stytch-go/v16/stytch/b2b/organizations/members"

	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/internal/minttest"
)

const pageSize = 1000

// pagesOfMembers returns a transport that answers searches with full pages of some 2.3 MB.
func pagesOfMembers(tb testing.TB, pages int) roundTrip {
	tb.Helper()
	var exchanged struct {
		Member map[string]any `json:"member"`
	}
	require.NoError(tb, json.Unmarshal(exchangeAnswer(tb), &exchanged))
	delete(exchanged.Member, "retired_email_addresses")
	member, err := json.Marshal(exchanged.Member)
	require.NoError(tb, err)
	begin := slicesOf(`{"request_id":"request-id-test-1","status_code":200,"organizations":{},"members":[`,
		bytes.Repeat(append(member, ','), pageSize-1), member)
	return func(r *http.Request) (*http.Response, error) {
		var request struct {
			Cursor string `json:"cursor"`
		}
		raw, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(raw, &request)
		}
		page, next := 1, ""
		if request.Cursor != "" {
			_, err = fmt.Sscanf(request.Cursor, "page-%d", &page)
		}
		if page < pages {
			next = fmt.Sprintf("page-%d", page+1)
		}
		end := fmt.Sprintf(`],"results_metadata":{"total":%d,"next_cursor":%q}}`, pages*pageSize, next)
		return answer(r, begin, []byte(end)), err
	}
}

func slicesOf(begin string, rest ...[]byte) []byte {
	return append([]byte(begin), bytes.Join(rest, nil)...)
}

// searches returns the loop over all members by each SDK. They return the number of members.
func searches(tb testing.TB, pages int) (byOurs, byTheirs func() (int, error)) {
	tb.Helper()
	client := &http.Client{Transport: pagesOfMembers(tb, pages)}
	ours := ourClient(tb, testBase, client)
	theirs := officialClient(tb, testBase,
		b2bstytchapi.WithHTTPClient(client), b2bstytchapi.WithSkipJWKSInitialization())
	return func() (int, error) {
			n := 0
			for member, err := range ours.B2B.Organizations.Members.SearchAll(context.Background(), &members.SearchRequest{
				OrganizationIDs: []string{minttest.Organization}, Limit: new(pageSize),
			}) {
				if err != nil {
					return n, err
				}
				n += min(len(member.MemberID), 1)
			}
			return n, nil
		}, func() (int, error) {
			n := 0
			params := &official.SearchParams{OrganizationIds: []string{minttest.Organization}, Limit: pageSize}
			for {
				resp, err := theirs.Organizations.Members.Search(context.Background(), params)
				if err != nil {
					return n, err
				}
				for _, member := range resp.Members {
					n += min(len(member.MemberID), 1)
				}
				if params.Cursor = resp.ResultsMetadata.NextCursor; params.Cursor == "" {
					return n, nil
				}
			}
		}
}

func TestSearchAll(t *testing.T) {
	t.Parallel()
	ours, theirs := searches(t, 2)
	requireSame(t, 2*pageSize, ours, theirs)
}
