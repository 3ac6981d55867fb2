package m2m_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/internal/canarytest"
)

func TestRedaction(t *testing.T) {
	t.Parallel()
	c := client(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		return respond(r, 200, `{"access_token": "cAnArY-token", "token_type": "bearer", "expires_in": 60, "request_id": "r"}`), nil
	}))
	ts := c.B2B.M2M.TokenSource(request())
	_, err := ts.Token(t.Context())
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		v    any
		want string
	}{
		"TokenRequest": {
			m2m.TokenRequest{ClientID: "m", ClientSecret: "cAnArY-secret", Scopes: []string{"a"}},
			`TokenRequest{"client_id":"m","client_secret":"[redacted]","scopes":["a"]}`,
		},
		"TokenResponse": {
			m2m.TokenResponse{RequestID: "r", StatusCode: 200, AccessToken: "cAnArY-token", TokenType: "bearer", ExpiresIn: 7},
			`TokenResponse{"request_id":"r","status_code":200,"access_token":"[redacted]","token_type":"bearer","expires_in":7}`,
		},
		"AccessToken": {
			m2m.AccessToken{AccessToken: "cAnArY-token", TokenType: "bearer", ExpiresAt: start},
			`AccessToken{"access_token":"[redacted]","token_type":"bearer","expires_at":"2026-11-23T12:00:00Z"}`,
		},
		"AuthenticateTokenRequest": {
			m2m.AuthenticateTokenRequest{AccessToken: "cAnArY-token", RequiredScopes: []string{"a"}, Leeway: time.Second},
			`AuthenticateTokenRequest{"access_token":"[redacted]","required_scopes":["a"],"leeway":"1s"}`,
		},
		"TokenSource":      {ts, "m2m.TokenSource(" + request().ClientID + ")"},
		"a Transport":      {ts.Transport(nil), "m2m.tokenTransport of m2m.TokenSource(" + request().ClientID + ")"},
		"a nil source":     {(*m2m.TokenSource)(nil), "m2m.TokenSource(nil)"},
		"both in a struct": {struct{ A, B any }{ts, c}, "{m2m.TokenSource(" + request().ClientID + ") " + c.String() + "}"},
	} {
		t.Run("no way to print "+name+" shows a secret", func(t *testing.T) {
			t.Parallel()
			canarytest.Hidden(t, tt.v, "cAnArY")
			assert.Equal(t, tt.want, fmt.Sprint(tt.v))
		})
	}
}

func TestRedaction_log(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]func(*bytes.Buffer, *slog.HandlerOptions) slog.Handler{
		"text": func(b *bytes.Buffer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(b, o) },
		"JSON": func(b *bytes.Buffer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(b, o) },
	} {
		for _, status := range []int{200, 401} {
			t.Run(fmt.Sprintf("the client's own log, as %s, shows no secret of a call that ends in %d", name, status), func(t *testing.T) {
				t.Parallel()
				var log bytes.Buffer
				c := client(t, roundTrip(func(r *http.Request) (*http.Response, error) {
					return respond(r, status, `{"access_token": "cAnArY-token", "error": "`+clientSecret+`", "request_id": "r"}`), nil
				}), func(c *stytch.Config) {
					c.Logger = slog.New(handler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				})
				_, err := c.B2B.M2M.Token(t.Context(), request())
				assert.Equal(t, status >= 400, err != nil)
				assert.Contains(t, log.String(), "m2m.token")
				assert.Contains(t, log.String(), request().ClientID)
				canarytest.Hidden(t, log.String(), "cAnArY")
			})
		}
	}
}
