package flows_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sso"
	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// site is a server of an identity provider, by path.
func site(t *testing.T, handlers map[string]http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	for path, handler := range handlers {
		mux.HandleFunc(path, handler)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func serves(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }
}

// samlDocument is the metadata of a SAML provider with certificates.
func samlDocument(entityID, ssoURL string, certificates ...[]byte) string {
	var keys strings.Builder
	for _, der := range certificates {
		fmt.Fprintf(&keys, `<KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
			%s
		</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>`, base64.StdEncoding.EncodeToString(der))
	}
	const space = `xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"`
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><EntityDescriptor %s entityID="%s"><IDPSSODescriptor>%s
		<KeyDescriptor use="encryption"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>eA==</ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>
		<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example/post"/>
		<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="%s"/>
		</IDPSSODescriptor></EntityDescriptor>`, space, entityID, keys.String(), ssoURL)
}

func TestSAML_updateByURLFollowsTheMetadata(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	c := h.newSAML(org)
	first, second := newCertificate(t, "one", certificateEnd), newCertificate(t, "two", certificateEnd)
	document := samlDocument("urn:idp", "https://idp.example/sso", first, first)
	base := site(t, map[string]http.HandlerFunc{
		"/moved":    func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/metadata", http.StatusFound) },
		"/metadata": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(document)) },
	})
	update := func(path string) *sso.SAMLConnection {
		resp, err := h.api.B2B.SSO.SAML.UpdateByURL(t.Context(), &saml.UpdateByURLRequest{
			OrganizationID: org, ConnectionID: c.ConnectionID, MetadataURL: base + path,
		})
		require.NoError(t, err)
		return resp.Connection
	}
	got := update("/moved")
	assert.Equal(t, []string{"pending", "urn:idp", "https://idp.example/sso"}, []string{got.Status, got.IDPEntityID, got.IDPSSOURL})
	require.Len(t, got.VerificationCertificates, 1)
	kept := got.VerificationCertificates[0]
	_, err := h.updateSAML(org, c.ConnectionID, func(r *saml.UpdateConnectionRequest) { r.AttributeMapping = mapping })
	require.NoError(t, err)
	document = samlDocument("urn:idp:2", "https://idp.example/2", second, first)
	got = update("/metadata")
	assert.Equal(t, "active", got.Status)
	require.Len(t, got.VerificationCertificates, 2)
	assert.Contains(t, got.VerificationCertificates, kept, "a certificate that stays has its id")
	document = samlDocument("urn:idp:2", "https://idp.example/2", second)
	assert.NotContains(t, update("/metadata").VerificationCertificates, kept)
}

func TestSAML_updateByURLRefusesHostileMetadata(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	c := h.newSAML(org)
	taken := h.activeSAML(org)
	der := newCertificate(t, "idp", certificateEnd)
	good := samlDocument("urn:idp", "https://idp.example/sso", der)
	var six [][]byte
	for i := range 6 {
		six = append(six, newCertificate(t, fmt.Sprint(i), certificateEnd))
	}
	elsewhere := site(t, map[string]http.HandlerFunc{"/metadata": serves(good)})
	const badURL, badXML = stytcherror.CodeInvalidSAMLMetadataURL, stytcherror.CodeInvalidXMLFromSAMLMetadataURL
	const badForm = stytcherror.CodeSAMLConnectionMetadataInvalidFormat
	documents := map[string]struct {
		body string
		code stytcherror.Code
	}{
		"/empty":     {"", badXML},
		"/json":      {`{"a": 1}`, badXML},
		"/html":      {"<html><p></html>", badXML},
		"/twice":     {good + strings.TrimPrefix(good, `<?xml version="1.0" encoding="UTF-8"?>`), badXML},
		"/bomb":      {`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><EntityDescriptor>&b;</EntityDescriptor>`, badXML},
		"/doctype":   {`<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd">` + strings.TrimPrefix(good, `<?xml version="1.0" encoding="UTF-8"?>`), badXML},
		"/entity":    {`<EntityDescriptor>&xxe;</EntityDescriptor>`, badXML},
		"/encoding":  {strings.Replace(good, "UTF-8", "UTF-7", 1), badXML},
		"/deep":      {strings.Repeat("<a>", 10_000), badXML},
		"/large":     {"<a>" + strings.Repeat("x", 2<<20) + "</a>", badURL},
		"/other":     {`<a xmlns="urn:x"/>`, badForm},
		"/namespace": {strings.Replace(good, "SAML:2.0:metadata", "SAML:1.0:metadata", 1), badForm},
		"/nameless":  {samlDocument("", "https://idp.example/sso", der), badForm},
		"/script":    {samlDocument("urn:idp", "javascript:alert(1)", der), badForm},
		"/plain":     {samlDocument("urn:idp", "http://idp.example/sso", der), badForm},
		"/keyless":   {samlDocument("urn:idp", "https://idp.example/sso"), badForm},
		"/badkey":    {samlDocument("urn:idp", "https://idp.example/sso", []byte("x")), badForm},
		"/six":       {samlDocument("urn:idp", "https://idp.example/sso", six...), stytcherror.CodeTooManySSOVerificationCertificates},
		"/taken":     {samlDocument(taken.IDPEntityID, "https://idp.example/sso", der), stytcherror.CodeDuplicateSAMLConnection},
	}
	handlers := map[string]http.HandlerFunc{
		"/elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere+"/metadata", http.StatusFound)
		},
		"/around": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/around", http.StatusFound) },
		"/error":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, good, http.StatusInternalServerError) },
	}
	for path, d := range documents {
		handlers[path] = serves(d.body)
	}
	base := site(t, handlers)
	refused := func(code stytcherror.Code, url string) {
		_, err := h.api.B2B.SSO.SAML.UpdateByURL(t.Context(), &saml.UpdateByURLRequest{
			OrganizationID: org, ConnectionID: c.ConnectionID, MetadataURL: url,
		})
		require.ErrorIs(t, err, code, url)
	}
	for path, d := range documents {
		refused(d.code, base+path)
	}
	for _, path := range []string{"/elsewhere", "/around", "/error", "/none"} {
		refused(badURL, base+path)
	}
	for _, url := range []string{"x", "file:///etc/passwd", "http://192.0.2.1/x", "https://a:b@127.0.0.1/x", "http://127.0.0.1:1/"} {
		refused(badURL, url)
	}
	_, err := h.api.B2B.SSO.SAML.UpdateByURL(t.Context(), &saml.UpdateByURLRequest{
		OrganizationID: org, ConnectionID: "none", MetadataURL: base + "/empty",
	})
	require.ErrorIs(t, err, stytcherror.CodeSAMLConnectionNotFound)
	list, err := h.connections(org)
	require.NoError(t, err)
	assert.Equal(t, *c, list.SAMLConnections[0], "nothing of that was stored")
}

func TestOIDC_metadataFillsInWhatIsNotGiven(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	var issuer string
	document := map[string]string{}
	issuer = site(t, map[string]http.HandlerFunc{
		"/.well-known/openid-configuration": func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(document) },
	})
	document = map[string]string{
		"issuer": issuer, "authorization_endpoint": issuer + "/auth", "token_endpoint": issuer + "/token",
		"userinfo_endpoint": issuer + "/me", "jwks_uri": issuer + "/keys",
	}
	created, err := h.api.B2B.SSO.OIDC.CreateConnection(t.Context(), &oidc.CreateConnectionRequest{
		OrganizationID: org, DisplayName: new("Keycloak"), IdentityProvider: new(sso.IdentityProviderKeycloak),
	})
	require.NoError(t, err)
	c := created.Connection
	assert.Equal(t, &sso.OIDCConnection{
		OrganizationID: org, ConnectionID: c.ConnectionID, DisplayName: "Keycloak", Status: "pending",
		IdentityProvider: sso.IdentityProviderKeycloak, CustomScopes: "openid email profile",
		RedirectURL:      "http://localhost:1/v1/b2b/sso/callback/" + c.ConnectionID, // the host that the client calls
		AttributeMapping: c.AttributeMapping,
	}, c)
	assert.Regexp(t, "^oidc-connection-test-", c.ConnectionID)
	updated, err := h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) {
		r.Issuer, r.TokenURL = &issuer, new("http://127.0.0.1:1/token")
		r.CustomScopes = new("openid%20email groups")
		r.AttributeMapping = map[string]any{"groups": "roles"}
	})
	require.NoError(t, err)
	assert.Empty(t, updated.Warning)
	c = updated.Connection
	assert.Equal(t, []string{issuer + "/auth", "http://127.0.0.1:1/token", issuer + "/me", issuer + "/keys", "pending"},
		[]string{c.AuthorizationURL, c.TokenURL, c.UserinfoURL, c.JWKSURL, c.Status}, "what is given takes precedence")
	assert.Equal(t, "openid email groups", c.CustomScopes)
	updated, err = h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) {
		r.ClientID, r.ClientSecret = new("client"), new("secret")
	})
	require.NoError(t, err)
	assert.Equal(t, "active", updated.Connection.Status)
	assert.Equal(t, issuer+"/auth", updated.Connection.AuthorizationURL, "what is not given stays")
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data))
	list, err := h.connections(org)
	require.NoError(t, err)
	assert.Equal(t, []sso.OIDCConnection{*updated.Connection}, list.OIDCConnections)
}

func TestOIDC_metadataThatCannotBeUsedIsAWarning(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	c := h.activeOIDC(org)
	base := site(t, map[string]http.HandlerFunc{
		"/garbage/.well-known/openid-configuration": serves("<html>"),
		"/list/.well-known/openid-configuration":    serves("[]"),
		"/other/.well-known/openid-configuration":   serves(`{"issuer": "https://other.example"}`),
		"/large/.well-known/openid-configuration":   serves(`{"x": "` + strings.Repeat("x", 2<<20) + `"}`),
		"/script/.well-known/openid-configuration": func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprintf(w, `{"issuer": "http://%s/script", "token_endpoint": "javascript:alert(1)"}`, r.Host)
		},
		"/away/.well-known/openid-configuration": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://localhost:1/", http.StatusFound)
		},
	})
	for _, path := range []string{"/garbage", "/list", "/other", "/large", "/script", "/away", "/none"} {
		updated, err := h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) { r.Issuer = new(base + path) })
		require.NoError(t, err)
		assert.NotEmpty(t, updated.Warning, path)
		assert.Equal(t, c.TokenURL, updated.Connection.TokenURL, path)
		assert.Equal(t, base+path, updated.Connection.Issuer)
	}
}

// What a test sees does not depend on the network, unless it wants to.
func TestOIDC_providersElsewhereAreAskedBySettingOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	c := h.activeOIDC(org)
	warning := func() string {
		updated, err := h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) { r.Issuer = new("https://0.0.0.0:1") })
		require.NoError(t, err)
		assert.Equal(t, "active", updated.Connection.Status)
		return updated.Warning
	}
	assert.Contains(t, warning(), "was not asked")
	require.NoError(t, h.SetSettings(emulator.Settings{RemoteProviders: true}))
	assert.True(t, h.Settings().RemoteProviders)
	assert.Contains(t, warning(), "does not answer")
}

// What a provider's metadata names may be on another machine than the provider.
func TestOIDC_endpointsElsewhereAreAskedBySettingOnly(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.pendingOIDC(org).ConnectionID
	elsewhere := new("https://0.0.0.0:1/")
	for _, name := range []string{"token_endpoint", "userinfo_endpoint", "jwks_uri"} {
		metadata := object{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token",
			"userinfo_endpoint": p.URL + "/me", "jwks_uri": p.URL + "/keys", name: *elsewhere,
		}
		body, err := json.Marshal(metadata)
		require.NoError(t, err)
		p.answers["/.well-known/openid-configuration"] = serves(string(body))
		updated, err := h.updateOIDC(org, c, func(r *oidc.UpdateConnectionRequest) {
			r.Issuer, r.ClientID, r.ClientSecret = &p.URL, new("client:1"), new("a secret")
		})
		require.NoError(t, err)
		assert.Contains(t, updated.Warning, "remote_providers", name)
		assert.Nil(t, s.do(h.startSSO("connection_id", c), nil).to, "the built-in provider takes its place")
	}
	p.reset()
	real := h.realOIDC(org, p)
	back := h.toProvider(s, p, "connection_id", real)
	use := func(remote bool) { require.NoError(t, h.SetSettings(emulator.Settings{RemoteProviders: remote})) }
	use(true)
	updated, err := h.updateOIDC(org, real, func(r *oidc.UpdateConnectionRequest) { r.UserinfoURL = elsewhere })
	require.NoError(t, err)
	assert.Empty(t, updated.Warning)
	h.toProvider(s, p, "connection_id", real)
	use(false)
	assert.Contains(t, s.do(back.String(), nil).body, "remote_providers", "a login that has begun before")
	assert.Contains(t, s.do(h.startSSO("connection_id", real), nil).body, "remote_providers")
	assert.Nil(t, p.redeemed, "no endpoint was asked")
	updated, err = h.updateOIDC(org, real, func(r *oidc.UpdateConnectionRequest) { r.TokenURL = elsewhere })
	require.NoError(t, err)
	assert.Contains(t, updated.Warning, "remote_providers", "without an issuer too")
}

func TestOIDC_updateRefusesMalformedValues(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	c := h.pendingOIDC(org)
	type update = func(*oidc.UpdateConnectionRequest)
	for code, field := range map[stytcherror.Code]func(*oidc.UpdateConnectionRequest) **string{
		stytcherror.CodeOIDCConnectionIssuerURLInvalidFormat:        func(r *oidc.UpdateConnectionRequest) **string { return &r.Issuer },
		stytcherror.CodeOIDCConnectionAuthorizationURLInvalidFormat: func(r *oidc.UpdateConnectionRequest) **string { return &r.AuthorizationURL },
		stytcherror.CodeOIDCConnectionTokenURLInvalidFormat:         func(r *oidc.UpdateConnectionRequest) **string { return &r.TokenURL },
		stytcherror.CodeOIDCConnectionUserinfoURLInvalidFormat:      func(r *oidc.UpdateConnectionRequest) **string { return &r.UserinfoURL },
		stytcherror.CodeOIDCConnectionJWKSURLInvalidFormat:          func(r *oidc.UpdateConnectionRequest) **string { return &r.JWKSURL },
	} {
		for _, url := range []string{"x", "javascript:alert(1)", "http://192.0.2.1/", "https://", "https://a/" + strings.Repeat("x", 2050)} {
			_, err := h.updateOIDC(org, c.ConnectionID, func(r *oidc.UpdateConnectionRequest) { *field(r) = &url })
			require.ErrorIs(t, err, code, url)
		}
	}
	for code, changes := range map[stytcherror.Code][]update{
		stytcherror.CodeOIDCConnectionIssuerURLInvalidFormat: {
			func(r *oidc.UpdateConnectionRequest) { r.Issuer = new("https://idp.example/?x") },
		},
		stytcherror.CodeInvalidSSOIDP: {
			func(r *oidc.UpdateConnectionRequest) { r.IdentityProvider = new(sso.IdentityProvider("x")) },
		},
		stytcherror.CodeBadRequest: {
			func(r *oidc.UpdateConnectionRequest) { r.ClientID = new(strings.Repeat("x", 2049)) },
			func(r *oidc.UpdateConnectionRequest) { r.ClientSecret = new(strings.Repeat("x", 4097)) },
			func(r *oidc.UpdateConnectionRequest) { r.CustomScopes = new(`openid "`) },
			func(r *oidc.UpdateConnectionRequest) { r.DisplayName = new(strings.Repeat("x", 129)) },
			func(r *oidc.UpdateConnectionRequest) { r.AttributeMapping = map[string]any{"a": []any{}} },
		},
	} {
		for _, change := range changes {
			_, err := h.updateOIDC(org, c.ConnectionID, change)
			require.ErrorIs(t, err, code)
		}
	}
	_, err := h.api.B2B.SSO.OIDC.CreateConnection(t.Context(), &oidc.CreateConnectionRequest{
		OrganizationID: org, IdentityProvider: new(sso.IdentityProvider("x")),
	})
	require.ErrorIs(t, err, stytcherror.CodeInvalidSSOIDP)
	_, err = h.api.B2B.SSO.OIDC.CreateConnection(t.Context(), &oidc.CreateConnectionRequest{OrganizationID: "none"})
	require.ErrorIs(t, err, stytcherror.CodeOrganizationNotFound)
}
