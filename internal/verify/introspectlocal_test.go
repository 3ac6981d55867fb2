package verify_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/internal/canarytest"
	"github.com/seed75add069/stytch-go/internal/minttest"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestIntrospectTokenLocal_accepts(t *testing.T) {
	t.Parallel()
	for name, cacheSize := range map[string]int{"an access token": 0, "a cached access token": 16} {
		forEachProduct(t, name+" is accepted, with one fetch of keys", func(f *fixture) {
			for range 3 {
				claims, err := f.introspectLocal(f.t.Context(), &localRequest{Token: f.accessToken(nil)})
				require.NoError(f.t, err)
				assert.Equal(f.t, f.tokenClaims(), claims)
			}
			assert.Equal(f.t, 1, f.api.Requests(minttest.Keys))
			assert.Equal(f.t, 1, f.api.Requests(""))
		}, func(c *stytch.Config) { c.Verification.TokenCacheSize = cacheSize })
	}
	forEachProduct(t, "custom claims are those without a meaning in JWT, OAuth and Stytch", func(f *fixture) {
		claims, err := f.introspectLocal(f.t.Context(), &localRequest{Token: f.accessToken(map[string]any{
			"https://stytch.com/new": true, "seats": 7, "email": "ada@example.com", "active": false, "token_type": "x",
		})})
		require.NoError(f.t, err)
		assert.EqualValues(f.t, map[string]any{
			"plan": "pro", "seats": 7.0, "email": "ada@example.com", "active": false, "token_type": "x",
		}, claims.CustomClaims)
		assert.Equal(f.t, "access_token", claims.TokenType)
	})
	forEachProduct(t, "a token may lack nbf, and have the audience of an app beside the project", func(f *fixture) {
		audience := []string{minttest.Project, "https://api.example.com"}
		claims, err := f.introspectLocal(f.t.Context(), &localRequest{
			Token: f.accessToken(map[string]any{"nbf": nil, "aud": audience}),
		})
		require.NoError(f.t, err)
		assert.Equal(f.t, audience, claims.Audience)
		assert.True(f.t, claims.NotBefore.IsZero())
	})
	forEachProduct(t, "leeway prolongs the life of a token", func(f *fixture) {
		text := f.accessToken(nil)
		f.advance(time.Hour)
		_, err := f.introspectLocal(f.t.Context(), &localRequest{Token: text, Leeway: time.Second})
		require.NoError(f.t, err)
	})
}

// refusedTokens are tokens that IntrospectTokenLocal refuses with a MaxTokenAge of ten minutes.
func (f *fixture) refusedTokens() map[string]struct {
	token   string
	verdict stytcherror.Verdict
} {
	other := minttest.NewKey("jwk-test-2")
	claims := func(age time.Duration) map[string]any { return minttest.AppToken(start.Add(-age), f.isB2B()) }
	organization := func(value any) string { return f.accessToken(map[string]any{minttest.OrganizationClaim: value}) }
	return map[string]struct {
		token   string
		verdict stytcherror.Verdict
	}{
		"a member's session":                      {f.key.Sign(minttest.MemberSession(start)), wrongKind},
		"a user's session":                        {f.key.Sign(minttest.UserSession(start)), wrongKind},
		"an access token with a session":          {f.accessToken(map[string]any{minttest.SessionClaim: map[string]any{"id": "s"}}), wrongKind},
		"an M2M token":                            {f.key.Sign(minttest.M2MToken(start)), wrongKind},
		"an M2M token with a client_id":           {f.accessToken(map[string]any{"sub": minttest.App}), wrongKind},
		"an access token of the other product":    {f.key.Sign(minttest.AppToken(start, !f.isB2B())), wrongKind},
		"an organization without an id":           {organization(map[string]any{"slug": "s"}), wrongKind},
		"an organization that is empty":           {organization(map[string]any{}), wrongKind},
		"an organization that is null":            {organization((*int)(nil)), wrongKind},
		"an organization that is a string":        {organization(minttest.Organization), malformed},
		"an ID token":                             {f.accessToken(map[string]any{"aud": []string{minttest.App}}), wrongClaims},
		"a token of another issuer":               {f.accessToken(map[string]any{"iss": "https://evil.example"}), wrongClaims},
		"an expired token":                        {f.key.Sign(claims(time.Hour)), stytcherror.ErrTokenExpired},
		"a token that is too old":                 {f.key.Sign(claims(11 * time.Minute)), stytcherror.ErrTokenTooOld},
		"a list of scopes":                        {f.accessToken(map[string]any{"scope": []string{"a"}}), malformed},
		"a token of an unknown key":               {other.Sign(claims(0)), unknownKey},
		"a token of another key with a known kid": {other.WithKID(f.key.KID).Sign(claims(0)), unsigned},
		"a text that is not a token":              {"not.a.jwt", malformed},
		"a token with a changed signature":        {f.accessToken(nil) + "A", unsigned},
		"a token without a client_id":             {f.accessToken(map[string]any{"client_id": nil}), wrongKind},
	}
}

func TestIntrospectTokenLocal_refuses(t *testing.T) {
	t.Parallel()
	forEachProduct(t, "other tokens are refused without asking the API", func(f *fixture) {
		for name, tt := range f.refusedTokens() {
			f.t.Log(name)
			claims, err := f.introspectLocal(f.t.Context(), &localRequest{
				Token: tt.token, MaxTokenAge: new(10 * time.Minute), AuthorizationCheck: on("reports", "read"),
			})
			assert.Nil(f.t, claims)
			isVerdict(f.t, err, f.localOp(), tt.verdict)
			showsNothing(f.t, err, tt.token)
			canarytest.Hidden(f.t, err, "eyJ")
		}
		assert.Equal(f.t, 1, f.api.Requests(""), "for the keys")
	})
}
