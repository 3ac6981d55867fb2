package transport_test

import (
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// exchangeAnswered makes a call to a server that responds with status and body.
func exchangeAnswered(t *testing.T, status int, body string) (*intermediatesessions.ExchangeResponse, error) {
	t.Helper()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
	resp, err := exchange(t.Context(), newClient(t, s.URL))
	assert.EqualValues(t, 1, s.requests.Load(), "sent once")
	return resp, err
}

func TestAnswer_accepted(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		check  func(*testing.T, *intermediatesessions.ExchangeResponse)
	}{
		"a 200 is a success":                       {200, jsonOK, nil},
		"a 201 is a success":                       {201, jsonOK, nil},
		"a 202 is a success":                       {202, jsonOK, nil},
		"white space around the object is ignored": {200, "\r\n\t " + jsonOK + " \n", nil},
		"one of request_id and status_code is enough": {
			200, `{"request_id": "request-id-1"}`, nil,
		},
		"unknown fields are ignored, at any depth": {
			200, `{"request_id": "request-id-1", "new": {"a": [1, {"b": null}]}, "member": {"member_id": "m", "new": 1}}`,
			func(t *testing.T, r *intermediatesessions.ExchangeResponse) { assert.Equal(t, "m", r.Member.MemberID) },
		},
		"unknown values of an enum are kept": {
			200, `{"request_id": "request-id-1", "member": {"status": "frozen"}, "organization": {"mfa_policy": "SOMETIMES"}}`,
			func(t *testing.T, r *intermediatesessions.ExchangeResponse) {
				assert.Equal(t, "frozen", r.Member.Status)
				assert.Equal(t, "SOMETIMES", r.Organization.MFAPolicy)
			},
		},
		"null is the zero value": {
			200, `{"request_id": "request-id-1", "status_code": null, "member": null, "member_authenticated": null,
				"session_token": null, "intermediate_session_token_expires_at": null, "organization":
				{"organization_name": null, "trusted_metadata": null, "email_allowed_domains": null}}`,
			func(t *testing.T, r *intermediatesessions.ExchangeResponse) {
				assert.Zero(t, r.Member)
				assert.True(t, r.IntermediateSessionTokenExpiresAt.IsZero())
				assert.Nil(t, r.Organization.EmailAllowedDomains)
			},
		},
		"the smallest integer keeps its value": {
			200, `{"request_id": "request-id-1", "status_code": ` + strconv.Itoa(math.MinInt) + `}`,
			func(t *testing.T, r *intermediatesessions.ExchangeResponse) {
				assert.Equal(t, math.MinInt, r.StatusCode)
			},
		},
		"a name in another case is another name": {
			200, `{"request_id": "request-id-1", "Member_ID": "other", "REQUEST_ID": "other"}`,
			func(t *testing.T, r *intermediatesessions.ExchangeResponse) {
				assert.Equal(t, "request-id-1", r.RequestID)
				assert.Empty(t, r.MemberID)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp, err := exchangeAnswered(t, tt.status, tt.body)
			require.NoError(t, err)
			if tt.check != nil {
				tt.check(t, resp)
			}
		})
	}
}

func TestAnswer_undecodable(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status                   int
		body                     string
		field, reason, requestID string
	}{
		"HTML under 200":       {200, "<html>Sign in to the Wi-Fi</html>", "", "not valid JSON", ""},
		"nothing under 200":    {200, "", "", "empty", ""},
		"nothing under 204":    {204, "", "", "empty", ""},
		"null":                 {200, "null", "", "neither request_id nor status_code", ""},
		"white space":          {200, " \n ", "", "cut short", ""},
		"an empty object":      {200, "{}", "", "neither request_id nor status_code", ""},
		"another API's object": {200, `{"ok": true}`, "", "neither request_id nor status_code", ""},
		"an array":             {200, `[{"request_id": "r"}]`, "", "JSON array does not fit", ""},
		"a string":             {200, `"request-id-1"`, "", "JSON string does not fit", ""},
		"a number":             {200, "7", "", "JSON number does not fit", ""},
		"JSON that is cut short": {
			200, `{"request_id": "request-id-1", "member": {"member_id": "mem`, "", "cut short", "request-id-1",
		},
		"text after the object": {200, jsonOK + "<!-- cached -->", "", "not valid JSON", "request-id-1"},
		"a second object":       {200, jsonOK + jsonOK, "", "not valid JSON", "request-id-1"},
		"a name that occurs twice, the second time with a value of the wrong type": {
			200, `{"request_id": "request-id-1", "member_id": "a", "member_id": 7}`, "/member_id",
			"JSON number does not fit string", "request-id-1",
		},
		"half of an emoji before a value of the wrong type": {
			200, `{"new": "\ud83d", "request_id": "request-id-1", "member_authenticated": 1}`, "/member_authenticated",
			"JSON number does not fit bool", "request-id-1",
		},
		"a number for a string": {
			200, `{"request_id": "request-id-1", "member": {"member_id": 7}}`,
			"/member/member_id", "JSON number does not fit string", "request-id-1",
		},
		"a string for a bool": {
			200, `{"request_id": "request-id-1", "member_authenticated": "cAnArY"}`,
			"/member_authenticated", "JSON string does not fit bool", "request-id-1",
		},
		"an object for a list, in the third element": {
			200, `{"request_id": "request-id-1", "member": {"roles": [{}, {}, {"sources": {}}]}}`,
			"/member/roles/2/sources", "JSON object does not fit []organizations.", "request-id-1",
		},
		"a malformed time": {
			200, `{"request_id": "request-id-1", "member": {"created_at": "cAnArY"}}`,
			"/member/created_at", "JSON string does not fit time.Time", "request-id-1",
		},
		"a number beyond 64 bits": {
			200, `{"status_code": 1e400, "request_id": "request-id-1"}`, "/status_code", "does not fit int", "request-id-1",
		},
		"a million brackets": {200, strings.Repeat("[", 1_000_000), "", "does not fit", ""},
		"a million braces in an unknown field": {
			200, `{"request_id": "request-id-1", "new": ` + strings.Repeat(`{"a":`, 1_000_000), "/new", "not valid JSON", "request-id-1",
		},
		"a million brackets in metadata": {
			200, `{"request_id": "request-id-1", "organization": {"trusted_metadata": {"a": ` + strings.Repeat("[", 1_000_000),
			"/organization/trusted_metadata/a", "not valid JSON", "request-id-1",
		},
		"a 304": {304, "", "", "neither a success nor an error", ""},
		"a redirect without a Location": {
			302, jsonOK, "", "neither a success nor an error", "request-id-1",
		},
	} {
		t.Run(name+" is a DecodeError with place and reason", func(t *testing.T) {
			t.Parallel()
			resp, err := exchangeAnswered(t, tt.status, tt.body)
			e := requireError[decodeError](t, resp, err)
			assert.Equal(t, "b2b.discovery.intermediate_sessions.exchange", e.Op)
			assert.Equal(t, tt.status, e.StatusCode)
			assert.Contains(t, e.Reason, tt.reason)
			assert.Equal(t, tt.requestID, e.RequestID)
			if tt.field == "" {
				assert.Empty(t, e.Field)
			} else {
				assert.True(t, strings.HasPrefix(e.Field, tt.field), e.Field)
			}
			assert.Less(t, len(err.Error()), 700)
			assert.NotContains(t, err.Error(), "\n")
			assert.Equal(t, strings.Contains(tt.reason, "cut short"), errors.Is(err, io.ErrUnexpectedEOF))
			assert.NotErrorIs(t, err, stytcherror.ErrTooLarge)
		})
	}
}

func TestAnswer_errorUnderSuccess(t *testing.T) {
	t.Parallel()
	t.Run("an error body with status 200 is an Error", func(t *testing.T) {
		t.Parallel()
		resp, err := exchangeAnswered(t, http.StatusOK, jsonErr)
		e := requireError[apiError](t, resp, err)
		require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
		assert.Equal(t, http.StatusNotFound, e.StatusCode)
		assert.Equal(t, "request-id-1", e.RequestID)
		assert.Equal(t, "No such session.", e.Message)
		assert.JSONEq(t, jsonErr, string(e.Body))
	})
}
