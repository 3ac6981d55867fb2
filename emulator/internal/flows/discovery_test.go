package flows_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// listDiscovered are the organizations that an intermediate session finds.
func (h *harness) listDiscovered(ist string) ([]discovery.DiscoveredOrganization, error) {
	h.t.Helper()
	list, err := h.api.B2B.Discovery.Organizations.List(h.t.Context(),
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &ist})
	if err != nil {
		return nil, err
	}
	return list.DiscoveredOrganizations, nil
}

func TestDiscovery_fromTheLinkToASession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization
	_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
		&magiclinksemaildiscovery.SendRequest{EmailAddress: "ada@example.com"})
	require.NoError(t, err)
	token := h.WaitMessage("ada@example.com").Token
	found, err := h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
	require.NoError(t, err)
	require.Len(t, found.DiscoveredOrganizations, 1)
	assert.Equal(t, org.OrganizationID, found.DiscoveredOrganizations[0].Organization.OrganizationID)
	list, err := h.api.B2B.Discovery.Organizations.List(t.Context(),
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &found.IntermediateSessionToken})
	require.NoError(t, err)
	assert.Equal(t, found.DiscoveredOrganizations, list.DiscoveredOrganizations)
	resp, err := h.exchange(found.IntermediateSessionToken, org.OrganizationSlug)
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)

	_, err = h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
		&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
	require.ErrorIs(t, err, stytcherror.CodeUnableToAuthMagicLink)
	_, err = h.exchange(found.IntermediateSessionToken, org.OrganizationSlug)
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound)
}

func TestDiscovery_linkLeadsToTheRedirectURLWithItsToken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &magiclinksemaildiscovery.SendRequest{
		EmailAddress: "Ada@Example.com", DiscoveryRedirectURL: new("https://app.example.com/auth?next=%2Fhome"),
	})
	require.NoError(t, err)
	mail := h.WaitMessage("ada@example.com")
	assert.Equal(t, "email", mail.Channel)
	assert.Equal(t, "Ada@Example.com", mail.To)
	assert.Equal(t, "discovery_magic_link", mail.Template)
	assert.Empty(t, mail.Code)
	link, err := url.Parse(mail.Link)
	require.NoError(t, err)
	assert.Equal(t, "app.example.com", link.Host)
	assert.Equal(t, url.Values{
		"next": {"/home"}, "stytch_token_type": {"discovery"}, "token": {mail.Token},
	}, link.Query())
	assert.Len(t, mail.Token, 44)
}

func TestDiscovery_sendRefusesWhatIsMalformed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for name, row := range map[string]struct {
		req  magiclinksemaildiscovery.SendRequest
		want stytcherror.Code
	}{
		"a malformed address":     {magiclinksemaildiscovery.SendRequest{EmailAddress: "ada"}, stytcherror.CodeInvalidEmail},
		"a name with the address": {magiclinksemaildiscovery.SendRequest{EmailAddress: "Ada <a@b.co>"}, stytcherror.CodeInvalidEmail},
		"too short an expiration": {magiclinksemaildiscovery.SendRequest{DiscoveryExpirationMinutes: new(4)}, stytcherror.CodeInvalidExpiration},
		"too long an expiration":  {magiclinksemaildiscovery.SendRequest{DiscoveryExpirationMinutes: new(10081)}, stytcherror.CodeInvalidExpiration},
		"a locale for SMS only":   {magiclinksemaildiscovery.SendRequest{Locale: new(shared.LocaleJA)}, stytcherror.CodeInvalidLocale},
		"a relative redirect URL": {
			magiclinksemaildiscovery.SendRequest{DiscoveryRedirectURL: new("/auth")}, stytcherror.CodeInvalidDiscoveryRedirectURL,
		},
		"a malformed challenge": {magiclinksemaildiscovery.SendRequest{PKCECodeChallenge: new("x")}, stytcherror.CodeInvalidPKCECodeChallenge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if row.req.EmailAddress == "" {
				row.req.EmailAddress = "ada@example.com"
			}
			_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &row.req)
			require.ErrorIs(t, err, row.want)
		})
	}
}

func TestDiscovery_linkWorksOnceAndUntilItExpires(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	authenticate := func(token string) error {
		_, err := h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
			&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
		return err
	}
	token := h.MagicLink("ada@example.com")
	require.NoError(t, authenticate(token))
	require.ErrorIs(t, authenticate(token), stytcherror.CodeUnableToAuthMagicLink, "used")

	late := h.MagicLink("ada@example.com")
	h.Clock().Advance(time.Hour + time.Second)
	require.ErrorIs(t, authenticate(late), stytcherror.CodeUnableToAuthMagicLink, "expired")
	require.ErrorIs(t, authenticate("unknown"), stytcherror.CodeMagicLinkNotFound)
}

func TestDiscovery_linkNeedsTheVerifierOfItsChallenge(t *testing.T) {
	t.Parallel()
	const verifier = "a-verifier-of-some-length-that-nobody-guesses"
	challenge := challengeOf(verifier)
	h := newHarness(t)
	send := func(email string, challenge *string) string {
		_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
			&magiclinksemaildiscovery.SendRequest{EmailAddress: email, PKCECodeChallenge: challenge})
		require.NoError(t, err)
		return h.WaitMessage(email).Token
	}
	authenticate := func(token string, verifier *string) error {
		_, err := h.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
			&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token, PKCECodeVerifier: verifier})
		return err
	}
	token := send("ada@example.com", &challenge)
	require.ErrorIs(t, authenticate(token, nil), stytcherror.CodePKCEExpectedCodeVerifier)
	require.ErrorIs(t, authenticate(token, new("another")), stytcherror.CodeInvalidPKCECodeVerifier)
	require.ErrorIs(t, authenticate(token, new(verifier+"2")), stytcherror.CodePKCEMismatch)
	require.NoError(t, authenticate(token, new(verifier)), "a failed attempt does not use up the link")
	require.ErrorIs(t, authenticate(send("b@example.com", nil), new(verifier)),
		stytcherror.CodePKCEDidNotExpectCodeVerifier)
}

// Somebody belongs to three organizations, as an active, a pending and an invited member, and may join two more.
func TestDiscovery_listsAllFiveMembershipTypes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const ada = "ada@example.com"
	named := func(slug string) func(*discoveryorganizations.CreateRequest) {
		return func(req *discoveryorganizations.CreateRequest) { req.OrganizationSlug = &slug }
	}
	active := h.create(ada, named("active"))
	pending := h.create(ada, named("pending"))
	invited := h.create(ada, named("invited"))
	h.alter("members", "member_id", pending.MemberID, map[string]any{"status": "pending"})
	h.alter("members", "member_id", invited.MemberID, map[string]any{"status": "invited"})
	byDomain := h.create("charles@example.com", allowing("example.com"))
	byTenant := h.create("grace@other.dev", func(req *discoveryorganizations.CreateRequest) {
		req.OAuthTenantJITProvisioning = new(organizations.OAuthTenantJITProvisioningRestricted)
		req.AllowedOAuthTenants = map[string]any{"slack": []string{"T-1"}}
	})
	h.create("alan@elsewhere.dev") // without JIT provisioning

	ist := h.IntermediateSession(ada)
	h.alter("intermediate_sessions", "token", ist,
		map[string]any{"oauth_tenants": []any{map[string]any{"provider": "slack", "tenant_id": "T-1"}}})
	list, err := h.api.B2B.Discovery.Organizations.List(t.Context(),
		&discoveryorganizations.ListRequest{IntermediateSessionToken: &ist})
	require.NoError(t, err)
	assert.Equal(t, ada, list.EmailAddress)
	kinds := map[string]*discovery.Membership{}
	for _, d := range list.DiscoveredOrganizations {
		kinds[d.Organization.OrganizationID] = d.Membership
		assert.True(t, d.MemberAuthenticated, d.Membership.Type)
		assert.Nil(t, d.PrimaryRequired)
		assert.Nil(t, d.MFARequired)
	}
	require.Len(t, kinds, 5)
	for id, want := range map[string]string{
		active.Organization.OrganizationID:   discovery.MembershipTypeActiveMember,
		pending.Organization.OrganizationID:  discovery.MembershipTypePendingMember,
		invited.Organization.OrganizationID:  discovery.MembershipTypeInvitedMember,
		byDomain.Organization.OrganizationID: discovery.MembershipTypeEligibleToJoinByEmailDomain,
		byTenant.Organization.OrganizationID: discovery.MembershipTypeEligibleToJoinByOAuthTenant,
	} {
		require.Contains(t, kinds, id)
		assert.Equal(t, want, kinds[id].Type)
	}
	assert.Equal(t, active.MemberID, kinds[active.Organization.OrganizationID].Member.MemberID)
	assert.Nil(t, kinds[byDomain.Organization.OrganizationID].Member)
	assert.EqualValues(t, map[string]any{"domain": "example.com"}, kinds[byDomain.Organization.OrganizationID].Details)
	assert.EqualValues(t, map[string]any{"provider": "slack", "tenant": "T-1"},
		kinds[byTenant.Organization.OrganizationID].Details)

	for _, org := range []string{"pending", "invited"} {
		again := h.IntermediateSession(ada)
		resp, err := h.exchange(again, org)
		require.NoError(t, err)
		assert.Equal(t, organizations.MemberStatusActive, resp.Member.Status, "the first login makes %s active", org)
	}
}

func TestDiscovery_listBySessionHasMembershipsOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("charles@example.com", allowing("example.com"))
	own := h.create("ada@example.com")
	for name, req := range map[string]*discoveryorganizations.ListRequest{
		"token": {SessionToken: &own.SessionToken}, "JWT": {SessionJWT: &own.SessionJWT},
	} {
		list, err := h.api.B2B.Discovery.Organizations.List(t.Context(), req)
		require.NoError(t, err, name)
		require.Len(t, list.DiscoveredOrganizations, 1, name)
		assert.Equal(t, own.Organization.OrganizationID, list.DiscoveredOrganizations[0].Organization.OrganizationID)
	}
	_, err := h.api.B2B.Discovery.Organizations.List(t.Context(), &discoveryorganizations.ListRequest{})
	require.ErrorIs(t, err, stytcherror.CodeNoSessionArguments)
	_, err = h.api.B2B.Discovery.Organizations.List(t.Context(), &discoveryorganizations.ListRequest{
		SessionToken: &own.SessionToken, IntermediateSessionToken: new("x"),
	})
	require.ErrorIs(t, err, stytcherror.CodeTooManySessionArguments)
	_, err = h.api.B2B.Discovery.Organizations.List(t.Context(), &discoveryorganizations.ListRequest{SessionToken: new("short")})
	require.ErrorIs(t, err, stytcherror.CodeInvalidSessionToken)
}
