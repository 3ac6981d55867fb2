package b2b

import (
	"reflect"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	rbacorganizations "github.com/seed75add069/stytch-go/b2b/rbac/organizations"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func rbacRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BRBACPolicy, getPolicy),
		engine.Handle(ops.B2BRBACOrganizationsGetOrgPolicy, getOrgPolicy),
		engine.Handle(ops.B2BRBACOrganizationsSetOrgPolicy, setOrgPolicy),
	}
}

// getPolicy returns the project's roles, resources and scopes.
func getPolicy(tx *engine.Tx, _ *rbac.PolicyRequest) (*rbac.PolicyResponse, error) {
	policy := &rbac.Policy{Scopes: []rbac.PolicyScope{}}
	for _, scope := range tx.Scopes.All() {
		policy.Scopes = append(policy.Scopes, *scope)
	}
	for _, role := range tx.Roles.All() {
		policy.Roles = append(policy.Roles, policyRole(role))
	}
	policy.Resources = policyResources(policy.Roles)
	return &rbac.PolicyResponse{Policy: policy}, nil
}

// policyResources are those that every project has, and those that roles have permissions on besides.
func policyResources(roles []rbac.PolicyRole) []rbac.PolicyResource {
	var list []rbac.PolicyResource
	for _, r := range state.Resources() {
		list = append(list, rbac.PolicyResource{ResourceID: r.ID, Description: r.Description, Actions: r.Actions})
	}
	byDefault := len(list)
	for _, role := range roles {
		for _, p := range role.Permissions {
			i := slices.IndexFunc(list, func(r rbac.PolicyResource) bool { return r.ResourceID == p.ResourceID })
			if i < 0 {
				i, list = len(list), append(list, rbac.PolicyResource{ResourceID: p.ResourceID, Actions: []string{}})
			}
			for _, action := range p.Actions {
				known := action == state.EveryAction || slices.Contains(list[i].Actions, action)
				if i >= byDefault && !known {
					list[i].Actions = append(list[i].Actions, action)
				}
			}
		}
	}
	return list
}

// getOrgPolicy returns an organization's own roles.
func getOrgPolicy(
	tx *engine.Tx, req *rbacorganizations.GetOrgPolicyRequest,
) (*rbacorganizations.GetOrgPolicyResponse, error) {
	org, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	return &rbacorganizations.GetOrgPolicyResponse{OrgPolicy: orgPolicy(org)}, nil
}

// setOrgPolicy replaces an organization's own roles. Members keep a role that is gone; it permits nothing.
func setOrgPolicy(
	tx *engine.Tx, req *rbacorganizations.SetOrgPolicyRequest,
) (*rbacorganizations.SetOrgPolicyResponse, error) {
	if req.OrgPolicy.Roles == nil {
		return nil, ops.ErrBadRequest.Because("The parameter org_policy.roles is missing.")
	}
	if err := checkOrgPolicy(tx, &req.OrgPolicy); err != nil {
		return nil, err
	}
	found, err := login.FindOrganization(tx.Tx, req.OrganizationID)
	if err != nil {
		return nil, err
	}
	org := *found
	org.CustomRoles = nil
	for i := range req.OrgPolicy.Roles {
		org.CustomRoles = append(org.CustomRoles, customRole(&req.OrgPolicy.Roles[i]))
	}
	if !reflect.DeepEqual(*found, org) {
		org.UpdatedAt = tx.Now
	}
	if err := state.CheckOrganization(&org.Organization); err != nil {
		return nil, err
	}
	tx.Organizations.Put(&org)
	return &rbacorganizations.SetOrgPolicyResponse{OrgPolicy: orgPolicy(&org)}, nil
}

func checkOrgPolicy(tx *engine.Tx, policy *rbac.OrgPolicy) error {
	if len(policy.Roles) > state.MaxEntries {
		return ops.ErrTooManyRoles.Because("There are more than %d roles.", state.MaxEntries)
	}
	ids := map[string]bool{}
	for _, role := range policy.Roles {
		switch {
		case role.RoleID == "":
			return ops.ErrEmptyRBACRoleID
		case !state.IsName(role.RoleID):
			return ops.ErrRBACRoleIDTooLong
		case !state.IsRoleID(role.RoleID):
			return ops.ErrInvalidRBACCustomRole.Because("A role_id has a control character.")
		case strings.HasPrefix(role.RoleID, "stytch_") || tx.Roles.Get(role.RoleID) != nil:
			return ops.ErrRBACOrgCustomRolesOnly.Because(
				"%q is or is named like a role of the project. AssignRoles or LogIn may have added it.", role.RoleID)
		case ids[role.RoleID]:
			return ops.ErrRBACRoleDuplicate.Because("The role %q occurs twice.", role.RoleID)
		case len(role.Description) > state.MaxText:
			return ops.ErrRBACDescriptionTooLong
		case len(role.Permissions) == 0:
			return ops.ErrRBACRoleMissingPermissions
		case len(role.Permissions) > state.MaxEntries:
			return ops.ErrInvalidRBACCustomRole.Because("A role has more than %d permissions.", state.MaxEntries)
		}
		ids[role.RoleID] = true
		for _, p := range role.Permissions {
			if err := checkPermission(p); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkPermission(p rbac.PolicyRolePermission) error {
	switch {
	case p.ResourceID == "":
		return ops.ErrEmptyRBACResourceID
	case !state.IsName(p.ResourceID):
		return ops.ErrRBACResourceIDTooLong
	case len(p.Actions) == 0:
		return ops.ErrRBACPermissionMissingActions
	case len(p.Actions) > state.MaxEntries:
		return ops.ErrInvalidRBACCustomRole.Because("A permission has more than %d actions.", state.MaxEntries)
	case len(p.Actions) > 1 && slices.Contains(p.Actions, state.EveryAction):
		return ops.ErrCannotSpecifyWildcardWithOtherActions
	}
	known, isStytchs := stytchResource(p.ResourceID)
	if isStytchs && known == nil {
		return ops.ErrInvalidPermissionResource.Because("There is no resource %s.", p.ResourceID)
	}
	seen := map[string]bool{}
	for _, action := range p.Actions {
		switch {
		case action == "":
			return ops.ErrInvalidPermissionAction.Because("An action is empty.")
		case isStytchs && action != state.EveryAction && !slices.Contains(known.Actions, action):
			return ops.ErrInvalidPermissionAction.Because("%s has no action %s.", p.ResourceID, action)
		case !state.IsName(action):
			return ops.ErrRBACActionTooLong
		case seen[action]:
			return ops.ErrRBACActionDuplicate
		}
		seen[action] = true
	}
	return nil
}

// stytchResource finds a resource of the API's own, whose ids begin with "stytch". It returns nil for one that does not
// exist.
func stytchResource(id string) (r *state.Resource, isStytchs bool) {
	if !strings.HasPrefix(id, "stytch") {
		return nil, false
	}
	all := state.Resources()
	i := slices.IndexFunc(all, func(r state.Resource) bool { return r.ID == id })
	if i < 0 {
		return nil, true
	}
	return &all[i], true
}

// orgPolicy are the own roles of an organization.
func orgPolicy(org *state.Organization) rbac.OrgPolicy {
	var policy rbac.OrgPolicy
	for i := range org.CustomRoles {
		policy.Roles = append(policy.Roles, policyRole(&org.CustomRoles[i]))
	}
	return policy
}

// customRole is a role of a policy in the form in which an organization has it.
func customRole(role *rbac.PolicyRole) organizations.CustomRole {
	out := organizations.CustomRole{RoleID: role.RoleID, Description: role.Description}
	for _, p := range role.Permissions {
		out.Permissions = append(out.Permissions, organizations.CustomRolePermission(p))
	}
	return out
}

// policyRole is a role in the form of a policy.
func policyRole(role *organizations.CustomRole) rbac.PolicyRole {
	out := rbac.PolicyRole{RoleID: role.RoleID, Description: role.Description}
	for _, p := range role.Permissions {
		out.Permissions = append(out.Permissions, rbac.PolicyRolePermission(p))
	}
	return out
}
