package verify_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestIntrospectTokenNetwork_request(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		edit func(*networkRequest)
		want url.Values
	}{
		"without optional fields": {func(r *networkRequest) { r.ClientSecret = nil }, url.Values{}},
		"with a secret and a hint": {
			func(r *networkRequest) { r.TokenTypeHint = new("refresh_token") },
			url.Values{"client_secret": {appSecret}, "token_type_hint": {"refresh_token"}},
		},
		"with a check, which is not sent": {
			func(r *networkRequest) { r.AuthorizationCheck = on("reports", "read") },
			url.Values{"client_secret": {appSecret}},
		},
	} {
		forEachProduct(t, "the form of a request "+name, func(f *fixture) {
			want := url.Values{"token": {"cAnArY-token"}, "client_id": {minttest.App}}
			maps.Copy(want, tt.want)
			f.api.Handle(introspectPath, func(r *http.Request) (int, []byte, error) {
				assert.Equal(f.t, "https://test.stytch.com/v1/public/"+minttest.Project+"/oauth2/introspect", r.URL.String())
				assert.Equal(f.t, http.MethodPost, r.Method)
				assert.Equal(f.t, []string{"application/x-www-form-urlencoded"}, r.Header["Content-Type"])
				assert.NotContains(f.t, r.Header, "Authorization", "the project's credentials are not sent")
				body, err := io.ReadAll(r.Body)
				assert.NoError(f.t, err)
				form, err := url.ParseQuery(string(body))
				assert.NoError(f.t, err)
				assert.Equal(f.t, want, form)
				return http.StatusOK, []byte(f.introspection()), nil
			})
			req := introspectionRequest()
			tt.edit(req)
			claims, err := f.introspectNetwork(f.t.Context(), req)
			require.NoError(f.t, err)
			assert.Equal(f.t, f.tokenClaims(), claims)
			assert.Equal(f.t, 1, f.api.Requests(introspectPath))
		})
	}
}

// introspectAnswer introspects a token of which the API gives this response.
func (f *fixture) introspectAnswer(status int, body string) (*tokenClaims, error) {
	f.t.Helper()
	f.api.Handle(introspectPath, minttest.Status(status, body))
	claims, err := f.introspectNetwork(f.t.Context(), introspectionRequest())
	assert.Equal(f.t, err != nil, claims == nil, "claims or an error, never both")
	if err != nil {
		assert.Contains(f.t, err.Error(), f.networkOp())
		canarytest.Hidden(f.t, err, "cAnArY")
	}
	return claims, err
}

func TestIntrospectTokenNetwork_answers(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "an inactive token is a TokenError", func(f *fixture) {
		for _, body := range []string{
			`{"active": false, "request_id": "r", "status_code": 200}`, `{"active": false}`,
			`{"active": false, "sub": "` + f.subject + `", "scope": "a"}`,
		} {
			_, err := f.introspectAnswer(http.StatusOK, body)
			isVerdict(f.t, err, f.networkOp(), stytcherror.ErrTokenInactive)
		}
	})
	forEachProduct(t, "an active token may lack all other claims", func(f *fixture) {
		claims, err := f.introspectAnswer(http.StatusOK, `{"active": true, "token_type": "refresh_token", "aud": "a", "request_id": "r"}`)
		require.NoError(f.t, err)
		assert.Equal(f.t, &tokenClaims{TokenType: "refresh_token", Audience: []string{"a"}}, claims)
	})
	forEachProduct(t, "a response that cannot be decoded is a DecodeError", func(f *fixture) {
		for _, body := range []string{
			`{"request_id": "r", "status_code": 200, "sub": "a"}`,
			`{"request_id": "r", "status_code": 401, "error_type": "invalid_client"}`,
			`<html>Sign in to the Wi-Fi</html>`, `{}`,
			`{"active": "true"}`, `{"active": false, "active": true}`,
			`{"active": true, "exp": "tomorrow"}`, `{"active": true, "exp": 1e300}`,
			`{"active": true, "https://stytch.com/organization": "a"}`, `{"active": true, "sub": "a", "sub": "b"}`,
		} {
			f.t.Log(body)
			_, err := f.introspectAnswer(http.StatusOK, body)
			assert.IsType(f.t, new(stytcherror.DecodeError), err)
		}
	}, noRetry)
	forEachProduct(t, "an error of OAuth is an Error with its code", func(f *fixture) {
		_, err := f.introspectAnswer(http.StatusUnauthorized,
			`{"error": "invalid_client", "error_description": "`+appSecret+` cAnArY-token"}`)
		refused := outermost[*stytcherror.Error](f.t, err)
		require.ErrorIs(f.t, err, stytcherror.Code("invalid_client"))
		assert.Equal(f.t, http.StatusUnauthorized, refused.StatusCode)
		assert.Equal(f.t, "[redacted] [redacted]", refused.Message)
	})
	forEachProduct(t, "a temporary failure is retried", func(f *fixture) {
		_, err := f.introspectAnswer(http.StatusServiceUnavailable, "")
		require.Error(f.t, err)
		assert.Equal(f.t, 3, f.api.Requests(introspectPath))
	})
}
