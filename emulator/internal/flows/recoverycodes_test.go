package flows_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	"github.com/seed75add069/stytch-go/b2b/recoverycodes"
	"github.com/seed75add069/stytch-go/b2b/totps"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func (h *harness) rotate(org, member string) (*recoverycodes.RotateResponse, error) {
	return h.api.B2B.RecoveryCodes.Rotate(h.t.Context(),
		&recoverycodes.RotateRequest{OrganizationID: org, MemberID: member})
}

func TestRecoveryCodes_eachWorksOnceInPlaceOfTheApp(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.alter("members", "member_id", v.MemberID, object{"external_id": "m-1"})
	codes := h.addTOTP("example", v.MemberID, v.SessionToken).RecoveryCodes
	h.requireMFA()
	for i, code := range codes {
		ist := h.ist("example", "ada@example.com")
		resp, err := h.recover("example", "m-1", code, func(r *recoverycodes.RecoverRequest) {
			r.IntermediateSessionToken, r.SessionDurationMinutes = &ist, new(5)
			r.SessionCustomClaims = shared.Object{"plan": "pro"}
		})
		require.NoError(t, err)
		assert.Equal(t, 9-i, resp.RecoveryCodesRemaining)
		assert.Equal(t, v.MemberID, resp.MemberID)
		assert.Equal(t, h.member("example", v.MemberID), resp.Member)
		assert.True(t, resp.Member.MFAEnrolled)
		assert.Equal(t, organizations.MFAMethodTOTP, resp.Member.DefaultMFAMethod)
		assert.EqualValues(t, map[string]any{"plan": "pro"}, resp.MemberSession.CustomClaims)
		require.Len(t, resp.MemberSession.AuthenticationFactors, 2)
		second := resp.MemberSession.AuthenticationFactors[1]
		assert.Equal(t, b2csessions.AuthenticationFactorTypeRecoveryCodes, second.Type)
		assert.Equal(t, b2csessions.AuthenticationFactorDeliveryMethodRecoveryCode, second.DeliveryMethod)
		assert.Regexp(t, "^member-totp-recovery-code-test-", second.RecoveryCodeFactor.TOTPRecoveryCodeID)
		_, err = h.exchange(ist, "example")
		require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound, "it is used up")
		_, err = h.recover("example", v.MemberID, code,
			func(r *recoverycodes.RecoverRequest) { r.SessionToken = &v.SessionToken })
		require.ErrorIs(t, err, stytcherror.CodeUnableToAuthenticateRecoveryCode)
		left, err := h.recoveryCodes("example", "m-1")
		require.NoError(t, err)
		assert.ElementsMatch(t, codes[i+1:], left)
	}
}

func TestRecoveryCodes_rotationReplacesAll(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	old := h.addTOTP("example", v.MemberID, v.SessionToken).RecoveryCodes
	before := h.member("example", v.MemberID)
	h.Clock().Advance(time.Minute)
	resp, err := h.rotate(v.Organization.OrganizationID, v.MemberID)
	require.NoError(t, err)
	require.Len(t, resp.RecoveryCodes, 10)
	assert.Equal(t, before, resp.Member)
	assert.Equal(t, "example", resp.Organization.OrganizationSlug)
	codes, err := h.recoveryCodes("example", v.MemberID)
	require.NoError(t, err)
	assert.Equal(t, resp.RecoveryCodes, codes)
	session := func(r *recoverycodes.RecoverRequest) { r.SessionToken = &v.SessionToken }
	for _, code := range old {
		assert.NotContains(t, codes, code)
	}
	_, err = h.recover("example", v.MemberID, old[0], session)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthenticateRecoveryCode)
	recovered, err := h.recover("example", v.MemberID, codes[9], session)
	require.NoError(t, err)
	assert.Equal(t, v.MemberSession.MemberSessionID, recovered.MemberSession.MemberSessionID)
}

func TestRecoveryCodes_refuse(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v, other := h.create("ada@example.com"), h.create("joe@example.org")
	session := func(r *recoverycodes.RecoverRequest) { r.SessionToken = &v.SessionToken }
	none := func(want stytcherror.Code, org, member string) {
		_, err := h.recoveryCodes(org, member)
		require.ErrorIs(t, err, want)
		_, err = h.rotate(org, member)
		require.ErrorIs(t, err, want)
	}
	none(stytcherror.CodeOrganizationNotFound, "nobody", v.MemberID)
	none(stytcherror.CodeMemberNotFound, "example", other.MemberID)
	none(stytcherror.CodeRecoveryCodesNotFound, "example", v.MemberID)
	_, err := h.recover("example", v.MemberID, "a1b2-c3d4-e5f6", session)
	require.ErrorIs(t, err, stytcherror.CodeRecoveryCodesNotFound)

	created, err := h.createTOTP("example", v.MemberID, func(r *totps.CreateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	_, err = h.recover("example", v.MemberID, created.RecoveryCodes[0], session)
	require.ErrorIs(t, err, stytcherror.CodeNoActiveRecoveryCodeBackedFactor, "the registration is pending")
	_, err = h.rotate("example", v.MemberID)
	require.ErrorIs(t, err, stytcherror.CodeNoActiveRecoveryCodeBackedFactor)
	h.Clock().Advance(30 * time.Minute)
	_, err = h.enterTOTP("example", v.MemberID, h.shown(created.Secret),
		func(r *totps.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	for name, test := range map[string]struct {
		code   string
		change func(*recoverycodes.RecoverRequest)
		want   stytcherror.Code
	}{
		"a long code":          {strings.Repeat("a", 129), session, "invalid_recovery_code"},
		"the app's":            {h.shown(created.Secret), session, "totp_code_used_as_recovery_code"},
		"another code":         {"a1b2-c3d4-e5f6", session, "unable_to_authenticate_recovery_code"},
		"upper case":           {strings.ToUpper(created.RecoveryCodes[0]) + "A", session, "unable_to_authenticate_recovery_code"},
		"no session":           {"a", func(*recoverycodes.RecoverRequest) {}, "no_session_arguments"},
		"two sessions":         {"a", func(r *recoverycodes.RecoverRequest) { session(r); r.SessionJWT = &v.SessionJWT }, "too_many_session_arguments"},
		"another's session":    {"a", func(r *recoverycodes.RecoverRequest) { r.SessionToken = &other.SessionToken }, "member_session_member_id_mismatch"},
		"no such session":      {"a", func(r *recoverycodes.RecoverRequest) { r.SessionToken = &noToken }, "session_not_found"},
		"no such intermediate": {"a", func(r *recoverycodes.RecoverRequest) { r.IntermediateSessionToken = &noToken }, "intermediate_session_not_found"},
		"another organization": {"a", func(r *recoverycodes.RecoverRequest) { session(r); r.MemberID = other.MemberID }, "member_not_found"},
		"an unknown one":       {"a", func(r *recoverycodes.RecoverRequest) { session(r); r.OrganizationID = "nobody" }, "organization_not_found"},
		"a long duration":      {"a", func(r *recoverycodes.RecoverRequest) { session(r); r.SessionDurationMinutes = new(600_000) }, "invalid_session_duration_minutes"},
		"claims that are large": {"a", func(r *recoverycodes.RecoverRequest) {
			session(r)
			r.SessionCustomClaims = shared.Object{"k": strings.Repeat("v", 5000)}
		}, "custom_claims_too_large"},
	} {
		_, err := h.recover("example", v.MemberID, test.code, test.change)
		require.ErrorIs(t, err, test.want, name)
	}
	h.requireMFA(organizations.MFAMethodSMSOTP)
	_, err = h.recover("example", v.MemberID, created.RecoveryCodes[0], session)
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationMFAMethods)
	h.deleteTOTP("example", v.MemberID)
	none(stytcherror.CodeRecoveryCodesNotFound, "example", v.MemberID)
}

func TestRecoveryCodes_oneIsUsedOnceInParallel(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	code := h.addTOTP("example", v.MemberID, v.SessionToken).RecoveryCodes[0]
	var group sync.WaitGroup
	errs := make([]error, 5)
	for i := range errs {
		group.Go(func() {
			_, errs[i] = h.recover("example", v.MemberID, code,
				func(r *recoverycodes.RecoverRequest) { r.SessionToken = &v.SessionToken })
		})
	}
	group.Wait()
	succeeded := 0
	for _, err := range errs {
		if err == nil {
			succeeded++
			continue
		}
		require.ErrorIs(t, err, stytcherror.CodeUnableToAuthenticateRecoveryCode)
	}
	assert.Equal(t, 1, succeeded)
}

func TestRecoveryCodes_countAsLongAsTheirApp(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	app := h.addTOTP("example", v.MemberID, v.SessionToken)
	old, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	_, err = h.recover("example", v.MemberID, app.RecoveryCodes[0],
		func(r *recoverycodes.RecoverRequest) { r.SessionToken = &old.SessionToken })
	require.NoError(t, err)
	h.requireMFA()
	resp, err := h.follow(h.link("example", "ada@example.com"), withSession(old.SessionToken))
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	_, err = h.api.B2B.RecoveryCodes.Rotate(t.Context(),
		&recoverycodes.RotateRequest{OrganizationID: "example", MemberID: v.MemberID})
	require.NoError(t, err)
	resp, err = h.follow(h.link("example", "ada@example.com"), withSession(old.SessionToken))
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated, "the app is the same")

	h.deleteTOTP("example", v.MemberID)
	h.addTOTP("example", v.MemberID, v.SessionToken)
	_, err = h.sendSMS("example", v.MemberID, func(r *sms.SendRequest) {
		r.MFAPhoneNumber, r.SessionToken = new(phone), &old.SessionToken
	})
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors)
	resp, err = h.follow(h.link("example", "ada@example.com"), withSession(old.SessionToken))
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated, "the code was for another app")
}
