package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestRBAC_policyHasTheDefaultRolesAndEachAction(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	policy, err := h.api.B2B.RBAC.Policy(t.Context(), &rbac.PolicyRequest{})
	require.NoError(t, err)
	require.Len(t, policy.Policy.Roles, 2)
	assert.Equal(t, "stytch_member", policy.Policy.Roles[0].RoleID)
	assert.Contains(t, policy.Policy.Roles[1].Permissions,
		rbac.PolicyRolePermission{ResourceID: "stytch.member", Actions: []string{"*"}})
	assert.Empty(t, policy.Policy.Scopes)
	assert.Len(t, policy.Policy.Resources, 5)
	for _, resource := range policy.Policy.Resources {
		assert.NotEmpty(t, resource.Actions)
		assert.NotContains(t, resource.Actions, "*", "actions are named one by one")
		for _, op := range ops.All {
			for _, p := range op.Permissions {
				if p.Resource == resource.ResourceID {
					assert.Contains(t, resource.Actions, p.Action, "%s needs it", op.ID)
				}
			}
		}
	}
	for _, id := range []string{v.Organization.OrganizationID, v.Organization.OrganizationSlug} {
		own, err := h.api.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(),
			&rbacorganizations.GetOrgPolicyRequest{OrganizationID: id})
		require.NoError(t, err)
		assert.Empty(t, own.OrgPolicy.Roles)
	}
	_, err = h.api.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(),
		&rbacorganizations.GetOrgPolicyRequest{OrganizationID: "nobody"})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	for code, stranger := range h.strangers() {
		_, err = stranger.B2B.RBAC.Policy(t.Context(), &rbac.PolicyRequest{})
		require.ErrorIs(t, err, code)
		_, err = stranger.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(),
			&rbacorganizations.GetOrgPolicyRequest{OrganizationID: v.Organization.OrganizationID})
		require.ErrorIs(t, err, code)
	}
}

// A policy in which lists are left out by hand is one that clients accept.
func TestRBAC_listsOfThePolicyAreNeverNull(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	require.NoError(t, h.edit(func(state object) {
		state["roles"] = append(state["roles"].([]any), object{"role_id": "a", "permissions": nil}, object{"role_id": "b"},
			object{"role_id": "c", "permissions": []any{object{"resource_id": "r", "actions": nil}, object{"resource_id": "r"}}})
		state["organizations"].([]any)[0].(object)["custom_roles"] = []any{object{"role_id": "d", "permissions": nil}}
	}))
	_, err := h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{
		SessionJWT:         created.SessionJWT,
		AuthorizationCheck: &sessions.AuthorizationCheck{ResourceID: "stytch.member", Action: "create"},
	})
	require.NoError(t, err)
}

func TestRoles_byDomainAreForVerifiedAddresses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	_, err := h.updateOrg(v.Organization.OrganizationID, func(r *organizations.UpdateRequest) {
		r.RBACEmailImplicitRoleAssignments = []organizations.EmailImplicitRoleAssignment{
			{Domain: "example.com", RoleID: "stytch_admin"},
		}
	})
	require.NoError(t, err)
	bob := h.addMember("example", "bob@example.com", nil)
	eve := h.addMember("example", "eve@mail.example.com", nil)
	sources := func(id string) []string {
		var list []string
		for _, r := range h.member("example", id).Roles {
			for _, s := range r.Sources {
				list = append(list, r.RoleID+" "+s.Type)
			}
		}
		return list
	}
	plain := []string{"stytch_member direct_assignment"}
	assert.Equal(t, plain, sources(bob.MemberID), "the address is not verified")
	for _, address := range []string{bob.EmailAddress, eve.EmailAddress} {
		_, err := h.follow(h.link("example", address))
		require.NoError(t, err)
	}
	assert.Equal(t, append(plain, "stytch_admin email_assignment"), sources(bob.MemberID))
	assert.Equal(t, plain, sources(eve.MemberID), "a domain is not its subdomains")
}
