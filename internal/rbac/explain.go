package rbac

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/shared"
)

// Explain explains the result of [Cache.Allows].
func (v View) Explain(roleIDs []string, resource, action string) shared.Explanation {
	return explain("role", roleIDs, resource, action, &v.project.roles, &v.organization.roles)
}

// ExplainScopes explains the result of [Policy.AllowsScopes].
func (v View) ExplainScopes(scopes, resource, action string) shared.Explanation {
	return explain("scope", splitScopes(scopes), resource, action, &v.project.scopes, &noRoles.scopes)
}

func explain(kind string, held []string, resource, action string, project, organization *index) shared.Explanation {
	e := shared.Explanation{ResourceID: resource, Action: action}
	seen := map[string]bool{}
	for _, name := range held {
		if seen[name] {
			continue
		}
		seen[name] = true
		_, inProject := project.rows[name]
		_, inOrganization := organization.rows[name]
		if !inProject && !inOrganization {
			e.Unknown = append(e.Unknown, name)
			continue
		}
		e.Known = append(e.Known, name)
		addGrant(&e, project, shared.Grant{Name: name})
		addGrant(&e, organization, shared.Grant{Name: name, Organization: true})
	}
	switch {
	case len(e.Granting) > 0:
		e.Allowed, e.Near = true, nil
	case len(e.Near) > 0:
		e.Missing = shared.MissingAction
	case len(e.Known) > 0:
		e.Missing = shared.MissingResource
	default:
		e.Missing = shared.MissingRole
	}
	e.Reason = reason(&e, kind)
	return e
}

// addGrant adds the grant to Granting or to Near, by what x says it allows on the resource.
func addGrant(e *shared.Explanation, x *index, grant shared.Grant) {
	actions := x.actions.texts(x.find(grant.Name, x.resources.number[e.ResourceID]))
	if len(actions) == 0 {
		return
	}
	granting := slices.DeleteFunc(slices.Clone(actions), func(s string) bool { return s != e.Action && s != wildcard })
	if len(granting) > 0 {
		grant.Actions = granting
		e.Granting = append(e.Granting, grant)
		return
	}
	grant.Actions = actions
	e.Near = append(e.Near, grant)
}

// reason returns the explanation in words. It names neither action nor resource, as stytcherror.PermissionError has
// them already.
func reason(e *shared.Explanation, kind string) string {
	switch e.Missing {
	case shared.MissingAction:
		return describe(e.Near, kind, " allows only ")
	case shared.MissingResource:
		return "nothing on this resource is allowed by " + kind + " " + listed(e.Known, ", ")
	case shared.MissingRole:
		if len(e.Unknown) == 0 {
			return "there is no " + kind
		}
		return "the policy does not know " + kind + " " + listed(e.Unknown, ", ")
	}
	return describe(e.Granting, kind, " allows ")
}

func describe(grants []shared.Grant, kind, verb string) string {
	texts := make([]string, len(grants))
	for i, g := range grants {
		texts[i] = kind + " " + g.Name + verb + listed(g.Actions, ", ")
		if g.Organization {
			texts[i] = "organization " + texts[i]
		}
	}
	return listed(texts, "; ")
}

// maxListed bounds the items of a list in Reason.
const maxListed = 5

func listed(list []string, between string) string {
	text := strings.Join(list[:min(len(list), maxListed)], between)
	if more := len(list) - maxListed; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	return text
}
