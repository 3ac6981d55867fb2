package flows_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/connectedapps"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/oauthproviders"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// register gives a member accounts at providers.
func (h *harness) register(memberID string, accounts ...object) {
	h.t.Helper()
	require.NoError(h.t, h.edit(func(state object) {
		for _, a := range accounts {
			a["member_id"] = memberID
			state["registrations"] = append(state["registrations"].([]any), a)
		}
	}))
}

func TestMembers_tokensAreThoseOfTheirAccounts(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org, api := v.Organization.OrganizationSlug, h.api.B2B.Organizations.Members
	h.alter("members", "member_id", v.MemberID, object{"external_id": "ada"})
	expires := h.Clock().Now().Truncate(time.Second).Add(time.Hour)
	account := func(id, provider, tenant string) object {
		return object{
			"registration_id": id, "provider": provider, "provider_subject": "sub-" + id, "provider_tenant_ids": []any{tenant},
			"id_token": "idt-" + id, "access_token": "at-" + id, "refresh_token": "rt-" + id, "scopes": []any{"read"},
			"access_token_expires_at": expires, "locale": "en", "profile_picture_url": "https://example.com/p",
		}
	}
	oidc := account("o1", "oidc", "")
	connection := h.activeOIDC(org).ConnectionID
	oidc["connection_id"], oidc["sso_attributes"] = connection, object{"k": "v"}
	slack := account("s1", "slack", "T1")
	slack["bot_access_token"], slack["bot_scopes"] = "bot", []any{"chat"}
	h.register(v.MemberID, account("g0", "google", ""), account("g1", "google", ""), account("m1", "microsoft", ""), slack,
		account("h1", "hubspot", "42"), account("gh1", "github", "7"), oidc)

	google, err := api.OAuthProviders.Google(t.Context(), &oauthproviders.GoogleRequest{
		OrganizationID: org, MemberID: "ada", IncludeRefreshToken: new(true),
	})
	require.NoError(t, err)
	google.RequestID, google.StatusCode = "", 0
	assert.InDelta(t, 3600, google.AccessTokenExpiresIn, 2)
	assert.Equal(t, &oauthproviders.GoogleResponse{
		ProviderType: "Google", ProviderSubject: "sub-g1", IDToken: "idt-g1", Scopes: []string{"read"},
		AccessToken: "at-g1", AccessTokenExpiresIn: google.AccessTokenExpiresIn, RefreshToken: "rt-g1",
	}, google, "the newest account counts")
	microsoft, err := api.OAuthProviders.Microsoft(t.Context(), &oauthproviders.MicrosoftRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	assert.Equal(t, "at-m1", microsoft.AccessToken)
	assert.Empty(t, microsoft.RefreshToken, "it was not asked for")
	workspaces, err := api.OAuthProviders.Slack(t.Context(), &oauthproviders.SlackRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	assert.Equal(t, []organizations.SlackProviderInfo{{
		ProviderSubject: "sub-s1", ProviderTenantID: "T1", AccessToken: "at-s1", Scopes: []string{"read"},
		BotAccessToken: "bot", BotScopes: []string{"chat"},
	}}, workspaces.Registrations)
	hubs, err := api.OAuthProviders.HubSpot(t.Context(), &oauthproviders.HubSpotRequest{
		OrganizationID: org, MemberID: v.MemberID, IncludeRefreshToken: new(true),
	})
	require.NoError(t, err)
	require.Len(t, hubs.Registrations, 1)
	assert.Equal(t, "42", hubs.Registrations[0].ProviderTenantID)
	assert.Equal(t, "rt-h1", hubs.Registrations[0].RefreshToken)
	gitHub, err := api.OAuthProviders.GitHub(t.Context(), &oauthproviders.GitHubRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	assert.Equal(t, "GitHub", gitHub.ProviderType)
	assert.Equal(t, []string{"7"}, gitHub.Registrations[0].ProviderTenantIDs)
	connections, err := api.OIDCProviders(t.Context(), &members.OIDCProvidersRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	require.Len(t, connections.Registrations, 1)
	assert.Equal(t, connection, connections.Registrations[0].ConnectionID)
	assert.Empty(t, connections.Registrations[0].RefreshToken)

	m := h.member(org, v.MemberID)
	assert.Len(t, m.OAuthRegistrations, 6)
	assert.Equal(t, organizations.OAuthRegistration{
		ProviderType: "Google", ProviderSubject: "sub-g0", MemberOAuthRegistrationID: "g0",
		ProfilePictureURL: "https://example.com/p", Locale: "en",
	}, m.OAuthRegistrations[0])
	assert.Equal(t, []organizations.SSORegistration{{
		ConnectionID: connection, ExternalID: "sub-o1", RegistrationID: "o1", SSOAttributes: shared.Object{"k": "v"},
	}}, m.SSORegistrations)
}

func TestMembers_anExpiredAccessTokenIsRenewed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	org, api := v.Organization.OrganizationID, h.api.B2B.Organizations.Members
	expires := h.Clock().Now().Truncate(time.Second).Add(time.Minute)
	account := func(id, provider, refresh string) object {
		return object{
			"registration_id": id, "provider": provider, "provider_subject": "1", "access_token": "first",
			"access_token_expires_at": expires, "refresh_token": refresh,
		}
	}
	oidc := account("o", "oidc", "")
	oidc["connection_id"] = h.activeOIDC(org).ConnectionID
	oneTap := object{"registration_id": "m", "provider": "microsoft", "provider_subject": "1", "access_token_expires_at": expires}
	h.register(v.MemberID, account("g", "google", "r"), account("h", "hubspot", ""), oidc, oneTap)
	google := func() *oauthproviders.GoogleResponse {
		resp, err := api.OAuthProviders.Google(t.Context(), &oauthproviders.GoogleRequest{OrganizationID: org, MemberID: v.MemberID})
		require.NoError(t, err)
		return resp
	}
	assert.Equal(t, "first", google().AccessToken)
	h.Clock().Advance(2 * time.Minute)
	renewed := google()
	assert.NotEqual(t, "first", renewed.AccessToken)
	assert.InDelta(t, 3600, renewed.AccessTokenExpiresIn, 2)
	assert.Equal(t, renewed.AccessToken, google().AccessToken)
	_, err := api.OAuthProviders.HubSpot(t.Context(), &oauthproviders.HubSpotRequest{OrganizationID: org, MemberID: v.MemberID})
	require.ErrorIs(t, err, stytcherror.CodeMissingOAuthRefreshToken)
	_, err = api.OIDCProviders(t.Context(), &members.OIDCProvidersRequest{OrganizationID: org, MemberID: v.MemberID})
	require.ErrorIs(t, err, stytcherror.CodeMissingOIDCRefreshToken)
	none, err := api.OAuthProviders.Microsoft(t.Context(), &oauthproviders.MicrosoftRequest{OrganizationID: org, MemberID: v.MemberID})
	require.NoError(t, err)
	assert.Zero(t, none.AccessTokenExpiresIn, "without an access token there is nothing to renew")
}

func TestMembers_providersWithoutAnAccountAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	api, ctx := h.api.B2B.Organizations.Members, t.Context()
	calls := map[string]func(org, id string) error{
		"google": func(org, id string) error {
			_, err := api.OAuthProviders.Google(ctx, &oauthproviders.GoogleRequest{OrganizationID: org, MemberID: id})
			return err
		},
		"microsoft": func(org, id string) error {
			_, err := api.OAuthProviders.Microsoft(ctx, &oauthproviders.MicrosoftRequest{OrganizationID: org, MemberID: id})
			return err
		},
		"slack": func(org, id string) error {
			_, err := api.OAuthProviders.Slack(ctx, &oauthproviders.SlackRequest{OrganizationID: org, MemberID: id})
			return err
		},
		"hubspot": func(org, id string) error {
			_, err := api.OAuthProviders.HubSpot(ctx, &oauthproviders.HubSpotRequest{OrganizationID: org, MemberID: id})
			return err
		},
		"github": func(org, id string) error {
			_, err := api.OAuthProviders.GitHub(ctx, &oauthproviders.GitHubRequest{OrganizationID: org, MemberID: id})
			return err
		},
		"oidc": func(org, id string) error {
			_, err := api.OIDCProviders(ctx, &members.OIDCProvidersRequest{OrganizationID: org, MemberID: id})
			return err
		},
	}
	for name, call := range calls {
		notFound := stytcherror.CodeMemberOAuthTokenNotFound
		if name == "oidc" {
			notFound = stytcherror.CodeMemberOIDCTokenNotFound
		}
		require.ErrorIs(t, call(v.Organization.OrganizationID, v.MemberID), notFound, name)
		require.ErrorIs(t, call("nobody", v.MemberID), stytcherror.CodeOrganizationNotFound, name)
		require.ErrorIs(t, call(v.Organization.OrganizationID, "nobody"), stytcherror.CodeMemberNotFound, name)
	}
}

func TestMembers_registrationsOfASnapshotAreChecked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com")
	for name, change := range map[string]object{
		"no id":                        {"registration_id": ""},
		"an unknown provider":          {"provider": "myspace"},
		"OAuth with a connection":      {"connection_id": "c"},
		"SSO without a connection":     {"provider": "saml"},
		"no subject":                   {"provider_subject": ""},
		"an unknown member":            {"member_id": "nobody"},
		"a malformed id":               {"registration_id": "a b"},
		"attributes that are no forms": {"sso_attributes": 1},
	} {
		account := object{"registration_id": "r", "provider": "google", "provider_subject": "1", "member_id": v.MemberID}
		maps.Copy(account, change)
		err := h.edit(func(state object) { state["registrations"] = []any{account} })
		require.ErrorContains(t, err, "registrations[0]", name)
		for field := range change {
			require.ErrorContains(t, err, field, name)
		}
	}
}

func TestMembers_connectedAppsCanBeRevoked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	admin := h.create("ada@example.com")
	org, api := admin.Organization.OrganizationID, h.api.B2B.Organizations.Members
	bob := h.visitor(org, "bob@example.com")
	require.NoError(t, h.edit(func(state object) {
		app := func(id, kind string) object {
			return object{"client_id": id, "client_name": "App " + id, "client_type": kind, "logo_url": "https://example.com/l"}
		}
		grant := func(id string) object {
			return object{"member_id": bob.MemberID, "organization_id": org, "connected_app_id": id, "scopes": []any{"openid", "email"}}
		}
		state["connected_apps"] = []any{app("one", "third_party"), app("two", "first_party")}
		state["grants"] = []any{grant("one"), grant("two")}
	}))
	list := func(org, id string, opts ...shared.RequestOption) ([]organizations.MemberConnectedApp, error) {
		req := &members.GetConnectedAppsRequest{OrganizationID: org, MemberID: id}
		resp, err := api.GetConnectedApps(t.Context(), req, opts...)
		if err != nil {
			return nil, err
		}
		return resp.ConnectedApps, nil
	}
	revoke := func(org, id, app string, opts ...shared.RequestOption) error {
		_, err := api.ConnectedApps.Revoke(t.Context(),
			&connectedapps.RevokeRequest{OrganizationID: org, MemberID: id, ConnectedAppID: app}, opts...)
		return err
	}
	apps, err := list(admin.Organization.OrganizationSlug, bob.MemberID)
	require.NoError(t, err)
	require.Len(t, apps, 2)
	assert.Equal(t, organizations.MemberConnectedApp{
		ConnectedAppID: "one", Name: "App one", ClientType: "third_party", ScopesGranted: "openid email",
		LogoURL: "https://example.com/l",
	}, apps[0])
	stranger := as(h.create("eve@example.org").SessionToken)
	_, err = list("nobody", bob.MemberID)
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
	_, err = list(org, "nobody")
	require.ErrorIs(t, err, stytcherror.CodeMemberNotFound)
	_, err = list(org, bob.MemberID, stranger)
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationTenancyError)
	_, err = list(org, admin.MemberID, as(bob.SessionToken))
	require.ErrorIs(t, err, stytcherror.CodeSessionAuthorizationError)
	_, err = list(org, bob.MemberID, as(bob.SessionToken))
	require.NoError(t, err)

	require.ErrorIs(t, revoke("nobody", bob.MemberID, "one"), stytcherror.CodeOrganizationNotFound)
	require.ErrorIs(t, revoke(org, "nobody", "one"), stytcherror.CodeMemberNotFound)
	require.ErrorIs(t, revoke(org, bob.MemberID, "three"), stytcherror.CodeConnectedAppNotFound)
	require.ErrorIs(t, revoke(org, admin.MemberID, "one", as(bob.SessionToken)),
		stytcherror.CodeSessionAuthorizationError)
	require.NoError(t, revoke(org, bob.MemberID, "one", as(bob.SessionToken)))
	require.ErrorIs(t, revoke(org, bob.MemberID, "one", as(admin.SessionToken)), stytcherror.CodeConnectedAppNotFound)
	require.NoError(t, h.edit(func(state object) {
		state["organizations"].([]any)[0].(object)["first_party_connected_apps_allowed_type"] = "NOT_ALLOWED"
	}))
	apps, err = list(org, bob.MemberID)
	require.NoError(t, err)
	assert.Empty(t, apps, "one was revoked, and the organization does not admit the other")
	_, err = api.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: bob.MemberID})
	require.NoError(t, err)
	require.NoError(t, h.edit(func(state object) { assert.Empty(t, state["grants"]) }))
}
