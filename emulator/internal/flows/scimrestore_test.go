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
	withoutRoles := func(change func(object)) func(object) {
		return func(state object) {
			set("scim_connections", "scim_group_implicit_role_assignments", []any{})(state)
			change(state)
		}
	}
	require.NoError(t, h.edit(func(object) {}))
	for name, row := range map[string]struct {
		change func(object)
		want   string
	}{
		"connection of an unknown organization":   {set("scim_connections", "organization_id", "x"), `state.scim_connections[0].organization_id: there is no organization "x"`},
		"second connection of an organization":    {set("scim_connections", "organization_id", other.organizationID), `state.scim_connections[1]: store: scim_connections: another row has the organization`},
		"connection without an id":                {set("scim_connections", "connection_id", ""), "state.scim_connections[0]: connection_id or organization_id is empty"},
		"unknown identity provider":               {set("scim_connections", "identity_provider", "x"), "state.scim_connections[0]: the identity provider is unknown"},
		"hash of another size":                    {set("scim_connections", "bearer_token_hash", "AAAA"), "state.scim_connections[0]: bearer_token_hash must have 32 bytes"},
		"next hash of another size":               {set("scim_connections", "next_bearer_token_hash", "AAAA"), "state.scim_connections[0]: next_bearer_token_hash must have 32 bytes"},
		"next token without a hash":               {set("scim_connections", "next_bearer_token_last_four", "abcd"), "state.scim_connections[0]: it has one of hash and last four characters of a next token"},
		"role of an unknown group":                {set("scim_connections", "scim_group_implicit_role_assignments", []any{object{"role_id": "r", "group_id": "x"}}), `state.scim_connections[0].scim_group_implicit_role_assignments[0].group_id: the connection has no group "x"`},
		"role of a group of another connection":   {set("scim_connections", "scim_group_implicit_role_assignments", []any{object{"role_id": "r", "group_id": foreign}}), "state.scim_connections[0].scim_group_implicit_role_assignments[0].group_id: the connection has no group"},
		"user of an unknown connection":           {set("scim_users", "connection_id", "x"), `state.scim_users[0].connection_id: there is no SCIM connection "x"`},
		"user of another connection's member":     {set("scim_users", "connection_id", other.id), "state.scim_users[0].member_id: the connection's organization has no member"},
		"user who is an unknown member":           {set("scim_users", "member_id", "x"), `state.scim_users[0].member_id: the connection's organization has no member "x"`},
		"user without an id":                      {set("scim_users", "registration_id", ""), "state.scim_users[0]: registration_id is empty"},
		"user without a name":                     {attribute("user_name", ""), "state.scim_users[0]: user_name is empty"},
		"user with another one's name":            {attribute("user_name", "EVE@acme.example"), "state.scim_users[1]: store: scim_users: another row has the user name in its connection"},
		"user with an id in the attributes":       {attribute("id", bob), "state.scim_users[0]: its attributes have id, active or groups"},
		"user who is active by the attributes":    {attribute("active", true), "state.scim_users[0]: its attributes have id, active or groups"},
		"user with groups in the attributes":      {attribute("groups", []any{object{"value": group}}), "state.scim_users[0]: its attributes have id, active or groups"},
		"group of an unknown connection":          {withoutRoles(set("scim_groups", "connection_id", "x")), `state.scim_groups[0].connection_id: there is no SCIM connection "x"`},
		"group without a name":                    {set("scim_groups", "group_name", ""), "state.scim_groups[0]: group_id is empty or too long, or group_name is empty"},
		"group without an id":                     {set("scim_groups", "group_id", ""), "state.scim_groups[0]: group_id is empty or too long"},
		"membership of an unknown group":          {set("scim_memberships", "group_id", "x"), `state.scim_memberships[0].group_id: there is no group "x"`},
		"membership of an unknown user":           {set("scim_memberships", "registration_id", "x"), `state.scim_memberships[0].registration_id: the connection of the group has no user "x"`},
		"membership of another connection's user": {set("scim_memberships", "registration_id", foreignUser), "state.scim_memberships[0].registration_id: the connection of the group has no user"},
		"membership without a user":               {set("scim_memberships", "registration_id", ""), "state.scim_memberships[0]: store: a row of scim_memberships has no key"},
	} {
		require.ErrorContains(t, h.edit(row.change), row.want, name)
	}
	p.do(200, "GET", "/Users/"+bob, nil)
}
