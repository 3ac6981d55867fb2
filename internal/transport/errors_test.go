package transport_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestError_fromAnyBody(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
		want   stytcherror.Error
		text   string
	}{
		"the API's own error": {
			404, jsonErr,
			stytcherror.Error{
				RequestID: "request-id-1", Code: stytcherror.CodeIntermediateSessionNotFound,
				Message: "No such session.", URL: "https://example.com/404",
			},
			"404 intermediate_session_not_found: No such session. (request-id-1)",
		},
		"HTML under 502":         {502, "<html>Bad gateway</html>", stytcherror.Error{Message: "Bad gateway"}, "502 Bad Gateway: Bad gateway"},
		"nothing":                {503, "", stytcherror.Error{}, "503 Service Unavailable"},
		"null":                   {500, "null", stytcherror.Error{}, "500 Internal Server Error"},
		"a list":                 {500, `["error_type"]`, stytcherror.Error{Message: "error_type"}, "500 Internal Server Error: error_type"},
		"text":                   {429, "slow down", stytcherror.Error{Message: "slow down"}, "429 Too Many Requests: slow down"},
		"JSON that is cut short": {400, `{"request_id": "request-id-1`, stytcherror.Error{}, "400 Bad Request"},
		"a status without a name": {
			599, `{"error_type": "odd"}`, stytcherror.Error{Code: "odd"}, "599 odd",
		},
		"an OAuth2 error": {
			401, `{"error": "invalid_grant", "error_description": "Spent.", "error_uri": "https://example.com/grant",
				"request_id": "request-id-1"}`,
			stytcherror.Error{
				RequestID: "request-id-1", Code: "invalid_grant", Message: "Spent.", URL: "https://example.com/grant",
			},
			"401 invalid_grant: Spent. (request-id-1)",
		},
		"an API error that is an OAuth2 error too": {
			400, `{"error": "invalid_request", "error_description": "b", "error_type": "bad_request", "error_message": "a"}`,
			stytcherror.Error{Code: stytcherror.CodeBadRequest, Message: "a"}, "400 bad_request: a",
		},
		"details that are a string": {
			400, `{"request_id": "r", "error_type": "bad_request", "error_details": "why"}`,
			stytcherror.Error{RequestID: "r", Code: stytcherror.CodeBadRequest, Details: []byte(`"why"`)}, "400 bad_request (r)",
		},
		"details that are a number": {
			400, `{"request_id": "r", "error_type": "bad_request", "error_details": 7}`,
			stytcherror.Error{RequestID: "r", Code: stytcherror.CodeBadRequest, Details: []byte("7")}, "400 bad_request (r)",
		},
		"details that are a list": {
			400, `{"request_id": "r", "error_type": "bad_request", "error_details": [{"a": 1}]}`,
			stytcherror.Error{RequestID: "r", Code: stytcherror.CodeBadRequest, Details: []byte(`[{"a": 1}]`)}, "400 bad_request (r)",
		},
		"details that are null": {
			400, `{"error_type": "bad_request", "error_details": null}`,
			stytcherror.Error{Code: stytcherror.CodeBadRequest}, "400 bad_request",
		},
		"an error_type that is a number": {
			400, `{"request_id": "r", "error_type": 7, "error_message": "Text."}`,
			stytcherror.Error{RequestID: "r", Message: "Text."}, "400 Bad Request: Text. (r)",
		},
		"an error_message that is an object": {
			400, `{"request_id": "r", "error_type": "bad_request", "error_message": {"text": "no"}}`,
			stytcherror.Error{RequestID: "r", Code: stytcherror.CodeBadRequest}, "400 bad_request (r)",
		},
		"a request_id and an error that are lists": {
			400, `{"request_id": [], "error": [], "error_message": "Text.", "status_code": "400"}`,
			stytcherror.Error{Message: "Text."}, "400 Bad Request: Text.",
		},
		"text that is not UTF-8": {
			400, `{"request_id": "r", "error_type": "bad_request", "error_message": "` + "a\xffb" + `"}`,
			stytcherror.Error{RequestID: "r", Code: stytcherror.CodeBadRequest, Message: "a\ufffdb"}, "400 bad_request: a b (r)",
		},
		"a name that occurs twice": {
			400, `{"request_id": "r", "error_type": "bad_request", "extra": 1, "extra": 2}`,
			stytcherror.Error{RequestID: "r", Code: stytcherror.CodeBadRequest}, "400 bad_request (r)",
		},
		"junk after the error": {
			400, `{"request_id": "r", "error_type": "bad_request"}` + "\n<!-- proxied -->",
			stytcherror.Error{RequestID: "r", Code: stytcherror.CodeBadRequest}, "400 bad_request (r)",
		},
		"details that are too large": {
			400, `{"request_id": "r", "error_type": "bad_request", "error_details": "` + strings.Repeat("x", 100_000) + `"}`,
			stytcherror.Error{RequestID: "r", Code: stytcherror.CodeBadRequest}, "400 bad_request (r)",
		},
	} {
		t.Run(name+" is an Error with what can be decoded", func(t *testing.T) {
			t.Parallel()
			resp, err := exchangeAnswered(t, tt.status, tt.body)
			e := requireError[apiError](t, resp, err)
			want := tt.want
			want.Op, want.StatusCode = "b2b.discovery.intermediate_sessions.exchange", tt.status
			assert.Equal(t, tt.body[:min(len(tt.body), 4096)], string(e.Body))
			e.Body = nil
			assert.Equal(t, want, *e)
			assert.Equal(t, "stytch: "+want.Op+": "+tt.text, err.Error())
		})
	}
}

func TestError_incompleteBody(t *testing.T) {
	t.Parallel()
	t.Run("an error with an incomplete body is an Error", func(t *testing.T) {
		t.Parallel()
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, `{"error_type": "half`)
		})
		resp, err := exchange(t.Context(), newClient(t, s.URL))
		e := requireError[apiError](t, resp, err)
		assert.Equal(t, http.StatusBadGateway, e.StatusCode)
		assert.Equal(t, `{"error_type": "half`, string(e.Body))
	})
}

func TestError_retryAfter(t *testing.T) {
	t.Parallel()
	const longest = time.Duration(1<<63 - 1)
	now := time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"":                               0,
		"0":                              0,
		"7":                              7 * time.Second,
		" 120 ":                          2 * time.Minute,
		"007":                            7 * time.Second,
		"-5":                             0,
		"+5":                             0,
		"1.5":                            0,
		"1e3":                            0,
		"soon":                           0,
		"7, 8":                           0,
		"9223372036":                     9223372036 * time.Second,
		"9223372037":                     longest,
		"18446744073709551616":           longest,
		"1" + strings.Repeat("0", 30):    longest,
		"Mon, 23 Nov 2026 04:00:30 GMT":  30 * time.Second,
		"Monday, 23-Nov-26 04:00:30 GMT": 30 * time.Second,
		"Mon Nov 23 04:00:30 2026":       30 * time.Second,
		"Mon, 23 Nov 2026 03:00:00 GMT":  0,
		"Fri, 31 Dec 9999 23:59:59 GMT":  time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Sub(now),
		"Mon, 23 Nov 2026 04:00:30 CET":  0,
		"Mon, 99 Nov 2026 04:00:30 GMT":  0,
		"Tue, 01 Jan 0000 00:00:00 GMT":  0,
	} {
		t.Run("Retry-After: "+header, func(t *testing.T) {
			t.Parallel()
			resp, err := exchange(t.Context(), newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
				return respond(r, 429, "{}", "Retry-After: "+header), nil
			}), withClock(now)))
			require.Equal(t, want, requireError[apiError](t, resp, err).RetryAfter)
		})
	}
}
