package flows_test

import (
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// lives reports whether a session is valid.
func (h *harness) lives(token string) bool {
	h.t.Helper()
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &token})
	if err != nil {
		require.ErrorIs(h.t, err, stytcherror.CodeSessionNotFound)
	}
	return err == nil
}

func TestPasswordReset_linkSetsAFirstPassword(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	bob := h.addMember(org, "bob@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) })
	started, err := h.api.B2B.Passwords.Email.ResetStart(t.Context(), &passwordsemail.ResetStartRequest{
		OrganizationID: v.Organization.OrganizationSlug, EmailAddress: "Bob@example.com",
		ResetPasswordRedirectURL: new("http://localhost:3000/password?next=1"),
	})
	require.NoError(t, err)
	assert.Equal(t, bob, started.Member)
	assert.Equal(t, bob.MemberID, started.MemberID)
	message := h.WaitMessage("bob@example.com")
	assert.Equal(t, "password_reset", message.Template)
	link, err := url.Parse(message.Link)
	require.NoError(t, err)
	assert.Equal(t, url.Values{
		"next": {"1"}, "stytch_token_type": {"multi_tenant_passwords"}, "token": {message.Token},
	}, link.Query())

	_, err = h.reset(message.Token, weak)
	require.ErrorIs(t, err, stytcherror.CodeWeakPassword)
	_, err = h.reset(message.Token, "password1")
	require.ErrorIs(t, err, stytcherror.CodeBreachedPassword)
	resp, err := h.reset(message.Token, strong)
	require.NoError(t, err, "a password that is refused does not use up the token")
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, started.MemberEmailID, resp.MemberEmailID)
	assert.Equal(t, org, resp.OrganizationID)
	assert.True(t, resp.Member.EmailAddressVerified)
	assert.Equal(t, "active", resp.Member.Status)
	assert.NotEmpty(t, resp.Member.MemberPasswordID)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 1)
	assert.Equal(t, b2csessions.AuthenticationFactorTypePassword, resp.MemberSession.AuthenticationFactors[0].Type)
	assert.True(t, h.lives(resp.SessionToken))
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &resp.SessionJWT})
	require.NoError(t, err)
	_, err = h.reset(message.Token, another)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken, "it works once")
	_, err = h.signIn("example", "bob@example.com", strong)
	require.NoError(t, err)
}

func TestPasswordReset_endsWhatTheOldPasswordGave(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	first := h.setPassword("example", "ada@example.com", strong)
	assert.False(t, h.lives(v.SessionToken))
	older := h.resetToken("example", "ada@example.com")
	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "REQUIRED_FOR_ALL"})
	half, err := h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
	h.alter("organizations", "organization_slug", "example", object{"mfa_policy": "OPTIONAL"})
	other := h.create("ada@example.com")

	second := h.setPassword("example", "ada@example.com", another)
	assert.Equal(t, first.Member.MemberPasswordID, second.Member.MemberPasswordID)
	assert.False(t, h.lives(first.SessionToken))
	assert.True(t, h.lives(second.SessionToken))
	assert.True(t, h.lives(other.SessionToken), "of another member")
	_, err = h.reset(older, strong)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken)
	_, err = h.exchange(half.IntermediateSessionToken, "example")
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
	_, err = h.signIn("example", "ada@example.com", strong)
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
	kept, err := h.reset(h.resetToken("example", "ada@example.com"), strong, func(r *passwordsemail.ResetRequest) {
		r.SessionToken = &second.SessionToken
	})
	require.NoError(t, err)
	assert.Equal(t, second.MemberSession.MemberSessionID, kept.MemberSession.MemberSessionID)
	assert.True(t, h.lives(second.SessionToken))
}

// A snapshot may have a link that was sent to an address which the member has no more.
func TestPasswordReset_aLinkIsForTheAddressThatItWasSentTo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	token := h.resetToken(v.Organization.OrganizationID, "ada@example.com")
	h.alter("magic_links", "token", token, object{"email_address": "eve@example.com"})
	_, err := h.reset(token, strong)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken)
}

func TestPasswordReset_tokensExpireAndAreForgotten(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	expiring := func(minutes *int) func(*passwordsemail.ResetStartRequest) {
		return func(r *passwordsemail.ResetStartRequest) { r.ResetPasswordExpirationMinutes = minutes }
	}
	for _, row := range []struct {
		minutes *int
		after   time.Duration
	}{{nil, 30 * time.Minute}, {new(5), 5 * time.Minute}, {new(10_080), 7 * 24 * time.Hour}} {
		token := h.resetToken(org, "ada@example.com", expiring(row.minutes))
		late := h.resetToken(org, "ada@example.com", expiring(row.minutes))
		h.Clock().Advance(row.after - time.Second)
		_, err := h.reset(token, weak)
		require.ErrorIs(t, err, stytcherror.CodeWeakPassword)
		h.Clock().Advance(time.Second)
		_, err = h.reset(late, strong)
		require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken)
	}
	for _, minutes := range []int{4, 10_081, 0, -1} {
		_, err := h.api.B2B.Passwords.Email.ResetStart(t.Context(), &passwordsemail.ResetStartRequest{
			OrganizationID: org, EmailAddress: "ada@example.com", ResetPasswordExpirationMinutes: &minutes,
		})
		require.ErrorIs(t, err, stytcherror.CodeInvalidExpiration)
	}
	h.MagicLink("ada@example.com")
	for name, token := range map[string]string{
		"unknown": "x", "of a link": h.link("example", "ada@example.com"),
	} {
		_, err := h.reset(token, strong)
		require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken, name)
	}
	_, err := h.follow(h.resetToken(org, "ada@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeMagicLinkNotFound)
	token := h.resetToken(org, "ada@example.com")
	_, err = h.update(org, v.MemberID, func(r *members.UpdateRequest) { r.EmailAddress = new("lovelace@example.com") })
	require.NoError(t, err)
	_, err = h.reset(token, strong)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken, "sent to another address")
	token = h.resetToken(org, "lovelace@example.com")
	_, err = h.api.B2B.Organizations.Members.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	_, err = h.reset(token, strong)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken)
}

func TestPasswordReset_oneOfTwoAtOnceWins(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	token := h.resetToken("example", "ada@example.com")
	var group sync.WaitGroup
	outcomes := make(chan error, 8)
	for range cap(outcomes) {
		group.Go(func() {
			_, err := h.api.B2B.Passwords.Email.Reset(t.Context(),
				&passwordsemail.ResetRequest{PasswordResetToken: token, Password: strong})
			outcomes <- err
		})
	}
	group.Wait()
	close(outcomes)
	succeeded := 0
	for err := range outcomes {
		if err == nil {
			succeeded++
			continue
		}
		require.ErrorIs(t, err, stytcherror.CodeUnableToAuthPasswordResetToken)
	}
	assert.Equal(t, 1, succeeded)
}

func TestPasswordReset_takesPKCE(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	const verifier = "0123456789012345678901234567890123456789012"
	token := h.resetToken("example", "ada@example.com", func(r *passwordsemail.ResetStartRequest) {
		r.CodeChallenge = new(challengeOf(verifier))
	})
	with := func(verifier string) func(*passwordsemail.ResetRequest) {
		return func(r *passwordsemail.ResetRequest) { r.CodeVerifier = &verifier }
	}
	_, err := h.reset(token, strong)
	require.ErrorIs(t, err, stytcherror.CodePKCEExpectedCodeVerifier)
	_, err = h.reset(token, strong, with("x"))
	require.ErrorIs(t, err, stytcherror.CodePKCEMismatch)
	_, err = h.reset(token, strong, with(verifier))
	require.NoError(t, err)
	_, err = h.reset(h.resetToken("example", "ada@example.com"), strong, with(verifier))
	require.ErrorIs(t, err, stytcherror.CodePKCEDidNotExpectCodeVerifier)
	_, err = h.api.B2B.Passwords.Email.ResetStart(t.Context(), &passwordsemail.ResetStartRequest{
		OrganizationID: "example", EmailAddress: "ada@example.com", CodeChallenge: new("x"),
	})
	require.ErrorIs(t, err, stytcherror.CodeInvalidPKCECodeChallenge)
}

func TestPasswordReset_linksGoToRegisteredURLs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	const registered, elsewhere = "https://app.example/password", "https://evil.example/"
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{registered}}))
	start := func(change func(*passwordsemail.ResetStartRequest)) error {
		req := &passwordsemail.ResetStartRequest{OrganizationID: "example", EmailAddress: "ada@example.com"}
		change(req)
		_, err := h.api.B2B.Passwords.Email.ResetStart(t.Context(), req)
		return err
	}
	require.NoError(t, start(func(r *passwordsemail.ResetStartRequest) {
		r.ResetPasswordRedirectURL, r.LoginRedirectURL = new(registered), new(registered)
	}))
	require.NoError(t, start(func(*passwordsemail.ResetStartRequest) {}))
	assert.Contains(t, h.WaitMessage("ada@example.com").Link, registered+"?")
	for _, bad := range []string{elsewhere, "javascript:alert(1)", "x", ""} {
		require.ErrorIs(t, start(func(r *passwordsemail.ResetStartRequest) { r.ResetPasswordRedirectURL = &bad }),
			stytcherror.CodeInvalidPasswordResetRedirectURL)
		require.ErrorIs(t, start(func(r *passwordsemail.ResetStartRequest) { r.LoginRedirectURL = &bad }),
			stytcherror.CodeInvalidLoginRedirectURL)
	}
	for code, change := range map[stytcherror.Code]func(*passwordsemail.ResetStartRequest){
		stytcherror.CodeMemberNotFound:       func(r *passwordsemail.ResetStartRequest) { r.EmailAddress = "bob@example.com" },
		stytcherror.CodeOrganizationNotFound: func(r *passwordsemail.ResetStartRequest) { r.OrganizationID = "nowhere" },
		stytcherror.CodeInvalidEmail:         func(r *passwordsemail.ResetStartRequest) { r.EmailAddress = "ada" },
		stytcherror.CodeInvalidLocale:        func(r *passwordsemail.ResetStartRequest) { r.Locale = new(shared.Locale("xx")) },
	} {
		require.ErrorIs(t, start(change), code)
	}
}

func TestPasswordReset_obeysTheOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	token := h.resetToken("example", "ada@example.com")
	h.alter("organizations", "organization_slug", "example",
		object{"auth_methods": "RESTRICTED", "allowed_auth_methods": []string{"magic_link"}})
	_, err := h.reset(token, strong)
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
	h.alter("organizations", "organization_slug", "example",
		object{"auth_methods": "ALL_ALLOWED", "allowed_auth_methods": []string{}, "mfa_policy": "REQUIRED_FOR_ALL"})
	for code, change := range map[stytcherror.Code]func(*passwordsemail.ResetRequest){
		stytcherror.CodeInvalidSessionDurationMinutes: func(r *passwordsemail.ResetRequest) { r.SessionDurationMinutes = new(4) },
		stytcherror.CodeSessionNotFound: func(r *passwordsemail.ResetRequest) {
			r.SessionToken = new("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
		},
		stytcherror.CodeIntermediateSessionNotFound: func(r *passwordsemail.ResetRequest) {
			r.IntermediateSessionToken = new("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
		},
	} {
		_, err := h.reset(token, strong, change)
		require.ErrorIs(t, err, code)
	}
	resp, err := h.reset(token, strong)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	assert.NotNil(t, resp.MFARequired)
	assert.Empty(t, resp.SessionToken)
	assert.NotEmpty(t, resp.IntermediateSessionToken)
}
