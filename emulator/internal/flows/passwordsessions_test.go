package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/passwords/existingpassword"
	passwordssessions "github.com/seed75add069/stytch-go/b2b/passwords/sessions"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// resetExisting replaces a password.
func (h *harness) resetExisting(
	old, chosen string, changes ...func(*existingpassword.ResetRequest),
) (*existingpassword.ResetResponse, error) {
	h.t.Helper()
	req := &existingpassword.ResetRequest{
		OrganizationID: "example", EmailAddress: "ada@example.com", ExistingPassword: old, NewPassword: chosen,
	}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.Passwords.ExistingPassword.Reset(h.t.Context(), req)
}

func TestPasswordReset_byTheExistingOne(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	_, err := h.resetExisting(strong, another)
	require.ErrorIs(t, err, stytcherror.CodeMemberPasswordNotFound)
	first := h.setPassword("example", "ada@example.com", strong)
	for _, row := range []struct {
		code        stytcherror.Code
		old, chosen string
		change      func(*existingpassword.ResetRequest)
	}{
		{stytcherror.CodePasswordDoesNotMatch, another, strong, nil},
		{stytcherror.CodeWeakPassword, strong, weak, nil},
		{stytcherror.CodeBreachedPassword, strong, "password1", nil},
		{stytcherror.CodePasswordDoesNotMatch, another, weak, nil},
		{stytcherror.CodeCannotResetPasswordWithExistingPassword, strong, strong, nil},
		{stytcherror.CodeMemberNotFound, strong, another, func(r *existingpassword.ResetRequest) { r.EmailAddress = "bob@example.com" }},
		{stytcherror.CodeInvalidEmail, strong, another, func(r *existingpassword.ResetRequest) { r.EmailAddress = "bob" }},
		{stytcherror.CodeOrganizationNotFound, strong, another, func(r *existingpassword.ResetRequest) { r.OrganizationID = "x" + r.OrganizationID }},
		{stytcherror.CodeInvalidSessionDurationMinutes, strong, another, func(r *existingpassword.ResetRequest) {
			r.SessionDurationMinutes = new(527_041)
		}},
	} {
		var changes []func(*existingpassword.ResetRequest)
		if row.change != nil {
			changes = append(changes, row.change)
		}
		_, err := h.resetExisting(row.old, row.chosen, changes...)
		require.ErrorIs(t, err, row.code, "%+v", row)
	}
	assert.Equal(t, 2.0, h.rows("members")[0]["failures"])
	assert.True(t, h.lives(first.SessionToken))
	resp, err := h.resetExisting(strong, another)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.False(t, h.lives(first.SessionToken))
	assert.True(t, h.lives(resp.SessionToken))
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &resp.SessionJWT})
	require.NoError(t, err)
	again, err := h.resetExisting(another, strong, func(r *existingpassword.ResetRequest) { r.SessionToken = &resp.SessionToken })
	require.NoError(t, err)
	assert.Equal(t, resp.MemberSession.MemberSessionID, again.MemberSession.MemberSessionID)

	h.setPasswords(emulator.PasswordSettings{BreachedPasswords: []string{strong}})
	_, err = h.resetExisting(strong, another)
	require.ErrorIs(t, err, stytcherror.CodeMemberResetPassword)
	for range 10 {
		_, err = h.resetExisting(another, strong+"!")
		require.ErrorIs(t, err, stytcherror.CodePasswordDoesNotMatch)
	}
	_, err = h.resetExisting(strong, another)
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	h.Clock().Advance(time.Hour)
	h.alter("organizations", "organization_slug", "example",
		object{"auth_methods": "RESTRICTED", "allowed_auth_methods": []string{"magic_link"}})
	_, err = h.resetExisting(strong, another)
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
}

func TestPasswordReset_inASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	foreign := h.create("joe@example.org")
	second, err := h.follow(h.link("example", "ada@example.com"))
	require.NoError(t, err)
	reset := func(password string, changes ...func(*passwordssessions.ResetRequest)) (*passwordssessions.ResetResponse, error) {
		req := &passwordssessions.ResetRequest{OrganizationID: org, Password: password, SessionToken: &v.SessionToken}
		for _, change := range changes {
			change(req)
		}
		return h.api.B2B.Passwords.Sessions.Reset(t.Context(), req)
	}
	for code, change := range map[stytcherror.Code]func(*passwordssessions.ResetRequest){
		stytcherror.CodeWeakPassword:         func(r *passwordssessions.ResetRequest) { r.Password = weak },
		stytcherror.CodeBreachedPassword:     func(r *passwordssessions.ResetRequest) { r.Password = "password1" },
		stytcherror.CodeOrganizationNotFound: func(r *passwordssessions.ResetRequest) { r.OrganizationID = "nowhere" },
		stytcherror.CodeSessionAuthorizationTenancyError: func(r *passwordssessions.ResetRequest) {
			r.OrganizationID = foreign.Organization.OrganizationID
		},
		stytcherror.CodeInvalidSessionToken:           func(r *passwordssessions.ResetRequest) { r.SessionToken = new("x") },
		stytcherror.CodeInvalidSessionDurationMinutes: func(r *passwordssessions.ResetRequest) { r.SessionDurationMinutes = new(1) },
	} {
		_, err := reset(strong, change)
		require.ErrorIs(t, err, code)
	}
	h.Clock().Advance(5 * time.Minute)
	resp, err := reset(strong, func(r *passwordssessions.ResetRequest) { r.OrganizationID = "example" })
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, v.MemberSession.MemberSessionID, resp.MemberSession.MemberSessionID)
	assert.Equal(t, v.MemberSession.AuthenticationFactors, resp.MemberSession.AuthenticationFactors)
	assert.True(t, h.lives(v.SessionToken))
	assert.False(t, h.lives(second.SessionToken))
	assert.True(t, h.lives(foreign.SessionToken))
	_, err = h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	h.Clock().Advance(time.Second)
	_, err = reset(another)
	require.ErrorIs(t, err, stytcherror.CodeSessionTooOldToResetPassword)
	require.NoError(t, h.AddFactor(v.MemberSession.MemberSessionID, b2csessions.AuthenticationFactor{
		Type: b2csessions.AuthenticationFactorTypeImpersonated, DeliveryMethod: "impersonation",
	}))
	_, err = reset(another)
	require.ErrorIs(t, err, stytcherror.CodeSessionTooOldToResetPassword, "whoever impersonates sets no password")

	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "REQUIRED_FOR_ALL"})
	h.Clock().Advance(-10 * time.Second)
	resp, err = reset(another)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	assert.NotNil(t, resp.MFARequired)
	assert.Empty(t, resp.SessionToken)
	assert.True(t, h.lives(v.SessionToken))
	h.alter("members", "member_id", v.MemberID, object{"lock_expires_at": h.Clock().Now().Add(time.Hour)})
	_, err = reset(another)
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
	h.alter("members", "member_id", v.MemberID, object{"lock_expires_at": time.Time{}})
	h.alter("organizations", "organization_slug", "example",
		object{"auth_methods": "RESTRICTED", "allowed_auth_methods": []string{"magic_link"}})
	_, err = reset(another)
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
	_, err = h.api.B2B.Sessions.Revoke(t.Context(), &sessions.RevokeRequest{MemberID: &v.MemberID})
	require.NoError(t, err)
	_, err = reset(another)
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}
