package httpauth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/emulator"
	"github.com/seed75add069/stytch-go/httpauth"
	"github.com/seed75add069/stytch-go/stytchtest"
)

const (
	loginURL = "/auth/login"
	next     = "%2Fnotes%3Fpage%3D2"
)

func withLoginURL(c *httpauth.Config) { c.LoginURL = loginURL }

// forms are the ways in which clients ask.
var forms = map[string]func(*http.Request){
	"navigation": func(r *http.Request) {
		r.Header.Set("Sec-Fetch-Mode", "navigate")
		r.Header.Set("Accept", "text/html,*/*;q=0.8")
	},
	"htmx": func(r *http.Request) {
		r.Header.Set("HX-Request", "true")
		r.Header.Set("HX-Current-URL", origin+"/notes?page=2")
		r.Header.Set("Sec-Fetch-Mode", "cors")
	},
	"script": func(r *http.Request) {
		r.Header.Set("Sec-Fetch-Mode", "cors")
		r.Header.Set("Accept", "application/json")
	},
	"other": func(r *http.Request) { r.Header.Set("Accept", "*/*") },
}

// refusal is a request that a guard refuses, and the answer.
type refusal struct {
	reason httpauth.Reason
	// send returns the answer to a request, after it has got its credentials.
	send       func(t *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder
	method     string
	status     int
	challenge  string
	login      string // the way to the login, or ""
	retryAfter string
	json       string
}

var refusals = []refusal{
	{
		reason: httpauth.ReasonLogin, status: 401, challenge: "Bearer", login: loginURL + "?next=" + next,
		json: `{"error":"login_required","error_description":"Log in to continue."}`,
		send: func(_ *testing.T, s *site, _ *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			return s.get(r)
		},
	},
	{
		reason: httpauth.ReasonToken, status: 401, challenge: `Bearer error="invalid_token"`,
		login: loginURL + "?next=" + next,
		json:  `{"error":"invalid_token","error_description":"Your session or token is not valid, or has ended. Log in again, or get a new one."}`,
		send: func(_ *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			s.expireJWTs()
			return s.get(v.Bearer(r))
		},
	},
	{
		reason: httpauth.ReasonStepUp, status: 401,
		challenge: `Bearer error="insufficient_user_authentication", acr_values="totp sms", max_age="300"`,
		login:     loginURL + "?max_age=300&next=%2Fnotes%3Fpage%3D2&step_up=totp+sms",
		json: `{"error":"insufficient_user_authentication","error_description":"Confirm that it is you to continue.",
			"max_age":300,"factors":["totp","sms"],"login_url":"/auth/login?max_age=300&next=` + next + `&step_up=totp+sms"}`,
		send: func(_ *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			return s.get(v.Bearer(r), httpauth.FreshWithin(5*time.Minute, httpauth.FactorTOTP, httpauth.FactorSMS))
		},
	},
	{
		reason: httpauth.ReasonRequest, status: 400, challenge: `Bearer error="invalid_request"`,
		json: `{"error":"invalid_request","error_description":"The request is malformed."}`,
		send: func(_ *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			v.Bearer(r)
			r.Header.Add("Authorization", "Bearer "+v.SessionToken)
			return s.get(r)
		},
	},
	{
		reason: httpauth.ReasonScope, status: 403, challenge: `Bearer error="insufficient_scope"`,
		json: `{"error":"insufficient_scope","error_description":"The access token lacks a scope."}`,
		send: func(_ *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			return s.get(withBearer(r, s.appToken(v, "read:canary")), httpauth.Apps("write:canary"))
		},
	},
	{
		reason: httpauth.ReasonPermission, status: 403,
		json: `{"error":"permission_denied","error_description":"You are not allowed to do this."}`,
		send: func(_ *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			return s.get(v.Bearer(r), httpauth.Permission("canary", "read:canary"))
		},
	},
	{
		reason: httpauth.ReasonOrganization, status: 403,
		json: `{"error":"wrong_organization","error_description":"There is nothing here for you."}`,
		send: func(_ *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			return s.get(v.Bearer(r), httpauth.InOrganizationID(otherOrganization))
		},
	},
	{
		reason: httpauth.ReasonOrigin, status: 403, method: http.MethodPost,
		json: `{"error":"cross_origin","error_description":"The request comes from another site."}`,
		send: func(_ *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			for _, c := range s.cookies(v) {
				r.AddCookie(c)
			}
			r.Header.Set("Origin", "https://canary.example.net")
			return s.get(r)
		},
	},
	{
		reason: httpauth.ReasonUnavailable, status: 503, retryAfter: "7",
		json: `{"error":"temporarily_unavailable","error_description":"This is not available for a moment. Try again."}`,
		send: func(t *testing.T, s *site, v *stytchtest.Visitor, r *http.Request) *httptest.ResponseRecorder {
			t.Helper()
			s.fault(emulator.Fault{
				Count: allCalls, Status: http.StatusServiceUnavailable, RetryAfter: 7, Body: "canary",
			})
			return s.get(withBearer(r, v.SessionToken))
		},
	},
}

// In each form, an answer says what its reason has to say, and nothing that is secret.
func TestAnswer_ofEachReasonInEachForm(t *testing.T) {
	t.Parallel()
	for _, tt := range refusals {
		for name, asks := range forms {
			t.Run(string(tt.reason)+" for "+name, func(t *testing.T) {
				t.Parallel()
				s := newSite(t, withLoginURL)
				v := s.LogIn("canary@example.com", stytchtest.WithRoles("canary-role"))
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/notes?page=2", http.NoBody)
				if tt.method != "" {
					r.Method = tt.method
				}
				asks(r)
				w := tt.send(t, s, v, r)
				tt.check(t, name, w)
				for _, secret := range []string{
					v.SessionToken, v.SessionJWT, v.MemberID, v.OrganizationID, otherOrganization, "canary",
				} {
					assert.NotContains(t, w.Body.String(), secret)
					for name, lines := range w.Header() {
						for _, line := range lines {
							assert.NotContains(t, line, secret, name)
						}
					}
				}
				events := s.takeEvents()
				require.NotEmpty(t, events)
				assert.Equal(t, tt.reason, events[len(events)-1].Reason)
			})
		}
	}
}

func (tt *refusal) check(t *testing.T, form string, w *httptest.ResponseRecorder) {
	t.Helper()
	h := w.Header()
	assert.Equal(t, tt.challenge, h.Get("WWW-Authenticate"))
	assert.Equal(t, tt.retryAfter, h.Get("Retry-After"))
	assert.Equal(t, "no-store", h.Get("Cache-Control"))
	assert.Equal(t, []string{"Cookie, Authorization"}, h["Vary"])
	switch {
	case form == "navigation" && tt.login != "":
		assert.Equal(t, http.StatusSeeOther, w.Code)
		assert.Equal(t, tt.login, h.Get("Location"))
		assert.Empty(t, w.Body.String())
		return
	case form == "navigation":
		assert.Equal(t, "text/html; charset=utf-8", h.Get("Content-Type"))
		assert.Contains(t, w.Body.String(), "<h1>"+http.StatusText(tt.status)+"</h1>")
		assert.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'")
		assert.NotContains(t, w.Body.String(), "login")
	default:
		assert.Equal(t, "application/json", h.Get("Content-Type"))
		assert.JSONEq(t, tt.json, w.Body.String())
	}
	assert.Equal(t, tt.status, w.Code)
	assert.Empty(t, h.Get("Location"))
	if form == "htmx" {
		assert.Equal(t, tt.login, h.Get("HX-Redirect"))
	} else {
		assert.NotContains(t, h, "Hx-Redirect")
	}
}

func TestAnswer_formFollowsTheHeaders(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		headers map[string]string
		isPage  bool
	}{
		"a fetch that accepts HTML is no navigation":            {map[string]string{"Sec-Fetch-Mode": "cors", "Accept": "text/html"}, false},
		"a browser without Sec-Fetch-Mode asks for HTML":        {map[string]string{"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, true},
		"HTML may come later, in any case, with a quality":      {map[string]string{"Accept": "application/xml, Text/HTML;q=0.5"}, true},
		"HTML of the quality zero is not wanted":                {map[string]string{"Accept": "text/html;q=0, application/json"}, false},
		"HTML of the quality 0.0 is not wanted":                 {map[string]string{"Accept": "text/html; level=1; q=0.0"}, false},
		"everything is not HTML":                                {map[string]string{"Accept": "*/*"}, false},
		"a type that only begins like HTML is another one":      {map[string]string{"Accept": "text/html-sandboxed"}, false},
		"no headers at all":                                     {nil, false},
		"a navigation of htmx is not one":                       {map[string]string{"Sec-Fetch-Mode": "navigate", "HX-Request": "true"}, false},
		"X-Requested-With is a script's":                        {map[string]string{"Accept": "text/html", "X-Requested-With": "XMLHttpRequest"}, false},
		"X-Requested-With is a script's, whatever the mode":     {map[string]string{"Sec-Fetch-Mode": "navigate", "X-Requested-With": "x"}, false},
		"a navigation that names no media type is still a page": {map[string]string{"Sec-Fetch-Mode": "navigate"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, withLoginURL)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/notes", http.NoBody)
			for name, value := range tt.headers {
				r.Header.Set(name, value)
			}
			w := s.get(r)
			assert.Equal(t, tt.isPage, w.Code == http.StatusSeeOther, w.Code)
		})
	}
}

func TestAnswer_leadsBackToThePageOnly(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		method, target string
		headers        map[string]string
		next           string
	}{
		"path and query of a GET":                       {"GET", origin + "/notes?page=2&q=a%26b", nil, "/notes?page=2&q=a%26b"},
		"an escaped path stays escaped":                 {"GET", origin + "/n%20o", nil, "/n%20o"},
		"a path of two slashes is not followed":         {"GET", origin + "//evil.example.net/x", nil, "/"},
		"a path that begins with an escaped slash":      {"GET", origin + "/%2fevil.example.net", nil, "/"},
		"a GET's Referer does not count":                {"GET", origin + "/notes", map[string]string{"Referer": origin + "/other"}, "/notes"},
		"for htmx, the page it is on":                   {"GET", origin + "/fragment", map[string]string{"HX-Request": "true", "HX-Current-URL": origin + "/notes?page=3"}, "/notes?page=3"},
		"for a POST of htmx too":                        {"POST", origin + "/fragment", map[string]string{"HX-Request": "true", "HX-Current-URL": origin + "/notes", "Referer": origin + "/other"}, "/notes"},
		"without htmx, HX-Current-URL does not count":   {"GET", origin + "/notes", map[string]string{"HX-Current-URL": origin + "/other"}, "/notes"},
		"htmx on another site's page":                   {"GET", origin + "/fragment", map[string]string{"HX-Request": "true", "HX-Current-URL": "https://evil.example.net/x"}, "/"},
		"htmx names no URL":                             {"GET", origin + "/fragment", map[string]string{"HX-Request": "true", "HX-Current-URL": "//evil.example.net/x"}, "/"},
		"for a POST, the page with the form":            {"POST", origin + "/delete", map[string]string{"Referer": origin + "/notes?page=4"}, "/notes?page=4"},
		"for a DELETE too":                              {"DELETE", origin + "/notes/1", map[string]string{"Referer": origin + "/notes"}, "/notes"},
		"a POST is never repeated":                      {"POST", origin + "/delete", nil, "/"},
		"a POST from another site's page":               {"POST", origin + "/delete", map[string]string{"Referer": "https://evil.example.net/x"}, "/"},
		"a POST from a site whose name has ours":        {"POST", origin + "/delete", map[string]string{"Referer": "https://app.example.com.example.net/x"}, "/"},
		"a POST from a page whose user is our host":     {"POST", origin + "/delete", map[string]string{"Referer": "https://app.example.com@example.net/x"}, "/"},
		"a Referer of a path that leads elsewhere":      {"POST", origin + "/delete", map[string]string{"Referer": origin + "//example.net/x"}, "/"},
		"a Referer that is not a URL":                   {"POST", origin + "/delete", map[string]string{"Referer": "https://[::1"}, "/"},
		"a Referer by Config.Origin, under a proxy":     {"POST", "http://10.0.0.7:8080/delete", map[string]string{"Referer": origin + "/notes"}, "/notes"},
		"X-Forwarded-Host does not make a page our own": {"POST", origin + "/delete", map[string]string{"X-Forwarded-Host": "example.net", "Referer": "https://example.net/x"}, "/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, withLoginURL)
			r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.target, http.NoBody)
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			for name, value := range tt.headers {
				r.Header.Set(name, value)
			}
			w := s.get(r)
			location := w.Header().Get("Location") + w.Header().Get("HX-Redirect")
			u, err := url.Parse(location)
			require.NoError(t, err)
			assert.Equal(t, loginURL, u.Path)
			assert.Equal(t, url.Values{"next": {tt.next}}, u.Query())
		})
	}
}

func TestAnswer_wayBackIsWholeBelowStripPrefix(t *testing.T) {
	t.Parallel()
	s := newSite(t, withLoginURL)
	h := http.StripPrefix("/app", s.guard.Require()(http.HandlerFunc(whoami)))
	w := serve(h, navigation(http.MethodGet, "/app/notes?page=2"))
	assert.Equal(t, loginURL+"?next=%2Fapp%2Fnotes%3Fpage%3D2", w.Header().Get("Location"))
}

func TestAnswer_stepUpSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rule      httpauth.Rule
		query     url.Values
		challenge string
	}{
		"two factors of any kind": {httpauth.Factor(), url.Values{"step_up": {"any"}}, ""},
		"a kind":                  {httpauth.Factor(httpauth.FactorTOTP), url.Values{"step_up": {"totp"}}, `, acr_values="totp"`},
		"one of two kinds":        {httpauth.Factor(httpauth.FactorSMS, httpauth.FactorTOTP), url.Values{"step_up": {"sms totp"}}, `, acr_values="sms totp"`},
		"any, lately":             {httpauth.FreshWithin(90 * time.Second), url.Values{"step_up": {"any"}, "max_age": {"90"}}, `, max_age="90"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, withLoginURL)
			v := s.LogIn("ada@example.com", stytchtest.WithFactor(httpauth.FactorEmail, time.Hour))
			w := s.get(v.Bearer(navigation(http.MethodGet, "/")), tt.rule)
			u, err := url.Parse(w.Header().Get("Location"))
			require.NoError(t, err)
			tt.query.Set("next", "/")
			assert.Equal(t, tt.query, u.Query())
			assert.Equal(t, `Bearer error="insufficient_user_authentication"`+tt.challenge, w.Header().Get("WWW-Authenticate"))
		})
	}
}

// With an application's own answer, the headers are set, and status and body are left to it.
func TestResponder_writesTheAnswer(t *testing.T) {
	t.Parallel()
	cause := errors.New("canary")
	var denied *httpauth.Denial
	s := newSite(t, withLoginURL, func(c *httpauth.Config) {
		c.Respond = func(w http.ResponseWriter, _ *http.Request, d *httpauth.Denial) {
			denied = d
			assert.Equal(t, `Bearer error="insufficient_scope"`, w.Header().Get("WWW-Authenticate"))
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.Equal(t, "Cookie, Authorization", w.Header().Get("Vary"))
			assert.Equal(t, "3", w.Header().Get("Retry-After"))
			assert.NotContains(t, w.Header(), "Content-Type")
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte("ours"))
		}
	})
	v := s.LogIn("ada@example.com")
	given := &httpauth.Denial{Reason: httpauth.ReasonScope, RetryAfter: 2500 * time.Millisecond, Err: cause}
	w := s.get(v.Bearer(navigation(http.MethodGet, "/")), httpauth.Allow(func(*http.Request, *httpauth.Principal) error {
		return given
	}))
	assert.Equal(t, http.StatusTeapot, w.Code)
	assert.Equal(t, "ours", w.Body.String())
	require.NotNil(t, denied)
	assert.Equal(t, http.StatusForbidden, denied.Status)
	require.ErrorIs(t, denied, cause)
	assert.Zero(t, given.Status, "the application's own Denial is not changed")
}

func TestResponder_knowsWhereToLogIn(t *testing.T) {
	t.Parallel()
	var got string
	s := newSite(t, withLoginURL, func(c *httpauth.Config) {
		c.Respond = func(_ http.ResponseWriter, _ *http.Request, d *httpauth.Denial) { got = d.LoginURL }
	})
	s.get(request(http.MethodGet, "/notes"))
	assert.Equal(t, loginURL+"?next=%2Fnotes", got)
}
