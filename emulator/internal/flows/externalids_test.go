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

func TestExternalIDs_ofAnOrganizationAreNotItsOwnID(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.organization(nil).OrganizationID
	_, err := h.updateOrg(id, func(r *organizations.UpdateRequest) { r.OrganizationExternalID = &id })
	require.ErrorIs(t, err, stytcherror.CodeExternalOrganizationIDSameAsOrganizationID)
}
