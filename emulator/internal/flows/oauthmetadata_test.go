package flows_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2c/connectedapp"
	"github.com/seed75add069/stytch-go/emulator"
)

// fetch makes a GET call without the SDK.
func (h *harness) fetch(path string) answer {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://emulator.example"+path, http.NoBody)
	require.NoError(h.t, err)
	resp, err := h.Transport().RoundTrip(req)
	require.NoError(h.t, err)
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header}
	_ = json.NewDecoder(resp.Body).Decode(&a.body)
	return a
}

func TestMetadata_namesTheEndpoints(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.withScope()
	project := "/v1/public/" + h.ID()
	base := "http://emulator.example" + project
	openID := h.fetch(project + "/.well-known/openid-configuration")
	require.Equal(t, 200, openID.status)
	for name, want := range map[string]string{
		"issuer": base, "authorization_endpoint": base + "/oauth2/authorize", "token_endpoint": base + "/oauth2/token",
		"userinfo_endpoint": base + "/oauth2/userinfo", "revocation_endpoint": base + "/oauth2/revoke",
		"introspection_endpoint": base + "/oauth2/introspect", "jwks_uri": base + "/.well-known/jwks.json",
	} {
		assert.Equal(t, want, openID.body[name])
	}
	assert.Equal(t, []any{"S256"}, openID.body["code_challenge_methods_supported"])
	assert.Contains(t, openID.body["scopes_supported"], "write:docs")
	assert.NotContains(t, openID.body, "registration_endpoint")
	assert.Equal(t, openID.body, h.fetch(project+"/.well-known/oauth-authorization-server").body)
	assert.Equal(t, openID.body, h.fetch("/.well-known/oauth-authorization-server"+project).body)
	keys := h.fetch(project + "/.well-known/jwks.json")
	assert.Equal(t, h.fetch("/v1/b2b/sessions/jwks/" + h.ID()).body["keys"], keys.body["keys"])
	for _, path := range []string{"openid-configuration", "oauth-authorization-server", "jwks.json"} {
		assert.Equal(t, 404, h.fetch("/v1/public/nobody/.well-known/"+path).status)
	}
}

func TestAuthorizeEndpoint_leadsToTheProjectsPageOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := "/v1/public/" + h.ID() + "/oauth2/authorize"
	query := "?client_id=a&redirect_uri=https%3A%2F%2Fevil.example&state=x%26y&scope=openid+email"
	for address, code := range map[string]string{
		path:                                 "authorization_endpoint_not_configured_for_project",
		"/v1/public/nobody/oauth2/authorize": "project_not_found",
	} {
		none := h.browse(h.URL()+address+query, nil)
		assert.GreaterOrEqual(t, none.status, 400)
		assert.Contains(t, none.body, "<code>"+code+"</code>", "a person sees a page")
		assert.Contains(t, none.header.Get("Content-Type"), "text/html")
		assert.Empty(t, none.header.Get("Location"))
	}
	require.NoError(t, h.AddFaults(emulator.Fault{Operation: "public.oauth2.authorize", ErrorType: "internal_server_error"}))
	assert.Contains(t, h.browse(h.URL()+path, nil).body, "<h1>The login failed</h1>")
	for page, want := range map[string]string{
		"https://app.example/authorize":      "https://app.example/authorize?",
		"http://localhost:3000/oauth?mode=1": "http://localhost:3000/oauth?mode=1&",
	} {
		require.NoError(t, h.SetSettings(emulator.Settings{AuthorizationURL: page}))
		assert.Equal(t, page, h.Settings().AuthorizationURL)
		got := h.fetch(path + query)
		assert.Equal(t, 303, got.status)
		assert.Equal(t, want+"client_id=a&redirect_uri=https%3A%2F%2Fevil.example&scope=openid+email&state=x%26y", got.header.Get("Location"))
		assert.Equal(t, page, h.fetch(path).header.Get("Location"))
		assert.Equal(t, 400, h.fetch(path+"?a=%zz").status)
	}
	for _, bad := range []string{"javascript:alert(1)", "/authorize", "https://app.example/#x"} {
		require.Error(t, h.SetSettings(emulator.Settings{AuthorizationURL: bad}))
	}
}

func TestRegister_createsThirdPartyAppsWhereItIsAllowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	register := func(contentType, body string) answer {
		return h.post("/v1/public/"+h.ID()+"/oauth2/register", contentType, body, "")
	}
	good := `{"redirect_uris": ["` + callback + `"], "client_name": "App", "contacts": ["x"]`
	refused := register("application/json", good+"}")
	assert.Equal(t, "dynamic_client_registration_not_enabled", refused.body["error_type"])
	require.NoError(t, h.SetSettings(emulator.Settings{DynamicClientRegistration: true}))
	assert.True(t, h.Settings().DynamicClientRegistration)
	metadata := h.fetch("/v1/public/" + h.ID() + "/.well-known/openid-configuration")
	assert.Equal(t, "http://emulator.example/v1/public/"+h.ID()+"/oauth2/register", metadata.body["registration_endpoint"])

	got := register("application/json", good+"}")
	require.Equal(t, 201, got.status, got.body)
	assert.Equal(t, "client_secret_basic", got.body["token_endpoint_auth_method"])
	assert.EqualValues(t, 0, got.body["client_secret_expires_at"])
	app, err := h.getApp(got.body["client_id"].(string))
	require.NoError(t, err)
	assert.Equal(t, connectedapp.ClientTypeThirdParty, app.ClientType)
	assert.Equal(t, "dynamic_registration", app.CreationMethod)
	assert.Equal(t, "App", app.ClientName)
	v := h.create("ada@acme.example")
	h.tokens(v.SessionToken, connectedapp.ConnectedAppWithClientSecret{
		ClientID: app.ClientID, ClientSecret: got.body["client_secret"].(string),
	}, "openid")
	public := register("application/json", good+`, "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"]}`)
	assert.NotContains(t, public.body, "client_secret")
	app, err = h.getApp(public.body["client_id"].(string))
	require.NoError(t, err)
	assert.Equal(t, connectedapp.ClientTypeThirdPartyPublic, app.ClientType)

	for body, want := range map[string]string{
		`{}`: "invalid_redirect_uri",
		`{"redirect_uris": ["http://evil.example"]}`:                  "invalid_redirect_uri",
		`{"redirect_uris": ["javascript:1"]}`:                         "invalid_redirect_uri",
		`{"redirect_uris": "https://a.example"}`:                      "invalid_client_metadata",
		`[]`:                                                          "invalid_client_metadata",
		good + `, "grant_types": ["implicit"]}`:                       "invalid_client_metadata",
		good + `, "response_types": ["token"]}`:                       "invalid_client_metadata",
		good + `, "token_endpoint_auth_method": "private_key_jwt"}`:   "invalid_client_metadata",
		good + `, "logo_uri": "javascript:alert(1)"}`:                 "invalid_client_metadata",
		good + `, "client_name": "` + strings.Repeat("x", 129) + `"}`: "invalid_client_metadata",
		good + `, "client_name": "A", "client_name": "B"}`:            "invalid_client_metadata",
	} {
		got := register("application/json", body)
		assert.Equal(t, 400, got.status, body)
		isOAuthError(t, got, want)
	}
	assert.Equal(t, 400, register("text/plain", good+"}").status, "a page of another origin cannot send it")
}
