package flows_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2b/idp/oauth"
	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/organizations/members/connectedapps"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/b2c/connectedapp/clients"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const verifier = "verifier-of-at-least-forty-three-characters~1"

// challengeOf is the S256 challenge of a verifier.
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (h *harness) startAuthorize(
	session, clientID string, change func(*oauth.AuthorizeStartRequest), scopes ...string,
) (*oauth.AuthorizeStartResponse, error) {
	h.t.Helper()
	req := &oauth.AuthorizeStartRequest{
		ClientID: clientID, RedirectURI: callback, ResponseType: "code", Scopes: scopes, SessionToken: &session,
	}
	if change != nil {
		change(req)
	}
	return h.api.B2B.IDP.OAuth.AuthorizeStart(h.t.Context(), req)
}

func (h *harness) authorize(
	session, clientID string, change func(*oauth.AuthorizeRequest), scopes ...string,
) (*oauth.AuthorizeResponse, error) {
	h.t.Helper()
	req := &oauth.AuthorizeRequest{
		ConsentGranted: true, ClientID: clientID, RedirectURI: callback, ResponseType: "code", Scopes: scopes,
		SessionToken: &session, CodeChallenge: new(challengeOf(verifier)),
	}
	if change != nil {
		change(req)
	}
	return h.api.B2B.IDP.OAuth.Authorize(h.t.Context(), req)
}

// withScope adds a scope to the policy, which the role of administrators permits.
func (h *harness) withScope() {
	h.t.Helper()
	require.NoError(h.t, h.edit(func(state object) {
		state["scopes"] = []any{object{
			"scope": "write:docs", "description": "Change documents.",
			"permissions": []any{object{"resource_id": "documents", "actions": []any{"write"}}, object{"resource_id": "stytch.member", "actions": []any{"create"}}},
		}}
		state["roles"] = append(state["roles"].([]any), object{
			"role_id": "writer", "permissions": []any{object{"resource_id": "documents", "actions": []any{"*"}}},
		})
	}))
}

func TestAuthorizeStart_describesTheRequest(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	h.withScope()
	app := h.newApp(connectedapp.ClientTypeThirdParty, func(r *clients.CreateRequest) {
		r.ClientName, r.ClientDescription, r.LogoURL = new("<b>App</b>"), new("d"), new("https://app.example/l")
	})
	got, err := h.startAuthorize(v.SessionToken, app.ClientID, nil, "openid", "write:docs", "openid")
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, got.MemberID)
	assert.Equal(t, h.member(v.Organization.OrganizationID, v.MemberID), got.Member)
	assert.Equal(t, h.getOrg(v.Organization.OrganizationID), got.Organization)
	assert.Equal(t, connectedapp.ConnectedAppPublic{
		ClientID: app.ClientID, ClientName: "<b>App</b>", ClientDescription: "d",
		ClientType: connectedapp.ClientTypeThirdParty, LogoURL: "https://app.example/l",
	}, got.Client)
	assert.True(t, got.ConsentRequired)
	assert.Equal(t, []idp.ScopeResult{
		{Scope: "openid", Description: "See who you are.", IsGrantable: true},
		{Scope: "write:docs", Description: "Change documents."},
	}, got.ScopeResults, "an administrator is no writer")
	require.NoError(t, h.AssignRoles(v.MemberID, "writer"))
	got, err = h.startAuthorize(v.SessionToken, app.ClientID, nil, "write:docs")
	require.NoError(t, err)
	assert.False(t, got.ScopeResults[0].IsGrantable, "all permissions of a scope count")
	require.NoError(t, h.AssignRoles(v.MemberID, "writer", "stytch_admin"))
	got, err = h.startAuthorize(v.SessionToken, app.ClientID, nil, "write:docs")
	require.NoError(t, err)
	assert.True(t, got.ScopeResults[0].IsGrantable)
	assert.Empty(t, h.rows("grants"), "nothing is granted")
	policy, err := h.api.B2B.RBAC.Policy(t.Context(), &rbac.PolicyRequest{})
	require.NoError(t, err)
	require.Len(t, policy.Policy.Scopes, 1)
	assert.Equal(t, "write:docs", policy.Policy.Scopes[0].Scope)
	for _, bad := range []object{
		{"scope": "openid"}, {"scope": "a b"}, {"permissions": []any{}}, {"permissions": []any{object{"resource_id": "", "actions": []any{"a"}}}},
	} {
		h.refuses("scopes", bad)
	}
}

func TestAuthorizeStart_saysWhetherConsentIsRequired(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	third := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	first := h.newApp(connectedapp.ClientTypeFirstParty, func(r *clients.CreateRequest) { r.FullAccessAllowed = new(true) })
	bypassing := h.newApp(connectedapp.ClientTypeFirstParty, func(r *clients.CreateRequest) { r.BypassConsentForOfflineAccess = new(true) })
	needs := func(app connectedapp.ConnectedAppWithClientSecret, prompt string, scopes ...string) bool {
		got, err := h.startAuthorize(v.SessionToken, app.ClientID,
			func(r *oauth.AuthorizeStartRequest) { r.Prompt = &prompt }, scopes...)
		require.NoError(t, err)
		return got.ConsentRequired
	}
	assert.True(t, needs(third, "", "openid"))
	_, err := h.authorize(v.SessionToken, third.ClientID, nil, "openid")
	require.NoError(t, err)
	assert.False(t, needs(third, "", "openid"), "it was granted before")
	assert.True(t, needs(third, "", "openid", "email"), "a scope is new")
	assert.True(t, needs(third, "login consent", "openid"), "the app wants it")
	assert.False(t, needs(first, "login", "openid", "full_access"))
	assert.True(t, needs(first, "", "openid", "offline_access"))
	assert.False(t, needs(bypassing, "", "openid", "offline_access"))
	assert.True(t, needs(bypassing, "consent", "openid"))
}

func TestAuthorize_takesExactlyOneSelector(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	org := v.Organization
	_, err := h.updateOrg(org.OrganizationID, func(r *organizations.UpdateRequest) { r.OrganizationExternalID = new("ext") })
	require.NoError(t, err)
	app := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	try := func(orgID, memberID, token, jwt string) error {
		set := func(s string) *string {
			if s == "" {
				return nil
			}
			return &s
		}
		started, err := h.startAuthorize("", app.ClientID, func(r *oauth.AuthorizeStartRequest) {
			r.OrganizationID, r.MemberID, r.SessionToken, r.SessionJWT = set(orgID), set(memberID), set(token), set(jwt)
		}, "openid")
		answered, other := h.authorize("", app.ClientID, func(r *oauth.AuthorizeRequest) {
			r.OrganizationID, r.MemberID, r.SessionToken, r.SessionJWT = set(orgID), set(memberID), set(token), set(jwt)
		}, "openid")
		if err == nil {
			assert.Equal(t, v.MemberID, started.MemberID)
			assert.NotEmpty(t, answered.AuthorizationCode)
		}
		assert.Equal(t, err == nil, other == nil, "both steps agree")
		return err
	}
	for _, form := range []string{org.OrganizationID, org.OrganizationSlug, "ext"} {
		require.NoError(t, try(form, v.MemberID, "", ""))
	}
	require.NoError(t, try("", "", v.SessionToken, ""))
	require.NoError(t, try("", "", "", v.SessionJWT))
	require.ErrorIs(t, try(org.OrganizationID, "", "", ""), stytcherror.CodeNoOAuthAuthorizeMemberSelector)
	require.ErrorIs(t, try(org.OrganizationID, "", v.SessionToken, ""), stytcherror.CodeTooManySessionArguments)
	require.ErrorIs(t, try("", "", "x", ""), stytcherror.CodeInvalidSessionToken)
	require.ErrorIs(t, try("", "", strings.Repeat("x", 44), ""), stytcherror.CodeSessionNotFound)
	require.ErrorIs(t, try("", "", "", "x"), stytcherror.CodeUnableToParseSessionJWT)
	require.ErrorIs(t, try("nobody", v.MemberID, "", ""), stytcherror.CodeOrganizationNotFound)
	require.ErrorIs(t, try(org.OrganizationID, "nobody", "", ""), stytcherror.CodeMemberNotFound)
	other := h.create("eve@other.example")
	require.ErrorIs(t, try(org.OrganizationID, other.MemberID, "", ""), stytcherror.CodeMemberNotFound)
}

func TestAuthorize_refusesWhatTheAppMayNotAsk(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	third := h.newApp(connectedapp.ClientTypeThirdParty, nil)
	public := h.newApp(connectedapp.ClientTypeFirstPartyPublic, nil)
	for _, uri := range []string{
		"https://app.example/callback", callback + "/", "https://APP.example/callback?tenant=1", "https://app.example:443/callback?tenant=1",
		callback + "&x=1", "https://evil.example/callback?tenant=1", "//app.example/callback?tenant=1", callback + "#",
	} {
		_, err := h.startAuthorize(v.SessionToken, third.ClientID, func(r *oauth.AuthorizeStartRequest) { r.RedirectURI = uri }, "openid")
		require.ErrorIs(t, err, stytcherror.CodeConnectedAppSuppliedRedirectURLNotFoundInClient, uri)
		answer, err := h.authorize(v.SessionToken, third.ClientID, func(r *oauth.AuthorizeRequest) {
			r.RedirectURI, r.ConsentGranted = uri, false
		}, "openid")
		require.ErrorIs(t, err, stytcherror.CodeConnectedAppSuppliedRedirectURLNotFoundInClient, uri)
		assert.Nil(t, answer)
	}
	for name, row := range map[string]struct {
		app    string
		scopes []string
		change func(*oauth.AuthorizeRequest)
		want   stytcherror.Code
	}{
		"an unknown app":        {"nobody", []string{"openid"}, nil, stytcherror.CodeConnectedAppNotFound},
		"another type":          {third.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.ResponseType = "token" }, stytcherror.CodeBadRequest},
		"no scopes":             {third.ClientID, []string{}, nil, stytcherror.CodeBadRequest},
		"an unknown scope":      {third.ClientID, []string{"openid", "nothing"}, nil, stytcherror.CodeInvalidRBACScope},
		"scopes in one":         {third.ClientID, []string{"openid email"}, nil, stytcherror.CodeInvalidRBACScope},
		"full access":           {third.ClientID, []string{"full_access"}, nil, stytcherror.CodeThirdPartyClientsCannotUseFullAccess},
		"an unknown prompt":     {third.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.Prompt = new("dance") }, stytcherror.CodeBadRequest},
		"no prompt and one":     {third.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.Prompt = new("none consent") }, stytcherror.CodeBadRequest},
		"no challenge":          {public.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.CodeChallenge = nil }, stytcherror.CodePKCERequiredForIDPAuthorizationFlow},
		"an empty challenge":    {public.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.CodeChallenge = new("") }, stytcherror.CodePKCERequiredForIDPAuthorizationFlow},
		"a plain challenge":     {public.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.CodeChallenge = new(verifier) }, stytcherror.CodeInvalidPKCECodeChallenge},
		"a long state":          {third.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.State = new(strings.Repeat("x", 2049)) }, stytcherror.CodeBadRequest},
		"a long nonce":          {third.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.Nonce = new(strings.Repeat("x", 2049)) }, stytcherror.CodeBadRequest},
		"too many resources":    {third.ClientID, []string{"openid"}, func(r *oauth.AuthorizeRequest) { r.Resources = make([]string, 21) }, stytcherror.CodeBadRequest},
		"more than 1000 scopes": {third.ClientID, make([]string, 1001), nil, stytcherror.CodeBadRequest},
	} {
		_, err := h.authorize(v.SessionToken, row.app, row.change, row.scopes...)
		require.ErrorIs(t, err, row.want, name)
	}
	_, err := h.updateOrg(v.Organization.OrganizationID, func(r *organizations.UpdateRequest) {
		r.ThirdPartyConnectedAppsAllowedType = new(organizations.ConnectedAppsAllowedTypeNotAllowed)
	})
	require.NoError(t, err)
	_, err = h.startAuthorize(v.SessionToken, third.ClientID, nil, "openid")
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppNotAllowedForOrg)
	_, err = h.authorize(v.SessionToken, third.ClientID, nil, "openid")
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppNotAllowedForOrg)
	h.alter("connected_apps", "client_id", public.ClientID, object{"status": "inactive"})
	_, err = h.authorize(v.SessionToken, public.ClientID, nil, "openid")
	require.ErrorIs(t, err, stytcherror.CodeConnectedAppNotFound)
	assert.Empty(t, h.rows("authorizations"))
}

func TestAuthorize_answersTheAppAtItsRedirectURI(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	app := h.newApp(connectedapp.ClientTypeFirstParty, nil)
	answer := func(change func(*oauth.AuthorizeRequest), scopes ...string) (*oauth.AuthorizeResponse, url.Values) {
		got, err := h.authorize(v.SessionToken, app.ClientID, func(r *oauth.AuthorizeRequest) {
			r.State = new("a b&code=evil#")
			if change != nil {
				change(r)
			}
		}, scopes...)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(got.RedirectURI, callback+"&"), got.RedirectURI)
		u, err := url.Parse(got.RedirectURI)
		require.NoError(t, err)
		assert.Equal(t, []string{"a b&code=evil#"}, u.Query()["state"])
		assert.Equal(t, []string{"1"}, u.Query()["tenant"])
		return got, u.Query()
	}
	got, query := answer(nil, "openid", "full_access")
	assert.Equal(t, []string{got.AuthorizationCode}, query["code"])
	assert.Regexp(t, `^[A-Za-z0-9_-]{44}$`, got.AuthorizationCode)
	assert.Equal(t, []any{"openid"}, h.rows("grants")[0]["scopes"], "what is not grantable is dropped")
	_, _ = answer(nil, "email", "openid")
	assert.Equal(t, []any{"openid", "email"}, h.rows("grants")[0]["scopes"], "grants add up")
	for want, row := range map[string]struct {
		change func(*oauth.AuthorizeRequest)
		scope  string
	}{
		"access_denied":  {func(r *oauth.AuthorizeRequest) { r.ConsentGranted = false }, "phone"},
		"invalid_scope":  {nil, "full_access"},
		"invalid_target": {func(r *oauth.AuthorizeRequest) { r.Resources = []string{"https://api.example/#x"} }, "phone"},
	} {
		got, query := answer(row.change, row.scope)
		assert.Equal(t, []string{want}, query["error"])
		assert.NotContains(t, query, "code")
		assert.Empty(t, got.AuthorizationCode)
	}
	assert.Len(t, h.rows("app_tokens"), 2)
}

func TestAuthorize_refusesAppsOfLiveProjects(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@acme.example")
	org := v.Organization.OrganizationID
	const id = "connected-app-live-00000000-0000-4000-8000-000000000000"
	_, err := h.startAuthorize(v.SessionToken, id, nil, "openid")
	require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
	_, err = h.authorize(v.SessionToken, id, nil, "openid")
	require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
	_, err = h.app(org, id)
	require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
	_, err = h.api.B2B.Organizations.Members.ConnectedApps.Revoke(t.Context(),
		&connectedapps.RevokeRequest{OrganizationID: org, MemberID: v.MemberID, ConnectedAppID: id})
	require.ErrorIs(t, err, stytcherror.CodeLiveIDUsedInTestEnvironment)
}
