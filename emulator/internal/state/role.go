package state

import "github.com/seed75add069/stytch-go/b2b/organizations"

// Role is a role of the project's policy.
type Role = organizations.CustomRole

// Roles that every project has, and what they are about.
const (
	RoleMember = "stytch_member"
	RoleAdmin  = "stytch_admin"

	EveryAction          = "*"
	ResourceSelf         = "stytch.self"
	ResourceMember       = "stytch.member"
	ResourceOrganization = "stytch.organization"
)

func defaultRoles() []Role {
	everything := func(resources ...string) []organizations.CustomRolePermission {
		var list []organizations.CustomRolePermission
		for _, r := range resources {
			list = append(list, organizations.CustomRolePermission{ResourceID: r, Actions: []string{EveryAction}})
		}
		return list
	}
	return []Role{
		{RoleID: RoleMember, Description: "Every member.", Permissions: everything(ResourceSelf)},
		{RoleID: RoleAdmin, Description: "Administrators of the organization.", Permissions: everything(
			ResourceOrganization, ResourceMember, "stytch.sso", "stytch.scim")},
	}
}
