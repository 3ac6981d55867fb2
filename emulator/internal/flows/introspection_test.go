package flows_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/m2m/clients"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestIntrospect_tellsAClientAboutItsOwnTokens(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app, other := h.newApp(connectedapp.ClientTypeThirdParty, nil), h.newApp(connectedapp.ClientTypeThirdPartyPublic, nil)
	tokens := h.tokens(v.SessionToken, app, "openid", "offline_access")
	access := h.oauth("introspect", basic(app.ClientID, app.ClientSecret), "token", tokens.access)
	assert.Equal(t, "no-store", access.header.Get("Cache-Control"))
	want := object(claimsOf(t, tokens.access))
	delete(want, "jti")
	want["active"], want["token_type"], want["status_code"], want["request_id"] = true, "access_token", 200.0, access.body["request_id"]
	assert.Equal(t, want, access.body)
	refresh := h.oauth("introspect", basic(app.ClientID, app.ClientSecret), "token", tokens.refresh, "token_type_hint", "access_token")
	assert.Equal(t, "refresh_token", refresh.body["token_type"])
	assert.Equal(t, v.MemberID, refresh.body["sub"])
	for name, token := range map[string]string{
		"nonsense": "x", "a session JWT": v.SessionJWT, "an ID token": tokens.id, "a long one": strings.Repeat("x", 300_000),
		"a token of nobody": h.MintAccessToken(stytchtest.AccessToken{ClientID: app.ClientID, MemberID: "nobody", OrganizationID: v.Organization.OrganizationID}),
	} {
		assert.False(t, h.isActive(app, token), name)
	}
	minted := h.MintAccessToken(stytchtest.AccessToken{ClientID: app.ClientID, MemberID: v.MemberID, OrganizationID: v.Organization.OrganizationID})
	assert.True(t, h.isActive(app, minted), "one that a test has made is active until it expires")
	assert.Equal(t, 401, h.userInfo(minted).status)
	assert.False(t, h.isActive(other, tokens.access), "another client learns nothing")
	assert.False(t, h.isActive(other, tokens.refresh), "another client learns nothing")
	h.Clock().Advance(time.Hour)
	assert.False(t, h.isActive(app, tokens.access))
	assert.True(t, h.isActive(app, tokens.refresh))
}

// A snapshot may give an authorization to somebody else. The tokens that name the one before are worth nothing then.
func TestIntrospect_tokenNamesWhomItsAuthorizationIsOf(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	bob, session := h.ordinary(v.Organization.OrganizationID)
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	tokens := h.tokens(v.SessionToken, app, "openid")
	h.codeFor(session, app.ClientID, "openid")
	require.True(t, h.isActive(app, tokens.access))
	h.alter("authorizations", "member_id", v.MemberID, object{"member_id": bob})
	assert.False(t, h.isActive(app, tokens.access))
}

func TestIntrospect_knowsM2MTokens(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c, other := h.machine(nil), h.machine(nil)
	resp, err := h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: c.ClientID, ClientSecret: c.ClientSecret})
	require.NoError(t, err)
	ask := func(id, secret string) answer {
		return h.oauth("introspect", basic(id, secret), "token", resp.AccessToken)
	}
	got := ask(c.ClientID, c.ClientSecret)
	assert.Equal(t, true, got.body["active"])
	assert.Equal(t, c.ClientID, got.body["client_id"])
	assert.Equal(t, "read:users write:books", got.body["scope"])
	assert.Equal(t, false, ask(other.ClientID, other.ClientSecret).body["active"])
	assert.Equal(t, false, h.oauth("introspect", basic(c.ClientID, c.ClientSecret), "token", "x").body["active"])
	revoked := h.oauth("revoke", basic(c.ClientID, c.ClientSecret), "token", resp.AccessToken)
	isOAuthError(t, revoked, "unsupported_token_type")

	h.Clock().Advance(time.Second)
	_, err = h.api.B2B.M2M.Clients.Delete(t.Context(), &clients.DeleteRequest{ClientID: c.ClientID})
	require.NoError(t, err)
	next := h.machine(func(r *clients.CreateRequest) { r.ClientID = &c.ClientID })
	assert.Equal(t, false, ask(next.ClientID, next.ClientSecret).body["active"], "it was that of another client with the id")
	resp, err = h.api.B2B.M2M.Token(t.Context(), &m2m.TokenRequest{ClientID: next.ClientID, ClientSecret: next.ClientSecret})
	require.NoError(t, err)
	assert.Equal(t, true, ask(next.ClientID, next.ClientSecret).body["active"])
	c = next
	h.Clock().Advance(time.Hour)
	assert.Equal(t, false, ask(c.ClientID, c.ClientSecret).body["active"])
}

// isOAuthError checks that a response has the form of errors of OAuth2, with what the API adds.
func isOAuthError(t *testing.T, got answer, want string) {
	t.Helper()
	assert.Equal(t, want, got.body["error"])
	assert.NotEmpty(t, got.body["error_description"])
	assert.Equal(t, fmt.Sprintf("https://stytch.com/docs/api/errors/%d#%s", got.status, want), got.body["error_uri"])
	assert.InEpsilon(t, got.status, got.body["status_code"], 0)
	assert.Regexp(t, "^request-id-test-", got.body["request_id"])
	assert.Equal(t, "no-store", got.header.Get("Cache-Control"))
	assert.Len(t, got.body, 5)
}

func TestIntrospect_refusesStrangers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	ask := func(id string, secret *string) error {
		_, err := h.api.B2B.IDP.IntrospectTokenNetwork(t.Context(), &idp.IntrospectTokenNetworkRequest{Token: "x", ClientID: id, ClientSecret: secret})
		return err
	}
	require.ErrorIs(t, ask("nobody", new("secret")), stytcherror.CodeInvalidClient)
	require.ErrorIs(t, ask(app.ClientID, new("secret")), stytcherror.CodeInvalidClient)
	require.ErrorIs(t, ask(app.ClientID, nil), stytcherror.CodeInvalidClient)
	require.ErrorIs(t, ask(app.ClientID, &app.ClientSecret), stytcherror.ErrTokenInactive)
	stranger := h.strangers()[stytcherror.CodeInvalidProjectIDAuthentication]
	_, err := stranger.B2B.IDP.IntrospectTokenNetwork(t.Context(), &idp.IntrospectTokenNetworkRequest{Token: "x", ClientID: app.ClientID})
	require.ErrorIs(t, err, stytcherror.CodeProjectNotFound)
	for _, endpoint := range []string{"introspect", "revoke"} {
		assert.Equal(t, "invalid_request", h.oauth(endpoint, basic(app.ClientID, app.ClientSecret)).body["error"], "there is no token")
		assert.Equal(t, 401, h.oauth(endpoint, "Bearer x", "token", "x").status)
		twice := h.oauth(endpoint, basic(app.ClientID, app.ClientSecret), "token", "x", "token", "y")
		assert.Equal(t, "invalid_request", twice.body["error"])
	}
	h.alter("connected_apps", "client_id", app.ClientID, object{"status": "inactive"})
	require.ErrorIs(t, ask(app.ClientID, &app.ClientSecret), stytcherror.CodeInvalidClient)
}

func TestRevoke_endsTokensOfTheClientOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app, other := h.newApp(connectedapp.ClientTypeThirdParty, nil), h.newApp(connectedapp.ClientTypeThirdPartyPublic, nil)
	revoke := func(by connectedapp.ConnectedAppWithClientSecret, token string) {
		got := h.oauth("revoke", "", "client_id", by.ClientID, "client_secret", by.ClientSecret, "token", token)
		assert.Equal(t, 200, got.status)
		assert.Len(t, got.body, 2)
	}
	first, second := h.tokens(v.SessionToken, app, "openid", "offline_access"), h.tokens(v.SessionToken, app, "openid", "offline_access")
	revoke(other, first.access)
	revoke(other, first.refresh)
	revoke(app, "nonsense")
	require.True(t, h.isActive(app, first.access) && h.isActive(app, first.refresh))
	revoke(app, first.access)
	assert.False(t, h.isActive(app, first.access))
	assert.True(t, h.isActive(app, first.refresh))
	revoke(app, first.refresh)
	revoke(app, first.refresh)
	assert.Equal(t, "idp_refresh_token_not_found", h.refreshToken(app, first.refresh).body["error_type"])
	assert.True(t, h.isActive(app, second.access), "another authorization stays")
	revoke(app, second.refresh)
	assert.False(t, h.isActive(app, second.access), "its access tokens end with a refresh token")
}

func TestUserInfo_wantsOneBearerToken(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	tokens := h.tokens(v.SessionToken, h.newApp(connectedapp.ClientTypeThirdParty, nil), "openid", "email")
	path := "/v1/public/" + h.ID() + "/oauth2/userinfo"
	none := h.post(path, "", "", "")
	assert.Equal(t, 401, none.status)
	assert.Equal(t, `Bearer realm="oauth2"`, none.header.Get("WWW-Authenticate"))
	assert.Len(t, none.body, 2, "nobody who has no token is told of an error")
	inForm := h.post(path, formType, url.Values{"access_token": {tokens.access}}.Encode(), "")
	assert.Equal(t, "ada@acme.example", inForm.body["email"])
	two := h.post(path, formType, url.Values{"access_token": {tokens.access}}.Encode(), "Bearer "+tokens.access)
	assert.Equal(t, 400, two.status)
	isOAuthError(t, two, "invalid_request")
	for _, wrong := range []string{"x", v.SessionJWT, tokens.id, v.SessionToken, ""} {
		got := h.post(path, "", "", "Bearer "+wrong)
		assert.Equal(t, 401, got.status)
		assert.Equal(t, `Bearer realm="oauth2", error="invalid_token", error_description="The access token is not active."`,
			got.header.Get("WWW-Authenticate"))
		isOAuthError(t, got, "invalid_token")
	}
	inQuery := h.post(path+"?access_token="+tokens.access, "", "", "")
	assert.Equal(t, 401, inQuery.status)
}

func TestClientSecrets_guessesAreBoundedPerAddress(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	app, machine := h.newApp(connectedapp.ClientTypeThirdParty, nil), h.machine(nil)
	for _, id := range []string{app.ClientID, machine.ClientID, "nobody"} {
		var group sync.WaitGroup
		var mu sync.Mutex
		statuses := map[int]int{}
		for range 100 {
			group.Go(func() {
				got := h.oauth("token", basic(id, "guess"), "grant_type", "client_credentials")
				mu.Lock()
				defer mu.Unlock()
				statuses[got.status]++
			})
		}
		group.Wait()
		assert.Equal(t, map[int]int{401: 10, 429: 90}, statuses, "an unknown client is like any other")
	}
	form := []string{"grant_type", "client_credentials"}
	limited := h.oauth("token", basic(machine.ClientID, machine.ClientSecret), form...)
	assert.Equal(t, 429, limited.status, "the right secret is not told apart")
	assert.NotEmpty(t, limited.header.Get("Retry-After"))
	assert.Equal(t, 429, h.oauth("introspect", basic(app.ClientID, app.ClientSecret), "token", "x").status, "at every endpoint")
	other := h.machine(nil)
	assert.Equal(t, 200, h.oauth("token", basic(other.ClientID, other.ClientSecret), form...).status)
	h.Clock().Advance(time.Minute)
	assert.Equal(t, 200, h.oauth("token", basic(machine.ClientID, machine.ClientSecret), form...).status)
}
