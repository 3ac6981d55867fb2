package idp_test

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/idp"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestIntrospectTokenNetwork_request(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit func(*idp.IntrospectTokenNetworkRequest)
		want url.Values
	}{
		"what must be": {func(r *idp.IntrospectTokenNetworkRequest) { r.ClientSecret = nil }, url.Values{}},
		"an app's secret and a hint": {
			func(r *idp.IntrospectTokenNetworkRequest) { r.TokenTypeHint = new("refresh_token") },
			url.Values{"client_secret": {appSecret}, "token_type_hint": {"refresh_token"}},
		},
		"no check, which stays here": {
			func(r *idp.IntrospectTokenNetworkRequest) {
				r.AuthorizationCheck = check("reports", "read")
			},
			url.Values{"client_secret": {appSecret}},
		},
	} {
		t.Run("a form has "+name, func(t *testing.T) {
			t.Parallel()
			api := minttest.NewAPI(key)
			api.Handle(introspect, func(r *http.Request) (int, []byte, error) {
				assert.Equal(t, "https://test.stytch.com/v1/public/"+minttest.Project+"/oauth2/introspect", r.URL.String())
				assert.Equal(t, http.MethodPost, r.Method)
				assert.Equal(t, []string{"application/x-www-form-urlencoded"}, r.Header["Content-Type"])
				assert.NotContains(t, r.Header, "Authorization", "the app proves itself, the project does not")
				body, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				form, err := url.ParseQuery(string(body))
				assert.NoError(t, err)
				tt.want.Set("token", "cAnArY-token")
				tt.want.Set("client_id", minttest.App)
				assert.Equal(t, tt.want, form, "and nothing else")
				return http.StatusOK, []byte(answer), nil
			})
			req := networkRequest()
			tt.edit(req)
			got, err := client(t, api).B2C.IDP.IntrospectTokenNetwork(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, &want, got)
			assert.Equal(t, 1, api.Requests(introspect))
		})
	}
}

func TestIntrospectTokenNetwork_answers(t *testing.T) {
	t.Parallel()
	ask := func(t *testing.T, status int, body string) (*idp.IntrospectTokenClaims, error) {
		t.Helper()
		api := minttest.NewAPI(key)
		api.Handle(introspect, func(*http.Request) (int, []byte, error) { return status, []byte(body), nil })
		got, err := client(t, api).B2C.IDP.IntrospectTokenNetwork(t.Context(), networkRequest())
		assert.Equal(t, err != nil, got == nil, "claims or an error, never both")
		if err != nil {
			assert.Contains(t, err.Error(), network)
			canarytest.Hidden(t, err, "cAnArY")
		}
		return got, err
	}
	for name, body := range map[string]string{
		"with its envelope": `{"active": false, "request_id": "r", "status_code": 200}`,
		"bare":              `{"active": false}`,
		"with claims":       `{"active": false, "sub": "` + minttest.User + `", "scope": "a"}`,
	} {
		t.Run("an inactive token, "+name+", is a TokenError", func(t *testing.T) {
			t.Parallel()
			_, err := ask(t, 200, body)
			require.ErrorIs(t, err, stytcherror.ErrTokenInactive)
		})
	}
	t.Run("an active token of which little is said is told so", func(t *testing.T) {
		t.Parallel()
		got, err := ask(t, 200, `{"active": true, "token_type": "refresh_token", "aud": "a", "request_id": "r"}`)
		require.NoError(t, err)
		assert.Equal(t, &idp.IntrospectTokenClaims{TokenType: "refresh_token", Audience: []string{"a"}}, got)
	})
	for name, body := range map[string]string{
		"an answer that does not say active": `{"request_id": "r", "status_code": 200, "sub": "a"}`,
		"a no under 200":                     `{"request_id": "r", "status_code": 401, "error_type": "invalid_client"}`,
		"a captive portal":                   `<html>Sign in to the Wi-Fi</html>`,
		"an empty object":                    `{}`,
		"active in words":                    `{"active": "true"}`,
		"active twice":                       `{"active": false, "active": true}`,
		"an end in words":                    `{"active": true, "exp": "tomorrow"}`,
		"an end beyond all":                  `{"active": true, "exp": 1e300}`,
		"an organization that is a name":     `{"active": true, "https://stytch.com/organization": "a"}`,
		"a custom claim twice":               `{"active": true, "a": 1, "a": 2}`,
	} {
		t.Run(name+" is a DecodeError, never a yes", func(t *testing.T) {
			t.Parallel()
			_, err := ask(t, 200, body)
			_, ok := err.(*stytcherror.DecodeError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok, "%T: %v", err, err)
		})
	}
	t.Run("the no of OAuth2 is an Error with its code", func(t *testing.T) {
		t.Parallel()
		_, err := ask(t, 401, `{"error": "invalid_client", "error_description": "`+appSecret+` cAnArY-token"}`)
		e, ok := err.(*stytcherror.Error) //nolint:errorlint // the outermost error is meant
		require.True(t, ok, "%T: %v", err, err)
		require.ErrorIs(t, err, stytcherror.Code("invalid_client"))
		assert.Equal(t, 401, e.StatusCode)
		assert.Equal(t, "[redacted] [redacted]", e.Message)
	})
	t.Run("what may pass is tried again", func(t *testing.T) {
		t.Parallel()
		api := minttest.NewAPI(key)
		api.Handle(introspect, func(*http.Request) (int, []byte, error) { return 503, nil, nil })
		c := client(t, api, func(c *stytch.Config) {
			c.Retry = shared.RetryPolicy{MinDelay: time.Microsecond, MaxDelay: time.Microsecond}
		})
		_, err := c.B2C.IDP.IntrospectTokenNetwork(t.Context(), networkRequest())
		require.Error(t, err)
		assert.Equal(t, 3, api.Requests(introspect))
	})
}
