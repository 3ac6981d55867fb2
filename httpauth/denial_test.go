package httpauth_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/httpauth"
)

// Write gives a complete answer without a guard.
func TestDenial_writesAlone(t *testing.T) {
	t.Parallel()
	stepUp := httpauth.Denial{
		Reason: httpauth.ReasonStepUp, Factors: []httpauth.FactorKind{httpauth.FactorTOTP}, MaxAge: time.Minute,
		LoginURL: "/login?next=%2F", Err: errors.New("canary"),
	}
	for name, tt := range map[string]struct {
		denial httpauth.Denial
		form   string
		status int
		header map[string]string
		body   string
	}{
		"a script learns what to prove": {
			stepUp, "script", 401,
			map[string]string{"WWW-Authenticate": `Bearer error="insufficient_user_authentication", acr_values="totp", max_age="60"`},
			`{"error":"insufficient_user_authentication","error_description":"Confirm that it is you to continue.","max_age":60,"factors":["totp"],"login_url":"/login?next=%2F"}`,
		},
		"a browser is sent to log in": {stepUp, "navigation", 303, map[string]string{"Location": "/login?next=%2F"}, ""},
		"htmx is sent to log in": {
			httpauth.Denial{Reason: httpauth.ReasonLogin, LoginURL: "/login"}, "htmx", 401, map[string]string{"HX-Redirect": "/login"},
			`{"error":"login_required","error_description":"Log in to continue."}`,
		},
		"nobody is sent to log in for a 403": {
			httpauth.Denial{Reason: httpauth.ReasonPermission, LoginURL: "/login"}, "htmx", 403, map[string]string{"HX-Redirect": ""},
			`{"error":"permission_denied","error_description":"You are not allowed to do this."}`,
		},
		"the zero value is a 403": {
			httpauth.Denial{}, "script", 403, map[string]string{"WWW-Authenticate": ""},
			`{"error":"permission_denied","error_description":"You are not allowed to do this."}`,
		},
		"a status of its own": {
			httpauth.Denial{Status: 404}, "other", 404, nil,
			`{"error":"permission_denied","error_description":"You are not allowed to do this."}`,
		},
		"a status that refuses nothing is that of the reason": {
			httpauth.Denial{Reason: httpauth.ReasonRequest, Status: 200}, "other", 400, nil,
			`{"error":"invalid_request","error_description":"The request is malformed."}`,
		},
		"a reason of its own": {
			httpauth.Denial{Reason: "plan_too_small", Status: 402}, "other", 402, map[string]string{"WWW-Authenticate": ""},
			`{"error":"plan_too_small","error_description":"You are not allowed to do this."}`,
		},
		"a long wait is a minute": {
			httpauth.Denial{Reason: httpauth.ReasonUnavailable, RetryAfter: time.Hour}, "other", 503, map[string]string{"Retry-After": "60"},
			`{"error":"temporarily_unavailable","error_description":"This is not available for a moment. Try again."}`,
		},
		"a short wait is a second": {
			httpauth.Denial{Reason: httpauth.ReasonUnavailable, RetryAfter: time.Millisecond}, "other", 503, map[string]string{"Retry-After": "1"},
			`{"error":"temporarily_unavailable","error_description":"This is not available for a moment. Try again."}`,
		},
		"kinds that are none do not get into a header": {
			httpauth.Denial{Reason: httpauth.ReasonStepUp, Factors: []httpauth.FactorKind{`x", evil="`, httpauth.FactorSMS}}, "navigation", 401,
			map[string]string{"WWW-Authenticate": `Bearer error="insufficient_user_authentication", acr_values="sms"`}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/", http.NoBody)
			forms[tt.form](r)
			w := httptest.NewRecorder()
			tt.denial.Write(w, r)
			assert.Equal(t, tt.status, w.Code)
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
			assert.Equal(t, "Cookie, Authorization", w.Header().Get("Vary"))
			for name, value := range tt.header {
				assert.Equal(t, value, w.Header().Get(name), name)
			}
			if tt.body != "" {
				assert.JSONEq(t, tt.body, w.Body.String())
			}
			assert.NotContains(t, fmt.Sprint(w.Header(), w.Body), "canary")
		})
	}
}

// A Denial that Allow returns is answered as it stands, in each form; its cause is for events.
func TestDenial_ofAllow(t *testing.T) {
	t.Parallel()
	cause := errors.New("canary")
	hidden := &httpauth.Denial{Status: http.StatusNotFound, Err: cause}
	for name, tt := range map[string]struct {
		err    error
		status int
		reason httpauth.Reason
		event  error
	}{
		"an error is a 403":                  {cause, 403, httpauth.ReasonPermission, cause},
		"a Denial has its own status":        {hidden, 404, httpauth.ReasonPermission, cause},
		"a Denial counts inside an error":    {fmt.Errorf("a lookup: %w", hidden), 404, httpauth.ReasonPermission, cause},
		"a nil *Denial is an error too":      {(*httpauth.Denial)(nil), 403, httpauth.ReasonPermission, (*httpauth.Denial)(nil)},
		"a Denial may ask to log in":         {&httpauth.Denial{Reason: httpauth.ReasonLogin}, 401, httpauth.ReasonLogin, nil},
		"a Denial may have an own reason":    {&httpauth.Denial{Reason: "plan_too_small", Status: 402}, 402, "plan_too_small", nil},
		"a Denial may ask for another login": {&httpauth.Denial{Reason: httpauth.ReasonToken, LoginURL: "/other"}, 401, httpauth.ReasonToken, nil},
	} {
		for form, asks := range forms {
			t.Run(name+" for "+form, func(t *testing.T) {
				t.Parallel()
				s := newSite(t)
				r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+"/", http.NoBody)
				asks(r)
				w := s.get(s.LogIn("ada@example.com").Bearer(r), httpauth.Allow(func(*http.Request, *httpauth.Principal) error {
					return tt.err
				}))
				if form == "navigation" && tt.reason == httpauth.ReasonToken {
					assert.Equal(t, "/other", w.Header().Get("Location"))
				} else {
					assert.Equal(t, tt.status, w.Code)
				}
				if form == "script" {
					assert.Equal(t, tt.reason, errorOf(t, w))
				}
				assert.NotContains(t, fmt.Sprint(w.Header(), w.Body), "canary")
				events := s.takeEvents()
				require.Len(t, events, 1)
				assert.Equal(t, httpauth.EventDenied, events[0].Kind)
				assert.Equal(t, tt.reason, events[0].Reason)
				assert.Equal(t, tt.event, events[0].Err)
			})
		}
	}
}

// An organization that is not the caller's is answered as one that does not exist, and as none.
func TestDenial_tellsNoOrganizationFromAnother(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v, other := s.LogIn("ada@example.com"), s.LogIn("grace@example.org", inAcme)
	app := s.guard.Router()
	app.HandleFunc("GET /{org}/notes", whoami, httpauth.InOrganization(httpauth.PathValue("org")))
	app.HandleFunc("GET /notes", whoami, httpauth.InOrganization(httpauth.PathValue("org")))
	for _, asks := range forms {
		var first *httptest.ResponseRecorder
		for _, path := range []string{
			"/" + otherOrganization + "/notes", "/" + other.OrganizationID + "/notes", "/acme/notes", "/nowhere/notes", "/notes",
		} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+path, http.NoBody)
			asks(r)
			w := serve(app, v.Bearer(r))
			require.Equal(t, http.StatusForbidden, w.Code, path)
			if first == nil {
				first = w
			}
			assert.Equal(t, first.Body.String(), w.Body.String(), path)
			assert.Equal(t, first.Header(), w.Header(), path)
		}
	}
}

// What a guard lets through may not be stored, nor served to others; what else an answer varies by stays.
func TestAnswer_isNotCached(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	for name, tt := range map[string]struct{ before, after []string }{
		"without Vary":                       {nil, []string{"Cookie, Authorization"}},
		"with another name":                  {[]string{"Origin"}, []string{"Origin", "Cookie", "Authorization"}},
		"with one of the names, in any case": {[]string{"Accept, cookie"}, []string{"Accept, cookie", "Authorization"}},
		"with both names":                    {[]string{"Authorization", "Cookie"}, []string{"Authorization", "Cookie"}},
	} {
		for _, r := range []*http.Request{request(http.MethodGet, "/"), v.Bearer(request(http.MethodGet, "/"))} {
			w := httptest.NewRecorder()
			if tt.before != nil {
				w.Header()["Vary"] = tt.before
			}
			s.guard.Require()(http.HandlerFunc(whoami)).ServeHTTP(w, r)
			assert.Equal(t, tt.after, w.Header()["Vary"], name)
			assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), name)
		}
	}
	w := serve(s.guard.Optional()(http.HandlerFunc(whoami)), request(http.MethodGet, "/"))
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), "of nobody too")
}

func TestDenial_nilIsARefusal(t *testing.T) {
	t.Parallel()
	var none *httpauth.Denial
	assert.Equal(t, http.StatusForbidden, none.HTTPStatus())
	assert.Equal(t, "httpauth: denied", none.Error())
	assert.NoError(t, none.Unwrap())
}

// A handler that lets caches keep its answer deletes the cookies of a refresh, which a cache would give to others.
func TestAnswer_forCachesHasNoCookies(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	v := s.LogIn("ada@example.com")
	s.expireJWTs()
	for isCacheable, cookies := range map[bool]int{false: 1, true: 0} {
		h := s.guard.Require()(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if isCacheable {
				w.Header().Set("Cache-Control", "private, max-age=600")
				w.Header().Del("Set-Cookie")
			}
		}))
		w := serve(h, request(http.MethodGet, "/", s.cookies(v)...))
		assert.Equal(t, http.StatusOK, w.Code)
		assert.Len(t, w.Header()["Set-Cookie"], cookies)
		assert.Equal(t, isCacheable, w.Header().Get("Cache-Control") != "no-store")
	}
}
