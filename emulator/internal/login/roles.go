package login

import (
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// maxRoles are stytch_member and as many as can be assigned.
const maxRoles = 1 + state.MaxEntries

// roleSet collects roles, each once, with its sources, each once.
//
// A role beyond maxRoles is left out, so that session JWTs have a bound.
type roleSet struct {
	roles []organizations.MemberRole
	index map[string]int // of roles, by id
	known map[roleSource]bool
}

// roleSource is a source of a role. The detail is one besides the connection.
type roleSource struct{ roleID, kind, connectionID, detail, value string }

func (s *roleSet) add(from roleSource) {
	i, found := s.index[from.roleID]
	if s.known[from] || !found && len(s.roles) == maxRoles {
		return
	}
	s.known[from] = true
	if !found {
		i = len(s.roles)
		s.index[from.roleID] = i
		s.roles = append(s.roles, organizations.MemberRole{RoleID: from.roleID})
	}
	source := organizations.MemberRoleSource{Type: from.kind}
	if from.kind != organizations.MemberRoleSourceTypeDirectAssignment {
		source.Details = map[string]any{}
	}
	if from.connectionID != "" {
		source.Details["connection_id"] = from.connectionID
	}
	if from.detail != "" {
		source.Details[from.detail] = from.value
	}
	s.roles[i].Sources = append(s.roles[i].Sources, source)
}

// rolesOf returns a member's roles, each with its sources. Of the accounts of SSO connections, those give roles whose
// id counts.
func rolesOf(tx *state.Tx, m *state.Member, counts func(registrationID string) bool) []organizations.MemberRole {
	set := &roleSet{index: map[string]int{}, known: map[roleSource]bool{}}
	set.add(roleSource{roleID: state.RoleMember, kind: organizations.MemberRoleSourceTypeDirectAssignment})
	for _, id := range m.AssignedRoles {
		set.add(roleSource{roleID: id, kind: organizations.MemberRoleSourceTypeDirectAssignment})
	}
	for _, rule := range tx.Organizations.Get(m.OrganizationID).RBACEmailImplicitRoleAssignments {
		if m.EmailAddressVerified && rule.Domain == state.Domain(m.EmailAddress) {
			set.add(roleSource{
				rule.RoleID, organizations.MemberRoleSourceTypeEmailAssignment, "", "email_domain", rule.Domain,
			})
		}
	}
	for _, r := range tx.RegistrationsOf(m.MemberID) {
		c := tx.FindSSOConnection(m.OrganizationID, r.ConnectionID)
		if c != nil && tx.IsUsableSSO(c) && counts(r.ID) {
			set.addSSO(c.Summary(), r)
		}
	}
	if u := tx.SCIMUserOf(m.MemberID); u != nil {
		for _, r := range tx.SCIMConnections.Get(u.ConnectionID).GroupRoles {
			if tx.IsInSCIMGroup(r.GroupID, u.ID) {
				set.add(roleSource{
					r.RoleID, organizations.MemberRoleSourceTypeSCIMConnectionGroup, u.ConnectionID,
					"group_id", r.GroupID,
				})
			}
		}
	}
	return set.roles
}

// addSSO adds the roles that an SSO connection gives to who has an account.
func (s *roleSet) addSSO(c state.SSOConnectionSummary, r *state.Registration) {
	for _, a := range c.ConnectionRoles {
		s.add(roleSource{
			roleID: a.RoleID, kind: organizations.MemberRoleSourceTypeSSOConnection, connectionID: c.ConnectionID,
		})
	}
	isIn := map[string]bool{}
	for _, group := range r.Groups {
		isIn[group] = true
	}
	for _, a := range c.GroupRoles {
		if isIn[a.Group] {
			s.add(roleSource{
				a.RoleID, organizations.MemberRoleSourceTypeSSOConnectionGroup, c.ConnectionID, "group", a.Group,
			})
		}
	}
}

// MemberRoles are the ids of the roles that a member has.
func MemberRoles(tx *state.Tx, m *state.Member) []string {
	return roleIDs(rolesOf(tx, m, anyAccount))
}

// anyAccount counts every account of an SSO connection.
func anyAccount(string) bool { return true }

func roleIDs(roles []organizations.MemberRole) []string {
	ids := []string{}
	for _, r := range roles {
		ids = append(ids, r.RoleID)
	}
	return ids
}

// Assignable returns the roles that are to be assigned to a member of an organization, each once. It refuses one that
// every member has, and one that neither the project nor the organization has.
func Assignable(tx *state.Tx, org *state.Organization, roles []string) ([]string, error) {
	var list []string
	for _, id := range roles {
		isCustom := slices.ContainsFunc(org.CustomRoles, func(r state.Role) bool { return r.RoleID == id })
		switch {
		case id == state.RoleMember:
			return nil, ops.ErrCannotAssignDefaultRBACRoleID
		case !isCustom && tx.Roles.Get(id) == nil:
			return nil, ops.ErrInvalidRBACRoleID
		case !slices.Contains(list, id):
			list = append(list, id)
		}
	}
	return list, nil
}

// sessionRoleIDs are the ids of the roles that a session has.
func sessionRoleIDs(tx *state.Tx, s *state.Session) []string { return roleIDs(sessionRoles(tx, s)) }

// sessionRoles are the roles that a session has: of those that SSO connections give to the member, the ones of accounts
// with which somebody has logged in to it.
func sessionRoles(tx *state.Tx, s *state.Session) []organizations.MemberRole {
	registrations := factor.SSORegistrations(s.Factors)
	return rolesOf(tx, tx.Members.Get(s.MemberID), func(registrationID string) bool {
		return slices.Contains(registrations, registrationID)
	})
}

// HasRoleBySSO reports whether an SSO connection gives a session one of some roles.
func HasRoleBySSO(tx *state.Tx, s *state.Session, roleIDs []string) bool {
	isBySSO := func(source organizations.MemberRoleSource) bool {
		return source.Type == organizations.MemberRoleSourceTypeSSOConnection ||
			source.Type == organizations.MemberRoleSourceTypeSSOConnectionGroup
	}
	return slices.ContainsFunc(sessionRoles(tx, s), func(r organizations.MemberRole) bool {
		return slices.Contains(roleIDs, r.RoleID) && slices.ContainsFunc(r.Sources, isBySSO)
	})
}

// Granting returns the session's roles that permit an action on a resource.
func Granting(tx *state.Tx, s *state.Session, resource, action string) []string {
	return permitting(tx, s.OrganizationID, sessionRoleIDs(tx, s), resource, action)
}

// permitting returns those of the roles that somebody holds in an organization that permit an action on a resource.
func permitting(tx *state.Tx, organizationID string, held []string, resource, action string) []string {
	roles := []string{}
	for _, role := range slices.Concat(policy(tx), tx.Organizations.Get(organizationID).CustomRoles) {
		permits := slices.ContainsFunc(role.Permissions, func(p organizations.CustomRolePermission) bool {
			return p.ResourceID == resource &&
				(slices.Contains(p.Actions, action) || slices.Contains(p.Actions, state.EveryAction))
		})
		if permits && slices.Contains(held, role.RoleID) && !slices.Contains(roles, role.RoleID) {
			roles = append(roles, role.RoleID)
		}
	}
	return roles
}

func policy(tx *state.Tx) []state.Role {
	roles := make([]state.Role, 0, tx.Roles.Len())
	for _, r := range tx.Roles.All() {
		roles = append(roles, *r)
	}
	return roles
}

// Authorize evaluates an authorization check, which must be complete: first the organization, then the roles.
func Authorize(
	tx *state.Tx, s *state.Session, check *sessions.AuthorizationCheck,
) (*sessions.AuthorizationVerdict, error) {
	if check.OrganizationID == "" || check.ResourceID == "" || check.Action == "" {
		return nil, ops.ErrBadRequest.Because("authorization_check needs organization_id, resource_id and action.")
	}
	if check.OrganizationID != s.OrganizationID {
		return nil, ops.ErrSessionAuthorizationTenancyError
	}
	roles := Granting(tx, s, check.ResourceID, check.Action)
	if len(roles) == 0 {
		return nil, ops.ErrSessionAuthorizationError.Because(
			"No role of the session permits %s on %s.", check.Action, check.ResourceID)
	}
	return &sessions.AuthorizationVerdict{Authorized: true, GrantingRoles: roles}, nil
}
