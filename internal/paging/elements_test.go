package paging_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
)

// An element shows nothing of earlier pages, and later ones do not change it.
func TestAll_elementsAreSeparate(t *testing.T) {
	t.Parallel()
	full := `{"organization_id":"1","email_allowed_domains":["a.example","b.example"],"trusted_metadata":{"a":{"b":1}},
		"scim_active_connection":{"connection_id":"c"},"created_at":"2026-01-02T03:04:05Z"}`
	bodies := []string{
		`[` + full + `,` + full + `,` + full + `]`,
		`[{"organization_id":"2"},{"organization_id":"3","email_allowed_domains":["c.example"],"trusted_metadata":{"a":2}}]`,
		`[{"organization_id":"4","organization_id":"5"}]`, // decoded leniently
		`null`,
		`[` + full + `]`,
	}
	s := &searchServer{respond: func(call int, _ query) *http.Response {
		next := "null"
		if call < len(bodies) {
			next = strconv.Quote(fmt.Sprint("c", call))
		}
		return httpmock.NewStringResponse(http.StatusOK, `{"request_id":"r","status_code":200,"organizations":`+
			bodies[call-1]+`,"results_metadata":{"total":-1,"next_cursor":`+next+`}}`)
	}}
	var want, got []organizations.Organization
	for _, body := range bodies {
		if body == bodies[2] {
			body = `[{"organization_id":"5"}]`
		}
		var list []organizations.Organization
		require.NoError(t, json.Unmarshal([]byte(body), &list))
		want = append(want, list...)
	}
	for organization, err := range s.service().SearchAll(t.Context(), nil) {
		require.NoError(t, err)
		got = append(got, organization)
	}
	assert.Equal(t, want, got)
}

// keeping is a slog.Handler that keeps records and writes them later, as one that queues them does.
type keeping struct {
	slog.Handler

	records *[]slog.Record
}

func (h keeping) Handle(_ context.Context, r slog.Record) error {
	*h.records = append(*h.records, r)
	return nil
}

// A record of a page shows that page, also when it is written after the iteration.
func TestAll_recordsAreOfTheirPages(t *testing.T) {
	t.Parallel()
	mock, calls := httpmock.NewMockTransport(), 0
	mock.RegisterResponder(http.MethodPost, "https://auth.example/v1/b2b/organizations/search",
		func(*http.Request) (*http.Response, error) {
			calls++
			return page(calls, calls, map[bool]any{true: fmt.Sprint("c", calls)}[calls < 4]), nil
		})
	var text strings.Builder
	write := slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug})
	var records []slog.Record
	service := organizations.New(&shared.FetchConfig{
		BaseURL:    &url.URL{Scheme: "https", Host: "auth.example"},
		HTTPClient: &http.Client{Transport: mock}, Logger: slog.New(keeping{write, &records}),
	})
	_, err := collect(service.SearchAll(t.Context(), nil))
	require.NoError(t, err)
	require.Len(t, records, 4)
	for i, r := range records {
		text.Reset()
		require.NoError(t, write.Handle(t.Context(), r))
		assert.Contains(t, text.String(), fmt.Sprintf(`organization_id\":\"%d\"`, i+1))
	}
}
