package b2b

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

func rbacRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BRBACPolicy, getPolicy),
		engine.Handle(ops.B2BRBACOrganizationsGetOrgPolicy, getOrgPolicy),
	}
}

// getPolicy returns the project's roles, and one resource for each of their permissions.
func getPolicy(tx *engine.Tx, _ *rbac.PolicyRequest) (*rbac.PolicyResponse, error) {
	policy := &rbac.Policy{Scopes: []rbac.PolicyScope{}}
	for _, role := range tx.Roles.All() {
		policy.Roles = append(policy.Roles, policyRole(role))
	}
	for _, role := range policy.Roles {
		for _, p := range role.Permissions {
			resource := rbac.PolicyResource{ResourceID: p.ResourceID, Actions: p.Actions}
			policy.Resources = append(policy.Resources, resource)
		}
	}
	return &rbac.PolicyResponse{Policy: policy}, nil
}

// getOrgPolicy returns an organization's own roles.
func getOrgPolicy(
	tx *engine.Tx, req *rbacorganizations.GetOrgPolicyRequest,
) (*rbacorganizations.GetOrgPolicyResponse, error) {
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	resp := &rbacorganizations.GetOrgPolicyResponse{}
	for i := range org.CustomRoles {
		resp.OrgPolicy.Roles = append(resp.OrgPolicy.Roles, policyRole(&org.CustomRoles[i]))
	}
	return resp, nil
}

// policyRole is a role in the form of a policy.
func policyRole(role *organizations.CustomRole) rbac.PolicyRole {
	out := rbac.PolicyRole{RoleID: role.RoleID, Description: role.Description}
	for _, p := range role.Permissions {
		out.Permissions = append(out.Permissions, rbac.PolicyRolePermission(p))
	}
	return out
}
