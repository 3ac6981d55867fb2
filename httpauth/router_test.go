package httpauth_test

import (
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

// newRouter returns a router with a few routes, and somebody who has logged in.
func newRouter(t *testing.T) (*site, *httpauth.Router, *stytchtest.Visitor) {
	t.Helper()
	s := newSite(t, withLoginURL)
	app := s.guard.Router()
	app.Public("GET /health", echo("well"))
	app.Public("/static/", echo("static"))
	app.Handle("GET /notes", http.HandlerFunc(whoami))
	app.HandleFunc("POST /notes", whoami)
	app.HandleFunc("GET /admin", whoami, httpauth.InOrganizationID(otherOrganization))
	app.HandleFunc("GET /machines", whoami, httpauth.Machines("a"))
	app.HandleFunc("GET /tree/", whoami)
	return s, app, s.LogIn("ada@example.com")
}

func TestRouter_guardsWhatIsNotPublic(t *testing.T) {
	t.Parallel()
	s, app, v := newRouter(t)
	machine := s.machineToken("a")
	for name, tt := range map[string]struct {
		method, path string
		nobody       int
		member       int
		body         string // for the member
	}{
		"a public route":                      {"GET", "/health", 200, 200, "well"},
		"a public route by HEAD":              {"HEAD", "/health", 200, 200, ""},
		"a public tree":                       {"GET", "/static/css/a.css", 200, 200, "static"},
		"a public tree by any method":         {"DELETE", "/static/x", 200, 200, "static"},
		"a route":                             {"GET", "/notes", 401, 200, asMember(v)},
		"a route by HEAD":                     {"HEAD", "/notes", 401, 200, ""},
		"a route of a function":               {"POST", "/notes", 401, 200, asMember(v)},
		"a route with rules":                  {"GET", "/admin", 401, 403, ""},
		"a route for machines":                {"GET", "/machines", 401, 401, ""},
		"below a route":                       {"GET", "/tree/x", 401, 200, asMember(v)},
		"a route that is not declared":        {"GET", "/nothing", 401, 404, ""},
		"the root, which is not declared":     {"GET", "/", 401, 404, ""},
		"a method that is not declared":       {"DELETE", "/notes", 401, 405, ""},
		"a public route by another method":    {"POST", "/health", 401, 405, ""},
		"what only begins like a public tree": {"GET", "/staticfile", 401, 404, ""},
		"out of a public tree by dots":        {"GET", "/static/%2e%2e/notes", 200, 200, "static"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, r := range []*http.Request{request(tt.method, tt.path), v.Bearer(request(tt.method, tt.path))} {
				w := serve(app, r)
				assert.Equal(t, []int{tt.nobody, tt.member}[i], w.Code)
				if i == 1 && tt.body != "" && tt.method != http.MethodHead {
					assert.Equal(t, tt.body, w.Body.String())
				}
			}
		})
	}
	w := serve(app, withBearer(request(http.MethodGet, "/machines"), machine))
	assert.Equal(t, "machine m2m-client-test-1", w.Body.String())
	w = serve(app, request(http.MethodGet, "/health"))
	assert.NotContains(t, w.Header(), "Vary", "nobody is looked for on a public route")
	assert.NotContains(t, w.Header(), "Cache-Control")
}

// A request that the mux would redirect gets to no guarded handler.
func TestRouter_redirectsServeNothing(t *testing.T) {
	t.Parallel()
	_, app, v := newRouter(t)
	for _, path := range []string{"//notes", "/static/../notes", "/./notes", "/tree", "/health/../notes"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+path, http.NoBody)
		w := serve(app, r)
		assert.NotContains(t, w.Body.String(), v.MemberID, path)
		if location := w.Header().Get("Location"); location != "" {
			assert.True(t, strings.HasPrefix(location, "/") && !strings.HasPrefix(location, "//"), location)
			assert.Equal(t, http.StatusUnauthorized, serve(app, request(http.MethodGet, location)).Code, path)
		}
	}
}

func TestRouter_reportsThePattern(t *testing.T) {
	t.Parallel()
	s, app, v := newRouter(t)
	serve(app, v.Bearer(request(http.MethodGet, "/tree/x")))
	serve(app, request(http.MethodGet, "/notes"))
	events := s.takeEvents()
	require.Len(t, events, 2)
	assert.Equal(t, "GET /tree/", events[0].Pattern)
	assert.Equal(t, "GET /notes", events[1].Pattern)
	assert.Equal(t, httpauth.ReasonLogin, events[1].Reason)
	assert.Nil(t, events[1].Principal)
}

func TestRouter_refusesBadRoutes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	login, err := s.guard.Login(httpauth.LoginConfig{})
	require.NoError(t, err)
	for name, f := range map[string]func(*httpauth.Router){
		"Handle of a Login":              func(rt *httpauth.Router) { rt.Handle("/auth/", login) },
		"Handle of nil":                  func(rt *httpauth.Router) { rt.Handle("/", nil) },
		"Handle of a nil HandlerFunc":    func(rt *httpauth.Router) { rt.Handle("/", http.HandlerFunc(nil)) },
		"HandleFunc of nil":              func(rt *httpauth.Router) { rt.HandleFunc("/", nil) },
		"Public of nil":                  func(rt *httpauth.Router) { rt.Public("/", nil) },
		"Public of a nil HandlerFunc":    func(rt *httpauth.Router) { rt.Public("/", http.HandlerFunc(nil)) },
		"a pattern that is none":         func(rt *httpauth.Router) { rt.Handle("notes", echo("")) },
		"a public pattern that is none":  func(rt *httpauth.Router) { rt.Public("GET", echo("")) },
		"a pattern twice":                func(rt *httpauth.Router) { rt.Handle("/a", echo("")); rt.Public("/a", echo("")) },
		"patterns of which neither wins": func(rt *httpauth.Router) { rt.Handle("/{a}/b", echo("")); rt.Public("/a/{b}", echo("")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Panics(t, func() { f(s.guard.Router()) })
		})
	}
	assert.NotPanics(t, func() { s.guard.Router().Public(login.Prefix(), login) })
}

func TestRequireExcept_publicPatterns(t *testing.T) {
	t.Parallel()
	s := newSite(t, withLoginURL)
	v := s.LogIn("ada@example.com")
	guard := s.guard.RequireExcept("GET /static/", "/healthz", "POST /my-login", "/{$}", "GET /files/{name}", "/deep/tree/")
	app := guard(http.HandlerFunc(whoami))
	for name, tt := range map[string]struct {
		method, target string
		isPublic       bool
	}{
		"a tree":                                {"GET", "/static/a.css", true},
		"the top of a tree":                     {"GET", "/static/", true},
		"a tree by HEAD":                        {"HEAD", "/static/a.css", true},
		"a tree by another method":              {"POST", "/static/a.css", false},
		"a path by any method":                  {"PUT", "/healthz", true},
		"a path with a query":                   {"GET", "/healthz?full=1", true},
		"a path of one method":                  {"POST", "/my-login", true},
		"a path by another method":              {"GET", "/my-login", false},
		"the root":                              {"GET", "/", true},
		"a wildcard":                            {"GET", "/files/a.txt", true},
		"a wildcard with an escaped space":      {"GET", "/files/a%20b", true},
		"a path that is not named":              {"GET", "/notes", false},
		"a path that only begins alike":         {"GET", "/healthzz", false},
		"below a path":                          {"GET", "/healthz/", false},
		"another case":                          {"GET", "/Healthz", false},
		"without the slash of a tree":           {"GET", "/static", false},
		"without the slash of a deeper tree":    {"GET", "/deep/tree", false},
		"dots out of a tree":                    {"GET", "/static/../notes", false},
		"dots within a tree":                    {"GET", "/static/x/../a.css", false},
		"a dot":                                 {"GET", "/static/./a.css", false},
		"a dot at the end":                      {"GET", "/static/..", false},
		"dots into a tree":                      {"GET", "/notes/../static/a.css", false},
		"escaped dots":                          {"GET", "/static/%2e%2e/notes", false},
		"half-escaped dots":                     {"GET", "/static/.%2E/notes", false},
		"a doubled slash":                       {"GET", "/static//a.css", false},
		"a doubled slash at the beginning":      {"GET", "//static/a.css", false},
		"a doubled slash at the end":            {"GET", "/static//", false},
		"an escaped slash":                      {"GET", "/static/..%2fnotes", false},
		"an escaped slash in a wildcard":        {"GET", "/files/a%2fb", false},
		"an escaped letter":                     {"GET", "/st%61tic/a.css", false},
		"an escaped slash in place of a slash":  {"GET", "/static%2fa.css", false},
		"a path that is escaped twice":          {"GET", "/static/%252e%252e/notes", true}, // it is a name: "%2e%2e"
		"a POST with dots":                      {"POST", "/x/../my-login", false},
		"CONNECT, whose path the mux keeps":     {"CONNECT", "/healthz/../notes", false},
		"an escaped backslash":                  {"GET", "/static/..%5cnotes", false},
		"an escaped backslash, in capitals":     {"GET", "/static/..%5Cnotes", false},
		"an empty path":                         {"GET", "", false},
		"a path with a semicolon, for some two": {"GET", "/healthz;x", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), tt.method, origin+"/", http.NoBody)
			u, err := url.Parse(origin + tt.target) // as a server parses it
			require.NoError(t, err)
			r.URL, r.RequestURI = u, tt.target
			w := serve(app, r)
			want := http.StatusUnauthorized
			if tt.isPublic {
				want = http.StatusOK
				if tt.method != http.MethodHead {
					assert.Equal(t, "nobody", w.Body.String())
				}
				assert.Empty(t, w.Header()["Vary"], "nobody is looked for")
			}
			assert.Equal(t, want, w.Code)
			w = serve(app, v.Bearer(r))
			assert.Equal(t, http.StatusOK, w.Code, "with a session, any path")
		})
	}
}

func TestRequireExcept_withoutPatternsGuardsAll(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	app := s.guard.RequireExcept()(http.HandlerFunc(whoami))
	assert.Equal(t, http.StatusUnauthorized, serve(app, request(http.MethodGet, "/")).Code)
}

func TestRequireExcept_refusesBadPatterns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, patterns := range map[string][]string{
		"a host":                  {"example.com/static/"},
		"a method and a host":     {"GET example.com/static/"},
		"no path":                 {""},
		"a method alone":          {"GET"},
		"a relative path":         {"static/"},
		"a method and two spaces": {"GET  example.com/x"},
		"a second one with one":   {"/a", "GET example.com/"},
		"a wildcard not closed":   {"/{a"},
		"a method that is none":   {"G T /a"},
		"the same twice":          {"/a", "/a"},
		"neither wins":            {"/{a}/b", "/a/{b}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Panics(t, func() { s.guard.RequireExcept(patterns...) })
		})
	}
}

// The routes of a Login stand beside wildcards for tenants, which would conflict with its prefix.
func TestRouter_publicLoginBesideATenantsRoutes(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "app.example.com"} {
		s := newSite(t)
		login, err := s.guard.Login(httpauth.LoginConfig{})
		require.NoError(t, err)
		rt := s.guard.Router()
		rt.Public(host+login.Prefix(), login)
		ours := httpauth.InOrganization(httpauth.PathValue("org"))
		for _, pattern := range []string{"GET /{org}/documents/{id}", "GET /{org}/documents", "POST /{org}/{rest...}"} {
			rt.HandleFunc(pattern, whoami, ours)
		}
		v := s.LogIn("ada@example.com", stytchtest.InOrganization("acme"))
		assert.Equal(t, http.StatusOK, serve(rt, navigation(http.MethodGet, "/auth/login")).Code)
		assert.Equal(t, http.StatusOK, serve(rt, v.Bearer(request(http.MethodGet, "/acme/documents/1"))).Code)
		assert.Equal(t, http.StatusForbidden, serve(rt, v.Bearer(request(http.MethodGet, "/other/documents/1"))).Code)
		assert.Equal(t, http.StatusUnauthorized, serve(rt, request(http.MethodGet, "/auth/nothing")).Code,
			"what is no route of the Login needs a session")
		assert.Panics(t, func() { s.guard.Require()(login) })
	}
}
