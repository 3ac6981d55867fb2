package emulator_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestPolicy_hasTheDefaultRoles(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	resp, err := h.api.B2B.RBAC.Policy(t.Context(), nil)
	require.NoError(t, err)
	require.Len(t, resp.Policy.Roles, 2)
	assert.Equal(t, "stytch_member", resp.Policy.Roles[0].RoleID)
	assert.Contains(t, resp.Policy.Roles[1].Permissions,
		rbac.PolicyRolePermission{ResourceID: "stytch.member", Actions: []string{"*"}})
	assert.Len(t, resp.Policy.Resources, 5)
	assert.Empty(t, resp.Policy.Scopes)
}

func TestOrgPolicy_isEmptyByDefault(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	for _, id := range []string{created.Organization.OrganizationID, created.Organization.OrganizationSlug} {
		resp, err := h.api.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(), &rbacorganizations.GetOrgPolicyRequest{
			OrganizationID: id,
		})
		require.NoError(t, err)
		assert.Empty(t, resp.OrgPolicy.Roles)
	}
	_, err := h.api.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(), &rbacorganizations.GetOrgPolicyRequest{
		OrganizationID: "organization-test-nowhere",
	})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
}

func TestLocalVerification_decidesAsTheEmulator(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	for _, check := range []sessions.AuthorizationCheck{
		{OrganizationID: created.Organization.OrganizationID, ResourceID: "stytch.member", Action: "create"},
		{OrganizationID: created.Organization.OrganizationID, ResourceID: "stytch.self", Action: "update.info.name"},
		{OrganizationID: created.Organization.OrganizationID, ResourceID: "engines", Action: "start"},
		{OrganizationID: created.Organization.OrganizationSlug, ResourceID: "stytch.member", Action: "create"},
	} {
		_, remote := h.authenticate(&sessions.AuthenticateRequest{
			SessionToken: &created.SessionToken, AuthorizationCheck: &check,
		})
		_, local := h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{
			SessionJWT: created.SessionJWT, AuthorizationCheck: &check,
		})
		assert.Equal(t, remote == nil, local == nil, "%+v: %v, %v", check, remote, local)
	}
}

// A policy in which lists are left out by hand is one that clients accept.
func TestPolicy_listsAreNeverNull(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	data, err := h.Snapshot()
	require.NoError(t, err)
	var snapshot object
	require.NoError(t, json.Unmarshal(data, &snapshot))
	state := snapshot["state"].(object)
	state["roles"] = append(state["roles"].([]any), object{"role_id": "a", "permissions": nil}, object{"role_id": "b"},
		object{"role_id": "c", "permissions": []any{object{"resource_id": "r", "actions": nil}, object{"resource_id": "r"}}})
	one(state, "organizations", 0)["custom_roles"] = []any{object{"role_id": "d", "permissions": nil}}
	data, err = json.Marshal(snapshot)
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	_, err = h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{
		SessionJWT:         created.SessionJWT,
		AuthorizationCheck: &sessions.AuthorizationCheck{ResourceID: "stytch.member", Action: "create"},
	})
	require.NoError(t, err)
}

// What GetJWKS returns can be stored, and is what Config.Verification.Keys takes.
func TestLocalVerification_startsWithStoredKeys(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	set, err := h.api.B2B.Sessions.GetJWKS(t.Context(), &sessions.GetJWKSRequest{ProjectID: h.ID()})
	require.NoError(t, err)
	stored, err := json.Marshal(set)
	require.NoError(t, err)
	offline, err := stytch.NewClient(stytch.Config{
		ProjectID: h.ID(), Secret: h.Secret(), Verification: shared.Verification{Keys: stored},
		HTTPClient: &http.Client{Transport: noNetwork{}},
	})
	require.NoError(t, err)
	session, err := offline.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{
		SessionJWT: created.SessionJWT,
	})
	require.NoError(t, err)
	assert.Equal(t, created.MemberID, session.MemberID)
}

type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("no network")
}
