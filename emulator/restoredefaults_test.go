package emulator_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// Snapshots can be written by hand.
func TestRestore_fillsInWhatIsOmitted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.NoError(t, h.Restore([]byte(`{"version": 1, "state": {
		"organizations": [{"organization_id": "o", "email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["example.com"]}, {"organization_id": "p"}],
		"members": [{"member_id": "m", "organization_id": "o", "email_address": "ada@example.com", "email_address_verified": true}]}}`)))
	resp, err := h.exchange(h.IntermediateSession("ada@example.com"), "o")
	require.NoError(t, err)
	assert.Equal(t, "m", resp.MemberID)
	assert.Equal(t, "ALL_ALLOWED", resp.Organization.AuthMethods)
	_, err = h.exchange(h.IntermediateSession("bob@example.com"), "o")
	require.NoError(t, err)
	_, err = h.exchange(h.IntermediateSession("bob@example.com"), "p")
	require.ErrorIs(t, err, stytcherror.CodeEmailJITProvisioningNotAllowed)
}

// A connection has the identity provider of the API, and an app says which types there are.
func TestRestore_defaultsTheIdentityProvider(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const organizations = `{"version": 1, "state": {"organizations": [{"organization_id": "o"}], `
	const hash = "p9O/ljrxx1sGZNjFn7cgnI9M1l2165IRS4//L3jwI4I="
	require.NoError(t, h.Restore([]byte(organizations+`
		"sso_connections": [{"saml": {"organization_id": "o", "connection_id": "s", "status": "pending"}},
			{"oidc": {"organization_id": "o", "connection_id": "c", "status": "pending"}}],
		"scim_connections": [{"organization_id": "o", "connection_id": "i", "bearer_token_hash": "`+hash+`"}]}}`)))
	connections, err := h.api.B2B.SSO.GetConnections(t.Context(), &sso.GetConnectionsRequest{OrganizationID: "o"})
	require.NoError(t, err)
	assert.Equal(t, sso.IdentityProviderGeneric, connections.SAMLConnections[0].IdentityProvider)
	assert.Equal(t, sso.IdentityProviderGeneric, connections.OIDCConnections[0].IdentityProvider)
	users, err := h.api.B2B.SCIM.Connection.Get(t.Context(), &connection.GetRequest{OrganizationID: "o"})
	require.NoError(t, err)
	assert.Equal(t, scim.IdentityProviderGeneric, users.Connection.IdentityProvider)
	require.ErrorContains(t, h.Restore([]byte(organizations+`"connected_apps": [{"client_id": "a"}]}}`)),
		"state.connected_apps[0]: client_type must be one of first_party, ")
}

func TestRestore_addsTheDefaultRoles(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.NoError(t, h.Restore([]byte(`{"version": 1, "state": {"roles": [{"role_id": "editor"}]}}`)))
	resp, err := h.api.B2B.RBAC.Policy(t.Context(), &rbac.PolicyRequest{})
	require.NoError(t, err)
	var ids []string
	for _, role := range resp.Policy.Roles {
		ids = append(ids, role.RoleID)
	}
	assert.ElementsMatch(t, []string{"editor", "stytch_admin", "stytch_member"}, ids)
}

// With a seed, ids after a snapshot are not those in the snapshot.
func TestRestore_withASeedMakesNewIDs(t *testing.T) {
	t.Parallel()
	seeded := func() *harness {
		server := stytchtest.New(t, stytchtest.WithSeed(7))
		return &harness{Server: server, t: t, api: server.Client()}
	}
	first, second, third := seeded(), seeded(), seeded()
	created := first.create("ada@example.com", nil)
	data, err := first.Snapshot()
	require.NoError(t, err)
	require.NoError(t, second.Restore(data))
	require.NoError(t, third.Restore(data))
	again, same := second.create("ada@example.com", nil), third.create("ada@example.com", nil)
	assert.NotEqual(t, created.MemberID, again.MemberID)
	assert.Equal(t, again.SessionToken, same.SessionToken, "they are still the same in every run")
	data, err = second.Snapshot()
	require.NoError(t, err)
	require.NoError(t, third.Restore(data))
}
