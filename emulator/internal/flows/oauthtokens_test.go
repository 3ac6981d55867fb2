package flows_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2b/idp/oauth"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/connectedapps"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// oauth posts a form, of names and values in turn, to an endpoint of OAuth2.
func (h *harness) oauth(endpoint, authorization string, pairs ...string) answer {
	h.t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return h.post("/v1/public/"+h.ID()+"/oauth2/"+endpoint, formType, form.Encode(), authorization)
}

// redeem redeems a code of an app. Pairs are added to the form.
func (h *harness) redeem(app connectedapp.ConnectedAppWithClientSecret, code string, pairs ...string) answer {
	h.t.Helper()
	return h.oauth("token", "", append([]string{
		"grant_type", "authorization_code", "client_id", app.ClientID, "client_secret", app.ClientSecret, "code", code,
	}, pairs...)...)
}

// refreshToken uses a refresh token of an app. Pairs are added to the form.
func (h *harness) refreshToken(app connectedapp.ConnectedAppWithClientSecret, token string, pairs ...string) answer {
	h.t.Helper()
	return h.oauth("token", "", append([]string{
		"grant_type", "refresh_token", "client_id", app.ClientID, "client_secret", app.ClientSecret, "refresh_token", token,
	}, pairs...)...)
}

// issued are tokens in a response.
type issued struct{ access, refresh, id, scope string }

func issuedBy(a answer) issued {
	text := func(name string) string { s, _ := a.body[name].(string); return s }
	return issued{text("access_token"), text("refresh_token"), text("id_token"), text("scope")}
}

// codeFor authorizes an app by a session and returns the code.
func (h *harness) codeFor(session, clientID string, scopes ...string) string {
	h.t.Helper()
	got, err := h.authorize(session, clientID, func(r *oauth.AuthorizeRequest) { r.Nonce = new("n-1") }, scopes...)
	require.NoError(h.t, err)
	return got.AuthorizationCode
}

// tokens authorizes an app by a session and redeems the code.
func (h *harness) tokens(session string, app connectedapp.ConnectedAppWithClientSecret, scopes ...string) issued {
	h.t.Helper()
	got := h.redeem(app, h.codeFor(session, app.ClientID, scopes...), "redirect_uri", callback, "code_verifier", verifier)
	require.Equal(h.t, 200, got.status, got.body)
	return issuedBy(got)
}

// isActive reports whether introspection finds a token active.
func (h *harness) isActive(app connectedapp.ConnectedAppWithClientSecret, token string) bool {
	h.t.Helper()
	got := h.oauth("introspect", "", "client_id", app.ClientID, "client_secret", app.ClientSecret, "token", token)
	require.Equal(h.t, 200, got.status)
	if got.body["active"] == false {
		assert.Len(h.t, got.body, 3, "nothing else is told of a token that is not active")
	}
	return got.body["active"] == true
}

// userInfo asks the userinfo endpoint.
func (h *harness) userInfo(token string) answer {
	h.t.Helper()
	return h.post("/v1/public/"+h.ID()+"/oauth2/userinfo", "", "", "Bearer "+token)
}

func claimsOf(t *testing.T, text string) jwt.MapClaims {
	t.Helper()
	token, _, err := jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
	require.NoError(t, err)
	return token.Claims.(jwt.MapClaims)
}

func TestOAuthTokens_haveTheClaimsOfTheAPI(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	h.alter("members", "member_id", v.MemberID, object{
		"name": "Ada King Lovelace", "mfa_phone_number": "+12025550162", "mfa_phone_number_verified": true,
	})
	app := h.newApp(connectedapp.ClientTypeThirdParty, func(r *clients.CreateRequest) {
		r.AccessTokenExpiryMinutes, r.AccessTokenCustomAudience = new(5), new("https://api.example")
		r.AccessTokenTemplateContent = new(`{"plan": "pro", "scope": "all", "client_id": "x", "sub": "y", "jti": "z"}`)
		r.IDTokenTemplateContent = new(`{"email": "evil@example.com", "team": 1, "nonce": "x"}`)
	})
	scopes := []string{"openid", "profile", "email", "phone", "offline_access"}
	got, err := h.authorize(v.SessionToken, app.ClientID, func(r *oauth.AuthorizeRequest) {
		r.Nonce, r.Resources = new("n-1"), []string{"https://mcp.example/a", "https://api.example"}
	}, scopes...)
	require.NoError(t, err)
	resp := h.redeem(app, got.AuthorizationCode, "redirect_uri", callback, "code_verifier", verifier)
	require.Equal(t, 200, resp.status)
	assert.Equal(t, "no-store", resp.header.Get("Cache-Control"))
	assert.Equal(t, "bearer", resp.body["token_type"])
	assert.EqualValues(t, 300, resp.body["expires_in"])
	assert.Equal(t, strings.Join(scopes, " "), resp.body["scope"])
	tokens := issuedBy(resp)
	assert.Regexp(t, `^[A-Za-z0-9_-]{44}$`, tokens.refresh)
	now := float64(h.Clock().Now().Unix())
	access := claimsOf(t, tokens.access)
	assert.NotEmpty(t, access["jti"])
	delete(access, "jti")
	assert.Equal(t, jwt.MapClaims{
		"iss": "stytch.com/" + h.ID(), "sub": v.MemberID, "client_id": app.ClientID, "scope": strings.Join(scopes, " "), "plan": "pro",
		"aud": []any{h.ID(), "https://api.example", "https://mcp.example/a"}, "iat": now, "nbf": now, "exp": now + 300,
		"https://stytch.com/organization": object{"organization_id": v.Organization.OrganizationID, "slug": v.Organization.OrganizationSlug},
	}, access)
	person := object{
		"sub": v.MemberID, "name": "Ada King Lovelace", "given_name": "Ada", "middle_name": "King", "family_name": "Lovelace",
		"email": "ada@acme.example", "email_verified": true, "phone_number": "+12025550162", "phone_number_verified": true,
	}
	want := jwt.MapClaims{
		"iss": "http://emulator.example/v1/public/" + h.ID(), "aud": []any{app.ClientID}, "iat": now, "nbf": now, "exp": now + 300,
		"nonce": "n-1", "team": 1.0,
	}
	maps.Copy(want, person)
	assert.Equal(t, want, claimsOf(t, tokens.id))
	info := h.userInfo(tokens.access)
	assert.Equal(t, 200, info.status)
	assert.Equal(t, person, info.body)

	local, err := h.api.B2B.IDP.IntrospectTokenLocal(t.Context(), &idp.IntrospectTokenLocalRequest{Token: tokens.access})
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, local.Subject)
	remote, err := h.api.B2B.IDP.IntrospectTokenNetwork(t.Context(), &idp.IntrospectTokenNetworkRequest{
		Token: tokens.access, ClientID: app.ClientID, ClientSecret: &app.ClientSecret,
	})
	require.NoError(t, err)
	assert.Equal(t, local, remote)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &tokens.access})
	require.ErrorIs(t, err, stytcherror.CodeJWTInvalidClaims)
	_, err = h.authenticate(&sessions.AuthenticateRequest{SessionJWT: &tokens.id})
	require.Error(t, err)
}

func TestOAuthTokens_dependOnTheScopes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	tokens := h.tokens(v.SessionToken, app, "email")
	assert.Empty(t, tokens.id)
	assert.Empty(t, tokens.refresh)
	info := h.userInfo(tokens.access)
	assert.Equal(t, 403, info.status)
	isOAuthError(t, info, "insufficient_scope")
	assert.Contains(t, info.header.Get("WWW-Authenticate"), `Bearer realm="oauth2", error="insufficient_scope"`)
	assert.Contains(t, info.header.Get("WWW-Authenticate"), `, scope="openid"`)
	assert.Equal(t, object{"sub": v.MemberID}, h.userInfo(h.tokens(v.SessionToken, app, "openid").access).body)
}

func TestOAuthCodes_areRefused(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app, other := h.newApp(connectedapp.ClientTypeThirdParty, nil), h.newApp(connectedapp.ClientTypeThirdParty, nil)
	public := h.newApp(connectedapp.ClientTypeThirdPartyPublic, nil)
	machine := h.machine(nil)
	right := []string{"redirect_uri", callback, "code_verifier", verifier}
	for name, row := range map[string]struct {
		app   connectedapp.ConnectedAppWithClientSecret
		pairs []string
		err   string
		kind  any
	}{
		"another client":     {other, right, "invalid_grant", "idp_auth_code_not_found"},
		"a public client":    {public, right, "invalid_grant", "idp_auth_code_not_found"},
		"an M2M client":      {connectedapp.ConnectedAppWithClientSecret{ClientID: machine.ClientID, ClientSecret: machine.ClientSecret}, right, "unauthorized_client", nil},
		"a slash":            {app, []string{"redirect_uri", callback + "/", "code_verifier", verifier}, "invalid_grant", nil},
		"no redirect URI":    {app, []string{"code_verifier", verifier}, "invalid_grant", nil},
		"another case":       {app, []string{"redirect_uri", strings.ToUpper(callback), "code_verifier", verifier}, "invalid_grant", nil},
		"no verifier":        {app, []string{"redirect_uri", callback}, "invalid_grant", "pkce_expected_code_verifier"},
		"another verifier":   {app, []string{"redirect_uri", callback, "code_verifier", verifier + "x"}, "invalid_grant", "pkce_mismatch"},
		"the plain method":   {app, []string{"redirect_uri", callback, "code_verifier", challengeOf(verifier)}, "invalid_grant", "pkce_mismatch"},
		"a short verifier":   {app, []string{"redirect_uri", callback, "code_verifier", strings.Repeat("x", 42)}, "invalid_grant", "invalid_pkce_code_verifier"},
		"a long verifier":    {app, []string{"redirect_uri", callback, "code_verifier", strings.Repeat("x", 129)}, "invalid_grant", "invalid_pkce_code_verifier"},
		"an odd verifier":    {app, []string{"redirect_uri", callback, "code_verifier", verifier + "+"}, "invalid_grant", "invalid_pkce_code_verifier"},
		"two verifiers":      {app, append(right, "code_verifier", verifier), "invalid_request", nil},
		"two clients":        {app, append(right, "client_id", other.ClientID), "invalid_request", nil},
		"two redirect URIs":  {app, append(right, "redirect_uri", callback), "invalid_request", nil},
		"no code":            {app, nil, "invalid_request", nil},
		"a code that is not": {app, right, "invalid_grant", "idp_auth_code_not_found"},
	} {
		code := h.codeFor(v.SessionToken, app.ClientID, "openid")
		switch name {
		case "no code":
			code = ""
		case "a code that is not":
			code = v.SessionToken
		}
		got := h.redeem(row.app, code, row.pairs...)
		assert.Equal(t, 400, got.status, name)
		assert.Equal(t, row.err, got.body["error"], name)
		assert.Equal(t, row.kind, got.body["error_type"], name)
	}
	code := h.codeFor(v.SessionToken, app.ClientID, "openid")
	query := h.post(h.tokenPath()+"?"+url.Values{"code": {code}, "grant_type": {"authorization_code"}}.Encode(), formType, "", "")
	assert.Equal(t, "invalid_request", query.body["error"], "the query is no form")
	both := h.oauth("token", basic(app.ClientID, app.ClientSecret), "grant_type", "authorization_code", "client_secret", app.ClientSecret, "code", code)
	assert.Equal(t, "invalid_request", both.body["error"], "there are two secrets")
	plain, err := h.authorize(v.SessionToken, app.ClientID, func(r *oauth.AuthorizeRequest) { r.CodeChallenge = nil }, "openid")
	require.NoError(t, err)
	got := h.redeem(app, plain.AuthorizationCode, right...)
	assert.Equal(t, "invalid_grant", got.body["error"], "nobody asked for PKCE")
	assert.Equal(t, "pkce_did_not_expect_code_verifier", got.body["error_type"])
	require.Equal(t, 200, h.oauth("token", basic(app.ClientID, app.ClientSecret), append(right, "grant_type", "authorization_code", "code", code)...).status)
	publicCode := h.codeFor(v.SessionToken, public.ClientID, "openid")
	withSecret := h.redeem(public, publicCode, append(right, "client_secret", "x")...)
	assert.Equal(t, "invalid_request", withSecret.body["error"], "twice")
	assert.Equal(t, "invalid_client", h.oauth("token", basic(public.ClientID, "x"), append(right, "grant_type", "authorization_code", "code", publicCode)...).body["error"])
	require.Equal(t, 200, h.redeem(public, publicCode, right...).status, "a public app has no secret")
}

func TestOAuthCodes_workOnceAndForFiveMinutes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	right := []string{"redirect_uri", callback, "code_verifier", verifier}
	code := h.codeFor(v.SessionToken, app.ClientID, "openid", "offline_access")
	tokens := issuedBy(h.redeem(app, code, right...))
	require.True(t, h.isActive(app, tokens.access))
	again := h.redeem(app, code, right...)
	assert.Equal(t, "idp_auth_code_not_found", again.body["error_type"])
	assert.False(t, h.isActive(app, tokens.access), "a code that is sent again revokes its tokens")
	assert.Equal(t, "idp_refresh_token_not_found", h.refreshToken(app, tokens.refresh).body["error_type"])

	wrong := h.codeFor(v.SessionToken, app.ClientID, "openid")
	require.Equal(t, 400, h.redeem(app, wrong, "redirect_uri", callback, "code_verifier", verifier+"x").status)
	assert.Equal(t, 400, h.redeem(app, wrong, right...).status, "a wrong verifier uses the code up")

	late := h.codeFor(v.SessionToken, app.ClientID, "openid")
	h.Clock().Advance(5*time.Minute - time.Second)
	early := h.codeFor(v.SessionToken, app.ClientID, "openid")
	h.Clock().Advance(time.Second)
	assert.Equal(t, "idp_auth_code_expired", h.redeem(app, late, right...).body["error_type"])
	assert.Equal(t, 200, h.redeem(app, early, right...).status)

	codes := h.codeFor(v.SessionToken, app.ClientID, "openid")
	var group sync.WaitGroup
	var mu sync.Mutex
	statuses := map[int]int{}
	for range 8 {
		group.Go(func() {
			status := h.redeem(app, codes, right...).status
			mu.Lock()
			defer mu.Unlock()
			statuses[status]++
		})
	}
	group.Wait()
	assert.Equal(t, map[int]int{200: 1, 400: 7}, statuses)
}

func TestOAuthCodes_endWithWhatTheyStandFor(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	org := v.Organization.OrganizationID
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	right := []string{"redirect_uri", callback, "code_verifier", verifier}
	for name, end := range map[string]func(member string){
		"the member is deleted": func(member string) {
			_, err := h.api.B2B.Organizations.Members.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: member})
			require.NoError(t, err)
		},
		"the app is revoked": func(member string) {
			_, err := h.api.B2B.Organizations.Members.ConnectedApps.Revoke(t.Context(),
				&connectedapps.RevokeRequest{OrganizationID: org, MemberID: member, ConnectedAppID: app.ClientID})
			require.NoError(t, err)
		},
		"the organization's rules change": func(string) {
			for _, rule := range []organizations.ConnectedAppsAllowedType{organizations.ConnectedAppsAllowedTypeNotAllowed, organizations.ConnectedAppsAllowedTypeAllAllowed} {
				_, err := h.updateOrg(org, func(r *organizations.UpdateRequest) { r.ThirdPartyConnectedAppsAllowedType = &rule })
				require.NoError(t, err)
			}
		},
	} {
		member, session := h.ordinary(org)
		tokens := h.tokens(session, app, "openid", "offline_access")
		code := h.codeFor(session, app.ClientID, "openid")
		require.True(t, h.isActive(app, tokens.access) && h.isActive(app, tokens.refresh), name)
		end(member)
		assert.False(t, h.isActive(app, tokens.access), name)
		assert.False(t, h.isActive(app, tokens.refresh), name)
		assert.Equal(t, 401, h.userInfo(tokens.access).status, name)
		refused, spent := "connected_app_consent_revoked", "connected_app_consent_revoked"
		if name == "the member is deleted" {
			refused, spent = "idp_refresh_token_not_found", "idp_auth_code_not_found"
		}
		for range 2 {
			got := h.refreshToken(app, tokens.refresh)
			assert.Equal(t, []any{400, "invalid_grant", refused}, []any{got.status, got.body["error"], got.body["error_type"]}, name)
			got = h.redeem(app, code, right...)
			assert.Equal(t, []any{400, "invalid_grant", spent}, []any{got.status, got.body["error"], got.body["error_type"]}, name)
		}
	}
	code := h.codeFor(v.SessionToken, app.ClientID, "openid")
	_, err := h.api.B2B.Sessions.Revoke(t.Context(), &sessions.RevokeRequest{SessionToken: &v.SessionToken})
	require.NoError(t, err)
	assert.Equal(t, 200, h.redeem(app, code, right...).status, "the end of a session ends no authorization")
	_, err = h.authorize(v.SessionToken, app.ClientID, nil, "openid")
	require.ErrorIs(t, err, stytcherror.CodeSessionNotFound)
}

func TestOAuthTokens_areExchangedForSessions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app := h.newApp(connectedapp.ClientTypeFirstParty, func(r *clients.CreateRequest) { r.FullAccessAllowed = new(true) })
	exchange := func(token string) (*sessions.ExchangeAccessTokenResponse, error) {
		return h.api.B2B.Sessions.ExchangeAccessToken(t.Context(), &sessions.ExchangeAccessTokenRequest{AccessToken: token})
	}
	tokens := h.tokens(v.SessionToken, app, "full_access")
	got, err := exchange(tokens.access)
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, got.MemberID)
	assert.Equal(t, app.ClientID, got.MemberSession.AuthenticationFactors[0].OAuthAccessTokenExchangeFactor.ClientID)
	_, err = exchange(tokens.access)
	require.ErrorIs(t, err, stytcherror.CodeOAuthAccessTokenExchangeTokenInvalidGrant)
	answered, err := h.authorize("", app.ClientID, func(r *oauth.AuthorizeRequest) {
		r.SessionToken, r.OrganizationID, r.MemberID = nil, &v.Organization.OrganizationID, &v.MemberID
	}, "full_access")
	require.NoError(t, err)
	byID := issuedBy(h.redeem(app, answered.AuthorizationCode, "redirect_uri", callback, "code_verifier", verifier))
	_, err = exchange(byID.access)
	require.ErrorIs(t, err, stytcherror.CodeIDPAccessTokenCouldNotBeExchanged, "no session has shown who the member is")
	revoked := h.tokens(v.SessionToken, app, "full_access")
	require.Equal(t, 200, h.oauth("revoke", basic(app.ClientID, app.ClientSecret), "token", revoked.access).status)
	_, err = exchange(revoked.access)
	require.ErrorIs(t, err, stytcherror.CodeIDPAccessTokenNotFound)
	unconsented := h.tokens(v.SessionToken, app, "full_access")
	_, err = h.api.B2B.Organizations.Members.ConnectedApps.Revoke(t.Context(), &connectedapps.RevokeRequest{
		OrganizationID: v.Organization.OrganizationID, MemberID: v.MemberID, ConnectedAppID: app.ClientID,
	})
	require.NoError(t, err)
	_, err = exchange(unconsented.access)
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppConsentRevoked)
	fresh := h.tokens(v.SessionToken, app, "full_access")
	require.NoError(t, h.edit(func(object) {}), "a snapshot keeps what was revoked")
	_, err = exchange(unconsented.access)
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppConsentRevoked, "consent given again is for new tokens")
	_, err = exchange(fresh.access)
	require.NoError(t, err)
}

func TestOAuthTokens_ofAnotherProjectAreUnknown(t *testing.T) {
	t.Parallel()
	h, other := newHarness(t), newHarness(t)
	v := other.create("ada@acme.example")
	tokens := other.tokens(v.SessionToken, other.newApp(connectedapp.ClientTypeThirdParty, nil), "openid", "offline_access")
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	assert.False(t, h.isActive(app, tokens.access))
	assert.False(t, h.isActive(app, tokens.refresh))
	assert.Equal(t, http.StatusUnauthorized, h.userInfo(tokens.access).status)
}
