package stytchtest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/oauth"
	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// choosing is a login to the organization of a member by a page of the emulator, whose start URLs are for browsers in
// the process.
type choosing struct {
	server  *stytchtest.Server
	browser *http.Client
	query   url.Values // with which the browser came to the redirect URL
}

func newChoosing(t *testing.T) (*choosing, *stytchtest.Visitor) {
	t.Helper()
	c := &choosing{server: stytchtest.New(t)}
	c.browser = c.server.Browser(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { c.query = r.URL.Query() }))
	return c, c.server.LogIn(ada, stytchtest.InOrganization("acme"))
}

// choose opens a start URL, and fills in the page each time it is shown.
func (c *choosing) choose(t *testing.T, start string, forms ...url.Values) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, start, http.NoBody)
	require.NoError(t, err)
	resp, err := c.browser.Do(req)
	require.NoError(t, err)
	for _, form := range forms {
		c.query = nil
		resp = c.server.Choose(c.browser, resp, form)
	}
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode
}

func (c *choosing) oauthStart(t *testing.T) string {
	t.Helper()
	start, err := c.server.Client().B2B.OAuth.StartURL(&oauth.StartURLRequest{
		Provider: oauth.ProviderGoogle, PublicToken: c.server.PublicToken(), Slug: new("acme"),
	})
	require.NoError(t, err)
	return start
}

func TestChoose_fillsInThePageOfOAuth(t *testing.T) {
	t.Parallel()
	c, v := newChoosing(t)
	assert.Equal(t, http.StatusOK, c.choose(t, c.oauthStart(t), url.Values{"account": {ada}, "subject": {"7"}}))
	login, err := c.server.Client().B2B.OAuth.Authenticate(t.Context(), &oauth.AuthenticateRequest{OAuthToken: c.query.Get("token")})
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, login.MemberID)
	assert.Equal(t, "7", login.ProviderSubject)

	assert.Equal(t, http.StatusOK, c.choose(t, c.oauthStart(t), url.Values{"deny": {"true"}}))
	assert.Equal(t, "access_denied", c.query.Get("error"))
	assert.Equal(t, http.StatusBadRequest, c.choose(t, c.oauthStart(t), url.Values{"email": {"nobody"}}))
	assert.Empty(t, c.query, "the page is shown again")
	c.choose(t, c.oauthStart(t), url.Values{"email": {"nobody"}}, url.Values{"email": {ada}})
	assert.Equal(t, shared.TokenTypeOAuth, c.query.Get("stytch_token_type"))
}

func TestChoose_fillsInThePageOfSSO(t *testing.T) {
	t.Parallel()
	c, v := newChoosing(t)
	client := c.server.NewClient(stytch.Config{BaseURL: c.server.URL()}) // Choose works over the port too
	created, err := client.B2B.SSO.OIDC.CreateConnection(t.Context(), &oidc.CreateConnectionRequest{OrganizationID: v.OrganizationID})
	require.NoError(t, err)
	_, err = client.B2B.SSO.OIDC.UpdateConnection(t.Context(), &oidc.UpdateConnectionRequest{
		OrganizationID: v.OrganizationID, ConnectionID: created.Connection.ConnectionID, ClientID: new("c"), ClientSecret: new("s"),
		Issuer: new("https://idp.invalid"), AuthorizationURL: new("https://idp.invalid/a"), TokenURL: new("https://idp.invalid/t"),
		UserinfoURL: new("https://idp.invalid/u"), JWKSURL: new("https://idp.invalid/k"),
	})
	require.NoError(t, err)
	start, err := client.B2B.SSO.StartURL(&sso.StartURLRequest{PublicToken: c.server.PublicToken(), Slug: new("acme")})
	require.NoError(t, err)
	c.choose(t, start, url.Values{"email": {"bob@example.com"}, "name": {"Bob"}})
	login, err := client.B2B.SSO.Authenticate(t.Context(), &sso.AuthenticateRequest{SSOToken: c.query.Get("token")})
	require.NoError(t, err)
	assert.Equal(t, "Bob", login.Member.Name)
}

// A page of somebody else, or one of an error, has no such form.
func TestChoose_needsThePage(t *testing.T) {
	t.Parallel()
	server := stytchtest.NewServer()
	defer server.Close()
	browser := server.Browser(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<form method="post" action="/x">`)
	}))
	for _, target := range []string{site, "http://localhost:1/v1/public/sso/start"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
		require.NoError(t, err)
		resp, err := browser.Do(req)
		require.NoError(t, err)
		require.ErrorContains(t, failure(t, func() {
			next := server.Choose(browser, resp, nil)
			assert.NoError(t, next.Body.Close())
		}), "this is no page of an identity provider")
	}
}

func TestIssuer_isThatOfTheDocuments(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t, stytchtest.WithProject("project-test-a|b", "secret"))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.Issuer()+"/.well-known/openid-configuration", http.NoBody)
	require.NoError(t, err)
	resp, err := server.Browser(nil).Do(req)
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&doc))
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, server.Issuer(), doc["issuer"])
	assert.Equal(t, server.Issuer()+"/oauth2/token", doc["token_endpoint"])
}
