package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/otps/email"
	otpsemaildiscovery "github.com/seed75add069/stytch-go/b2b/otps/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// code sends a code for a login and returns it.
func (h *harness) code(org, address string) string {
	h.t.Helper()
	_, err := h.api.B2B.OTPs.Email.LoginOrSignup(h.t.Context(),
		&email.LoginOrSignupRequest{OrganizationID: org, EmailAddress: address})
	require.NoError(h.t, err)
	return h.WaitMessage(address).Code
}

// enter authenticates a code.
func (h *harness) enter(
	org, address, code string, changes ...func(*email.AuthenticateRequest),
) (*email.AuthenticateResponse, error) {
	req := &email.AuthenticateRequest{OrganizationID: org, EmailAddress: address, Code: code}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.OTPs.Email.Authenticate(h.t.Context(), req)
}

// wrong is a code that differs from another one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestOTPs_strangerOnAnAllowedDomainSignsUp(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.joinable().Organization
	sent, err := h.api.B2B.OTPs.Email.LoginOrSignup(t.Context(),
		&email.LoginOrSignupRequest{OrganizationID: "acme-1", EmailAddress: "Bob@example.com"})
	require.NoError(t, err)
	assert.True(t, sent.MemberCreated)
	assert.Equal(t, "pending", sent.Member.Status)
	assert.Equal(t, org, sent.Organization)
	message := h.WaitMessage("bob@example.com")
	assert.Equal(t, "signup_passcode", message.Template)
	assert.Equal(t, "Bob@example.com", message.To)
	assert.Regexp(t, `^[0-9]{6}$`, message.Code)
	resp, err := h.enter(org.OrganizationID, "bob@Example.com", message.Code)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, sent.MemberID, resp.MemberID)
	assert.Equal(t, org.OrganizationID, resp.OrganizationID)
	assert.Equal(t, "active", resp.Member.Status)
	assert.True(t, resp.Member.EmailAddressVerified)
	assert.Nil(t, resp.MemberDevice)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 1)
	f := resp.MemberSession.AuthenticationFactors[0]
	assert.Equal(t, "email_otp", string(f.Type))
	assert.Equal(t, "email", string(f.DeliveryMethod))
	assert.Equal(t, resp.MethodID, f.EmailFactor.EmailID)
	_, err = h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionJWT: &resp.SessionJWT})
	require.NoError(t, err)
	_, err = h.enter("acme", "bob@example.com", message.Code)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthOTPCode)

	h.code("acme", "bob@example.com")
	assert.Equal(t, "login_passcode", h.WaitMessage("bob@example.com").Template)
	again, err := h.follow(h.link("acme", "bob@example.com"))
	require.NoError(t, err)
	more, err := h.enter("acme", "bob@example.com", h.code("acme", "bob@example.com"), func(r *email.AuthenticateRequest) {
		r.SessionToken = &again.SessionToken
	})
	require.NoError(t, err)
	assert.Equal(t, again.MemberSession.MemberSessionID, more.MemberSession.MemberSessionID)
	assert.Len(t, more.MemberSession.AuthenticationFactors, 2)
}

func TestOTPs_newestCodeOfAnAddressCounts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.joinable()
	first, second := h.code("acme", "ada@example.org"), h.code("acme", "ada@example.org")
	if first != second {
		_, err := h.enter("acme", "ada@example.org", first)
		require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	}
	h.CreateOrganization("ada@example.org", "Other", nil)
	h.code("other", "ada@example.org")
	_, err := h.enter("acme", "ada@example.org", second)
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound, "a code for another organization replaces it")
	resp, err := h.enter("acme", "ada@example.org", h.code("acme", "ada@example.org"))
	require.NoError(t, err)

	h.code("acme", "ada@example.org")
	code := h.WaitMessage("ada@example.org").Code
	h.alter("members", "member_id", resp.MemberID, map[string]any{"email_address": "ada@example.com"})
	_, err = h.enter("acme", "ada@example.com", code)
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
}

func TestOTPs_workForTenMinutesOrAsLongAsAsked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.joinable()
	for _, row := range []struct {
		address       string
		login, signup *int
		minutes       int
	}{
		{"ada@example.org", nil, new(2), 10}, {"ada@example.org", new(2), nil, 2}, {"ada@example.org", new(15), nil, 15},
		{"bob@example.com", new(2), nil, 10}, {"bob@example.com", nil, new(2), 2}, {"bob@example.com", nil, new(15), 15},
	} {
		for _, after := range []time.Duration{-10 * time.Second, 0} {
			_, err := h.api.B2B.OTPs.Email.LoginOrSignup(t.Context(), &email.LoginOrSignupRequest{
				OrganizationID: "acme", EmailAddress: row.address, Locale: new(shared.LocaleES),
				LoginExpirationMinutes: row.login, SignupExpirationMinutes: row.signup,
			})
			require.NoError(t, err)
			message := h.WaitMessage(row.address)
			h.Clock().Set(message.SentAt.Add(time.Duration(row.minutes)*time.Minute + after))
			_, err = h.enter("acme", row.address, message.Code, func(r *email.AuthenticateRequest) {
				r.IntermediateSessionToken = new(strings.Repeat("x", 44))
			})
			if after < 0 {
				require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
			} else {
				require.ErrorIs(t, err, stytcherror.CodeUnableToAuthOTPCode)
			}
		}
	}
}

func TestOTPs_loginOrSignupRefusesWhatIsMalformedOrNotAllowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.joinable()
	for name, row := range map[string]struct {
		change func(*email.LoginOrSignupRequest)
		code   stytcherror.Code
	}{
		"a malformed address": {func(r *email.LoginOrSignupRequest) { r.EmailAddress = "bob" }, stytcherror.CodeInvalidEmail},
		"a language":          {func(r *email.LoginOrSignupRequest) { r.Locale = new(shared.LocaleJA) }, stytcherror.CodeInvalidLocale},
		"a short login":       {func(r *email.LoginOrSignupRequest) { r.LoginExpirationMinutes = new(1) }, stytcherror.CodeInvalidExpirationOTP},
		"a long login":        {func(r *email.LoginOrSignupRequest) { r.LoginExpirationMinutes = new(16) }, stytcherror.CodeInvalidExpirationOTP},
		"a short signup":      {func(r *email.LoginOrSignupRequest) { r.SignupExpirationMinutes = new(1) }, stytcherror.CodeInvalidExpirationOTP},
		"a long signup":       {func(r *email.LoginOrSignupRequest) { r.SignupExpirationMinutes = new(16) }, stytcherror.CodeInvalidExpirationOTP},
		"no organization":     {func(r *email.LoginOrSignupRequest) { r.OrganizationID = "nobody" }, stytcherror.CodeOrganizationNotFound},
		"another domain":      {func(r *email.LoginOrSignupRequest) { r.EmailAddress = "bob@example.net" }, stytcherror.CodeInvalidEmailForJITProvisioning},
	} {
		req := &email.LoginOrSignupRequest{OrganizationID: "acme", EmailAddress: "bob@example.com"}
		row.change(req)
		_, err := h.api.B2B.OTPs.Email.LoginOrSignup(t.Context(), req)
		require.ErrorIs(t, err, row.code, name)
	}
	send := func() error {
		_, err := h.api.B2B.OTPs.Email.LoginOrSignup(t.Context(),
			&email.LoginOrSignupRequest{OrganizationID: "acme", EmailAddress: "ada@example.org"})
		return err
	}
	h.alter("organizations", "organization_slug", "acme", map[string]any{
		"auth_methods": "RESTRICTED", "allowed_auth_methods": []any{"magic_link"},
	})
	require.ErrorIs(t, send(), stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
	h.alter("members", "member_id", v.MemberID, map[string]any{"is_breakglass": true})
	require.NoError(t, send(), "break-glass members are exempt")
}

func TestOTPs_refusedAuthenticationKeepsTheCode(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.joinable()
	code := h.code("acme", "ada@example.org")
	for name, row := range map[string]struct {
		change func(*email.AuthenticateRequest)
		code   stytcherror.Code
	}{
		"a wrong code":            {func(r *email.AuthenticateRequest) { r.Code = wrong(code) }, stytcherror.CodeOTPCodeNotFound},
		"five digits":             {func(r *email.AuthenticateRequest) { r.Code = "12345" }, stytcherror.CodeInvalidCode},
		"seven digits":            {func(r *email.AuthenticateRequest) { r.Code = code + "0" }, stytcherror.CodeInvalidCode},
		"letters":                 {func(r *email.AuthenticateRequest) { r.Code = "12345a" }, stytcherror.CodeInvalidCode},
		"a malformed address":     {func(r *email.AuthenticateRequest) { r.EmailAddress = "ada" }, stytcherror.CodeInvalidEmail},
		"an unknown organization": {func(r *email.AuthenticateRequest) { r.OrganizationID = "nobody" }, stytcherror.CodeOrganizationNotFound},
		"an unknown member":       {func(r *email.AuthenticateRequest) { r.EmailAddress = "bob@example.com" }, stytcherror.CodeMemberNotFound},
		"a short session":         {func(r *email.AuthenticateRequest) { r.SessionDurationMinutes = new(4) }, stytcherror.CodeInvalidSessionDurationMinutes},
		"a language":              {func(r *email.AuthenticateRequest) { r.Locale = new(shared.Locale("xx")) }, stytcherror.CodeInvalidLocale},
		"a token and a JWT":       {func(r *email.AuthenticateRequest) { r.SessionToken, r.SessionJWT = &v.SessionToken, &v.SessionJWT }, stytcherror.CodeTooManySessionArguments},
		"an unknown session":      {func(r *email.AuthenticateRequest) { r.SessionToken = new(strings.Repeat("x", 44)) }, stytcherror.CodeSessionNotFound},
		"another person's": {func(r *email.AuthenticateRequest) {
			r.IntermediateSessionToken = new(h.IntermediateSession("bob@example.com"))
		}, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization},
	} {
		_, err := h.enter("acme", "ada@example.org", code, row.change)
		require.ErrorIs(t, err, row.code, name)
	}
	h.alter("organizations", "organization_slug", "acme", map[string]any{
		"auth_methods": "RESTRICTED", "allowed_auth_methods": []any{"magic_link"},
	})
	_, err := h.enter("acme", "ada@example.org", code)
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
	h.alter("members", "member_id", v.MemberID, map[string]any{"is_breakglass": true})
	_, err = h.enter("acme", "ada@example.org", code)
	require.NoError(t, err, "refused calls do not use up the code")
}

func TestOTPs_discoveryCodeWorksOnceForItsAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization
	send := func(change func(*otpsemaildiscovery.SendRequest)) error {
		req := &otpsemaildiscovery.SendRequest{EmailAddress: "Ada@example.com"}
		change(req)
		_, err := h.api.B2B.OTPs.Email.Discovery.Send(t.Context(), req)
		return err
	}
	plain := func(*otpsemaildiscovery.SendRequest) {}
	enter := func(address, code string) (*otpsemaildiscovery.AuthenticateResponse, error) {
		return h.api.B2B.OTPs.Email.Discovery.Authenticate(t.Context(),
			&otpsemaildiscovery.AuthenticateRequest{EmailAddress: address, Code: code})
	}
	require.NoError(t, send(plain))
	message := h.WaitMessage("ada@example.com")
	assert.Equal(t, "discovery_passcode", message.Template)
	assert.Equal(t, "Ada@example.com", message.To)
	_, err := enter("bob@example.com", message.Code)
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	_, err = enter("ada@example.com", "12345")
	require.ErrorIs(t, err, stytcherror.CodeInvalidCode)
	_, err = enter("ada", message.Code)
	require.ErrorIs(t, err, stytcherror.CodeInvalidEmail)
	_, err = h.enter("example", "ada@example.com", message.Code)
	require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	found, err := enter("ADA@example.com", message.Code)
	require.NoError(t, err)
	assert.Equal(t, "ada@example.com", found.EmailAddress)
	require.Len(t, found.DiscoveredOrganizations, 1)
	assert.True(t, found.DiscoveredOrganizations[0].MemberAuthenticated)
	resp, err := h.exchange(found.IntermediateSessionToken, org.OrganizationID)
	require.NoError(t, err)
	assert.Equal(t, "email_otp", string(resp.MemberSession.AuthenticationFactors[0].Type))
	_, err = enter("ada@example.com", message.Code)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthOTPCode)

	require.ErrorIs(t, send(func(r *otpsemaildiscovery.SendRequest) { r.EmailAddress = "ada" }),
		stytcherror.CodeInvalidEmail)
	require.ErrorIs(t, send(func(r *otpsemaildiscovery.SendRequest) { r.Locale = new(shared.LocaleJA) }), stytcherror.CodeInvalidLocale)
	for _, minutes := range []int{1, 16} {
		require.ErrorIs(t, send(func(r *otpsemaildiscovery.SendRequest) { r.DiscoveryExpirationMinutes = &minutes }),
			stytcherror.CodeInvalidExpirationOTP)
	}
	require.NoError(t, send(plain))
	code := h.WaitMessage("ada@example.com").Code
	for range 10 {
		_, err = enter("ada@example.com", wrong(code))
		require.ErrorIs(t, err, stytcherror.CodeOTPCodeNotFound)
	}
	_, err = enter("ada@example.com", code)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthOTPCode)
	require.NoError(t, send(func(r *otpsemaildiscovery.SendRequest) { r.DiscoveryExpirationMinutes = new(2) }))
	h.Clock().Advance(2 * time.Minute)
	_, err = enter("ada@example.com", h.WaitMessage("ada@example.com").Code)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthOTPCode)
}
