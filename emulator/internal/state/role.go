package state

import (
	"errors"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
)

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

// checkRoles checks what clients require of a policy: no role, resource or action is without a name.
func checkRoles(roles []Role) error {
	for _, r := range roles {
		unnamed := func(p organizations.CustomRolePermission) bool {
			return p.ResourceID == "" || slices.Contains(p.Actions, "")
		}
		switch {
		case r.RoleID == "":
			return errors.New("role_id is empty")
		case slices.ContainsFunc(r.Permissions, unnamed):
			return errors.New("permissions: one has an empty resource_id, or an empty one of actions")
		}
	}
	return nil
}

// prepareRole is no method, since Role is a type of another package.
func prepareRole(r *Role, _ *Tx) error { return checkRoles([]Role{*r}) }
