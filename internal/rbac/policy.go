// Package rbac decides who may do what, by roles and by scopes, without a call to the API.
//
// A [Policy] is compiled once and then answers in the same time for ten roles or ten thousand. A [View] adds the roles
// of one organization to it. A [Cache] fetches and keeps both.
//
//	var cache *rbac.Cache // of the client
//	view, err := cache.For(ctx, org)
//	if err != nil {
//		return err
//	}
//	if roles := []string{"editor"}; !view.Allows(roles, "documents", "edit") {
//		return errors.New(view.Explain(roles, "documents", "edit").String())
//	}
//
// Names are compared byte by byte. "*" among the actions of a permission stands for all actions; it means nothing
// special among resources and in what a check asks for. Permissions add up; none takes anything away. Which
// organization a session belongs to is not checked here.
package rbac

// Role is a role, with what it allows.
type Role struct {
	ID          string
	Permissions []Permission
}

// Scope is a scope that access tokens can have, with what it allows.
type Scope struct {
	Name        string
	Permissions []Permission
}

// Permission is a set of actions on one resource.
type Permission struct {
	Resource string
	Actions  []string
}

// Policy is roles and scopes, made ready for checks. A nil Policy allows nothing. Policies do not change and are safe
// for concurrent use.
type Policy struct{ roles, scopes index }

// noRoles is the policy of an organization without roles of its own.
var noRoles = Compile(nil, nil)

// Compile makes a policy. Roles of the same id, and scopes of the same name, add up; those without any are left out,
// as nobody can be given them. It keeps none of the slices.
func Compile(roles []Role, scopes []Scope) *Policy {
	p := &Policy{roles: newIndex(len(roles)), scopes: newIndex(len(scopes))}
	for _, role := range roles {
		p.roles.add(role.ID, role.Permissions)
	}
	for _, scope := range scopes {
		p.scopes.add(scope.Name, scope.Permissions)
	}
	p.roles.seal()
	p.scopes.seal()
	return p
}

// With returns the policy together with the roles of an organization. Nothing is copied.
func (p *Policy) With(organization *Policy) View { return View{project: p, organization: organization} }

// Allows is [View.Allows] without an organization.
func (p *Policy) Allows(roleIDs []string, resource, action string) bool {
	return p.byRole().allows(roleIDs, resource, action)
}

// AllowsScopes is [View.AllowsScopes].
func (p *Policy) AllowsScopes(scopes, resource, action string) bool {
	return p.byScope().allowsList(scopes, resource, action)
}

// Explain is [View.Explain] without an organization.
func (p *Policy) Explain(roleIDs []string, resource, action string) Explanation {
	return p.With(nil).Explain(roleIDs, resource, action)
}

// ExplainScopes is [View.ExplainScopes].
func (p *Policy) ExplainScopes(scopes, resource, action string) Explanation {
	return p.With(nil).ExplainScopes(scopes, resource, action)
}

// Permissions is [View.Permissions] without an organization.
func (p *Policy) Permissions(roleIDs []string) []Permission { return p.With(nil).Permissions(roleIDs) }

// ScopePermissions is [View.ScopePermissions].
func (p *Policy) ScopePermissions(scopes string) []Permission {
	return p.With(nil).ScopePermissions(scopes)
}

// nothing is what a nil policy looks into.
var nothing index

func (p *Policy) byRole() *index {
	if p == nil {
		return &nothing
	}
	return &p.roles
}

func (p *Policy) byScope() *index {
	if p == nil {
		return &nothing
	}
	return &p.scopes
}
