package rbac_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/benchtest"
	"github.com/seed75add069/stytch-go/internal/rbac"
)

// numbered returns the name with each number from 1 to n.
func numbered(name string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = name + strconv.Itoa(i+1)
	}
	return names
}

func TestDenial(t *testing.T) {
	t.Parallel()
	roles := []rbac.Role{
		role("reader", on("documents", "read")), role("writer", on("documents", "write", "read", "write", "append")),
		role("many", on("documents", "f", "b", "a", "g", "e", "d", "c")), role("idle"), role("", on("documents", "edit")),
		role("twice", on("documents", "read")), role("twice", on("documents", "list", "read")),
	}
	for _, name := range numbered("r", 7) {
		roles = append(roles, role(name, on("documents", "read")))
	}
	scopes := make([]rbac.Scope, len(roles))
	for i, r := range roles {
		scopes[i] = scope(r.ID, r.Permissions...)
	}
	view := rbac.Compile(roles, scopes).With(rbac.Compile([]rbac.Role{
		role("reader", on("documents", "print")), role("signer", on("documents", "sign")), role("guest", on("garden", "see")),
	}, nil))
	long := append(numbered("x", 40), "x1")
	for text, held := range map[string][]string{
		"there is no role":                                                         nil,
		"the policy does not know role nobody":                                     list("nobody"),
		"the policy does not know role b, a, ":                                     list("b", "a", "b", ""),
		"the policy does not know role x1, x2, x3, x4, x5 and 35 more":             long,
		"nothing on this resource is allowed by role idle":                         list("idle", "nobody"),
		"nothing on this resource is allowed by role guest, idle":                  list("guest", "idle", "guest"),
		"role writer allows only append, read, write":                              list("nobody", "idle", "writer"),
		"role many allows only a, b, c, d, e and 2 more":                           list("many"),
		"role twice allows only list, read":                                        list("twice"),
		"organization role signer allows only sign":                                list("signer"),
		"role reader allows only read; organization role reader allows only print": list("reader", "reader"),
		"role r1 allows only read; role r2 allows only read; role r3 allows only read; role r4 allows only read; " +
			"role r5 allows only read and 2 more": numbered("r", 7),
	} {
		assert.Equal(t, text, view.Denial(held, "documents"))
		assert.Equal(t, text, view.Explain(held, "documents", "delete").Reason)
	}
	for text, held := range map[string]string{
		"there is no scope":                                                 "  ",
		"the policy does not know scope signer":                             "signer  signer",
		"scope writer allows only append, read, write":                      "idle writer",
		"nothing on this resource is allowed by scope idle":                 "idle",
		"scope reader allows only read; scope twice allows only list, read": "reader twice",
	} {
		assert.Equal(t, text, view.DenialScopes(held, "documents"))
		assert.Equal(t, text, view.ExplainScopes(held, "documents", "delete").Reason)
	}
}

// A list of actions that many permissions have is stored once, and one that few have is not taken for another.
func TestCompile_manyLists(t *testing.T) {
	t.Parallel()
	actions := numbered("action-", 500)
	roles := make([]rbac.Role, len(actions))
	for i := range roles {
		roles[i] = role(strconv.Itoa(i), on("documents", actions[i], actions[(i+1)%500]), on("pictures", actions[i]))
	}
	p := rbac.Compile(roles, nil)
	for i, r := range roles {
		for j, action := range actions {
			want := slices.Contains(r.Permissions[0].Actions, action)
			assert.Equal(t, want, p.Allows(list(r.ID), "documents", action), "%s %s", r.ID, action)
			assert.Equal(t, i == j, p.Allows(list(r.ID), "pictures", action), "%s %s", r.ID, action)
		}
	}
}

// A reason is one allocation, and splitting scopes another.
//
//nolint:paralleltest // it counts allocations
func TestDenial_allocations(t *testing.T) {
	view, held := policyOf(1000).With(nil), subject(1000)
	text := ""
	assert.InDelta(t, 1, benchtest.Allocs(func() { text = view.Denial(held, commonResource) }), 0, text)
	assert.InDelta(t, 1, benchtest.Allocs(func() { text = view.Denial(held, "nothing") }), 0, text)
	assert.InDelta(t, 1, benchtest.Allocs(func() { text = view.Denial(list("nobody"), "nothing") }), 0, text)
	assert.InDelta(t, 2, benchtest.Allocs(func() { text = view.DenialScopes("scope-0 scope-1", commonResource) }), 0, text)
}
