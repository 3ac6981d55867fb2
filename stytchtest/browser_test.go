package stytchtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/b2b/oauth"
	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2b/totps"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
	"github.com/seed75add069/stytch-go/stytchtest"
)

const site = "http://localhost:8080"

// page is what a browser shows in the end: the last response.
type page struct {
	status              int
	url, location, body string
}

// visit sends a browser to a URL, with a form and headers if there are any.
func visit(t *testing.T, browser *http.Client, method, target string, form url.Values, headers ...string) page {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := browser.Do(req)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Empty(t, req.Header.Get("Sec-Fetch-Site"), "the test's request does not change")
	return page{resp.StatusCode, resp.Request.URL.String(), resp.Header.Get("Location"), string(body)}
}

// guarded is an application with a guard: a login with Google, a page, and a dangerous action, before which a code of
// an authenticator app is asked for.
func guarded(t *testing.T, server *stytchtest.Server) (*httpauth.Guard, http.Handler) {
	t.Helper()
	client := server.Client()
	auth, err := httpauth.NewB2B(client, httpauth.Config{Origin: site, LoginURL: "/confirm"})
	require.NoError(t, err)
	signIn := func(w http.ResponseWriter, r *http.Request, login sessions.Login, next string) {
		err := auth.SignIn(w, r, httpauth.Tokens{
			SessionToken: login.SessionToken, SessionJWT: login.SessionJWT, ExpiresAt: login.Session.ExpiresAt,
		})
		assert.NoError(t, err)
		http.Redirect(w, r, httpauth.ReturnPath(next), http.StatusSeeOther)
	}
	app := auth.Router()
	app.Public("GET /google", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, err := client.B2B.OAuth.StartURL(&oauth.StartURLRequest{
			Provider: oauth.ProviderGoogle, PublicToken: server.PublicToken(), Slug: new("acme"), LoginRedirectURL: new(site + "/callback"),
			ProviderParameters: map[string]string{"login_hint": ada},
		})
		assert.NoError(t, err)
		http.Redirect(w, r, start, http.StatusSeeOther)
	}))
	app.Public("GET /callback", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		resp, err := client.B2B.OAuth.Authenticate(r.Context(), &oauth.AuthenticateRequest{OAuthToken: r.FormValue("token")})
		if err != nil {
			http.Error(w, err.Error(), stytcherror.HTTPStatus(err))
			return
		}
		signIn(w, r, resp.Login(), "/me")
	}))
	show := func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprint(w, r.URL.Path, " ", httpauth.Must(r.Context()).ID)
	}
	app.HandleFunc("GET /me", show)
	app.HandleFunc("POST /me", show)
	app.HandleFunc("GET /pay", show, httpauth.FreshWithin(5*time.Minute, httpauth.FactorTOTP))
	app.HandleFunc("POST /confirm", func(w http.ResponseWriter, r *http.Request) {
		p := httpauth.Must(r.Context())
		own := p.Authorization()
		resp, err := client.B2B.TOTPs.Authenticate(r.Context(), &totps.AuthenticateRequest{
			OrganizationID: p.OrganizationID, MemberID: p.ID, Code: r.FormValue("code"),
			SessionToken: shared.NonZero(own.SessionToken), SessionJWT: shared.NonZero(own.SessionJWT),
		})
		if err != nil {
			http.Error(w, err.Error(), stytcherror.HTTPStatus(err))
			return
		}
		signIn(w, r, resp.Login(), r.FormValue("next"))
	})
	return auth, app
}

// A login leads to the provider and back to the application, without a port.
func TestBrowser_logsIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := stytchtest.New(t)
		v := server.LogIn(ada, stytchtest.InOrganization("acme"))
		_, app := guarded(t, server)
		got := visit(t, server.Browser(app), "GET", site+"/google", nil)
		assert.Equal(t, http.StatusOK, got.status)
		assert.Equal(t, "/me "+v.MemberID, got.body)
		assert.Equal(t, site+"/me", got.url)
	})
}

// The session of a guard authenticates a second factor, whether the request came with a JWT or was refreshed.
func TestBrowser_stepsUp(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]time.Duration{"with a JWT": 0, "after a refresh": 6 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := stytchtest.New(t)
			v := server.LogIn(ada)
			device, err := server.Client().B2B.TOTPs.Create(t.Context(), &totps.CreateRequest{
				OrganizationID: v.OrganizationID, MemberID: v.MemberID, SessionToken: &v.SessionToken,
			})
			require.NoError(t, err)
			auth, app := guarded(t, server)
			browser := server.Browser(app)
			browser.Jar.SetCookies(&url.URL{Scheme: "http", Host: "localhost:8080", Path: "/"}, auth.Cookies(v.Tokens()))
			server.Clock().Advance(later)
			browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
				if r.URL.Path == "/confirm" {
					return http.ErrUseLastResponse
				}
				return nil
			}
			got := visit(t, browser, "GET", site+"/pay", nil)
			require.Equal(t, http.StatusSeeOther, got.status)
			to, err := url.Parse(got.location)
			require.NoError(t, err)
			code, err := server.TOTPCode(device.Secret)
			require.NoError(t, err)
			got = visit(t, browser, "POST", site+"/confirm", url.Values{"code": {code}, "next": {to.Query().Get("next")}})
			assert.Equal(t, http.StatusOK, got.status, got.body)
			assert.Equal(t, "/pay "+v.MemberID, got.body)
		})
	}
}

// A guard takes a browser's form for one of its own pages, and that of another site for what it is.
func TestBrowser_saysWhereARequestComesFrom(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	auth, app := guarded(t, server)
	browser := server.Browser(app)
	browser.Jar.SetCookies(&url.URL{Scheme: "http", Host: "localhost:8080", Path: "/"}, auth.Cookies(server.LogIn(ada).Tokens()))
	for from, want := range map[string]int{"": 200, site: 200, "http://evil.example": 403, "http://localhost:1": 403, "%": 403} {
		var headers []string
		if from != "" {
			headers = []string{"Origin", from}
		}
		got := visit(t, browser, "POST", site+"/me", nil, headers...)
		assert.Equal(t, want, got.status, from)
	}
}

func TestBrowser_headersAreABrowsers(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		h := r.Header
		_, _ = fmt.Fprint(w, r.Method, " ", h.Get("Origin"), " ", h.Get("Sec-Fetch-Site"), " ", h.Get("Sec-Fetch-Mode"), " ", r.TLS != nil)
	})
	browser := server.Browser(app)
	for _, c := range []struct{ method, target, kind, want string }{
		{"GET", site, "", "GET  none navigate false"},
		{"GET", "https://app.example.com/?to=" + site, "", "GET  none navigate false"},
		{"POST", "https://app.example.com", "", "POST https://app.example.com same-origin navigate true"},
		{"POST", site + "?to=/", "", "GET  same-origin navigate false"},
		{"POST", site + "?to=http://localhost:3000", "", "GET  same-site navigate false"},
		{"POST", site + "?to=http://app.example.com", "", "GET  cross-site navigate false"},
		{"POST", site, "application/json", "POST " + site + " same-origin cors false"},
		{"PUT", site, "", "PUT " + site + " same-origin cors false"},
	} {
		var headers []string
		if c.kind != "" {
			headers = []string{"Content-Type", c.kind}
		}
		got := visit(t, browser, c.method, c.target, nil, headers...)
		assert.Equal(t, c.want, got.body, "%s %s %s", c.method, c.target, c.kind)
	}
}

// Without an application there is only the emulator, at both of its URLs. Cookies are kept by one browser at a time.
func TestBrowser_goesToTheEmulatorOrTheApplication(t *testing.T) {
	t.Parallel()
	server := stytchtest.New(t)
	for _, base := range []string{"http://localhost:1", server.URL()} {
		got := visit(t, server.Browser(nil), "GET", base+"/_emulator/health", nil)
		assert.Equal(t, http.StatusOK, got.status)
		assert.Contains(t, got.body, server.ID())
	}
	got := visit(t, server.Browser(nil), "GET", site, nil)
	assert.Equal(t, http.StatusNotFound, got.status)

	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "x"})
		_, _ = fmt.Fprint(w, len(r.Cookies()), r.Host)
	})
	browser := server.Browser(app)
	for _, want := range []string{"0localhost:8080", "1localhost:8080"} {
		got := visit(t, browser, "GET", site, nil)
		assert.Equal(t, want, got.body)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), "POST", site, nil)
			assert.NoError(t, err)
			resp, err := browser.Do(req)
			if assert.NoError(t, err) {
				assert.NoError(t, resp.Body.Close())
			}
		})
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", site, nil)
	require.NoError(t, err)
	_, err = browser.Do(req) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, context.Canceled)
}
