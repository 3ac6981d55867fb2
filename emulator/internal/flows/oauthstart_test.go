package flows_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/oauth"
	oauthdiscovery "github.com/seed75add069/stytch-go/b2b/oauth/discovery"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/oauthproviders"
)

// discoveryURL is where a login by OAuth begins whose organization is chosen afterwards.
func (h *harness) discoveryURL(provider string, parameters map[string]string) string {
	h.t.Helper()
	address, err := h.api.B2B.OAuth.Discovery.StartURL(&oauthdiscovery.StartURLRequest{
		Provider: provider, PublicToken: h.PublicToken(), ProviderParameters: parameters,
	})
	require.NoError(h.t, err)
	return h.at(address)
}

func TestOAuthStart_namesTheOrganizationInAnyFormOnce(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	h.alter("organizations", "organization_id", v.Organization.OrganizationID, object{"organization_external_id": "ext|1"})
	for _, org := range []string{v.Organization.OrganizationID, v.Organization.OrganizationSlug, "ext|1"} {
		resp, err := h.logInBy("google", org, hint("ada@example.com"))
		require.NoError(t, err)
		assert.Equal(t, v.MemberID, resp.MemberID)
	}
	base := h.at("/v1/b2b/public/oauth/google/start?public_token=" + h.PublicToken())
	bySlug := h.browse(base+"&slug="+v.Organization.OrganizationSlug+"&organization_id=&login_hint=ada@example.com", nil)
	bySlug.token(t, "oauth")
	for query, want := range map[string]string{
		"":                                     "missing_oauth_organization_locator",
		"&slug=a&organization_id=b":            "too_many_oauth_organization_locators",
		"&slug=none":                           "organization_not_found",
		"&slug=a&slug=b":                       "bad_request",
		"&slug=%zz":                            "bad_request",
		"&organization_id=%20":                 "invalid_organization_id",
		"&organization_id=organization-live-1": "live_id_used_in_test_environment",
		"&slug=a&custom_scopes=" + strings.Repeat("s", 257):                     "oauth_invalid_scope_requested",
		"&slug=a&custom_scopes=%22":                                             "oauth_invalid_scope_requested",
		"&slug=a&custom_scopes=" + strings.Repeat("s+", 101):                    "oauth_invalid_scope_requested",
		"&slug=" + v.Organization.OrganizationSlug + "&provider_error=a%0d%0ab": "bad_request",
	} {
		p := h.browse(base+query, nil)
		assert.GreaterOrEqual(t, p.status, 400, query)
		assert.Nil(t, p.to)
		assert.Contains(t, p.body, "<code>"+want+"</code>", query)
	}
	start := "/v1/b2b/public/oauth/google/start"
	assert.Contains(t, h.browse(h.at(start), nil).body, "public_token_required")
	assert.Contains(t, h.browse(h.at(start+"?public_token=public-token-test-none"), nil).body, "public_token_not_found")
	for _, provider := range []string{"apple", "oidc", "Google", "google%00"} {
		p := h.browse(h.at(strings.Replace(start, "google", provider, 1)+"?public_token="+h.PublicToken()), nil)
		assert.Equal(t, 400, p.status)
		assert.Contains(t, p.body, "invalid_oauth_provider", provider)
	}
}

// Providers of OAuth have more parameters than anybody lists. Those of SSO are the emulator's own.
func TestStart_passesOnParametersForTheProvider(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	played, s := h.activeSAML(org).ConnectionID, newSurfer(t)
	for _, start := range []string{
		h.startURL("google", org, hint("ada@example.com")), h.discoveryURL("slack", hint("ada@example.com")),
		h.startSSO("connection_id", played, "login_hint", "ada@example.com"),
	} {
		for _, right := range []string{"provider_name=Ada", "utm_source=x"} {
			assert.NotNil(t, s.do(start+"&"+right, nil).to, right)
		}
		for _, unknown := range []string{"provider_prompt=consent&provider_hd=example.com", "provider_some_new_one=x"} {
			assert.Equal(t, !strings.Contains(start, "/sso/"), s.do(start+"&"+unknown, nil).to != nil, unknown)
		}
		assert.Contains(t, s.do(start+"&custom_scopes=%22", nil).body, "oauth_invalid_scope_requested")
	}
}

func TestOAuthStart_providerCanBeToldToFail(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	for _, start := range []string{
		h.startURL("google", org, hint("ada@example.com", "error", "server_error")),
		h.discoveryURL("google", map[string]string{"error": "server_error"}),
	} {
		p := h.browse(start, nil)
		require.NotNil(t, p.to)
		assert.Equal(t, "server_error", p.to.Query().Get("error"))
		assert.Empty(t, p.to.Query().Get("token"))
	}
}

func TestOAuthStart_hintsOfBothNamesSkipThePage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	h.browse(h.startURL("google", org, nil)+"&login_hint=ada@example.com", nil).token(t, "oauth")
	h.browse(h.startURL("google", org, nil)+"&provider_login_hint=ada@example.com", nil).token(t, "oauth")
	assert.Equal(t, 200, h.browse(h.startURL("google", org, nil)+"&login_hint=", nil).status)
}

// Each provider gives the tokens that it has: some expire, some are renewed, and only OpenID Connect has ID tokens.
func TestOAuthStart_providersGiveTheirTokens(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org := v.Organization.OrganizationID
	offline := func(r *oauth.StartURLRequest) { r.CustomScopes = []string{"offline_access"} }
	for name, row := range map[string]struct {
		provider, subject         string
		parameters                map[string]string
		change                    func(*oauth.StartURLRequest)
		expires, refresh, idToken bool
		scope                     string
	}{
		"Google":             {"google", `^1\d{20}$`, hint("ada@example.com"), nil, true, false, true, "profile"},
		"Google, offline":    {"google", `^1\d{20}$`, hint("ada@example.com", "access_type", "offline"), nil, true, true, true, "openid"},
		"Microsoft":          {"microsoft", `^[\w-]{43}$`, hint("ada@example.com"), nil, true, false, true, "email"},
		"Microsoft, offline": {"microsoft", `^[\w-]{43}$`, hint("ada@example.com"), offline, true, true, true, "offline_access"},
		"Slack":              {"slack", `^U[A-Z2-7]{12}$`, hint("ada@example.com", "tenant_ids", "T1"), offline, false, false, false, "openid"},
		"HubSpot":            {"hubspot", `^\d+$`, hint("ada@example.com"), nil, true, true, false, "oauth"},
		"GitHub":             {"github", `^\d+$`, hint("ada@example.com", "tenant_ids", "1 2"), nil, false, false, false, "user:email"},
		"GitHub, by subject": {"github", `^42$`, hint("ada@example.com", "subject", "42"), nil, false, false, false, "read:user"},
	} {
		var changes []func(*oauth.StartURLRequest)
		if row.change != nil {
			changes = append(changes, row.change)
		}
		first := h.browse(h.startURL(row.provider, org, row.parameters, changes...), nil).token(t, "oauth")
		resp, err := h.api.B2B.OAuth.Authenticate(t.Context(), &oauth.AuthenticateRequest{
			OAuthToken: first, SessionToken: &v.SessionToken, // which has proved the address
		})
		require.NoError(t, err, name)
		require.True(t, resp.MemberAuthenticated, name)
		assert.Regexp(t, row.subject, resp.ProviderSubject, name)
		values := resp.ProviderValues
		assert.Equal(t, row.expires, !values.ExpiresAt.IsZero(), name)
		assert.Equal(t, row.refresh, values.RefreshToken != "", name)
		assert.Equal(t, row.idToken, values.IDToken != "", name)
		assert.Contains(t, values.Scopes, row.scope, name)
		assert.NotEmpty(t, values.AccessToken)
	}
	api := h.api.B2B.Organizations.Members.OAuthProviders
	slack, err := api.Slack(t.Context(), &oauthproviders.SlackRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	assert.Equal(t, "T1", slack.Registrations[0].ProviderTenantID)
	gitHub, err := api.GitHub(t.Context(), &oauthproviders.GitHubRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	assert.Len(t, gitHub.Registrations, 2)

	h.Clock().Advance(31 * time.Minute)
	hubSpot, err := api.HubSpot(t.Context(), &oauthproviders.HubSpotRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	assert.Equal(t, 1800, hubSpot.Registrations[0].AccessTokenExpiresIn, "it was renewed")
	again, err := h.logInBy("google", org, hint("ada@example.com"))
	require.NoError(t, err)
	assert.Empty(t, again.ProviderValues.RefreshToken)
	google, err := api.Google(t.Context(), &oauthproviders.GoogleRequest{
		OrganizationID: org, MemberID: v.MemberID, IncludeRefreshToken: new(true),
	})
	require.NoError(t, err)
	assert.Equal(t, again.ProviderValues.AccessToken, google.AccessToken)
	assert.NotEmpty(t, google.RefreshToken, "the old one is kept")
	assert.Len(t, h.member(org, v.MemberID).OAuthRegistrations, 6, "two logins with an account register it once")
}
