package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
)

func byCode(r *members.StartEmailUpdateRequest) {
	r.DeliveryMethod = new(members.EmailUpdateDeliveryMethodEmailOTP)
}

func TestDeletion_ofAnOrganizationTakesAccountsAndEmailUpdatesAlong(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	h.register(v.MemberID, object{"registration_id": "oauth-1", "provider": "github", "provider_subject": "1"})
	_, err := h.startUpdate(org, v.MemberID, "new@example.com", byCode)
	require.NoError(t, err)
	require.Len(t, h.rows("registrations"), 1)
	require.Len(t, h.rows("passcodes"), 1)
	_, err = h.api.B2B.Organizations.Delete(t.Context(), &organizations.DeleteRequest{OrganizationID: org})
	require.NoError(t, err)
	assert.Empty(t, h.rows("registrations"))
	assert.Empty(t, h.rows("passcodes"))
}

func TestDeletion_ofAMemberEndsAnEmailUpdate(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	other, err := h.AddMember(org, "bob@example.com")
	require.NoError(t, err)
	_, err = h.startUpdate(org, v.MemberID, "new@example.com", byCode)
	require.NoError(t, err)
	_, err = h.api.B2B.Organizations.Members.Delete(t.Context(),
		&members.DeleteRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	assert.Empty(t, h.rows("passcodes"))
	_, err = h.api.B2B.Organizations.Members.Reactivate(t.Context(),
		&members.ReactivateRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	_, err = h.startUpdate(org, other, "new@example.com", nil)
	require.NoError(t, err, "the address is free although the member is back")
}
