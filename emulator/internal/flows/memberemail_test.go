package flows_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	otpsemail "github.com/seed75add069/stytch-go/b2b/otps/email"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// startUpdate starts a change of a member's address.
func (h *harness) startUpdate(
	org, id, email string, change func(*members.StartEmailUpdateRequest), opts ...shared.RequestOption,
) (*members.StartEmailUpdateResponse, error) {
	h.t.Helper()
	req := &members.StartEmailUpdateRequest{OrganizationID: org, MemberID: id, EmailAddress: email}
	if change != nil {
		change(req)
	}
	return h.api.B2B.Organizations.Members.StartEmailUpdate(h.t.Context(), req, opts...)
}

func TestMembers_startedEmailUpdateIsCompletedByItsCode(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	resp, err := h.startUpdate(v.Organization.OrganizationSlug, v.MemberID, "Countess@example.com",
		func(r *members.StartEmailUpdateRequest) { r.LoginRedirectURL = new("https://app.example.com/login") })
	require.NoError(t, err)
	assert.Equal(t, v.Member, resp.Member, "nothing has changed yet")
	sent := h.WaitMessage("countess@example.com")
	link, err := url.Parse(sent.Link)
	require.NoError(t, err)
	assert.Equal(t, "app.example.com", link.Host)
	assert.Equal(t, "multi_tenant_magic_links", link.Query().Get("stytch_token_type"))
	assert.Equal(t, "email_update_magic_link", sent.Template)

	_, err = h.startUpdate(org, v.MemberID, "lovelace@example.com", func(r *members.StartEmailUpdateRequest) {
		r.DeliveryMethod = new(members.EmailUpdateDeliveryMethodEmailOTP)
	})
	require.NoError(t, err)
	code := h.WaitMessage("lovelace@example.com")
	assert.Regexp(t, `^\d{6}$`, code.Code)
	assert.Equal(t, "email_update_passcode", code.Template)
	require.NoError(t, h.edit(func(state object) {
		assert.Len(t, state["magic_links"], 1, "the change that was started last counts")
		assert.Equal(t, code.Code, state["passcodes"].([]any)[0].(object)["code"])
	}))
	_, err = h.enter(org, "countess@example.com", code.Code)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound, "the address of a change that was replaced")
	_, err = h.enter(org, "lovelace@example.com", wrong(code.Code))
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	_, err = h.enter(org, "ada@example.com", code.Code)
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound, "the code is not one for the old address")
	entered, err := h.enter(org, "Lovelace@example.com", code.Code)
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, entered.MemberID)
	assert.Equal(t, "lovelace@example.com", entered.Member.EmailAddress)
	assert.True(t, entered.Member.EmailAddressVerified)
	assert.Equal(t, "ada@example.com", entered.Member.RetiredEmailAddresses[0].EmailAddress)
	_, err = h.enter(org, "ada@example.com", code.Code)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)

	_, err = h.startUpdate(org, v.MemberID, "duchess@example.com", func(r *members.StartEmailUpdateRequest) {
		r.DeliveryMethod = new(members.EmailUpdateDeliveryMethodEmailOTP)
	})
	require.NoError(t, err)
	late := h.WaitMessage("duchess@example.com").Code
	h.Clock().Advance(5 * time.Minute)
	_, err = h.enter(org, "duchess@example.com", late)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthOTPCode)
	_, err = h.update(org, v.MemberID, func(r *members.UpdateRequest) { r.EmailAddress = new("king@example.com") })
	require.NoError(t, err)
	require.NoError(t, h.edit(func(state object) { assert.NotContains(t, state["members"].([]any)[0], "new_email_address") }))
}

func TestMembers_startEmailUpdateReservesTheAddressForFiveMinutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	other, err := h.AddMember(org, "bob@example.com")
	require.NoError(t, err)
	start := func(id, email string) error {
		_, err := h.startUpdate(org, id, email, nil)
		return err
	}
	require.NoError(t, start(v.MemberID, "new@example.com"))
	require.ErrorIs(t, start(other, "NEW@example.com"), stytcherror.CodeDesiredEmailUpdatingForDifferentMember)
	_, err = h.api.B2B.Organizations.Members.Create(t.Context(),
		&members.CreateRequest{OrganizationID: org, EmailAddress: "new@example.com"})
	require.ErrorIs(t, err, stytcherror.CodeDesiredEmailUpdatingForDifferentMember)
	_, err = h.update(org, other, func(r *members.UpdateRequest) { r.EmailAddress = new("new@example.com") })
	require.ErrorIs(t, err, stytcherror.CodeDesiredEmailUpdatingForDifferentMember)
	require.NoError(t, start(v.MemberID, "new@example.com"), "it may be started again")
	require.NoError(t, h.edit(func(object) {}))
	h.Clock().Advance(5*time.Minute - time.Second)
	require.ErrorIs(t, start(other, "new@example.com"), stytcherror.CodeDesiredEmailUpdatingForDifferentMember)
	h.Clock().Advance(time.Second)
	require.NoError(t, start(other, "new@example.com"))
}

func TestMembers_startEmailUpdateRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	unverified := h.addMember(org, "bob@example.com", nil).MemberID
	pending := h.addMember(org, "eve@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) }).MemberID
	moved := h.addMember(org, "joe@example.com", nil).MemberID
	_, err := h.update(org, moved, func(r *members.UpdateRequest) { r.EmailAddress = new("joseph@example.com") })
	require.NoError(t, err)
	claims := h.create("kim@example.org").Organization.OrganizationID
	h.alter("organizations", "organization_id", claims, object{"claimed_email_domains": []any{"example.net"}})
	for name, row := range map[string]struct {
		code           stytcherror.Code
		org, id, email string
	}{
		"organization":    {stytcherror.CodeOrganizationNotFound, "nobody", v.MemberID, "a@example.com"},
		"member":          {stytcherror.CodeMemberNotFound, org, "nobody", "a@example.com"},
		"address":         {stytcherror.CodeInvalidEmail, org, v.MemberID, "a"},
		"pending":         {stytcherror.CodeEmailUpdatesAvailableOnlyForActiveMembers, org, pending, "a@example.com"},
		"unverified":      {stytcherror.CodeMemberHasNoActiveVerifiedEmail, org, unverified, "a@example.com"},
		"own address":     {stytcherror.CodeDuplicateMemberEmail, org, v.MemberID, "ADA@example.com"},
		"taken address":   {stytcherror.CodeDuplicateMemberEmail, org, v.MemberID, "bob@example.com"},
		"retired address": {stytcherror.CodeRetiredMemberEmail, org, v.MemberID, "joe@example.com"},
		"claimed domain":  {stytcherror.CodeActionNotAllowedEmailDomainIsClaimed, org, v.MemberID, "a@example.net"},
	} {
		_, err := h.startUpdate(row.org, row.id, row.email, nil)
		require.ErrorIs(t, err, row.code, name)
	}
	for code, change := range map[stytcherror.Code]func(*members.StartEmailUpdateRequest){
		stytcherror.CodeInvalidLoginRedirectURL: func(r *members.StartEmailUpdateRequest) { r.LoginRedirectURL = new("login") },
		stytcherror.CodeInvalidLocale:           func(r *members.StartEmailUpdateRequest) { r.Locale = new(shared.LocaleDE) },
		stytcherror.CodeBadRequest: func(r *members.StartEmailUpdateRequest) {
			r.DeliveryMethod = new(members.EmailUpdateDeliveryMethod("SMS"))
		},
	} {
		_, err := h.startUpdate(org, v.MemberID, "a@example.com", change)
		require.ErrorIs(t, err, code)
	}
	assert.Empty(t, h.Inbox().Messages("a@example.com"))
}

func TestMembers_startEmailUpdateForASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com")
	org := admin.Organization.OrganizationID
	bob := h.visitor(org, "bob@example.com")
	start := func(id, email, session string) error {
		_, err := h.startUpdate(org, id, email, nil, as(session))
		return err
	}
	require.NoError(t, start(bob.MemberID, "robert@example.com", bob.SessionToken))
	require.ErrorIs(t, start(admin.MemberID, "countess@example.com", bob.SessionToken), stytcherror.CodeSessionAuthorizationError)
	require.NoError(t, start(bob.MemberID, "bobby@example.com", admin.SessionToken))
	require.ErrorIs(t, start(bob.MemberID, "robert@example.com", h.create("eve@example.org").SessionToken),
		stytcherror.CodeSessionAuthorizationTenancyError)
}

func TestMembers_unlinkedRetiredEmailIsFree(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com")
	org := admin.Organization.OrganizationID
	m := h.addMember(org, "one@example.com", func(r *members.CreateRequest) { r.ExternalID = new("bob") })
	var retired []organizations.RetiredEmail
	for _, email := range []string{"two@example.com", "three@example.com", "four@example.com"} {
		changed, err := h.update(org, m.MemberID, func(r *members.UpdateRequest) { r.EmailAddress = &email })
		require.NoError(t, err)
		retired = changed.RetiredEmailAddresses
	}
	unlink := func(change func(*members.UnlinkRetiredEmailRequest), opts ...shared.RequestOption) (organizations.Member, error) {
		req := &members.UnlinkRetiredEmailRequest{OrganizationID: org, MemberID: "bob"}
		change(req)
		resp, err := h.api.B2B.Organizations.Members.UnlinkRetiredEmail(t.Context(), req, opts...)
		if err != nil {
			return organizations.Member{}, err
		}
		assert.Equal(t, org, resp.OrganizationID)
		return resp.Member, nil
	}
	h.Clock().Advance(time.Minute)
	for name, row := range map[string]struct {
		code   stytcherror.Code
		change func(*members.UnlinkRetiredEmailRequest)
	}{
		"nothing":     {stytcherror.CodeRetiredEmailMissingEmailIdentifiers, func(*members.UnlinkRetiredEmailRequest) {}},
		"address":     {stytcherror.CodeInvalidEmail, func(r *members.UnlinkRetiredEmailRequest) { r.EmailAddress = new("one") }},
		"id":          {stytcherror.CodeInvalidEmailID, func(r *members.UnlinkRetiredEmailRequest) { r.EmailID = new("a b") }},
		"unknown id":  {stytcherror.CodeEmailNotFound, func(r *members.UnlinkRetiredEmailRequest) { r.EmailID = new("email-test-1") }},
		"own address": {stytcherror.CodeEmailNotFound, func(r *members.UnlinkRetiredEmailRequest) { r.EmailAddress = new("four@example.com") }},
		"two addresses": {stytcherror.CodeEmailNotFound, func(r *members.UnlinkRetiredEmailRequest) {
			r.EmailID, r.EmailAddress = &retired[0].EmailID, new("two@example.com")
		}},
		"organization": {stytcherror.CodeOrganizationNotFound, func(r *members.UnlinkRetiredEmailRequest) { r.OrganizationID, r.EmailID = "nobody", new("x") }},
		"member":       {stytcherror.CodeMemberNotFound, func(r *members.UnlinkRetiredEmailRequest) { r.MemberID, r.EmailID = "nobody", new("x") }},
	} {
		_, err := unlink(row.change)
		require.ErrorIs(t, err, row.code, name)
	}
	byID := func(r *members.UnlinkRetiredEmailRequest) { r.EmailID = &retired[0].EmailID }
	_, err := unlink(byID, as(h.visitor(org, "eve@example.com").SessionToken))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
	left, err := unlink(byID, as(admin.SessionToken))
	require.NoError(t, err)
	assert.Equal(t, retired[1:], left.RetiredEmailAddresses)
	assert.True(t, left.UpdatedAt.After(m.UpdatedAt))
	left, err = unlink(func(r *members.UnlinkRetiredEmailRequest) { r.EmailAddress = new("TWO@example.com") })
	require.NoError(t, err)
	assert.Equal(t, retired[2:], left.RetiredEmailAddresses)
	left, err = unlink(func(r *members.UnlinkRetiredEmailRequest) {
		r.EmailID, r.EmailAddress = &retired[2].EmailID, new("three@example.com")
	})
	require.NoError(t, err)
	assert.Empty(t, left.RetiredEmailAddresses)
	h.addMember(org, "one@example.com", nil)
}

func TestMembers_aCodeMakesTheNewAddressTheMembers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	_, err := h.startUpdate(org, v.MemberID, "Countess@example.com", func(r *members.StartEmailUpdateRequest) {
		r.DeliveryMethod = new(members.EmailUpdateDeliveryMethodEmailOTP)
	})
	require.NoError(t, err)
	code := h.WaitMessage("countess@example.com").Code
	authenticate := func(email, code string) (*otpsemail.AuthenticateResponse, error) {
		return h.api.B2B.OTPs.Email.Authenticate(t.Context(),
			&otpsemail.AuthenticateRequest{OrganizationID: org, EmailAddress: email, Code: code})
	}
	_, err = authenticate("ada@example.com", code)
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound, "it was sent to the other address")
	resp, err := authenticate("countess@EXAMPLE.com", code)
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, resp.MemberID)
	assert.Equal(t, "countess@example.com", resp.Member.EmailAddress)
	assert.True(t, resp.Member.EmailAddressVerified)
	assert.Equal(t, "ada@example.com", resp.Member.RetiredEmailAddresses[0].EmailAddress)
	assert.Equal(t, resp.Member.EmailAddress, resp.MemberSession.AuthenticationFactors[0].EmailFactor.EmailAddress)
	_, err = authenticate("countess@example.com", code)
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
}
