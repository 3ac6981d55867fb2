package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations/members"
)

func TestSCIM_reactivationMeetsWhoCameMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example")
	old := h.memberWith("bob@acme.example").MemberID
	_, err := h.update("acme", old, func(r *members.UpdateRequest) { r.ExternalID = new("member-1") })
	require.NoError(t, err)
	p.active(id, false)
	other, err := h.AddMember("acme", "eve@acme.example")
	require.NoError(t, err)
	_, err = h.update("acme", other, func(r *members.UpdateRequest) { r.ExternalID = new("member-1") })
	require.NoError(t, err)
	p.refuse(409, "uniqueness", "PATCH", "/Users/"+id, patch(operation("replace", "active", true)))
	again, err := h.AddMember("acme", "bob@acme.example")
	require.NoError(t, err)
	p.active(id, true)
	assert.Equal(t, id, h.member("acme", again).SCIMRegistration.RegistrationID)
	assert.Nil(t, h.deletedMember(old).SCIMRegistration)
	p.active(id, false)
	p.user("robert", object{"emails": []any{object{"value": "bob@acme.example"}}})
	p.refuse(409, "uniqueness", "PATCH", "/Users/"+id, patch(operation("replace", "active", true)))
}

// A user who is renamed while inactive comes back as the same member, with the new address and name.
func TestSCIM_reactivationGivesWhatWasChangedMeanwhile(t *testing.T) {
	t.Parallel()
	email := func(value string) object { return object{"emails": []any{object{"value": value, "type": "work"}}} }
	for name, row := range map[string]struct {
		change   func(p *identityProvider, id string)
		together bool // in the request that makes the user active again
	}{
		"userName": {func(p *identityProvider, id string) {
			p.do(200, "PATCH", "/Users/"+id, patch(operation("replace", "userName", "robert@acme.example"),
				operation("remove", "emails", nil), operation("replace", "displayName", "Robert")))
		}, false},
		"emails": {func(p *identityProvider, id string) {
			p.do(200, "PUT", "/Users/"+id, person("bob", email("Robert@acme.example"), object{"displayName": "Robert"}))
		}, false},
		"with active": {func(p *identityProvider, id string) {
			p.do(200, "PUT", "/Users/"+id,
				person("bob", email("robert@acme.example"), object{"displayName": "Robert", "active": true}))
		}, true},
	} {
		h := newHarness(t)
		p := h.connect()
		id := p.user("bob", email("bob@acme.example"), object{"displayName": "Bob"})
		h.bobsSession()
		m := h.memberWith("bob@acme.example")
		p.active(id, false)
		row.change(p, id)
		if !row.together {
			assert.Equal(t, "bob@acme.example", h.deletedMember(m.MemberID).EmailAddress, name)
			snapshot, err := h.Snapshot()
			require.NoError(t, err)
			require.NoError(t, h.Restore(snapshot))
			p.active(id, true)
		}
		assert.Nil(t, h.memberWith("bob@acme.example"), name)
		got := h.memberWith("robert@acme.example")
		require.NotNil(t, got, name)
		assert.Equal(t, m.MemberID, got.MemberID, name)
		assert.Equal(t, "Robert", got.Name, name)
		assert.False(t, got.EmailAddressVerified, name)
		assert.Equal(t, "bob@acme.example", got.RetiredEmailAddresses[0].EmailAddress, name)
	}
}

func TestSCIM_reactivationRefusesAnotherOnesNumber(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	id := p.user("bob@acme.example")
	bob := h.memberWith("bob@acme.example").MemberID
	set := func(id, number string) {
		t.Helper()
		_, err := h.update("acme", id, func(r *members.UpdateRequest) { r.MFAPhoneNumber = &number })
		require.NoError(t, err)
	}
	set(bob, phone)
	h.alter("members", "member_id", bob, object{"mfa_phone_number_verified": true})
	p.active(id, false)
	ada := h.memberWith("ada@acme.example").MemberID
	set(ada, phone)
	p.refuse(409, "uniqueness", "PATCH", "/Users/"+id, patch(operation("replace", "active", true)))
	assert.True(t, h.deletedMember(bob).MFAPhoneNumberVerified)
	_, err := h.api.B2B.Organizations.Members.DeleteMFAPhoneNumber(t.Context(),
		&members.DeleteMFAPhoneNumberRequest{OrganizationID: "acme", MemberID: ada})
	require.NoError(t, err)
	p.active(id, true)
	assert.Equal(t, phone, h.member("acme", bob).MFAPhoneNumber, "the number is free again")
}

// A user whose address is another one's meanwhile comes back with the address that it was given. The other one keeps the
// former address, and can leave it and come back to it.
func TestSCIM_reactivationKeepsAFormerAddressWithWhoHasIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	p := h.connect()
	rename := func(id, email string) {
		t.Helper()
		p.do(200, "PATCH", "/Users/"+id, patch(operation("replace", "userName", email)))
	}
	first := p.user("bob@acme.example")
	member := h.memberWith("bob@acme.example").MemberID
	p.active(first, false)
	rename(first, "robert@acme.example")
	second := p.user("bob@acme.example")
	p.active(first, true)
	got := h.memberWith("robert@acme.example")
	require.NotNil(t, got)
	assert.Equal(t, member, got.MemberID)
	assert.Empty(t, got.RetiredEmailAddresses)
	rename(second, "bobby@acme.example")
	rename(second, "bob@acme.example")
	assert.NotEqual(t, member, h.memberWith("bob@acme.example").MemberID)
}
