package rbac_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
)

func TestAllows(t *testing.T) {
	t.Parallel()
	roles := []rbac.Role{
		role("reader", on("documents", "read")),
		role("editor", on("documents", "read", "edit"), on("pictures", "edit")),
		role("owner", on("documents", "*")),
		role("wild", on("*", "read")),
		role("idle"),
	}
	organization := []rbac.Role{
		role("archivist", on("archive", "read")),
		role("reader", on("archive", "list"), on("documents", "print")),
	}
	tests := map[string]struct {
		held             []string
		resource, action string
		want             bool
	}{
		"a role allows the actions it lists":                       {list("reader"), "documents", "read", true},
		"a role allows no other action":                            {list("reader"), "documents", "edit", false},
		"a role allows nothing on other resources":                 {list("reader"), "pictures", "read", false},
		"an action on one resource is not one on another":          {list("editor"), "pictures", "read", false},
		"one of several roles is enough":                           {list("idle", "reader", "editor"), "documents", "edit", true},
		"unknown roles are ignored":                                {list("unknown", "reader", "phantom"), "documents", "read", true},
		"unknown roles allow nothing":                              {list("unknown"), "documents", "read", false},
		"no role allows nothing":                                   {nil, "documents", "read", false},
		"a role without permissions allows nothing":                {list("idle"), "documents", "read", false},
		"* among the actions stands for all":                       {list("owner"), "documents", "delete", true},
		"* includes actions that no role lists":                    {list("owner"), "documents", "never-heard-of", true},
		"* is for its resource only":                               {list("owner"), "pictures", "edit", false},
		"a check of * passes if * is listed":                       {list("owner"), "documents", "*", true},
		"a check of * fails if * is not listed":                    {list("editor"), "documents", "*", false},
		"a resource * stands for no other":                         {list("wild"), "documents", "read", false},
		"the resource * is a name like any":                        {list("wild"), "*", "read", true},
		"a check of the resource * is not for any resource":        {list("owner"), "*", "read", false},
		"a role * is not all roles":                                {list("*"), "documents", "read", false},
		"case matters in roles":                                    {list("Reader"), "documents", "read", false},
		"case matters in resources":                                {list("reader"), "Documents", "read", false},
		"case matters in actions":                                  {list("reader"), "documents", "Read", false},
		"a prefix of an action is not the action":                  {list("reader"), "documents", "rea", false},
		"roles are not trimmed":                                    {list(" reader"), "documents", "read", false},
		"the empty action is not all actions":                      {list("reader"), "documents", "", false},
		"the empty resource is not all resources":                  {list("owner"), "", "read", false},
		"the organization's roles count":                           {list("archivist"), "archive", "read", true},
		"the organization adds to a project's role of the same id": {list("reader"), "documents", "print", true},
		"the organization adds resources to a project's role":      {list("reader"), "archive", "list", true},
		"the organization takes nothing from a project's role":     {list("reader"), "documents", "read", true},
		"the organization's permissions belong to its role":        {list("editor"), "archive", "read", false},
	}
	project, own := rbac.Compile(roles, nil), rbac.Compile(organization, nil)
	view := project.With(own)
	together := rbac.Compile(append(roles, organization...), nil)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			allowed := project.Allows(test.held, test.resource, test.action) || own.Allows(test.held, test.resource, test.action)
			assert.Equal(t, test.want, allowed)
			assert.Equal(t, test.want, view.Explain(test.held, test.resource, test.action).Allowed)
			assert.Equal(t, test.want, together.Allows(test.held, test.resource, test.action), "all in one policy")
		})
	}
}

func TestAllowsScopes(t *testing.T) {
	t.Parallel()
	policy := rbac.Compile(
		[]rbac.Role{role("read:documents", on("documents", "delete"))},
		[]rbac.Scope{
			scope("read:documents", on("documents", "read")),
			scope("manage:documents", on("documents", "*")),
			scope("tab\tbed", on("pictures", "read")),
			scope("", on("pictures", "*")),
		},
	)
	view := policy.With(rbac.Compile([]rbac.Role{role("openid", on("documents", "read"))},
		[]rbac.Scope{scope("openid", on("documents", "read"))}))
	tests := map[string]struct {
		scopes, resource, action string
		want                     bool
	}{
		"a scope allows what the policy says":              {"read:documents", "documents", "read", true},
		"a scope allows no other action":                   {"read:documents", "documents", "edit", false},
		"one of several scopes is enough":                  {"openid read:documents email", "documents", "read", true},
		"the last scope counts too":                        {"openid email manage:documents", "documents", "edit", true},
		"spaces around scopes are ignored":                 {"  read:documents \n", "documents", "read", true},
		"several spaces separate like one":                 {"openid   read:documents", "documents", "read", true},
		"a tab does not separate":                          {"openid\tread:documents", "documents", "read", false},
		"a tab may be part of a name":                      {"tab\tbed", "pictures", "read", true},
		"unknown scopes are ignored":                       {"unknown", "documents", "read", false},
		"no scope allows nothing":                          {"", "pictures", "read", false},
		"two spaces are not an empty scope":                {"openid  email", "pictures", "read", false},
		"a check of * fails if * is not listed":            {"read:documents", "documents", "*", false},
		"the part before the colon has no meaning":         {"read", "documents", "read", false},
		"a role of the same name is not used":              {"read:documents", "documents", "delete", false},
		"the organization's roles and scopes are not used": {"openid", "documents", "read", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, policy.AllowsScopes(test.scopes, test.resource, test.action))
			assert.Equal(t, test.want, view.ExplainScopes(test.scopes, test.resource, test.action).Allowed)
		})
	}
}

func TestCompile(t *testing.T) {
	t.Parallel()
	t.Run("roles of the same id add up", func(t *testing.T) {
		t.Parallel()
		p := rbac.Compile([]rbac.Role{
			role("twice", on("documents", "read"), on("pictures", "read")),
			role("between", on("documents", "edit")),
			role("twice", on("documents", "print", "read")),
		}, nil)
		assert.Equal(t, []rbac.Permission{on("documents", "print", "read"), on("pictures", "read")},
			p.With(nil).Permissions(list("twice")))
	})
	t.Run("permissions on the same resource add up", func(t *testing.T) {
		t.Parallel()
		p := rbac.Compile([]rbac.Role{
			role("r", on("documents", "read"), on("pictures", "x"), on("documents", "edit", "*"), on("films", "y")),
		}, nil)
		assert.Equal(t, []rbac.Permission{on("documents", "*", "edit", "read"), on("films", "y"), on("pictures", "x")},
			p.With(nil).Permissions(list("r")), "and the others are unchanged")
	})
	t.Run("actions that are listed twice count once", func(t *testing.T) {
		t.Parallel()
		p := rbac.Compile([]rbac.Role{role("r", on("documents", "read", "*", "read", "*"))}, nil)
		assert.Equal(t, "role r allows *, read", p.With(nil).Explain(list("r"), "documents", "read").Reason)
	})
	t.Run("many resources and many actions are told apart", func(t *testing.T) {
		t.Parallel()
		const many = 100
		listed := func(resource, action int) bool { return resource%2 == 0 && (7*resource+action)%3 == 0 }
		r := role("r")
		for i := range many {
			p := on(strconv.Itoa(i))
			for j := range many {
				if listed(i, j) {
					p.Actions = append(p.Actions, strconv.Itoa(j))
				}
			}
			r.Permissions = append(r.Permissions, p)
		}
		p := rbac.Compile([]rbac.Role{r}, nil)
		for i := range many {
			for j := range many {
				assert.Equal(t, listed(i, j), p.Allows(list("r"), strconv.Itoa(i), strconv.Itoa(j)), "%d on %d", j, i)
			}
		}
	})
	t.Run("roles and scopes with an empty name are left out", func(t *testing.T) {
		t.Parallel()
		p := rbac.Compile([]rbac.Role{role("", on("documents", "*"))}, []rbac.Scope{scope("", on("documents", "*"))})
		assert.False(t, p.Allows(list("", " "), "documents", "read"))
		for _, scopes := range list("", " ", "a  b") {
			assert.False(t, p.AllowsScopes(scopes, "documents", "read"))
		}
	})
	t.Run("a permission without actions is ignored", func(t *testing.T) {
		t.Parallel()
		p := rbac.Compile([]rbac.Role{role("r", on("documents"))}, nil)
		assert.Empty(t, p.With(nil).Permissions(list("r")))
		assert.Equal(t, shared.MissingResource, p.With(nil).Explain(list("r"), "documents", "read").Missing)
	})
	t.Run("names need not be UTF-8", func(t *testing.T) {
		t.Parallel()
		p := rbac.Compile([]rbac.Role{role("\xff", on("\x00", "\xfe"))}, nil)
		assert.True(t, p.Allows(list("\xff"), "\x00", "\xfe"))
		assert.False(t, p.Allows(list("\ufffd"), "\x00", "\xfe"))
	})
	t.Run("a hundred thousand actions are found", func(t *testing.T) {
		t.Parallel()
		many := make([]string, 100_000)
		for i := range many {
			many[i] = strconv.Itoa(i / 2)
		}
		p := rbac.Compile([]rbac.Role{role("r", on("documents", many...)), role("r", on("documents", "last"))}, nil)
		for _, action := range list("0", "25000", "49999", "last") {
			assert.True(t, p.Allows(list("r"), "documents", action))
		}
		assert.False(t, p.Allows(list("r"), "documents", "50000"))
		assert.Len(t, p.With(nil).Permissions(list("r"))[0].Actions, 50_001)
	})
	t.Run("the caller may change its slices", func(t *testing.T) {
		t.Parallel()
		roles := []rbac.Role{role("r", on("documents", "write", "read"))}
		p := rbac.Compile(roles, nil)
		assert.Equal(t, list("write", "read"), roles[0].Permissions[0].Actions)
		roles[0].Permissions[0].Actions[0] = "*"
		p.With(nil).Permissions(list("r"))[0].Actions[0] = "*"
		assert.False(t, p.Allows(list("r"), "documents", "delete"))
	})
	t.Run("an empty policy allows nothing", func(t *testing.T) {
		t.Parallel()
		for _, p := range []*rbac.Policy{rbac.Compile(nil, nil), {}} {
			for _, v := range []rbac.View{p.With(nil), p.With(p)} {
				assert.Empty(t, v.Permissions(list("r")))
				assert.Empty(t, v.ScopePermissions("r"))
				assert.False(t, v.Explain(list("", "r"), "", "").Allowed)
				assert.False(t, v.ExplainScopes(" r ", "", "").Allowed)
			}
			assert.False(t, p.Allows(list("r"), "documents", "*"))
			assert.False(t, p.AllowsScopes("r", "documents", "*"))
		}
	})
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	project := rbac.Compile([]rbac.Role{
		role("editor", on("pictures", "edit"), on("documents", "read", "edit")),
		role("owner", on("documents", "read", "*")),
	}, []rbac.Scope{scope("b", on("documents", "read")), scope("a", on("documents", "edit"), on("archive", "*"))})
	view := project.With(rbac.Compile([]rbac.Role{role("editor", on("documents", "print"))}, nil))

	assert.Equal(t, []rbac.Permission{on("documents", "edit", "read"), on("pictures", "edit")},
		project.With(nil).Permissions(list("editor")), "in alphabetical order")
	assert.Equal(t, []rbac.Permission{on("documents", "*", "edit", "read"), on("pictures", "edit")},
		project.With(nil).Permissions(list("owner", "unknown", "editor", "owner")), "without duplicates")
	assert.Equal(t, []rbac.Permission{on("documents", "edit", "print", "read"), on("pictures", "edit")},
		view.Permissions(list("editor")), "with the organization's")
	assert.Equal(t, []rbac.Permission{on("archive", "*"), on("documents", "edit", "read")},
		view.ScopePermissions(" b unknown a"), "the same for scopes")
	assert.Equal(t, []rbac.Permission{}, view.Permissions(nil), "an empty list is not nil")
}

//nolint:paralleltest // it counts allocations
func TestAllows_allocatesNothing(t *testing.T) {
	p := policyOf(100)
	held := list("role-0", "unknown", "role-99")
	for name, check := range map[string]func(){
		"roles":  func() { p.Allows(held, commonResource, lastAction) },
		"scopes": func() { p.AllowsScopes(" scope-0 unknown scope-99 ", commonResource, "nothing") },
		"M2M":    func() { rbac.MissingScopes(list("write:a", "read:*", "x"), list("read:b", "x")) },
	} {
		assert.Zero(t, testing.AllocsPerRun(100, check), name)
	}
}
