package flows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients/secrets"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	m2mclients "github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// callback is the redirect URL of apps.
const callback = "https://app.example/callback?tenant=1"

// newApp creates an app of a type.
func (h *harness) newApp(
	kind connectedapp.ClientType, change func(*clients.CreateRequest),
) connectedapp.ConnectedAppWithClientSecret {
	h.t.Helper()
	req := &clients.CreateRequest{ClientType: kind, ClientName: new("App"), RedirectURLs: []string{callback}}
	if change != nil {
		change(req)
	}
	created, err := h.api.B2B.ConnectedApp.Clients.Create(h.t.Context(), req)
	require.NoError(h.t, err)
	return created.ConnectedApp
}

func (h *harness) getApp(id string) (*connectedapp.ConnectedApp, error) {
	h.t.Helper()
	resp, err := h.api.B2C.ConnectedApp.Clients.Get(h.t.Context(), &clients.GetRequest{ClientID: id})
	if err != nil {
		return nil, err
	}
	return &resp.ConnectedApp, nil
}

func (h *harness) updateApp(id string, change func(*clients.UpdateRequest)) error {
	h.t.Helper()
	req := &clients.UpdateRequest{ClientID: id}
	change(req)
	_, err := h.api.B2B.ConnectedApp.Clients.Update(h.t.Context(), req)
	return err
}

func TestConnectedApps_createStoresWhatIsGivenButTheSecret(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for kind, isPublic := range map[connectedapp.ClientType]bool{
		connectedapp.ClientTypeFirstParty: false, connectedapp.ClientTypeFirstPartyPublic: true,
		connectedapp.ClientTypeThirdParty: false, connectedapp.ClientTypeThirdPartyPublic: true,
	} {
		app := h.newApp(kind, nil)
		assert.Regexp(t, `^connected-app-test-[0-9a-f-]{36}$`, app.ClientID)
		assert.Equal(t, isPublic, app.ClientSecret == "")
		assert.Equal(t, "active", app.Status)
		assert.Equal(t, 60, app.AccessTokenExpiryMinutes)
		if !isPublic {
			assert.Regexp(t, `^[A-Za-z0-9_-]{44}$`, app.ClientSecret)
			assert.Equal(t, app.ClientSecret[40:], app.ClientSecretLastFour)
		}
		got, err := h.getApp(app.ClientID)
		require.NoError(t, err)
		assert.Equal(t, kind, got.ClientType)
		assert.Equal(t, []string{callback}, got.RedirectURLs)
		assert.Equal(t, app.ClientSecretLastFour, got.ClientSecretLastFour)
	}
	full := h.newApp(connectedapp.ClientTypeFirstParty, func(r *clients.CreateRequest) {
		r.ClientName, r.ClientDescription, r.LogoURL = new("Name"), new("What it does"), new("https://app.example/logo.png")
		r.FullAccessAllowed, r.BypassConsentForOfflineAccess, r.AccessTokenExpiryMinutes = new(true), new(true), new(5)
		r.AccessTokenCustomAudience, r.AccessTokenTemplateContent = new("https://api.example"), new(`{"plan": "pro"}`)
		r.IDTokenTemplateContent, r.PostLogoutRedirectURLs = new(`{"a": 1}`), []string{"https://app.example/bye"}
	})
	got, err := h.getApp(full.ClientID)
	require.NoError(t, err)
	assert.Equal(t, &connectedapp.ConnectedApp{
		ClientID: full.ClientID, ClientName: "Name", ClientDescription: "What it does", Status: "active", FullAccessAllowed: true,
		ClientType: connectedapp.ClientTypeFirstParty, RedirectURLs: []string{callback}, AccessTokenExpiryMinutes: 5,
		AccessTokenTemplateContent: `{"plan": "pro"}`, PostLogoutRedirectURLs: []string{"https://app.example/bye"},
		BypassConsentForOfflineAccess: true, CreationMethod: "manual", IDTokenTemplateContent: `{"a": 1}`,
		ClientSecretLastFour: full.ClientSecretLastFour, AccessTokenCustomAudience: "https://api.example",
		LogoURL: "https://app.example/logo.png",
	}, got)
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	assert.NotContains(t, string(snapshot), full.ClientSecret)
	require.NoError(t, h.Restore(snapshot))
	again, err := h.getApp(full.ClientID)
	require.NoError(t, err)
	assert.Equal(t, got, again)
}

func TestConnectedApps_createRefusesWhatTheAPIRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	create := func(change func(*clients.CreateRequest)) error {
		req := &clients.CreateRequest{ClientType: connectedapp.ClientTypeThirdParty}
		change(req)
		_, err := h.api.B2B.ConnectedApp.Clients.Create(t.Context(), req)
		return err
	}
	for name, row := range map[string]struct {
		change func(*clients.CreateRequest)
		want   stytcherror.Code
	}{
		"type":       {func(r *clients.CreateRequest) { r.ClientType = "second_party" }, stytcherror.CodeInvalidConnectedAppType},
		"full":       {func(r *clients.CreateRequest) { r.FullAccessAllowed = new(true) }, stytcherror.CodeThirdPartyClientsCannotUseFullAccess},
		"bypass":     {func(r *clients.CreateRequest) { r.BypassConsentForOfflineAccess = new(true) }, stytcherror.CodeThirdPartyClientsRequireConsentForOfflineAccess},
		"no expiry":  {func(r *clients.CreateRequest) { r.AccessTokenExpiryMinutes = new(0) }, stytcherror.CodeIDPInvalidAccessTokenExpiryMinutes},
		"expiry":     {func(r *clients.CreateRequest) { r.AccessTokenExpiryMinutes = new(1441) }, stytcherror.CodeIDPInvalidAccessTokenExpiryMinutes},
		"audience":   {func(r *clients.CreateRequest) { r.AccessTokenCustomAudience = new("a\u0000") }, stytcherror.CodeIDPInvalidAccessTokenCustomAudience},
		"template":   {func(r *clients.CreateRequest) { r.AccessTokenTemplateContent = new(`[1]`) }, stytcherror.CodeIDPInvalidAccessTokenJWTTemplate},
		"no object":  {func(r *clients.CreateRequest) { r.AccessTokenTemplateContent = new(`null`) }, stytcherror.CodeIDPInvalidAccessTokenJWTTemplate},
		"own claims": {func(r *clients.CreateRequest) { r.IDTokenTemplateContent = new(`{"https://stytch.com/session": {}}`) }, stytcherror.CodeIDPInvalidAccessTokenJWTTemplate},
		"name":       {func(r *clients.CreateRequest) { r.ClientName = new(strings.Repeat("é", 129)) }, stytcherror.CodeBadRequest},
		"text":       {func(r *clients.CreateRequest) { r.ClientDescription = new(strings.Repeat("x", 4097)) }, stytcherror.CodeBadRequest},
		"logo":       {func(r *clients.CreateRequest) { r.LogoURL = new("javascript:alert(1)") }, stytcherror.CodeInvalidURL},
	} {
		require.ErrorIs(t, create(row.change), row.want, name)
	}
	require.NoError(t, create(func(r *clients.CreateRequest) {
		r.AccessTokenExpiryMinutes, r.ClientName = new(1440), new(strings.Repeat("é", 128))
		r.ClientDescription = new(strings.Repeat("x", 4096))
	}))
}

func TestConnectedApps_redirectURLsUseHTTPSOrLoopback(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	create := func(urls ...string) error {
		_, err := h.api.B2B.ConnectedApp.Clients.Create(t.Context(),
			&clients.CreateRequest{ClientType: connectedapp.ClientTypeFirstParty, RedirectURLs: urls})
		return err
	}
	many := func(n int) []string {
		urls := make([]string, n)
		for i := range urls {
			urls[i] = fmt.Sprintf("https://app.example/%d", i)
		}
		return urls
	}
	for url, want := range map[string]stytcherror.Code{
		"": stytcherror.CodeConnectedAppInvalidRedirectURL, "https://": stytcherror.CodeConnectedAppInvalidRedirectURL,
		"https://*.example/": stytcherror.CodeConnectedAppInvalidRedirectURL, "https://app.example/a b": stytcherror.CodeConnectedAppInvalidRedirectURL,
		"https://app.example/#x": stytcherror.CodeConnectedAppInvalidRedirectURL, "https://u:p@app.example": stytcherror.CodeConnectedAppInvalidRedirectURL,
		"https://app.example\\@evil.example":             stytcherror.CodeConnectedAppInvalidRedirectURL,
		"https://app.example/\r\nX: y":                   stytcherror.CodeConnectedAppInvalidRedirectURL,
		"https://a.example/" + strings.Repeat("x", 2048): stytcherror.CodeConnectedAppInvalidRedirectURL,
		"app.example/cb":                                 stytcherror.CodeConnectedAppRedirectURLMustIncludeScheme,
		"//app.example/cb":                               stytcherror.CodeConnectedAppRedirectURLMustIncludeScheme,
		"javascript:alert(1)":                            stytcherror.CodeConnectedAppRedirectURLMustUseHTTPOrHTTPSScheme,
		"ftp://app.example":                              stytcherror.CodeConnectedAppRedirectURLMustUseHTTPOrHTTPSScheme,
		"http://app.example":                             stytcherror.CodeConnectedAppRedirectURLHTTPSchemeMustUseLoopback,
		"http://127.0.0.1.evil.example":                  stytcherror.CodeConnectedAppRedirectURLHTTPSchemeMustUseLoopback,
	} {
		require.ErrorIs(t, create("https://app.example", url), want, url)
	}
	require.ErrorIs(t, create("https://a.example", "https://a.example"), stytcherror.CodeConnectedAppInvalidRedirectURL)
	require.ErrorIs(t, create(many(101)...), stytcherror.CodeConnectedAppInvalidRedirectURL)
	require.NoError(t, create(many(100)...))
	require.NoError(t, create("http://127.0.0.1:8080/cb", "http://[::1]/", "http://localhost:3000", "https://a.example:8443/?q=1"))
	app := h.newApp(connectedapp.ClientTypeFirstParty, nil)
	require.ErrorIs(t, h.updateApp(app.ClientID, func(r *clients.UpdateRequest) { r.PostLogoutRedirectURLs = []string{"http://evil.example"} }),
		stytcherror.CodeConnectedAppRedirectURLHTTPSchemeMustUseLoopback)
}

func TestConnectedApps_updateChangesWhatIsGiven(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	before, err := h.getApp(app.ClientID)
	require.NoError(t, err)
	require.NoError(t, h.updateApp(app.ClientID, func(*clients.UpdateRequest) {}))
	same, err := h.getApp(app.ClientID)
	require.NoError(t, err)
	assert.Equal(t, before, same)
	require.NoError(t, h.updateApp(app.ClientID, func(r *clients.UpdateRequest) {
		r.ClientName, r.RedirectURLs, r.AccessTokenExpiryMinutes = new("Other"), []string{}, new(1)
		r.LogoURL, r.ClientDescription = new("https://a.example/l"), new("d")
	}))
	after, err := h.getApp(app.ClientID)
	require.NoError(t, err)
	before.ClientName, before.RedirectURLs, before.AccessTokenExpiryMinutes = "Other", []string{}, 1
	before.LogoURL, before.ClientDescription = "https://a.example/l", "d"
	assert.Equal(t, before, after)
	require.ErrorIs(t, h.updateApp(app.ClientID, func(r *clients.UpdateRequest) { r.FullAccessAllowed = new(true) }),
		stytcherror.CodeThirdPartyClientsCannotUseFullAccess)
	require.ErrorIs(t, h.updateApp("nobody", func(r *clients.UpdateRequest) { r.AccessTokenExpiryMinutes = new(-1) }),
		stytcherror.CodeIDPInvalidAccessTokenExpiryMinutes, "what is malformed is refused first")
}

func TestConnectedApps_unknownIDsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for id, want := range map[string]stytcherror.Code{
		"nobody": stytcherror.CodeConnectedAppNotFound, "a b": stytcherror.CodeInvalidClientID,
		"connected-app-live-1": stytcherror.CodeLiveIDUsedInTestEnvironment,
	} {
		_, err := h.getApp(id)
		require.ErrorIs(t, err, want)
		require.ErrorIs(t, h.updateApp(id, func(*clients.UpdateRequest) {}), want)
		_, err = h.api.B2B.ConnectedApp.Clients.Delete(t.Context(), &clients.DeleteRequest{ClientID: id})
		require.ErrorIs(t, err, want)
		_, err = h.api.B2B.ConnectedApp.Clients.Secrets.RotateStart(t.Context(), &secrets.RotateStartRequest{ClientID: id})
		require.ErrorIs(t, err, want)
		_, err = h.api.B2B.ConnectedApp.Clients.Secrets.Rotate(t.Context(), &secrets.RotateRequest{ClientID: id})
		require.ErrorIs(t, err, want)
		_, err = h.api.B2B.ConnectedApp.Clients.Secrets.RotateCancel(t.Context(), &secrets.RotateCancelRequest{ClientID: id})
		require.ErrorIs(t, err, want)
	}
}

func TestConnectedApps_searchGoesPageByPage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	var want, got []string
	for range 3 {
		want = append(want, h.newApp(connectedapp.ClientTypeThirdParty, nil).ClientID)
	}
	for app, err := range h.api.B2B.ConnectedApp.Clients.SearchAll(t.Context(), &clients.SearchRequest{Limit: new(2)}) {
		require.NoError(t, err)
		got = append(got, app.ClientID)
	}
	assert.Equal(t, want, got)
	page, err := h.api.B2B.ConnectedApp.Clients.Search(t.Context(), &clients.SearchRequest{})
	require.NoError(t, err)
	assert.Equal(t, 3, page.ResultsMetadata.Total)
	for _, req := range []*clients.SearchRequest{{Limit: new(1001)}, {Cursor: new("x")}} {
		_, err = h.api.B2B.ConnectedApp.Clients.Search(t.Context(), req)
		require.ErrorIs(t, err, stytcherror.CodeBadRequest)
	}
	_, err = h.strangers()[stytcherror.CodeUnauthorizedCredentials].B2B.ConnectedApp.Clients.Search(t.Context(), &clients.SearchRequest{})
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedCredentials)
}

func TestConnectedApps_thereAreAThousandAtMost(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	require.NoError(t, h.edit(func(state object) {
		apps := []any{}
		for i := range 999 {
			apps = append(apps, object{"client_id": fmt.Sprint(i), "client_type": "third_party"})
		}
		state["connected_apps"] = apps
	}))
	h.newApp(connectedapp.ClientTypeThirdParty, nil)
	_, err := h.api.B2B.ConnectedApp.Clients.Create(t.Context(), &clients.CreateRequest{ClientType: connectedapp.ClientTypeThirdParty})
	require.ErrorIs(t, err, stytcherror.CodeTooManyConnectedApps)
}

func TestConnectedApps_deleteEndsAllAccess(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	org := v.Organization.OrganizationID
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	_, err := h.updateOrg(org, func(r *organizations.UpdateRequest) {
		r.ThirdPartyConnectedAppsAllowedType = new(organizations.ConnectedAppsAllowedTypeRestricted)
		r.AllowedThirdPartyConnectedApps, r.AllowedFirstPartyConnectedApps = []string{"other", app.ClientID}, []string{app.ClientID}
	})
	require.NoError(t, err)
	tokens := h.tokens(v.SessionToken, app, "openid", "offline_access")
	deleted, err := h.api.B2B.ConnectedApp.Clients.Delete(t.Context(), &clients.DeleteRequest{ClientID: app.ClientID})
	require.NoError(t, err)
	assert.Equal(t, app.ClientID, deleted.ClientID)
	_, err = h.getApp(app.ClientID)
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppNotFound)
	assert.Equal(t, []string{"other"}, h.getOrg(org).AllowedThirdPartyConnectedApps)
	assert.Empty(t, h.getOrg(org).AllowedFirstPartyConnectedApps)
	for _, list := range []string{"grants", "authorizations", "app_tokens"} {
		assert.Empty(t, h.rows(list), list)
	}
	assert.Equal(t, 401, h.userInfo(tokens.access).status)
	assert.Equal(t, "invalid_client", h.refreshToken(app, tokens.refresh).body["error"])
}

func TestConnectedAppSecrets_bothWorkUntilRotatedOrCanceled(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	works := func(secret string) bool {
		return h.oauth("introspect", "", "client_id", app.ClientID, "client_secret", secret, "token", "x").status == 200
	}
	start := func() string {
		resp, err := h.api.B2B.ConnectedApp.Clients.Secrets.RotateStart(t.Context(), &secrets.RotateStartRequest{ClientID: app.ClientID})
		require.NoError(t, err)
		assert.Equal(t, resp.ConnectedApp.NextClientSecret[40:], resp.ConnectedApp.NextClientSecretLastFour)
		assert.Equal(t, callback, resp.ConnectedApp.RedirectURLs[0])
		return resp.ConnectedApp.NextClientSecret
	}
	next := start()
	_, err := h.api.B2B.ConnectedApp.Clients.Secrets.RotateStart(t.Context(), &secrets.RotateStartRequest{ClientID: app.ClientID})
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppAlreadyRotatingSecret)
	snapshot, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(snapshot))
	assert.True(t, works(app.ClientSecret) && works(next))
	canceled, err := h.api.B2B.ConnectedApp.Clients.Secrets.RotateCancel(t.Context(), &secrets.RotateCancelRequest{ClientID: app.ClientID})
	require.NoError(t, err)
	assert.Equal(t, app.ClientSecretLastFour, canceled.ConnectedApp.ClientSecretLastFour)
	assert.True(t, works(app.ClientSecret) && !works(next))
	next = start()
	rotated, err := h.api.B2B.ConnectedApp.Clients.Secrets.Rotate(t.Context(), &secrets.RotateRequest{ClientID: app.ClientID})
	require.NoError(t, err)
	assert.Equal(t, next[40:], rotated.ConnectedApp.ClientSecretLastFour)
	assert.Empty(t, rotated.ConnectedApp.NextClientSecretLastFour)
	assert.True(t, !works(app.ClientSecret) && works(next))
	_, err = h.api.B2B.ConnectedApp.Clients.Secrets.Rotate(t.Context(), &secrets.RotateRequest{ClientID: app.ClientID})
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppNotRotatingSecret)
	_, err = h.api.B2B.ConnectedApp.Clients.Secrets.RotateCancel(t.Context(), &secrets.RotateCancelRequest{ClientID: app.ClientID})
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppNotRotatingSecret)
	public := h.newApp(connectedapp.ClientTypeThirdPartyPublic, nil)
	_, err = h.api.B2B.ConnectedApp.Clients.Secrets.RotateStart(t.Context(), &secrets.RotateStartRequest{ClientID: public.ClientID})
	require.ErrorIs(t, err, stytcherror.CodePublicConnectedAppsDoNotHaveSecrets)
}

func TestConnectedApps_idsAreNoOtherClients(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	_, err := h.api.B2B.M2M.Clients.Create(t.Context(), &m2mclients.CreateRequest{Scopes: []string{}, ClientID: &app.ClientID})
	require.ErrorIs(t, err, stytcherror.CodeDuplicateM2MClientID)
	machine := h.machine(nil)
	require.ErrorContains(t, h.edit(func(state object) {
		state["connected_apps"].([]any)[0].(object)["client_id"] = machine.ClientID
	}), "client_id is a connected app's")
	_, err = h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: app.ClientID, ClientSecret: app.ClientSecret})
	require.ErrorIs(t, err, stytcherror.CodeUnauthorizedClient)
	for _, fields := range []object{
		{"status": "asleep"}, {"client_secret_hash": []byte("short")}, {"next_client_secret_last_four": "abcd"},
		{"client_type": "second_party"}, {"client_type": "third_party_public"}, {"access_token_expiry_minutes": -1},
	} {
		h.refuses("connected_apps", fields)
	}
}
