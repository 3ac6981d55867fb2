package emulator

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Roles that every project has.
const (
	roleMember = "stytch_member"
	roleAdmin  = "stytch_admin"
)

const (
	everyAction    = "*"
	resourceSelf   = "stytch.self"
	resourceMember = "stytch.member"
)

// defaultRoles are the roles of a new project, with their permissions.
func defaultRoles() []organizations.CustomRole {
	everything := func(resources ...string) []organizations.CustomRolePermission {
		var list []organizations.CustomRolePermission
		for _, r := range resources {
			list = append(list, organizations.CustomRolePermission{ResourceID: r, Actions: []string{everyAction}})
		}
		return list
	}
	return []organizations.CustomRole{
		{RoleID: roleMember, Description: "Every member.", Permissions: everything(resourceSelf)},
		{RoleID: roleAdmin, Description: "Administrators of the organization.", Permissions: everything(
			"stytch.organization", resourceMember, "stytch.sso", "stytch.scim")},
	}
}

// rolesOf returns a member's roles, each with its sources.
func (c *call) rolesOf(m *member) []organizations.MemberRole {
	var roles []organizations.MemberRole
	add := func(id, source string, details map[string]any) {
		entry := organizations.MemberRoleSource{Type: source, Details: details}
		i := slices.IndexFunc(roles, func(r organizations.MemberRole) bool { return r.RoleID == id })
		if i < 0 {
			roles = append(roles, organizations.MemberRole{RoleID: id})
			i = len(roles) - 1
		}
		roles[i].Sources = append(roles[i].Sources, entry)
	}
	add(roleMember, organizations.MemberRoleSourceTypeDirectAssignment, nil)
	for _, id := range m.AssignedRoles {
		add(id, organizations.MemberRoleSourceTypeDirectAssignment, nil)
	}
	for _, rule := range c.organization(m.OrganizationID).RBACEmailImplicitRoleAssignments {
		if m.EmailAddressVerified && rule.Domain == domainOf(m.EmailAddress) {
			add(rule.RoleID, organizations.MemberRoleSourceTypeEmailAssignment,
				map[string]any{"email_domain": rule.Domain})
		}
	}
	return roles
}

func (c *call) roleIDs(m *member) []string {
	ids := []string{}
	for _, r := range c.rolesOf(m) {
		ids = append(ids, r.RoleID)
	}
	return ids
}

// grantingRoles returns the member's roles that permit an action on a resource.
func (c *call) grantingRoles(m *member, resource, action string) []string {
	held := c.roleIDs(m)
	roles := []string{}
	for _, role := range slices.Concat(c.Roles, c.organization(m.OrganizationID).CustomRoles) {
		permits := slices.ContainsFunc(role.Permissions, func(p organizations.CustomRolePermission) bool {
			return p.ResourceID == resource &&
				(slices.Contains(p.Actions, action) || slices.Contains(p.Actions, everyAction))
		})
		if permits && slices.Contains(held, role.RoleID) && !slices.Contains(roles, role.RoleID) {
			roles = append(roles, role.RoleID)
		}
	}
	return roles
}

// authorizeCheck evaluates an authorization check: first the organization, then the roles.
func (c *call) authorizeCheck(check sessions.AuthorizationCheck, m *member) (*sessions.AuthorizationVerdict, error) {
	if check.OrganizationID != m.OrganizationID {
		return nil, fail(stytcherror.CodeSessionAuthorizationTenancyError, "The session is of another organization.")
	}
	roles := c.grantingRoles(m, check.ResourceID, check.Action)
	if len(roles) == 0 {
		return nil, fail(stytcherror.CodeSessionAuthorizationError,
			"No role of the session permits %s on %s.", check.Action, check.ResourceID)
	}
	return &sessions.AuthorizationVerdict{Authorized: true, GrantingRoles: roles}, nil
}

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
