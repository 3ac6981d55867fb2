package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// organization creates an organization without members.
func (h *harness) organization(change func(*organizations.CreateRequest)) organizations.Organization {
	h.t.Helper()
	req := &organizations.CreateRequest{OrganizationName: "Acme Inc."}
	if change != nil {
		change(req)
	}
	resp, err := h.api.B2B.Organizations.Create(h.t.Context(), req)
	require.NoError(h.t, err)
	return resp.Organization
}

// getOrg reads an organization.
func (h *harness) getOrg(id string) organizations.Organization {
	h.t.Helper()
	resp, err := h.api.B2B.Organizations.Get(h.t.Context(), &organizations.GetRequest{OrganizationID: id})
	require.NoError(h.t, err)
	return resp.Organization
}

// updateOrg updates an organization.
func (h *harness) updateOrg(
	id string, change func(*organizations.UpdateRequest), opts ...shared.RequestOption,
) (organizations.Organization, error) {
	h.t.Helper()
	req := &organizations.UpdateRequest{OrganizationID: id}
	change(req)
	resp, err := h.api.B2B.Organizations.Update(h.t.Context(), req, opts...)
	if err != nil {
		return organizations.Organization{}, err
	}
	return resp.Organization, nil
}

// ordinary adds a member without roles to an organization, and returns the member's id and the token of a session.
func (h *harness) ordinary(organizationID string) (memberID, sessionToken string) {
	h.t.Helper()
	const email = "bob@acme.example"
	memberID, err := h.AddMember(organizationID, email)
	require.NoError(h.t, err)
	resp, err := h.exchange(h.IntermediateSession(email), organizationID)
	require.NoError(h.t, err)
	return memberID, resp.SessionToken
}

// forms are the three ids of an organization.
func forms(o organizations.Organization) []string {
	return []string{o.OrganizationID, o.OrganizationSlug, o.OrganizationExternalID}
}

func TestOrganizations_createHasDefaults(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil)
	assert.Equal(t, "Acme Inc.", org.OrganizationName)
	assert.Equal(t, "acme-inc.", org.OrganizationSlug, "a slug is made from the name")
	assert.Equal(t, organizations.EmailInvitesAllAllowed, org.EmailInvites)
	assert.Equal(t, organizations.EmailJITProvisioningNotAllowed, org.EmailJITProvisioning)
	assert.Equal(t, organizations.SSOJITProvisioningAllAllowed, org.SSOJITProvisioning)
	assert.Equal(t, organizations.MFAPolicyOptional, org.MFAPolicy)
	assert.Equal(t, organizations.ConnectedAppsAllowedTypeAllAllowed, org.ThirdPartyConnectedAppsAllowedType)
	assert.WithinDuration(t, h.Clock().Now(), org.CreatedAt, time.Minute)
	assert.Equal(t, org.CreatedAt, org.UpdatedAt)
	assert.Equal(t, org, h.getOrg(org.OrganizationID))
	assert.Equal(t, "acme-inc.-2", h.organization(nil).OrganizationSlug, "a slug that is taken gets a number")

	restricted := h.organization(func(r *organizations.CreateRequest) {
		r.MFAPolicy = new(organizations.MFAPolicyRequiredForAll)
	})
	assert.Equal(t, organizations.EmailInvitesNotAllowed, restricted.EmailInvites, "with a rule on logging in")
	invites := h.organization(func(r *organizations.CreateRequest) {
		r.MFAPolicy, r.EmailInvites = new(organizations.MFAPolicyOptional), new(organizations.EmailInvitesAllAllowed)
	})
	assert.Equal(t, organizations.EmailInvitesAllAllowed, invites.EmailInvites)
}

func TestOrganizations_createStoresAllSettings(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	restricted := new(organizations.ConnectedAppsAllowedTypeRestricted)
	org := h.organization(func(r *organizations.CreateRequest) {
		r.OrganizationSlug, r.OrganizationExternalID = new("acme"), new("org|1")
		r.OrganizationLogoURL, r.TrustedMetadata = new("https://acme.example/logo.png"), shared.Object{"a": "b", "c": nil}
		r.EmailAllowedDomains, r.ClaimedEmailDomains = []string{"acme.example"}, []string{"acme.example"}
		r.EmailJITProvisioning = new(organizations.EmailJITProvisioningRestricted)
		r.EmailInvites = new(organizations.EmailInvitesRestricted)
		r.SSOJITProvisioning = new(organizations.SSOJITProvisioningRestricted)
		r.AuthMethods = new(organizations.AuthMethodsPolicyRestricted)
		r.AllowedAuthMethods = []string{organizations.AuthMethodMagicLink}
		r.MFAPolicy = new(organizations.MFAPolicyRequiredForAll)
		r.MFAMethods, r.AllowedMFAMethods = new(organizations.MFAMethodsPolicyRestricted), []string{"totp"}
		r.OAuthTenantJITProvisioning = new(organizations.OAuthTenantJITProvisioningRestricted)
		r.AllowedOAuthTenants = shared.Object{"slack": []any{"T1"}}
		r.RBACEmailImplicitRoleAssignments = []organizations.EmailImplicitRoleAssignment{
			{Domain: "acme.example", RoleID: "stytch_admin"},
		}
		r.FirstPartyConnectedAppsAllowedType, r.AllowedFirstPartyConnectedApps = restricted, []string{"app-1"}
		r.ThirdPartyConnectedAppsAllowedType, r.AllowedThirdPartyConnectedApps = restricted, []string{"app-2"}
	})
	assert.Equal(t, shared.Object{"a": "b"}, org.TrustedMetadata)
	assert.Equal(t, []string{"acme.example"}, org.ClaimedEmailDomains)
	assert.Equal(t, shared.Object{"slack": []any{"T1"}}, org.AllowedOAuthTenants)
	assert.Equal(t, []string{"app-2"}, org.AllowedThirdPartyConnectedApps)
	for _, id := range forms(org) {
		assert.Equal(t, org, h.getOrg(id))
	}
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	assert.Equal(t, org, h.getOrg("acme"))
}

func TestOrganizations_updateChangesWhatIsGiven(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(func(r *organizations.CreateRequest) {
		r.OrganizationSlug, r.OrganizationExternalID = new("acme"), new("org-1")
		r.OrganizationLogoURL, r.EmailAllowedDomains = new("https://acme.example/l"), []string{"acme.example"}
		r.TrustedMetadata = shared.Object{"kept": 1.0, "gone": 2.0, "deep": map[string]any{"a": 1.0}}
	})
	h.Clock().Advance(30 * time.Minute)
	nothing := func(r *organizations.UpdateRequest) {}
	for _, id := range forms(org) {
		same, err := h.updateOrg(id, nothing)
		require.NoError(t, err)
		assert.Equal(t, org, same, "updated_at too")
	}
	same, err := h.updateOrg("acme", func(r *organizations.UpdateRequest) {
		r.OrganizationName, r.AllowedAuthMethods = new("Acme Inc."), []string{}
		r.AllowedOAuthTenants, r.TrustedMetadata = shared.Object{}, shared.Object{"kept": 1.0}
	})
	require.NoError(t, err)
	assert.Equal(t, org, same, "what is set to the same value does not change")

	changed, err := h.updateOrg("acme", func(r *organizations.UpdateRequest) {
		r.OrganizationName, r.MFAPolicy = new("Ajax"), new(organizations.MFAPolicyRequiredForAll)
		r.TrustedMetadata = shared.Object{"gone": nil, "added": true, "deep": map[string]any{"b": 1.0}}
	})
	require.NoError(t, err)
	want := org
	want.OrganizationName, want.MFAPolicy = "Ajax", organizations.MFAPolicyRequiredForAll
	want.TrustedMetadata = shared.Object{"kept": 1.0, "added": true, "deep": map[string]any{"b": 1.0}}
	want.UpdatedAt = changed.UpdatedAt
	assert.WithinDuration(t, org.UpdatedAt.Add(30*time.Minute), changed.UpdatedAt, time.Minute)
	assert.Equal(t, want, changed, "invitations stay as they are")
	assert.Equal(t, want, h.getOrg("acme"))

	cleared, err := h.updateOrg("acme", func(r *organizations.UpdateRequest) {
		r.OrganizationLogoURL, r.OrganizationExternalID, r.EmailAllowedDomains = new(""), new(""), []string{}
		r.SSODefaultConnectionID = new("")
	})
	require.NoError(t, err)
	assert.Empty(t, cleared.OrganizationLogoURL)
	assert.Empty(t, cleared.OrganizationExternalID)
	assert.Empty(t, cleared.EmailAllowedDomains)
	_, err = h.updateOrg("org-1", nothing)
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)

	moved, err := h.updateOrg("acme", func(r *organizations.UpdateRequest) { r.OrganizationSlug = new("ajax") })
	require.NoError(t, err)
	assert.Equal(t, moved, h.getOrg("ajax"))
	h.organization(func(r *organizations.CreateRequest) { r.OrganizationSlug = new("acme") })
}

func TestOrganizations_updateCountsForNewLoginsOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	_, err := h.updateOrg(v.Organization.OrganizationID, func(r *organizations.UpdateRequest) {
		r.MFAPolicy = new(organizations.MFAPolicyRequiredForAll)
	}, as(v.SessionToken))
	require.NoError(t, err)
	_, err = h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err)
	again, err := h.exchange(h.IntermediateSession("ada@acme.example"), v.Organization.OrganizationID)
	require.NoError(t, err)
	assert.False(t, again.MemberAuthenticated)
	assert.NotNil(t, again.MFARequired)
}

func TestOrganizations_updateNeedsAPermissionPerField(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	id := v.Organization.OrganizationID
	require.NoError(t, h.edit(func(state object) {
		state["roles"] = append(state["roles"].([]any), map[string]any{"role_id": "namer", "permissions": []any{
			map[string]any{"resource_id": "stytch.organization", "actions": []any{"update.info.name"}},
		}})
	}))
	bob, member := h.ordinary(id)
	rename := func(r *organizations.UpdateRequest) { r.OrganizationName = new("Ajax") }
	both := func(r *organizations.UpdateRequest) {
		r.OrganizationName, r.OrganizationSlug = new("Ajax"), new("ajax")
	}
	metadata := func(r *organizations.UpdateRequest) { r.TrustedMetadata = shared.Object{"a": 1.0} }
	update := func(change func(*organizations.UpdateRequest), token string) error {
		_, err := h.updateOrg(id, change, as(token))
		return err
	}
	require.ErrorIs(t, update(rename, member), stytcherror.CodeSessionAuthorizationError)
	require.NoError(t, h.AssignRoles(bob, "namer"))
	require.NoError(t, update(rename, member))
	require.ErrorIs(t, update(both, member), stytcherror.CodeSessionAuthorizationError)
	require.NoError(t, update(both, v.SessionToken), "an administrator may do all")
	require.ErrorIs(t, update(metadata, v.SessionToken), stytcherror.CodeCannotUpdateTrustedMetadata)
	other := h.create("eve@other.example")
	require.ErrorIs(t, update(rename, other.SessionToken), stytcherror.CodeSessionAuthorizationTenancyError)
	_, err := h.updateOrg("nobody", rename)
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
}

func TestOrganizations_deleteTakesAllAlong(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@acme.example"), h.create("ada@acme.example")
	id := v.Organization.OrganizationID
	ist := h.IntermediateSession("ada@acme.example")
	expires := h.Clock().Now().Add(time.Hour)
	require.NoError(t, h.edit(func(state object) {
		for _, i := range state["intermediate_sessions"].([]any) {
			i.(map[string]any)["organization_id"] = id
		}
		state["magic_links"] = append(state["magic_links"].([]any), map[string]any{
			"token": "link", "purpose": "login", "email_address": "ada@acme.example", "member_id": v.MemberID, "expires_at": expires,
		})
		state["passcodes"] = []any{map[string]any{
			"code": "123456", "phone_number": "+12025550162", "member_id": v.MemberID, "expires_at": expires,
		}}
		state["connected_apps"] = []any{map[string]any{"client_id": "app", "client_type": "first_party"}}
		state["grants"] = []any{map[string]any{"member_id": v.MemberID, "organization_id": id, "connected_app_id": "app"}}
	}))
	remove := func(id string, opts ...shared.RequestOption) error {
		_, err := h.api.B2B.Organizations.Delete(t.Context(), &organizations.DeleteRequest{OrganizationID: id}, opts...)
		return err
	}
	_, member := h.ordinary(id)
	require.ErrorIs(t, remove(id, as(member)), stytcherror.CodeSessionAuthorizationError)
	require.ErrorIs(t, remove(id, as(other.SessionToken)), stytcherror.CodeSessionAuthorizationTenancyError)
	require.NoError(t, remove(id, as(v.SessionToken)))
	require.ErrorIs(t, remove(id), stytcherror.CodeOrganizationNotFound)
	_, err := h.api.B2B.Organizations.Get(t.Context(), &organizations.GetRequest{OrganizationID: id})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	authenticate := func(token string) error {
		_, err := h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &token})
		return err
	}
	require.ErrorIs(t, authenticate(v.SessionToken), stytcherror.CodeSessionNotFound)
	require.NoError(t, authenticate(other.SessionToken), "memberships elsewhere stay")
	_, err = h.api.B2B.Discovery.Organizations.List(t.Context(),
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &ist})
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
	require.NoError(t, h.edit(func(state object) {
		assert.Len(t, state["members"], 1)
		assert.Empty(t, state["passcodes"])
		assert.Empty(t, state["grants"])
		for _, link := range state["magic_links"].([]any) {
			assert.NotContains(t, link, "member_id")
		}
	}))
	for _, key := range []func(organizations.Organization) string{
		func(o organizations.Organization) string { return o.OrganizationSlug },
		func(o organizations.Organization) string { return o.OrganizationExternalID },
	} {
		org := h.organization(func(r *organizations.CreateRequest) { r.OrganizationExternalID = new("org-1") })
		require.NoError(t, remove(key(org)))
	}
}

func TestOrganizations_metricsCountMembers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(func(r *organizations.CreateRequest) { r.OrganizationExternalID = new("org-1") })
	count := func(id string) (int, error) {
		resp, err := h.api.B2B.Organizations.Metrics(t.Context(), &organizations.MetricsRequest{OrganizationID: id})
		if err != nil {
			return 0, err
		}
		return resp.MemberCount, nil
	}
	n, err := count(org.OrganizationID)
	require.NoError(t, err)
	assert.Zero(t, n)
	for _, email := range []string{"ada@acme.example", "bob@acme.example", "eve@acme.example"} {
		_, err := h.AddMember(org.OrganizationID, email)
		require.NoError(t, err)
	}
	require.NoError(t, h.edit(func(state object) {
		for i, status := range []string{"pending", "deleted"} {
			state["members"].([]any)[i].(map[string]any)["status"] = status
		}
	}))
	for _, id := range forms(org) {
		n, err := count(id)
		require.NoError(t, err)
		assert.Equal(t, 2, n, "all but deleted ones")
	}
	_, err = count("nobody")
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = count("organization-live-x")
	require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
	_, err = h.api.B2B.Organizations.Get(t.Context(), &organizations.GetRequest{OrganizationID: "organization-live-x"})
	require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
}

func TestOrganizations_deleteExternalIDFreesIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@acme.example"), h.create("eve@other.example")
	id := v.Organization.OrganizationID
	_, err := h.updateOrg(id, func(r *organizations.UpdateRequest) { r.OrganizationExternalID = new("org-1") })
	require.NoError(t, err)
	remove := func(id string, opts ...shared.RequestOption) (organizations.Organization, error) {
		resp, err := h.api.B2B.Organizations.DeleteExternalID(t.Context(),
			&organizations.DeleteExternalIDRequest{OrganizationID: id}, opts...)
		if err != nil {
			return organizations.Organization{}, err
		}
		return resp.Organization, nil
	}
	_, member := h.ordinary(id)
	_, err = remove(id, as(member))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
	_, err = remove(id, as(other.SessionToken))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError)
	h.Clock().Advance(30 * time.Minute)
	without, err := remove("org-1", as(v.SessionToken))
	require.NoError(t, err)
	assert.Empty(t, without.OrganizationExternalID)
	assert.WithinDuration(t, without.CreatedAt.Add(30*time.Minute), without.UpdatedAt, time.Minute)
	assert.Equal(t, without, h.getOrg(id))
	h.organization(func(r *organizations.CreateRequest) { r.OrganizationExternalID = new("org-1") })
	h.Clock().Advance(time.Minute)
	again, err := remove(v.Organization.OrganizationSlug)
	require.NoError(t, err)
	assert.Equal(t, without, again, "there is none any more")
	_, err = remove("nobody")
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
}
