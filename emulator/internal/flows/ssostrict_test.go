package flows_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/sso/oidc"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// keys serves key sets: the provider's key with fields, after others.
func (p *provider) keys(fields object, others ...object) http.HandlerFunc {
	good := object{"kty": "RSA", "kid": "k", "n": base64.RawURLEncoding.EncodeToString(p.key.N.Bytes()), "e": "AQAB"}
	return func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(object{"keys": append(others, changed(good, fields))})
	}
}

// tokenType makes the token endpoint name a type of token, nil for none.
func (p *provider) tokenType(name any) {
	p.answers["/token"] = func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		_ = json.NewEncoder(w).Encode(changed(object{
			"access_token": "at", "id_token": p.idToken(strings.TrimPrefix(r.PostForm.Get("code"), "code ")),
		}, object{"token_type": name}))
	}
}

// What the standards require of a provider is required, and what they allow is taken.
func TestOIDC_providerIsHeldToTheStandards(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	answer := func(path string, handler http.HandlerFunc) func() { return func() { p.answers[path] = handler } }
	header := func(name string, value any) func() {
		return func() {
			p.sign = func(claims jwt.MapClaims) string {
				token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
				token.Header["kid"], token.Header[name] = "k", value
				text, err := token.SignedString(p.key)
				if err != nil {
					panic(err)
				}
				return text
			}
		}
	}
	const badToken, badInfo, badCode = stytcherror.CodeOIDCInvalidIDToken, stytcherror.CodeOIDCInvalidUserinfo, stytcherror.CodeOIDCAuthCodeError
	for name, row := range map[string]struct {
		change func()
		code   stytcherror.Code
	}{
		"an extension that must be understood": {header("crit", []string{"b64"}), badToken},
		"a list of none of them":               {header("crit", []string{}), badToken},
		"another type of JWT":                  {header("typ", "JWS"), ""},
		"no time of issue":                     {func() { p.claims = object{"iat": nil} }, badToken},
		"tokens of another type":               {func() { p.tokenType("mac") }, badCode},
		"tokens of no type":                    {func() { p.tokenType(nil) }, badCode},
		"the type in small letters":            {func() { p.tokenType("bearer") }, ""},
		"a key for another algorithm":          {answer("/keys", p.keys(object{"alg": "RS512"})), badToken},
		"a key for this algorithm":             {answer("/keys", p.keys(object{"alg": "RS256", "key_ops": []string{"verify"}})), ""},
		"a key that encrypts":                  {answer("/keys", p.keys(object{"key_ops": []string{"encrypt"}})), badToken},
		"a key with wrong types beside it":     {answer("/keys", p.keys(nil, object{"kty": "OKP", "kid": 5, "x": 7})), ""},
		"keys that are no objects beside it":   {answer("/keys", p.keys(nil, nil)), ""},
		"a subject twice":                      {answer("/me", serves(`{"sub": "evil", "sub": "u/1", "email": "bob@example.com"}`)), badInfo},
		"an address in capitals too":           {answer("/me", serves(`{"sub": "u/1", "email": "bob@example.com", "EMAIL": "eve@example.com"}`)), ""},
		"a number beyond all others":           {answer("/me", serves(`{"sub": "u/1", "email": "bob@example.com", "n": 1e400}`)), ""},
	} {
		p.mu.Lock()
		p.reset()
		row.change()
		p.mu.Unlock()
		v := s.do(h.toProvider(s, p, "connection_id", c).String(), nil)
		if row.code != "" {
			assert.Nil(t, v.to, name)
			assert.Contains(t, v.body, string(row.code), name)
			continue
		}
		require.NotNil(t, v.to, "%s: %s", name, v.body)
		got, err := h.authenticateSSO(v.token(t, "sso"))
		require.NoError(t, err, name)
		assert.Equal(t, "bob@example.com", got.Member.EmailAddress, name)
	}
	data, err := h.Snapshot()
	require.NoError(t, err)
	require.NoError(t, h.Restore(data), "a number that is large is kept")
}

// The names of metadata are in one case, and occur once: others are read differently by others.
func TestOIDC_metadataIsReadToTheLetter(t *testing.T) {
	t.Parallel()
	h, p := newHarness(t), newProvider(t)
	org := h.organization(nil).OrganizationID
	for name, body := range map[string]string{
		"in capitals": `{"ISSUER": "` + p.URL + `", "authorization_endpoint": "` + p.URL + `/auth"}`,
		"twice":       `{"issuer": "https://evil.example", "issuer": "` + p.URL + `"}`,
	} {
		p.mu.Lock()
		p.answers["/.well-known/openid-configuration"] = serves(body)
		p.mu.Unlock()
		updated, err := h.issuer(org, p.URL)
		require.NoError(t, err, name)
		assert.Contains(t, updated.Warning, "The metadata of the issuer cannot be used", name)
	}
}

// A certificate's text may be in several pieces.
func TestSAML_metadataMayHaveCommentsInCertificates(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.organization(nil).OrganizationID
	der := newCertificate(t, "idp", certificateEnd)
	text := base64.StdEncoding.EncodeToString(der)
	good := samlDocument("urn:idp", "https://idp.example/sso", der)
	for name, between := range map[string]string{"comment": "<!-- -->", "CDATA": "<![CDATA[\n]]>", "reference": "&#10;"} {
		c := h.newSAML(org)
		base := site(t, map[string]http.HandlerFunc{"/m": serves(strings.Replace(
			strings.Replace(good, text, text[:40]+between+text[40:], 1), "urn:idp", "urn:"+name, 1))})
		updated, err := h.api.B2B.SSO.SAML.UpdateByURL(t.Context(), &saml.UpdateByURLRequest{
			OrganizationID: org, ConnectionID: c.ConnectionID, MetadataURL: base + "/m",
		})
		require.NoError(t, err, name)
		assert.Len(t, updated.Connection.VerificationCertificates, 1, name)
	}
}

// issuer creates an OIDC connection and sets its issuer.
func (h *harness) issuer(org, url string) (*oidc.UpdateConnectionResponse, error) {
	h.t.Helper()
	return h.updateOIDC(org, h.pendingOIDC(org).ConnectionID, func(r *oidc.UpdateConnectionRequest) { r.Issuer = &url })
}
