package rbac_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/shared"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	project := rbac.Compile([]rbac.Role{
		role("reader", on("documents", "read")),
		role("editor", on("documents", "read", "edit")),
		role("owner", on("documents", "*")),
		role("both", on("documents", "edit", "*")),
		role("idle"),
	}, nil)
	view := project.With(rbac.Compile([]rbac.Role{
		role("editor", on("documents", "edit", "print")),
		role("archivist", on("archive", "read")),
	}, nil))
	tests := map[string]struct {
		held []string
		want shared.Explanation
		text string
	}{
		"Granting has every role that allows the action, with the actions that do": {
			held: list("reader", "owner", "editor", "both", "unknown"),
			want: shared.Explanation{
				Allowed: true,
				Granting: []shared.Grant{
					{Name: "owner", Actions: list("*")},
					{Name: "editor", Actions: list("edit")},
					{Name: "editor", Organization: true, Actions: list("edit")},
					{Name: "both", Actions: list("*", "edit")},
				},
				Known: list("reader", "owner", "editor", "both"), Unknown: list("unknown"),
			},
			text: "role owner allows *; role editor allows edit; organization role editor allows edit; role both allows *, edit",
		},
		"a role that is held twice is named once": {
			held: list("owner", "owner"),
			want: shared.Explanation{
				Allowed: true, Granting: []shared.Grant{{Name: "owner", Actions: list("*")}}, Known: list("owner"),
			},
			text: "role owner allows *",
		},
		"Near has the roles that allow other actions on the resource": {
			held: list("idle", "reader"),
			want: shared.Explanation{
				Missing: shared.MissingAction, Near: []shared.Grant{{Name: "reader", Actions: list("read")}},
				Known: list("idle", "reader"),
			},
			text: "role reader allows only read",
		},
		"MissingResource says that no role has the resource": {
			held: list("idle", "archivist", "unknown"),
			want: shared.Explanation{
				Missing: shared.MissingResource, Known: list("idle", "archivist"), Unknown: list("unknown"),
			},
			text: "nothing on this resource is allowed by role idle, archivist",
		},
		"MissingRole says that the policy has none of the roles": {
			held: list("unknown", "", "unknown"),
			want: shared.Explanation{Missing: shared.MissingRole, Unknown: list("unknown", "")},
			text: "the policy does not know role unknown, ",
		},
		"MissingRole says that there are no roles": {
			want: shared.Explanation{Missing: shared.MissingRole},
			text: "there is no role",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := view.Explain(test.held, "documents", "edit")
			test.want.ResourceID, test.want.Action, test.want.Reason = "documents", "edit", test.text
			assert.Equal(t, test.want, got)
		})
	}
	t.Run("a policy explains checks without an organization", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "role editor allows only edit, read", project.With(nil).Explain(list("editor"), "documents", "print").Reason)
	})
	t.Run("a check of * is granted by roles that list *", func(t *testing.T) {
		t.Parallel()
		got := view.Explain(list("reader", "both"), "documents", "*")
		assert.Equal(t, []shared.Grant{{Name: "both", Actions: list("*")}}, got.Granting)
	})
	t.Run("a long list is shortened in Reason, not in the other fields", func(t *testing.T) {
		t.Parallel()
		got := view.Explain(list("1", "2", "3", "4", "5", "6", "7"), "documents", "edit")
		assert.Equal(t, "the policy does not know role 1, 2, 3, 4, 5 and 2 more", got.Reason)
		assert.Len(t, got.Unknown, 7)
	})
}

func TestExplainScopes(t *testing.T) {
	t.Parallel()
	view := rbac.Compile(nil, []rbac.Scope{
		scope("read:documents", on("documents", "read")), scope("manage:documents", on("documents", "*")),
	}).With(rbac.Compile([]rbac.Role{role("openid", on("documents", "edit"))}, nil))
	for scopes, text := range map[string]string{
		"openid manage:documents": "scope manage:documents allows *",
		" read:documents openid ": "scope read:documents allows only read",
		"openid":                  "the policy does not know scope openid",
		"  ":                      "there is no scope",
	} {
		assert.Equal(t, text, view.ExplainScopes(scopes, "documents", "edit").Reason)
	}
	assert.Equal(t, shared.MissingResource, view.ExplainScopes("read:documents", "pictures", "read").Missing)
}

// Only a space separates scopes (RFC 6749, section 3.3). Other white space is part of a scope that no policy has.
func TestScopes_otherWhiteSpace(t *testing.T) {
	t.Parallel()
	project := rbac.Compile(nil, []rbac.Scope{scope("manage:documents", on("documents", "*"))})
	view := project.With(rbac.Compile(nil, nil))
	for _, separator := range list("\t", "\n", "\r\n", "\v", "\f", "\u00a0", "\u2003", "\u0085", ",", "+", "%20") {
		scopes := "openid" + separator + "manage:documents" + separator + "profile"
		assert.False(t, project.AllowsScopes(scopes, "documents", "read"), "%q", separator)
		assert.False(t, view.ExplainScopes(scopes, "documents", "read").Allowed, "%q", separator)
		assert.Empty(t, view.ScopePermissions(scopes), "%q", separator)
	}
	scopes := "openid  manage:documents   profile"
	assert.True(t, project.AllowsScopes(scopes, "documents", "read"))
	assert.True(t, view.ExplainScopes(scopes, "documents", "read").Allowed)
	assert.NotEmpty(t, view.ScopePermissions(scopes))
}
