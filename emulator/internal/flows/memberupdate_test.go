package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// update changes a member, and returns it.
func (h *harness) update(
	org, id string, change func(*members.UpdateRequest), opts ...shared.RequestOption,
) (organizations.Member, error) {
	h.t.Helper()
	req := &members.UpdateRequest{OrganizationID: org, MemberID: id}
	change(req)
	resp, err := h.api.B2B.Organizations.Members.Update(h.t.Context(), req, opts...)
	if err != nil {
		return organizations.Member{}, err
	}
	return resp.Member, nil
}

func TestMembers_updateChangesWhatIsGiven(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	m := h.addMember(org, "bob@example.com", func(r *members.CreateRequest) {
		r.Name, r.ExternalID, r.Roles = new("Bob"), new("bob"), []string{"stytch_admin"}
		r.TrustedMetadata = shared.Object{"plan": "pro", "seats": 3}
	})
	h.Clock().Advance(time.Minute)
	same, err := h.update(org, "bob", func(r *members.UpdateRequest) {
		r.Name, r.EmailAddress, r.Roles = new("Bob"), new("BOB@example.com"), []string{"stytch_admin"}
		r.TrustedMetadata, r.UntrustedMetadata = shared.Object{"plan": "pro"}, shared.Object{"none": nil}
	})
	require.NoError(t, err)
	assert.Equal(t, m, same, "what is already so changes nothing, nor when that was")
	changed, err := h.update(org, m.MemberID, func(r *members.UpdateRequest) {
		r.Name, r.IsBreakglass, r.MFAEnrolled, r.ExternalID = new(""), new(true), new(true), new("robert")
		r.MFAPhoneNumber = new("+12025550162")
		r.TrustedMetadata, r.UntrustedMetadata = shared.Object{"plan": nil, "tier": "gold"}, shared.Object{"k": "v"}
	})
	require.NoError(t, err)
	assert.Equal(t, shared.Object{"seats": 3.0, "tier": "gold"}, changed.TrustedMetadata)
	assert.True(t, changed.IsBreakglass && changed.MFAEnrolled && changed.IsAdmin)
	assert.Empty(t, changed.Name)
	assert.Equal(t, m.UpdatedAt.Add(time.Minute), changed.UpdatedAt)
	assert.Equal(t, changed, h.member(org, "robert"))
	cleared, err := h.update(org, m.MemberID, func(r *members.UpdateRequest) {
		r.Roles, r.ExternalID, r.UntrustedMetadata = []string{}, new(""), shared.Object{"k": nil}
	})
	require.NoError(t, err)
	assert.False(t, cleared.IsAdmin)
	assert.Empty(t, cleared.ExternalID)
	assert.Empty(t, cleared.UntrustedMetadata)
}

func TestMembers_updateRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	m := h.addMember(org, "bob@example.com", func(r *members.CreateRequest) {
		r.MFAPhoneNumber, r.UntrustedMetadata = new("+12025550162"), keys(20)
	})
	h.addMember(org, "eve@example.com", func(r *members.CreateRequest) { r.ExternalID = new("eve") })
	for name, row := range map[string]struct {
		code   stytcherror.Code
		change func(*members.UpdateRequest)
	}{
		"organization":   {stytcherror.CodeOrganizationNotFound, func(r *members.UpdateRequest) { r.OrganizationID = "nobody" }},
		"member":         {stytcherror.CodeMemberNotFound, func(r *members.UpdateRequest) { r.MemberID = "nobody" }},
		"address":        {stytcherror.CodeInvalidEmail, func(r *members.UpdateRequest) { r.EmailAddress = new("") }},
		"taken address":  {stytcherror.CodeDuplicateMemberEmail, func(r *members.UpdateRequest) { r.EmailAddress = new("ADA@example.com") }},
		"taken id":       {stytcherror.CodeDuplicateMemberExternalID, func(r *members.UpdateRequest) { r.ExternalID = new("eve") }},
		"second number":  {stytcherror.CodeDuplicateMemberPhoneNumberForMember, func(r *members.UpdateRequest) { r.MFAPhoneNumber = new("+12025550163") }},
		"number":         {stytcherror.CodeInvalidPhoneNumber, func(r *members.UpdateRequest) { r.MFAPhoneNumber = new("+1 202 555 0162") }},
		"MFA method":     {stytcherror.CodeInvalidMFADefaultMethod, func(r *members.UpdateRequest) { r.DefaultMFAMethod = new("email") }},
		"no app":         {stytcherror.CodeDefaultMFAMemberMissingFactor, func(r *members.UpdateRequest) { r.DefaultMFAMethod = new("totp") }},
		"unknown role":   {stytcherror.CodeInvalidRBACRoleID, func(r *members.UpdateRequest) { r.Roles = []string{"editor"} }},
		"default role":   {stytcherror.CodeCannotAssignDefaultRBACRoleID, func(r *members.UpdateRequest) { r.Roles = []string{"stytch_member"} }},
		"one key more":   {stytcherror.CodeMetadataTooManyKeys, func(r *members.UpdateRequest) { r.UntrustedMetadata = shared.Object{"more": 1} }},
		"large metadata": {stytcherror.CodeMetadataTooLarge, func(r *members.UpdateRequest) { r.TrustedMetadata = shared.Object{"k": strings.Repeat("x", 4089)} }},
		"long name":      {stytcherror.CodeBadRequest, func(r *members.UpdateRequest) { r.Name = new(strings.Repeat("x", 129)) }},
	} {
		_, err := h.update(org, m.MemberID, row.change)
		require.ErrorIs(t, err, row.code, name)
	}
	assert.Equal(t, m, h.member(org, m.MemberID))
	_, err := h.update(org, m.MemberID, func(r *members.UpdateRequest) { r.Roles, r.Name = make([]string, 1001), new("Bob") })
	require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	h.alter("members", "member_id", h.member(org, "eve").MemberID, object{"totp_registration_id": "totp-1"})
	eve, err := h.update(org, "eve", func(r *members.UpdateRequest) { r.DefaultMFAMethod = new("totp") })
	require.NoError(t, err)
	assert.Equal(t, "totp", eve.DefaultMFAMethod)
	texts := func(r *members.UpdateRequest) { r.DefaultMFAMethod = new("sms_otp") }
	_, err = h.update(org, "eve", texts)
	require.ErrorIs(t, err, stytcherror.CodeDefaultMFAMemberMissingFactor)
	_, err = h.update(org, "eve", func(r *members.UpdateRequest) {
		r.MFAPhoneNumber, r.DefaultMFAMethod = new("+12025550163"), new("sms_otp")
	})
	require.ErrorIs(t, err, stytcherror.CodeDefaultMFAMemberMissingFactor, "the number is not verified")
	h.alter("members", "external_id", "eve", object{"mfa_phone_number": "+12025550163", "mfa_phone_number_verified": true})
	eve, err = h.update(org, "eve", texts)
	require.NoError(t, err)
	assert.Equal(t, "sms_otp", eve.DefaultMFAMethod)
}

func TestMembers_updateOfTheAddressRetiresTheOldOne(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	m := h.addMember(org, "bob@example.com", nil)
	h.alter("members", "member_id", m.MemberID, object{"email_address_verified": true})
	h.givePassword(m.MemberID, "member-password-1")
	move := func(id, email string, unlink *bool) (organizations.Member, error) {
		return h.update(org, id, func(r *members.UpdateRequest) { r.EmailAddress, r.UnlinkEmail = &email, unlink })
	}
	first, err := move(m.MemberID, "Robert@example.com", nil)
	require.NoError(t, err)
	assert.Equal(t, "robert@example.com", first.EmailAddress)
	assert.False(t, first.EmailAddressVerified)
	assert.Empty(t, first.MemberPasswordID)
	assert.Empty(t, h.rows("passwords"))
	require.Len(t, first.RetiredEmailAddresses, 1)
	assert.Equal(t, "bob@example.com", first.RetiredEmailAddresses[0].EmailAddress)
	eve := h.addMember(org, "eve@example.com", nil)
	_, err = move(eve.MemberID, "bob@example.com", nil)
	require.ErrorIs(t, err, stytcherror.CodeRetiredMemberEmail)
	_, err = h.api.B2B.Organizations.Members.Create(t.Context(),
		&members.CreateRequest{OrganizationID: org, EmailAddress: "BOB@example.com"})
	require.ErrorIs(t, err, stytcherror.CodeRetiredMemberEmail)
	back, err := move(m.MemberID, "bob@example.com", nil)
	require.NoError(t, err, "one's own former address is free for oneself")
	require.Len(t, back.RetiredEmailAddresses, 1)
	assert.Equal(t, "robert@example.com", back.RetiredEmailAddresses[0].EmailAddress)
	freed, err := move(m.MemberID, "bobby@example.com", new(true))
	require.NoError(t, err)
	assert.Equal(t, back.RetiredEmailAddresses, freed.RetiredEmailAddresses)
	_, err = move(eve.MemberID, "bob@example.com", nil)
	require.NoError(t, err)

	_, err = h.api.B2B.Organizations.Members.Delete(t.Context(),
		&members.DeleteRequest{OrganizationID: org, MemberID: m.MemberID})
	require.NoError(t, err)
	_, err = move(eve.MemberID, "robert@example.com", nil)
	require.NoError(t, err, "former addresses of deleted members are free")
}

func TestMembers_updateOfTheAddressRevokesWhatWasSentToTheOldOne(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	m := h.addMember(org, "bob@example.com", nil)
	expires := h.Clock().Now().Add(time.Hour)
	require.NoError(t, h.edit(func(state object) {
		link := func(token, email string) object {
			return object{
				"token": strings.Repeat(token, 44), "purpose": "login", "email_address": email, "member_id": m.MemberID,
				"expires_at": expires,
			}
		}
		state["magic_links"] = []any{link("a", "bob@example.com"), link("b", "robert@example.com")}
		state["passcodes"] = []any{object{
			"channel": "email", "member_id": m.MemberID, "email_address": "bob@example.com", "code": "123456",
			"expires_at": expires,
		}}
	}))
	_, err := h.update(org, m.MemberID, func(r *members.UpdateRequest) { r.EmailAddress = new("robert@example.com") })
	require.NoError(t, err)
	require.NoError(t, h.edit(func(state object) {
		assert.Len(t, state["magic_links"], 1)
		assert.Empty(t, state["passcodes"])
	}))
}

func TestMembers_updateKeepsTheNewestThousandFormerAddresses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	m := h.addMember(org, "bob@example.com", nil)
	former := make([]any, 1000)
	for i := range former {
		former[i] = object{"email_id": "e", "email_address": strings.Repeat("b", i%60+1) + strings.Repeat("o", i/60) + "@example.net"}
	}
	h.alter("members", "member_id", m.MemberID, object{"retired_email_addresses": former})
	changed, err := h.update(org, m.MemberID, func(r *members.UpdateRequest) { r.EmailAddress = new("robert@example.com") })
	require.NoError(t, err)
	require.Len(t, changed.RetiredEmailAddresses, 1000)
	assert.Equal(t, "bob@example.com", changed.RetiredEmailAddresses[999].EmailAddress)
	require.NoError(t, h.edit(func(object) {}), "what is stored can be restored")
}

func TestMembers_updateForASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com")
	org := admin.Organization.OrganizationID
	bob := h.visitor(org, "bob@example.com")
	h.alter("members", "member_id", bob.MemberID, object{"totp_registration_id": "totp-1"})
	own := map[string]func(*members.UpdateRequest){
		"name":     func(r *members.UpdateRequest) { r.Name = new("Bob") },
		"metadata": func(r *members.UpdateRequest) { r.UntrustedMetadata = shared.Object{"k": "v"} },
		"phone":    func(r *members.UpdateRequest) { r.MFAPhoneNumber = new("+12025550162") },
		"enrolled": func(r *members.UpdateRequest) { r.MFAEnrolled = new(true) },
		"method":   func(r *members.UpdateRequest) { r.DefaultMFAMethod = new("totp") },
	}
	foreign := map[string]func(*members.UpdateRequest){
		"breakglass":  func(r *members.UpdateRequest) { r.IsBreakglass = new(true) },
		"roles":       func(r *members.UpdateRequest) { r.Roles = []string{} },
		"address":     func(r *members.UpdateRequest) { r.EmailAddress = new("robert@example.com") },
		"external id": func(r *members.UpdateRequest) { r.ExternalID = new("bob") },
	}
	for field, change := range own {
		_, err := h.update(org, bob.MemberID, change, as(bob.SessionToken))
		require.NoError(t, err, field)
		_, err = h.update(org, admin.MemberID, change, as(bob.SessionToken))
		require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError, field)
	}
	for field, change := range foreign {
		want := stytcherror.CodeSessionAuthorizationError
		if field == "address" {
			want = stytcherror.CodeMemberCannotUpdateTheirEmailAddress
		}
		_, err := h.update(org, bob.MemberID, change, as(bob.SessionToken))
		require.ErrorIs(t, err, want, field)
		if field != "address" {
			_, err = h.update(org, bob.MemberID, change, as(admin.SessionToken))
			require.NoError(t, err, field)
		}
	}
	require.True(t, h.lives(bob.SessionToken))
	_, err := h.update(org, bob.MemberID, foreign["address"], as(admin.SessionToken))
	require.NoError(t, err)
	assert.False(t, h.lives(bob.SessionToken), "the address may be somebody else's now")
	_, err = h.update(org, admin.MemberID, foreign["address"], as(admin.SessionToken))
	require.ErrorIs(t, err, stytcherror.CodeMemberCannotUpdateTheirEmailAddress)
	_, err = h.update(org, bob.MemberID, own["name"], as(h.create("eve@example.org").SessionToken))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError)
	_, err = h.update(org, bob.MemberID, func(r *members.UpdateRequest) { r.TrustedMetadata = shared.Object{"k": "v"} },
		as(admin.SessionToken))
	require.ErrorIs(t, err, stytcherror.CodeCannotUpdateTrustedMetadata)
}
