package flows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/magiclinks"
	magiclinksemail "github.com/seed75add069/stytch-go/b2b/magiclinks/email"
	magiclinksemaildiscovery "github.com/seed75add069/stytch-go/b2b/magiclinks/email/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSettings_linksLeadToRegisteredURLsOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{"https://app.example/in", "https://app.example/up"}}))
	send := func(to string, redirectURL *string) error {
		_, err := h.api.B2B.MagicLinks.Email.Discovery.Send(t.Context(),
			&magiclinksemaildiscovery.SendRequest{EmailAddress: to, DiscoveryRedirectURL: redirectURL})
		return err
	}
	require.NoError(t, send("bob@example.com", nil))
	assert.Contains(t, h.WaitMessage("bob@example.com").Link, "https://app.example/in?")
	require.NoError(t, send("eve@example.com", new("https://app.example/up")))
	for _, redirectURL := range []string{
		"https://evil.example/in", "https://app.example/in?x=1", "https://app.example/in/", "http://app.example/in", "https://app.example/IN",
	} {
		require.ErrorIs(t, send("mallory@example.com", &redirectURL), stytcherror.CodeNoMatchForProvidedMagicLinkURL)
	}
	require.ErrorIs(t, send("mallory@example.com", new("//app.example/in")), stytcherror.CodeInvalidDiscoveryRedirectURL)
	_, err := h.api.B2B.MagicLinks.Email.LoginOrSignup(t.Context(), &magiclinksemail.LoginOrSignupRequest{
		OrganizationID: v.Organization.OrganizationID, EmailAddress: "ada@example.com",
		SignupRedirectURL: new("https://evil.example/up"),
	})
	require.ErrorIs(t, err, stytcherror.CodeNoMatchForProvidedMagicLinkURL, "though this e-mail does not lead there")
	_, err = h.startUpdate(v.Organization.OrganizationID, v.MemberID, "new@example.com",
		func(r *members.StartEmailUpdateRequest) { r.LoginRedirectURL = new("https://evil.example/in") })
	require.ErrorIs(t, err, stytcherror.CodeNoMatchForProvidedMagicLinkURL)
	assert.Empty(t, h.Inbox().Messages("mallory@example.com"))
	require.Error(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{"nowhere"}}))
	assert.Len(t, h.Settings().RedirectURLs, 2, "an error changes nothing")
}

func TestSettings_boundTheDurationOfSessions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.NoError(t, h.SetSettings(emulator.Settings{MaxSessionDurationMinutes: 30}))
	v := h.create("ada@example.com")
	assert.Equal(t, 30*time.Minute, v.MemberSession.ExpiresAt.Sub(v.MemberSession.StartedAt), "the default is longer")
	_, err := h.authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken, SessionDurationMinutes: new(31)})
	require.ErrorIs(t, err, stytcherror.CodeInvalidSessionDuration)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionToken: &v.SessionToken, SessionDurationMinutes: new(30)})
	require.NoError(t, err)
	org := v.Organization.OrganizationID
	link := h.link(org, "ada@example.com")
	login := func(minutes int) error {
		_, err := h.api.B2B.MagicLinks.Authenticate(t.Context(), &magiclinks.AuthenticateRequest{
			MagicLinksToken: link, SessionDurationMinutes: &minutes,
		})
		return err
	}
	require.ErrorIs(t, login(31), stytcherror.CodeInvalidSessionDuration)
	require.NoError(t, login(5), "the link was not used up")
	for _, minutes := range []int{-1, 4, 527_041} {
		require.Error(t, h.SetSettings(emulator.Settings{MaxSessionDurationMinutes: minutes}))
	}
}
