package flows_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	b2bscim "github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSCIM_groupsGiveRoles(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	require.NoError(t, h.setPolicy("acme", editor()))
	bob, eve := p.user("bob@acme.example"), p.user("eve@acme.example")
	group := p.group("Editors", bob)
	session := h.bobsSession()
	roles := func() []string {
		t.Helper()
		resp, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &session})
		require.NoError(t, err)
		inJWT, err := h.api.B2B.Sessions.AuthenticateJWTLocal(t.Context(), &sessions.AuthenticateJWTLocalRequest{SessionJWT: resp.SessionJWT})
		require.NoError(t, err)
		require.Equal(t, resp.MemberSession.Roles, inJWT.Roles)
		return resp.MemberSession.Roles
	}
	assert.Equal(t, []string{"stytch_member"}, roles())
	require.NoError(t, h.assign(p, b2bscim.SCIMGroupImplicitRoleAssignments{RoleID: "editor", GroupID: group},
		b2bscim.SCIMGroupImplicitRoleAssignments{RoleID: rbac.RoleStytchAdmin, GroupID: group}))
	assert.Equal(t, []string{"stytch_member", "editor", "stytch_admin"}, roles())
	m := h.memberWith("bob@acme.example")
	assert.Equal(t, organizations.MemberRole{RoleID: "editor", Sources: []organizations.MemberRoleSource{{
		Type: "scim_connection_group", Details: object{"connection_id": p.id, "group_id": group},
	}}}, m.Roles[1])
	assert.True(t, m.IsAdmin)
	assert.Equal(t, []b2bscim.Group{{Value: group, Display: "Editors"}}, m.SCIMRegistration.SCIMAttributes.Groups)
	_, err := h.scimConnection("acme", as(session))
	require.NoError(t, err, "the role permits it")

	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(snapshot))
	assert.Len(t, roles(), 3, "after snapshot and restore")
	p.do(http.StatusOK, "PATCH", "/Groups/"+group, patch(operation("replace", "members", refs(eve))))
	assert.Equal(t, []string{"stytch_member"}, roles())
	_, err = h.scimConnection("acme", as(session))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
	p.do(http.StatusOK, "PATCH", "/Groups/"+group, patch(operation("add", "members", refs(bob))))
	assert.Len(t, roles(), 3)
	p.do(http.StatusNoContent, "DELETE", "/Groups/"+group, nil)
	assert.Equal(t, []string{"stytch_member"}, roles())
	assert.Empty(t, h.memberWith("bob@acme.example").SCIMRegistration.SCIMAttributes.Groups)
}

func TestSCIM_membersOutliveTheConnectionWithoutRecord(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	bob := p.user("bob@acme.example")
	group := p.group("Admins", bob)
	require.NoError(t, h.assign(p, b2bscim.SCIMGroupImplicitRoleAssignments{RoleID: rbac.RoleStytchAdmin, GroupID: group}))
	session := h.bobsSession()
	_, err := h.api.B2B.SCIM.Connection.Delete(t.Context(), &connection.DeleteRequest{OrganizationID: "acme", ConnectionID: p.id})
	require.NoError(t, err)
	p.refuse(http.StatusUnauthorized, "", "GET", "/Users", nil)
	m := h.memberWith("bob@acme.example")
	require.NotNil(t, m)
	assert.Nil(t, m.SCIMRegistration)
	assert.False(t, m.IsAdmin)
	resp, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &session})
	require.NoError(t, err)
	assert.Equal(t, []string{"stytch_member"}, resp.MemberSession.Roles)
	next := h.connectTo(p.organizationID)
	next.refuse(http.StatusNotFound, "", "GET", "/Users/"+bob, nil)
	next.user("bob@acme.example")
	assert.Equal(t, m.MemberID, h.memberWith("bob@acme.example").MemberID)
	_, err = h.api.B2B.Organizations.Delete(t.Context(), &organizations.DeleteRequest{OrganizationID: "acme"})
	require.NoError(t, err)
	next.refuse(http.StatusUnauthorized, "", "GET", "/Users", nil)
	for _, list := range []string{"scim_connections", "scim_users", "scim_groups", "scim_memberships"} {
		assert.Empty(t, h.rows(list), list)
	}
}
