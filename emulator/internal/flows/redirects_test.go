package flows_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
)

// hostileURLs are URLs that are not registered where only loginURL and signupURL are, but look like one of them, or are
// read as one by some parser.
var hostileURLs = []string{
	"https://evil.example/login?a=b", "https://app.example@evil.example/login?a=b", "https://app.example:x@evil.example/login?a=b",
	`https://app.example\@evil.example/login?a=b`, `https://evil.example\.app.example/login?a=b`, `https:\\app.example\login?a=b`,
	"//app.example/login?a=b", "//evil.example/login?a=b", "https:app.example/login?a=b", "https:///app.example/login?a=b",
	"javascript:alert(1)//https://app.example/login?a=b", "data:text/html,<script>", "vbscript:x", " https://app.example/login?a=b",
	"https://app.example/login?a=b\r\nSet-Cookie: x=y", "https://app.example/login?a=b%0d%0aSet-Cookie:%20x=y", "https://app.example/login?a=b\x00",
	"https://app.example:444/login?a=b", "https://app.example:443/login?a=b", "https://app.example:99999/login?a=b", "http://app.example/login?a=b",
	"https://app.example/login/../evil?a=b", "https://app.example/./login?a=b", "https://app.example/%6cogin?a=b", "https://app.example//login?a=b",
	"HTTPS://app.example/login?a=b", "https://APP.example/login?a=b", "https://app.example/Login?a=b", "https://app.example/login?A=b",
	"https://\u0430pp.example/login?a=b", "https://app\uff0eexample/login?a=b", "https://app\u200b.example/login?a=b", "https://app.example/login?a=b\u202e",
	"https://app.example./login?a=b", "https://app.example.evil.example/login?a=b", "https://x.app.example/login?a=b", "https://*.app.example/login?a=b",
	"https://*/login?a=b", "https://app.example/login", "https://app.example/login?a=b&c=d", "https://app.example/login?a=b#x", "https://app.example/login?a=b#",
	"https://[::1]/login?a=b", "http://localhost/login?a=b", "https://app.example/" + strings.Repeat("p", 3000),
}

func TestRedirects_leadNowhereElseThanToRegisteredURLs(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization
	connections := map[string]string{
		"SAML": h.activeSAML(org.OrganizationID).ConnectionID, "OIDC": h.activeOIDC(org.OrganizationID).ConnectionID,
		"a real provider": h.realOIDC(org.OrganizationID, p),
	}
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{loginURL, signupURL}}))
	for _, evil := range hostileURLs {
		for kind, c := range connections {
			for _, parameter := range []string{"login_redirect_url", "signup_redirect_url"} {
				for _, more := range [][]string{nil, {"login_hint", "ada@example.com"}, {"login_hint", "x"}} {
					v := s.do(h.startSSO(append(more, "connection_id", c, parameter, evil)...), nil)
					assert.Nil(t, v.to, "%s %s %q", kind, parameter, evil)
					assert.Equal(t, 400, v.status, "%s %s %q", kind, parameter, evil)
					assert.Empty(t, v.header["Set-Cookie"], evil)
					assert.NotContains(t, v.body, "evil.example", "a page does not repeat it")
				}
			}
		}
		for path, parameters := range map[string][]string{
			"/google/start":           {"login_redirect_url", "signup_redirect_url"},
			"/google/discovery/start": {"discovery_redirect_url"},
		} {
			for _, parameter := range parameters {
				for _, more := range []string{"", "&login_hint=ada@example.com", "&provider_error=access_denied"} {
					query := url.Values{"public_token": {h.PublicToken()}, "organization_id": {org.OrganizationID}, parameter: {evil}}
					v := s.do(h.at("/v1/b2b/public/oauth"+path+"?"+query.Encode()+more), nil)
					assert.Nil(t, v.to, "%s %q", parameter, evil)
					assert.Equal(t, 400, v.status, "%s %q", parameter, evil)
				}
			}
		}
	}
}

// What is registered may change while somebody logs in. Errors lead no further than logins.
func TestRedirects_errorsLeadNowhereElseEither(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	played, real := h.activeSAML(org).ConnectionID, h.realOIDC(org, p)
	form := func() string {
		_, rest, _ := strings.Cut(s.do(h.startSSO("connection_id", played), nil).body, `action="`)
		path, _, _ := strings.Cut(rest, `"`)
		return h.URL() + strings.ReplaceAll(path, "&amp;", "&")
	}
	denied, chosen := form(), form()
	back, failed := h.toProvider(s, p, "connection_id", real), h.toProvider(s, p, "connection_id", real)
	query := failed.Query()
	query.Del("code")
	query.Set("error", "access_denied")
	query.Set("error_uri", "https://evil.example/")
	failed.RawQuery = query.Encode()
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{"https://other.example/"}}))
	for name, v := range map[string]page{
		"denied": s.do(denied, url.Values{"deny": {"true"}}), "chosen": s.do(chosen, url.Values{"email": {"bob@example.com"}}),
		"back from a provider": s.do(back.String(), nil), "back with an error": s.do(failed.String(), nil),
	} {
		assert.Nil(t, v.to, name)
		assert.Equal(t, 400, v.status, name)
		assert.Contains(t, v.body, "no_match_for_provided_sso_url", name)
	}
}

// The description of a provider's error is text of a stranger: it stays one parameter of the redirect.
func TestRedirects_textOfAProviderIsOneParameter(t *testing.T) {
	t.Parallel()
	h, p, s := newHarness(t), newProvider(t), newSurfer(t)
	c := h.realOIDC(h.create("ada@example.com").Organization.OrganizationID, p)
	back := h.toProvider(s, p, "connection_id", c)
	query := back.Query()
	query.Del("code")
	query.Set("error", "x&token=evil#")
	query.Set("error_description", "a\r\nSet-Cookie: b=c&stytch_token_type=sso")
	back.RawQuery = query.Encode()
	v := s.do(back.String(), nil)
	require.NotNil(t, v.to, v.body)
	assert.Equal(t, "app.example", v.to.Host)
	assert.Equal(t, "x&token=evil#", v.to.Query().Get("error"))
	assert.False(t, v.to.Query().Has("token") || v.to.Query().Has("stytch_token_type"))
	assert.Empty(t, v.header["Set-Cookie"])
	assert.Equal(t, "b", v.to.Query().Get("a"), "its own parameters stay")
}
