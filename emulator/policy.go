package emulator

import (
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
)

// getPolicy returns the project's roles, and one resource for each of their permissions.
func (c *call) getPolicy(*rbac.PolicyRequest) (*rbac.PolicyResponse, error) {
	policy := &rbac.Policy{Roles: policyRoles(c.Roles), Scopes: []rbac.PolicyScope{}}
	for _, role := range policy.Roles {
		for _, p := range role.Permissions {
			resource := rbac.PolicyResource{ResourceID: p.ResourceID, Actions: p.Actions}
			policy.Resources = append(policy.Resources, resource)
		}
	}
	return &rbac.PolicyResponse{Policy: policy}, nil
}

func (c *call) getOrgPolicy(
	req *rbacorganizations.GetOrgPolicyRequest,
) (*rbacorganizations.GetOrgPolicyResponse, error) {
	org, err := c.findOrganization(req.OrganizationID)
	if err != nil {
		return nil, err
	}
	return &rbacorganizations.GetOrgPolicyResponse{OrgPolicy: rbac.OrgPolicy{Roles: policyRoles(org.CustomRoles)}}, nil
}

// policyRoles are roles in the form of a policy.
func policyRoles(roles []organizations.CustomRole) []rbac.PolicyRole {
	list := make([]rbac.PolicyRole, len(roles))
	for i, role := range roles {
		list[i] = rbac.PolicyRole{RoleID: role.RoleID, Description: role.Description}
		for _, p := range role.Permissions {
			list[i].Permissions = append(list[i].Permissions, rbac.PolicyRolePermission(p))
		}
	}
	return list
}
