package m2m_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestToken_request(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		scopes []string
		want   url.Values
	}{
		"without scopes, none is sent":             {nil, url.Values{}},
		"of an empty list, none is sent":           {[]string{}, url.Values{}},
		"scopes are joined by spaces":              {[]string{"read:users", "write:books"}, url.Values{"scope": {"read:users write:books"}}},
		"special characters of a form are escaped": {[]string{"a+b&c=d%20"}, url.Values{"scope": {"a+b&c=d%20"}}},
		"order and duplicates are kept":            {[]string{"b", "a", "b"}, url.Values{"scope": {"b a b"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *http.Request
			var body []byte
			c := client(t, roundTrip(func(r *http.Request) (_ *http.Response, err error) {
				got = r
				body, err = io.ReadAll(r.Body)
				return respond(r, http.StatusOK, tokenAnswer(1, 3600)), err
			}))
			req := request()
			req.Scopes = tt.scopes
			resp, err := c.B2B.M2M.Token(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, &m2m.TokenResponse{
				RequestID: "request-id-1", StatusCode: 200, AccessToken: "token-1", TokenType: "bearer", ExpiresIn: 3600,
			}, resp)
			assert.Equal(t, http.MethodPost, got.Method)
			assert.Equal(t, "https://test.stytch.com/v1/public/"+minttest.Project+"/oauth2/token", got.URL.String())
			assert.Equal(t, []string{"application/x-www-form-urlencoded"}, got.Header["Content-Type"])
			assert.NotContains(t, got.Header, "Authorization", "the project's credentials are not sent")
			assert.EqualValues(t, len(body), got.ContentLength)
			form, err := url.ParseQuery(string(body))
			require.NoError(t, err)
			tt.want.Set("grant_type", "client_credentials")
			tt.want.Set("client_id", minttest.M2MClient)
			tt.want.Set("client_secret", clientSecret)
			assert.Equal(t, tt.want, form)
		})
	}
}

func TestToken_refuses(t *testing.T) {
	t.Parallel()
	var none context.Context
	for name, tt := range map[string]struct {
		ctx    context.Context
		req    *m2m.TokenRequest
		option shared.RequestOption
		field  string
	}{
		"no request":           {t.Context(), nil, nil, "client_id"},
		"no client":            {t.Context(), &m2m.TokenRequest{ClientSecret: clientSecret}, nil, "client_id"},
		"no secret":            {t.Context(), &m2m.TokenRequest{ClientID: minttest.M2MClient}, nil, "client_secret"},
		"an empty scope":       {t.Context(), &m2m.TokenRequest{ClientID: "a", ClientSecret: "b", Scopes: []string{""}}, nil, "scopes"},
		"a scope with a space": {t.Context(), &m2m.TokenRequest{ClientID: "a", ClientSecret: "b", Scopes: []string{"a b"}}, nil, "scopes"},
		"a nil context":        {none, request(), nil, "ctx"},
		"a session":            {t.Context(), request(), shared.WithAuthorization(shared.Authorization{SessionToken: "cAnArY"}), "authorization"},
		"other credentials":    {t.Context(), request(), shared.WithHeader("Authorization", "Bearer cAnArY"), "header Authorization"},
	} {
		t.Run(name+" is refused before anything is sent", func(t *testing.T) {
			t.Parallel()
			i := newIssuer(3600)
			var opts []shared.RequestOption
			if tt.option != nil {
				opts = append(opts, tt.option)
			}
			resp, err := client(t, i).B2C.M2M.Token(tt.ctx, tt.req, opts...)
			require.Nil(t, resp)
			e, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			assert.Equal(t, "m2m.token", e.Op)
			assert.Equal(t, tt.field, e.Field)
			assert.Zero(t, i.requests())
			canarytest.Hidden(t, err, "cAnArY")
		})
	}
	t.Run("a Service that New did not make is refused", func(t *testing.T) {
		t.Parallel()
		_, err := new(m2m.Service).Token(t.Context(), request())
		e, ok := err.(*stytcherror.ArgumentError) //nolint:errorlint // the outermost error is meant
		require.True(t, ok, "%T: %v", err, err)
		assert.Equal(t, "cfg", e.Field)
	})
}

func TestToken_errors(t *testing.T) {
	t.Parallel()
	t.Run("an error of OAuth is an Error with its code", func(t *testing.T) {
		t.Parallel()
		body := `{"error": "invalid_client", "error_description": "No such client as ` + clientSecret + `.", "error_uri": "https://example.com/e"}`
		_, err := client(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			return respond(r, http.StatusUnauthorized, body), nil
		})).B2C.M2M.Token(t.Context(), request())
		e, ok := err.(*stytcherror.Error) //nolint:errorlint // the outermost error is meant
		require.True(t, ok, "%T: %v", err, err)
		require.ErrorIs(t, err, stytcherror.Code("invalid_client"))
		assert.Equal(t, "m2m.token", e.Op)
		assert.Equal(t, 401, e.StatusCode)
		assert.Equal(t, "No such client as [redacted].", e.Message, "the secret is masked")
		assert.Equal(t, "https://example.com/e", e.URL)
		canarytest.Hidden(t, err, "cAnArY")
	})
	for name, body := range map[string]string{
		"a response without a token":      `{"request_id": "r", "status_code": 200, "token_type": "bearer", "expires_in": 3600}`,
		"a token that is a number":        `{"request_id": "r", "status_code": 200, "access_token": 7}`,
		"a captive portal":                `<html>Sign in to the Wi-Fi</html>`,
		"a response without a request_id": `{"access_token": "cAnArY"}`,
		"a life that is a string":         `{"request_id": "r", "status_code": 200, "access_token": "cAnArY", "expires_in": "long"}`,
		"a truncated answer":              tokenAnswer(1, 1)[:40],
	} {
		t.Run(name+" is a DecodeError", func(t *testing.T) {
			t.Parallel()
			resp, err := client(t, roundTrip(func(r *http.Request) (*http.Response, error) {
				return respond(r, http.StatusOK, body), nil
			})).B2C.M2M.Token(t.Context(), request())
			require.Nil(t, resp)
			e, ok := err.(*stytcherror.DecodeError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
			assert.Equal(t, "m2m.token", e.Op)
			canarytest.Hidden(t, err, "cAnArY")
		})
	}
}

func TestToken_attempts(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ status, sent int }{
		"three times if there were too many requests": {429, 3},
		"once if a gateway failed":                    {502, 1},
		"once if it is refused":                       {401, 1},
	} {
		t.Run("a request is sent "+name, func(t *testing.T) {
			t.Parallel()
			i := newIssuer(3600)
			i.fails(tt.status)
			c := client(t, i, func(c *stytch.Config) {
				c.Retry = shared.RetryPolicy{MinDelay: time.Microsecond, MaxDelay: time.Microsecond}
			})
			_, err := c.B2B.M2M.Token(t.Context(), request())
			require.Error(t, err)
			assert.Equal(t, tt.sent, i.requests())
		})
	}
}
