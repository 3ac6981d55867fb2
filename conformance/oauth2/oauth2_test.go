package oauth2_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2b/idp/oauth"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	m2mclients "github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytchtest"
)

const callback = "http://127.0.0.1:1/callback"

// product is a project with an authorization page, on which a member agrees to everything.
type product struct {
	*stytchtest.Server
	api    *stytch.Client
	member *stytchtest.Visitor
}

func newProduct(t *testing.T) *product {
	t.Helper()
	server := stytchtest.New(t)
	p := &product{Server: server, api: server.NewClient(stytch.Config{BaseURL: server.URL()}), member: server.LogIn("ada@acme.example")}
	page := httptest.NewServer(http.HandlerFunc(p.consent))
	t.Cleanup(page.Close)
	require.NoError(t, server.SetSettings(emulator.Settings{AuthorizationURL: page.URL}))
	return p
}

// consent is the authorization page.
func (p *product) consent(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	resp, err := p.api.B2B.IDP.OAuth.Authorize(r.Context(), &oauth.AuthorizeRequest{
		ConsentGranted: true, ClientID: q.Get("client_id"), RedirectURI: q.Get("redirect_uri"),
		ResponseType: q.Get("response_type"), Scopes: []string{"openid", "email", "offline_access"},
		SessionToken: &p.member.SessionToken, State: new(q.Get("state")), Nonce: new(q.Get("nonce")),
		CodeChallenge: new(q.Get("code_challenge")),
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	http.Redirect(w, r, resp.RedirectURI, http.StatusSeeOther)
}

// app creates an app, and returns how it is configured and its provider.
func (p *product) app(t *testing.T, kind connectedapp.ClientType) (*oauth2.Config, *oidc.Provider) {
	t.Helper()
	created, err := p.api.B2B.ConnectedApp.Clients.Create(t.Context(),
		&clients.CreateRequest{ClientType: kind, RedirectURLs: []string{callback}})
	require.NoError(t, err)
	provider, err := oidc.NewProvider(t.Context(), p.URL()+"/v1/public/"+p.ID())
	require.NoError(t, err)
	return &oauth2.Config{
		ClientID: created.ConnectedApp.ClientID, ClientSecret: created.ConnectedApp.ClientSecret,
		Endpoint: provider.Endpoint(), RedirectURL: callback, Scopes: []string{oidc.ScopeOpenID, "email", oidc.ScopeOfflineAccess},
	}, provider
}

// code follows the redirects of a browser until the app gets its code.
func code(t *testing.T, authURL, state string) string {
	t.Helper()
	browser := &http.Client{CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host == "127.0.0.1:1" {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	t.Cleanup(browser.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, authURL, http.NoBody)
	require.NoError(t, err)
	resp, err := browser.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	location, err := url.Parse(resp.Header.Get("Location"))
	require.NoError(t, err)
	assert.Equal(t, state, location.Query().Get("state"))
	return location.Query().Get("code")
}

func TestCodeFlow_ofAllTypesOfApps(t *testing.T) {
	t.Parallel()
	for _, kind := range []connectedapp.ClientType{
		connectedapp.ClientTypeFirstParty, connectedapp.ClientTypeFirstPartyPublic,
		connectedapp.ClientTypeThirdParty, connectedapp.ClientTypeThirdPartyPublic,
	} {
		p := newProduct(t)
		config, provider := p.app(t, kind)
		verifier := oauth2.GenerateVerifier()
		authURL := config.AuthCodeURL("state-1", oauth2.S256ChallengeOption(verifier), oidc.Nonce("nonce-1"))
		token, err := config.Exchange(t.Context(), code(t, authURL, "state-1"), oauth2.VerifierOption(verifier))
		require.NoError(t, err)
		assert.True(t, token.Valid())

		raw, ok := token.Extra("id_token").(string)
		require.True(t, ok)
		idToken, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID}).Verify(t.Context(), raw)
		require.NoError(t, err)
		assert.Equal(t, p.member.MemberID, idToken.Subject)
		assert.Equal(t, "nonce-1", idToken.Nonce)
		_, err = provider.Verifier(&oidc.Config{ClientID: "another"}).Verify(t.Context(), raw)
		require.Error(t, err)
		info, err := provider.UserInfo(t.Context(), oauth2.StaticTokenSource(token))
		require.NoError(t, err)
		assert.Equal(t, "ada@acme.example", info.Email)
		assert.True(t, info.EmailVerified)
		claims, err := p.api.B2B.IDP.IntrospectTokenLocal(t.Context(), &idp.IntrospectTokenLocalRequest{Token: token.AccessToken})
		require.NoError(t, err, "the SDK verifies the same access token")
		assert.Equal(t, config.ClientID, claims.ClientID)

		stale := *token
		stale.Expiry = time.Now().Add(-time.Hour)
		renewed, err := config.TokenSource(t.Context(), &stale).Token()
		require.NoError(t, err)
		assert.NotEqual(t, token.RefreshToken, renewed.RefreshToken)
		_, err = config.TokenSource(t.Context(), &stale).Token()
		var refused *oauth2.RetrieveError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "invalid_grant", refused.ErrorCode)
		_, err = provider.UserInfo(t.Context(), oauth2.StaticTokenSource(renewed))
		require.Error(t, err, "the second use of a refresh token has revoked all")
	}
}

func TestCodeFlow_withoutTheVerifierIsRefused(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	config, _ := p.app(t, connectedapp.ClientTypeThirdParty)
	authURL := config.AuthCodeURL("s", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()))
	_, err := config.Exchange(t.Context(), code(t, authURL, "s"))
	var refused *oauth2.RetrieveError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "invalid_grant", refused.ErrorCode)
}

func TestClientCredentials_ofAnM2MClient(t *testing.T) {
	t.Parallel()
	p := newProduct(t)
	created, err := p.api.B2B.M2M.Clients.Create(t.Context(), &m2mclients.CreateRequest{Scopes: []string{"read:books"}})
	require.NoError(t, err)
	config := clientcredentials.Config{
		ClientID: created.M2MClient.ClientID, ClientSecret: created.M2MClient.ClientSecret,
		TokenURL: p.URL() + "/v1/public/" + p.ID() + "/oauth2/token", Scopes: []string{"read:books"},
	}
	token, err := config.Token(t.Context())
	require.NoError(t, err)
	_, err = p.api.B2B.M2M.AuthenticateToken(t.Context(),
		&m2m.AuthenticateTokenRequest{AccessToken: token.AccessToken, RequiredScopes: []string{"read:books"}})
	require.NoError(t, err)
	config.ClientSecret = "wrong-secret"
	_, err = config.Token(t.Context())
	var refused *oauth2.RetrieveError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "invalid_client", refused.ErrorCode)
}
