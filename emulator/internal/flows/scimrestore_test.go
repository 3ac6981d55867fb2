package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
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
	at := func(list string, i int, field string, value any) func(object) {
		return func(state object) { state[list].([]any)[i].(object)[field] = value }
	}
	set := func(list, field string, value any) func(object) { return at(list, 0, field, value) }
	attribute := func(name string, value any) func(object) {
		return func(state object) {
			state["scim_users"].([]any)[0].(object)["scim_attributes"].(object)[name] = value
		}
	}
	require.NoError(t, h.edit(func(object) {}))
	for name, row := range map[string]struct {
		change func(object)
		says   string
	}{
		"connection of an unknown organization":   {set("scim_connections", "organization_id", "x"), "scim_connections[0]: organization_id names no row"},
		"second connection of an organization":    {set("scim_connections", "organization_id", other.organizationID), "scim_connections[1]: organization_id is another row's"},
		"connection without an id":                {set("scim_connections", "connection_id", ""), "scim_connections[0]: connection_id is empty"},
		"unknown identity provider":               {set("scim_connections", "identity_provider", "x"), "scim_connections[0]: identity_provider must be one of generic, okta"},
		"hash of another size":                    {set("scim_connections", "bearer_token_hash", "AAAA"), "scim_connections[0]: bearer_token_hash must have 32 bytes"},
		"next hash of another size":               {set("scim_connections", "next_bearer_token_hash", "AAAA"), "scim_connections[0]: next_bearer_token_hash must have 32 bytes"},
		"next token without a hash":               {set("scim_connections", "next_bearer_token_last_four", "abcd"), "scim_connections[0]: next_bearer_token_hash and next_bearer_token_last_four"},
		"role of an unknown group":                {set("scim_connections", "scim_group_implicit_role_assignments", []any{object{"role_id": "r", "group_id": "x"}}), "scim_connections[0]: scim_group_implicit_role_assignments: a group_id"},
		"role of a group of another connection":   {set("scim_connections", "scim_group_implicit_role_assignments", []any{object{"role_id": "r", "group_id": foreign}}), "scim_connections[0]: scim_group_implicit_role_assignments: a group_id"},
		"user of an unknown connection":           {set("scim_users", "connection_id", "x"), "scim_users[0]: connection_id names no row of scim_connections"},
		"user of another connection's member":     {set("scim_users", "connection_id", other.id), "scim_users[0]: member_id names no member of the organization of connection_id"},
		"user who is an unknown member":           {set("scim_users", "member_id", "x"), "scim_users[0]: member_id names no member"},
		"user without an id":                      {set("scim_users", "registration_id", ""), "scim_users[0]: registration_id is empty"},
		"user without a name":                     {attribute("user_name", ""), "scim_users[0]: scim_attributes.user_name is empty"},
		"user with another one's name":            {attribute("user_name", "EVE@acme.example"), "scim_users[1]: scim_attributes.user_name is another row's"},
		"user with an id in the attributes":       {attribute("id", bob), "scim_users[0]: scim_attributes has id, active or groups"},
		"user who is active by the attributes":    {attribute("active", true), "scim_users[0]: scim_attributes has id, active or groups"},
		"user with groups in the attributes":      {attribute("groups", []any{object{"value": group}}), "scim_users[0]: scim_attributes has id, active or groups"},
		"group of an unknown connection":          {at("scim_groups", 1, "connection_id", "x"), "scim_groups[1]: connection_id names no row of scim_connections"},
		"group without a name":                    {set("scim_groups", "group_name", ""), "scim_groups[0]: group_name is empty"},
		"group without an id":                     {set("scim_groups", "group_id", ""), "scim_groups[0]: group_id is empty"},
		"membership of an unknown group":          {set("scim_memberships", "group_id", "x"), "scim_memberships[0]: group_id names no row"},
		"membership of an unknown user":           {set("scim_memberships", "registration_id", "x"), "scim_memberships[0]: registration_id names no row"},
		"membership of another connection's user": {set("scim_memberships", "registration_id", foreignUser), "scim_memberships[0]: group_id and registration_id are of two connections"},
		"membership without a user":               {set("scim_memberships", "registration_id", ""), "scim_memberships[0]: group_id or registration_id is empty"},
	} {
		assert.ErrorContains(t, h.edit(row.change), "state."+row.says, name)
	}
	p.do(200, "GET", "/Users/"+bob, nil)
}
