package emulator_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/discovery"
	"github.com/seed75add069/stytch-go/b2b/discovery/intermediatesessions"
	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	magiclinksdiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/discovery"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestDiscovery_linkLeadsToTheRedirectURLWithItsToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &magiclinksemaildiscovery.SendRequest{
		EmailAddress: "Ada@Example.com", DiscoveryRedirectURL: new("https://app.example.com/auth?next=%2Fhome"),
	})
	require.NoError(t, err)
	mail := w.WaitMessage("ada@example.com")
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

func TestDiscovery_sendRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, row := range map[string]struct {
		req  magiclinksemaildiscovery.SendRequest
		want stytcherror.Code
	}{
		"what is no address":      {magiclinksemaildiscovery.SendRequest{EmailAddress: "ada"}, stytcherror.CodeInvalidEmail},
		"a name with the address": {magiclinksemaildiscovery.SendRequest{EmailAddress: "Ada <a@b.co>"}, stytcherror.CodeInvalidEmail},
		"too short a life":        {magiclinksemaildiscovery.SendRequest{DiscoveryExpirationMinutes: new(4)}, stytcherror.CodeInvalidExpiration},
		"too long a life":         {magiclinksemaildiscovery.SendRequest{DiscoveryExpirationMinutes: new(10081)}, stytcherror.CodeInvalidExpiration},
		"a language for SMS only": {magiclinksemaildiscovery.SendRequest{Locale: new(shared.LocaleJA)}, stytcherror.CodeInvalidLocale},
		"a redirect URL that is a path": {
			magiclinksemaildiscovery.SendRequest{DiscoveryRedirectURL: new("/auth")}, stytcherror.CodeInvalidDiscoveryRedirectURL,
		},
		"a challenge that is none": {magiclinksemaildiscovery.SendRequest{PKCECodeChallenge: new("x")}, stytcherror.CodeInvalidPKCECodeChallenge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if row.req.EmailAddress == "" {
				row.req.EmailAddress = "ada@example.com"
			}
			_, err := w.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(), &row.req)
			require.ErrorIs(t, err, row.want)
		})
	}
}

func TestDiscovery_linkWorksOnceAndInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	authenticate := func(token string) error {
		_, err := w.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
			&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token})
		return err
	}
	token := w.MagicLink("ada@example.com")
	require.NoError(t, authenticate(token))
	require.ErrorIs(t, authenticate(token), stytcherror.CodeUnableToAuthMagicLink, "used")

	late := w.MagicLink("ada@example.com")
	w.Clock().Advance(time.Hour + time.Second)
	require.ErrorIs(t, authenticate(late), stytcherror.CodeUnableToAuthMagicLink, "expired")
	require.ErrorIs(t, authenticate("unknown"), stytcherror.CodeMagicLinkNotFound)
}

func TestDiscovery_pkce(t *testing.T) {
	t.Parallel()
	const verifier = "a-verifier-of-some-length-that-nobody-guesses"
	sum := sha256.Sum256([]byte(verifier))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	w := newWorld(t)
	send := func(email string, challenge *string) string {
		_, err := w.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
			&magiclinksemaildiscovery.SendRequest{EmailAddress: email, PKCECodeChallenge: challenge})
		require.NoError(t, err)
		return w.WaitMessage(email).Token
	}
	authenticate := func(token string, verifier *string) error {
		_, err := w.api.B2B.MagicLinks.Discovery.Authenticate(t.Context(),
			&magiclinksdiscovery.AuthenticateRequest{DiscoveryMagicLinksToken: token, PKCECodeVerifier: verifier})
		return err
	}
	token := send("ada@example.com", &challenge)
	require.ErrorIs(t, authenticate(token, nil), stytcherror.CodePKCEExpectedCodeVerifier)
	require.ErrorIs(t, authenticate(token, new("another")), stytcherror.CodePKCEMismatch)
	require.NoError(t, authenticate(token, new(verifier)), "a failed try does not spend the link")
	require.ErrorIs(t, authenticate(send("b@example.com", nil), new(verifier)),
		stytcherror.CodePKCEDidNotExpectCodeVerifier)
}

// TestDiscovery_listsAllFiveKindsOfMembership plays somebody who belongs to three organizations in three states and may
// join two more.
func TestDiscovery_listsAllFiveKindsOfMembership(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const ada = "ada@example.com"
	named := func(slug string) func(*discoveryorganizations.CreateRequest) {
		return func(req *discoveryorganizations.CreateRequest) { req.OrganizationSlug = &slug }
	}
	active := w.found(ada, named("active"))
	pending := w.found(ada, named("pending"))
	invited := w.found(ada, named("invited"))
	w.editMember(pending.MemberID, map[string]any{"status": "pending"})
	w.editMember(invited.MemberID, map[string]any{"status": "invited"})
	byDomain := w.found("charles@example.com", admitting("example.com"))
	byTenant := w.found("grace@other.dev", func(req *discoveryorganizations.CreateRequest) {
		req.OAuthTenantJITProvisioning = new(organizations.OAuthTenantJITProvisioningRestricted)
		req.AllowedOAuthTenants = map[string]any{"slack": []string{"T-1"}}
	})
	w.found("alan@elsewhere.dev", nil) // takes nobody in

	ist := w.prove(ada).IntermediateSessionToken
	w.edit(func(state map[string]any) {
		editOne(state["intermediate_sessions"], "token", ist,
			map[string]any{"oauth_tenants": []any{map[string]any{"provider": "slack", "tenant_id": "T-1"}}})
	})
	list, err := w.api.B2B.Discovery.Organizations.List(t.Context(),
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
		again := w.prove(ada).IntermediateSessionToken
		resp, err := w.exchange(again, org)
		require.NoError(t, err)
		assert.Equal(t, organizations.MemberStatusActive, resp.Member.Status, "the first login makes %s active", org)
	}
}

func TestDiscovery_listBySessionLeavesOutWhatOneCouldJoin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.found("charles@example.com", admitting("example.com"))
	mine := w.found("ada@example.com", nil)
	for name, req := range map[string]*discoveryorganizations.ListRequest{
		"token": {SessionToken: &mine.SessionToken}, "JWT": {SessionJWT: &mine.SessionJWT},
	} {
		list, err := w.api.B2B.Discovery.Organizations.List(t.Context(), req)
		require.NoError(t, err, name)
		require.Len(t, list.DiscoveredOrganizations, 1, name)
		assert.Equal(t, mine.Organization.OrganizationID, list.DiscoveredOrganizations[0].Organization.OrganizationID)
	}
	_, err := w.api.B2B.Discovery.Organizations.List(t.Context(), &discoveryorganizations.ListRequest{})
	require.ErrorIs(t, err, stytcherror.CodeNoSessionArguments)
	_, err = w.api.B2B.Discovery.Organizations.List(t.Context(), &discoveryorganizations.ListRequest{
		SessionToken: &mine.SessionToken, IntermediateSessionToken: new("x"),
	})
	require.ErrorIs(t, err, stytcherror.CodeTooManySessionArguments)
}

func TestIntermediateSession_livesTenMinutesAndSurvivesListing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	proof := w.prove("ada@example.com")
	assert.WithinDuration(t, w.Clock().Now().Add(10*time.Minute), proof.IntermediateSessionTokenExpiresAt, 5*time.Second)
	list := func() error {
		_, err := w.api.B2B.Discovery.Organizations.List(t.Context(),
			&discoveryorganizations.ListRequest{IntermediateSessionToken: &proof.IntermediateSessionToken})
		return err
	}
	require.NoError(t, list())
	require.NoError(t, list())
	w.Clock().Advance(10*time.Minute + time.Second)
	require.ErrorIs(t, list(), stytcherror.CodeIntermediateSessionNotFound)
	_, err := w.exchange("not-a-token", "any")
	require.ErrorIs(t, err, stytcherror.CodeInvalidSessionToken)
}

func TestExchange_existingMember(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	founded := w.found("ada@example.com", nil)
	ist := w.prove("ada@example.com").IntermediateSessionToken
	_, err := w.exchange(ist, "nowhere")
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound, "and the token is not spent")
	resp, err := w.api.B2B.Discovery.IntermediateSessions.Exchange(t.Context(), &intermediatesessions.ExchangeRequest{
		IntermediateSessionToken: ist, OrganizationID: founded.Organization.OrganizationSlug,
		SessionDurationMinutes: new(5), SessionCustomClaims: map[string]any{"plan": "pro", "iss": "ignored", "gone": nil},
	})
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, founded.MemberID, resp.MemberID)
	assert.Empty(t, resp.IntermediateSessionToken)
	assert.Zero(t, resp.IntermediateSessionTokenExpiresAt)
	assert.Equal(t, 5*time.Minute, resp.MemberSession.ExpiresAt.Sub(resp.MemberSession.StartedAt))
	assert.EqualValues(t, map[string]any{"plan": "pro"}, resp.MemberSession.CustomClaims)
	require.Len(t, resp.MemberSession.AuthenticationFactors, 1)
	assert.Equal(t, "ada@example.com", resp.MemberSession.AuthenticationFactors[0].EmailFactor.EmailAddress)
	_, err = w.exchange(ist, founded.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound, "a success spends the token")
}

func TestExchange_joinsByEmailDomainOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open := w.found("ada@example.com", admitting("example.com"))
	closed := w.found("ada@example.com", nil)
	claiming := w.found("carol@claimed.dev", nil)
	alsoOpen := w.found("zoe@claimed.dev", admitting("claimed.dev"))
	w.editOrganization(claiming.Organization.OrganizationID, map[string]any{"claimed_email_domains": []any{"claimed.dev"}})

	joined, err := w.exchange(w.prove("bob@example.com").IntermediateSessionToken, open.Organization.OrganizationID)
	require.NoError(t, err)
	assert.Equal(t, organizations.MemberStatusActive, joined.Member.Status)
	assert.True(t, joined.Member.EmailAddressVerified)
	assert.Equal(t, []string{"stytch_member"}, joined.MemberSession.Roles)
	assert.False(t, joined.Member.IsAdmin)

	_, err = w.exchange(w.prove("bob@example.com").IntermediateSessionToken, closed.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeEmailJITProvisioningNotAllowed)
	_, err = w.exchange(w.prove("eve@evil.dev").IntermediateSessionToken, open.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeInvalidEmailForJITProvisioning)
	_, err = w.exchange(w.prove("bob@claimed.dev").IntermediateSessionToken, alsoOpen.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeActionNotAllowedEmailDomainIsClaimed)

	w.editMember(open.MemberID, map[string]any{"email_address_verified": false})
	w.editMember(joined.MemberID, map[string]any{"email_address_verified": false})
	_, err = w.exchange(w.prove("new@example.com").IntermediateSessionToken, open.Organization.OrganizationID)
	require.ErrorIs(t, err, stytcherror.CodeInvalidEmailForJITProvisioning, "nobody on the domain is verified")
}
