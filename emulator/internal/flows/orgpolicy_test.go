package flows_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// editor is a role that may read documents.
func editor() rbac.PolicyRole {
	return rbac.PolicyRole{RoleID: "editor", Permissions: []rbac.PolicyRolePermission{
		{ResourceID: "documents", Actions: []string{"read"}},
	}}
}

// setPolicy replaces the own roles of an organization.
func (h *harness) setPolicy(organizationID string, roles ...rbac.PolicyRole) error {
	h.t.Helper()
	_, err := h.api.B2B.RBAC.Organizations.SetOrgPolicy(h.t.Context(), &rbacorganizations.SetOrgPolicyRequest{
		OrganizationID: organizationID, OrgPolicy: rbac.OrgPolicy{Roles: append([]rbac.PolicyRole{}, roles...)},
	})
	return err
}

func TestRBAC_setOrgPolicyReplacesRoles(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	id := v.Organization.OrganizationID
	_, err := h.updateOrg(id, func(r *organizations.UpdateRequest) { r.OrganizationExternalID = new("org-1") })
	require.NoError(t, err)
	long := rbac.PolicyRole{
		RoleID: strings.Repeat("é", 128), Description: strings.Repeat("d", 4096), Permissions: []rbac.PolicyRolePermission{
			{ResourceID: strings.Repeat("r", 128), Actions: []string{strings.Repeat("a", 128), "b"}},
			{ResourceID: "stytch.member", Actions: []string{"*"}},
		},
	}
	h.Clock().Advance(30 * time.Minute)
	for _, form := range forms(h.getOrg(id)) {
		require.NoError(t, h.setPolicy(form, editor(), long))
		got, err := h.api.B2B.RBAC.Organizations.GetOrgPolicy(t.Context(),
			&rbacorganizations.GetOrgPolicyRequest{OrganizationID: form})
		require.NoError(t, err)
		assert.Equal(t, []rbac.PolicyRole{editor(), long}, got.OrgPolicy.Roles)
	}
	org := h.getOrg(id)
	assert.Equal(t, "editor", org.CustomRoles[0].RoleID)
	assert.WithinDuration(t, org.CreatedAt.Add(30*time.Minute), org.UpdatedAt, time.Minute)
	h.Clock().Advance(time.Minute)
	require.NoError(t, h.setPolicy(id, editor(), long))
	assert.Equal(t, org, h.getOrg(id), "the same roles change nothing")
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	assert.Equal(t, org, h.getOrg(id))

	check := func() error {
		_, err := h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{
			SessionToken: &v.SessionToken, AuthorizationCheck: &sessions.AuthorizationCheck{
				OrganizationID: id, ResourceID: "documents", Action: "read",
			},
		})
		return err
	}
	require.ErrorIs(t, check(), stytcherror.CodeSessionAuthorizationError)
	require.NoError(t, h.AssignRoles(v.MemberID, "editor"))
	require.NoError(t, check())
	require.NoError(t, h.setPolicy(id))
	assert.Empty(t, h.getOrg(id).CustomRoles)
	require.ErrorIs(t, check(), stytcherror.CodeSessionAuthorizationError)
}

func TestRBAC_setOrgPolicyRefusesBadRoles(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.organization(nil).OrganizationID
	require.NoError(t, h.setPolicy(id, editor()))
	change := func(change func(*rbac.PolicyRole)) []rbac.PolicyRole {
		role := editor()
		change(&role)
		return []rbac.PolicyRole{role}
	}
	actions := func(list ...string) []rbac.PolicyRole {
		return change(func(r *rbac.PolicyRole) { r.Permissions[0].Actions = list })
	}
	many := make([]rbac.PolicyRole, 1001)
	for code, policies := range map[stytcherror.Code][][]rbac.PolicyRole{
		stytcherror.CodeEmptyRBACRoleID: {change(func(r *rbac.PolicyRole) { r.RoleID = "" })},
		stytcherror.CodeRBACRoleIDTooLong: {
			change(func(r *rbac.PolicyRole) { r.RoleID = strings.Repeat("r", 129) }),
		},
		stytcherror.CodeRBACOrgCustomRolesOnly: {
			change(func(r *rbac.PolicyRole) { r.RoleID = "stytch_admin" }),
			change(func(r *rbac.PolicyRole) { r.RoleID = "stytch_own" }),
		},
		stytcherror.CodeRBACRoleDuplicate: {{editor(), editor()}},
		stytcherror.CodeRBACDescriptionTooLong: {
			change(func(r *rbac.PolicyRole) { r.Description = strings.Repeat("d", 4097) }),
		},
		stytcherror.CodeRBACRoleMissingPermissions: {change(func(r *rbac.PolicyRole) { r.Permissions = nil })},
		stytcherror.CodeEmptyRBACResourceID: {
			change(func(r *rbac.PolicyRole) { r.Permissions[0].ResourceID = "" }),
		},
		stytcherror.CodeRBACResourceIDTooLong: {
			change(func(r *rbac.PolicyRole) { r.Permissions[0].ResourceID = strings.Repeat("r", 129) }),
		},
		stytcherror.CodeRBACPermissionMissingActions: {actions()},
		stytcherror.CodeInvalidPermissionAction: {
			actions("read", ""), change(func(r *rbac.PolicyRole) {
				r.Permissions[0] = rbac.PolicyRolePermission{ResourceID: "stytch.member", Actions: []string{"create", "read"}}
			}),
		},
		stytcherror.CodeInvalidPermissionResource: {
			change(func(r *rbac.PolicyRole) { r.Permissions[0].ResourceID = "stytch.members" }),
			change(func(r *rbac.PolicyRole) { r.Permissions[0].ResourceID = "stytch" }),
		},
		stytcherror.CodeRBACActionTooLong:                     {actions(strings.Repeat("a", 129))},
		stytcherror.CodeRBACActionDuplicate:                   {actions("read", "read")},
		stytcherror.CodeCannotSpecifyWildcardWithOtherActions: {actions("*", "read")},
		stytcherror.CodeTooManyRoles:                          {many},
		stytcherror.CodeInvalidRBACCustomRole: {
			actions(numbered(1001)...),
			change(func(r *rbac.PolicyRole) { r.Permissions = make([]rbac.PolicyRolePermission, 1001) }),
		},
	} {
		for _, roles := range policies {
			require.ErrorIs(t, h.setPolicy(id, roles...), code)
		}
	}
	require.ErrorIs(t, h.setPolicy("nobody", editor()), stytcherror.CodeOrganizationNotFound)
	for _, body := range []string{`{}`, `{"org_policy": null}`, `{"org_policy": {}}`, `{"org_policy": {"roles": null}}`} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut,
			h.URL()+"/v1/b2b/rbac/organizations/"+id, strings.NewReader(body))
		require.NoError(t, err)
		req.SetBasicAuth(h.ID(), h.Secret())
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, http.StatusBadRequest, resp.StatusCode, body)
	}
	assert.Len(t, h.getOrg(id).CustomRoles, 1, "the roles are as before")
}
