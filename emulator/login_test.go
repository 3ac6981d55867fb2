package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestLogin_secondFactorRequired(t *testing.T) {
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

	proof := h.followLink("ada@example.com")
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

func TestLogin_sendsPasscode(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	h.editMember(created.MemberID, map[string]any{
		"mfa_enrolled": true, "mfa_phone_number": "+15005550006", "mfa_phone_number_verified": true,
	})
	proof := h.followLink("ada@example.com")
	assert.Empty(t, h.Inbox().Messages("+15005550006"), "discovery sends no code")
	resp, err := h.exchange(proof.IntermediateSessionToken, created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Equal(t, "sms_otp", resp.MFARequired.SecondaryAuthInitiated)
	assert.Equal(t, "+15005550006", resp.MFARequired.MemberOptions.MFAPhoneNumber)
	assert.Regexp(t, `^\d{6}$`, h.WaitMessage("+15005550006").Code)

	h.editMember(created.MemberID, map[string]any{"mfa_phone_number": "+15005550007", "mfa_phone_number_verified": false})
	resp, err = h.exchange(h.IntermediateSession("ada@example.com"), created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Empty(t, resp.MFARequired.SecondaryAuthInitiated, "the number is not verified")
	assert.Empty(t, h.Inbox().Messages("+15005550007"))
}

func TestLogin_otherPrimaryFactorRequired(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@example.com", nil)
	h.editOrganization(created.Organization.OrganizationID, map[string]any{
		"auth_methods": "RESTRICTED", "allowed_auth_methods": []any{"sso", "google_oauth"},
	})
	proof := h.followLink("ada@example.com")
	resp, err := h.exchange(proof.IntermediateSessionToken, created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	require.NotNil(t, resp.PrimaryRequired)
	assert.Equal(t, []string{"sso", "google_oauth"}, resp.PrimaryRequired.AllowedAuthMethods)
	assert.Equal(t, proof.IntermediateSessionToken, resp.IntermediateSessionToken)

	h.editMember(created.MemberID, map[string]any{"is_breakglass": true})
	resp, err = h.exchange(proof.IntermediateSessionToken, created.Organization.OrganizationID)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated, "break-glass members are exempt")
}

// Each case replaces the magic link factor of an intermediate session by another one.
func TestLogin_factorsThatProveTheAddress(t *testing.T) {
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
			created := h.create("ada@example.com", nil)
			ist := h.IntermediateSession("ada@example.com")
			h.edit(func(state map[string]any) {
				editOne(state["intermediate_sessions"], "token", ist,
					map[string]any{"authentication_factors": []any{factor.fields}})
			})
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

func TestCreate_defaults(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	created := h.create("ada@analytical.dev", nil)
	org := created.Organization
	assert.Equal(t, "analytical", org.OrganizationName)
	assert.Equal(t, "analytical", org.OrganizationSlug)
	assert.Equal(t, "ALL_ALLOWED", org.EmailInvites)
	assert.Equal(t, "NOT_ALLOWED", org.EmailJITProvisioning)
	assert.Equal(t, "ALL_ALLOWED", org.SSOJITProvisioning)
	assert.Equal(t, "OPTIONAL", org.MFAPolicy)
	assert.True(t, created.Member.IsAdmin)
	assert.Equal(t, []string{"stytch_member", "stytch_admin"}, created.MemberSession.Roles)
	assert.True(t, strings.HasPrefix(org.OrganizationID, "organization-test-"))
	assert.Equal(t, "analytical-2", h.create("ada@analytical.dev", nil).Organization.OrganizationSlug)
	assert.Equal(t, "grace.hopper", h.create("grace.hopper@gmail.com", nil).Organization.OrganizationName)
	assert.Equal(t, "NOT_ALLOWED", h.create("ada@analytical.dev", allowing("analytical.dev")).Organization.EmailInvites)
}

func TestCreate_refuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com", func(req *discoveryorganizations.CreateRequest) {
		req.OrganizationSlug, req.OrganizationExternalID = new("taken"), new("ext")
	})
	for name, row := range map[string]struct {
		change func(*discoveryorganizations.CreateRequest)
		want   stytcherror.Code
	}{
		"an empty name": {func(r *discoveryorganizations.CreateRequest) { r.OrganizationName = new("") },
			stytcherror.CodeInvalidOrganizationName},
		"a slug with a space": {func(r *discoveryorganizations.CreateRequest) { r.OrganizationSlug = new("a b") },
			stytcherror.CodeInvalidOrganizationSlug},
		"a taken slug": {func(r *discoveryorganizations.CreateRequest) { r.OrganizationSlug = new("taken") },
			stytcherror.CodeOrganizationSlugAlreadyUsed},
		"a taken external id": {
			func(r *discoveryorganizations.CreateRequest) { r.OrganizationExternalID = new("ext") },
			stytcherror.CodeOrganizationExternalIDAlreadyUsed},
		"the domain of a common e-mail provider": {func(r *discoveryorganizations.CreateRequest) { r.EmailAllowedDomains = []string{"gmail.com"} },
			stytcherror.CodeOrganizationSettingsDomainTooCommon},
		"a duplicate domain": {
			func(r *discoveryorganizations.CreateRequest) { r.EmailAllowedDomains = []string{"a.dev", "a.dev"} },
			stytcherror.CodeOrganizationSettingsDuplicateDomain},
		"restricted auth methods without a list": {
			func(r *discoveryorganizations.CreateRequest) { r.AuthMethods = new("RESTRICTED") },
			stytcherror.CodeAllowedAuthMethodsRequiredForRestricted},
		"an unknown MFA policy": {func(r *discoveryorganizations.CreateRequest) { r.MFAPolicy = new("SOMETIMES") },
			stytcherror.CodeInvalidOrganizationMFAPolicy},
		"too short a session duration": {func(r *discoveryorganizations.CreateRequest) { r.SessionDurationMinutes = new(4) },
			stytcherror.CodeInvalidSessionDurationMinutes},
		"too large custom claims": {func(r *discoveryorganizations.CreateRequest) {
			r.SessionCustomClaims = map[string]any{"x": strings.Repeat("x", 4096)}
		}, stytcherror.CodeCustomClaimsTooLarge},
		"custom claims with a reserved name": {func(r *discoveryorganizations.CreateRequest) {
			r.SessionCustomClaims = map[string]any{"https://stytch.com/session": 1}
		}, stytcherror.CodeStytchClaimsInCustomClaims},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := &discoveryorganizations.CreateRequest{
				IntermediateSessionToken: h.IntermediateSession(strings.ReplaceAll(name, " ", ".") + "@example.com"),
			}
			row.change(req)
			_, err := h.api.B2B.Discovery.Organizations.Create(t.Context(), req)
			require.ErrorIs(t, err, row.want)
			_, err = h.api.B2B.Discovery.Organizations.Create(t.Context(),
				&discoveryorganizations.CreateRequest{IntermediateSessionToken: req.IntermediateSessionToken})
			require.NoError(t, err, "a refused request does not use up the token")
		})
	}
}

func TestSessionExchange(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	first := h.create("ada@example.com", nil)
	second := h.create("ada@example.com", nil)
	other := h.create("eve@example.com", allowing("example.com"))
	h.editMember(second.MemberID, map[string]any{"status": "invited"})
	exchange := func(org string) (*sessions.ExchangeResponse, error) {
		return h.api.B2B.Sessions.Exchange(t.Context(),
			&sessions.ExchangeRequest{OrganizationID: org, SessionToken: &first.SessionToken})
	}
	resp, err := exchange(second.Organization.OrganizationID)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, second.MemberID, resp.MemberID)
	assert.Equal(t, organizations.MemberStatusActive, resp.Member.Status, "the login accepts an invitation")
	assert.NotEqual(t, first.MemberSession.MemberSessionID, resp.MemberSession.MemberSessionID)
	_, err = h.api.B2B.Sessions.Authenticate(t.Context(), &sessions.AuthenticateRequest{SessionToken: &first.SessionToken})
	require.NoError(t, err, "the first session stays valid")
	_, err = exchange(other.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound, "a session exchange does no JIT provisioning")

	h.editOrganization(second.Organization.OrganizationID, map[string]any{"mfa_policy": "REQUIRED_FOR_ALL"})
	resp, err = exchange(second.Organization.OrganizationID)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	require.NotEmpty(t, resp.IntermediateSessionToken)
	assert.WithinDuration(t, h.Clock().Now().Add(10*time.Minute), resp.IntermediateSessionTokenExpiresAt, 5*time.Second)
	list, err := h.api.B2B.Discovery.Organizations.List(t.Context(),
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &resp.IntermediateSessionToken})
	require.NoError(t, err)
	assert.Equal(t, second.Organization.OrganizationID, list.OrganizationIDHint)
	back, err := h.exchange(resp.IntermediateSessionToken, first.Organization.OrganizationID)
	require.NoError(t, err, "the factors are good in every organization")
	assert.True(t, back.MemberAuthenticated)
}
