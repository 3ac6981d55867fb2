package idp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestIntrospectTokenLocal_says(t *testing.T) {
	t.Parallel()
	api := minttest.NewAPI(key)
	service := client(t, api).B2B.IDP
	for range 2 {
		got, err := service.IntrospectTokenLocal(t.Context(), &idp.IntrospectTokenLocalRequest{Token: app(nil)})
		require.NoError(t, err)
		assert.Equal(t, &want, got)
	}
	assert.Equal(t, 1, api.Requests(minttest.Keys), "keys are fetched once")
	assert.Equal(t, 1, api.Requests(""), "and nothing else is")

	t.Run("custom claims are what neither JWT, OAuth nor Stytch has a name for", func(t *testing.T) {
		t.Parallel()
		got, err := service.IntrospectTokenLocal(t.Context(), &idp.IntrospectTokenLocalRequest{Token: app(map[string]any{
			"https://stytch.com/new": true, "seats": 7, "email": "ada@example.com", "active": false, "token_type": "x", "nbf": nil,
			"aud": []string{minttest.Project, "https://api.example.com"},
		})})
		require.NoError(t, err)
		assert.EqualValues(t, map[string]any{"plan": "pro", "seats": 7.0, "email": "ada@example.com", "active": false, "token_type": "x"}, got.CustomClaims)
		assert.Equal(t, "access_token", got.TokenType)
		assert.Equal(t, []string{minttest.Project, "https://api.example.com"}, got.Audience, "an app may have an audience of its own beside the project")
		assert.True(t, got.NotBefore.IsZero())
	})
	t.Run("a remembered token says the same", func(t *testing.T) {
		t.Parallel()
		service := client(t, minttest.NewAPI(key), func(c *stytch.Config) { c.Verification.TokenCacheSize = 16 }).B2B.IDP
		for range 3 {
			got, err := service.IntrospectTokenLocal(t.Context(), &idp.IntrospectTokenLocalRequest{Token: app(nil)})
			require.NoError(t, err)
			assert.Equal(t, &want, got)
		}
	})
}

func TestIntrospectTokenLocal_refuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		token string
		want  error
	}{
		"a member's session":                    {key.Sign(minttest.MemberSession(noon)), stytcherror.ErrTokenKind},
		"a user's session":                      {key.Sign(minttest.UserSession(noon)), stytcherror.ErrTokenKind},
		"a session of an app":                   {app(map[string]any{minttest.SessionClaim: map[string]any{"id": "s"}}), stytcherror.ErrTokenKind},
		"a machine's token":                     {key.Sign(minttest.M2MToken(noon)), stytcherror.ErrTokenKind},
		"a machine's token that names it twice": {app(map[string]any{"sub": minttest.App}), stytcherror.ErrTokenKind},
		"a user's access token":                 {key.Sign(minttest.AppToken(noon, false)), stytcherror.ErrTokenKind},
		"one of an organization without an id":  {app(map[string]any{minttest.OrganizationClaim: map[string]any{"slug": "s"}}), stytcherror.ErrTokenKind},
		"an organization that is null":          {app(map[string]any{minttest.OrganizationClaim: (*int)(nil)}), stytcherror.ErrTokenKind},
		"an organization that is a name":        {app(map[string]any{minttest.OrganizationClaim: minttest.Organization}), stytcherror.ErrTokenMalformed},
		"an ID token":                           {app(map[string]any{"aud": []string{minttest.App}}), stytcherror.ErrTokenClaims},
		"one of another issuer":                 {app(map[string]any{"iss": "https://evil.example"}), stytcherror.ErrTokenClaims},
		"one that has expired":                  {key.Sign(minttest.AppToken(noon.Add(-time.Hour), true)), stytcherror.ErrTokenExpired},
		"one that is too old":                   {key.Sign(minttest.AppToken(noon.Add(-11*time.Minute), true)), stytcherror.ErrTokenTooOld},
		"scopes in a list":                      {app(map[string]any{"scope": []string{"a"}}), stytcherror.ErrTokenMalformed},
		"one of a key that is not known":        {other.Sign(minttest.AppToken(noon, true)), stytcherror.ErrKeyUnknown},
		"one of a key under our name":           {other.WithKID(key.KID).Sign(minttest.AppToken(noon, true)), stytcherror.ErrTokenSignature},
		"no token":                              {"not.a.jwt", stytcherror.ErrTokenMalformed},
	} {
		t.Run(name+" is refused, and nobody is asked", func(t *testing.T) {
			t.Parallel()
			api := minttest.NewAPI(key)
			got, err := client(t, api).B2B.IDP.IntrospectTokenLocal(t.Context(), &idp.IntrospectTokenLocalRequest{
				Token: tt.token, MaxTokenAge: new(10 * time.Minute), AuthorizationCheck: check(minttest.Organization, "reports", "read"),
			})
			require.Nil(t, got)
			require.ErrorIs(t, err, tt.want)
			e, ok := err.(*stytcherror.TokenError) //nolint:errorlint // the outermost error is meant
			require.True(t, ok)
			assert.Equal(t, local, e.Op)
			assert.Equal(t, api.Requests(minttest.Keys), api.Requests(""))
			canarytest.Hidden(t, err, "eyJ")
		})
	}
	t.Run("leeway prolongs it", func(t *testing.T) {
		t.Parallel()
		_, err := client(t, minttest.NewAPI(key)).B2B.IDP.IntrospectTokenLocal(t.Context(), &idp.IntrospectTokenLocalRequest{
			Token: key.Sign(minttest.AppToken(noon.Add(-time.Hour), true)), Leeway: time.Second,
		})
		require.NoError(t, err)
	})
}
