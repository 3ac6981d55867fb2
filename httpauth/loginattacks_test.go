package httpauth_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

const evil = "https://evil.example"

func TestLoginAttacks_noOtherSiteCanSendItsForms(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	b.jar[interCookie] = storedCookie{value: a.IntermediateSession(ada)}
	before := len(a.Requests())
	routes := map[string][]string{
		"/auth/login":         {"email", ada},
		"/auth/start":         {"email", ada},
		"/auth/callback":      {"stytch_token_type", "discovery", "token", someToken},
		"/auth/organizations": {"organization_name", "New"},
		"/auth/switch":        {"organization_id", second},
		"/auth/logout":        {},
		"/auth/mfa":           {"code", "123456"},
		"/auth/password":      {"password", "secret"},
	}
	senders := map[string]http.Header{
		"a form of another site":                     {"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Origin": {evil}},
		"a script of another site":                   {"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"cors"}, "Origin": {evil}},
		"a script without CORS":                      {"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"no-cors"}},
		"a sibling subdomain":                        {"Sec-Fetch-Site": {"same-site"}, "Sec-Fetch-Mode": {"navigate"}, "Origin": {"https://x.example.com"}},
		"an old browser on another site":             {"Origin": {evil}},
		"an old browser in a sandboxed frame":        {"Origin": {"null"}},
		"an old browser on the same host by http":    {"Origin": {"http://app.example.com"}},
		"an old browser on another port of the host": {"Origin": {"https://app.example.com:8443"}},
	}
	for path, fields := range routes {
		for sender, header := range senders {
			for _, cookies := range []bool{true, false} {
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+path, strings.NewReader(encode(fields)))
				r.Header = header.Clone()
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Accept", "text/html")
				if cookies {
					b.addCookies(r)
				}
				w := serve(a.router, r)
				assert.Equal(t, http.StatusForbidden, w.Code, "%s to %s, with cookies: %v", sender, path, cookies)
				assert.Empty(t, w.Header().Values("Set-Cookie"), "%s to %s", sender, path)
			}
		}
	}
	assert.Len(t, a.Requests(), before, "the API was not called")
	assert.Equal(t, "first", b.session().Slug)
}

func TestLoginAttacks_ownPagesAndProgramsCanSendForms(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{}, func(c *httpauth.Config) { c.TrustedOrigins = []string{"https://admin.example.com"} })
	for name, header := range map[string]http.Header{
		"a form":                            {"Sec-Fetch-Site": {"same-origin"}, "Origin": {origin}},
		"a form of a page with no-referrer": {"Sec-Fetch-Site": {"same-origin"}, "Origin": {"null"}},
		"an old browser":                    {"Origin": {origin}},
		"a trusted origin":                  {"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://admin.example.com"}},
		"a program":                         {},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, origin+"/auth/start", strings.NewReader("email=ada@example.com"))
		r.Header = header
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		assert.Equal(t, http.StatusOK, serve(a.router, r).Code, name)
	}
}

func TestLoginAttacks_hostsAndForwardedHeadersChangeNoLink(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	r := form("/auth/start", encode([]string{"email", ada}))
	r.Host = "evil.example"
	for _, name := range []string{"X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-Original-Host"} {
		r.Header.Set(name, "evil.example")
	}
	r.Header.Set("X-Forwarded-Proto", "http")
	r.Header.Set("Forwarded", "host=evil.example;proto=http")
	w := serve(a.router, r)
	assert.Equal(t, http.StatusSeeOther, w.Code)
	assert.Equal(t, "/auth/login?sent=1", w.Header().Get("Location"))
	assert.True(t, strings.HasPrefix(a.WaitMessage(ada).Link, origin+"/auth/callback?"), a.WaitMessage(ada).Link)
	cookies, _ := kept(w)
	require.Len(t, cookies, 1)
	assert.True(t, cookies[0].Secure)
}

func TestLoginAttacks_noStepLeadsToAnotherSite(t *testing.T) {
	t.Parallel()
	for _, next := range []string{
		evil, "//evil.example", `/\evil.example`, "/%2fevil.example", "/%5cevil.example", "/\t/evil.example", "/\n/evil.example",
		"javascript:alert(1)", "/../..//evil.example", "https:evil.example", "/%252fevil.example", " /" + evil, "/／evil.example",
	} {
		t.Run(next, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, httpauth.LoginConfig{})
			a.LogIn(ada)
			a.member("bob@example.org", "first")
			second := a.member("bob@example.org", "second")

			b := a.browser()
			p := b.fetch(http.MethodGet, "/auth/login?next="+url.QueryEscape(next), nil).step(t)
			assert.Equal(t, "/", p.Fields["next"], "the login page")
			b.submit("/auth/start", "email", ada, "next", next)
			assert.Equal(t, "/", b.get(a.mail(ada)).location(), "the link")

			b = a.browser()
			b.submit("/auth/start", "email", "bob@example.org", "next", next)
			b.open(a.mail("bob@example.org"))
			p = b.fetch(http.MethodPost, "/auth/organizations", map[string]string{"organization_id": second, "next": next}).step(t)
			assert.Equal(t, "/", p.Next, "the choice of an organization")
			p = b.fetch(http.MethodPost, "/auth/switch", map[string]string{"organization_id": second, "next": next}).step(t)
			assert.Equal(t, "/", p.Next, "the switch")
			assert.Equal(t, "/", b.post("/auth/logout", "next", next).location(), "the logout")
		})
	}
}

func TestLoginAttacks_aTamperedFlowLeadsToNoOtherSite(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	b.jar[flowCookie] = storedCookie{value: flowOf(t, map[string]string{"m": "email_link", "a": ada, "v": someToken, "n": evil})}
	assert.Equal(t, "/", b.get(link).location())
}

func TestLoginAttacks_eachLoginHasNewTokens(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	fixed := a.LogIn("eve@example.org")
	b := a.browser()
	for _, c := range a.cookies(fixed) {
		b.jar[c.Name] = storedCookie{value: c.Value}
	}
	eve := b.copy()
	b.jar[flowCookie], b.jar[interCookie] = storedCookie{value: flowOf(t, map[string]string{"v": someToken})}, storedCookie{value: someToken}
	b.logIn(ada)
	for name, before := range map[string]string{tokenCookie: fixed.SessionToken, jwtCookie: fixed.SessionJWT} {
		assert.NotEqual(t, before, b.jar[name].value)
	}
	assert.False(t, b.has(flowCookie))
	assert.False(t, b.has(interCookie))
	assert.Equal(t, http.StatusSeeOther, eve.get("/notes").Code, "the session before is refused")
	assert.Equal(t, 1, a.calls(revokePath), "and revoked")

	first := b.jar[tokenCookie].value
	b.logIn(ada)
	assert.NotEqual(t, first, b.jar[tokenCookie].value)
}

func TestLoginAttacks_anIntermediateTokenIsNoSession(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	v := a.LogIn(ada)
	token := a.IntermediateSession(ada)
	assert.Equal(t, http.StatusUnauthorized, a.get(request(http.MethodGet, "/notes", cookie(tokenCookie, token))).Code)
	r := withBearer(request(http.MethodGet, "/notes"), token)
	assert.Equal(t, http.StatusUnauthorized, a.get(r).Code)
	assert.Equal(t, http.StatusUnauthorized, a.get(request(http.MethodGet, "/notes", cookie(interCookie, token))).Code)

	b := a.browser()
	b.jar[interCookie] = storedCookie{value: v.SessionToken}
	assert.Equal(t, http.StatusBadRequest, b.post("/auth/organizations", "organization_id", v.OrganizationID).Code, "nor the reverse")
	assert.False(t, b.isLoggedIn())
}

func TestLoginAttacks_twoValuesOfAStepCookieCountAsNone(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	r := navigation(http.MethodGet, link)
	b.addCookies(r)
	r.AddCookie(cookie(flowCookie, flowOf(t, map[string]string{"m": "email_link", "a": ada, "v": someToken})))
	w := serve(a.router, r)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Contains(t, w.Body.String(), "Go on only if you have asked for this link.")

	r = form("/auth/organizations", "organization_name=New", cookie(interCookie, a.IntermediateSession(ada)), cookie(interCookie, someToken))
	assert.Equal(t, http.StatusBadRequest, serve(a.router, r).Code)
}

func TestLoginAttacks_markupInNamesIsText(t *testing.T) {
	t.Parallel()
	const name = `<script>alert("1")</script>'"&`
	a := newApp(t, httpauth.LoginConfig{Name: name})
	a.CreateOrganization(ada, `<img src=x onerror="alert(1)">`, nil)
	a.CreateOrganization(ada, `"><script>alert('2')</script>`, nil)
	b := a.browser()
	for page, p := range map[string]*page{
		"the login page":         b.get("/auth/login?next=/%22%3E%3Cscript%3Ealert(3)%3C/script%3E"),
		"that link asks":         a.browser().get(callback("discovery", someToken)),
		"organizations":          b.logIn(ada),
		"an address":             b.post("/auth/start", "email", `"><script>alert(4)</script>`),
		"a name that is refused": b.post("/auth/organizations", "organization_name", strings.Repeat("<script>", 40)),
	} {
		html := p.Body.String()
		assert.NotContains(t, html, "<script", page)
		assert.NotContains(t, html, "<img", page)
		root := parse(t, html)
		assert.Empty(t, root.all("script"), page)
		assert.Empty(t, root.all("img"), page)
	}
	assert.Contains(t, parse(t, b.get("/auth/login").Body.String()).first("h1").text(), name, "the name is shown")
	w := b.fetch(http.MethodGet, "/auth/organizations", nil)
	assert.NotContains(t, w.Body.String(), "<", "JSON that is taken for HTML has no markup")
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	assert.Len(t, w.step(t).Organizations, 2)
}

func TestLoginAttacks_malformedBodiesAreRefused(t *testing.T) {
	t.Parallel()
	const asForm, asJSON = "application/x-www-form-urlencoded", "application/json"
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	before := len(a.Requests())
	for name, test := range map[string]struct {
		contentType, body string
		status            int
	}{
		"a form over 64 KiB is too large":                 {asForm, "email=" + strings.Repeat("a", 64<<10), 413},
		"JSON over 64 KiB is too large":                   {asJSON, `{"email":"` + strings.Repeat("a", 64<<10) + `"}`, 413},
		"another type over 64 KiB is too large":           {"text/plain", strings.Repeat("a", 64<<10+1), 413},
		"a multipart form is unsupported":                 {"multipart/form-data; boundary=x", "--x--", 415},
		"text is unsupported":                             {"text/plain", "email=ada@example.com", 415},
		"no type is unsupported":                          {"", "email=ada@example.com", 415},
		"a malformed type is unsupported":                 {"application/json; =", "{}", 415},
		"JSON that is cut off is malformed":               {asJSON, `{"email":`, 400},
		"two JSON objects are malformed":                  {asJSON, `{"email":"ada@example.com"}{}`, 400},
		"a JSON list is malformed":                        {asJSON, `["email"]`, 400},
		"JSON null is malformed":                          {asJSON, `null`, 400},
		"a JSON number is malformed":                      {asJSON, `{"email":1}`, 400},
		"a JSON list of addresses is malformed":           {asJSON, `{"email":["ada@example.com","eve@example.org"]}`, 400},
		"a JSON member that occurs twice is malformed":    {asJSON, `{"email":"ada@example.com","email":"eve@example.org"}`, 400},
		"JSON that is not UTF-8 is malformed":             {asJSON, "{\"email\":\"ada\xff@example.com\"}", 400},
		"a field that occurs twice is malformed":          {asForm, "email=ada@example.com&email=eve@example.org", 400},
		"an unknown field that occurs twice is malformed": {asForm, "email=ada@example.com&x=1&x=2", 400},
		"a form with bad escapes is malformed":            {asForm, "email=%zz", 400},
		"a form with semicolons is malformed":             {asForm, "email=ada@example.com;x=1", 400},
		"a form that is not UTF-8 is malformed":           {asForm, "email=ada%ff@example.com", 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, route := range []string{"start", "login", "callback", "organizations", "switch", "logout"} {
				r := request(http.MethodPost, "/auth/"+route)
				r.Body, r.ContentLength = io.NopCloser(strings.NewReader(test.body)), int64(len(test.body))
				r.Header.Set("Content-Type", test.contentType)
				w := serve(a.login, r)
				assert.Equal(t, test.status, w.Code, route)
				assert.Equal(t, "invalid_request", (&page{ResponseRecorder: w}).step(t).Code, route)
				assert.Empty(t, w.Header().Values("Set-Cookie"), route)
			}
		})
	}
	t.Cleanup(func() { assert.Len(t, a.Requests(), before) })
}

func TestLoginAttacks_aWayBackThatIsTooLongIsDropped(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{Home: "/welcome"})
	a.LogIn(ada)
	for name, test := range map[string]struct{ next, want string }{
		"of 2048 bytes is kept":                           {"/notes?" + strings.Repeat("a", 2041), "/notes?" + strings.Repeat("a", 2041)},
		"of 2049 bytes is dropped":                        {"/notes?" + strings.Repeat("a", 2042), "/welcome"},
		"of a megabyte is dropped":                        {"/notes?" + strings.Repeat("a", 60<<10), "/welcome"},
		"that becomes too long for the cookie is dropped": {"/notes?" + strings.Repeat("&", 2041), "/welcome"},
	} {
		b := a.browser()
		b.submit("/auth/start", "email", ada, "next", test.next)
		assert.LessOrEqual(t, len(flowCookie)+len(b.jar[flowCookie].value), 4000, name)
		assert.Equal(t, test.want, b.get(a.mail(ada)).location(), name)
	}
}

func TestLoginAttacks_everyAnswerHasTheHeadersOfAPage(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	for name, p := range map[string]*page{
		"login":               b.get("/auth/login"),
		"a redirect":          b.post("/auth/start", "email", ada),
		"sent":                b.get("/auth/login?sent=1"),
		"confirm":             a.browser().get(callback("discovery", someToken)),
		"organizations":       b.get("/auth/organizations"),
		"an error":            b.get(callback("discovery", "x")),
		"JSON":                b.fetch(http.MethodGet, "/auth/login", nil),
		"the session as JSON": b.fetch(http.MethodGet, "/auth/session", nil),
		"a refused origin": b.send(func() *http.Request {
			r := form("/auth/switch", "organization_id="+second)
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			return r
		}()),
	} {
		h := p.Header()
		assert.Equal(t, "no-store", h.Get("Cache-Control"), name)
		assert.Equal(t, "no-referrer", h.Get("Referrer-Policy"), name)
		assert.Equal(t, "DENY", h.Get("X-Frame-Options"), name)
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), name)
		csp := h.Get("Content-Security-Policy")
		for _, rule := range []string{"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "object-src 'none'"} {
			assert.Contains(t, csp, rule, name)
		}
		assert.NotContains(t, csp, "script-src", name)
		assert.Contains(t, strings.Join(h.Values("Vary"), ", "), "Cookie", name)
	}
}

func TestLoginAttacks_knownAddressesGetTheSameAnswer(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn("known@example.com", stytchtest.InOrganization("engines"))
	answers := func(email string) (all []string) {
		b := a.browser()
		for _, p := range []*page{
			b.post("/auth/start", "email", email), b.get("/auth/login?sent=1"),
			b.fetch(http.MethodPost, "/auth/start", map[string]string{"email": email}),
		} {
			h := p.Header().Clone()
			if h.Get("Set-Cookie") != "" {
				h["Set-Cookie"] = []string{"has the address"}
			}
			var w bytes.Buffer
			require.NoError(t, h.Write(&w))
			w.Write(p.Body.Bytes())
			all = append(all, w.String())
		}
		return all
	}
	known := answers("known@example.com")
	assert.Equal(t, known, answers("other@example.com"))
	for _, code := range refusalsOfAnAddress {
		a.refuseAddress(code)
		assert.Equal(t, known, answers("other@example.com"), code)
		a.ClearFaults()
	}
}
