package httpauth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
)

func TestLogin_asksWhichOrganization(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare       func(*app)
		organizations []string
	}{
		"of several that somebody is a member of": {
			func(a *app) { a.member(ada, "first"); a.member(ada, "second") }, []string{"first", "second"},
		},
		"if there is one to join beside that of the member": {
			func(a *app) { a.member(ada, "first"); a.joinable("second", "example.com") }, []string{"first", "second (join)"},
		},
		"if there is only one, which is to be joined": {
			func(a *app) { a.joinable("second", "example.com") }, []string{"second (join)"},
		},
		"and says so if there is none": {func(*app) {}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, httpauth.LoginConfig{})
			test.prepare(a)
			b := a.browser()
			p := b.logIn(ada)
			assert.Equal(t, "/auth/organizations", p.path)
			assert.False(t, b.isLoggedIn())
			if test.organizations == nil {
				assert.Contains(t, p.Body.String(), "You do not belong to an organization yet.")
			}
			for _, organization := range append(test.organizations, "Create organization") {
				b.formOf(organization)
			}
			assert.Len(t, parse(t, p.Body.String()).all("form"), len(test.organizations)+1)
		})
	}
}

func TestLogin_entersTheOrganizationThatWasChosen(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	mine, joined := a.member(ada, "mine"), a.joinable("joined", "example.com")
	for button, id := range map[string]string{"mine": mine, "joined (join)": joined} {
		b := a.browser()
		b.logIn(ada)
		p := b.press(button)
		assert.Equal(t, "/notes", p.path, button)
		assert.Contains(t, p.Body.String(), id, button)
		assert.False(t, b.has(interCookie), button)
		assert.False(t, b.has(flowCookie), button)
	}
}

func TestLogin_createsAnOrganization(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	b := a.browser()
	b.logIn(ada)
	p := b.press("Create organization", "organization_name", "  Analytical Engines ", "organization_slug", "engines")
	assert.Equal(t, "/notes", p.path)
	var session map[string]any
	decode(t, b.fetch(http.MethodGet, "/auth/session", nil), &session)
	assert.Equal(t, "engines", session["organization_slug"])
	assert.Contains(t, session["roles"], "stytch_admin")

	other := a.browser()
	other.logIn(ada)
	assert.Equal(t, "/notes", other.page.path, "she is its member now")
}

func TestLogin_refusesAnOrganization(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	foreign := a.member("bob@example.org", "foreign")
	a.member("bob@example.org", "taken")
	for name, test := range map[string]struct {
		fields []string
		status int
	}{
		"that is of others":               {[]string{"organization_id", foreign}, 403},
		"that does not exist":             {[]string{"organization_id", "organization-test-00000000-0000-4000-8000-000000000000"}, 403},
		"whose id is malformed":           {[]string{"organization_id", "../x"}, 403},
		"that is not named":               {nil, 400},
		"that is chosen and created":      {[]string{"organization_id", foreign, "organization_name", "New"}, 400},
		"whose address is taken":          {[]string{"organization_name", "New", "organization_slug", "taken"}, 400},
		"whose name is spaces":            {[]string{"organization_name", "   "}, 400},
		"whose name is longer than names": {[]string{"organization_name", string(make([]byte, 200))}, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := a.browser()
			b.logIn(strings.ReplaceAll(name, " ", "-") + "@example.com")
			p := b.submit("/auth/organizations", test.fields...)
			assert.Equal(t, test.status, p.Code)
			assert.False(t, b.isLoggedIn())
			assert.Equal(t, "/notes", b.submit("/auth/organizations", "organization_name", "Own").path, "another try works")
		})
	}
}

func TestLogin_answersAlikeForOrganizationsOfOthersAndForNone(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	foreign := a.member("bob@example.org", "foreign")
	b := a.browser()
	b.logIn(ada)
	known := b.post("/auth/organizations", "organization_id", foreign)
	unknown := b.post("/auth/organizations", "organization_id", "organization-test-00000000-0000-4000-8000-000000000000")
	assert.Equal(t, known.Body.String(), unknown.Body.String())
	assert.Equal(t, known.Header(), unknown.Header())
}

func TestLoginConfig_NoNewOrganizations(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{NoNewOrganizations: true})
	b := a.browser()
	p := b.logIn(ada)
	assert.Empty(t, parse(t, p.Body.String()).all("form"), "nothing can be created")
	assert.False(t, b.fetch(http.MethodGet, "/auth/organizations", nil).step(t).MayFound)
	for name, fields := range map[string]map[string]string{
		"a name":                                 {"organization_name": "New"},
		"a name and a slug":                      {"organization_name": "New", "organization_slug": "new"},
		"a name and what the page does not have": {"organization_name": "New", "may_found": "true"},
	} {
		w := b.fetch(http.MethodPost, "/auth/organizations", fields)
		assert.Equal(t, http.StatusForbidden, w.Code, name)
		assert.Equal(t, "access_denied", w.step(t).Code, name)
	}
	assert.Zero(t, a.calls(createOrganizationPath))
	assert.False(t, b.isLoggedIn())
}

func TestLogin_showsTheChoiceIfTheOnlyOrganizationRefuses(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.member(ada, "engines")
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	a.RespondError(exchangeIntermediate, &stytcherror.Error{
		Code: stytcherror.CodeOrganizationNotFound,
	})
	p := b.open(link)
	assert.Equal(t, http.StatusForbidden, p.Code)
	assert.Contains(t, p.Body.String(), "You cannot log in to this organization.")
	a.ClearFaults()
	assert.Equal(t, "/notes", b.press("Create organization", "organization_name", "Own").path)
}

func TestLogin_saysThatAFactorIsMissing(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.CreateOrganization(ada, "Strict", mfaForAll())
	a.CreateOrganization(ada, "Open", nil)
	b := a.browser()
	b.logIn(ada)
	assert.Equal(t, http.StatusNotImplemented, b.press("Strict").Code)
	assert.False(t, b.isLoggedIn())
	assert.Equal(t, "mfa", b.fetch(http.MethodGet, "/auth/organizations", nil).step(t).Organizations[0].Wants)
}
