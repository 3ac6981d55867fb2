package flows_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/b2b/sso/saml"
	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestSSO_startRefusesWhatLeadsNowhere(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization
	empty, several := h.organization(nil), h.organization(nil)
	c := h.activeSAML(org.OrganizationID).ConnectionID
	first := h.activeOIDC(several.OrganizationID).ConnectionID
	h.activeOIDC(several.OrganizationID)
	_, err := h.updateOrg(several.OrganizationID, func(r *organizations.UpdateRequest) { r.SSODefaultConnectionID = new("") })
	require.NoError(t, err)
	pending := h.newSAML(org.OrganizationID).ConnectionID
	s := newSurfer(t)
	for code, pairs := range map[stytcherror.Code][]string{
		stytcherror.CodeMissingSSOConnectionLocator:          {},
		stytcherror.CodeTooManySSOConnectionLocators:         {"connection_id", c, "slug", org.OrganizationSlug},
		stytcherror.CodeSSOConnectionNotFound:                {"connection_id", "none"},
		stytcherror.CodeRequiresActiveSSOConnection:          {"connection_id", pending},
		stytcherror.CodeOrganizationNotFound:                 {"organization_id", "none"},
		stytcherror.CodeNoSSOConnectionExistsForOrganization: {"organization_id", empty.OrganizationID},
		stytcherror.CodeSSOMultipleConnectionsFound:          {"slug", several.OrganizationSlug},
		stytcherror.CodeInvalidLoginSSOURL:                   {"connection_id", c, "login_redirect_url", "javascript:alert(1)"},
		stytcherror.CodeInvalidSignupSSOURL:                  {"connection_id", c, "signup_redirect_url", "//evil.example"},
		stytcherror.CodeInvalidPKCECodeChallenge:             {"connection_id", c, "pkce_code_challenge", "x"},
		stytcherror.CodePublicTokenRequired:                  {"connection_id", c, "public_token", ""},
		stytcherror.CodePublicTokenNotFound:                  {"connection_id", c, "public_token", "public-token-test-x"},
	} {
		v := s.do(h.startSSO(pairs...), nil)
		assert.Nil(t, v.to, code)
		assert.GreaterOrEqual(t, v.status, 400, code)
		assert.Contains(t, v.body, string(code))
	}
	assert.Equal(t, 400, s.do(h.startSSO("connection_id", c)+"&connection_id="+first, nil).status)
	assert.Equal(t, 400, s.do(h.startSSO("connection_id", c)+"&x=%zz", nil).status)
	for _, misspelt := range []string{"provider_gruops", "provider_login_hint", "provider_"} {
		v := s.do(h.startSSO("connection_id", c, "login_hint", "ada@example.com", misspelt, "Ops"), nil)
		assert.Equal(t, 400, v.status)
		assert.Contains(t, v.body, "There is no parameter &#34;"+misspelt+"&#34;.")
	}
	assert.Equal(t, 200, s.do(h.startSSO("connection_id", c, "utm_source", "mail"), nil).status)
	for _, locator := range [][]string{{"organization_id", org.OrganizationID}, {"slug", org.OrganizationSlug}} {
		v := s.do(h.startSSO(append(locator, "login_hint", "ada@example.com")...), nil)
		require.NotNil(t, v.to, v.body)
		assert.Equal(t, "/login", v.to.Path)
	}
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{loginURL}}))
	v := s.do(h.startSSO("connection_id", c), nil)
	assert.Contains(t, v.body, "no_match_for_provided_sso_url", "the other one is not registered")
	v = s.do(h.startSSO("connection_id", c, "signup_redirect_url", "", "login_redirect_url", "", "login_hint", "x@example.com"), nil)
	assert.Equal(t, "app.example", v.to.Host)
}

func TestSSO_chooserShowsForeignTextAsText(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	c := h.activeSAML(org).ConnectionID
	const script = `<script>alert(1)</script>`
	_, err := h.updateSAML(org, c, func(r *saml.UpdateConnectionRequest) { r.DisplayName = new(script) })
	require.NoError(t, err)
	s := newSurfer(t)
	shown := s.do(h.startSSO("connection_id", c, "login_hint", `"><script>`, "provider_name", script), nil)
	assert.Equal(t, 400, shown.status, "the hint is no address")
	assert.NotContains(t, shown.body, "<script")
	assert.Contains(t, shown.header.Get("Content-Security-Policy"), "default-src 'none'")
	assert.Contains(t, shown.body, `value="ada@example.com"`)

	action := func(p page) string {
		_, rest, found := strings.Cut(p.body, `action="`)
		require.True(t, found, p.body)
		path, _, _ := strings.Cut(rest, `"`)
		return h.URL() + strings.ReplaceAll(path, "&amp;", "&")
	}
	shown = s.do(h.startSSO("connection_id", c), nil)
	form := action(shown)
	assert.Equal(t, 400, s.do(form, url.Values{"email": {"x"}}).status)
	assert.Equal(t, 400, s.do(form, url.Values{"email": {"bob@example.com"}, "attributes": {"[]"}}).status)
	assert.Equal(t, 400, s.do(form, url.Values{"email": {"bob@example.com"}, "name": {strings.Repeat("x", 129)}}).status)
	assert.Equal(t, 400, s.do(form, url.Values{"email": {"bob@example.com", "eve@example.com"}}).status)
	assert.Equal(t, 400, s.do(form, url.Values{"email": {"bob@example.com"}, "subject": {strings.Repeat("x", 255)}}).status)
	v := s.do(form, url.Values{"email": {"bob@example.com"}, "groups": {"a,b"}, "name": {script}})
	require.NotNil(t, v.to, v.body)
	got, err := h.authenticateSSO(v.to.Query().Get("token"))
	require.NoError(t, err)
	assert.Equal(t, []any{"a", "b"}, got.Member.SSORegistrations[0].SSOAttributes["memberOf"])
	assert.Equal(t, script, got.Member.Name)
	assert.Equal(t, 400, s.do(form, url.Values{"email": {"bob@example.com"}}).status, "the state is used")

	form = action(s.do(h.startSSO("connection_id", c), nil))
	other := h.activeSAML(org).ConnectionID
	for _, wrong := range []string{
		strings.Replace(form, c, other, 1), strings.Replace(form, c, "none", 1), strings.Split(form, "?")[0], form + "x",
	} {
		v := s.do(wrong, url.Values{"email": {"bob@example.com"}})
		assert.Nil(t, v.to, wrong)
		assert.GreaterOrEqual(t, v.status, 400, wrong)
	}
	assert.Equal(t, 400, s.do(form+"&code=x", nil).status, "no OIDC provider answers for it")
	v = s.do(form, url.Values{"deny": {"true"}})
	assert.Equal(t, "access_denied", v.to.Query().Get("error"))
	assert.Equal(t, "b", v.to.Query().Get("a"))

	form = action(s.do(h.startSSO("connection_id", c), nil))
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{"https://other.example"}}))
	for _, choice := range []url.Values{{"email": {"bob@example.com"}}, {"deny": {"true"}}} {
		v := s.do(form, choice)
		assert.Nil(t, v.to, "the URL is no longer allowed")
	}
	h.Clock().Advance(10 * time.Minute)
	assert.Contains(t, s.do(form, url.Values{"email": {"bob@example.com"}}).body, "expired_oidc_response")
}

func TestSSO_startOfAnotherProjectIsNotFound(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	c := h.activeSAML(h.create("ada@example.com").Organization.OrganizationID).ConnectionID
	other := newHarness(t)
	v := newSurfer(t).do(h.startSSO("connection_id", c, "public_token", other.PublicToken()), nil)
	assert.Contains(t, v.body, "public_token_not_found")
	v = newSurfer(t).do(strings.Replace(h.startSSO("connection_id", c, "public_token", other.PublicToken()), h.URL(), other.URL(), 1), nil)
	assert.Contains(t, v.body, "sso_connection_not_found")
	_, err := other.authenticateSSO(h.ssoToken(c, "bob@example.com"))
	require.ErrorIs(t, err, stytcherror.CodeSSOTokenNotFound)
}
