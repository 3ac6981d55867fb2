package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestExternalIDs_mayBeIDsOfMembersWhoAreNotFound(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	foreign := h.create("ada@example.com").MemberID
	org := h.create("ada@example.org").Organization.OrganizationID
	gone := h.addMember(org, "gone@example.org", nil)
	_, err := h.api.B2B.Organizations.Members.Delete(t.Context(),
		&members.DeleteRequest{OrganizationID: org, MemberID: gone.MemberID})
	require.NoError(t, err)
	for id, email := range map[string]string{foreign: "bob@example.org", gone.MemberID: "eve@example.org"} {
		m := h.addMember(org, email, func(r *members.CreateRequest) { r.ExternalID = &id })
		assert.Equal(t, m.MemberID, h.member(org, id).MemberID)
		_, err := h.api.B2B.Organizations.Members.Create(t.Context(), &members.CreateRequest{
			OrganizationID: org, EmailAddress: "second-" + email, ExternalID: &id,
		})
		require.ErrorIs(t, err, stytcherror.CodeDuplicateMemberExternalID)
	}
}

func TestExternalIDs_thatSeveralMembersHaveRevokeNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	one, two := h.create("ada@example.com"), h.create("bob@example.com")
	revoke := func() error {
		_, err := h.api.B2B.Sessions.Revoke(t.Context(), &sessions.RevokeRequest{MemberID: new("crm-1")})
		return err
	}
	h.alter("members", "member_id", one.MemberID, object{"external_id": "crm-1"})
	h.alter("members", "member_id", two.MemberID, object{"external_id": "crm-1"})
	require.ErrorIs(t, revoke(), stytcherror.CodeMemberNotFound)
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &one.SessionToken})
	require.NoError(t, err)
	h.alter("members", "member_id", two.MemberID, object{"external_id": "crm-2"})
	require.NoError(t, revoke())
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &one.SessionToken})
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestExternalIDs_ofAMemberAreNoOtherMembersID(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	bob := h.addMember(org, "bob@example.com", nil)
	_, err := h.api.B2B.Organizations.Members.Delete(t.Context(),
		&members.DeleteRequest{OrganizationID: org, MemberID: bob.MemberID})
	require.NoError(t, err)
	eve := h.addMember(org, "eve@example.com", func(r *members.CreateRequest) { r.ExternalID = &bob.MemberID })
	_, err = h.api.B2B.Organizations.Members.Reactivate(t.Context(),
		&members.ReactivateRequest{OrganizationID: org, MemberID: bob.MemberID})
	require.Error(t, err)
	assert.Equal(t, eve.MemberID, h.member(org, bob.MemberID).MemberID)
	require.ErrorContains(t, h.tryAlter("members", "member_id", eve.MemberID, object{"external_id": v.MemberID}),
		"external_id is the member_id of another row")
}

// Whoever may change an organization must not get the calls that name another one.
func TestExternalIDs_andSlugsOfAnOrganizationNameNoOther(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	bank := h.organization(func(r *organizations.CreateRequest) {
		r.OrganizationExternalID, r.OrganizationSlug = new("customer-1"), new("bank")
	})
	eve := h.create("eve@example.com")
	own, session := eve.Organization.OrganizationID, as(eve.SessionToken)
	for _, slug := range []string{"customer-1", "bank", bank.OrganizationID} {
		_, err := h.updateOrg(own, func(r *organizations.UpdateRequest) { r.OrganizationSlug = &slug }, session)
		require.ErrorIs(t, err, stytcherror.CodeOrganizationSlugAlreadyUsed, slug)
		_, err = h.api.B2B.Organizations.Create(t.Context(),
			&organizations.CreateRequest{OrganizationName: "x", OrganizationSlug: &slug})
		require.ErrorIs(t, err, stytcherror.CodeOrganizationSlugAlreadyUsed, slug)
		require.Error(t, h.tryAlter("organizations", "organization_id", own, object{"organization_slug": slug}))
	}
	for _, id := range []string{"customer-1", "bank", bank.OrganizationID} {
		_, err := h.updateOrg(own, func(r *organizations.UpdateRequest) { r.OrganizationExternalID = &id })
		require.ErrorIs(t, err, stytcherror.CodeOrganizationExternalIDAlreadyUsed, id)
		require.Error(t, h.tryAlter("organizations", "organization_id", own, object{"organization_external_id": id}))
	}
	named := h.organization(func(r *organizations.CreateRequest) { r.OrganizationName = "Customer 1" })
	assert.Equal(t, "customer-1-2", named.OrganizationSlug)
	assert.Equal(t, bank.OrganizationID, h.getOrg("customer-1").OrganizationID)
	_, err := h.updateOrg(own, func(r *organizations.UpdateRequest) {
		r.OrganizationExternalID, r.OrganizationSlug = new("both"), new("both")
	})
	require.NoError(t, err, "one organization may have the same as both")
}

func TestExternalIDs_ofAnOrganizationAreNotItsOwnID(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.organization(nil).OrganizationID
	_, err := h.updateOrg(id, func(r *organizations.UpdateRequest) { r.OrganizationExternalID = &id })
	require.ErrorIs(t, err, stytcherror.CodeExternalOrganizationIDSameAsOrganizationID)
}
