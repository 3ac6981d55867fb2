package sso_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// A person with an account at a provider that others have written becomes a member: the emulator finds its endpoints,
// sends the browser there, redeems the code with PKCE, and verifies what comes back.
func TestOIDC_personOfAnIndependentProviderLogsIn(t *testing.T) {
	t.Parallel()
	provider := httptest.NewUnstartedServer(nil)
	issuer := "http://" + provider.Listener.Addr().String()
	server := stytchtest.New(t)
	api := server.NewClient(stytch.Config{BaseURL: server.URL()}).B2B
	org := server.CreateOrganization("ada@example.com", "Acme", nil).Organization.OrganizationID
	created, err := api.SSO.OIDC.CreateConnection(t.Context(), &oidc.CreateConnectionRequest{OrganizationID: org})
	require.NoError(t, err)

	callback := server.URL() + "/v1/b2b/sso/callback/" + created.Connection.ConnectionID
	storage.RegisterClients(storage.WebClient("acme", "a secret: with + signs", callback))
	provider.Config.Handler = exampleop.SetupServer(
		issuer, storage.NewStorage(storage.NewUserStore(issuer)), slog.New(slog.DiscardHandler), false)
	provider.Start()
	t.Cleanup(provider.Close)
	updated, err := api.SSO.OIDC.UpdateConnection(t.Context(), &oidc.UpdateConnectionRequest{
		OrganizationID: org, ConnectionID: created.Connection.ConnectionID, Issuer: &issuer,
		ClientID: new("acme"), ClientSecret: new("a secret: with + signs"),
		CustomScopes: new("openid email profile offline_access"),
	})
	require.NoError(t, err)
	require.Empty(t, updated.Warning)
	require.Equal(t, sso.ConnectionStatusActive, updated.Connection.Status)

	start := server.URL() + "/v1/public/sso/start?" + url.Values{
		"public_token": {server.PublicToken()}, "connection_id": {created.Connection.ConnectionID},
		"login_redirect_url": {"https://app.example/login"}, "signup_redirect_url": {"https://app.example/signup"},
	}.Encode()
	to := logIn(t, start, issuer)
	require.Equal(t, "/signup", to.Path, to)
	got, err := api.SSO.Authenticate(t.Context(), &sso.AuthenticateRequest{SSOToken: to.Query().Get("token")})
	require.NoError(t, err)
	assert.True(t, got.MemberAuthenticated)
	assert.Equal(t, "test-user@zitadel.ch", got.Member.EmailAddress)
	assert.Equal(t, "Test User", got.Member.Name)
	assert.Equal(t, "id1", got.MemberSession.AuthenticationFactors[0].OIDCSSOFactor.ExternalID)
}

// logIn goes from a start URL to the provider's page, fills that in, and returns where the emulator leads afterwards.
func logIn(t *testing.T, start, issuer string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &http.Transport{DisableKeepAlives: true}
	browser := &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "app.example" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page, err := browser.Do(request(t, http.MethodGet, start, nil))
	require.NoError(t, err)
	require.NoError(t, page.Body.Close())
	require.Equal(t, issuer+"/login/username", "http://"+page.Request.URL.Host+page.Request.URL.Path)
	back, err := browser.Do(request(t, http.MethodPost, issuer+"/login/username", url.Values{
		"id": {page.Request.URL.Query().Get("authRequestID")}, "username": {"test-user@127.0.0.1"}, "password": {"verysecure"},
	}))
	require.NoError(t, err)
	defer func() { _ = back.Body.Close() }()
	to, err := back.Location()
	if err != nil {
		body, _ := io.ReadAll(back.Body)
		t.Fatalf("%s: %s", back.Request.URL, body)
	}
	return to
}

// request is a request of a browser, with a form if it has one.
func request(t *testing.T, method, target string, form url.Values) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}
