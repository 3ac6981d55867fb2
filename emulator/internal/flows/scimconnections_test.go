package flows_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	b2bscim "github.com/seed75add069/stytch-go/b2b/scim"
	"github.com/seed75add069/stytch-go/b2b/scim/connection"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// scimCalls are the operations on the connection of an organization, with nothing but ids in them.
func (h *harness) scimCalls() map[string]func(org, id string, opts ...shared.RequestOption) error {
	ctx, api := h.t.Context(), h.api.B2B.SCIM.Connection
	return map[string]func(org, id string, opts ...shared.RequestOption) error{
		"update": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.Update(ctx, &connection.UpdateRequest{OrganizationID: org, ConnectionID: id}, opts...)
			return err
		},
		"delete": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.Delete(ctx, &connection.DeleteRequest{OrganizationID: org, ConnectionID: id}, opts...)
			return err
		},
		"groups": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.GetGroups(ctx, &connection.GetGroupsRequest{OrganizationID: org, ConnectionID: id}, opts...)
			return err
		},
		"start": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.RotateStart(ctx, &connection.RotateStartRequest{OrganizationID: org, ConnectionID: id}, opts...)
			return err
		},
		"complete": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.RotateComplete(ctx, &connection.RotateCompleteRequest{OrganizationID: org, ConnectionID: id}, opts...)
			return err
		},
		"cancel": func(org, id string, opts ...shared.RequestOption) error {
			_, err := api.RotateCancel(ctx, &connection.RotateCancelRequest{OrganizationID: org, ConnectionID: id}, opts...)
			return err
		},
		"get": func(org, _ string, opts ...shared.RequestOption) error {
			_, err := h.scimConnection(org, opts...)
			return err
		},
	}
}

func TestSCIMConnection_isTheOnlyOneOfItsOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	_, err := h.updateOrg(v.Organization.OrganizationID, func(r *organizations.UpdateRequest) {
		r.OrganizationExternalID = new("org-1")
	})
	require.NoError(t, err)
	api := h.api.B2B.SCIM.Connection
	for i, form := range forms(h.getOrg("acme")) {
		name := strings.Repeat("é", 128-i)
		created, err := api.Create(t.Context(), &connection.CreateRequest{
			OrganizationID: form, DisplayName: &name, IdentityProvider: new(b2bscim.IdentityProviderOkta),
		})
		require.NoError(t, err)
		c := created.Connection
		assert.Regexp(t, "^scim-connection-test-", c.ConnectionID)
		assert.Regexp(t, "^http://[^/]+/v1/b2b/scim/"+c.ConnectionID+"$", c.BaseURL)
		want := &b2bscim.SCIMConnection{
			OrganizationID: v.Organization.OrganizationID, ConnectionID: c.ConnectionID, Status: "active", DisplayName: name,
			IdentityProvider: "okta", BaseURL: c.BaseURL, BearerTokenLastFour: c.BearerToken[len(c.BearerToken)-4:],
			SCIMGroupImplicitRoleAssignments: []b2bscim.SCIMGroupImplicitRoleAssignments{},
		}
		got, err := h.scimConnection(form)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		assert.Equal(t, &organizations.ActiveSCIMConnection{
			ConnectionID: c.ConnectionID, DisplayName: name, BearerTokenLastFour: want.BearerTokenLastFour,
		}, h.getOrg(form).SCIMActiveConnection)
		_, err = api.Create(t.Context(), &connection.CreateRequest{OrganizationID: form})
		require.ErrorIs(t, err, stytcherror.CodeActiveSCIMConnectionExists)
		deleted, err := api.Delete(t.Context(), &connection.DeleteRequest{OrganizationID: form, ConnectionID: c.ConnectionID})
		require.NoError(t, err)
		assert.Equal(t, c.ConnectionID, deleted.ConnectionID)
		assert.Nil(t, h.getOrg(form).SCIMActiveConnection)
		for name, call := range h.scimCalls() {
			require.ErrorIs(t, call(form, c.ConnectionID), stytcherror.CodeNoActiveSCIMConnection, name)
		}
	}
}

func TestSCIMConnection_refusesWhatItIsNot(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.connect(), h.connectTo(h.create("bob@example.com").Organization.OrganizationID)
	long := strings.Repeat("x", 129)
	for name, call := range h.scimCalls() {
		require.ErrorIs(t, call("nobody", v.id), stytcherror.CodeOrganizationNotFound, name)
		if name != "get" {
			require.ErrorIs(t, call(v.organizationID, other.id), stytcherror.CodeNoActiveSCIMConnection, name)
			require.ErrorIs(t, call(v.organizationID, "x"), stytcherror.CodeNoActiveSCIMConnection, name)
			require.ErrorIs(t, call(v.organizationID, "scim-connection-live-1"), stytcherror.CodeLiveIDUsedInTestEnvironment, name)
		}
	}
	api := h.api.B2B.SCIM.Connection
	for code, req := range map[stytcherror.Code]connection.CreateRequest{
		stytcherror.CodeOrganizationNotFound: {OrganizationID: "nobody"},
		stytcherror.CodeInvalidSCIMIDP:       {OrganizationID: v.organizationID, IdentityProvider: new(b2bscim.IdentityProvider("x"))},
		stytcherror.CodeBadRequest:           {OrganizationID: v.organizationID, DisplayName: &long},
	} {
		_, err := api.Create(t.Context(), &req)
		require.ErrorIs(t, err, code)
	}
	for code, req := range map[stytcherror.Code]connection.UpdateRequest{
		stytcherror.CodeInvalidSCIMIDP: {IdentityProvider: new(b2bscim.IdentityProvider(""))},
		stytcherror.CodeBadRequest:     {DisplayName: &long},
	} {
		req.OrganizationID, req.ConnectionID = v.organizationID, v.id
		_, err := api.Update(t.Context(), &req)
		require.ErrorIs(t, err, code)
	}
}

func TestSCIMConnection_updateChangesWhatIsGiven(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	group := p.group("Editors")
	update := func(change func(*connection.UpdateRequest)) *b2bscim.SCIMConnection {
		t.Helper()
		req := &connection.UpdateRequest{OrganizationID: p.organizationID, ConnectionID: p.id}
		change(req)
		resp, err := h.api.B2B.SCIM.Connection.Update(t.Context(), req)
		require.NoError(t, err)
		got, err := h.scimConnection(p.organizationID)
		require.NoError(t, err)
		require.Equal(t, got, resp.Connection)
		return got
	}
	first := update(func(r *connection.UpdateRequest) { r.DisplayName = new("Acme's Entra ID") })
	assert.Equal(t, "Acme's Entra ID", first.DisplayName)
	assert.Equal(t, b2bscim.IdentityProviderGeneric, first.IdentityProvider)
	assert.Equal(t, "Acme's Entra ID", h.getOrg("acme").SCIMActiveConnection.DisplayName)
	second := update(func(r *connection.UpdateRequest) { r.IdentityProvider = new(b2bscim.IdentityProviderMicrosoftEntra) })
	assert.Equal(t, "Acme's Entra ID", second.DisplayName)
	assert.Equal(t, b2bscim.IdentityProviderMicrosoftEntra, second.IdentityProvider)
	role := b2bscim.SCIMGroupImplicitRoleAssignments{RoleID: rbac.RoleStytchAdmin, GroupID: group}
	third := update(func(r *connection.UpdateRequest) {
		r.SCIMGroupImplicitRoleAssignments = []b2bscim.SCIMGroupImplicitRoleAssignments{role, role}
	})
	role.GroupName = "Editors"
	assert.Equal(t, []b2bscim.SCIMGroupImplicitRoleAssignments{role}, third.SCIMGroupImplicitRoleAssignments)
	assert.Equal(t, third, update(func(*connection.UpdateRequest) {}))
	fourth := update(func(r *connection.UpdateRequest) {
		r.SCIMGroupImplicitRoleAssignments = []b2bscim.SCIMGroupImplicitRoleAssignments{}
	})
	assert.Empty(t, fourth.SCIMGroupImplicitRoleAssignments)
}

func TestSCIMConnection_rolesAreForItsOwnGroups(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p, other := h.connect(), h.connectTo(h.create("bob@example.com").Organization.OrganizationID)
	group, foreign := p.group("Editors"), other.group("Editors")
	for _, row := range []struct {
		role, group string
		code        stytcherror.Code
	}{
		{rbac.RoleStytchAdmin, "", stytcherror.CodeSCIMGroupRoleAssignmentDoesNotContainGroupID},
		{rbac.RoleStytchAdmin, "x", stytcherror.CodeSCIMGroupRoleAssignmentGroupDoesNotExist},
		{rbac.RoleStytchAdmin, foreign, stytcherror.CodeSCIMGroupRoleAssignmentGroupDoesNotExist},
		{"", group, stytcherror.CodeInvalidRBACRoleAssignment},
		{"nothing", group, stytcherror.CodeInvalidRBACRoleAssignment},
		{rbac.RoleStytchMember, group, stytcherror.CodeInvalidRBACRoleAssignment},
	} {
		require.ErrorIs(t, h.assign(p, b2bscim.SCIMGroupImplicitRoleAssignments{RoleID: row.role, GroupID: row.group}), row.code)
	}
	many := make([]b2bscim.SCIMGroupImplicitRoleAssignments, 1001)
	for i := range many {
		many[i] = b2bscim.SCIMGroupImplicitRoleAssignments{RoleID: rbac.RoleStytchAdmin, GroupID: group}
	}
	require.ErrorIs(t, h.assign(p, many...), stytcherror.CodeBadRequest)
	require.NoError(t, h.assign(p, many[:1000]...))
	p.do(http.StatusNoContent, "DELETE", "/Groups/"+group, nil)
	c, err := h.scimConnection(p.organizationID)
	require.NoError(t, err)
	assert.Empty(t, c.SCIMGroupImplicitRoleAssignments, "the group is gone")
}

func TestSCIMConnection_sessionsNeedPermissions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	_, session := h.ordinary(v.Organization.OrganizationID)
	stranger := h.create("bob@example.com").SessionToken
	create := func(token string) (*connection.CreateResponse, error) {
		return h.api.B2B.SCIM.Connection.Create(t.Context(),
			&connection.CreateRequest{OrganizationID: v.Organization.OrganizationID}, as(token))
	}
	for token, code := range map[string]stytcherror.Code{
		session:  stytcherror.CodeSessionAuthorizationError,
		stranger: stytcherror.CodeSessionAuthorizationTenancyError,
	} {
		_, err := create(token)
		require.ErrorIs(t, err, code)
	}
	created, err := create(v.SessionToken)
	require.NoError(t, err)
	id := created.Connection.ConnectionID
	for name, call := range h.scimCalls() {
		require.ErrorIs(t, call("acme", id, as(session)), stytcherror.CodeSessionAuthorizationError, name)
		require.ErrorIs(t, call("acme", id, as(stranger)), stytcherror.CodeSessionAuthorizationTenancyError, name)
	}
	for _, name := range []string{"get", "update", "groups", "start", "cancel", "start", "complete", "delete"} {
		require.NoError(t, h.scimCalls()[name]("acme", id, as(v.SessionToken)), name)
	}
}

func TestSCIMConnection_changingRolesNeedsThePermissionForImplicitRoles(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	require.NoError(t, h.setPolicy("acme", rbac.PolicyRole{RoleID: "scim", Permissions: []rbac.PolicyRolePermission{
		{ResourceID: "stytch.scim", Actions: []string{"*"}},
	}}))
	id, session := h.ordinary(p.organizationID)
	_, err := h.update("acme", id, func(r *members.UpdateRequest) { r.Roles = []string{"scim"} })
	require.NoError(t, err)
	for name, call := range h.scimCalls() {
		if name != "delete" && name != "complete" && name != "cancel" {
			require.NoError(t, call("acme", p.id, as(session)), name)
		}
	}
	_, err = h.api.B2B.SCIM.Connection.Update(t.Context(), &connection.UpdateRequest{
		OrganizationID: "acme", ConnectionID: p.id,
		SCIMGroupImplicitRoleAssignments: []b2bscim.SCIMGroupImplicitRoleAssignments{},
	}, as(session))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
}

func TestSCIMConnection_rotationHasTwoTokensUntilItEnds(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	api := h.api.B2B.SCIM.Connection
	old := *p
	works := func(token string, want bool) {
		t.Helper()
		p.token = token
		status := http.StatusOK
		if !want {
			status = http.StatusUnauthorized
		}
		require.Equal(t, status, p.call("GET", "/Users", nil).status)
	}
	start := func() string {
		t.Helper()
		resp, err := api.RotateStart(t.Context(), &connection.RotateStartRequest{OrganizationID: "acme", ConnectionID: p.id})
		require.NoError(t, err)
		next := resp.Connection.NextBearerToken
		assert.Equal(t, old.token[len(old.token)-4:], resp.Connection.BearerTokenLastFour)
		got, err := h.scimConnection("acme")
		require.NoError(t, err)
		assert.Equal(t, next[len(next)-4:], got.NextBearerTokenLastFour)
		works(old.token, true)
		works(next, true)
		return next
	}
	for _, name := range []string{"complete", "cancel"} {
		require.ErrorIs(t, h.scimCalls()[name]("acme", p.id), stytcherror.CodeSCIMConnectionNotRotatingToken)
	}
	first := start()
	second := start()
	works(first, false)
	cancelled, err := api.RotateCancel(t.Context(), &connection.RotateCancelRequest{OrganizationID: "acme", ConnectionID: p.id})
	require.NoError(t, err)
	assert.Empty(t, cancelled.Connection.NextBearerTokenLastFour)
	works(second, false)
	works(old.token, true)
	third := start()
	completed, err := api.RotateComplete(t.Context(), &connection.RotateCompleteRequest{OrganizationID: "acme", ConnectionID: p.id})
	require.NoError(t, err)
	assert.Equal(t, third[len(third)-4:], completed.Connection.BearerTokenLastFour)
	assert.Equal(t, completed.Connection.BearerTokenLastFour, h.getOrg("acme").SCIMActiveConnection.BearerTokenLastFour)
	works(old.token, false)
	works(third, true)
}

func TestSCIMConnection_groupsAreListedPageByPage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	var want []b2bscim.SCIMGroup
	for i := range 5 {
		name := fmt.Sprintf("Group %d", i)
		want = append(want, b2bscim.SCIMGroup{
			GroupID: p.group(name), GroupName: name, OrganizationID: p.organizationID, ConnectionID: p.id,
		})
	}
	req := &connection.GetGroupsRequest{OrganizationID: "acme", ConnectionID: p.id, Limit: new(2)}
	var got []b2bscim.SCIMGroup
	for page := range 3 {
		resp, err := h.api.B2B.SCIM.Connection.GetGroups(t.Context(), req)
		require.NoError(t, err)
		got = append(got, resp.SCIMGroups...)
		assert.Equal(t, page == 2, resp.NextCursor == "")
		req.Cursor = &resp.NextCursor
	}
	assert.Equal(t, want, got)
	var raw shared.RawResponse
	all, err := h.api.B2B.SCIM.Connection.GetGroups(t.Context(),
		&connection.GetGroupsRequest{OrganizationID: "acme", ConnectionID: p.id}, shared.WithRawResponse(&raw))
	require.NoError(t, err)
	assert.Len(t, all.SCIMGroups, 5)
	assert.Contains(t, string(raw.Body), `"next_cursor":null`, "on the last page")
	for _, limit := range []int{-1, 1001} {
		_, err = h.api.B2B.SCIM.Connection.GetGroups(t.Context(),
			&connection.GetGroupsRequest{OrganizationID: "acme", ConnectionID: p.id, Limit: &limit})
		require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	}
	_, err = h.api.B2B.SCIM.Connection.GetGroups(t.Context(),
		&connection.GetGroupsRequest{OrganizationID: "acme", ConnectionID: p.id, Cursor: new("!")})
	require.ErrorIs(t, err, stytcherror.CodeBadRequest)
}
