package flows_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
)

// The built-in provider stands in for one that gives tokens, so it gives some.
func TestSSO_builtInProviderGivesTheTokensOfOIDC(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeOIDC(org)
	tokens := func() (id, access, refresh string, expires int, scopes []string) {
		got, err := h.authenticateSSO(h.ssoToken(c.ConnectionID, "bob@example.com", "provider_subject", "u/1"))
		require.NoError(t, err)
		saved, err := h.api.B2B.Organizations.Members.OIDCProviders(t.Context(), &members.OIDCProvidersRequest{
			OrganizationID: org, MemberID: got.MemberID, IncludeRefreshToken: new(true),
		})
		require.NoError(t, err)
		require.Len(t, saved.Registrations, 1)
		r := saved.Registrations[0]
		return r.IDToken, r.AccessToken, r.RefreshToken, r.AccessTokenExpiresIn, r.Scopes
	}
	id, access, refresh, expires, scopes := tokens()
	assert.Len(t, access, 44)
	assert.Empty(t, refresh, "it was not asked for")
	assert.Equal(t, 3600, expires)
	assert.Equal(t, []string{"openid", "email", "profile"}, scopes)
	claims := jwt.MapClaims{}
	_, _, err := jwt.NewParser().ParseUnverified(id, claims)
	require.NoError(t, err)
	assert.Equal(t, []any{c.Issuer, "client", "u/1", "bob@example.com", float64(h.Clock().Now().Add(time.Hour).Unix())},
		[]any{claims["iss"], claims["aud"], claims["sub"], claims["email"], claims["exp"]})
	_, err = h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) { r.CustomScopes = new("openid offline_access") })
	require.NoError(t, err)
	_, again, refresh, _, _ := tokens()
	assert.NotEqual(t, access, again)
	assert.Len(t, refresh, 44)
	got, err := h.authenticateSSO(h.ssoToken(h.activeSAML(org).ConnectionID, "eve@example.com"))
	require.NoError(t, err)
	_, err = h.api.B2B.Organizations.Members.OIDCProviders(t.Context(), &members.OIDCProvidersRequest{OrganizationID: org, MemberID: got.MemberID})
	require.Error(t, err, "SAML gives none")
}

// Attributes that are typed as a provider sends them are read by the names that the connection has for them.
func TestSSO_builtInProviderKnowsTheAttributeMapping(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeSAML(org).ConnectionID
	_, err := h.updateSAML(org, c, func(r *saml.UpdateConnectionRequest) {
		r.AttributeMapping = map[string]any{"email": "mail", "first_name": "vorname", "last_name": "nachname", "groups": "memberOf"}
		r.SAMLGroupImplicitRoleAssignments = []sso.SAMLGroupImplicitRoleAssignment{{RoleID: "stytch_admin", Group: "Admins"}}
	})
	require.NoError(t, err)
	got, err := h.authenticateSSO(h.ssoToken(c, "bob@example.com", "provider_attributes",
		`{"vorname": "Bob", "nachname": "B", "groups": ["Ops"], "memberOf": ["Admins"]}`))
	require.NoError(t, err)
	assert.Equal(t, "Bob B", got.Member.Name)
	assert.True(t, slices.Contains(got.MemberSession.Roles, "stytch_admin"), got.MemberSession.Roles)
	assert.Equal(t, "bob@example.com", got.Member.SSORegistrations[0].SSOAttributes["mail"])
	typed, err := h.authenticateSSO(h.ssoToken(c, "eve@example.com", "provider_name", "Eve", "provider_groups", "Ops",
		"provider_attributes", `{"memberOf": "Admins", "vorname": "`+strings.Repeat("x", 5)+`"}`))
	require.NoError(t, err)
	assert.Equal(t, "Eve", typed.Member.Name, "what is typed into its own field comes first")
	assert.False(t, slices.Contains(typed.MemberSession.Roles, "stytch_admin"))
}
