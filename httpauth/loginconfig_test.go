package httpauth_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

func TestGuard_Login_namesTheFieldThatItRefuses(t *testing.T) {
	t.Parallel()
	noOrigin := func(c *httpauth.Config) { c.Origin = "" }
	for name, test := range map[string]struct {
		change []func(*httpauth.Config)
		config httpauth.LoginConfig
		field  string
	}{
		"without an Origin": {[]func(*httpauth.Config){noOrigin}, httpauth.LoginConfig{}, "Origin"},
		"with cookies that are not sent after a link": {[]func(*httpauth.Config){func(c *httpauth.Config) {
			c.Cookies.SameSite = http.SameSiteStrictMode
		}}, httpauth.LoginConfig{}, "Cookies.SameSite"},
		"with the name of a cookie between steps": {[]func(*httpauth.Config){func(c *httpauth.Config) {
			c.Cookies.JWT = flowCookie
		}}, httpauth.LoginConfig{}, "Cookies"},
		"where the browser SDK logs in":         {[]func(*httpauth.Config){frontend}, httpauth.LoginConfig{}, "Cookies.Frontend"},
		"a prefix without a slash at its start": {nil, httpauth.LoginConfig{Prefix: "auth/"}, "Prefix"},
		"a prefix without a slash at its end":   {nil, httpauth.LoginConfig{Prefix: "/auth"}, "Prefix"},
		"a prefix that is a URL":                {nil, httpauth.LoginConfig{Prefix: "https://app.example.com/auth/"}, "Prefix"},
		"a prefix that is another host":         {nil, httpauth.LoginConfig{Prefix: "//evil.example/"}, "Prefix"},
		"a prefix with two slashes":             {nil, httpauth.LoginConfig{Prefix: "/a//b/"}, "Prefix"},
		"a prefix with a wildcard":              {nil, httpauth.LoginConfig{Prefix: "/{org}/auth/"}, "Prefix"},
		"a prefix with a query":                 {nil, httpauth.LoginConfig{Prefix: "/auth/?a=/"}, "Prefix"},
		"a prefix with a fragment":              {nil, httpauth.LoginConfig{Prefix: "/auth#/"}, "Prefix"},
		"a prefix with escapes":                 {nil, httpauth.LoginConfig{Prefix: "/a%2fb/"}, "Prefix"},
		"a prefix with dot segments":            {nil, httpauth.LoginConfig{Prefix: "/a/../b/"}, "Prefix"},
		"a prefix with a space":                 {nil, httpauth.LoginConfig{Prefix: "/a b/"}, "Prefix"},
		"a home of another site":                {nil, httpauth.LoginConfig{Home: "https://evil.example/"}, "Home"},
		"a home without a slash":                {nil, httpauth.LoginConfig{Home: "notes"}, "Home"},
		"a home that is another host":           {nil, httpauth.LoginConfig{Home: "//evil.example"}, "Home"},
		"a method that is not implemented":      {nil, httpauth.LoginConfig{Methods: []httpauth.Method{httpauth.MethodPassword}}, "Methods"},
		"codes beside links":                    {nil, httpauth.LoginConfig{Methods: []httpauth.Method{httpauth.MethodEmailLink, httpauth.MethodEmailCode}}, "Methods"},
		"SSO":                                   {nil, httpauth.LoginConfig{Methods: []httpauth.Method{httpauth.MethodSSO}}, "Methods"},
		"OAuth":                                 {nil, httpauth.LoginConfig{Methods: []httpauth.Method{httpauth.OAuth("google")}}, "Methods"},
		"a method without a name":               {nil, httpauth.LoginConfig{Methods: []httpauth.Method{""}}, "Methods"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := stytchtest.New(t).Client()
			for _, product := range []func(*stytch.Client, httpauth.Config) (*httpauth.Guard, error){httpauth.NewB2B, httpauth.NewB2C} {
				config := httpauth.Config{Origin: origin}
				for _, f := range test.change {
					f(&config)
				}
				g, err := product(client, config)
				require.NoError(t, err)
				login, err := g.Login(test.config)
				assert.Nil(t, login)
				refused, ok := errors.AsType[*stytcherror.ArgumentError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, "httpauth.Login", refused.Op)
				assert.Equal(t, test.field, refused.Field)
				assert.NotEmpty(t, refused.Reason)
			}
		})
	}
}

func TestGuard_Login_refusedChangesNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	_, err := s.guard.Login(httpauth.LoginConfig{Home: "x"})
	require.Error(t, err)
	assert.Equal(t, http.StatusUnauthorized, s.get(navigation(http.MethodGet, "/notes")).Code, "there is no login page to go to")
}

func TestGuard_Login_copiesItsConfig(t *testing.T) {
	t.Parallel()
	methods := []httpauth.Method{httpauth.MethodEmailLink}
	a := newApp(t, httpauth.LoginConfig{Methods: methods})
	methods[0] = httpauth.MethodSSO
	p := a.browser().fetch(http.MethodGet, "/auth/login", nil).step(t)
	assert.Equal(t, []httpauth.Method{httpauth.MethodEmailLink}, p.Methods)
}

func TestGuard_Login_hasDefaults(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{})
	assert.Equal(t, "/auth/", a.login.Prefix())
	html := a.browser().get("/auth/login").Body.String()
	assert.Equal(t, "Log in to app.example.com", parse(t, html).first("h1").text(), "the name is that of the host")
}

func TestGuard_Login_canBeAtTheRoot(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	login, err := s.guard.Login(httpauth.LoginConfig{Prefix: "/"})
	require.NoError(t, err)
	w := serve(login, form("/start", encode([]string{"email", ada})))
	assert.Equal(t, "/login?sent=1", w.Header().Get("Location"))
	assert.Contains(t, s.WaitMessage(ada).Link, origin+"/callback?")
}

func TestGuard_Login_onLocalhost(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *httpauth.Config) { c.Origin = "http://localhost:8080" })
	login, err := s.guard.Login(httpauth.LoginConfig{})
	require.NoError(t, err)
	w := serve(login, form("/auth/start", encode([]string{"email", ada})))
	cookies, _ := kept(w)
	require.Len(t, cookies, 1)
	assert.Equal(t, "stytch_flow", cookies[0].Name, "there is no prefix without https")
	assert.False(t, cookies[0].Secure)
	assert.True(t, cookies[0].HttpOnly)
	assert.Equal(t, http.SameSiteLaxMode, cookies[0].SameSite)
	assert.Contains(t, s.WaitMessage(ada).Link, "http://localhost:8080/auth/callback?")
}

func TestGuard_Login_keepsStepsOnItsHost(t *testing.T) {
	t.Parallel()
	a := newApp(t, httpauth.LoginConfig{}, func(c *httpauth.Config) { c.Cookies.Domain = "example.com" })
	w := serve(a.login, form("/auth/start", encode([]string{"email", ada})))
	cookies, _ := kept(w)
	require.Len(t, cookies, 1)
	c := cookies[0]
	assert.Equal(t, flowCookie, c.Name)
	assert.Empty(t, c.Domain)
	assert.True(t, c.Secure && c.HttpOnly)
	assert.Equal(t, "/", c.Path)
	assert.Equal(t, 600, c.MaxAge)
	assert.Equal(t, http.SameSiteLaxMode, c.SameSite)
}
