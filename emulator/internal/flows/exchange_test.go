package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestExchange_logsAMemberInAndUsesUpTheToken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	ist := h.IntermediateSession("ada@example.com")
	_, err := h.exchange(ist, "nowhere")
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound, "which does not use up the token")
	resp, err := h.api.B2B.Discovery.IntermediateSessions.Exchange(t.Context(), &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: ist, OrganizationID: created.Organization.OrganizationSlug,
		SessionDurationMinutes: new(5), SessionCustomClaims: map[string]any{"plan": "pro", "iss": "ignored", "gone": nil},
	})
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, created.MemberID, resp.MemberID)
	assert.Empty(t, resp.IntermediateSessionToken)
	assert.Zero(t, resp.IntermediateSessionTokenExpiresAt)
	assert.Equal(t, 5*time.Minute, resp.MemberSession.ExpiresAt.Sub(resp.MemberSession.StartedAt))
	assert.EqualValues(t, map[string]any{"plan": "pro"}, resp.MemberSession.CustomClaims)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 1)
	assert.Equal(t, "ada@example.com", resp.MemberSession.AuthenticationFactors[0].EmailFactor.EmailAddress)
	_, err = h.exchange(ist, created.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound, "a login uses up the token")
}

func TestExchange_joinsByEmailDomainOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	open := h.create("ada@example.com", allowing("example.com"))
	closed := h.create("ada@example.com")
	claiming := h.create("carol@claimed.dev")
	alsoOpen := h.create("zoe@claimed.dev", allowing("claimed.dev"))
	h.alter("organizations", "organization_id", claiming.Organization.OrganizationID, map[string]any{"claimed_email_domains": []any{"claimed.dev"}})

	joined, err := h.exchange(h.IntermediateSession("bob@example.com"), open.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Equal(t, organizations.MemberStatusActive, joined.Member.Status)
	assert.True(t, joined.Member.EmailAddressVerified)
	assert.Equal(t, []string{"stytch_member"}, joined.MemberSession.Roles)
	assert.False(t, joined.Member.IsAdmin)

	_, err = h.exchange(h.IntermediateSession("bob@example.com"), closed.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeEmailJITProvisioningNotAllowed)
	_, err = h.exchange(h.IntermediateSession("eve@evil.dev"), open.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeInvalidEmailForJITProvisioning)
	_, err = h.exchange(h.IntermediateSession("bob@claimed.dev"), alsoOpen.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)

	h.alter("members", "member_id", open.MemberID, map[string]any{"email_address_verified": false})
	h.alter("members", "member_id", joined.MemberID, map[string]any{"email_address_verified": false})
	_, err = h.exchange(h.IntermediateSession("new@example.com"), open.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeInvalidEmailForJITProvisioning, "no member on the domain is verified")
}

func TestExchange_withoutASecondFactorKeepsTheToken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	strict := h.create("ada@example.com", func(req *discoveryorganizations.CreateRequest) {
		req.MFAPolicy = new(organizations.MFAPolicyRequiredForAll)
	})
	assert.False(t, strict.MemberAuthenticated, "the creator needs one too")
	require.NotNil(t, strict.MFARequired)
	assert.Nil(t, strict.MFARequired.MemberOptions, "the member has no second factor yet")
	assert.NotEmpty(t, strict.IntermediateSessionToken)
	assert.Empty(t, strict.SessionToken)
	assert.Empty(t, strict.SessionJWT)
	assert.Nil(t, strict.MemberSession)

	proof := h.discover("ada@example.com")
	for range 2 {
		resp, err := h.exchange(proof.IntermediateSessionToken, strict.Organization.OrganizationID)
		require.NoError(t, err)
		assert.Equal(t, proof.IntermediateSessionToken, resp.IntermediateSessionToken, "the same token comes back")
		assert.Equal(t, proof.IntermediateSessionTokenExpiresAt, resp.IntermediateSessionTokenExpiresAt)
	}
	require.Len(t, proof.DiscoveredOrganizations, 1)
	assert.False(t, proof.DiscoveredOrganizations[0].MemberAuthenticated)
	assert.NotNil(t, proof.DiscoveredOrganizations[0].MFARequired)
}

func TestExchange_sendsACodeToAVerifiedNumberOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	h.alter("members", "member_id", created.MemberID, map[string]any{
		"mfa_enrolled": true, "mfa_phone_number": "+15005550006", "mfa_phone_number_verified": true,
	})
	proof := h.discover("ada@example.com")
	assert.Empty(t, h.Inbox().Messages("+15005550006"), "discovery sends no code")
	resp, err := h.exchange(proof.IntermediateSessionToken, created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Equal(t, "sms_otp", resp.MFARequired.SecondaryAuthInitiated)
	assert.Equal(t, "+15005550006", resp.MFARequired.MemberOptions.MFAPhoneNumber)
	assert.Regexp(t, `^\d{6}$`, h.WaitMessage("+15005550006").Code)

	h.alter("members", "member_id", created.MemberID, map[string]any{"mfa_phone_number": "+15005550007", "mfa_phone_number_verified": false})
	resp, err = h.exchange(h.IntermediateSession("ada@example.com"), created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Empty(t, resp.MFARequired.SecondaryAuthInitiated, "the number is not verified")
	assert.Empty(t, h.Inbox().Messages("+15005550007"))
}

func TestExchange_needsAPrimaryFactorThatIsAllowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com")
	h.alter("organizations", "organization_id", created.Organization.OrganizationID, map[string]any{
		"auth_methods": "RESTRICTED", "allowed_auth_methods": []any{"sso", "google_oauth"},
	})
	proof := h.discover("ada@example.com")
	resp, err := h.exchange(proof.IntermediateSessionToken, created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	require.NotNil(t, resp.PrimaryRequired)
	assert.Equal(t, []string{"sso", "google_oauth"}, resp.PrimaryRequired.AllowedAuthMethods)
	assert.Equal(t, proof.IntermediateSessionToken, resp.IntermediateSessionToken)

	h.alter("members", "member_id", created.MemberID, map[string]any{"is_breakglass": true})
	resp, err = h.exchange(proof.IntermediateSessionToken, created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated, "break-glass members are exempt")
}

// Each case replaces the magic link factor of an intermediate session by another one.
func TestExchange_needsAFactorThatProvesTheAddress(t *testing.T) {
	t.Parallel()
	for name, factor := range map[string]struct {
		fields map[string]any
		proves bool
	}{
		"password":  {map[string]any{"type": "password", "delivery_method": "knowledge"}, false},
		"GitHub":    {map[string]any{"type": "oauth", "delivery_method": "oauth_github"}, false},
		"Slack":     {map[string]any{"type": "oauth", "delivery_method": "oauth_slack"}, false},
		"HubSpot":   {map[string]any{"type": "oauth", "delivery_method": "oauth_hubspot"}, false},
		"Google":    {map[string]any{"type": "oauth", "delivery_method": "oauth_google"}, true},
		"Microsoft": {map[string]any{"type": "oauth", "delivery_method": "oauth_microsoft"}, true},
		"email OTP": {map[string]any{"type": "email_otp", "delivery_method": "email",
			"email_factor": map[string]any{"email_id": "e", "email_address": "ada@example.com"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHarness(t)
			created := h.create("ada@example.com")
			ist := h.IntermediateSession("ada@example.com")
			h.alter("intermediate_sessions", "token", ist,
				map[string]any{"authentication_factors": []any{factor.fields}})
			resp, err := h.exchange(ist, created.Organization.OrganizationID)
			require.NoError(t, err)
			assert.Equal(t, factor.proves, resp.MemberAuthenticated)
			if !factor.proves {
				assert.Equal(t, []string{"sso", "magic_link", "password", "google_oauth", "microsoft_oauth", "email_otp"},
					resp.PrimaryRequired.AllowedAuthMethods)
				assert.Equal(t, ist, resp.IntermediateSessionToken)
			}
		})
	}
}
