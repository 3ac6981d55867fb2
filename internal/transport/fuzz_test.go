package transport_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// mark stands for the call's token in fuzzed text, so that the fuzzer can move it.
const mark = "\u2603"

// exchangeFuzzed makes a call that gets this response, with the token in place of each mark.
func exchangeFuzzed(t *testing.T, status int, body string, header ...string) error {
	t.Helper()
	body = strings.ReplaceAll(body, mark, token)
	client, err := stytch.NewClient(stytch.Config{
		ProjectID: projectID, Secret: secretText, MaxResponseBytes: 1 << 20,
		HTTPClient: &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			return respond(r, status, body, header...), nil
		})},
	})
	require.NoError(t, err)
	resp, err := exchange(t.Context(), client)
	require.Equal(t, err == nil, resp != nil, "a response or an error, never both")
	if err != nil {
		require.NotContains(t, err.Error(), token)
		require.NotContains(t, err.Error(), "\n")
		require.Less(t, len(err.Error()), 2000)
		require.True(t, utf8.ValidString(err.Error()))
	}
	return err
}

func FuzzDecodeAnswer(f *testing.F) {
	for _, body := range []string{
		jsonOK, jsonErr, "", "null", "{}", "[]", `""`, "7", " ", "<html>", jsonOK + "x", `{"request_id": "r", "status_code": 404}`,
		`{"request_id": "r", "status_code": 1e3}`, `{"request_id": "` + mark + `", "status_code": "` + mark + `"}`,
		`{"request_id": "r", "` + mark + `": 1, "` + mark + `": 2}`, `{"request_id": "r", "a/b~c": {"` + mark + `": tru`,
		`{"request_id": "r", "member": {"roles": [{"sources": 1}]}}`, `{"request_id": "\ud800"}`, "{\"request_id\": \"\xff\"}",
		`{"request_id": "r", "member": {"created_at": "2026-01-02T03:04:05Z"}}`, strings.Repeat("[", 20_000),
		`{"request_id": "r", "organization": {"trusted_metadata": ` + strings.Repeat(`{"a":`, 20_000),
	} {
		for _, status := range []int{100, 101, 200, 204, 299, 304, 400, 500} {
			f.Add(status, body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		err := exchangeFuzzed(t, status, body)
		switch e := err.(type) { //nolint:errorlint // the outermost error is meant
		case nil:
			require.True(t, status >= 200 && status <= 299, "status %d is a success", status)
		case *stytcherror.Error:
			require.GreaterOrEqual(t, e.StatusCode, 400)
		case *stytcherror.DecodeError:
			require.Less(t, status, 400)
			require.Equal(t, status, e.StatusCode)
			require.NotEmpty(t, e.Reason)
		default:
			require.Failf(t, "unexpected type", "%T: %v", err, err)
		}
	})
}

func FuzzErrorBody(f *testing.F) {
	for _, body := range []string{
		jsonErr, "", "null", "<html>" + mark, `{"error": "` + mark + `", "error_description": "` + mark + `"}`,
		`{"error_type": "` + mark + mark + `", "error_message": "a` + mark + `b", "request_id": "` + mark + `"}`,
		`{"error_type": 7, "error_details": {"a": [` + mark, `{"error_type": "a", "error_type": "b"} junk`,
		`{"error_message": "\r\n\u2028\u0000"}`, "{\"error_message\": \"\xff\xfe\"}", `{"error_message": "` + strings.Repeat("é", 9000) + `"}`,
	} {
		f.Add(uint16(404), body)
		f.Add(uint16(429), body)
	}
	f.Fuzz(func(t *testing.T, status uint16, body string) {
		if status < 400 {
			status = 400 + status%200
		}
		err := exchangeFuzzed(t, int(status), body)
		e, ok := err.(*stytcherror.Error) //nolint:errorlint // the outermost error is meant
		require.True(t, ok, "%T: %v", err, err)
		require.EqualValues(t, status, e.StatusCode)
		require.LessOrEqual(t, len(e.Body), 4096)
		for _, way := range []string{"%v", "%q", "slog text", "slog JSON", "json.Marshal"} {
			require.NotContains(t, canarytest.Print(err)[way], token)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, value := range []string{
		"", "0", "7", "-1", "+1", "1.5", "9223372036", "9223372037", "18446744073709551616", "soon", " 7 ", "7, 8",
		"Mon, 23 Nov 2026 04:00:30 GMT", "Monday, 23-Nov-26 04:00:30 GMT", "Mon Nov 23 04:00:30 2026", "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		err := exchangeFuzzed(t, http.StatusTooManyRequests, "{}", "Retry-After: "+value)
		e, ok := err.(*stytcherror.Error) //nolint:errorlint // the outermost error is meant
		require.True(t, ok, "%T: %v", err, err)
		require.GreaterOrEqual(t, e.RetryAfter, time.Duration(0))
		var seconds int64
		digits := strings.TrimSpace(value)
		if digits == "" || strings.Trim(digits, "0123456789") != "" {
			return
		}
		if _, err := fmt.Sscan(strings.TrimLeft(digits, "0")+"", &seconds); err == nil && seconds < 1<<32 {
			require.Equal(t, time.Duration(seconds)*time.Second, e.RetryAfter)
		}
	})
}

func FuzzPathSegment(f *testing.F) {
	for _, id := range []string{
		"project-test-1", "", ".", "..", "...", "a/b", "%2e%2e", "%", "a?b#c", `\`, " ", "\r\n", "\x00", "ü", "\xff", "..;", "{project_id}", "//",
	} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		target, err := sentPath(t.Context(), t, "https://auth.example/base", id)
		if id == "" || id == "." || id == ".." || !utf8.ValidString(id) {
			_, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			require.Empty(t, target)
			return
		}
		require.NoError(t, err)
		segments := strings.Split(target, "/")
		require.Len(t, segments, 7, target)
		require.Equal(t, "/base/v1/b2b/sessions/jwks", strings.Join(segments[:6], "/"))
		back, err := url.PathUnescape(segments[6])
		require.NoError(t, err)
		require.Equal(t, id, back)
	})
}
