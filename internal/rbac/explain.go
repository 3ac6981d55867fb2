package rbac

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/shared"
)

// Explain explains the result of [Cache.Allows].
func (v View) Explain(roleIDs []string, resource, action string) shared.Explanation {
	return explain("role", distinct(roleIDs), resource, action, v.project.byRole(), v.organization.byRole())
}

// ExplainScopes explains the result of [Policy.AllowsScopes].
func (v View) ExplainScopes(scopes, resource, action string) shared.Explanation {
	return explain("scope", distinct(splitScopes(scopes)), resource, action, v.project.byScope(), &emptyIndex)
}

func explain(kind string, held []string, resource, action string, project, organization *index) shared.Explanation {
	e := shared.Explanation{ResourceID: resource, Action: action}
	for _, name := range held {
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

// distinct returns the list without duplicates, in its order.
func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	kept := make([]string, 0, len(list))
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			kept = append(kept, s)
		}
	}
	return kept
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
		return join(e.Near, "; ", func(g shared.Grant) string { return describe(g, kind, " allows only ") })
	case shared.MissingResource:
		return "nothing on this resource is allowed by " + kind + " " + listed(e.Known)
	case shared.MissingRole:
		if len(e.Unknown) == 0 {
			return "there is no " + kind
		}
		return "the policy does not know " + kind + " " + listed(e.Unknown)
	}
	return join(e.Granting, "; ", func(g shared.Grant) string { return describe(g, kind, " allows ") })
}

func describe(g shared.Grant, kind, verb string) string {
	if g.Organization {
		kind = "organization " + kind
	}
	return kind + " " + g.Name + verb + listed(g.Actions)
}

func listed(list []string) string {
	return join(list, ", ", func(s string) string { return s })
}

// maxListed bounds the items of a list in Reason.
const maxListed = 5

func join[T any](list []T, between string, text func(T) string) string {
	var b strings.Builder
	for i, item := range list[:min(len(list), maxListed)] {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(text(item))
	}
	if more := len(list) - maxListed; more > 0 {
		b.WriteString(" and " + strconv.Itoa(more) + " more")
	}
	return b.String()
}
