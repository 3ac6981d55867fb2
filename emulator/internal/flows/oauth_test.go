package flows_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/oauth"
	oauthdiscovery "github.com/seed75add069/stytch-go/b2b/oauth/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/oauthproviders"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// page is what a browser shows after it has followed the redirects within the emulator.
type page struct {
	status int
	header http.Header
	body   string
	// to is where the browser was sent outside of the emulator, nil if it was not.
	to *url.URL
}

// browse opens a URL as a browser does; with a form it posts that.
func (h *harness) browse(target string, form url.Values) page {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(h.t, err)
	base, err := url.Parse(h.URL())
	require.NoError(h.t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	browser := &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != base.Host {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	r, err := http.NewRequestWithContext(h.t.Context(), method, target, strings.NewReader(body))
	require.NoError(h.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := browser.Do(r)
	require.NoError(h.t, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(h.t, err)
	p := page{status: resp.StatusCode, header: resp.Header, body: string(text)}
	if resp.StatusCode == http.StatusSeeOther {
		p.to, err = resp.Location()
		require.NoError(h.t, err)
	}
	return p
}

var formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)

// submit fills in the form of a page, and sends it.
func (h *harness) submit(p page, form url.Values) page {
	h.t.Helper()
	action := formAction.FindStringSubmatch(p.body)
	require.NotNil(h.t, action, "the page has a form: %s", p.body)
	return h.browse(h.URL()+html.UnescapeString(action[1]), form)
}

// hint are the parameters of a provider by which a person logs in at once.
func hint(email string, more ...string) map[string]string {
	parameters := map[string]string{"login_hint": email}
	for i := 0; i < len(more); i += 2 {
		parameters[more[i]] = more[i+1]
	}
	return parameters
}

// startURL is where a login by OAuth to an organization begins.
func (h *harness) startURL(provider, org string, parameters map[string]string, changes ...func(*oauth.StartURLRequest)) string {
	h.t.Helper()
	req := &oauth.StartURLRequest{
		Provider: provider, PublicToken: h.PublicToken(), OrganizationID: &org, ProviderParameters: parameters,
	}
	for _, change := range changes {
		change(req)
	}
	h.URL() // begins to listen
	address, err := h.api.B2B.OAuth.StartURL(req)
	require.NoError(h.t, err)
	return h.at(address)
}

// at is a URL at the address where the emulator listens.
func (h *harness) at(address string) string {
	h.t.Helper()
	u, err := url.Parse(address)
	require.NoError(h.t, err)
	return h.URL() + u.RequestURI()
}

// token is the token with which a browser was sent to a redirect URL.
func (p page) token(t *testing.T, tokenType string) string {
	t.Helper()
	require.NotNil(t, p.to, "%d %s", p.status, p.body)
	require.Equal(t, tokenType, p.to.Query().Get("stytch_token_type"), p.to)
	require.Len(t, p.to.Query().Get("token"), 44)
	return p.to.Query().Get("token")
}

// logInBy logs in to an organization with a provider.
func (h *harness) logInBy(
	provider, org string, parameters map[string]string, changes ...func(*oauth.AuthenticateRequest),
) (*oauth.AuthenticateResponse, error) {
	h.t.Helper()
	req := &oauth.AuthenticateRequest{OAuthToken: h.browse(h.startURL(provider, org, parameters), nil).token(h.t, "oauth")}
	for _, change := range changes {
		change(req)
	}
	return h.api.B2B.OAuth.Authenticate(h.t.Context(), req)
}

func TestOAuth_memberLogsInWithTheAddressOfTheAccount(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization
	p := h.browse(h.startURL("google", org.OrganizationSlug, hint("ADA@example.com", "name", "Ada L.", "picture",
		"https://example.com/ada.png", "locale", "en-GB", "access_type", "offline"),
		func(r *oauth.StartURLRequest) { r.CustomScopes = []string{"calendar.read", "email"} }), nil)
	assert.Equal(t, "http://localhost:3000/authenticate", p.to.Scheme+"://"+p.to.Host+p.to.Path)
	assert.Equal(t, "no-store", p.header.Get("Cache-Control"))
	resp, err := h.api.B2B.OAuth.Authenticate(t.Context(), &oauth.AuthenticateRequest{
		OAuthToken: p.token(t, "oauth"), SessionDurationMinutes: new(30), SessionCustomClaims: object{"k": "v"},
	})
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	assert.Equal(t, v.MemberID, resp.MemberID)
	assert.Equal(t, org.OrganizationID, resp.OrganizationID)
	assert.Equal(t, "Google", resp.ProviderType)
	assert.Regexp(t, `^1\d{20}$`, resp.ProviderSubject)
	assert.Nil(t, resp.PrimaryRequired)
	assert.Nil(t, resp.MFARequired)
	assert.Empty(t, resp.IntermediateSessionToken)
	assert.NotEmpty(t, resp.SessionJWT)
	now := h.Clock().Now().Truncate(time.Second)
	assert.Equal(t, now.Add(30*time.Minute), resp.MemberSession.ExpiresAt)
	assert.EqualValues(t, object{"k": "v"}, resp.MemberSession.CustomClaims)
	values := resp.ProviderValues
	assert.NotEmpty(t, values.AccessToken)
	assert.NotEmpty(t, values.RefreshToken)
	assert.Equal(t, []string{"openid", "email", "profile", "calendar.read"}, values.Scopes)
	assert.Equal(t, now.Add(time.Hour), values.ExpiresAt)
	claims := claimsOf(t, values.IDToken)
	assert.Equal(t, "ada@example.com", claims["email"])
	assert.Equal(t, resp.ProviderSubject, claims["sub"])
	assert.Equal(t, "Ada L.", claims["name"])
	assert.Equal(t, true, claims["email_verified"])
	assert.Equal(t, "google-client-"+h.ID(), claims["aud"], "it is for a client of the provider, not for the project")

	f := resp.MemberSession.AuthenticationFactors[0]
	assert.EqualValues(t, "oauth", f.Type)
	assert.EqualValues(t, "oauth_google", f.DeliveryMethod)
	m := h.member(org.OrganizationID, v.MemberID)
	require.Len(t, m.OAuthRegistrations, 1)
	assert.Equal(t, organizations.OAuthRegistration{
		ProviderType: "Google", ProviderSubject: resp.ProviderSubject, MemberOAuthRegistrationID: f.GoogleOAuthFactor.ID,
		ProfilePictureURL: "https://example.com/ada.png", Locale: "en-GB",
	}, m.OAuthRegistrations[0])
	assert.Regexp(t, "^oauth-member-test-", f.GoogleOAuthFactor.ID)
	assert.Equal(t, resp.ProviderSubject, f.GoogleOAuthFactor.ProviderSubject)
	assert.Regexp(t, "^email-test-", f.GoogleOAuthFactor.EmailID)
	stored, err := h.api.B2B.Organizations.Members.OAuthProviders.Google(t.Context(), &oauthproviders.GoogleRequest{
		OrganizationID: org.OrganizationID, MemberID: v.MemberID, IncludeRefreshToken: new(true),
	})
	require.NoError(t, err)
	assert.Equal(t, values.AccessToken, stored.AccessToken)
	assert.Equal(t, values.RefreshToken, stored.RefreshToken)
	assert.Equal(t, values.IDToken, stored.IDToken)
}

func TestOAuth_tokenWorksOnceForTenMinutesInItsProjectAndForItsPurpose(t *testing.T) {
	t.Parallel()
	h, other := newHarness(t), newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	authenticate := func(h *harness, token string) error {
		_, err := h.api.B2B.OAuth.Authenticate(t.Context(), &oauth.AuthenticateRequest{OAuthToken: token})
		return err
	}
	discover := func(token string) error {
		_, err := h.api.B2B.OAuth.Discovery.Authenticate(t.Context(), &oauthdiscovery.AuthenticateRequest{DiscoveryOAuthToken: token})
		return err
	}
	fresh := func() string {
		return h.browse(h.startURL("google", org, hint("ada@example.com")), nil).token(t, "oauth")
	}
	token := fresh()
	require.ErrorIs(t, authenticate(other, token), stytcherror.CodeOAuthTokenNotFound)
	require.ErrorIs(t, discover(token), stytcherror.CodeOAuthTokenNotFound)
	require.NoError(t, authenticate(h, token))
	require.ErrorIs(t, authenticate(h, token), stytcherror.CodeOAuthTokenNotFound)
	for _, malformed := range []string{"x", strings.Repeat("a", 44), strings.Repeat("a", 100_000)} {
		require.ErrorIs(t, authenticate(h, malformed), stytcherror.CodeOAuthTokenNotFound)
	}
	forDiscovery := h.browse(h.discoveryURL("google", hint("ada@example.com")), nil).token(t, "discovery_oauth")
	require.ErrorIs(t, authenticate(h, forDiscovery), stytcherror.CodeOAuthTokenNotFound)

	late, inTime := fresh(), fresh()
	h.Clock().Advance(10*time.Minute - time.Second)
	require.NoError(t, authenticate(h, inTime))
	h.Clock().Advance(time.Second)
	require.ErrorIs(t, authenticate(h, late), stytcherror.CodeOAuthTokenNotFound)

	kept, gone := fresh(), fresh()
	require.NoError(t, h.edit(func(object) {})) // a snapshot, restored
	require.NoError(t, authenticate(h, kept))
	require.ErrorIs(t, authenticate(h, token), stytcherror.CodeOAuthTokenNotFound)
	_, err := h.api.B2B.Organizations.Delete(t.Context(), &organizations.DeleteRequest{OrganizationID: org})
	require.NoError(t, err)
	require.ErrorIs(t, authenticate(h, gone), stytcherror.CodeOAuthTokenNotFound)
}

func TestOAuth_ofParallelCallsWithOneTokenOneWorks(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	token := h.browse(h.startURL("github", org, hint("ada@example.com")), nil).token(t, "oauth")
	var calls sync.WaitGroup
	results := make(chan error, 20)
	for range cap(results) {
		calls.Go(func() {
			_, err := h.api.B2B.OAuth.Authenticate(t.Context(), &oauth.AuthenticateRequest{OAuthToken: token})
			results <- err
		})
	}
	calls.Wait()
	close(results)
	worked := 0
	for err := range results {
		if err == nil {
			worked++
			continue
		}
		require.ErrorIs(t, err, stytcherror.CodeOAuthTokenNotFound)
	}
	assert.Equal(t, 1, worked)
}

func TestOAuth_challengeNeedsItsVerifier(t *testing.T) {
	t.Parallel()
	const verifier = "a-verifier-of-some-length-that-nobody-guesses"
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	token := func(challenge *string) string {
		return h.browse(h.startURL("google", org, hint("ada@example.com"), func(r *oauth.StartURLRequest) {
			r.PKCECodeChallenge = challenge
		}), nil).token(t, "oauth")
	}
	authenticate := func(token string, verifier *string) error {
		_, err := h.api.B2B.OAuth.Authenticate(t.Context(), &oauth.AuthenticateRequest{OAuthToken: token, PKCECodeVerifier: verifier})
		return err
	}
	challenged := token(new(challengeOf(verifier)))
	require.ErrorIs(t, authenticate(challenged, nil), stytcherror.CodePKCEExpectedCodeVerifier)
	require.ErrorIs(t, authenticate(challenged, new("another")), stytcherror.CodePKCEMismatch)
	require.NoError(t, authenticate(challenged, new(verifier)), "a failed attempt does not use up the token")
	require.ErrorIs(t, authenticate(token(nil), new(verifier)), stytcherror.CodePKCEDidNotExpectCodeVerifier)
	p := h.browse(h.startURL("google", org, nil, func(r *oauth.StartURLRequest) { r.PKCECodeChallenge = new("short") }), nil)
	assert.Contains(t, p.body, "invalid_pkce_code_challenge")
}

func TestOAuth_refusedLoginChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com", func(r *discoveryorganizations.CreateRequest) {
		r.AuthMethods, r.AllowedAuthMethods = new("RESTRICTED"), []string{"magic_link", "github_oauth"}
	})
	org := v.Organization.OrganizationID
	for code, change := range map[stytcherror.Code]func(*oauth.AuthenticateRequest){
		stytcherror.CodeOperationRestrictedByOrganizationAuthMethods: func(*oauth.AuthenticateRequest) {},
		stytcherror.CodeInvalidSessionDurationMinutes: func(r *oauth.AuthenticateRequest) {
			r.SessionDurationMinutes = new(4)
		},
		stytcherror.CodeCustomClaimsTooLarge: func(r *oauth.AuthenticateRequest) {
			r.SessionCustomClaims = object{"k": strings.Repeat("v", 5000)}
		},
		stytcherror.CodeStytchClaimsInCustomClaims: func(r *oauth.AuthenticateRequest) {
			r.SessionCustomClaims = object{"https://stytch.com/x": 1}
		},
		stytcherror.CodeInvalidLocale: func(r *oauth.AuthenticateRequest) { r.Locale = new(shared.Locale("xx")) },
		stytcherror.CodeTooManySessionArguments: func(r *oauth.AuthenticateRequest) {
			r.SessionToken, r.SessionJWT = new("a"), new("b")
		},
		stytcherror.CodeInvalidSessionToken:     func(r *oauth.AuthenticateRequest) { r.SessionToken = new("a") },
		stytcherror.CodeUnableToParseSessionJWT: func(r *oauth.AuthenticateRequest) { r.SessionJWT = new("a") },
		stytcherror.CodeSessionNotFound:         func(r *oauth.AuthenticateRequest) { r.SessionToken = new(strings.Repeat("a", 44)) },
		stytcherror.CodeIntermediateSessionNotFound: func(r *oauth.AuthenticateRequest) {
			r.IntermediateSessionToken = new(strings.Repeat("a", 44))
		},
	} {
		_, err := h.logInBy("google", org, hint("ada@example.com"), change)
		require.ErrorIs(t, err, code)
	}
	assert.Empty(t, h.member(org, v.MemberID).OAuthRegistrations)
	h.alter("members", "member_id", v.MemberID, object{"is_breakglass": true})
	resp, err := h.logInBy("google", org, hint("ada@example.com"))
	require.NoError(t, err, "a break-glass member is exempt")
	assert.True(t, resp.MemberAuthenticated)
	h.alter("members", "member_id", v.MemberID, object{"lock_expires_at": h.Clock().Now().Add(time.Hour)})
	_, err = h.logInBy("google", org, hint("ada@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeUserLockLimitReached)
}

func TestOAuth_faultsApplyToTheEndpointsOfBrowsers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	chooser := h.browse(h.startURL("google", org, nil), nil)
	for operation, open := range map[string]func() page{
		"public.b2b.oauth.start":           func() page { return h.browse(h.startURL("google", org, nil), nil) },
		"public.b2b.oauth.discovery.start": func() page { return h.browse(h.discoveryURL("google", nil), nil) },
		"public.b2b.oauth.authorize": func() page {
			return h.submit(chooser, url.Values{"email": {"ada@example.com"}})
		},
	} {
		require.NoError(t, h.AddFaults(emulator.Fault{Operation: operation, Status: 503, ErrorType: "internal_server_error"}))
		p := open()
		assert.Equal(t, 503, p.status, operation)
		assert.Contains(t, p.body, "internal_server_error")
		assert.Less(t, open().status, 400, "the fault is over")
	}
	require.NoError(t, h.SetSettings(emulator.Settings{Product: "b2c"}))
	assert.Contains(t, h.browse(h.startURL("google", org, nil), nil).body, "invalid_b2b_endpoint")
}
