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
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

func at(now time.Time) func(*stytch.Config) {
	return func(c *stytch.Config) { c.Now = func() time.Time { return now } }
}

// authenticate verifies a token at noon and says how often the API was asked for more than keys.
func authenticate(t *testing.T, req *m2m.AuthenticateTokenRequest) (*m2m.AuthenticateTokenResponse, error) {
	t.Helper()
	api := minttest.NewAPI(key)
	resp, err := client(t, api, at(noon)).B2B.M2M.AuthenticateToken(t.Context(), req)
	assert.Equal(t, api.Requests(minttest.Keys), api.Requests(""), "only keys are asked for")
	assert.LessOrEqual(t, api.Requests(""), 1)
	if err != nil {
		assert.Nil(t, resp)
		assert.Contains(t, err.Error(), "m2m.authenticate_token")
		canarytest.Hidden(t, err, "eyJ")
	}
	return resp, err
}

func TestAuthenticateToken_says(t *testing.T) {
	t.Parallel()
	claims := minttest.With(minttest.M2MToken(noon), map[string]any{
		"jti": "j", "client_id": minttest.M2MClient, "https://stytch.com/other": true, "seats": 7, "nested": map[string]any{"a": []any{"b"}},
	})
	resp, err := authenticate(t, &m2m.AuthenticateTokenRequest{AccessToken: key.Sign(claims)})
	require.NoError(t, err)
	assert.Equal(t, &m2m.AuthenticateTokenResponse{
		ClientID:     minttest.M2MClient,
		Scopes:       []string{"read:users", "write:books"},
		CustomClaims: map[string]any{"region": "eu", "seats": 7.0, "nested": map[string]any{"a": []any{"b"}}},
		IssuedAt:     noon,
		ExpiresAt:    noon.Add(time.Hour),
	}, resp)
	t.Run("a token without custom claims and scopes has none", func(t *testing.T) {
		t.Parallel()
		bare := minttest.With(minttest.M2MToken(noon), map[string]any{"scope": nil, "region": nil})
		resp, err := authenticate(t, &m2m.AuthenticateTokenRequest{AccessToken: key.Sign(bare)})
		require.NoError(t, err)
		assert.Nil(t, resp.CustomClaims)
		assert.Empty(t, resp.Scopes)
	})
	t.Run("a token serves on both clients", func(t *testing.T) {
		t.Parallel()
		c := client(t, minttest.NewAPI(key), at(noon))
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
		lacks    string
	}{
		"none are required":                {"", nil, ""},
		"one that is held":                 {"read:users", []string{"read:users"}, ""},
		"all that are held":                {" a  b c ", []string{"c", "a", "b"}, ""},
		"one of an action on everything":   {"read:*", []string{"read:users", "read"}, ""},
		"one that is not held":             {"read:users", []string{"write:users"}, `the token lacks ["write:users"]`},
		"two of three that are not held":   {"a", []string{"b", "a", "c:d"}, `the token lacks ["b" "c:d"]`},
		"a word and an action are two":     {"read", []string{"read:users"}, `the token lacks ["read:users"]`},
		"no wildcard stands for an action": {"*:users", []string{"read:users"}, `the token lacks ["read:users"]`},
		"an empty one that nobody has":     {"a", []string{""}, `the token lacks [""]`},
		"only a space parts scopes":        {"a\tb", []string{"a"}, `the token lacks ["a"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := key.Sign(minttest.With(minttest.M2MToken(noon), map[string]any{"scope": tt.held}))
			_, err := authenticate(t, &m2m.AuthenticateTokenRequest{AccessToken: token, RequiredScopes: tt.required})
			if tt.lacks == "" {
				require.NoError(t, err)
				return
			}
			e, ok := errors.AsType[*stytcherror.PermissionError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.lacks, e.Reason)
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
		"a fresh token holds":                  {0, 0, 0, nil},
		"one in its last second holds":         {time.Hour - time.Second, 0, 0, nil},
		"one that has just ended does not":     {time.Hour, 0, 0, stytcherror.ErrTokenExpired},
		"unless there is leeway":               {time.Hour, 0, 2 * time.Second, nil},
		"though not that much":                 {time.Hour + 2*time.Second, 0, 2 * time.Second, stytcherror.ErrTokenExpired},
		"one as old as it may be holds":        {time.Minute, time.Minute, 0, nil},
		"an older one does not":                {time.Minute + time.Second, time.Minute, 0, stytcherror.ErrTokenTooOld},
		"one from a moment ahead holds":        {-5 * time.Second, 0, 0, nil},
		"one from further ahead does not":      {-6 * time.Second, 0, 0, stytcherror.ErrTokenMalformed},
		"nothing is bounded by a negative age": {0, -1, 0, errArgument},
		"nor prolonged by a negative leeway":   {0, 0, -1, errArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := authenticate(t, &m2m.AuthenticateTokenRequest{
				AccessToken: key.Sign(minttest.M2MToken(noon.Add(-tt.age))), MaxTokenAge: shared.NonZero(tt.max), Leeway: tt.leeway,
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
	machine := func(others map[string]any) string {
		return key.Sign(minttest.With(minttest.M2MToken(noon), others))
	}
	for name, tt := range map[string]struct {
		token string
		want  error
	}{
		"a member's session":             {key.Sign(minttest.MemberSession(noon)), stytcherror.ErrTokenKind},
		"a user's session":               {key.Sign(minttest.UserSession(noon)), stytcherror.ErrTokenKind},
		"a member's access token":        {key.Sign(minttest.AppToken(noon, true)), stytcherror.ErrTokenKind},
		"a user's access token":          {key.Sign(minttest.AppToken(noon, false)), stytcherror.ErrTokenKind},
		"a session that is null":         {machine(map[string]any{minttest.SessionClaim: (*int)(nil)}), stytcherror.ErrTokenKind},
		"one with an organization":       {machine(map[string]any{minttest.OrganizationClaim: map[string]any{"organization_id": "o"}}), stytcherror.ErrTokenKind},
		"another's client id":            {machine(map[string]any{"client_id": "m2m-client-test-2"}), stytcherror.ErrTokenKind},
		"an expired session":             {key.Sign(minttest.UserSession(noon.Add(-time.Hour))), stytcherror.ErrTokenKind},
		"one made out to others too":     {machine(map[string]any{"aud": []string{minttest.Project, "https://api.example.com"}}), stytcherror.ErrTokenClaims},
		"one made out to others":         {machine(map[string]any{"aud": []string{"project-test-2"}}), stytcherror.ErrTokenClaims},
		"one of another issuer":          {machine(map[string]any{"iss": "stytch.com/project-test-2"}), stytcherror.ErrTokenClaims},
		"one without a subject":          {machine(map[string]any{"sub": nil}), stytcherror.ErrTokenMalformed},
		"one without an end":             {machine(map[string]any{"exp": nil}), stytcherror.ErrTokenMalformed},
		"scopes in a list":               {machine(map[string]any{"scope": []string{"read:users"}}), stytcherror.ErrTokenMalformed},
		"a client id that is no string":  {machine(map[string]any{"client_id": 7}), stytcherror.ErrTokenMalformed},
		"one of a key that is not known": {other.Sign(minttest.M2MToken(noon)), stytcherror.ErrKeyUnknown},
		"one of a key under our name":    {other.WithKID(key.KID).Sign(minttest.M2MToken(noon)), stytcherror.ErrTokenSignature},
		"no token":                       {"not.a.jwt", stytcherror.ErrTokenMalformed},
	} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			_, err := authenticate(t, &m2m.AuthenticateTokenRequest{AccessToken: tt.token})
			require.ErrorIs(t, err, tt.want)
		})
	}
	t.Run("nothing to verify is an ArgumentError", func(t *testing.T) {
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
	t.Run("without keys nothing holds", func(t *testing.T) {
		t.Parallel()
		token := key.Sign(minttest.M2MToken(time.Now()))
		down := roundTrip(func(r *http.Request) (*http.Response, error) { return respond(r, 503, ""), nil })
		_, err := client(t, down).B2C.M2M.AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: token})
		require.ErrorIs(t, err, stytcherror.ErrKeysUnavailable)
		_, err = new(m2m.Service).AuthenticateToken(t.Context(), &m2m.AuthenticateTokenRequest{AccessToken: token})
		require.Error(t, err)
	})
}
