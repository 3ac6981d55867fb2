package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestSMS_enrollsByIntermediateSession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.requireMFA()
	ist := h.ist("example", "ada@example.com")
	h.Clock().Advance(time.Minute)
	sent, err := h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) {
		r.MFAPhoneNumber, r.IntermediateSessionToken, r.Locale = new(phone), &ist, new(shared.LocaleCS)
	})
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, sent.MemberID)
	assert.Equal(t, phone, sent.Member.MFAPhoneNumber)
	assert.False(t, sent.Member.MFAPhoneNumberVerified)
	assert.Equal(t, h.member("example", v.MemberID), sent.Member)
	assert.Equal(t, "example", sent.Organization.OrganizationSlug)
	message := h.WaitMessage(phone)
	assert.Equal(t, "sms", message.Channel)
	assert.Equal(t, "mfa_passcode", message.Template)

	resp, err := h.enterSMS("example", v.MemberID, message.Code, func(r *sms.AuthenticateRequest) {
		r.IntermediateSessionToken, r.SessionDurationMinutes = &ist, new(5)
		r.SessionCustomClaims = shared.Object{"plan": "pro"}
	})
	require.NoError(t, err)
	m := h.member("example", v.MemberID)
	assert.Equal(t, m, resp.Member)
	assert.True(t, m.MFAPhoneNumberVerified)
	assert.True(t, m.MFAEnrolled, "the organization requires a second factor of everybody")
	assert.Equal(t, organizations.MFAMethodSMSOTP, m.DefaultMFAMethod)
	assert.NotEqual(t, v.MemberSession.MemberSessionID, resp.MemberSession.MemberSessionID)
	assert.Equal(t, resp.MemberSession.StartedAt.Add(5*time.Minute), resp.MemberSession.ExpiresAt)
	assert.EqualValues(t, map[string]any{"plan": "pro"}, resp.MemberSession.CustomClaims)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 2)
	second := resp.MemberSession.AuthenticationFactors[1]
	assert.Equal(t, b2csessions.AuthenticationFactorTypeOTP, second.Type)
	assert.Equal(t, b2csessions.AuthenticationFactorDeliveryMethodSMS, second.DeliveryMethod)
	assert.Equal(t, phone, second.PhoneNumberFactor.PhoneNumber)
	assert.Regexp(t, "^phone-number-test-", second.PhoneNumberFactor.PhoneID)
	found, err := h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &resp.SessionJWT})
	require.NoError(t, err)
	assert.Equal(t, resp.MemberSession.AuthenticationFactors, found.MemberSession.AuthenticationFactors)
	_, err = h.exchange(ist, "example")
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound, "it is used up")

	h.Inbox().Clear("")
	again, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	assert.Equal(t, "sms_otp", again.MFARequired.SecondaryAuthInitiated)
	resp, err = h.enterSMS("example", v.MemberID, h.WaitMessage(phone).Code, func(r *sms.AuthenticateRequest) {
		r.IntermediateSessionToken = &again.IntermediateSessionToken
	})
	require.NoError(t, err)
	assert.Equal(t, second.PhoneNumberFactor, resp.MemberSession.AuthenticationFactors[1].PhoneNumberFactor)
}

func TestSMS_addsTheFactorToASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	_, err := h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) {
		r.MFAPhoneNumber, r.SessionJWT = new(phone), &v.SessionJWT
	})
	require.NoError(t, err)
	h.Clock().Advance(time.Minute)
	code := h.WaitMessage(phone).Code
	resp, err := h.enterSMS("example", v.MemberID, code, func(r *sms.AuthenticateRequest) {
		r.SessionJWT, r.SessionDurationMinutes = &v.SessionJWT, new(120)
	})
	require.NoError(t, err)
	assert.Equal(t, v.MemberSession.MemberSessionID, resp.MemberSession.MemberSessionID)
	assert.Equal(t, v.MemberSession.StartedAt, resp.MemberSession.StartedAt)
	assert.Equal(t, v.MemberSession.StartedAt.Add(121*time.Minute), resp.MemberSession.ExpiresAt)
	assert.Len(t, resp.MemberSession.AuthenticationFactors, 2)
	assert.False(t, resp.Member.MFAEnrolled)
	for _, token := range []string{v.SessionToken, resp.SessionToken} {
		found, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &token})
		require.NoError(t, err)
		assert.Len(t, found.MemberSession.AuthenticationFactors, 2)
	}
	_, err = h.enterSMS("example", v.MemberID, code, func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthOTPCode, "a code works once")

	_, err = h.sendSMS("example", v.MemberID)
	require.NoError(t, err, "to a number that is the member's, no session is needed")
	h.Clock().Advance(time.Minute)
	resp, err = h.enterSMS("example", v.MemberID, h.WaitMessage(phone).Code,
		func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 2, "it is the same factor")
	second := resp.MemberSession.AuthenticationFactors[1]
	assert.Equal(t, second.CreatedAt.Add(time.Minute), second.LastAuthenticatedAt)
}

func TestSMS_onlyTheNewestCodeWorksForTwoMinutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t, stytchtest.WithSeed(7))
	v := h.create("ada@example.com")
	h.addPhone("example", v.MemberID, v.SessionToken)
	send := func() string {
		_, err := h.sendSMS("example", v.MemberID)
		require.NoError(t, err)
		return h.WaitMessage(phone).Code
	}
	enter := func(code string) error {
		_, err := h.enterSMS("example", v.MemberID, code, func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
		return err
	}
	first, second := send(), send()
	require.ErrorIs(t, enter(first), stytcherror.CodeOTPCodeNotFound)
	h.Clock().Advance(2*time.Minute - time.Second)
	require.NoError(t, enter(second))
	third := send()
	h.Clock().Advance(2 * time.Minute)
	require.ErrorIs(t, enter(third), stytcherror.CodeUnableToAuthOTPCode)
}

// A snapshot may have a code that was sent to a number which the member has no more.
func TestSMS_aCodeIsForTheNumberThatItWasSentTo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.addPhone("example", v.MemberID, v.SessionToken)
	_, err := h.sendSMS("example", v.MemberID)
	require.NoError(t, err)
	h.alter("passcodes", "member_id", v.MemberID, object{"phone_number": otherPhone})
	_, err = h.enterSMS("example", v.MemberID, h.WaitMessage(phone).Code,
		func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
}

func TestSMS_sendRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@example.com"), h.create("joe@example.org")
	bob, _ := h.ordinary(v.Organization.OrganizationID)
	_, err := h.update("example", bob, func(r *members.UpdateRequest) { r.MFAPhoneNumber = new(otherPhone) })
	require.NoError(t, err)
	pending := h.addMember("example", "pam@example.com", func(r *members.CreateRequest) {
		r.CreateMemberAsPending, r.MFAPhoneNumber = new(true), new("+12025550164")
	})
	foreign := h.IntermediateSession("eve@example.com")
	h.alter("members", "member_id", bob, object{"email_address_verified": true})
	for name, test := range map[string]struct {
		member string
		change func(*sms.SendRequest)
		want   stytcherror.Code
	}{
		"no organization":          {"", func(r *sms.SendRequest) { r.OrganizationID = "nobody" }, "organization_not_found"},
		"no member":                {"nobody", nil, "member_not_found"},
		"another organization":     {other.MemberID, nil, "member_not_found"},
		"a live member":            {"member-live-1", nil, "live_id_used_in_test_environment"},
		"no number":                {"", func(r *sms.SendRequest) { r.MFAPhoneNumber = new("") }, "member_phone_number_not_found"},
		"a national number":        {"", func(r *sms.SendRequest) { r.MFAPhoneNumber = new("2025550162") }, "invalid_phone_number"},
		"spaces":                   {"", func(r *sms.SendRequest) { r.MFAPhoneNumber = new("+1 202 555 0162") }, "invalid_phone_number"},
		"a long number":            {"", func(r *sms.SendRequest) { r.MFAPhoneNumber = new("+1234567890123456") }, "invalid_phone_number"},
		"other digits":             {"", func(r *sms.SendRequest) { r.MFAPhoneNumber = new("+1202555016٢") }, "invalid_phone_number"},
		"a zero":                   {"", func(r *sms.SendRequest) { r.MFAPhoneNumber = new("+02025550162") }, "invalid_phone_number"},
		"somebody else's":          {"", func(r *sms.SendRequest) { r.MFAPhoneNumber = new(otherPhone) }, "duplicate_member_phone_number"},
		"another than there is":    {bob, func(r *sms.SendRequest) { r.MFAPhoneNumber = new(phone) }, "duplicate_member_phone_number_for_member"},
		"an unknown language":      {"", func(r *sms.SendRequest) { r.Locale = new(shared.Locale("tlh")) }, "invalid_locale"},
		"two tokens":               {"", func(r *sms.SendRequest) { r.SessionToken, r.SessionJWT = &v.SessionToken, &v.SessionJWT }, "too_many_session_arguments"},
		"a session of another":     {bob, func(r *sms.SendRequest) { r.SessionToken = &v.SessionToken }, "member_session_member_id_mismatch"},
		"an intermediate one":      {bob, func(r *sms.SendRequest) { r.IntermediateSessionToken = &foreign }, "invalid_intermediate_session_token_for_organization"},
		"no such session":          {bob, func(r *sms.SendRequest) { r.SessionToken = new(noToken) }, "session_not_found"},
		"no such intermediate one": {bob, func(r *sms.SendRequest) { r.IntermediateSessionToken = new(noToken) }, "intermediate_session_not_found"},
		"a malformed token":        {bob, func(r *sms.SendRequest) { r.SessionToken = new("x") }, "invalid_session_token"},
		"a malformed JWT":          {bob, func(r *sms.SendRequest) { r.SessionJWT = new("x") }, "unable_to_parse_session_jwt"},
		"a pending member":         {pending.MemberID, nil, "action_available_only_for_active_members"},
	} {
		if test.member == "" {
			test.member = v.MemberID
		}
		if test.change == nil {
			test.change = func(*sms.SendRequest) {}
		}
		_, err := h.sendSMS("example", test.member, test.change)
		require.ErrorIs(t, err, test.want, name)
	}
	assert.Empty(t, h.rows("passcodes"), "nothing was sent")
	assert.Empty(t, h.member("example", v.MemberID).MFAPhoneNumber)
}

func TestSMS_isRefusedWhereOrganizationAllowsAppsOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.addPhone("example", v.MemberID, v.SessionToken)
	h.requireMFA(organizations.MFAMethodTOTP)
	send := func() error {
		_, err := h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) { r.SessionToken = &v.SessionToken })
		return err
	}
	enter := func(code string) error {
		_, err := h.enterSMS("example", v.MemberID, code, func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
		return err
	}
	require.ErrorIs(t, send(), stytcherror.CodeOperationRestrictedByOrganizationMFAMethods)
	require.ErrorIs(t, enter("123456"), stytcherror.CodeOperationRestrictedByOrganizationMFAMethods)
	resp, err := h.follow(h.link("example", "ada@example.com"), withSession(v.SessionToken))
	require.NoError(t, err)
	require.NotNil(t, resp.MFARequired, "the session's factor does not count any more")
	assert.Nil(t, resp.MFARequired.MemberOptions, "and no such factor is offered")
	assert.Empty(t, resp.MFARequired.SecondaryAuthInitiated)

	h.alter("members", "member_id", v.MemberID, object{"is_breakglass": true})
	require.NoError(t, send(), "restrictions are not for such members")
	require.NoError(t, enter(h.WaitMessage(phone).Code))
	resp, err = h.follow(h.link("example", "ada@example.com"), withSession(v.SessionToken))
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
}

func TestSMS_authenticateRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@example.com"), h.create("joe@example.org")
	bob, bobs := h.ordinary(v.Organization.OrganizationID)
	h.addPhone("example", v.MemberID, v.SessionToken)
	session := func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken }
	for name, test := range map[string]struct {
		member, code string
		change       func(*sms.AuthenticateRequest)
		want         stytcherror.Code
	}{
		"five digits":           {"", "12345", session, "invalid_code"},
		"other digits":          {"", "12345٢", session, "invalid_code"},
		"another's session":     {bob, "123456", session, "member_session_member_id_mismatch"},
		"no such session":       {"", "123456", func(r *sms.AuthenticateRequest) { r.SessionToken = new(noToken) }, "session_not_found"},
		"no intermediate one":   {"", "123456", func(r *sms.AuthenticateRequest) { r.IntermediateSessionToken = new(noToken) }, "intermediate_session_not_found"},
		"another organization":  {other.MemberID, "123456", session, "member_not_found"},
		"no organization":       {"", "123456", func(r *sms.AuthenticateRequest) { session(r); r.OrganizationID = "nobody" }, "organization_not_found"},
		"an unknown enrollment": {"", "123456", func(r *sms.AuthenticateRequest) { session(r); r.SetMFAEnrollment = new("maybe") }, "bad_request"},
		"a short duration":      {"", "123456", func(r *sms.AuthenticateRequest) { session(r); r.SessionDurationMinutes = new(4) }, "invalid_session_duration_minutes"},
		"the API's claims": {"", "123456", func(r *sms.AuthenticateRequest) {
			session(r)
			r.SessionCustomClaims = shared.Object{"https://stytch.com/x": 1}
		}, "stytch_claims_in_custom_claims"},
		"a wrong code":           {"", "000000", session, "otp_code_not_found"},
		"a member with no phone": {bob, "123456", func(r *sms.AuthenticateRequest) { r.SessionToken = &bobs }, "otp_code_not_found"},
	} {
		if test.member == "" {
			test.member = v.MemberID
		}
		_, err := h.enterSMS("example", test.member, test.code, test.change)
		require.ErrorIs(t, err, test.want, name)
	}
	for body, want := range map[string]string{ // which the client does not send
		`{"organization_id": "example", "member_id": "` + v.MemberID + `", "code": "123456"}`:                                                                                             "no_session_arguments",
		`{"organization_id": "example", "member_id": "` + v.MemberID + `", "code": "123456", "session_token": "", "session_jwt": ""}`:                                                     "no_session_arguments",
		`{"organization_id": "example", "member_id": "` + v.MemberID + `", "code": "123456", "session_token": "` + v.SessionToken + `", "intermediate_session_token": "` + noToken + `"}`: "too_many_session_arguments",
	} {
		_, errorType := h.send("POST", "/v1/b2b/otps/sms/authenticate", body, nil)
		assert.Equal(t, want, errorType, body)
	}
}

func TestSMS_findsMembersByAllTheirIDs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.alter("organizations", "organization_slug", "example", object{"organization_external_id": "o-1"})
	h.alter("members", "member_id", v.MemberID, object{"external_id": "m-1"})
	h.addPhone("o-1", "m-1", v.SessionToken)
	for _, org := range []string{v.Organization.OrganizationID, "example", "o-1"} {
		for _, member := range []string{v.MemberID, "m-1"} {
			_, err := h.sendSMS(org, member)
			require.NoError(t, err)
			_, err = h.enterSMS(org, member, h.WaitMessage(phone).Code,
				func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
			require.NoError(t, err)
		}
	}
}

func TestSMS_sandboxNumberHasAFixedCode(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	const sandbox = "+10000000000"
	_, err := h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) {
		r.MFAPhoneNumber, r.SessionToken = new(sandbox), &v.SessionToken
	})
	require.NoError(t, err)
	assert.Empty(t, h.Inbox().Messages(sandbox))
	enter := func(code string) error {
		_, err := h.enterSMS("example", v.MemberID, code, func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
		return err
	}
	require.ErrorIs(t, enter("123456"), stytcherror.CodeOTPCodeNotFound)
	require.NoError(t, enter("000000"))
	require.ErrorIs(t, enter("000000"), stytcherror.CodeUnableToAuthOTPCode)
}

// withSession adds a factor to a session.
func withSession(token string) func(*magiclinks.AuthenticateRequest) {
	return func(r *magiclinks.AuthenticateRequest) { r.SessionToken = &token }
}
