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
)

// spends returns how many links the API was asked to exchange.
func (a *app) spends() int { return a.calls(spendLinkPath) }

// callback is the path of a link.
func callback(tokenType, token string) string {
	return "/auth/callback?" + url.Values{"stytch_token_type": {tokenType}, "token": {token}}.Encode()
}

const someToken = "DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94="

func TestCallback_asksOnAnotherDevice(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{Name: "Notes"})
	v := a.LogIn(ada)
	a.browser().askForLink(ada, "/notes")
	spent := a.spends()
	phone := a.browser()
	p := phone.open(a.mail(ada))
	assert.Equal(t, http.StatusOK, p.Code)
	assert.Contains(t, p.Body.String(), "Log in to Notes?")
	assert.Equal(t, spent, a.spends(), "nothing is spent before the answer")

	p = phone.press("Log in")
	assert.Equal(t, "/", p.path)
	assert.Equal(t, spent+1, a.spends())
	assert.Contains(t, phone.get("/notes").Body.String(), v.MemberID)
	assert.False(t, phone.has(flowCookie))
}

func TestCallback_asksScriptsToo(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	a.browser().askForLink(ada, "/notes")
	b := a.browser()
	p := b.fetch(http.MethodGet, a.mail(ada), nil).step(t)
	assert.Equal(t, "confirm", p.Name)
	assert.Equal(t, "/auth/callback", p.Action)
	assert.Equal(t, "done", b.fetch(http.MethodPost, p.Action, p.Fields).step(t).Name)
	assert.True(t, b.isLoggedIn())
}

func TestCallback_spendsNothing(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	spent := a.spends()
	sent := func(method string, of *browser, header ...string) *page {
		r := navigation(method, link)
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return of.copy().send(r)
	}
	withFlow := func(value string) *page {
		c := a.browser()
		c.jar[flowCookie] = storedCookie{value: value}
		return sent(http.MethodGet, c)
	}
	for name, p := range map[string]*page{
		"for a program that scans mail":          sent(http.MethodGet, a.browser()),
		"for HEAD without a login begun":         sent(http.MethodHead, a.browser()),
		"for HEAD in the browser of the login":   sent(http.MethodHead, b),
		"for a prefetch":                         sent(http.MethodGet, b, "Sec-Purpose", "prefetch"),
		"for a page that is rendered in advance": sent(http.MethodGet, b, "Sec-Purpose", "prefetch;prerender"),
		"for a prefetch of older browsers":       sent(http.MethodGet, b, "Purpose", "prefetch"),
		"for a prefetch of older browsers still": sent(http.MethodGet, b, "X-Moz", "prefetch"),
		"for a preview":                          sent(http.MethodGet, b, "X-Purpose", "preview"),
		"for a browser that has opened the link before": func() *page {
			c := a.browser()
			c.get(link)
			return sent(http.MethodGet, c)
		}(),
		"for a flow cookie that is not ours":   withFlow("x"),
		"for a flow cookie that is empty":      withFlow(flowOf(t, nil)),
		"for a flow cookie without an address": withFlow(flowOf(t, map[string]string{"m": "email_link", "v": someToken})),
		"for a flow cookie without a verifier": withFlow(flowOf(t, map[string]string{"m": "email_link", "a": ada})),
		"for a flow cookie of another method":  withFlow(flowOf(t, map[string]string{"m": "sso", "a": ada, "v": someToken})),
		"for a flow cookie over 3800 bytes":    withFlow(flowOf(t, map[string]string{"m": "email_link", "a": ada, "v": someToken, "n": strings.Repeat("x", 3800)})),
	} {
		assert.Equal(t, http.StatusOK, p.Code, name)
	}
	assert.Equal(t, spent, a.spends())
	assert.Equal(t, "/notes", b.open(link).path, "the link still works")
}

func TestCallback_forgetsALoginAfterTenMinutes(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	b := a.browser()
	link := b.askForLink(ada, "/notes")
	a.Clock().Advance(10*time.Minute + time.Second)
	b.open(link)
	assert.Equal(t, "/", b.press("Log in").path, "it asks, and the way back is forgotten")
	assert.True(t, b.isLoggedIn())
}

func TestCallback_refusesALinkOfAnotherAddress(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	a.LogIn("eve@example.org")
	a.browser().askForLink("eve@example.org", "/")
	b := a.browser()
	b.askForLink(ada, "/notes")

	p := b.open(a.mail("eve@example.org"))
	assert.Equal(t, http.StatusBadRequest, p.Code)
	assert.Contains(t, p.Body.String(), "This link is for another e-mail address")
	assert.False(t, b.isLoggedIn())
	assert.False(t, b.has(interCookie), "nor can its organizations be entered")
	assert.Equal(t, "/notes", b.open(a.mail(ada)).path, "the link of the own address still works")
}

func TestCallback_acceptsAnAddressInAnyCase(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	a.LogIn(ada)
	b := a.browser()
	assert.Equal(t, "/notes", b.open(b.askForLink("ADA@Example.com", "/notes")).path)
}

func TestCallback_refusesALink(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(a *app, b *browser, link string){
		"that was used here":      func(a *app, b *browser, link string) { b.copy().open(link); a.Clock().Advance(11 * time.Second) },
		"that was used elsewhere": func(a *app, _ *browser, link string) { c := a.browser(); c.open(link); c.press("Log in") },
		"that has expired":        func(a *app, _ *browser, _ string) { a.Clock().Advance(time.Hour + time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, httpauth.LoginConfig{})
			a.LogIn(ada)
			b := a.browser()
			link := b.askForLink(ada, "/notes")
			spoil(a, b, link)
			p := b.open(link)
			if p.Code == http.StatusOK { // the login was forgotten, so that it asks
				p = b.press("Log in")
			}
			assert.Equal(t, http.StatusBadRequest, p.Code)
			assert.Contains(t, p.Body.String(), "This link was used, or has expired. Ask for a new one.")
			assert.False(t, b.isLoggedIn())
			again := parse(t, p.Body.String()).first("a")
			assert.Equal(t, "Begin again", again.text())
			assert.Equal(t, http.StatusOK, b.open(again.attr("href")).Code)
			assert.Equal(t, "/notes", b.open(b.askForLink(ada, "/notes")).path, "a new link works")
		})
	}
}

func TestCallback_refusesAMalformedLinkWithoutACall(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	for name, query := range map[string]string{
		"without a query":               "",
		"without a token":               "stytch_token_type=discovery",
		"with an empty token":           "stytch_token_type=discovery&token=",
		"without a type":                "token=" + someToken,
		"whose type is in another case": "stytch_token_type=Discovery&token=" + someToken,
		"whose token is short":          "stytch_token_type=discovery&token=abc",
		"whose token is long":           "stytch_token_type=discovery&token=" + strings.Repeat("a", 600),
		"whose token is a path":         "stytch_token_type=discovery&token=..%2F..%2F..%2F..%2F..%2Fpasswd",
		"whose token has markup":        "stytch_token_type=discovery&token=%3Cscript%3Ealert(1)%3C/script%3E",
		"whose token has a line break":  "stytch_token_type=discovery&token=aaaaaaaaaaaaaaaaaaaaaaaa%0D%0ASet-Cookie:%20a=b",
		"whose query is malformed":      "stytch_token_type=discovery&token=%zz",
		"of a type that is unknown":     "stytch_token_type=magic&token=" + someToken,
		"of the other product":          "stytch_token_type=magic_links&token=" + someToken,
	} {
		b := a.browser()
		p := b.get("/auth/callback?" + query)
		assert.Equal(t, http.StatusBadRequest, p.Code, name)
		assert.Empty(t, p.Header().Values("Set-Cookie"), name)
		assert.NotContains(t, p.Body.String(), "alert(1)", name)
		assert.Equal(t, http.StatusBadRequest, b.send(form("/auth/callback", query)).Code, name)
	}
	assert.Empty(t, a.Requests())
}

func TestCallback_knowsEveryTokenType(t *testing.T) {
	t.Parallel()
	members, users := newApp(t, httpauth.LoginConfig{}), appOf(t, newUserSite(t), httpauth.LoginConfig{})
	for _, test := range []struct {
		tokenType    string
		member, user int
	}{
		{"discovery", 200, 400},
		{"multi_tenant_magic_links", 501, 400},
		{"multi_tenant_passwords", 501, 400},
		{"discovery_oauth", 501, 400},
		{"sso", 501, 400},
		{"multi_tenant_impersonation", 501, 400},
		{"oauth", 501, 501},
		{"magic_links", 400, 200},
		{"login", 400, 200},
		{"impersonation", 400, 501},
		{"reset_password", 400, 501},
		{"embeddable_magic_links", 400, 400},
		{"", 400, 400},
	} {
		for _, got := range []struct {
			app    *app
			status int
		}{{members, test.member}, {users, test.user}} {
			assert.Equal(t, got.status, got.app.browser().get(callback(test.tokenType, someToken)).Code, test.tokenType)
			if got.status != http.StatusOK {
				p := got.app.browser().post("/auth/callback", "stytch_token_type", test.tokenType, "token", someToken)
				assert.Equal(t, got.status, p.Code, test.tokenType)
			}
		}
	}
	assert.Empty(t, members.Requests())
	assert.Empty(t, users.Requests())
}

func TestLoginConfig_SameBrowser(t *testing.T) {
	t.Parallel()
	config := httpauth.LoginConfig{SameBrowser: true}
	t.Run("accepts a link in the browser that asked for it", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, config)
		a.LogIn(ada)
		b := a.browser()
		assert.Equal(t, "/notes", b.logIn(ada).path)
		assert.Contains(t, a.bodyOf(spendLinkPath), `"pkce_code_verifier":"`)
	})
	t.Run("refuses a link in another browser, and does not spend it", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, config)
		a.LogIn(ada)
		b := a.browser()
		link := b.askForLink(ada, "/notes")
		spent := a.spends()
		other := a.browser()
		p := other.open(link)
		assert.Equal(t, http.StatusBadRequest, p.Code)
		assert.Contains(t, p.Body.String(), "Open the link in the browser in which you asked for it.")
		u, err := url.Parse(link)
		require.NoError(t, err)
		p = other.post("/auth/callback", "stytch_token_type", "discovery", "token", u.Query().Get("token"))
		assert.Equal(t, http.StatusBadRequest, p.Code)
		assert.Equal(t, spent, a.spends())
		assert.Equal(t, "/notes", b.open(link).path)
	})
	t.Run("refuses a link that another browser asked for, in one with a login of its own", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, config)
		a.LogIn(ada)
		link := a.browser().askForLink(ada, "/notes")
		b := a.browser()
		b.askForLink(ada, "/notes")
		assert.Equal(t, http.StatusBadRequest, b.open(link).Code)
		assert.False(t, b.isLoggedIn())
	})
	t.Run("refuses a link that was sent without PKCE", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, config)
		a.LogIn(ada)
		b := a.browser()
		b.askForLink(ada, "/notes")
		assert.Equal(t, http.StatusBadRequest, b.open(callback("discovery", a.MagicLink(ada))).Code)
		assert.False(t, b.isLoggedIn())
	})
	t.Run("asks after a prefetch in the browser that asked for the link", func(t *testing.T) {
		t.Parallel()
		a := newApp(t, config)
		a.LogIn(ada)
		b := a.browser()
		link := b.askForLink(ada, "/notes")
		r := navigation(http.MethodGet, link)
		r.Header.Set("Sec-Purpose", "prefetch")
		b.page = b.send(r)
		assert.Equal(t, "/notes", b.press("Log in").path)
	})
}

func TestCallback_letsTwoTabsLogIn(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]httpauth.LoginConfig{
		"with links that work everywhere":          {},
		"with links that work in one browser only": {SameBrowser: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, config)
			a.LogIn(ada)
			b := a.browser()
			first := b.askForLink(ada, "/notes?tab=1")
			second := b.askForLink(ada, "/notes?tab=2")
			require.NotEqual(t, first, second)
			assert.Equal(t, "/notes?tab=2", b.open(first).path, "the way back is that of the last one")
			assert.True(t, b.isLoggedIn())
		})
	}
}

// The browser drops the cookie of a login after ten minutes. One that somebody has kept counts no longer either.
func TestCallback_aFlowEndsAfterTenMinutes(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]int{9 * time.Minute: http.StatusSeeOther, 11 * time.Minute: http.StatusOK} {
		a := newApp(t, httpauth.LoginConfig{})
		a.LogIn(ada)
		b := a.browser()
		link := b.askForLink(ada, "/notes")
		kept := b.jar[flowCookie].value
		a.Clock().Advance(age)
		r := navigation(http.MethodGet, link, cookie(flowCookie, kept))
		assert.Equal(t, want, serve(a.router, r).Code, age)
	}
}
