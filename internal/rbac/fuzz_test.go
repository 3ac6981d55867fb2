package rbac_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
)

// FuzzCompile makes policies and subjects of bytes, and compares each check with a linear scan of the roles.
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
		in := input(data)
		roles, organization, scopes := in.roles(), in.roles(), in.roles()
		held := in.names()
		project, own := rbac.Compile(roles, asScopes(scopes)), rbac.Compile(organization, asScopes(roles))
		view := project.With(own)
		joined := strings.Join(held, " ")
		split := strings.Split(strings.TrimSpace(joined), " ")
		for _, resource := range namesIn(roles, organization, scopes) {
			for _, action := range namesIn(roles, organization, scopes) {
				want := scan(roles, held, resource, action) || scan(organization, held, resource, action)
				why := view.Explain(held, resource, action)
				allowed := project.Allows(held, resource, action) || own.Allows(held, resource, action)
				assertAgree(t, want, allowed, why, view.Permissions(held))
				assert.Equal(t, granting(roles, organization, held, resource, action), sources(why.Granting))
				assertAgree(t, scan(scopes, split, resource, action), project.AllowsScopes(joined, resource, action),
					view.ExplainScopes(joined, resource, action), view.ScopePermissions(joined))
			}
		}
	})
}

// scan reports whether a role that is held has a permission with the resource and with the action or *. Roles with an
// empty id do not count.
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

// granting returns the roles that allow the action, without Actions, in the order in which they are held.
func granting(project, organization []rbac.Role, held []string, resource, action string) (names []shared.Grant) {
	for i, name := range held {
		if slices.Contains(held[:i], name) {
			continue
		}
		for j, roles := range [][]rbac.Role{project, organization} {
			if scan(roles, list(name), resource, action) {
				names = append(names, shared.Grant{Name: name, Organization: j == 1})
			}
		}
	}
	return names
}

// sources returns sources without Actions.
func sources(all []shared.Grant) (names []shared.Grant) {
	for _, s := range all {
		names = append(names, shared.Grant{Name: s.Name, Organization: s.Organization})
	}
	return names
}

// assertAgree asserts that a check, its explanation and the list of permissions agree.
func assertAgree(t *testing.T, want, got bool, why shared.Explanation, all []rbac.Permission) {
	t.Helper()
	assert.Equal(t, want, got, "%q on %q", why.Action, why.ResourceID)
	assert.Equal(t, want, why.Allowed)
	assert.Equal(t, want, len(why.Granting) > 0)
	assert.Equal(t, want, why.Missing == "")
	assert.Equal(t, why.Missing == shared.MissingAction, len(why.Near) > 0)
	assert.NotEmpty(t, why.Reason)
	assert.Equal(t, want, slices.ContainsFunc(all, func(p rbac.Permission) bool {
		return p.Resource == why.ResourceID && (slices.Contains(p.Actions, why.Action) || slices.Contains(p.Actions, "*"))
	}))
	assert.True(t, slices.IsSortedFunc(all, func(a, b rbac.Permission) int { return strings.Compare(a.Resource, b.Resource) }))
}

// namesIn returns all resources and actions of roles, and some others.
func namesIn(lists ...[]rbac.Role) []string {
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

// input is fuzzed bytes, of which methods consume some.
type input []byte

// number returns a number below limit.
func (in *input) number(limit int) int {
	if len(*in) == 0 {
		return 0
	}
	n := int((*in)[0]) % limit
	*in = (*in)[1:]
	return n
}

var common = list("", "*", "read", "edit", "admin", "member", "documents", " ", "é", "a b")

// name returns a common name or arbitrary bytes.
func (in *input) name() string {
	n := in.number(len(common) + 5)
	if n < len(common) {
		return common[n]
	}
	raw := (*in)[:min(len(*in), n-len(common))]
	*in = (*in)[len(raw):]
	return string(raw)
}

func (in *input) names() []string {
	var names []string
	for range in.number(5) {
		names = append(names, in.name())
	}
	return names
}

func (in *input) roles() []rbac.Role {
	var roles []rbac.Role
	for range in.number(5) {
		r := role(in.name())
		for range in.number(4) {
			r.Permissions = append(r.Permissions, on(in.name(), in.names()...))
		}
		roles = append(roles, r)
	}
	return roles
}
