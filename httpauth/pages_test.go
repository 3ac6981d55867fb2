package httpauth_test

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// allPages returns each page that a browser can see.
func allPages(t *testing.T) map[string]*page {
	t.Helper()
	a, b, _ := inBoth(t, httpauth.LoginConfig{Name: "Notes"})
	closed := newApp(t, httpauth.LoginConfig{Name: "Notes", NoNewOrganizations: true})
	login := a.browser()
	return map[string]*page{
		"login":                       b.get("/auth/login"),
		"login with an error":         b.post("/auth/start", "email", "ada"),
		"sent":                        login.submit("/auth/start", "email", "new@example.com"),
		"confirm":                     a.browser().get(a.mail("new@example.com")),
		"no organization":             login.open(a.mail("new@example.com")),
		"an organization refused":     login.post("/auth/organizations", "organization_id", "organization-test-00000000-0000-4000-8000-000000000000"),
		"a name refused":              login.post("/auth/organizations", "organization_name", strings.Repeat("x", 200)),
		"several organizations":       b.get("/auth/organizations"),
		"no organization to be had":   closed.browser().logIn(ada),
		"an error":                    b.get(callback("discovery", "x")),
		"a way that is not available": b.get("/auth/mfa"),
		"a refusal":                   serveForeign(a),
	}
}

func serveForeign(a *app) *page {
	r := form("/auth/start", "")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	return &page{ResponseRecorder: serve(a.router, r)}
}

func TestPages_canBeUsedByEverybody(t *testing.T) {
	t.Parallel()
	for name, p := range allPages(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			html := p.Body.String()
			assert.Equal(t, "text/html; charset=utf-8", p.Header().Get("Content-Type"))
			assert.True(t, strings.HasPrefix(html, "<!doctype html>"))
			root := parse(t, html)
			assert.Equal(t, "en", root.first("html").attr("lang"))
			assert.NotEmpty(t, root.first("title").text())
			assert.Len(t, root.all("h1"), 1)
			assert.NotEmpty(t, root.first("h1").text())
			assert.Len(t, root.all("main"), 1)
			assert.Empty(t, root.all("script"))
			assert.NotContains(t, html, "javascript:")
			assert.NotRegexp(t, `(?i)\son\w+\s*=`, html, "no handlers of events")
			assert.NotRegexp(t, `(?:src|href|action)="(?:https?:)?//`, html, "nothing of another site")
			checkControls(t, root)
		})
	}
}

// checkControls checks that a page works with the keyboard, and that each input has a label.
func checkControls(t *testing.T, root *element) {
	t.Helper()
	ids, labels := map[string]int{}, map[string]string{}
	for _, name := range []string{"input", "h1", "h2", "p", "form", "button", "label", "main"} {
		for _, e := range root.all(name) {
			if id := e.attr("id"); id != "" {
				ids[id]++
			}
			assert.NotContains(t, e.attrs, "tabindex")
		}
	}
	for id, n := range ids {
		assert.Equal(t, 1, n, "the id %s occurs once", id)
	}
	for _, l := range root.all("label") {
		labels[l.attr("for")] = l.text()
	}
	for _, f := range root.all("form") {
		assert.Equal(t, "post", f.attr("method"))
		assert.NotEmpty(t, f.attr("action"))
		require.Len(t, f.all("button"), 1)
		button := f.first("button")
		assert.NotEmpty(t, strings.TrimSpace(button.text()))
		assert.NotContains(t, button.attrs, "autofocus", "a key pressed by chance sends nothing")
	}
	assert.Len(t, root.all("button"), len(root.all("form")), "a button without a form would need a script")
	for _, input := range root.all("input") {
		if input.attr("type") == "hidden" {
			continue
		}
		assert.NotEmpty(t, labels[input.attr("id")], "a label of %s", input.attr("name"))
		assert.NotEmpty(t, input.attr("autocomplete"), input.attr("name"))
		if described := input.attr("aria-describedby"); described != "" {
			assert.Equal(t, 1, ids[described], described)
		}
	}
	for _, a := range root.all("a") {
		assert.NotEmpty(t, a.attr("href"))
		assert.NotEmpty(t, a.text())
	}
}

func TestPages_leadOn(t *testing.T) {
	t.Parallel()
	for name, p := range allPages(t) {
		if name == "a refusal" { // of another site's request
			continue
		}
		root := parse(t, p.Body.String())
		assert.NotEmpty(t, len(root.all("form"))+len(root.all("a")), name)
	}
}

func TestPages_tellErrorsToScreenReaders(t *testing.T) {
	t.Parallel()
	pages := allPages(t)
	for name, want := range map[string]string{
		"login with an error":     "This is not an e-mail address.",
		"an organization refused": "You cannot log in to this organization.",
		"a name refused":          "An organization cannot have this name or address. Try another one.",
		"an error":                "The request is malformed.",
	} {
		var alerts []string
		for _, e := range parse(t, pages[name].Body.String()).all("p") {
			if e.attr("role") == "alert" {
				alerts = append(alerts, e.text())
			}
		}
		assert.Equal(t, []string{want}, alerts, name)
	}
}

func TestPages_keepTheWayBackForAnotherTry(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	b := a.browser()
	b.askForLink(ada, "/notes?page=2")
	again := "/auth/login?next=%2Fnotes%3Fpage%3D2"
	assert.Equal(t, again, parse(t, b.page.Body.String()).first("a").attr("href"), "after the mail was sent")
	p := b.get(callback("discovery", someToken))
	assert.Equal(t, again, parse(t, p.Body.String()).first("a").attr("href"), "after a link that failed")
	b.open(again)
	b.press("Send me a link", "email", ada)
	assert.Equal(t, "/notes?page=2", b.open(a.mail(ada)).path)
}

func TestLoginConfig_Templates_replacePagesByName(t *testing.T) {
	t.Parallel()
	own := template.Must(template.New("login").Parse(
		`own login of {{.App}}: {{.Action}} {{range $k, $v := .Fields}}{{$k}}={{$v}} {{end}}{{range .Methods}}{{.}}{{end}} {{.Error}}`))
	template.Must(own.New("error").Parse(`own error {{.Status}} {{.Code}}`))
	template.Must(own.New("organizations").Parse(`{{range .Organizations}}<b>{{.Name}}</b>{{end}}`))
	a := newApp(t, httpauth.LoginConfig{Name: "A & B", Templates: own})
	a.CreateOrganization(ada, "<i>x</i>", nil)
	a.CreateOrganization(ada, "y", nil)
	b := a.browser()
	assert.Equal(t, "own login of A &amp; B: /auth/start method=email_link next=/notes email_link ", b.get("/auth/login?next=/notes").Body.String())
	p := b.get(callback("discovery", "x"))
	assert.Equal(t, "own error 400 invalid_request", p.Body.String())
	assert.Equal(t, http.StatusBadRequest, p.Code)
	assert.NotEmpty(t, p.Header().Get("Content-Security-Policy"))
	assert.Contains(t, b.submit("/auth/start", "email", ada).Body.String(), "Check your mail", "the other pages stay")
	assert.Equal(t, "<b>&lt;i&gt;x&lt;/i&gt;</b><b>y</b>", b.open(a.mail(ada)).Body.String())
	assert.Equal(t, "login", b.fetch(http.MethodGet, "/auth/login", nil).step(t).Name, "scripts get the same JSON")
}

func TestLoginConfig_Templates_thatFailLeakNothing(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a field that is missing":   `secret so far {{.Nothing}}`,
		"a function that fails":     `secret so far {{fail}}`,
		"a template that is absent": `secret so far {{template "nothing" .}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own, err := template.New("login").Funcs(template.FuncMap{
				"fail": func() (string, error) { return "", fmt.Errorf("the cause") },
			}).Parse(text)
			require.NoError(t, err)
			a := newApp(t, httpauth.LoginConfig{Templates: own})
			p := a.browser().get("/auth/login")
			assert.Equal(t, http.StatusInternalServerError, p.Code)
			assert.Equal(t, "Internal Server Error\n", p.Body.String())
			assert.Equal(t, "no-store", p.Header().Get("Cache-Control"))
		})
	}
}

func TestPage_printsItsStepOnly(t *testing.T) {
	t.Parallel()
	p := httpauth.Page{Name: "confirm", Fields: map[string]string{"token": someToken}, RecoveryCodes: []string{someToken}}
	for _, text := range []string{fmt.Sprint(p), fmt.Sprintf("%+v", p), fmt.Sprintf("%#v", &p), p.LogValue().String()} {
		assert.Equal(t, "page confirm", text)
	}
}

func TestPages_templatesThatReplaceNothingAreRefused(t *testing.T) {
	t.Parallel()
	for name, templates := range map[string]*template.Template{
		"named after a file": template.Must(template.New("login.html").Parse("x")),
		"never parsed":       template.New("login"),
	} {
		_, err := newSite(t).guard.Login(httpauth.LoginConfig{Templates: templates})
		refused, ok := errors.AsType[*stytcherror.ArgumentError](err)
		require.True(t, ok, name)
		assert.Equal(t, "Templates", refused.Field, name)
	}
}

func TestPages_aTemplateThatFailsIsReported(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{Templates: template.Must(template.New("login").Parse("{{.Nothing}}"))})
	assert.Equal(t, http.StatusInternalServerError, a.browser().get("/auth/login").Code)
	events := a.takeEvents()
	require.Len(t, events, 1)
	assert.Equal(t, httpauth.EventDenied, events[0].Kind)
	assert.ErrorContains(t, events[0].Err, "Nothing")
}
