package flows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/rbac"
	b2bscim "github.com/seed75add069/stytch-go/b2b/scim"
)

// Rows of SCIM that do not belong together, or that no call makes, are not restored.
func TestSCIM_inconsistentSnapshotsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p, other := h.connect(), h.connectTo(h.create("bob@example.com").Organization.OrganizationID)
	bob := p.user("bob@acme.example")
	group := p.group("Editors", bob)
	p.user("eve@acme.example")
	foreign, foreignUser := other.group("Own"), other.user("carol@example.com")
	require.NoError(t, h.assign(p, b2bscim.SCIMGroupImplicitRoleAssignments{RoleID: rbac.RoleStytchAdmin, GroupID: group}))
	set := func(list, field string, value any) func(object) {
		return func(state object) { state[list].([]any)[0].(object)[field] = value }
	}
	attribute := func(name string, value any) func(object) {
		return func(state object) {
			state["scim_users"].([]any)[0].(object)["scim_attributes"].(object)[name] = value
		}
	}
	require.NoError(t, h.edit(func(object) {}))
	for name, change := range map[string]func(object){
		"connection of an unknown organization":   set("scim_connections", "organization_id", "x"),
		"second connection of an organization":    set("scim_connections", "organization_id", other.organizationID),
		"connection without an id":                set("scim_connections", "connection_id", ""),
		"unknown identity provider":               set("scim_connections", "identity_provider", "x"),
		"hash of another size":                    set("scim_connections", "bearer_token_hash", "AAAA"),
		"next hash of another size":               set("scim_connections", "next_bearer_token_hash", "AAAA"),
		"next token without a hash":               set("scim_connections", "next_bearer_token_last_four", "abcd"),
		"role of an unknown group":                set("scim_connections", "scim_group_implicit_role_assignments", []any{object{"role_id": "r", "group_id": "x"}}),
		"role of a group of another connection":   set("scim_connections", "scim_group_implicit_role_assignments", []any{object{"role_id": "r", "group_id": foreign}}),
		"user of an unknown connection":           set("scim_users", "connection_id", "x"),
		"user of another connection's member":     set("scim_users", "connection_id", other.id),
		"user who is an unknown member":           set("scim_users", "member_id", "x"),
		"user without an id":                      set("scim_users", "registration_id", ""),
		"user without a name":                     attribute("user_name", ""),
		"user with another one's name":            attribute("user_name", "EVE@acme.example"),
		"user with an id in the attributes":       attribute("id", bob),
		"user who is active by the attributes":    attribute("active", true),
		"user with groups in the attributes":      attribute("groups", []any{object{"value": group}}),
		"group of an unknown connection":          set("scim_groups", "connection_id", "x"),
		"group without a name":                    set("scim_groups", "group_name", ""),
		"group without an id":                     set("scim_groups", "group_id", ""),
		"membership of an unknown group":          set("scim_memberships", "group_id", "x"),
		"membership of an unknown user":           set("scim_memberships", "registration_id", "x"),
		"membership of another connection's user": set("scim_memberships", "registration_id", foreignUser),
		"membership without a user":               set("scim_memberships", "registration_id", ""),
	} {
		require.Error(t, h.edit(change), name)
	}
	p.do(200, "GET", "/Users/"+bob, nil)
}
