package flows_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/oauth"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/otps/sms"
	passwordssessions "github.com/seed75add069/stytch-go/b2b/passwords/sessions"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// mallorys makes an organization whose identity provider says that Mallory has another person's address, and returns a
// session by that.
func (h *harness) mallorys(victim string) (org, connection string, resp *sso.AuthenticateResponse) {
	h.t.Helper()
	org = h.create("mallory@evil.example").Organization.OrganizationID
	connection = h.activeSAML(org).ConnectionID
	resp, err := h.authenticateSSO(h.ssoToken(connection, victim))
	require.NoError(h.t, err)
	require.True(h.t, resp.MemberAuthenticated)
	return org, connection, resp
}

// exchangeFor exchanges a session for one in another organization.
func (h *harness) exchangeFor(token, org string) error {
	h.t.Helper()
	_, err := h.api.B2B.Sessions.Exchange(h.t.Context(), &sessions.ExchangeRequest{OrganizationID: org, SessionToken: &token})
	return err
}

// An organization's identity provider may say anything. It opens no other organization, whatever is added to the session.
func TestSSO_provesAnAddressForItsOrganizationOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	victims := h.create("victim@example.com").Organization.OrganizationID
	org, connection, resp := h.mallorys("victim@example.com")
	assert.True(t, resp.Member.EmailAddressVerified)
	require.ErrorIs(t, h.exchangeFor(resp.SessionToken, victims), stytcherror.CodeInsufficientFactorsForSessionExchange)

	both, err := h.logInBy("github", org, hint("victim@example.com"), func(r *oauth.AuthenticateRequest) { r.SessionToken = &resp.SessionToken })
	require.NoError(t, err)
	require.False(t, both.MemberAuthenticated, "nor is another account the member's by that")
	_, err = h.exchange(both.IntermediateSessionToken, victims)
	require.ErrorIs(t, err, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization)

	_, err = h.api.B2B.OTPs.SMS.Send(t.Context(), &sms.SendRequest{
		OrganizationID: org, MemberID: resp.MemberID, MFAPhoneNumber: new(phone), SessionToken: &resp.SessionToken,
	})
	require.NoError(t, err)
	_, err = h.api.B2B.OTPs.SMS.Authenticate(t.Context(), &sms.AuthenticateRequest{
		OrganizationID: org, MemberID: resp.MemberID, Code: h.WaitMessage(phone).Code, SessionToken: &resp.SessionToken,
	})
	require.NoError(t, err)
	require.ErrorIs(t, h.exchangeFor(resp.SessionToken, victims), stytcherror.CodeInsufficientFactorsForSessionExchange)

	_, err = h.follow(h.link(org, "victim@example.com"))
	require.NoError(t, err)
	again, err := h.authenticateSSO(h.ssoToken(connection, "victim@example.com"))
	require.NoError(t, err)
	require.ErrorIs(t, h.exchangeFor(again.SessionToken, victims), stytcherror.CodeInsufficientFactorsForSessionExchange,
		"the address is proved, and a factor of SSO stays here")
}

// An intermediate session to which a login of one organization was added is good for that one only.
func TestSSO_bindsAnIntermediateSession(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	victims := h.create("victim@example.com").Organization.OrganizationID
	org, connection, _ := h.mallorys("victim@example.com")
	_, err := h.updateOrg(org, func(r *organizations.UpdateRequest) { r.MFAPolicy = new(organizations.MFAPolicyRequiredForAll) })
	require.NoError(t, err)
	found, err := h.discoverByOAuth("github", hint("victim@example.com"))
	require.NoError(t, err)
	resp, err := h.authenticateSSO(h.ssoToken(connection, "victim@example.com"), func(r *sso.AuthenticateRequest) {
		r.IntermediateSessionToken = &found.IntermediateSessionToken
	})
	require.NoError(t, err)
	require.Equal(t, found.IntermediateSessionToken, resp.IntermediateSessionToken, "a second factor is missing")
	_, err = h.exchange(resp.IntermediateSessionToken, victims)
	require.ErrorIs(t, err, stytcherror.CodeInvalidIntermediateSessionTokenForOrganization)
}

// Who has proved an address has not proved the one that is set later: neither a second factor nor a new password changes
// that.
func TestSessions_provedAnOldAddressOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	google, err := h.logInBy("google", org, hint("ada@example.com"))
	require.NoError(t, err)
	h.readdress(org, v.MemberID, "victim@example.com", nil)
	h.alter("members", "member_id", v.MemberID, object{"email_address_verified": false})
	_, err = h.api.B2B.OTPs.SMS.Send(t.Context(), &sms.SendRequest{
		OrganizationID: org, MemberID: v.MemberID, MFAPhoneNumber: new(phone), SessionToken: &google.SessionToken,
	})
	require.NoError(t, err)
	_, err = h.api.B2B.OTPs.SMS.Authenticate(t.Context(), &sms.AuthenticateRequest{
		OrganizationID: org, MemberID: v.MemberID, Code: h.WaitMessage(phone).Code, SessionToken: &google.SessionToken,
	})
	require.NoError(t, err)
	assert.False(t, h.member(org, v.MemberID).EmailAddressVerified)
	reset := func() error {
		_, err := h.api.B2B.Passwords.Sessions.Reset(t.Context(), &passwordssessions.ResetRequest{
			OrganizationID: org, SessionToken: &google.SessionToken, Password: goodPassword,
		})
		return err
	}
	require.NoError(t, reset())
	assert.False(t, h.member(org, v.MemberID).EmailAddressVerified)
}

// A password for all organizations is set by those who have proved the address.
func TestPasswords_forAllOrganizationsNeedAProvedAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.setPasswords(emulator.PasswordSettings{CrossOrganization: true})
	h.create("victim@example.com")
	org, _, resp := h.mallorys("victim@example.com")
	_, err := h.api.B2B.Passwords.Sessions.Reset(t.Context(), &passwordssessions.ResetRequest{
		OrganizationID: org, SessionToken: &resp.SessionToken, Password: goodPassword,
	})
	require.ErrorIs(t, err, stytcherror.CodeInsufficientFactors)
}

// Who impersonates a member lets no app act for the member, and gets no session by one.
func TestImpersonation_authorizesNoApp(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ada := h.create("ada@example.com")
	resp, err := h.impersonated(h.impersonate(ada.MemberID))
	require.NoError(t, err)
	app := h.newApp("first_party", nil)
	_, err = h.startAuthorize(resp.SessionToken, app.ClientID, nil, "openid")
	require.ErrorIs(t, err, stytcherror.CodeSessionNotMutable)
	_, err = h.authorize(resp.SessionToken, app.ClientID, nil, "openid")
	require.ErrorIs(t, err, stytcherror.CodeSessionNotMutable)
}
