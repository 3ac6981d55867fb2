package paging_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
)

// Pages are decoded into one array, which must show neither in elements that were returned nor in later ones.
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
