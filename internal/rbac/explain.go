package rbac

import (
	"slices"

	"github.com/seed75add069/stytch-go/shared"
)

// Explain explains the result of [Cache.Check].
func (v View) Explain(roleIDs []string, resource, action string) shared.Explanation {
	return explain("role ", roleIDs, resource, action, &v.project.roles, &v.organization.roles)
}

// ExplainScopes explains the result of [Policy.AllowsScopes].
func (v View) ExplainScopes(scopes, resource, action string) shared.Explanation {
	return explain("scope ", splitScopes(scopes), resource, action, &v.project.scopes, &noRoles.scopes)
}

func explain(kind string, held []string, resource, action string, project, organization *index) shared.Explanation {
	e := shared.Explanation{ResourceID: resource, Action: action}
	for _, name := range distinct(held) {
		if !project.has(name) && !organization.has(name) {
			e.Unknown = append(e.Unknown, name)
			continue
		}
		e.Known = append(e.Known, name)
		addGrant(&e, project, shared.Grant{Name: name})
		addGrant(&e, organization, shared.Grant{Name: name, Organization: true})
	}
	switch {
	case len(e.Granting) > 0:
		e.Allowed, e.Near, e.Reason = true, nil, granting(kind, e.Granting)
		return e
	case len(e.Near) > 0:
		e.Missing = shared.MissingAction
	case len(e.Known) > 0:
		e.Missing = shared.MissingResource
	default:
		e.Missing = shared.MissingRole
	}
	e.Reason = denial(kind, held, resource, project, organization)
	return e
}

// addGrant adds the grant to Granting or to Near, by what x says it allows on the resource.
func addGrant(e *shared.Explanation, x *index, grant shared.Grant) {
	list := x.find(grant.Name, x.resources.number(e.ResourceID))
	if list == nil {
		return
	}
	actions := x.actions.texts(list.numbers)
	granting := slices.DeleteFunc(slices.Clone(actions), func(s string) bool { return s != e.Action && s != wildcard })
	if len(granting) > 0 {
		grant.Actions = granting
		e.Granting = append(e.Granting, grant)
		return
	}
	grant.Actions = actions
	e.Near = append(e.Near, grant)
}
