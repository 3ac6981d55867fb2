package flows_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// joinable creates an organization that people on example.com may join. Its administrator is ada@example.org.
func (h *harness) joinable() *discoveryorganizations.CreateResponse {
	h.t.Helper()
	return h.CreateOrganization("ada@example.org", "Acme", &discoveryorganizations.CreateRequest{
		EmailJITProvisioning: new("RESTRICTED"), EmailAllowedDomains: []string{"example.com"},
		OrganizationExternalID: new("acme-1"), EmailInvites: new("ALL_ALLOWED"),
	})
}

// link sends a link for a login and returns its token.
func (h *harness) link(org, address string) string {
	h.t.Helper()
	_, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(h.t.Context(),
		&email.LoginOrSignupRequest{OrganizationID: org, EmailAddress: address})
	require.NoError(h.t, err)
	return h.WaitMessage(address).Token
}

// follow authenticates a link.
func (h *harness) follow(
	token string, changes ...func(*magiclinks.AuthenticateRequest),
) (*magiclinks.AuthenticateResponse, error) {
	req := &magiclinks.AuthenticateRequest{MagicLinksToken: token}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.MagicLinks.Authenticate(h.t.Context(), req)
}

func TestMagicLinks_strangerOnAnAllowedDomainSignsUp(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.joinable().Organization
	send := func() *email.LoginOrSignupResponse {
		resp, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(), &email.LoginOrSignupRequest{
			OrganizationID: "acme-1", EmailAddress: "Bob@Example.com",
			LoginRedirectURL: new("https://example.com/login?x=1"), SignupRedirectURL: new("https://example.com/signup"),
		})
		require.NoError(t, err)
		return resp
	}
	first := send()
	assert.True(t, first.MemberCreated)
	assert.Equal(t, "pending", first.Member.Status)
	assert.Equal(t, "bob@example.com", first.Member.EmailAddress)
	assert.False(t, first.Member.EmailAddressVerified)
	assert.Equal(t, org, first.Organization)
	message := h.WaitMessage("bob@example.com")
	assert.Equal(t, "Bob@Example.com", message.To)
	assert.Equal(t, "signup_magic_link", message.Template)
	link, err := url.Parse(message.Link)
	require.NoError(t, err)
	assert.Equal(t, "/signup", link.Path)
	assert.Equal(t, "multi_tenant_magic_links", link.Query().Get("stytch_token_type"))
	assert.Equal(t, message.Token, link.Query().Get("token"))
	again := send()
	assert.False(t, again.MemberCreated, "a pending member needs no provisioning, and gets the same e-mail")
	assert.Equal(t, "signup_magic_link", h.WaitMessage("bob@example.com").Template)

	resp, err := h.follow(message.Token)
	require.NoError(t, err, "an older link stays valid")
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, first.MemberID, resp.MemberID)
	assert.Equal(t, org.OrganizationID, resp.OrganizationID)
	assert.Equal(t, "active", resp.Member.Status)
	assert.True(t, resp.Member.EmailAddressVerified)
	assert.NotEmpty(t, resp.SessionJWT)
	assert.Empty(t, resp.IntermediateSessionToken)
	assert.Nil(t, resp.MemberDevice)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 1)
	f := resp.MemberSession.AuthenticationFactors[0]
	assert.Equal(t, "magic_link", string(f.Type))
	assert.Equal(t, resp.MethodID, f.EmailFactor.EmailID)
	_, err = h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &resp.SessionToken})
	require.NoError(t, err)
	_, err = h.follow(message.Token)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthMagicLink)

	send()
	message = h.WaitMessage("bob@example.com")
	assert.Equal(t, "login_magic_link", message.Template)
	assert.True(t, strings.HasPrefix(message.Link, "https://example.com/login?"), message.Link)
}

func TestMagicLinks_loginOrSignupRefusesWhatIsMalformedOrNotAllowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.joinable()
	h.CreateOrganization("eve@example.net", "Claimer", nil)
	for name, row := range map[string]struct {
		change func(*email.LoginOrSignupRequest)
		code   stytcherror.Code
	}{
		"a malformed address":   {func(r *email.LoginOrSignupRequest) { r.EmailAddress = "bob" }, stytcherror.CodeInvalidEmail},
		"a language":            {func(r *email.LoginOrSignupRequest) { r.Locale = new(shared.LocaleDE) }, stytcherror.CodeInvalidLocale},
		"a short login link":    {func(r *email.LoginOrSignupRequest) { r.LoginExpirationMinutes = new(4) }, stytcherror.CodeInvalidExpiration},
		"a long login link":     {func(r *email.LoginOrSignupRequest) { r.LoginExpirationMinutes = new(10_081) }, stytcherror.CodeInvalidExpiration},
		"a short signup link":   {func(r *email.LoginOrSignupRequest) { r.SignupExpirationMinutes = new(4) }, stytcherror.CodeInvalidExpiration},
		"a login URL":           {func(r *email.LoginOrSignupRequest) { r.LoginRedirectURL = new("/x") }, stytcherror.CodeInvalidLoginMagicLinkURL},
		"a signup URL":          {func(r *email.LoginOrSignupRequest) { r.SignupRedirectURL = new("ftp://x") }, stytcherror.CodeInvalidSignupMagicLinkURL},
		"a challenge":           {func(r *email.LoginOrSignupRequest) { r.PKCECodeChallenge = new("x") }, stytcherror.CodeInvalidPKCECodeChallenge},
		"no organization":       {func(r *email.LoginOrSignupRequest) { r.OrganizationID = "nobody" }, stytcherror.CodeOrganizationNotFound},
		"another domain":        {func(r *email.LoginOrSignupRequest) { r.EmailAddress = "bob@example.net" }, stytcherror.CodeInvalidEmailForJITProvisioning},
		"no provisioning there": {func(r *email.LoginOrSignupRequest) { r.OrganizationID = "claimer" }, stytcherror.CodeEmailJITProvisioningNotAllowed},
	} {
		req := &email.LoginOrSignupRequest{OrganizationID: v.Organization.OrganizationSlug, EmailAddress: "bob@example.com"}
		row.change(req)
		_, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(), req)
		require.ErrorIs(t, err, row.code, name)
	}
	assert.Empty(t, h.Inbox().Messages("bob@example.com"))
	send := func(address string) error {
		_, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(),
			&email.LoginOrSignupRequest{OrganizationID: "acme", EmailAddress: address})
		return err
	}
	h.alter("members", "member_id", v.MemberID, map[string]any{
		"retired_email_addresses": []any{map[string]any{"email_id": "e", "email_address": "old@example.com"}},
	})
	require.ErrorIs(t, send("old@example.com"), stytcherror.CodeRetiredMemberEmail)
	h.alter("organizations", "organization_slug", "claimer", map[string]any{"claimed_email_domains": []any{"example.com"}})
	require.ErrorIs(t, send("bob@example.com"), stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)
	require.NoError(t, send("ada@example.org"))
	h.alter("organizations", "organization_slug", "acme", map[string]any{
		"auth_methods": "RESTRICTED", "allowed_auth_methods": []any{"email_otp"},
	})
	require.ErrorIs(t, send("ada@example.org"), stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
	h.alter("members", "member_id", v.MemberID, map[string]any{"is_breakglass": true})
	require.NoError(t, send("ada@example.org"), "break-glass members are exempt")
}

func TestMagicLinks_workForAnHourOrAsLongAsAsked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.joinable()
	for _, row := range []struct {
		address       string
		login, signup *int
		minutes       int
	}{
		{"ada@example.org", nil, new(5), 60}, {"ada@example.org", new(5), nil, 5}, {"ada@example.org", new(10_080), nil, 10_080},
		{"bob@example.com", new(5), nil, 60}, {"bob@example.com", nil, new(5), 5}, {"bob@example.com", nil, new(10_080), 10_080},
	} {
		for _, after := range []time.Duration{-10 * time.Second, 0} {
			_, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(), &email.LoginOrSignupRequest{
				OrganizationID: "acme", EmailAddress: row.address, Locale: new(shared.LocalePTBR),
				LoginExpirationMinutes: row.login, SignupExpirationMinutes: row.signup,
			})
			require.NoError(t, err)
			message := h.WaitMessage(row.address)
			h.Clock().Set(message.SentAt.Add(time.Duration(row.minutes)*time.Minute + after))
			_, err = h.follow(message.Token, func(r *magiclinks.AuthenticateRequest) { r.PKCECodeVerifier = new("x") })
			if after < 0 {
				require.ErrorIs(t, err, stytcherror.CodePKCEDidNotExpectCodeVerifier)
			} else {
				require.ErrorIs(t, err, stytcherror.CodeUnableToAuthMagicLink)
			}
		}
	}
}

func TestMagicLinks_needTheVerifierOfTheirChallenge(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	verifier := strings.Repeat("v", 43)
	_, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(), &email.LoginOrSignupRequest{
		OrganizationID: "example", EmailAddress: "ada@example.com", PKCECodeChallenge: new(challengeOf(verifier)),
	})
	require.NoError(t, err)
	token := h.WaitMessage("ada@example.com").Token
	_, err = h.follow(token)
	require.ErrorIs(t, err, stytcherror.CodePKCEExpectedCodeVerifier)
	_, err = h.follow(token, func(r *magiclinks.AuthenticateRequest) { r.PKCECodeVerifier = new("wrong") })
	require.ErrorIs(t, err, stytcherror.CodePKCEMismatch)
	_, err = h.follow(token, func(r *magiclinks.AuthenticateRequest) { r.PKCECodeVerifier = &verifier })
	require.NoError(t, err, "refused calls do not use up the link")
}

func TestMagicLinks_refusedAuthenticationKeepsTheLink(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	token := h.link("example", "ada@example.com")
	unknown := h.MagicLink("ada@example.com")
	for name, row := range map[string]struct {
		change func(*magiclinks.AuthenticateRequest)
		code   stytcherror.Code
	}{
		"an unknown link":  {func(r *magiclinks.AuthenticateRequest) { r.MagicLinksToken = "unknown" }, stytcherror.CodeMagicLinkNotFound},
		"a discovery link": {func(r *magiclinks.AuthenticateRequest) { r.MagicLinksToken = unknown }, stytcherror.CodeMagicLinkNotFound},
		"a short session":  {func(r *magiclinks.AuthenticateRequest) { r.SessionDurationMinutes = new(4) }, stytcherror.CodeInvalidSessionDurationMinutes},
		"a long session":   {func(r *magiclinks.AuthenticateRequest) { r.SessionDurationMinutes = new(527_041) }, stytcherror.CodeInvalidSessionDurationMinutes},
		"large claims": {func(r *magiclinks.AuthenticateRequest) {
			r.SessionCustomClaims = shared.Object{"x": strings.Repeat("x", 4096)}
		}, stytcherror.CodeCustomClaimsTooLarge},
		"claims of Stytch": {func(r *magiclinks.AuthenticateRequest) {
			r.SessionCustomClaims = shared.Object{"https://stytch.com/x": 1}
		}, stytcherror.CodeStytchClaimsInCustomClaims},
		"a language":        {func(r *magiclinks.AuthenticateRequest) { r.Locale = new(shared.Locale("xx")) }, stytcherror.CodeInvalidLocale},
		"a token and a JWT": {func(r *magiclinks.AuthenticateRequest) { r.SessionToken, r.SessionJWT = &v.SessionToken, &v.SessionJWT }, stytcherror.CodeTooManySessionArguments},
		"a token and another": {func(r *magiclinks.AuthenticateRequest) {
			r.SessionToken, r.IntermediateSessionToken = &v.SessionToken, new("x")
		}, stytcherror.CodeTooManySessionArguments},
		"a malformed session":         {func(r *magiclinks.AuthenticateRequest) { r.SessionToken = new("x") }, stytcherror.CodeInvalidSessionToken},
		"an unknown session":          {func(r *magiclinks.AuthenticateRequest) { r.SessionToken = new(strings.Repeat("x", 44)) }, stytcherror.CodeSessionNotFound},
		"a malformed JWT":             {func(r *magiclinks.AuthenticateRequest) { r.SessionJWT = new("x") }, stytcherror.CodeUnableToParseSessionJWT},
		"an unknown intermediate one": {func(r *magiclinks.AuthenticateRequest) { r.IntermediateSessionToken = new(strings.Repeat("x", 44)) }, stytcherror.CodeIntermediateSessionNotFound},
		"another person's": {func(r *magiclinks.AuthenticateRequest) {
			r.IntermediateSessionToken = new(h.IntermediateSession("bob@example.com"))
		}, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization},
	} {
		_, err := h.follow(token, row.change)
		require.ErrorIs(t, err, row.code, name)
	}
	other := h.create("ada@example.com")
	ist := h.IntermediateSession("ada@example.com")
	h.alter("intermediate_sessions", "token", ist,
		map[string]any{"organization_id": other.Organization.OrganizationID, "bound": true})
	_, err := h.follow(token, func(r *magiclinks.AuthenticateRequest) { r.IntermediateSessionToken = &ist })
	require.ErrorIs(t, err, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization)
	h.alter("organizations", "organization_slug", "example", map[string]any{
		"auth_methods": "RESTRICTED", "allowed_auth_methods": []any{"email_otp"},
	})
	_, err = h.follow(token)
	require.ErrorIs(t, err, stytcherror.CodeOperationRestrictedByOrganizationAuthMethods)
	h.alter("members", "member_id", v.MemberID, map[string]any{"email_address": "ada.b@example.com"})
	_, err = h.follow(token)
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthMagicLink)
	h.alter("members", "member_id", v.MemberID, map[string]any{"email_address": "ada@example.com", "is_breakglass": true})
	_, err = h.follow(token)
	require.NoError(t, err, "refused calls do not use up the link, and break-glass members are exempt")
	h.alter("members", "member_id", v.MemberID, map[string]any{"status": "deleted"})
	_, err = h.follow(token)
	require.ErrorIs(t, err, stytcherror.CodeMagicLinkNotFound)
}
