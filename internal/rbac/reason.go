package rbac

import (
	"slices"
	"strconv"
	"strings"

	"github.com/seed75add069/stytch-go/shared"
)

// Denial returns the Reason of [View.Explain] for an action that none of the roles allows, in a fraction of its time.
func (v View) Denial(roleIDs []string, resource string) string {
	return denial("role ", roleIDs, resource, &v.project.roles, &v.organization.roles)
}

// DenialScopes is [View.Denial] for scopes.
func (v View) DenialScopes(scopes, resource string) string {
	return denial("scope ", splitScopes(scopes), resource, &v.project.scopes, &noRoles.scopes)
}

// denial returns why none of the roles or scopes allows an action, in words. It names neither action nor resource, as
// stytcherror.PermissionError has them already. The kind is "role " or "scope ".
func denial(kind string, held []string, resource string, project, organization *index) string {
	var array [512]byte // longer than nearly all texts, so that only the string is allocated
	held = distinct(held)
	if text := near(array[:0], kind, held, resource, project, organization); len(text) > 0 {
		return string(text)
	}
	text, n := append(append(array[:0], "nothing on this resource is allowed by "...), kind...), 0
	for _, name := range held {
		if project.has(name) || organization.has(name) {
			n++
			text = appendItem(text, n, ", ", name)
		}
	}
	switch {
	case n > 0:
		return string(appendMore(text, n))
	case len(held) == 0:
		return "there is no " + strings.TrimSpace(kind)
	}
	text = append(append(array[:0], "the policy does not know "...), kind...)
	for i, name := range held {
		text = appendItem(text, i+1, ", ", name)
	}
	return string(appendMore(text, len(held)))
}

// near appends which roles or scopes allow other actions on the resource.
func near(text []byte, kind string, held []string, resource string, project, organization *index) []byte {
	n := 0
	inProject, inOrganization := project.resources.number(resource), organization.resources.number(resource)
	for _, name := range held {
		if inProject != unknown {
			if list := project.find(name, inProject); list != nil {
				n++
				text = appendNear(text, n, "", kind, name, list)
			}
		}
		if inOrganization != unknown {
			if list := organization.find(name, inOrganization); list != nil {
				n++
				text = appendNear(text, n, ofOrganization, kind, name, list)
			}
		}
	}
	return appendMore(text, n)
}

// ofOrganization is before an organization's own roles.
const ofOrganization = "organization "

// appendNear appends what a role or scope allows, as the n-th item of a list.
func appendNear(text []byte, n int, of, kind, name string, allowed *actionList) []byte {
	if n > maxListed {
		return text
	}
	text = append(append(appendItem(text, n, "; ", of), kind...), name...)
	return append(append(text, " allows only "...), allowed.text...)
}

// granting returns which roles or scopes allow the action, in words.
func granting(kind string, grants []shared.Grant) string {
	var text []byte
	for i, g := range grants[:min(len(grants), maxListed)] {
		text = appendItem(text, i+1, "; ", "")
		if g.Organization {
			text = append(text, ofOrganization...)
		}
		text = append(append(append(text, kind...), g.Name...), " allows "...)
		for j, action := range g.Actions {
			text = appendItem(text, j+1, ", ", action)
		}
		text = appendMore(text, len(g.Actions))
	}
	return string(appendMore(text, len(grants)))
}

// appendTexts appends the strings of numbers as a list.
func (n *numbering) appendTexts(text []byte, numbers []uint32) []byte {
	for i, number := range numbers[:min(len(numbers), maxListed)] {
		text = appendItem(text, i+1, ", ", n.text[number])
	}
	return appendMore(text, len(numbers))
}

// maxListed bounds the items of a list in Reason.
const maxListed = 5

// appendItem appends the n-th item of a list, unless the list has enough.
func appendItem(text []byte, n int, between, item string) []byte {
	if n > maxListed {
		return text
	}
	if n > 1 {
		text = append(text, between...)
	}
	return append(text, item...)
}

// appendMore appends how many of a list's n items appendItem has left out.
func appendMore(text []byte, n int) []byte {
	if more := n - maxListed; more > 0 {
		text = append(strconv.AppendInt(append(text, " and "...), int64(more), 10), " more"...)
	}
	return text
}

// shortLength is the length up to which a list's items are compared with each other, which needs no memory.
const shortLength = 32

// distinct returns the items of a list without duplicates: the list itself if it is short and has none.
func distinct(list []string) []string {
	if len(list) <= shortLength {
		for i, item := range list {
			if slices.Contains(list[:i], item) {
				return withoutDuplicates(list)
			}
		}
		return list
	}
	return withoutDuplicates(list)
}

func withoutDuplicates(list []string) []string {
	seen := make(map[string]bool, len(list))
	kept := make([]string, 0, len(list))
	for _, item := range list {
		if !seen[item] {
			seen[item] = true
			kept = append(kept, item)
		}
	}
	return kept
}
