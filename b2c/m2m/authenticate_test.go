package m2m_test

import (
	"context"
	"errors"
	"net/http"
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

var (
	key   = minttest.NewKey("jwk-test-1")
	other = minttest.NewKey("jwk-test-2")
	start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

func at(now time.Time) func(*stytch.Config) {
	return func(c *stytch.Config) { c.Now = func() time.Time { return now } }
}

// authenticate verifies a token at the start, and asserts that only keys are fetched and that an error shows no token.
func authenticate(t *testing.T, req *m2m.AuthenticateTokenRequest) (*m2m.AuthenticateTokenResponse, error) {
	t.Helper()
	api := minttest.NewAPI(key)
	resp, err := client(t, api, at(start)).B2B.M2M.AuthenticateToken(t.Context(), req)
	assert.Equal(t, api.Requests(minttest.Keys), api.Requests(""), "only keys are fetched")
	assert.LessOrEqual(t, api.Requests(""), 1)
	if err != nil {
		assert.Nil(t, resp)
		assert.Contains(t, err.Error(), "m2m.authenticate_token")
		canarytest.Hidden(t, err, "eyJ")
	}
	return resp, err
}

func TestAuthenticateToken_accepts(t *testing.T) {
	t.Parallel()
	claims := minttest.With(minttest.M2MToken(start), map[string]any{
		"jti": "j", "client_id": minttest.M2MClient, "https://stytch.com/other": true, "seats": 7, "nested": map[string]any{"a": []any{"b"}},
	})
	resp, err := authenticate(t, &m2m.AuthenticateTokenRequest{AccessToken: key.Sign(claims)})
	require.NoError(t, err)
	assert.Equal(t, &m2m.AuthenticateTokenResponse{
		ClientID:     minttest.M2MClient,
		Scopes:       []string{"read:users", "write:books"},
		CustomClaims: map[string]any{"region": "eu", "seats": 7.0, "nested": map[string]any{"a": []any{"b"}}},
		IssuedAt:     start,
		ExpiresAt:    start.Add(time.Hour),
	}, resp)
	t.Run("a token without custom claims and scopes has none", func(t *testing.T) {
		t.Parallel()
		bare := minttest.With(minttest.M2MToken(start), map[string]any{"scope": nil, "region": nil})
		resp, err := authenticate(t, &m2m.AuthenticateTokenRequest{AccessToken: key.Sign(bare)})
		require.NoError(t, err)
		assert.Nil(t, resp.CustomClaims)
		assert.Empty(t, resp.Scopes)
	})
	t.Run("both products accept a token", func(t *testing.T) {
		t.Parallel()
		c := client(t, minttest.NewAPI(key), at(start))
		for _, s := range []*m2m.Service{c.B2B.M2M.Service, c.B2C.M2M.Service} {
			_, err := s.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: key.Sign(claims)})
			require.NoError(t, err)
		}
	})
}

func TestAuthenticateToken_scopes(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		held     string
		required []string
		reason   string // empty if the scopes suffice
	}{
		"no scope is required":                            {"", nil, ""},
		"the scope is held":                               {"read:users", []string{"read:users"}, ""},
		"all scopes are held":                             {" a  b c ", []string{"c", "a", "b"}, ""},
		"the scope has the resource *":                    {"read:*", []string{"read:users", "read"}, ""},
		"the scope is not held":                           {"read:users", []string{"write:users"}, `the token lacks ["write:users"]`},
		"two of three scopes are not held":                {"a", []string{"b", "a", "c:d"}, `the token lacks ["b" "c:d"]`},
		"a scope without a colon does not cover one with": {"read", []string{"read:users"}, `the token lacks ["read:users"]`},
		"there is no wildcard for actions":                {"*:users", []string{"read:users"}, `the token lacks ["read:users"]`},
		"an empty scope is not held":                      {"a", []string{""}, `the token lacks [""]`},
		"a tab does not separate scopes":                  {"a\tb", []string{"a"}, `the token lacks ["a"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := key.Sign(minttest.With(minttest.M2MToken(start), map[string]any{"scope": tt.held}))
			_, err := authenticate(t, &m2m.AuthenticateTokenRequest{AccessToken: token, RequiredScopes: tt.required})
			if tt.reason == "" {
				require.NoError(t, err)
				return
			}
			e, ok := errors.AsType[*stytcherror.PermissionError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.reason, e.Reason)
			assert.NotErrorIs(t, err, stytcherror.ErrTenancyMismatch)
		})
	}
}

func TestAuthenticateToken_time(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		age, max, leeway time.Duration
		want             error
	}{
		"a new token is accepted":                   {0, 0, 0, nil},
		"a token in its last second is accepted":    {time.Hour - time.Second, 0, 0, nil},
		"a token is expired at exp":                 {time.Hour, 0, 0, stytcherror.ErrTokenExpired},
		"leeway prolongs the life of a token":       {time.Hour, 0, 2 * time.Second, nil},
		"a token is expired at exp plus leeway":     {time.Hour + 2*time.Second, 0, 2 * time.Second, stytcherror.ErrTokenExpired},
		"a token as old as MaxTokenAge is accepted": {time.Minute, time.Minute, 0, nil},
		"a token older than MaxTokenAge is too old": {time.Minute + time.Second, time.Minute, 0, stytcherror.ErrTokenTooOld},
		"iat may be five seconds in the future":     {-5 * time.Second, 0, 0, nil},
		"iat may not be six seconds in the future":  {-6 * time.Second, 0, 0, stytcherror.ErrTokenMalformed},
		"a negative MaxTokenAge is refused":         {0, -1, 0, errArgument},
		"a negative leeway is refused":              {0, 0, -1, errArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := authenticate(t, &m2m.AuthenticateTokenRequest{
				AccessToken: key.Sign(minttest.M2MToken(start.Add(-tt.age))), MaxTokenAge: shared.NonZero(tt.max), Leeway: tt.leeway,
			})
			if errors.Is(tt.want, errArgument) {
				_, ok := errors.AsType[*stytcherror.ArgumentError](err)
				require.True(t, ok, "%v", err)
				return
			}
			require.ErrorIs(t, err, tt.want)
		})
	}
}

var errArgument = errors.New("an ArgumentError")

func TestAuthenticateToken_refuses(t *testing.T) {
	t.Parallel()
	token := func(others map[string]any) string {
		return key.Sign(minttest.With(minttest.M2MToken(start), others))
	}
	for name, tt := range map[string]struct {
		token string
		want  error
	}{
		"a member's session":                      {key.Sign(minttest.MemberSession(start)), stytcherror.ErrTokenKind},
		"a user's session":                        {key.Sign(minttest.UserSession(start)), stytcherror.ErrTokenKind},
		"a member's access token":                 {key.Sign(minttest.AppToken(start, true)), stytcherror.ErrTokenKind},
		"a user's access token":                   {key.Sign(minttest.AppToken(start, false)), stytcherror.ErrTokenKind},
		"a session that is null":                  {token(map[string]any{minttest.SessionClaim: (*int)(nil)}), stytcherror.ErrTokenKind},
		"a token with an organization":            {token(map[string]any{minttest.OrganizationClaim: map[string]any{"organization_id": "o"}}), stytcherror.ErrTokenKind},
		"another client_id":                       {token(map[string]any{"client_id": "m2m-client-test-2"}), stytcherror.ErrTokenKind},
		"an expired session":                      {key.Sign(minttest.UserSession(start.Add(-time.Hour))), stytcherror.ErrTokenKind},
		"a token with another audience too":       {token(map[string]any{"aud": []string{minttest.Project, "https://api.example.com"}}), stytcherror.ErrTokenClaims},
		"a token with another audience":           {token(map[string]any{"aud": []string{"project-test-2"}}), stytcherror.ErrTokenClaims},
		"a token of another issuer":               {token(map[string]any{"iss": "stytch.com/project-test-2"}), stytcherror.ErrTokenClaims},
		"a token without sub":                     {token(map[string]any{"sub": nil}), stytcherror.ErrTokenMalformed},
		"a token without exp":                     {token(map[string]any{"exp": nil}), stytcherror.ErrTokenMalformed},
		"a list of scopes":                        {token(map[string]any{"scope": []string{"read:users"}}), stytcherror.ErrTokenMalformed},
		"a client_id that is a number":            {token(map[string]any{"client_id": 7}), stytcherror.ErrTokenMalformed},
		"a token of an unknown key":               {other.Sign(minttest.M2MToken(start)), stytcherror.ErrKeyUnknown},
		"a token of another key with a known kid": {other.WithKID(key.KID).Sign(minttest.M2MToken(start)), stytcherror.ErrTokenSignature},
		"a text that is not a token":              {"not.a.jwt", stytcherror.ErrTokenMalformed},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			_, err := authenticate(t, &m2m.AuthenticateTokenRequest{AccessToken: tt.token})
			require.ErrorIs(t, err, tt.want)
		})
	}
	t.Run("a request without a token is an ArgumentError", func(t *testing.T) {
		t.Parallel()
		for _, req := range []*m2m.AuthenticateTokenRequest{nil, {}} {
			_, err := authenticate(t, req)
			e, ok := errors.AsType[*stytcherror.ArgumentError](err)
			require.True(t, ok)
			assert.Equal(t, "access_token", e.Field)
		}
		var none context.Context
		_, err := client(t, minttest.NewAPI(key)).B2C.M2M.AuthenticateToken(none, nil)
		e, ok := errors.AsType[*stytcherror.ArgumentError](err)
		require.True(t, ok)
		assert.Equal(t, "ctx", e.Field)
	})
	t.Run("without keys every token is refused", func(t *testing.T) {
		t.Parallel()
		text := key.Sign(minttest.M2MToken(time.Now()))
		down := roundTrip(func(r *http.Request) (*http.Response, error) { return respond(r, 503, ""), nil })
		_, err := client(t, down).B2C.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: text})
		require.ErrorIs(t, err, stytcherror.ErrKeysUnavailable)
		_, err = new(m2m.Service).AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: text})
		require.Error(t, err)
	})
}
