package httpauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

// inBoth returns a browser that is logged in to the first of two organizations of one person.
func inBoth(t *testing.T, config httpauth.LoginConfig) (a *app, b *browser, second string) {
	t.Helper()
	a = newApp(t, config)
	a.LogIn(ada, stytchtest.InOrganization("first"), stytchtest.WithRoles("owner"))
	second = a.LogIn(ada, stytchtest.InOrganization("second"), stytchtest.WithRoles("reader")).OrganizationID
	b = a.browser()
	b.logIn(ada)
	b.press("first")
	require.Equal(t, "/notes", b.page.path)
	return a, b, second
}

// session is what the route session answers.
type session struct {
	OrganizationID string   `json:"organization_id"`
	Slug           string   `json:"organization_slug"`
	Roles          []string `json:"roles"`
}

func (b *browser) session() (s session) {
	b.t.Helper()
	decode(b.t, b.fetch(http.MethodGet, "/auth/session", nil), &s)
	return s
}

func TestLogin_switchesToAnotherOrganization(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	assert.Equal(t, "first", b.session().Slug)
	assert.ElementsMatch(t, []string{"owner", "stytch_member"}, b.session().Roles)
	before := b.copy()

	p := b.open("/auth/organizations")
	assert.Empty(t, parse(t, p.Body.String()).all("h2"), "a session creates no organization")
	b.press("second")
	assert.Equal(t, "/", b.page.path)
	assert.Equal(t, second, b.session().OrganizationID)
	assert.ElementsMatch(t, []string{"reader", "stytch_member"}, b.session().Roles, "the roles are those of the other membership")

	assert.Equal(t, http.StatusSeeOther, before.get("/notes").Code, "the session before is refused")
	assert.Equal(t, 1, a.calls(revokePath), "and revoked")
}

func TestLogin_switchesEachPersonToAnOwnSession(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	a.member("bob@example.org", "first")
	a.member("bob@example.org", "second")
	bob := a.browser()
	bob.logIn("bob@example.org")
	bob.press("first")
	b.post("/auth/switch", "organization_id", second)
	bob.post("/auth/switch", "organization_id", second)
	assert.Equal(t, second, bob.session().OrganizationID)
	assert.NotEqual(t, b.get("/notes").Body.String(), bob.get("/notes").Body.String())
}

func TestLogin_switchesByJSON(t *testing.T) {
	t.Parallel()
	_, b, second := inBoth(t, httpauth.LoginConfig{})
	p := b.fetch(http.MethodGet, "/auth/organizations", nil).step(t)
	assert.Equal(t, "/auth/switch", p.Action)
	assert.False(t, p.MayFound)
	assert.Len(t, p.Organizations, 2)
	p = b.fetch(http.MethodPost, p.Action, map[string]string{"organization_id": second, "next": "/notes?x"}).step(t)
	assert.Equal(t, "done", p.Name)
	assert.Equal(t, "/notes?x", p.Next)
	assert.Equal(t, second, b.session().OrganizationID)
}

func TestLogin_leadsBackAfterASwitch(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/notes": "/notes", "": "/welcome", "//evil.example": "/welcome", "https://evil.example": "/welcome",
	} {
		t.Run(next, func(t *testing.T) {
			t.Parallel()
			_, b, second := inBoth(t, httpauth.LoginConfig{Home: "/welcome"})
			assert.Equal(t, want, b.post("/auth/switch", "organization_id", second, "next", next).location())
		})
	}
}

func TestLogin_refusesASwitch(t *testing.T) {
	t.Parallel()
	a, b, _ := inBoth(t, httpauth.LoginConfig{})
	foreign := a.member("bob@example.org", "foreign")
	strict := a.CreateOrganization(ada, "Strict", mfaForAll()).Organization.OrganizationID
	for name, test := range map[string]struct {
		fields []string
		status int
	}{
		"to an organization of others":               {[]string{"organization_id", foreign}, 403},
		"to an organization that does not exist":     {[]string{"organization_id", "organization-test-00000000-0000-4000-8000-000000000000"}, 403},
		"to no organization":                         {nil, 400},
		"to an organization that wants a factor too": {[]string{"organization_id", strict}, 501},
	} {
		assert.Equal(t, test.status, b.post("/auth/switch", test.fields...).Code, name)
		assert.Equal(t, "first", b.session().Slug, "%s: the session stays", name)
	}
	assert.Zero(t, a.calls(revokePath))
}

func TestLogin_switchesBrowsersOnly(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada, stytchtest.InOrganization("first"))
	v := a.LogIn(ada, stytchtest.InOrganization("second"))

	r := script(t, http.MethodPost, "/auth/switch", map[string]string{"organization_id": v.OrganizationID})
	w := serve(a.router, v.Bearer(r))
	assert.Equal(t, http.StatusBadRequest, w.Code, "a bearer token cannot get cookies")
	assert.Empty(t, w.Header().Values("Set-Cookie"))

	w = serve(a.router, form("/auth/switch", encode([]string{"organization_id", v.OrganizationID})))
	assert.Equal(t, http.StatusSeeOther, w.Code, "nobody is sent to the login page")
	assert.Equal(t, "/auth/login?next=%2F", w.Header().Get("Location"))

	w = serve(a.router, navigation(http.MethodGet, "/auth/organizations"))
	assert.Equal(t, "/auth/login?next=%2Fauth%2Forganizations", w.Header().Get("Location"))
	assert.Zero(t, a.calls(exchangePath))
}

func TestLogin_switchesAfterTheJWTHasExpired(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	a.expireJWTs()
	assert.Equal(t, http.StatusOK, b.get("/auth/organizations").Code)
	a.expireJWTs()
	b.submit("/auth/switch", "organization_id", second)
	assert.Equal(t, second, b.session().OrganizationID)
}

func TestLogin_losesNoSessionIfASwitchFails(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	a.fails(exchange)
	p := b.post("/auth/switch", "organization_id", second)
	assert.Equal(t, http.StatusServiceUnavailable, p.Code)
	assert.NotEmpty(t, p.Header().Get("Retry-After"))
	assert.Equal(t, "first", b.session().Slug)
	a.ClearFaults()
	b.submit("/auth/switch", "organization_id", second)
	assert.Equal(t, "second", b.session().Slug)
}

// A JWT counts before the token beside it, here as in a guard: nobody switches with the session of somebody else.
func TestLogin_switchOfAMixedPairIsThatOfTheJWT(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	grace := a.LogIn("grace@example.com", stytchtest.InOrganization("third"))
	_, err := a.AddMember("second", "grace@example.com")
	require.NoError(t, err)
	pair := []*http.Cookie{cookie(jwtCookie, b.jar[jwtCookie].value), cookie(tokenCookie, grace.SessionToken)}
	w := serve(a.router, form("/auth/switch", encode([]string{"organization_id", second}), pair...))
	assert.Equal(t, http.StatusSeeOther, w.Code)
	set, _ := kept(w)
	p := serve(a.router, request(http.MethodGet, "/auth/session", set...))
	assert.Contains(t, p.Body.String(), second)
	assert.NotContains(t, p.Body.String(), grace.MemberID)
}

// An intermediate token that was used, and stayed in the browser, does not hide the session beside it.
func TestLogin_leftOverIntermediateTokenDoesNotHideTheSession(t *testing.T) {
	t.Parallel()
	_, b, _ := inBoth(t, httpauth.LoginConfig{})
	b.jar[interCookie] = storedCookie{value: someToken}
	assert.Equal(t, "/auth/switch", b.fetch(http.MethodGet, "/auth/organizations", nil).step(t).Action)
	assert.False(t, b.has(interCookie))
}

// A session that was revoked elsewhere is one that has ended, also where its JWT is still valid.
func TestLogin_switchOfARevokedSessionIsUnauthorized(t *testing.T) {
	t.Parallel()
	a, b, second := inBoth(t, httpauth.LoginConfig{})
	elsewhere := a.newGuard(a.Client(), httpauth.NewB2B)
	require.NoError(t, elsewhere.SignOut(httptest.NewRecorder(), form("/", "",
		cookie(jwtCookie, b.jar[jwtCookie].value), cookie(tokenCookie, b.jar[tokenCookie].value))))
	for name, p := range map[string]*page{
		"the switch": b.fetch(http.MethodPost, "/auth/switch", map[string]string{"organization_id": second}),
		"the list":   b.fetch(http.MethodGet, "/auth/organizations", nil),
	} {
		assert.Equal(t, http.StatusUnauthorized, p.Code, name)
		assert.Contains(t, p.Body.String(), `"error":"invalid_token"`, name)
	}
}

// A switch that is sent twice goes on for whoever sent it, also with the token's cookie alone.
func TestLogin_switchByTheTokenAloneIsEachPersonsOwn(t *testing.T) {
	t.Parallel()
	a, _, second := inBoth(t, httpauth.LoginConfig{})
	for _, email := range []string{ada, "grace@example.com"} {
		v := a.LogIn(email, stytchtest.InOrganization("second"))
		w := serve(a.router, form("/auth/switch", encode([]string{"organization_id", second}), cookie(tokenCookie, v.SessionToken)))
		require.Equal(t, http.StatusSeeOther, w.Code)
		set, _ := kept(w)
		assert.Contains(t, serve(a.router, request(http.MethodGet, "/auth/session", set...)).Body.String(), v.MemberID)
	}
}
