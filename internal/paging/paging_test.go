package paging_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// searchServer is a server with the elements 1 to n. Its cursors are c and the number of elements before the page.
type searchServer struct {
	n int
	// respond, if set, is called first. The server responds itself where it returns nil.
	respond func(call int, q query) *http.Response

	mu      sync.Mutex
	queries []query
}

// query is the body of a search.
type query struct {
	Cursor *string                    `json:"cursor"`
	Limit  *int                       `json:"limit"`
	Query  *organizations.SearchQuery `json:"query"`
}

func (s *searchServer) service() *organizations.Service {
	mock := httpmock.NewMockTransport()
	mock.RegisterResponder(http.MethodPost, "https://auth.example/v1/b2b/organizations/search", s.search)
	return organizations.New(&shared.FetchConfig{
		BaseURL:    &url.URL{Scheme: "https", Host: "auth.example"},
		HTTPClient: &http.Client{Transport: mock},
		Retry:      shared.RetryPolicy{MaxAttempts: 1},
	})
}

func (s *searchServer) search(req *http.Request) (*http.Response, error) {
	var q query
	if err := json.NewDecoder(req.Body).Decode(&q); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.queries = append(s.queries, q)
	call := len(s.queries)
	s.mu.Unlock()
	if s.respond != nil {
		if resp := s.respond(call, q); resp != nil {
			return resp, nil
		}
	}
	from, size := 0, 2
	if q.Cursor != nil {
		from, _ = strconv.Atoi((*q.Cursor)[1:])
	}
	if q.Limit != nil {
		size = *q.Limit
	}
	to, next := from+size, any(nil)
	if to < s.n {
		next = fmt.Sprintf("c%d", to)
	}
	return page(from+1, min(to, s.n), next), nil
}

// page returns a response with the elements from first to last.
func page(first, last int, next any) *http.Response {
	list := []map[string]any{}
	for i := first; i <= last; i++ {
		list = append(list, map[string]any{"organization_id": strconv.Itoa(i)})
	}
	return answer(http.StatusOK, map[string]any{
		"request_id": "r", "status_code": http.StatusOK, "organizations": list,
		"results_metadata": map[string]any{"total": -1, "next_cursor": next},
	})
}

func answer(status int, body any) *http.Response {
	resp, err := httpmock.NewJsonResponse(status, body)
	if err != nil {
		panic(err)
	}
	return resp
}

func rateLimited() *http.Response {
	return answer(http.StatusTooManyRequests, map[string]any{
		"request_id": "r", "status_code": http.StatusTooManyRequests, "error_type": "too_many_requests",
	})
}

// cursors returns the cursors of the calls so far, "-" for none.
func (s *searchServer) cursors() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for _, q := range s.queries {
		list = append(list, *cmp.Or(q.Cursor, new("-")))
	}
	return list
}

// collect iterates to the end and returns the ids and the last error.
func collect(all iter.Seq2[organizations.Organization, error]) (ids []string, err error) {
	for organization, e := range all {
		if e != nil {
			err = e
			continue // to find an element or a second error after it
		}
		if err != nil {
			ids = append(ids, "after the error")
		}
		ids = append(ids, organization.OrganizationID)
	}
	return ids, err
}

func TestAll_returnsAllPagesInOrder(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][]string{0: {"-"}, 1: {"-"}, 2: {"-"}, 3: {"-", "c2"}, 5: {"-", "c2", "c4"}} {
		t.Run(fmt.Sprintf("%d elements take %d calls", n, len(want)), func(t *testing.T) {
			t.Parallel()
			s := &searchServer{n: n}
			ids, err := collect(s.service().SearchAll(t.Context(), nil))
			require.NoError(t, err)
			require.Len(t, ids, n)
			for i, id := range ids {
				assert.Equal(t, strconv.Itoa(i+1), id)
			}
			assert.Equal(t, want, s.cursors())
		})
	}
}

func TestAll_makesNoCallBeforeTheIteration(t *testing.T) {
	t.Parallel()
	s := &searchServer{n: 5}
	_ = s.service().SearchAll(t.Context(), nil)
	assert.Empty(t, s.cursors())
}

func TestAll_stopsAtBreak(t *testing.T) {
	t.Parallel()
	for last, want := range map[string][]string{"1": {"-"}, "2": {"-"}, "3": {"-", "c2"}} {
		t.Run("after element "+last, func(t *testing.T) {
			t.Parallel()
			s := &searchServer{n: 5}
			for organization, err := range s.service().SearchAll(t.Context(), nil) {
				require.NoError(t, err)
				if organization.OrganizationID == last {
					break
				}
			}
			assert.Equal(t, want, s.cursors(), "no call for the next page")
		})
	}
}

func TestAll_continuesFromTheCursorOfAnError(t *testing.T) {
	t.Parallel()
	s := &searchServer{n: 5, respond: func(call int, _ query) *http.Response {
		if call == 2 {
			return rateLimited()
		}
		return nil
	}}
	service := s.service()
	ids, err := collect(service.SearchAll(t.Context(), nil))
	failed, ok := errors.AsType[*shared.PageError](err)
	require.True(t, ok, "got %v", err)
	assert.Equal(t, "c2", failed.Cursor)
	require.ErrorIs(t, err, stytcherror.CodeTooManyRequests)
	assert.Equal(t, []string{"1", "2"}, ids, "the elements before the error, and none after it")

	ids, err = collect(service.SearchAll(t.Context(), &organizations.SearchRequest{Cursor: &failed.Cursor}))
	require.NoError(t, err)
	assert.Equal(t, []string{"3", "4", "5"}, ids, "the rest, no element twice")
	assert.Equal(t, []string{"-", "c2", "c2", "c4"}, s.cursors())
}

func TestAll_errorOfTheFirstPage(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]*organizations.SearchRequest{
		"has no cursor":           nil,
		"has the request's own":   {Cursor: new("c2")},
		"has the request's empty": {Cursor: new("")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &searchServer{n: 5, respond: func(int, query) *http.Response { return rateLimited() }}
			ids, err := collect(s.service().SearchAll(t.Context(), start))
			failed, ok := errors.AsType[*shared.PageError](err)
			require.True(t, ok, "got %v", err)
			assert.Empty(t, ids)
			if start == nil {
				assert.Empty(t, failed.Cursor)
			} else {
				assert.Equal(t, *start.Cursor, failed.Cursor)
			}
		})
	}
}

func TestAll_endsWhenCancelled(t *testing.T) {
	t.Parallel()
	s := &searchServer{n: 9}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var ids []string
	var last error
	for organization, err := range s.service().SearchAll(ctx, nil) {
		if err != nil {
			last = err
			continue
		}
		if ids = append(ids, organization.OrganizationID); len(ids) == 3 {
			cancel()
		}
	}
	require.ErrorIs(t, last, context.Canceled)
	failed, ok := errors.AsType[*shared.PageError](last)
	require.True(t, ok)
	assert.Equal(t, "c4", failed.Cursor, "the page that was not fetched")
	assert.Equal(t, []string{"1", "2", "3", "4"}, ids, "all elements of the page that was fetched")
	assert.Equal(t, []string{"-", "c2"}, s.cursors(), "no call for the next page")
}

func TestAll_endsWhenACursorLeadsToItsOwnPage(t *testing.T) {
	t.Parallel()
	s := &searchServer{respond: func(call int, _ query) *http.Response {
		if call > 9 {
			panic("the iteration does not end")
		}
		return page(1, 1, "again")
	}}
	ids, err := collect(s.service().SearchAll(t.Context(), nil))
	failed, ok := errors.AsType[*shared.PageError](err)
	require.True(t, ok, "got %v", err)
	assert.Equal(t, "again", failed.Cursor)
	assert.ErrorContains(t, err, "stytch: b2b.organizations.search: ")
	assert.Equal(t, 502, stytcherror.HTTPStatus(err))
	assert.Equal(t, []string{"1", "1"}, ids)
	assert.Equal(t, []string{"-", "again"}, s.cursors())
}

func TestAll_continuesAfterAnEmptyPage(t *testing.T) {
	t.Parallel()
	s := &searchServer{n: 3, respond: func(call int, _ query) *http.Response {
		if call == 1 {
			return page(1, 0, "c0")
		}
		return nil
	}}
	ids, err := collect(s.service().SearchAll(t.Context(), nil))
	require.NoError(t, err)
	assert.Equal(t, []string{"1", "2", "3"}, ids)
}

func TestAll_continuesAfterDataOfOthers(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"half of an emoji":   `"organizations":[{"organization_id":"1","organization_name":"\ud83d"}],"results_metadata":{"total":2,"next_cursor":"c1"}`,
		"a raw byte":         `"organizations":[{"organization_id":"1","organization_name":"` + "\xff" + `"}],"results_metadata":{"total":2,"next_cursor":"c1"}`,
		"a fraction":         `"organizations":[{"organization_id":"1"}],"results_metadata":{"total":2.0,"next_cursor":"c1"}`,
		"no text for a time": `"organizations":[{"organization_id":"1","created_at":""}],"results_metadata":{"total":2,"next_cursor":"c1"}`,
		"a name twice":       `"organizations":[{"organization_id":"0","organization_id":"1"}],"results_metadata":{},"results_metadata":{"next_cursor":"c1"}`,
	} {
		s := searchServer{n: 2, respond: func(call int, _ query) *http.Response {
			if call > 1 {
				return nil
			}
			return httpmock.NewStringResponse(http.StatusOK, `{"request_id":"r","status_code":200,`+body+`}`)
		}}
		ids, err := collect(s.service().SearchAll(t.Context(), nil))
		require.NoError(t, err, name)
		assert.Equal(t, []string{"1", "2"}, ids, name)
	}
}

func TestAll_sendsTheSameQueryForEachPage(t *testing.T) {
	t.Parallel()
	s := &searchServer{n: 7}
	request := func() *organizations.SearchRequest {
		return &organizations.SearchRequest{
			Cursor: new("c1"), Limit: new(3),
			Query: &organizations.SearchQuery{
				Operator: shared.SearchOperatorAnd,
				Operands: []organizations.SearchQueryOperand{{FilterName: "a", FilterValue: "b"}},
			},
		}
	}
	req := request()
	all := s.service().SearchAll(t.Context(), req)
	ids, err := collect(all)
	require.NoError(t, err)
	assert.Equal(t, []string{"2", "3", "4", "5", "6", "7"}, ids)
	assert.Equal(t, []string{"c1", "c4"}, s.cursors())
	for _, q := range s.queries {
		assert.Equal(t, request().Limit, q.Limit)
		assert.Equal(t, request().Query, q.Query)
	}
	assert.Equal(t, request(), req, "the request is not changed")

	again, err := collect(all)
	require.NoError(t, err)
	assert.Equal(t, ids, again, "a second iteration starts at the same cursor")
}

func TestAll_passesTheOptionsToEachCall(t *testing.T) {
	t.Parallel()
	mock := httpmock.NewMockTransport()
	var seen []string
	mock.RegisterNoResponder(func(req *http.Request) (*http.Response, error) {
		seen = append(seen, req.Header.Get("X-Trace"))
		if len(seen) == 1 {
			return page(1, 1, "c1"), nil
		}
		return page(2, 2, nil), nil
	})
	service := organizations.New(&shared.FetchConfig{
		BaseURL: &url.URL{Scheme: "https", Host: "auth.example"}, HTTPClient: &http.Client{Transport: mock},
	})
	_, err := collect(service.SearchAll(t.Context(), nil, shared.WithHeader("X-Trace", "7")))
	require.NoError(t, err)
	assert.Equal(t, []string{"7", "7"}, seen)
}

func TestAll_iterationsAreIndependent(t *testing.T) {
	t.Parallel()
	s := &searchServer{n: 40}
	req := &organizations.SearchRequest{Cursor: new("c0")}
	all := s.service().SearchAll(t.Context(), req)
	var want []string
	for i := range 40 {
		want = append(want, strconv.Itoa(i+1))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			ids, err := collect(all)
			assert.NoError(t, err)
			assert.Equal(t, want, ids)
		})
	}
	wg.Wait()
}

func TestAll_endsWithTheErrorOfAnInvalidRequest(t *testing.T) {
	t.Parallel()
	errs := 0
	for member, err := range members.New(&shared.FetchConfig{}).SearchAll(t.Context(), nil) {
		errs++
		refused, ok := errors.AsType[*stytcherror.ArgumentError](err)
		require.True(t, ok, "got %v", err)
		assert.NotEmpty(t, refused.Field)
		assert.Zero(t, member)
	}
	assert.Equal(t, 1, errs)
}
