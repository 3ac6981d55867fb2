package rbac

import (
	"slices"
	"strconv"
	"strings"
)

// Lack is the reason of a denial: what the subject lacks.
type Lack string

// Reasons of a denial. An allowed check has none of them.
const (
	// LacksRole means that the subject has no role or scope that is in the policy.
	LacksRole Lack = "role"
	// LacksResource means that the subject's roles or scopes have no permission on the resource.
	LacksResource Lack = "resource"
	// LacksAction means that the subject's roles or scopes allow other actions on the resource: see Near.
	LacksAction Lack = "action"
)

// Explanation explains the result of a check.
type Explanation struct {
	Resource, Action string
	// Allowed is the result.
	Allowed bool
	// Lacks is the reason of a denial.
	Lacks Lack
	// Granting are the roles or scopes that allow the action. Their Actions are the requested one, the wildcard, or
	// both.
	Granting []Source
	// Near are, for LacksAction, the roles or scopes that allow other actions on the resource. Their Actions are all of
	// those.
	Near []Source
	// Known and Unknown are the subject's roles or scopes that are in the policy, and those that are not, without
	// duplicates.
	Known, Unknown []string

	kind string // "role" or "scope"
}

// Source is a role or scope with actions that it allows on the resource.
type Source struct {
	// Name is the id of the role or the name of the scope.
	Name string
	// Organization is set for the organization's roles. A role that the project has too is listed twice.
	Organization bool
	// Actions are in alphabetical order.
	Actions []string
}

// Explain explains the result of [View.Allows].
func (v View) Explain(roleIDs []string, resource, action string) Explanation {
	return explain("role", distinct(roleIDs), resource, action, v.project.byRole(), v.organization.byRole())
}

// ExplainScopes explains the result of [View.AllowsScopes].
func (v View) ExplainScopes(scopes, resource, action string) Explanation {
	return explain("scope", distinct(splitScopes(scopes)), resource, action, v.project.byScope(), &emptyIndex)
}

func explain(kind string, held []string, resource, action string, project, organization *index) Explanation {
	e := Explanation{Resource: resource, Action: action, kind: kind}
	for _, name := range held {
		_, inProject := project.rows[name]
		_, inOrganization := organization.rows[name]
		if !inProject && !inOrganization {
			e.Unknown = append(e.Unknown, name)
			continue
		}
		e.Known = append(e.Known, name)
		e.add(project, Source{Name: name})
		e.add(organization, Source{Name: name, Organization: true})
	}
	switch {
	case len(e.Granting) > 0:
		e.Allowed, e.Near = true, nil
	case len(e.Near) > 0:
		e.Lacks = LacksAction
	case len(e.Known) > 0:
		e.Lacks = LacksResource
	default:
		e.Lacks = LacksRole
	}
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

// add appends the source to Granting or to Near, by what x says it allows on the resource.
func (e *Explanation) add(x *index, source Source) {
	actions := x.actions.texts(x.find(source.Name, x.resources.number[e.Resource]))
	if len(actions) == 0 {
		return
	}
	granting := slices.DeleteFunc(slices.Clone(actions), func(s string) bool { return s != e.Action && s != wildcard })
	if source.Actions = granting; len(granting) > 0 {
		e.Granting = append(e.Granting, source)
		return
	}
	source.Actions = actions
	e.Near = append(e.Near, source)
}

// String is the reason in words. It names neither action nor resource, as stytcherror.PermissionError has them already.
func (e Explanation) String() string {
	switch e.Lacks {
	case LacksAction:
		return join(e.Near, "; ", func(s Source) string { return s.describe(e.kind, " allows only ") })
	case LacksResource:
		return "nothing on this resource is allowed by " + e.kind + " " + listed(e.Known)
	case LacksRole:
		if len(e.Unknown) == 0 {
			return "there is no " + e.kind
		}
		return "the policy does not know " + e.kind + " " + listed(e.Unknown)
	}
	return join(e.Granting, "; ", func(s Source) string { return s.describe(e.kind, " allows ") })
}

func (s Source) describe(kind, verb string) string {
	if s.Organization {
		kind = "organization " + kind
	}
	return kind + " " + s.Name + verb + listed(s.Actions)
}

func listed(list []string) string {
	return join(list, ", ", func(s string) string { return s })
}

// maxListed bounds the items of a list in String.
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
