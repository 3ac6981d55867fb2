package rbac_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/rbac"
)

// FuzzCompile builds policies and subjects from bytes and compares every answer with that of a scan by the book.
func FuzzCompile(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte{0})
	f.Add([]byte("\x02\x05\x01\x06\x02\x02\x03\x05\x01\x07\x01\x01\x01\x05\x01\x06\x01\x02\x02\x05\x05"))
	f.Add([]byte("\x03\x00\x01\x06\x01\x01\x00\x01\x06\x01\x02\x05\x00\x02\x01\x00\x01\x05\x01\x01\x01\x03\x00\x01\x09"))
	f.Add([]byte("\x03\x05\x02\x06\x01\x02\x06\x01\x01\x05\x01\x06\x02\x02\x02\x05\x01\x07\x00\x02\x05\x05"))
	f.Add([]byte("\x01\x0a\x01\x0a\xff\xfe\x01\x0e\xff\xfe\xfd\x01\x0a\xff\x01\x0a\xff\xfe\x01\x0a\xff"))
	f.Add([]byte(strings.Repeat("\x03\x05\x03\x06\x03\x01\x02\x03", 40)))
	f.Add([]byte(strings.Repeat("\x04\x03\x02\x01\x07\x08", 60)))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := dice(data)
		roles, organization, scopes := d.roles(), d.roles(), d.roles()
		held := d.names()
		view := rbac.Compile(roles, asScopes(scopes)).With(rbac.Compile(organization, asScopes(roles)))
		joined := strings.Join(held, " ")
		split := strings.Split(strings.TrimSpace(joined), " ")
		for _, resource := range universe(roles, organization, scopes) {
			for _, action := range universe(roles, organization, scopes) {
				want := scan(roles, held, resource, action) || scan(organization, held, resource, action)
				why := view.Explain(held, resource, action)
				agrees(t, want, view.Allows(held, resource, action), why, view.Permissions(held))
				assert.Equal(t, granting(roles, organization, held, resource, action), sources(why.Granting))
				agrees(t, scan(scopes, split, resource, action), view.AllowsScopes(joined, resource, action),
					view.ExplainScopes(joined, resource, action), view.ScopePermissions(joined))
			}
		}
	})
}

// scan is the rule as it is written: a role that is held has a permission with the resource, and with the action or *.
// Names there must be.
func scan(roles []rbac.Role, held []string, resource, action string) bool {
	for _, r := range roles {
		if r.ID == "" || !slices.Contains(held, r.ID) {
			continue
		}
		for _, p := range r.Permissions {
			if p.Resource == resource && (slices.Contains(p.Actions, action) || slices.Contains(p.Actions, "*")) {
				return true
			}
		}
	}
	return false
}

// granting are the roles that allow it, each with whose it is, in the order in which they are held.
func granting(project, organization []rbac.Role, held []string, resource, action string) (names []rbac.Source) {
	for i, name := range held {
		if slices.Contains(held[:i], name) {
			continue
		}
		for whose, roles := range [][]rbac.Role{project, organization} {
			if scan(roles, list(name), resource, action) {
				names = append(names, rbac.Source{Name: name, Organization: whose == 1})
			}
		}
	}
	return names
}

// sources drops the actions.
func sources(all []rbac.Source) (names []rbac.Source) {
	for _, s := range all {
		names = append(names, rbac.Source{Name: s.Name, Organization: s.Organization})
	}
	return names
}

// agrees checks that all ways to ask give the same answer.
func agrees(t *testing.T, want, got bool, why rbac.Explanation, all []rbac.Permission) {
	t.Helper()
	assert.Equal(t, want, got, "%q on %q", why.Action, why.Resource)
	assert.Equal(t, want, why.Allowed)
	assert.Equal(t, want, len(why.Granting) > 0)
	assert.Equal(t, want, why.Lacks == "")
	assert.Equal(t, why.Lacks == rbac.LacksAction, len(why.Near) > 0)
	assert.NotEmpty(t, why.String())
	assert.Equal(t, want, slices.ContainsFunc(all, func(p rbac.Permission) bool {
		return p.Resource == why.Resource && (slices.Contains(p.Actions, why.Action) || slices.Contains(p.Actions, "*"))
	}))
	assert.True(t, slices.IsSortedFunc(all, func(a, b rbac.Permission) int { return strings.Compare(a.Resource, b.Resource) }))
}

// universe holds all names there are to ask for, and some that there are not.
func universe(lists ...[]rbac.Role) []string {
	all := list("", "*", "x", "\xff")
	for _, r := range slices.Concat(lists...) {
		for _, p := range r.Permissions {
			all = append(append(all, p.Resource), p.Actions...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func asScopes(roles []rbac.Role) []rbac.Scope {
	scopes := make([]rbac.Scope, len(roles))
	for i, r := range roles {
		scopes[i] = scope(r.ID, r.Permissions...)
	}
	return scopes
}

// dice is bytes that decide.
type dice []byte

func (d *dice) roll(sides int) int {
	if len(*d) == 0 {
		return 0
	}
	n := int((*d)[0]) % sides
	*d = (*d)[1:]
	return n
}

var common = list("", "*", "read", "edit", "admin", "member", "documents", " ", "é", "a b")

// name is a common one, or bytes as they come.
func (d *dice) name() string {
	n := d.roll(len(common) + 5)
	if n < len(common) {
		return common[n]
	}
	raw := (*d)[:min(len(*d), n-len(common))]
	*d = (*d)[len(raw):]
	return string(raw)
}

func (d *dice) names() []string {
	var names []string
	for range d.roll(5) {
		names = append(names, d.name())
	}
	return names
}

func (d *dice) roles() []rbac.Role {
	var roles []rbac.Role
	for range d.roll(5) {
		r := role(d.name())
		for range d.roll(4) {
			r.Permissions = append(r.Permissions, on(d.name(), d.names()...))
		}
		roles = append(roles, r)
	}
	return roles
}
