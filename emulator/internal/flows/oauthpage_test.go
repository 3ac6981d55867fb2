package flows_test

import (
	"html"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	discoveryorganizations "github.com/seed75add069/stytch-go/b2b/discovery/organizations"
	"github.com/seed75add069/stytch-go/b2b/oauth"
	"github.com/seed75add069/stytch-go/b2b/organizations/members"
	"github.com/seed75add069/stytch-go/emulator"
)

func TestOAuthPage_personChoosesAnAccountOrDenies(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	v := h.create("ada@example.com", func(r *discoveryorganizations.CreateRequest) { r.OrganizationName = new("Acme & Sons") })
	org := v.Organization.OrganizationID
	h.addMember(org, "bob@example.com", func(r *members.CreateRequest) { r.CreateMemberAsPending = new(true) })
	h.create("eve@other.dev")
	open := func() page {
		return h.browse(h.startURL("slack", org, map[string]string{"name": "Ada"}, func(r *oauth.StartURLRequest) {
			r.LoginRedirectURL, r.SignupRedirectURL = new("https://app.example/in?a=b"), new("https://app.example/up")
			r.CustomScopes = []string{"chat:write"}
		}), nil)
	}
	p := open()
	assert.Equal(t, 200, p.status)
	assert.Nil(t, p.to)
	for _, text := range []string{
		"Log in with Slack", "Acme &amp; Sons", "https://app.example/in?a=b", "chat:write", `value="ada@example.com"`,
		`value="bob@example.com"`, `name="name" value="Ada"`, `name="tenant_ids"`, "<label>", `lang="en"`,
	} {
		assert.Contains(t, p.body, text)
	}
	assert.NotContains(t, p.body, "eve@other.dev", "only members of the organization are offered")
	assert.NotContains(t, p.body, "<script")
	assert.Equal(t, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
		p.header.Get("Content-Security-Policy"))
	assert.Equal(t, "DENY", p.header.Get("X-Frame-Options"))
	assert.Equal(t, "no-store", p.header.Get("Cache-Control"))

	chosen := h.submit(p, url.Values{"account": {"ada@example.com"}, "email": {""}, "name": {"Ada L."}, "tenant_ids": {"T1"}})
	assert.Regexp(t, `^https://app\.example/in\?a=b&stytch_token_type=oauth&token=[\w-]{44}$`, chosen.to.String())
	resp, err := h.api.B2B.OAuth.Authenticate(t.Context(), &oauth.AuthenticateRequest{OAuthToken: chosen.token(t, "oauth")})
	require.NoError(t, err)
	assert.Equal(t, v.MemberID, resp.MemberID)
	for _, email := range []string{"bob@example.com", "nobody@example.com"} {
		typed := h.submit(open(), url.Values{"account": {"ada@example.com"}, "email": {email}})
		assert.Equal(t, "https://app.example/up", strings.Split(typed.to.String(), "?")[0], "what was typed counts; not active: %s", email)
	}
	denied := h.submit(open(), url.Values{"deny": {"true"}, "email": {"not an address"}})
	assert.Equal(t, "access_denied", denied.to.Query().Get("error"))
	assert.NotEmpty(t, denied.to.Query().Get("error_description"))
	assert.Equal(t, "b", denied.to.Query().Get("a"))
	assert.Empty(t, denied.to.Query().Get("token"))
}

func TestOAuthPage_saysWhatIsWrongAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	for problem, fields := range map[string][]string{
		"The e-mail address is missing":             {"slack", "", ""},
		"e-mail address is missing or malformed":    {"slack", "name", "x"},
		"at most 128 characters, none of which":     {"slack", "name", strings.Repeat("é", 129)},
		"none of which is invisible":                {"slack", "name", "a\u202eb"},
		"The subject must":                          {"slack", "subject", strings.Repeat("s", 129)},
		"128 characters of ASCII, without":          {"slack", "subject", "a b"},
		"has at most 1 tenants":                     {"slack", "tenant_ids", "T1 T2"},
		"has at most 0 tenants":                     {"google", "tenant_ids", "T1"},
		"id of a tenant must":                       {"github", "tenant_ids", strings.Repeat("1", 129)},
		"has at most 100 tenants":                   {"github", "tenant_ids", strings.Repeat("1 ", 101)},
		"The URL of the picture is not":             {"google", "picture", "javascript:alert(1)"},
		"picture is not an absolute http":           {"google", "picture", "https://x.example/" + strings.Repeat("p", 2048)},
		"The locale must":                           {"google", "locale", "en_GB"},
		"email_verified must":                       {"google", "email_verified", "no"},
		"This provider never verifies addresses: e": {"hubspot", "email_verified", "false"},
	} {
		form := url.Values{"email": {"ada@example.com"}}
		if strings.Contains(problem, "missing") {
			form.Set("email", "<ada>@")
		}
		if fields[1] != "" {
			form.Set(fields[1], fields[2])
		}
		p := h.submit(h.browse(h.startURL(fields[0], org, nil), nil), form)
		assert.Equal(t, 400, p.status, problem)
		assert.Contains(t, p.body, `role="alert"`)
		assert.Contains(t, p.body, problem)
		if form.Get("email") == "<ada>@" {
			assert.Contains(t, p.body, `value="&lt;ada&gt;@"`)
		}
		again := h.submit(p, url.Values{"email": {"ada@example.com"}})
		assert.NotNil(t, again.to, "the login goes on: %s", problem)

		direct := h.browse(h.startURL(fields[0], org, map[string]string{"login_hint": form.Get("email"), fields[1]: fields[2]}), nil)
		assert.Equal(t, 400, direct.status, "a hint is not followed: %s", problem)
		assert.Contains(t, direct.body, problem)
	}
	longest := h.browse(h.startURL("google", org, hint("ada@example.com", "name", strings.Repeat("é", 128),
		"subject", strings.Repeat("s", 128), "picture", "https://x.example/"+strings.Repeat("p", 2030), "locale", strings.Repeat("l", 35))), nil)
	resp, err := h.api.B2B.OAuth.Authenticate(t.Context(), &oauth.AuthenticateRequest{OAuthToken: longest.token(t, "oauth")})
	require.NoError(t, err)
	assert.True(t, resp.MemberAuthenticated)
	require.NoError(t, h.edit(func(object) {}), "what calls accept can be restored")
}

func TestOAuthPage_foreignTextIsText(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const script = `"><script>alert(1)</script>`
	v := h.create("ada@example.com", func(r *discoveryorganizations.CreateRequest) { r.OrganizationName = new(script) })
	p := h.browse(h.startURL("github", v.Organization.OrganizationID, map[string]string{
		"name": script, "subject": script, "tenant_ids": script, "login_hint": script,
	}, func(r *oauth.StartURLRequest) {
		r.CustomScopes = []string{"<script>alert(1)</script>"}
		r.LoginRedirectURL = new("https://app.example/<script>alert(1)</script>")
	}), nil)
	assert.NotContains(t, p.body, "<script")
	assert.Contains(t, p.body, "&lt;script&gt;")
	p = h.browse(h.at("/v1/b2b/public/oauth/"+url.PathEscape("<script>")+"/start?public_token="+h.PublicToken()), nil)
	assert.Equal(t, 400, p.status)
	assert.Contains(t, p.body, "invalid_oauth_provider")
	assert.NotContains(t, p.body, "<script")
	p = h.browse(h.startURL("github", v.Organization.OrganizationID, nil)+"&"+url.QueryEscape("<script>")+"=1&"+url.QueryEscape("<script>")+"=2", nil)
	assert.Equal(t, 400, p.status)
	assert.NotContains(t, p.body, "<script")
}

func TestOAuthPage_stateWorksOnceForTenMinutesForItsProviderAndProject(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	ada := url.Values{"email": {"ada@example.com"}}
	open := func() page { return h.browse(h.startURL("google", org, nil), nil) }
	replaced := func(p page, old, replacement string) page {
		p.body = strings.ReplaceAll(p.body, old, replacement)
		return h.submit(p, ada)
	}
	refused := func(code string, p page) {
		t.Helper()
		assert.Equal(t, 400, p.status, code)
		assert.Nil(t, p.to)
		assert.Contains(t, p.body, "<code>"+code+"</code>")
		assert.Contains(t, p.header.Get("Content-Type"), "text/html")
	}
	p := open()
	refused("oauth_state_mismatch", replaced(p, "/google/", "/github/"))
	refused("oauth_invalid_state", replaced(p, "state=", "state=x"))
	refused("oauth_invalid_state", replaced(p, "state=", "none="))
	refused("bad_request", h.submit(p, url.Values{"email": {"ada@example.com", "bob@example.com"}}))
	refused("bad_request", replaced(p, "state=", "state=1&amp;state="))
	require.NotNil(t, h.submit(p, ada).to)
	refused("oauth_state_used", h.submit(p, ada))
	denied := open()
	require.NotNil(t, h.submit(denied, url.Values{"deny": {"true"}}).to)
	refused("oauth_state_used", h.submit(denied, ada))

	late, kept := open(), open()
	require.NoError(t, h.edit(func(object) {}))
	require.NotNil(t, h.submit(kept, ada).to, "a snapshot has it")
	h.Clock().Advance(10 * time.Minute)
	refused("expired_oauth_response", h.submit(late, ada))

	p = open()
	var calls sync.WaitGroup
	pages := make(chan page, 10)
	for range cap(pages) {
		calls.Go(func() { pages <- h.submit(p, ada) })
	}
	calls.Wait()
	close(pages)
	came := 0
	for p := range pages {
		if p.to != nil {
			came++
		}
	}
	assert.Equal(t, 1, came)
}

func TestOAuthPage_stateOfAnotherProjectIsUnknown(t *testing.T) {
	t.Parallel()
	e, err := emulator.New(emulator.Config{})
	require.NoError(t, err)
	other, err := e.NewProject("project-test-other", "secret-test-other")
	require.NoError(t, err)
	send := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader("email=ada@example.com")))
		return w
	}
	p := send("GET", "/v1/b2b/public/oauth/google/discovery/start?public_token="+e.Project().PublicToken())
	action := html.UnescapeString(formAction.FindStringSubmatch(p.Body.String())[1])
	p = send("POST", strings.Replace(action, e.Project().PublicToken(), other.PublicToken(), 1))
	assert.Equal(t, 400, p.Code)
	assert.Contains(t, p.Body.String(), "oauth_invalid_state")
	assert.Equal(t, 303, send("POST", action).Code)
}

func TestOAuthPage_offersTwentyAddressesAtMost(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	for i := range 25 {
		h.addMember(org, "m"+string(rune('a'+i))+"@example.com", nil)
	}
	gone := h.addMember(org, "gone@example.com", nil)
	_, err := h.api.B2B.Organizations.Members.Delete(t.Context(), &members.DeleteRequest{OrganizationID: org, MemberID: gone.MemberID})
	require.NoError(t, err)
	for _, start := range []string{h.startURL("google", org, nil), h.discoveryURL("google", nil)} {
		p := h.browse(start, nil)
		assert.Equal(t, 20, strings.Count(p.body, `name="account"`))
		assert.NotContains(t, p.body, "gone@example.com")
	}
}

func TestOAuthPage_nothingLeadsElsewhereThanToRegisteredURLs(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	org := h.create("ada@example.com").Organization.OrganizationID
	start := func(login, signup string, parameters map[string]string) page {
		return h.browse(h.startURL("google", org, parameters, func(r *oauth.StartURLRequest) {
			r.LoginRedirectURL, r.SignupRedirectURL = &login, &signup
		}), nil)
	}
	const in, up = "https://app.example/in", "https://app.example/up"
	var begun []page
	for range 3 {
		begun = append(begun, start("https://old.example/in", "https://old.example/up", nil))
	}
	require.NoError(t, h.SetSettings(emulator.Settings{RedirectURLs: []string{in, up}}))
	for i, form := range []url.Values{{"email": {"ada@example.com"}}, {"email": {"new@example.com"}}, {"deny": {"true"}}} {
		p := h.submit(begun[i], form)
		assert.Nil(t, p.to, "it is not registered any more")
		assert.Contains(t, p.body, "no_match_for_provided_oauth_url")
	}
	for _, evil := range []string{
		"https://evil.example/in", in + "/", in + "?x=1", in + "#x", "https://app.example.evil.example/in",
		"https://app.example@evil.example/in", "http://app.example/in", "HTTPS://app.example/in", in + "%0d%0aSet-Cookie:x",
	} {
		for _, parameters := range []map[string]string{nil, hint("ada@example.com"), {"error": "access_denied"}, hint("broken")} {
			for _, p := range []page{start(evil, up, parameters), start(in, evil, parameters)} {
				assert.Nil(t, p.to, evil)
				assert.Equal(t, 400, p.status, evil)
				assert.Contains(t, p.body, "no_match_for_provided_oauth_url", evil)
			}
			p := h.browse(h.discoveryURL("google", parameters)+"&discovery_redirect_url="+url.QueryEscape(evil), nil)
			assert.Nil(t, p.to, evil)
		}
	}
	for _, none := range []string{
		"javascript:alert(1)", "data:text/html,x", "//evil.example", "/in", "in", "ftp://app.example/in", "https://", "https://a b/",
		"https://app.example/\r\nSet-Cookie: a=b", "https://app.example/" + strings.Repeat("p", 2048),
	} {
		for code, p := range map[string]page{
			"invalid_login_oauth_url": start(none, up, hint("ada@example.com")), "invalid_signup_oauth_url": start(in, none, nil),
			"invalid_discovery_redirect_url": h.browse(h.discoveryURL("google", nil)+"&discovery_redirect_url="+url.QueryEscape(none), nil),
		} {
			assert.Nil(t, p.to, none)
			assert.Equal(t, 400, p.status, none)
			assert.Contains(t, p.body, code, none)
			assert.Empty(t, p.header.Get("Set-Cookie"))
		}
	}
	assert.Equal(t, in, strings.Split(start(in, up, hint("ada@example.com")).to.String(), "?")[0])
	assert.Equal(t, up, strings.Split(start(in, up, hint("new@example.com")).to.String(), "?")[0])
	first := h.browse(h.startURL("google", org, hint("new@example.com")), nil)
	assert.Equal(t, in, strings.Split(first.to.String(), "?")[0], "without one, the first that is registered")
}
