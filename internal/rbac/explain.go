package rbac

import (
	"slices"
	"strconv"
	"strings"
)

// Lack is what a denied subject lacks.
type Lack string

// What there is to lack; nothing for a subject that is allowed.
const (
	// LacksRole means that the policy knows none of the subject's roles or scopes, or that there are none.
	LacksRole Lack = "role"
	// LacksResource means that those it knows allow nothing on the resource.
	LacksResource Lack = "resource"
	// LacksAction means that some allow other actions on the resource: Near says which.
	LacksAction Lack = "action"
)

// Explanation says why a check passes or does not.
type Explanation struct {
	Resource, Action string
	// Allowed is what the check answers.
	Allowed bool
	// Lacks is what is missing when it is not allowed.
	Lacks Lack
	// Granting are all roles or scopes that allow the action, each with the actions that do: the one asked for, the
	// wildcard, or both.
	Granting []Source
	// Near are, for LacksAction, the roles or scopes that allow something else on the resource, each with all of it.
	Near []Source
	// Known and Unknown are the subject's roles or scopes, each once, by whether the policy has them.
	Known, Unknown []string

	kind string
}

// Source is a role or scope with actions on the resource.
type Source struct {
	// Name is the id of the role or the name of the scope.
	Name string
	// Organization is set for roles of the organization. A role that the project has too is listed twice.
	Organization bool
	// Actions are in alphabetical order.
	Actions []string
}

// Explain says why [View.Allows] answers as it does.
func (v View) Explain(roleIDs []string, resource, action string) Explanation {
	return explain("role", distinct(roleIDs), resource, action, v.project.byRole(), v.organization.byRole())
}

// ExplainScopes says why [View.AllowsScopes] answers as it does.
func (v View) ExplainScopes(scopes, resource, action string) Explanation {
	return explain("scope", distinct(splitScopes(scopes)), resource, action, v.project.byScope(), &nothing)
}

func explain(kind string, held []string, resource, action string, project, organization *index) Explanation {
	e := Explanation{Resource: resource, Action: action, kind: kind}
	for _, name := range held {
		_, ofProject := project.rows[name]
		_, ofOrganization := organization.rows[name]
		if !ofProject && !ofOrganization {
			e.Unknown = append(e.Unknown, name)
			continue
		}
		e.Known = append(e.Known, name)
		e.consult(project, Source{Name: name})
		e.consult(organization, Source{Name: name, Organization: true})
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

// distinct drops repetitions and keeps the order.
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

// consult notes what the source allows on the resource.
func (e *Explanation) consult(x *index, source Source) {
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

// String says it in a sentence without subject, resource and action, as stytcherror.PermissionError has them already.
func (e Explanation) String() string {
	switch e.Lacks {
	case LacksAction:
		return join(e.Near, "; ", func(s Source) string { return s.sentence(e.kind, " allows only ") })
	case LacksResource:
		return "nothing on this resource is allowed by " + e.kind + " " + listed(e.Known)
	case LacksRole:
		if len(e.Unknown) == 0 {
			return "there is no " + e.kind
		}
		return "the policy does not know " + e.kind + " " + listed(e.Unknown)
	}
	return join(e.Granting, "; ", func(s Source) string { return s.sentence(e.kind, " allows ") })
}

func (s Source) sentence(kind, verb string) string {
	if s.Organization {
		kind = "organization " + kind
	}
	return kind + " " + s.Name + verb + listed(s.Actions)
}

func listed(list []string) string {
	return join(list, ", ", func(s string) string { return s })
}

// mostListed bounds a list in a sentence.
const mostListed = 5

func join[T any](list []T, between string, text func(T) string) string {
	var b strings.Builder
	for i, item := range list[:min(len(list), mostListed)] {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(text(item))
	}
	if more := len(list) - mostListed; more > 0 {
		b.WriteString(" and " + strconv.Itoa(more) + " more")
	}
	return b.String()
}
