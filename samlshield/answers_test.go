package samlshield_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/samlshield"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestValidate_errorResponse(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status    int
		body      string
		code      stytcherror.Code
		requestID string
	}{
		"an error of the service":              {400, `{"status_code": 400, "request_id": "r", "error_type": "saml_invalid", "error_message": "No."}`, "saml_invalid", "r"},
		"an OAuth2 error":                      {401, `{"error": "invalid_token", "error_description": "No."}`, "invalid_token", ""},
		"a gateway's page":                     {502, "<html>Bad gateway</html>", "", ""},
		"an error without a body":              {500, "", "", ""},
		"an error with status 200":             {200, `{"status_code": 400, "request_id": "r", "error_type": "saml_invalid"}`, "saml_invalid", "r"},
		"an error whose fields have bad types": {400, `{"error_type": 7, "request_id": "r", "error_message": {}}`, "", "r"},
	} {
		t.Run(name+" is an Error", func(t *testing.T) {
			t.Parallel()
			resp, err := client(t, answering(tt.status, tt.body)).SAML.Validate(t.Context(), request)
			require.Nil(t, resp)
			e, ok := err.(*stytcherror.Error) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			assert.Equal(t, "samlshield.saml.validate", e.Op)
			assert.Equal(t, max(tt.status, 400), e.StatusCode)
			assert.Equal(t, tt.code, e.Code)
			assert.Equal(t, tt.requestID, e.RequestID)
		})
	}
}

func TestValidate_undecodable(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		status int
		body   string
	}{
		"a captive portal":             {200, "<html>Sign in to the Wi-Fi</html>"},
		"an empty body":                {200, ""},
		"a 204":                        {204, ""},
		"an empty object":              {200, "{}"},
		"null":                         {200, "null"},
		"another service's success":    {200, `{"valid": true, "message": "ok"}`},
		"a response that is cut short": {200, jsonOK[:len(jsonOK)-4]},
		"two responses":                {200, jsonOK + jsonOK},
		"a message that is a list":     {200, `{"request_id": "a", "message": ["Valid."]}`},
		"a million brackets":           {200, strings.Repeat("[", 1_000_000)},
		"a 304":                        {304, ""},
		"a body beyond the limit":      {200, `{"request_id": "a", "message": "` + strings.Repeat("x", 4096) + `"}`},
	} {
		t.Run(name+" is a DecodeError, never a success", func(t *testing.T) {
			t.Parallel()
			c := client(t, answering(tt.status, tt.body), func(c *samlshield.Config) { c.MaxResponseBytes = 2048 })
			if len(tt.body) > 10_000 {
				c = client(t, answering(tt.status, tt.body))
			}
			resp, err := c.SAML.Validate(t.Context(), request)
			require.Nil(t, resp)
			e, ok := err.(*stytcherror.DecodeError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			assert.Equal(t, "samlshield.saml.validate", e.Op)
			assert.Less(t, len(err.Error()), 700)
		})
	}
}

func TestValidate_lenient(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a name that comes twice": `{"request_id": "a", "request_id": "b", "message": "Valid."}`,
		"text that is not UTF-8":  `{"request_id": "b", "message": "Valid.", "by": "` + "\xff" + `"}`,
	} {
		t.Run(name+" does not turn a success into an error", func(t *testing.T) {
			t.Parallel()
			resp, err := client(t, answering(http.StatusOK, body)).SAML.Validate(t.Context(), request)
			require.NoError(t, err)
			assert.Equal(t, &samlshield.ValidateResponse{RequestID: "b", Message: "Valid."}, resp)
		})
	}
	for _, body := range []string{
		`{"request_id": "a", "status_code": 200, "status_code": 400, "error_type": "saml_invalid"}`,
		`{"request_id": "a", "status_code": 400, "error_type": "saml_invalid", "error_message": "` + "\xff" + `"}`,
	} {
		t.Run("nor a refusal into a success", func(t *testing.T) {
			t.Parallel()
			resp, err := client(t, answering(http.StatusOK, body)).SAML.Validate(t.Context(), request)
			require.Nil(t, resp)
			assert.ErrorIs(t, err, stytcherror.Code("saml_invalid"))
		})
	}
}

func TestValidate_echo(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"the assertion":                    assertion,
		"the assertion, escaped":           url.QueryEscape(assertion),
		"the form":                         "SAMLResponse=" + url.QueryEscape(assertion),
		"the token":                        token,
		"the header":                       "Bearer " + token,
		"both, without a space":            assertion + token + assertion,
		"the assertion, far into the text": strings.Repeat("x", 390) + assertion,
	} {
		for shape, body := range map[string]string{
			"the message": `{"error_type": "bad_request", "error_message": "` + text + `"}`,
			"the code":    `{"error_type": "` + text + `"}`,
			"the id":      `{"request_id": "` + text + `"}`,
			"the URL":     `{"error_url": "https://example.com/` + text + `"}`,
			"the page":    text,
		} {
			t.Run(name+", echoed in "+shape+", is not shown", func(t *testing.T) {
				t.Parallel()
				_, err := client(t, answering(400, body)).SAML.Validate(t.Context(), request)
				require.Error(t, err)
				canarytest.Hidden(t, err, assertion, token, "cAnArY")
			})
		}
		t.Run(name+", echoed as a field's name, is not shown", func(t *testing.T) {
			t.Parallel()
			_, err := client(t, answering(200, `{"`+text+`": 1, "`+text+`": 2}`)).SAML.Validate(t.Context(), request)
			_, ok := errors.AsType[*stytcherror.DecodeError](err)
			require.True(t, ok, "%v", err)
			canarytest.Hidden(t, err, assertion, token, "cAnArY")
		})
	}
}

func TestValidate_server(t *testing.T) {
	t.Parallel()
	t.Run("a call to a server that hangs ends with its timeout, and leaves no goroutine", func(t *testing.T) {
		t.Parallel()
		s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}))
		t.Cleanup(s.Close)
		c, err := samlshield.NewClient(samlshield.Config{PublicToken: token, BaseURL: s.URL})
		require.NoError(t, err)
		t.Cleanup(c.CloseIdleConnections)
		resp, err := c.SAML.Validate(t.Context(), request, shared.WithTimeout(50*time.Millisecond))
		require.Nil(t, resp)
		e, ok := errors.AsType[*stytcherror.RequestError](err)
		require.True(t, ok, "%v", err)
		assert.True(t, e.Timeout())
	})
	t.Run("calls one after the other share connections", func(t *testing.T) {
		t.Parallel()
		from := map[string]bool{}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			from[r.RemoteAddr] = true
			assert.Equal(t, "/shield/v1/saml/validate", r.URL.Path)
			assert.Equal(t, assertion, r.PostFormValue("SAMLResponse"))
			_, _ = io.WriteString(w, jsonOK)
		}))
		t.Cleanup(s.Close)
		c, err := samlshield.NewClient(samlshield.Config{PublicToken: token, BaseURL: s.URL + "/shield/"})
		require.NoError(t, err)
		t.Cleanup(c.CloseIdleConnections)
		const calls = 10
		for range calls {
			_, err = c.SAML.Validate(t.Context(), request)
			require.NoError(t, err)
		}
		assert.Less(t, len(from), calls/2, "net/http rarely opens a second one")
	})
}
