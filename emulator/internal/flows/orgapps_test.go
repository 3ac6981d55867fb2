package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// grant adds four Connected Apps, three of which members have granted access.
func (h *harness) grant(organizationID string, members ...string) {
	h.t.Helper()
	require.NoError(h.t, h.edit(func(state object) {
		app := func(id, kind string) any {
			return map[string]any{
				"client_id": id, "client_name": "Name", "client_description": "What it does", "client_type": kind,
				"logo_url": "https://app.example/logo.png",
			}
		}
		state["connected_apps"] = []any{
			app("first", "first_party"), app("third", "third_party"), app("public", "third_party_public"), app("unused", "third_party"),
		}
		grants := []any{}
		for _, id := range []string{"public", "third", "first"} {
			for _, member := range members {
				grants = append(grants, map[string]any{
					"member_id": member, "organization_id": organizationID, "connected_app_id": id,
					"scopes": []any{"openid", "email"},
				})
			}
		}
		state["grants"] = grants
	}))
}

// apps lists the ids of the Connected Apps of an organization.
func (h *harness) apps(id string, opts ...shared.RequestOption) ([]string, error) {
	h.t.Helper()
	resp, err := h.api.B2B.Organizations.ConnectedApps(h.t.Context(),
		&organizations.ConnectedAppsRequest{OrganizationID: id}, opts...)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for _, app := range resp.ConnectedApps {
		ids = append(ids, app.ConnectedAppID)
	}
	return ids, nil
}

func (h *harness) app(id, app string, opts ...shared.RequestOption) (*organizations.GetConnectedAppResponse, error) {
	h.t.Helper()
	return h.api.B2B.Organizations.GetConnectedApp(h.t.Context(),
		&organizations.GetConnectedAppRequest{OrganizationID: id, ConnectedAppID: app}, opts...)
}

func TestOrganizations_connectedAppsAreThoseThatMembersUse(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@acme.example"), h.create("eve@other.example")
	id := v.Organization.OrganizationID
	_, err := h.updateOrg(id, func(r *organizations.UpdateRequest) { r.OrganizationExternalID = new("org-1") })
	require.NoError(t, err)
	bob, member := h.ordinary(id)
	h.grant(id, v.MemberID, bob)
	for _, form := range forms(h.getOrg(id)) {
		got, err := h.apps(form, as(v.SessionToken))
		require.NoError(t, err)
		assert.Equal(t, []string{"first", "third", "public"}, got)
		app, err := h.app(form, "third", as(v.SessionToken))
		require.NoError(t, err)
		assert.Equal(t, &organizations.GetConnectedAppResponse{
			StatusCode: 200, ConnectedAppID: "third", Name: "Name", Description: "What it does",
			ClientType: connectedapp.ClientTypeThirdParty, LogoURL: "https://app.example/logo.png",
			ActiveMembers: []organizations.OrganizationConnectedAppActiveMember{
				{MemberID: v.MemberID, GrantedScopes: []string{"openid", "email"}},
				{MemberID: bob, GrantedScopes: []string{"openid", "email"}},
			},
		}, app)
	}
	unused, err := h.app(id, "unused")
	require.NoError(t, err)
	assert.Empty(t, unused.ActiveMembers)
	none, err := h.apps(other.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Empty(t, none)

	for _, call := range []func(id string, opts ...shared.RequestOption) error{
		func(id string, opts ...shared.RequestOption) error { _, err := h.apps(id, opts...); return err },
		func(id string, opts ...shared.RequestOption) error { _, err := h.app(id, "third", opts...); return err },
	} {
		require.ErrorIs(t, call("nobody"), stytcherror.CodeOrganizationNotFound)
		require.ErrorIs(t, call(id, as(member)), stytcherror.CodeSessionAuthorizationError)
		require.ErrorIs(t, call(id, as(other.SessionToken)), stytcherror.CodeSessionAuthorizationTenancyError)
	}
	_, err = h.app(id, "nobody")
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppNotFound)

	h.alter("members", "member_id", bob, object{"status": organizations.MemberStatusDeleted})
	app, err := h.app(id, "third")
	require.NoError(t, err)
	assert.Len(t, app.ActiveMembers, 1, "without the deleted member")
}

func TestOrganizations_anAppThatIsNotAllowedLosesWhatWasGranted(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	id := v.Organization.OrganizationID
	h.grant(id, v.MemberID)
	rule := func(kind organizations.ConnectedAppsAllowedType, apps ...string) []string {
		_, err := h.updateOrg(id, func(r *organizations.UpdateRequest) {
			r.ThirdPartyConnectedAppsAllowedType, r.AllowedThirdPartyConnectedApps = &kind, apps
		})
		require.NoError(t, err)
		got, err := h.apps(id)
		require.NoError(t, err)
		return got
	}
	assert.Equal(t, []string{"first", "public"}, rule(organizations.ConnectedAppsAllowedTypeRestricted, "public", "first"))
	assert.Equal(t, []string{"first"}, rule(organizations.ConnectedAppsAllowedTypeNotAllowed))
	assert.Equal(t, []string{"first"}, rule(organizations.ConnectedAppsAllowedTypeAllAllowed), "they do not come back")
	_, err := h.updateOrg(id, func(r *organizations.UpdateRequest) {
		r.FirstPartyConnectedAppsAllowedType = new(organizations.ConnectedAppsAllowedTypeNotAllowed)
	})
	require.NoError(t, err)
	none, err := h.apps(id)
	require.NoError(t, err)
	assert.Empty(t, none)

	h.grant(id, v.MemberID)
	left, err := h.apps(id)
	require.NoError(t, err)
	assert.Equal(t, []string{"third", "public"}, left, "grants of a snapshot count only where the app is allowed")
}
