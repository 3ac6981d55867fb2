package verify_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
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

// introspectionWith returns the API's response about the token with other members, or without those that are nil.
func (f *fixture) introspectionWith(others map[string]any) string {
	var members map[string]any
	require.NoError(f.t, json.Unmarshal([]byte(f.introspection()), &members))
	return minttest.JSON(minttest.With(members, others))
}

func TestIntrospectTokenNetwork_holdsTheAnswer(t *testing.T) {
	t.Parallel()
	type members = map[string]any
	for name, tt := range map[string]struct {
		others  members
		verdict stytcherror.Verdict
	}{
		"a refresh token":            {members{"token_type": "refresh_token"}, wrongKind},
		"an ID token":                {members{"token_type": "id_token"}, wrongKind},
		"a token of no type":         {members{"token_type": nil}, wrongKind},
		"a token of an empty type":   {members{"token_type": ""}, wrongKind},
		"a session's JWT":            {members{minttest.SessionClaim: members{"id": minttest.Session}}, wrongKind},
		"an M2M token":               {members{"sub": minttest.App}, wrongKind},
		"a token without a client":   {members{"client_id": nil}, wrongKind},
		"an empty client":            {members{"client_id": ""}, wrongKind},
		"another client's token":     {members{"client_id": minttest.App + "2"}, wrongClaims},
		"a token without a subject":  {members{"sub": nil}, malformed},
		"a token without exp":        {members{"exp": nil}, malformed},
		"a token without iat":        {members{"iat": nil}, malformed},
		"a token without aud":        {members{"aud": nil}, malformed},
		"a token without iss":        {members{"iss": nil}, malformed},
		"a token of another issuer":  {members{"iss": "https://evil.example"}, wrongClaims},
		"a token of another project": {members{"aud": []string{"project-test-2"}}, wrongClaims},
		"a token that has expired":   {members{"exp": start.Unix()}, stytcherror.ErrTokenExpired},
		"a token of long ago":        {members{"exp": 1}, stytcherror.ErrTokenExpired},
		"a token of the future":      {members{"iat": start.Unix() + 60}, malformed},
		"a token not valid yet":      {members{"nbf": start.Unix() + 60}, malformed},
	} {
		forEachProduct(t, name+" is refused, though the API calls it active", func(f *fixture) {
			_, err := f.introspectAnswer(http.StatusOK, f.introspectionWith(tt.others))
			isVerdict(f.t, err, f.networkOp(), tt.verdict)
		})
	}
	forEachProduct(t, "an active token without claims is refused", func(f *fixture) {
		for _, body := range []string{
			`{"active": true}`, `{"active": true, "request_id": "r", "status_code": 200}`,
			`{"active": true, "token_type": "access_token"}`, `{"active": true, "sub": "` + f.subject + `"}`,
		} {
			_, err := f.introspectAnswer(http.StatusOK, body)
			isVerdict(f.t, err, f.networkOp(), wrongKind)
		}
	})
	forEachProduct(t, "a token of the other product is refused", func(f *fixture) {
		organization := any(members{"organization_id": minttest.Organization})
		if f.isB2B() {
			organization = nil
		}
		_, err := f.introspectAnswer(http.StatusOK, f.introspectionWith(members{minttest.OrganizationClaim: organization}))
		isVerdict(f.t, err, f.networkOp(), wrongKind)
	})
	forEachProduct(t, "a token may lack nbf, and have the audience of an app beside the project", func(f *fixture) {
		audience := []string{"https://api.example.com", minttest.Project}
		claims, err := f.introspectAnswer(http.StatusOK, f.introspectionWith(members{"nbf": nil, "aud": audience}))
		require.NoError(f.t, err)
		assert.Equal(f.t, audience, claims.Audience)
	})
	forEachProduct(t, "the answer must be a success", func(f *fixture) {
		for _, status := range []int{-1, 1, 199, 300, 302, 401, 500} {
			_, err := f.introspectAnswer(http.StatusOK, f.introspectionWith(members{"status_code": status}))
			assert.Equal(f.t, "/status_code", outermost[*stytcherror.DecodeError](f.t, err).Field)
		}
		twice := strings.Replace(f.introspection(), "{", `{"status_code":500,"status_code":200,`, 1)
		_, err := f.introspectAnswer(http.StatusOK, twice)
		assert.IsType(f.t, new(stytcherror.DecodeError), err, "a status_code that occurs twice")
		for _, status := range []any{nil, 201} {
			_, err := f.introspectAnswer(http.StatusOK, f.introspectionWith(members{"status_code": status}))
			require.NoError(f.t, err)
		}
	})
	forEachProduct(t, "the answer must be about the token that was sent", func(f *fixture) {
		f.api.Serve(introspectPath, f.introspection())
		req := introspectionRequest()
		req.Token = f.accessToken(nil)
		_, err := f.introspectNetwork(f.t.Context(), req)
		require.NoError(f.t, err)
		others := []members{{"sub": f.subject + "2"}, {"client_id": minttest.App + "2"}}
		if f.isB2B() {
			others = append(others, members{minttest.OrganizationClaim: members{"organization_id": "organization-test-2"}})
		}
		for _, other := range others {
			req.Token = f.accessToken(other)
			_, err = f.introspectNetwork(f.t.Context(), req)
			isVerdict(f.t, err, f.networkOp(), wrongClaims)
		}
	})
}
