package transport_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/shared"
)

// escaped returns ASCII text with every character escaped for JSON.
func escaped(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, `\u%04x`, text[i])
	}
	return b.String()
}

// The halves of shared.WithAuthorization, of which a call takes one.
var (
	byToken = shared.Authorization{SessionToken: callerToken}
	byJWT   = shared.Authorization{SessionJWT: callerJWT}
)

// revoke makes a call with every kind of secret: the project's, that of WithAuthorization and those of the request.
func revoke(t *testing.T, client *stytch.Client, by shared.Authorization) (*sessions.RevokeResponse, error) {
	t.Helper()
	return client.B2B.Sessions.Revoke(t.Context(),
		&sessions.RevokeRequest{SessionToken: new(token), SessionJWT: new(token + ".payload")}, shared.WithAuthorization(by))
}

func TestEcho(t *testing.T) {
	t.Parallel()
	basic := base64.StdEncoding.EncodeToString([]byte(projectID + ":" + secretText))
	sent := map[string]string{
		"the project's secret":            secretText,
		"the Authorization header":        "Basic " + basic,
		"the secret, escaped for a URL":   url.QueryEscape(secretText),
		"the request's token":             token,
		"a token that starts with that":   token + ".payload",
		"the caller's session token":      callerToken,
		"the caller's session JWT":        callerJWT,
		"all of them, without a space":    secretText + token + token + ".payload" + callerToken + basic,
		"a token, escaped for JSON":       escaped(token),
		"the secret, escaped for JSON":    escaped(secretText),
		"a token at the end of long text": strings.Repeat("x", 380) + token,
		"a token on a line of its own":    `\n` + token + `\n`,
	}
	shapes := map[string]struct {
		status int
		body   string
	}{
		"error_message":               {400, `{"request_id": "r", "error_type": "bad_request", "error_message": "bad: %s."}`},
		"error_type":                  {400, `{"error_type": "bad %s"}`},
		"request_id":                  {500, `{"request_id": "%s"}`},
		"error_url":                   {400, `{"error_type": "bad_request", "error_url": "https://example.com/?q=%s"}`},
		"an OAuth2 error":             {401, `{"error": "%s", "error_description": "%[1]s", "error_uri": "%[1]s"}`},
		"error_details":               {400, `{"error_type": "bad_request", "error_details": {"token": "%s"}}`},
		"an HTML error":               {502, `<html>%s</html>`},
		"an error under a 200":        {200, `{"status_code": 404, "request_id": "%s", "error_message": "%[1]s"}`},
		"a response that is not JSON": {200, `<html>%s</html>`},
		"a value of the wrong type":   {200, `{"request_id": "%s", "status_code": "%[1]s"}`},
		"a name that occurs twice":    {200, `{"request_id": "%s", "%[1]s": 1, "%[1]s": 2, "status_code": ""}`},
		"a gateway's message":         {403, `{"message": "no access to %s"}`},
		"a gateway's list of errors":  {403, `{"errors": [{"detail": "%s is blocked"}]}`},
		"a gateway's sentence":        {403, `{"error": "No access to %s"}`},
		"the title of a page":         {403, `<html><title>GET %s</title></html>`},
		"a gateway's text":            {403, `error code: 1020 for %s`},
		"a name before invalid JSON":  {200, `{"request_id": "%s", "a": {"%[1]s": {"%[1]s": bad}}}`},
		"an invalid value":            {200, `{"request_id": "%s", "a": %[1]s}`},
	}
	for what, text := range sent {
		for where, shape := range shapes {
			t.Run("a server that echoes "+what+" in "+where+" does not make it visible", func(t *testing.T) {
				t.Parallel()
				body, by := fmt.Sprintf(shape.body, text), byToken
				if text == callerJWT {
					by = byJWT
				}
				resp, err := revoke(t, newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
					return respond(r, shape.status, body), nil
				})), by)
				require.Nil(t, resp)
				require.Error(t, err)
				requireHidden(t, err)
			})
		}
	}
	t.Run("the text around a secret is kept", func(t *testing.T) {
		t.Parallel()
		resp, err := revoke(t, newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
			return respond(r, 400, `{"error_message": "token `+token+` of `+secretText+` is bad"}`), nil
		})), byToken)
		e := requireError[apiError](t, resp, err)
		assert.Equal(t, "token [redacted] of [redacted] is bad", e.Message)
	})
	t.Run("Body and Details contain what was echoed", func(t *testing.T) {
		t.Parallel()
		resp, err := revoke(t, newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
			return respond(r, 400, `{"error_details": "`+token+`"}`), nil
		})), byToken)
		e := requireError[apiError](t, resp, err)
		assert.Contains(t, string(e.Body), token)
		assert.Contains(t, string(e.Details), token)
	})
	t.Run("what was echoed is not shown in the log of a retry", func(t *testing.T) {
		t.Parallel()
		var log bytes.Buffer
		attempts := 0
		_, err := revoke(t, newClient(t, "", retrying, quick, inMemory(func(r *http.Request) (*http.Response, error) {
			if attempts++; attempts == 1 {
				return respond(r, 429, `{"error_type": "too_many_requests", "error_message": "`+token+secretText+`"}`), nil
			}
			return respond(r, 200, jsonOK), nil
		}), func(c *stytch.Config) {
			c.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}), byToken)
		require.NoError(t, err)
		assert.Contains(t, log.String(), "trying again")
		assert.Contains(t, log.String(), "too_many_requests")
		canarytest.Hidden(t, log.String(), secretText, token, callerToken, callerJWT, "cAnArY")
	})
	t.Run("what the error of a middleware quotes is not shown", func(t *testing.T) {
		t.Parallel()
		resp, err := revoke(t, newClient(t, "", inMemory(func(r *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			return nil, fmt.Errorf("cannot send %s with %v", body, r.Header)
		})), byJWT)
		requireError[requestError](t, resp, err)
		assert.Contains(t, err.Error(), "cannot send")
	})
}
