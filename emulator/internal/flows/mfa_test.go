package flows_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/b2b/recoverycodes"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestMFA_enrollmentAndDefault(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	byApp := func(change func(*totps.AuthenticateRequest)) organizations.Member {
		h.Clock().Advance(time.Minute)
		resp, err := h.enterTOTP("example", v.MemberID, h.shown(app.Secret), func(r *totps.AuthenticateRequest) {
			r.SessionToken = &v.SessionToken
			change(r)
		})
		require.NoError(t, err)
		return resp.Member
	}
	bySMS := func(change func(*sms.AuthenticateRequest)) organizations.Member {
		h.Clock().Advance(time.Minute)
		_, err := h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) {
			r.MFAPhoneNumber, r.SessionToken = new(phone), &v.SessionToken
		})
		require.NoError(t, err)
		resp, err := h.enterSMS("example", v.MemberID, h.WaitMessage(phone).Code, func(r *sms.AuthenticateRequest) {
			r.SessionToken = &v.SessionToken
			change(r)
		})
		require.NoError(t, err)
		return resp.Member
	}
	m := h.member("example", v.MemberID)
	assert.False(t, m.MFAEnrolled, "it is the member's choice")
	assert.Equal(t, organizations.MFAMethodTOTP, m.DefaultMFAMethod, "the first factor is the default")
	assert.Equal(t, m, byApp(func(*totps.AuthenticateRequest) {}), "nothing has changed, so updated_at has not")
	m = bySMS(func(r *sms.AuthenticateRequest) { r.SetMFAEnrollment = new("enroll") })
	assert.True(t, m.MFAEnrolled)
	assert.Equal(t, organizations.MFAMethodTOTP, m.DefaultMFAMethod)
	m = bySMS(func(r *sms.AuthenticateRequest) { r.SetDefaultMFA = new(true) })
	assert.True(t, m.MFAEnrolled)
	assert.Equal(t, organizations.MFAMethodSMSOTP, m.DefaultMFAMethod)
	m = byApp(func(r *totps.AuthenticateRequest) { r.SetMFAEnrollment, r.SetDefaultMFA = new("unenroll"), new(false) })
	assert.False(t, m.MFAEnrolled)
	assert.Equal(t, organizations.MFAMethodSMSOTP, m.DefaultMFAMethod)
	m = byApp(func(r *totps.AuthenticateRequest) { r.SetDefaultMFA = new(true) })
	assert.Equal(t, organizations.MFAMethodTOTP, m.DefaultMFAMethod)
	h.requireMFA()
	m = byApp(func(r *totps.AuthenticateRequest) { r.SetMFAEnrollment = new("unenroll") })
	assert.True(t, m.MFAEnrolled, "the organization requires it")
}

func TestMFA_anotherFactorNeedsTheOneThereIs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	thief, err := h.follow(h.link("example", "ada@example.com")) // who reads her mail, before and after
	require.NoError(t, err)
	_, err = h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) {
		r.MFAPhoneNumber, r.SessionToken = new(phone), &thief.SessionToken
	})
	require.NoError(t, err)
	code := h.WaitMessage(phone).Code
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	h.requireMFA()
	login, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	assert.Empty(t, login.MFARequired.MemberOptions.MFAPhoneNumber, "a number that is not verified is not offered")
	assert.Empty(t, login.MFARequired.SecondaryAuthInitiated)
	for name, change := range map[string]func(*sms.AuthenticateRequest){
		"session":      func(r *sms.AuthenticateRequest) { r.SessionToken = &thief.SessionToken },
		"intermediate": func(r *sms.AuthenticateRequest) { r.IntermediateSessionToken = &login.IntermediateSessionToken },
	} {
		_, err = h.enterSMS("example", v.MemberID, code, change)
		require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors, name)
	}
	for name, change := range map[string]func(*sms.SendRequest){
		"nothing":      func(*sms.SendRequest) {},
		"session":      func(r *sms.SendRequest) { r.SessionToken = &thief.SessionToken },
		"intermediate": func(r *sms.SendRequest) { r.IntermediateSessionToken = &login.IntermediateSessionToken },
	} {
		_, err = h.sendSMS("example", v.MemberID, change)
		require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors, name)
	}
	_, err = h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err, "her own session has the factor")
	_, err = h.enterSMS("example", v.MemberID, h.WaitMessage(phone).Code,
		func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)

	h.deleteTOTP("example", v.MemberID)
	_, err = h.createTOTP("example", v.MemberID, func(r *totps.CreateRequest) { r.SessionToken = &thief.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors)
	_, err = h.createTOTP("example", v.MemberID)
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors)
	created, err := h.createTOTP("example", v.MemberID, func(r *totps.CreateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	_, err = h.enterTOTP("example", v.MemberID, h.shown(created.Secret),
		func(r *totps.AuthenticateRequest) { r.SessionToken = &thief.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors, "a registration that is pending is no factor yet")
	_, err = h.recover("example", v.MemberID, app.RecoveryCodes[0],
		func(r *recoverycodes.RecoverRequest) { r.SessionToken = &thief.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeNoActiveRecoveryCodeBackedFactor)
}

func TestMFA_factorsThatTheMemberHasNoMoreProveNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.addPhone("example", v.MemberID, v.SessionToken)
	_, err := h.api.B2B.Organizations.Members.DeleteMFAPhoneNumber(t.Context(),
		&members.DeleteMFAPhoneNumberRequest{OrganizationID: "example", MemberID: v.MemberID})
	require.NoError(t, err)
	other, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	h.addTOTP("example", v.MemberID, other.SessionToken)
	_, err = h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) {
		r.MFAPhoneNumber, r.SessionToken = new(phone), &v.SessionToken
	})
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors)
	h.requireMFA()
	resp, err := h.follow(h.link("example", "ada@example.com"), withSession(v.SessionToken))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
}

func TestMFA_factorsOfOneOrganizationAreNoneInAnother(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	victim, own := h.create("ada@example.com"), h.create("ada@example.com")
	h.addTOTP("example", victim.MemberID, victim.SessionToken)
	h.requireMFA()
	app := h.addTOTP("example-2", own.MemberID, own.SessionToken)
	_, err := h.recover("example-2", own.MemberID, app.RecoveryCodes[0],
		func(r *recoverycodes.RecoverRequest) { r.SessionToken = &own.SessionToken })
	require.NoError(t, err)
	h.deleteTOTP("example-2", own.MemberID)
	h.addPhone("example-2", own.MemberID, own.SessionToken)
	resp, err := h.api.B2B.Sessions.Exchange(t.Context(),
		&sessions.ExchangeRequest{SessionToken: &own.SessionToken, OrganizationID: "example"})
	require.NoError(t, err)
	require.NotNil(t, resp.MFARequired)
	_, err = h.sendSMS("example", victim.MemberID, func(r *sms.SendRequest) {
		r.MFAPhoneNumber, r.IntermediateSessionToken = new(phone), &resp.IntermediateSessionToken
	})
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors)
}

func TestMFA_primaryFactorComesFirst(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	_, err := h.updateOrg("example", func(r *organizations.UpdateRequest) {
		r.AuthMethods, r.AllowedAuthMethods = new("RESTRICTED"), []string{"sso"}
		r.MFAPolicy = new(organizations.MFAPolicyRequiredForAll)
	})
	require.NoError(t, err)
	ist := h.IntermediateSession("ada@example.com")
	_, err = h.enterTOTP("example", v.MemberID, h.shown(app.Secret),
		func(r *totps.AuthenticateRequest) { r.IntermediateSessionToken = &ist })
	require.ErrorIs(t, err, stytcherror.CodeActionAvailableOnlyOncePrimaryAuthenticationIsMet)
	_, err = h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) {
		r.MFAPhoneNumber, r.IntermediateSessionToken = new(phone), &ist
	})
	require.ErrorIs(t, err, stytcherror.CodeActionAvailableOnlyOncePrimaryAuthenticationIsMet)
	_, err = h.updateOrg("example", func(r *organizations.UpdateRequest) { r.AuthMethods = new("ALL_ALLOWED") })
	require.NoError(t, err)
	resp, err := h.enterTOTP("example", v.MemberID, h.shown(app.Secret),
		func(r *totps.AuthenticateRequest) { r.IntermediateSessionToken = &ist })
	require.NoError(t, err, "neither the token nor the code was used up")
	assert.Len(t, resp.MemberSession.AuthenticationFactors, 2)
}

func TestMFA_impersonationTakesNoSecondFactor(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	h.alter("sessions", "member_id", v.MemberID, object{"authentication_factors": []any{object{
		"type": "impersonated", "delivery_method": "impersonation",
	}}})
	_, err := h.enterTOTP("example", v.MemberID, h.shown(app.Secret),
		func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.ErrorIs(t, err, stytcherror.CodeSessionNotMutable)
}

func TestMFA_wrongCodesLockAMember(t *testing.T) {
	t.Parallel()
	for name, guess := range map[string]func(h *harness, c *stytch.Client, code, member, token string) error{
		"otp_code_not_found": func(h *harness, c *stytch.Client, code, member, token string) error {
			_, err := c.B2B.OTPs.SMS.Authenticate(h.t.Context(), &sms.AuthenticateRequest{
				OrganizationID: "example", MemberID: member, Code: wrong(code), SessionToken: &token,
			})
			return err
		},
		"unable_to_authenticate_totp": func(h *harness, c *stytch.Client, code, member, token string) error {
			_, err := c.B2B.TOTPs.Authenticate(h.t.Context(), &totps.AuthenticateRequest{
				OrganizationID: "example", MemberID: member, Code: wrong(code), SessionToken: &token,
			})
			return err
		},
		"unable_to_authenticate_recovery_code": func(h *harness, c *stytch.Client, _, member, token string) error {
			_, err := c.B2B.RecoveryCodes.Recover(h.t.Context(), &recoverycodes.RecoverRequest{
				OrganizationID: "example", MemberID: member, RecoveryCode: "a1b2-c3d4-e5f6", SessionToken: &token,
			})
			return err
		},
		"totp_code_used_as_recovery_code": func(h *harness, c *stytch.Client, _, member, token string) error {
			_, err := c.B2B.RecoveryCodes.Recover(h.t.Context(), &recoverycodes.RecoverRequest{
				OrganizationID: "example", MemberID: member, RecoveryCode: "000000", SessionToken: &token,
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			v := h.create("ada@example.com")
			app := h.addTOTP("example", v.MemberID, v.SessionToken)
			h.addPhone("example", v.MemberID, v.SessionToken)
			_, err := h.sendSMS("example", v.MemberID)
			require.NoError(t, err)
			code := h.WaitMessage(phone).Code
			right := code
			if name == "unable_to_authenticate_totp" {
				right = h.shown(app.Secret)
			}
			assert.Equal(t, map[stytcherror.Code]int{
				stytcherror.Code(name): 10, stytcherror.CodeUserLockLimitReached: 90,
			}, h.guessInParallel(func(c *stytch.Client) error { return guess(h, c, right, v.MemberID, v.SessionToken) }))
			assert.True(t, h.member("example", v.MemberID).IsLocked)
			_, err = h.enterSMS("example", v.MemberID, code, func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
			require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached, "whatever the factor")
			_, err = h.enterTOTP("example", v.MemberID, h.shown(app.Secret),
				func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
			require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
			_, err = h.recover("example", v.MemberID, app.RecoveryCodes[0],
				func(r *recoverycodes.RecoverRequest) { r.SessionToken = &v.SessionToken })
			require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
		})
	}
}

func TestMFA_onlyAFactorThatTheMemberHadBeginsTheCountAnew(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	guess := func(n int) {
		for range n {
			_, err := h.enterSMS("example", v.MemberID, "123456", func(r *sms.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
			require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
		}
	}
	guess(6)
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	assert.Equal(t, 6.0, h.rows("members")[0]["failures"], "to add a factor of one's own proves nothing")
	_, err := h.enterTOTP("example", v.MemberID, h.shown(app.Secret),
		func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	assert.Nil(t, h.rows("members")[0]["failures"])
}

func TestMFA_codesEndWithTheirMember(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	bob, session := h.ordinary(org)
	created, err := h.createTOTP(org, bob, func(r *totps.CreateRequest) { r.SessionToken = &session })
	require.NoError(t, err)
	_, err = h.sendSMS(org, bob, func(r *sms.SendRequest) { r.MFAPhoneNumber, r.SessionToken = new(phone), &session })
	require.NoError(t, err)
	h.addTOTP(org, v.MemberID, v.SessionToken)
	_, err = h.api.B2B.Organizations.Members.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: bob})
	require.NoError(t, err)
	_, err = h.enterTOTP(org, bob, h.shown(created.Secret), func(r *totps.AuthenticateRequest) { r.SessionToken = &session })
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	_, err = h.api.B2B.Organizations.Members.Reactivate(t.Context(), &members.ReactivateRequest{OrganizationID: org, MemberID: bob})
	require.NoError(t, err)
	session = h.LogIn("bob@acme.example").SessionToken
	_, err = h.enterTOTP(org, bob, h.shown(created.Secret), func(r *totps.AuthenticateRequest) { r.SessionToken = &session })
	require.ErrorIs(t, err, stytcherror.CodeTOTPNotFound, "a registration that was pending is gone")
	require.Len(t, h.rows("totps"), 1)
	_, err = h.api.B2B.Organizations.Delete(t.Context(), &organizations.DeleteRequest{OrganizationID: org})
	require.NoError(t, err)
	assert.Empty(t, h.rows("totps"))
}

func TestMFA_snapshotsOfSecondFactorsAreChecked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	before, err := h.Snapshot()
	require.NoError(t, err)
	for name, fields := range map[string]object{
		"a member that is not there":  {"member_id": "nobody"},
		"another registration":        {"totp_registration_id": "member-totp-test-1"},
		"no id":                       {"totp_registration_id": ""},
		"pending, though complete":    {"expires_at": "2030-01-01T00:00:00Z"},
		"a secret that is not base32": {"secret": "11111111111111111111"},
		"a short secret":              {"secret": "AAAA"},
		"a negative step":             {"next_step": -1},
		"a code twice":                {"recovery_codes": []any{object{"recovery_code_id": "a", "code": "a"}, object{"recovery_code_id": "b", "code": "a"}}},
		"a code without an id":        {"recovery_codes": []any{object{"code": "a"}}},
		"a used code without an id":   {"used_recovery_code_ids": []any{""}},
		"too many used codes":         {"used_recovery_code_ids": slices.Repeat([]any{"a"}, 101)},
		"an unknown field":            {"bogus": 1},
	} {
		h.refuses("totps", fields, name)
	}
	codes := make([]any, 101)
	for i := range codes {
		codes[i] = object{"recovery_code_id": fmt.Sprint(i), "code": fmt.Sprint(i)}
	}
	h.refuses("totps", object{"recovery_codes": codes})
	require.NoError(t, h.edit(func(state object) { state["totps"].([]any)[0].(object)["recovery_codes"] = codes[:100] }))
	require.NoError(t, h.Restore(before))
	_, err = h.recover("example", v.MemberID, app.RecoveryCodes[9],
		func(r *recoverycodes.RecoverRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	h.alter("members", "member_id", v.MemberID, object{"mfa_enrolled": true})
	resp, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
}

func TestMFA_offersAndSendsWhatTheOrganizationAllows(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	h.addPhone("example", v.MemberID, v.SessionToken)
	for _, test := range []struct {
		allowed     []string
		phone, totp string
		sent        string
	}{
		{nil, phone, app.TOTPRegistrationID, ""}, // the app is the default
		{[]string{"sms_otp", "totp"}, phone, app.TOTPRegistrationID, ""},
		{[]string{"sms_otp"}, phone, "", "sms_otp"},
		{[]string{"totp"}, "", app.TOTPRegistrationID, ""},
	} {
		h.requireMFA(test.allowed...)
		resp, err := h.follow(h.link("example", "ada@example.com"))
		require.NoError(t, err)
		require.NotNil(t, resp.MFARequired)
		assert.Equal(t, test.phone, resp.MFARequired.MemberOptions.MFAPhoneNumber, test.allowed)
		assert.Equal(t, test.totp, resp.MFARequired.MemberOptions.TOTPRegistrationID, test.allowed)
		assert.Equal(t, test.sent, resp.MFARequired.SecondaryAuthInitiated, test.allowed)
	}
}

func TestMFA_oneCodeOfAnAppLogsInOnceInParallel(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	code := h.shown(app.Secret)
	errs := make(chan error, 20)
	for range cap(errs) {
		go func() {
			_, err := h.enterTOTP("example", v.MemberID, code,
				func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
			errs <- err
		}()
	}
	succeeded := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			succeeded++
		} else {
			require.ErrorIs(t, err, stytcherror.CodeTOTPCodeAlreadyAuthenticated)
		}
	}
	assert.Equal(t, 1, succeeded)
	assert.False(t, h.member("example", v.MemberID).IsLocked, "to send a form twice is no guess")
}
