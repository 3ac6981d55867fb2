package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	oauthdiscovery "github.com/seed75add069/stytch-go/b2b/oauth/discovery"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// discoverBy discovers organizations with a provider.
func (h *harness) discoverByOAuth(
	provider string, parameters map[string]string, changes ...func(*oauthdiscovery.AuthenticateRequest),
) (*oauthdiscovery.AuthenticateResponse, error) {
	h.t.Helper()
	req := &oauthdiscovery.AuthenticateRequest{
		DiscoveryOAuthToken: h.browse(h.discoveryURL(provider, parameters), nil).token(h.t, "discovery_oauth"),
	}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.OAuth.Discovery.Authenticate(h.t.Context(), req)
}

func TestOAuthDiscovery_exchangeRegistersTheAccount(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	byDomain := h.create("grace@example.com", allowing("example.com")).Organization.OrganizationID
	found, err := h.discoverByOAuth("google", hint("ada@example.com", "name", "Ada L.", "subject", "42"))
	require.NoError(t, err)
	assert.Equal(t, "ada@example.com", found.EmailAddress)
	assert.Equal(t, "Google", found.ProviderType)
	assert.Equal(t, "Ada L.", found.FullName)
	assert.Empty(t, found.ProviderTenantID)
	assert.Empty(t, found.ProviderTenantIDs)
	assert.Len(t, found.IntermediateSessionToken, 44)
	assert.Equal(t, h.Clock().Now().Truncate(time.Second).Add(10*time.Minute), found.IntermediateSessionTokenExpiresAt)
	require.Len(t, found.DiscoveredOrganizations, 2)
	for _, d := range found.DiscoveredOrganizations {
		assert.True(t, d.MemberAuthenticated)
	}
	assert.Empty(t, h.member(v.Organization.OrganizationID, v.MemberID).OAuthRegistrations, "nothing is changed yet")
	require.NoError(t, h.edit(func(object) {}), "a snapshot has it all")

	resp, err := h.exchange(found.IntermediateSessionToken, v.Organization.OrganizationID)
	require.NoError(t, err)
	require.True(t, resp.MemberAuthenticated)
	require.Len(t, resp.Member.OAuthRegistrations, 1)
	f := resp.MemberSession.AuthenticationFactors[0]
	assert.EqualValues(t, "oauth_google", f.DeliveryMethod)
	assert.Equal(t, resp.Member.OAuthRegistrations[0].MemberOAuthRegistrationID, f.GoogleOAuthFactor.ID)
	assert.Equal(t, "42", f.GoogleOAuthFactor.ProviderSubject)
	assert.Regexp(t, "^email-test-", f.GoogleOAuthFactor.EmailID)
	direct, err := h.logInBy("google", v.Organization.OrganizationID, hint("changed@example.com", "subject", "42"))
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, direct.MemberID, "the account is the member's")

	again, err := h.discoverByOAuth("google", hint("ada@example.com", "subject", "42"))
	require.NoError(t, err)
	joined, err := h.exchange(again.IntermediateSessionToken, byDomain)
	require.NoError(t, err)
	assert.True(t, joined.MemberAuthenticated)
	assert.Len(t, joined.Member.OAuthRegistrations, 1)
	assert.NotEqual(t, resp.Member.OAuthRegistrations[0].MemberOAuthRegistrationID, joined.Member.OAuthRegistrations[0].MemberOAuthRegistrationID)
}

func TestOAuthDiscovery_creatorHasTheAccount(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	found, err := h.discoverByOAuth("microsoft", hint("ada@new.dev"))
	require.NoError(t, err)
	assert.Empty(t, found.DiscoveredOrganizations)
	created, err := h.api.B2B.Discovery.Organizations.Create(t.Context(),
		&discoveryorganizations.CreateRequest{IntermediateSessionToken: found.IntermediateSessionToken})
	require.NoError(t, err)
	assert.True(t, created.MemberAuthenticated)
	assert.Len(t, created.Member.OAuthRegistrations, 1)
	assert.True(t, created.Member.IsAdmin)
}

func TestOAuthDiscovery_tenantsAdmit(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("grace@other.dev", tenant("github", "7")).Organization.OrganizationID
	h.create("alan@other.dev", tenant("slack", "7"))
	found, err := h.discoverByOAuth("github", hint("ada@example.com", "tenant_ids", "6 7"))
	require.NoError(t, err)
	assert.Empty(t, found.ProviderTenantID, "there are two")
	assert.Equal(t, []string{"6", "7"}, found.ProviderTenantIDs)
	require.Len(t, found.DiscoveredOrganizations, 1)
	d := found.DiscoveredOrganizations[0]
	assert.Equal(t, org, d.Organization.OrganizationID)
	assert.Equal(t, discovery.MembershipTypeEligibleToJoinByOAuthTenant, d.Membership.Type)
	assert.EqualValues(t, object{"provider": "github", "tenant": "7"}, d.Membership.Details)
	assert.False(t, d.MemberAuthenticated)
	one, err := h.discoverByOAuth("hubspot", hint("ada@example.com", "tenant_ids", "42"))
	require.NoError(t, err)
	assert.Equal(t, "42", one.ProviderTenantID)
	assert.Empty(t, one.DiscoveredOrganizations)

	ist := found.IntermediateSessionToken
	resp, err := h.exchange(ist, org)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated)
	assert.Equal(t, "pending", resp.Member.Status)
	assert.Empty(t, resp.Member.OAuthRegistrations)
	proved, err := h.follow(h.link(org, "ada@example.com"), func(r *magiclinks.AuthenticateRequest) { r.IntermediateSessionToken = &ist })
	require.NoError(t, err)
	assert.True(t, proved.MemberAuthenticated)
	require.Len(t, proved.Member.OAuthRegistrations, 1)
	assert.Equal(t, "GitHub", proved.Member.OAuthRegistrations[0].ProviderType)
}

func TestOAuthDiscovery_refusesWhatIsNotProvedOrMalformed(t *testing.T) {
	t.Parallel()
	const verifier = "a-verifier-of-some-length-that-nobody-guesses"
	h := newHarness(t)
	_, err := h.discoverByOAuth("google", hint("ada@example.com", "email_verified", "false"))
	require.ErrorIs(t, err, stytcherror.CodeOAuthUnverifiedEmail)
	_, err = h.discoverByOAuth("google", hint("ada@example.com"), func(r *oauthdiscovery.AuthenticateRequest) { r.PKCECodeVerifier = new(verifier) })
	require.ErrorIs(t, err, stytcherror.CodePKCEDidNotExpectCodeVerifier)
	address, err := h.api.B2B.OAuth.Discovery.StartURL(&oauthdiscovery.StartURLRequest{
		Provider: "google", PublicToken: h.PublicToken(), ProviderParameters: hint("ada@example.com"),
		PKCECodeChallenge: new(challengeOf(verifier)),
	})
	require.NoError(t, err)
	req := &oauthdiscovery.AuthenticateRequest{DiscoveryOAuthToken: h.browse(h.at(address), nil).token(t, "discovery_oauth")}
	authenticate := func() error {
		_, err := h.api.B2B.OAuth.Discovery.Authenticate(t.Context(), req)
		return err
	}
	require.ErrorIs(t, authenticate(), stytcherror.CodePKCEExpectedCodeVerifier)
	req.PKCECodeVerifier = new(verifier + "/")
	require.ErrorIs(t, authenticate(), stytcherror.CodeInvalidPKCECodeVerifier)
	req.PKCECodeVerifier = new(verifier + "2")
	require.ErrorIs(t, authenticate(), stytcherror.CodePKCEMismatch)
	req.PKCECodeVerifier = new(verifier)
	require.NoError(t, authenticate())
	require.ErrorIs(t, authenticate(), stytcherror.CodeOAuthTokenNotFound)
}

func TestOAuthDiscovery_addsTheFactorsOfTheSameAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	found, err := h.discoverByOAuth("github", hint("ada@example.com"), func(r *oauthdiscovery.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	resp, err := h.exchange(found.IntermediateSessionToken, org)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated, "the session has proved the address")
	assert.Len(t, resp.MemberSession.AuthenticationFactors, 2)
	others, err := h.discoverByOAuth("github", hint("bob@example.com"), func(r *oauthdiscovery.AuthenticateRequest) { r.SessionJWT = &v.SessionJWT })
	require.NoError(t, err)
	h.addMember(org, "bob@example.com", nil)
	resp, err = h.exchange(others.IntermediateSessionToken, org)
	require.NoError(t, err)
	assert.False(t, resp.MemberAuthenticated, "a session with another address is ignored")
	for code, change := range map[stytcherror.Code]func(*oauthdiscovery.AuthenticateRequest){
		stytcherror.CodeTooManySessionArguments: func(r *oauthdiscovery.AuthenticateRequest) { r.SessionToken, r.SessionJWT = new("a"), new("b") },
		stytcherror.CodeInvalidSessionToken:     func(r *oauthdiscovery.AuthenticateRequest) { r.SessionToken = new("a") },
		stytcherror.CodeSessionNotFound:         func(r *oauthdiscovery.AuthenticateRequest) { r.SessionToken = new(strings.Repeat("a", 44)) },
		stytcherror.CodeUnableToParseSessionJWT: func(r *oauthdiscovery.AuthenticateRequest) { r.SessionJWT = new("a") },
	} {
		_, err := h.discoverByOAuth("google", hint("ada@example.com"), change)
		require.ErrorIs(t, err, code)
	}
}
