package rbac

import (
	"maps"
	"slices"
)

// View is the policy that applies in one organization: the project's, and the organization's own roles. It is
// immutable and safe for concurrent use.
type View struct{ project, organization *Policy }

// Permissions returns all permissions of the roles, sorted by resource and action, without duplicates. Actions that are
// listed beside a wildcard are kept.
func (v View) Permissions(roleIDs []string) []Permission {
	all := map[string][]string{}
	v.project.roles.collect(all, roleIDs)
	v.organization.roles.collect(all, roleIDs)
	return sorted(all)
}

// ScopePermissions is [View.Permissions] for scopes.
func (v View) ScopePermissions(scopes string) []Permission {
	all := map[string][]string{}
	v.project.scopes.collect(all, splitScopes(scopes))
	return sorted(all)
}

// collect adds the permissions of roles or scopes to all, which has actions by resource.
func (x *index) collect(all map[string][]string, held []string) {
	for _, name := range held {
		for _, g := range x.row(name) {
			resource := x.resources.text[g.resource]
			all[resource] = append(all[resource], x.actions.texts(x.lists[g.list].numbers)...)
		}
	}
}

func sorted(all map[string][]string) []Permission {
	list := make([]Permission, 0, len(all))
	for _, resource := range slices.Sorted(maps.Keys(all)) {
		actions := all[resource]
		slices.Sort(actions)
		list = append(list, Permission{Resource: resource, Actions: slices.Compact(actions)})
	}
	return list
}
