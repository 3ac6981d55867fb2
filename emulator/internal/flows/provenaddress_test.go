package flows_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	"github.com/seed75add069/stytch-go/b2b/oauth"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/passwords"
	passwordsemail "github.com/seed75add069/stytch-go/b2b/passwords/email"
	passwordssessions "github.com/seed75add069/stytch-go/b2b/passwords/sessions"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// readdress gives a member an address, whose owner follows the link, with or without a session.
func (h *harness) readdress(org, member, email string, session *string) {
	h.t.Helper()
	_, err := h.startUpdate(org, member, email, nil)
	require.NoError(h.t, err)
	_, err = h.api.B2B.MagicLinks.Authenticate(h.t.Context(), &magiclinks.AuthenticateRequest{
		MagicLinksToken: h.WaitMessage(email).Token, SessionToken: session,
	})
	require.NoError(h.t, err)
}

// listedFor are the organizations that a session is told of.
func (h *harness) listedFor(token string) (ids []string) {
	h.t.Helper()
	found, err := h.api.B2B.Discovery.Organizations.List(h.t.Context(), &discoveryorganizations.ListRequest{SessionToken: &token})
	require.NoError(h.t, err)
	for _, o := range found.DiscoveredOrganizations {
		ids = append(ids, o.Organization.OrganizationID)
	}
	return ids
}

// resetIn sets a password with a session.
func (h *harness) resetIn(org, token string) error {
	h.t.Helper()
	_, err := h.api.B2B.Passwords.Sessions.Reset(h.t.Context(),
		&passwordssessions.ResetRequest{OrganizationID: org, Password: strong, SessionToken: &token})
	return err
}

// two makes an organization of Mallory's and one of the victim, who is a verified member of both.
func (h *harness) two() (mallorys, victims string) {
	h.t.Helper()
	mallorys = h.create("mallory@evil.example").Organization.OrganizationID
	victims = h.create("victim@example.com").Organization.OrganizationID
	_, err := h.AddMember(mallorys, "victim@example.com")
	require.NoError(h.t, err)
	return mallorys, victims
}

// An administrator may give a member any address, and a member may ask for one. The proof is its owner's, not that of
// sessions that were there before.
func TestSessions_anAddressThatSomebodyElseProvedOpensNoOtherOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setPasswords(emulator.PasswordSettings{CrossOrganization: true})
	victims := h.create("victim@example.com").Organization.OrganizationID
	eve := h.create("eve@evil.example")
	org := eve.Organization.OrganizationID
	app := h.newApp(connectedapp.ClientTypeFirstParty, nil)
	given := h.tokens(eve.SessionToken, app, "openid", "email", "offline_access")
	assert.Equal(t, true, claimsOf(t, given.id)["email_verified"])

	h.readdress(org, eve.MemberID, "victim@example.com", nil)
	require.ErrorIs(t, h.exchangeFor(eve.SessionToken, victims), stytcherror.CodeInsufficientFactorsForSessionExchange)
	assert.Equal(t, []string{org}, h.listedFor(eve.SessionToken), "its own")
	require.ErrorIs(t, h.resetIn(org, eve.SessionToken), stytcherror.CodeInsufficientFactors)
	assert.Equal(t, false, claimsOf(t, issuedBy(h.refreshToken(app, given.refresh)).id)["email_verified"])
	assert.Equal(t, false, h.userInfo(given.access).body["email_verified"])

	followed, err := h.follow(h.link(org, "victim@example.com"))
	require.NoError(t, err)
	own := followed.SessionToken
	require.NoError(t, h.exchangeFor(own, victims))
	assert.ElementsMatch(t, []string{org, victims}, h.listedFor(own))
	require.NoError(t, h.resetIn(org, own))
}

// Accounts that a member had before a change of address are the former owner's, until the new address is proved with
// them.
func TestOAuthAccounts_ofAFormerAddressLogNobodyIn(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"google", "github"} {
		h := newHarness(t)
		v := h.create("old@example.com")
		org := v.Organization.OrganizationID
		elsewhere := h.create("new@example.com").Organization.OrganizationID
		_, err := h.logInBy(provider, org, hint("old@example.com"), func(r *oauth.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
		require.NoError(t, err)
		h.readdress(org, v.MemberID, "new@example.com", nil)
		former, err := h.logInBy(provider, org, hint("old@example.com"))
		require.NoError(t, err)
		assert.Equal(t, v.MemberID, former.MemberID)
		require.False(t, former.MemberAuthenticated, provider)

		proved, err := h.api.B2B.MagicLinks.Authenticate(t.Context(), &magiclinks.AuthenticateRequest{
			MagicLinksToken: h.link(org, "new@example.com"), IntermediateSessionToken: &former.IntermediateSessionToken,
		})
		require.NoError(t, err)
		require.True(t, proved.MemberAuthenticated)
		again, err := h.logInBy(provider, org, hint("old@example.com"))
		require.NoError(t, err)
		require.True(t, again.MemberAuthenticated, "it is the new owner's now")
		require.NoError(t, h.exchangeFor(again.SessionToken, elsewhere))
	}
}

// Whoever controls an organization's SSO makes no account, password or token of an app one of a member elsewhere.
func TestSSO_makesNothingElseAProofOfTheAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, victims := h.two()
	connection := h.activeSAML(org).ConnectionID
	github := hint("victim@example.com", "subject", "mallorys-account")
	strange, err := h.logInBy("github", org, github)
	require.NoError(t, err)
	require.False(t, strange.MemberAuthenticated)
	resp, err := h.authenticateSSO(h.ssoToken(connection, "victim@example.com"), func(r *sso.AuthenticateRequest) {
		r.IntermediateSessionToken = &strange.IntermediateSessionToken
	})
	require.NoError(t, err)
	require.True(t, resp.MemberAuthenticated)
	assert.Empty(t, resp.Member.OAuthRegistrations)
	require.ErrorIs(t, h.exchangeFor(resp.SessionToken, victims), stytcherror.CodeInsufficientFactorsForSessionExchange)
	assert.Equal(t, []string{org}, h.listedFor(resp.SessionToken))
	later, err := h.logInBy("github", org, github)
	require.NoError(t, err)
	assert.False(t, later.MemberAuthenticated)

	require.NoError(t, h.resetIn(org, resp.SessionToken))
	byPassword, err := h.signIn(org, "victim@example.com", strong)
	require.NoError(t, err)
	assert.Equal(t, []string{org}, h.listedFor(byPassword.SessionToken))
	app := h.newApp(connectedapp.ClientTypeFirstParty, nil)
	assert.Equal(t, false, claimsOf(t, h.tokens(byPassword.SessionToken, app, "openid", "email").id)["email_verified"])
}

// A password for all organizations is set by no factor that is good for one of them.
func TestPasswords_forAllOrganizationsAreSetByNoFactorOfOne(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setPasswords(emulator.PasswordSettings{CrossOrganization: true})
	org, _ := h.two()
	bySSO, err := h.authenticateSSO(h.ssoToken(h.activeSAML(org).ConnectionID, "victim@example.com"))
	require.NoError(t, err)
	require.ErrorIs(t, h.resetIn(org, bySSO.SessionToken), stytcherror.CodeInsufficientFactors)
	app := h.newApp(connectedapp.ClientTypeFirstParty, func(r *clients.CreateRequest) { r.FullAccessAllowed = new(true) })
	tokens := h.tokens(h.visitor(org, "victim@example.com").SessionToken, app, "full_access")
	byApp, err := h.api.B2B.Sessions.ExchangeAccessToken(t.Context(), &sessions.ExchangeAccessTokenRequest{AccessToken: tokens.access})
	require.NoError(t, err)
	require.ErrorIs(t, h.resetIn(org, byApp.SessionToken), stytcherror.CodeInsufficientFactors)
}

// Who knows the password of an address, or has an account of the member's, goes to other organizations without another
// proof, with a second factor or without.
func TestSessions_byTheMembersOwnPasswordOrAccountOpenOtherOrganizations(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setPasswords(emulator.PasswordSettings{CrossOrganization: true})
	org, victims := h.two()
	h.setPassword(org, "victim@example.com", strong)
	byPassword, err := h.signIn(org, "victim@example.com", strong)
	require.NoError(t, err)
	require.NoError(t, h.exchangeFor(byPassword.SessionToken, victims))
	assert.ElementsMatch(t, []string{org, victims}, h.listedFor(byPassword.SessionToken))
	v := h.visitor(org, "victim@example.com")
	_, err = h.logInBy("github", org, hint("victim@example.com"), func(r *oauth.AuthenticateRequest) { r.SessionToken = &v.SessionToken })
	require.NoError(t, err)
	byAccount, err := h.logInBy("github", org, hint("victim@example.com"))
	require.NoError(t, err)
	require.NoError(t, h.exchangeFor(byAccount.SessionToken, victims))

	app, err := h.createTOTP(org, byPassword.MemberID, func(r *totps.CreateRequest) { r.SessionToken = &byPassword.SessionToken })
	require.NoError(t, err)
	_, err = h.enterTOTP(org, byPassword.MemberID, h.shown(app.Secret), func(r *totps.AuthenticateRequest) { r.SessionToken = &byPassword.SessionToken })
	require.NoError(t, err)
	_, err = h.update(org, byPassword.MemberID, func(r *members.UpdateRequest) { r.MFAEnrolled = new(true) })
	require.NoError(t, err)
	h.Clock().Advance(time.Minute)
	first, err := h.signIn(org, "victim@example.com", strong)
	require.NoError(t, err)
	require.False(t, first.MemberAuthenticated)
	both, err := h.enterTOTP(org, byPassword.MemberID, h.shown(app.Secret), func(r *totps.AuthenticateRequest) {
		r.IntermediateSessionToken = &first.IntermediateSessionToken
	})
	require.NoError(t, err)
	require.NoError(t, h.exchangeFor(both.SessionToken, victims))
}

// An administrator makes the password of nobody unusable who has not joined the organization.
func TestPasswordReset_isRequiredByACallerOnlyOfThoseWhoJoined(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setPasswords(emulator.PasswordSettings{CrossOrganization: true})
	mallory := h.create("mallory@evil.example")
	org := mallory.Organization.OrganizationID
	victims := h.create("victim@example.com").Organization.OrganizationID
	h.setPassword(victims, "victim@example.com", strong)
	h.addMember(org, "victim@example.com", nil)
	reset := func() error {
		_, err := h.api.B2B.Passwords.Email.RequireReset(t.Context(), &passwordsemail.RequireResetRequest{
			EmailAddress: "victim@example.com", OrganizationID: &org,
		}, as(mallory.SessionToken))
		return err
	}
	require.ErrorIs(t, reset(), stytcherror.CodeSessionAuthorizationError)
	_, err := h.signIn(victims, "victim@example.com", strong)
	require.NoError(t, err)
	h.visitor(org, "victim@example.com")
	require.NoError(t, reset())
}

// A token that is for one organization opens no other.
func TestSessions_attestedOrMigratedStayInTheirOrganization(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org, victims := h.two()
	verified := `true`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"email": "victim@example.com", "email_verified": ` + verified + `}`))
	}))
	defer server.Close()
	trusted := newIssuer(t)
	require.NoError(t, h.SetSettings(emulator.Settings{
		UserInfoURL: server.URL,
		TrustedTokenProfiles: []emulator.TrustedTokenProfile{{
			ProfileID: "p", Issuer: "https://issuer.example", Audience: "stytch", PublicKeys: []string{trusted.pem},
		}},
	}))
	token := trusted.sign(h.Clock().Now(), jwt.MapClaims{"email": "victim@example.com", "organization_id": org})
	attested, err := h.api.B2B.Sessions.Attest(t.Context(), &sessions.AttestRequest{ProfileID: "p", Token: token})
	require.NoError(t, err)
	require.ErrorIs(t, h.exchangeFor(attested.SessionToken, victims), stytcherror.CodeInsufficientFactorsForSessionExchange)
	migrate := func() (*sessions.MigrateResponse, error) {
		return h.api.B2B.Sessions.Migrate(t.Context(), &sessions.MigrateRequest{SessionToken: "x", OrganizationID: org})
	}
	migrated, err := migrate()
	require.NoError(t, err)
	require.ErrorIs(t, h.exchangeFor(migrated.SessionToken, victims), stytcherror.CodeInsufficientFactorsForSessionExchange)
	verified = `false`
	_, err = migrate()
	require.ErrorIs(t, err, stytcherror.CodeMigrateFromExternalMissingUserinfo)
}

// What deletion has ended stays ended.
func TestIntermediate_endsWithTheMemberOrThePassword(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(h *harness, org, member, password string) error{
		"member": func(h *harness, org, member, _ string) error {
			_, err := h.api.B2B.Organizations.Members.Delete(h.t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: member})
			require.NoError(h.t, err)
			_, err = h.api.B2B.Organizations.Members.Reactivate(h.t.Context(), &members.ReactivateRequest{OrganizationID: org, MemberID: member})
			return err
		},
		"password": func(h *harness, org, _, password string) error {
			_, err := h.api.B2B.Organizations.Members.DeletePassword(h.t.Context(),
				&members.DeletePasswordRequest{OrganizationID: org, MemberPasswordID: password})
			return err
		},
	} {
		h := newHarness(t)
		v := h.create("ada@example.com")
		org := v.Organization.OrganizationID
		h.setPassword(org, "ada@example.com", strong)
		enroll := func(is bool) {
			_, err := h.update(org, v.MemberID, func(r *members.UpdateRequest) { r.MFAEnrolled = &is })
			require.NoError(t, err)
		}
		enroll(true)
		first, err := h.signIn(org, "ada@example.com", strong)
		require.NoError(t, err)
		require.NotEmpty(t, first.IntermediateSessionToken)
		require.NoError(t, end(h, org, v.MemberID, first.Member.MemberPasswordID))
		enroll(false)
		_, err = h.exchange(first.IntermediateSessionToken, org)
		require.ErrorIs(t, err, stytcherror.CodeIntermediateSessionNotFound, name)
	}
}

// Whoever knows the password is not locked for a session that the project does not allow.
func TestPasswords_theRightOneLocksNobody(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.create("ada@example.com")
	h.setPassword("example", "ada@example.com", strong)
	require.NoError(t, h.SetSettings(emulator.Settings{MaxSessionDurationMinutes: 60}))
	for range 11 {
		_, err := h.signIn("example", "ada@example.com", strong, func(r *passwords.AuthenticateRequest) { r.SessionDurationMinutes = new(100) })
		require.ErrorIs(t, err, stytcherror.CodeInvalidSessionDuration)
	}
	_, err := h.signIn("example", "ada@example.com", strong)
	require.NoError(t, err)
}
