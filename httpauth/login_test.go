package httpauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestLogin_leadsABrowserToThePageThatItWanted(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{Name: "Notes"})
	v := a.LogIn(ada)
	b := a.browser()

	p := b.open("/notes?page=2")
	assert.Equal(t, "/auth/login?next=%2Fnotes%3Fpage%3D2", p.path)
	assert.Contains(t, p.Body.String(), "Log in to Notes")

	p = b.press("Send me a link", "email", ada)
	assert.Equal(t, "/auth/login?sent=1", p.path)
	assert.Contains(t, p.Body.String(), "Check your mail")

	p = b.open(a.mail(ada))
	assert.Equal(t, "/notes?page=2", p.path)
	assert.Equal(t, asMember(v), p.Body.String())
	assert.False(t, b.has(flowCookie), "the login is over")
	assert.False(t, b.has(interCookie), "the login is over")
}

func TestLogin_saysThatALinkWasSentOnlyIfItWas(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	b := a.browser()
	assert.Equal(t, "login", b.fetch(http.MethodGet, "/auth/login?sent=1", nil).step(t).Name)
	b.get(callback("discovery", someToken)) // sets a flow cookie too
	assert.Equal(t, "login", b.fetch(http.MethodGet, "/auth/login?sent=1", nil).step(t).Name)
	b.post("/auth/start", "email", ada)
	assert.Equal(t, "sent", b.fetch(http.MethodGet, "/auth/login?sent=1", nil).step(t).Name)
	assert.Equal(t, "login", b.fetch(http.MethodGet, "/auth/login", nil).step(t).Name, "another link can be asked for")
}

func TestLogin_leadsHomeWithoutAWayBack(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{Home: "/welcome"})
	for name, tt := range map[string]struct{ email, next string }{
		"a login without next":                 {"ada@example.com", ""},
		"a login whose next is the root":       {"grace@example.com", "/"},
		"a login whose next is another site's": {"joan@example.com", "https://evil.example/"},
	} {
		a.LogIn(tt.email)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := a.browser()
			b.submit("/auth/start", "email", tt.email, "next", tt.next)
			assert.Equal(t, "/welcome", b.open(a.mail(tt.email)).path)
		})
	}
}

func TestLogin_servesScriptsByTheSameRoutes(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	first, second := a.member(ada, "first"), a.member(ada, "second")
	b := a.browser()

	p := b.fetch(http.MethodGet, "/auth/login?next=/notes", nil).step(t)
	assert.Equal(t, "login", p.Name)
	assert.Equal(t, "/auth/start", p.Action)
	assert.Equal(t, []httpauth.Method{httpauth.MethodEmailLink}, p.Methods)
	assert.Equal(t, map[string]string{"method": "email_link", "next": "/notes"}, p.Fields)

	p.Fields["email"] = ada
	p = b.fetch(http.MethodPost, p.Action, p.Fields).step(t)
	assert.Equal(t, "sent", p.Name)

	w := b.fetch(http.MethodGet, a.mail(ada), nil)
	assert.Equal(t, http.StatusOK, w.Code)
	p = w.step(t)
	assert.Equal(t, "organizations", p.Name)
	assert.True(t, p.MayFound)
	require.Len(t, p.Organizations, 2)
	assert.Equal(t, httpauth.PageOrganization{ID: first, Slug: "first", Name: "first"}, p.Organizations[0])

	p = b.fetch(http.MethodPost, p.Action, map[string]string{"organization_id": second}).step(t)
	assert.Equal(t, "done", p.Name)
	assert.Equal(t, "/notes", p.Next)
	assert.Contains(t, b.get(p.Next).Body.String(), second)
}

func TestLogin_logsOut(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{Home: "/?bye"})
	a.LogIn(ada)
	b := a.browser()
	b.logIn(ada)
	before := b.copy()
	require.Equal(t, http.StatusOK, b.get("/notes").Code)

	p := b.submit("/auth/logout")
	assert.Equal(t, "/?bye", p.path)
	assert.False(t, b.isLoggedIn())
	assert.Equal(t, http.StatusSeeOther, b.get("/notes").Code)
	assert.Equal(t, http.StatusSeeOther, before.get("/notes").Code, "the session is revoked, not only its cookies gone")
	assert.Equal(t, 1, a.calls(revokePath))

	assert.Equal(t, http.StatusSeeOther, b.post("/auth/logout").Code, "without a session there is nothing to do")
	assert.Equal(t, "done", b.fetch(http.MethodPost, "/auth/logout", map[string]string{}).step(t).Name)
	b.logIn(ada)
	assert.Equal(t, http.StatusMethodNotAllowed, b.get("/auth/logout").Code)
	assert.True(t, b.isLoggedIn(), "a link logs nobody out")
}

func TestLogin_forgetsALoginThatIsNotCompleteWhenItLogsOut(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	b := a.browser()
	b.logIn(ada)
	require.True(t, b.has(interCookie) && b.has(flowCookie))
	b.submit("/auth/logout")
	assert.False(t, b.has(interCookie) || b.has(flowCookie))
}

func TestLogin_logsOutThoughTheAPIDoesNotAnswer(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	b := a.browser()
	b.logIn(ada)
	before := b.copy()
	a.takeEvents()
	a.fails(revoke)
	assert.Equal(t, "/", b.submit("/auth/logout").path)
	assert.False(t, b.isLoggedIn())
	assert.Equal(t, http.StatusSeeOther, before.get("/notes").Code, "this process refuses the session")
	events := a.takeEvents()
	require.NotEmpty(t, events)
	assert.Equal(t, httpauth.EventLogout, events[0].Kind)
	assert.Error(t, events[0].Err)
}

func TestLogin_tellsScriptsWhoseSessionItIs(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	v := a.LogIn(ada, stytchtest.WithRoles("editor"), stytchtest.InOrganization("engines"))
	b := a.browser()
	b.logIn(ada)

	w := b.fetch(http.MethodGet, "/auth/session", nil)
	var session struct {
		Kind             string    `json:"kind"`
		ID               string    `json:"id"`
		OrganizationID   string    `json:"organization_id"`
		OrganizationSlug string    `json:"organization_slug"`
		Roles            []string  `json:"roles"`
		ExpiresAt        time.Time `json:"expires_at"`
	}
	decode(t, w, &session)
	assert.Equal(t, []string{"member", v.MemberID, v.OrganizationID, "engines"},
		[]string{session.Kind, session.ID, session.OrganizationID, session.OrganizationSlug})
	assert.ElementsMatch(t, []string{"editor", "stytch_member"}, session.Roles)
	assert.True(t, session.ExpiresAt.After(a.Clock().Now()))
	assert.Empty(t, w.Header().Values("Set-Cookie"), "the JWT is good")

	a.expireJWTs()
	w = b.fetch(http.MethodGet, "/auth/session", nil)
	cookies, _ := kept(w.ResponseRecorder)
	require.Len(t, cookies, 1, "the JWT is refreshed")
	assert.Equal(t, jwtCookie, cookies[0].Name)

	w = a.browser().fetch(http.MethodGet, "/auth/session", nil)
	assert.Equal(t, http.StatusUnauthorized, w.Code)
	assert.Contains(t, w.Body.String(), "login_required")
}

func TestLogin_extendsSessionsByTheirDuration(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{}, func(c *httpauth.Config) { c.SessionDuration = 8 * time.Hour })
	a.member(ada, "first")
	second := a.member(ada, "second")
	duration := func(b *browser) time.Duration {
		var session struct {
			ExpiresAt time.Time `json:"expires_at"`
		}
		decode(t, b.fetch(http.MethodGet, "/auth/session", nil), &session)
		return session.ExpiresAt.Sub(a.Clock().Now()).Round(time.Minute)
	}
	b := a.browser()
	b.logIn(ada)
	b.press("first")
	assert.Equal(t, 8*time.Hour, duration(b), "an organization that was entered")
	b.submit("/auth/switch", "organization_id", second)
	assert.Equal(t, 8*time.Hour, duration(b), "a switch")
	b = a.browser()
	b.logIn(ada)
	b.press("Create organization", "organization_name", "Third")
	assert.Equal(t, 8*time.Hour, duration(b), "an organization that was created")
}

func TestLogin_isWhereBrowsersGoUnlessAnotherURLIsSet(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{Prefix: "/account/"})
	assert.Equal(t, "/account/", a.login.Prefix())
	assert.Equal(t, "/account/login?next=%2Fnotes", a.browser().get("/notes").location())
	assert.Equal(t, http.StatusOK, a.browser().get("/account/login").Code)

	own := newApp(t, httpauth.LoginConfig{}, func(c *httpauth.Config) { c.LoginURL = "/welcome-back" })
	assert.Equal(t, "/welcome-back?next=%2Fnotes", own.browser().get("/notes").location(), "one's own page stays")
}

func TestLogin_URLKeepsPathsOnly(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	for next, want := range map[string]string{
		"/notes?a=b&c=d": "/notes?a=b&c=d", "": "/", "//evil.example": "/", "https://evil.example": "/", "notes": "/",
	} {
		u, err := url.Parse(a.login.URL(next))
		require.NoError(t, err)
		assert.Equal(t, "/auth/login", u.Path)
		assert.Equal(t, want, u.Query().Get("next"), next)
	}
}

func TestLogin_leadsHTMXOnByAHeader(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	b := a.browser()
	r := form("/auth/start", encode([]string{"email", ada}))
	r.Header.Set("HX-Request", "true")
	r.Header.Set("Sec-Fetch-Mode", "cors")
	w := b.send(r)
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "/auth/login?sent=1", w.Header().Get("HX-Redirect"))
	assert.Empty(t, w.location())
	assert.Equal(t, "sent", w.step(t).Name)
	assert.True(t, b.has(flowCookie))
}

func TestLogin_hasNoWayToLogInThatIsNotImplemented(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	for name, r := range map[string]*http.Request{
		"the second factor's page": request(http.MethodGet, "/auth/mfa"),
		"a second factor":          script(t, http.MethodPost, "/auth/mfa", map[string]string{}),
		"a password":               script(t, http.MethodPost, "/auth/password", map[string]string{}),
		"a step-up's page":         request(http.MethodGet, "/auth/login?step_up=totp"),
		"a step-up":                script(t, http.MethodPost, "/auth/start?step_up=totp", map[string]string{"email": ada}),
		"a code":                   script(t, http.MethodPost, "/auth/start", map[string]string{"method": "email_code", "email": ada}),
		"a method that is unknown": script(t, http.MethodPost, "/auth/start", map[string]string{"method": "x", "email": ada}),
	} {
		w := serve(a.router, r)
		assert.Equal(t, http.StatusNotImplemented, w.Code, name)
		assert.Equal(t, "not_implemented", (&page{ResponseRecorder: w}).step(t).Code, name)
	}
	assert.Empty(t, a.Requests())
}

func TestLogin_asksAgainForAnAddressThatIsNone(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	for _, email := range []string{"", "ada", "ada@", "Ada <ada@example.com>", "ada@example.com, bob@example.com", "ada@example.com\r\nBcc: x@example.com", strings.Repeat("a", 243) + "@example.com"} {
		b := a.browser()
		p := b.submit("/auth/start", "email", email, "next", "/notes")
		assert.Equal(t, http.StatusBadRequest, p.Code, email)
		assert.Contains(t, p.Body.String(), "This is not an e-mail address.")
		b.formOf("Send me a link")
		assert.Equal(t, "/notes", b.fetch(http.MethodPost, "/auth/start", map[string]string{"email": email, "next": "/notes"}).step(t).Fields["next"])
		assert.False(t, b.has(flowCookie))
	}
	assert.Empty(t, a.Requests())
}
