package httpauth

import (
	"net/http"
	"strings"
)

// A Router is an http.ServeMux whose routes are guarded unless they are [Router.Public]. A request for a route that is
// not declared needs a session before it gets its 404. Declare the routes before it serves.
type Router struct {
	guard   *Guard
	mux     http.ServeMux
	unknown http.Handler
}

// Router returns a router of guarded routes.
func (g *Guard) Router() *Router {
	rt := &Router{guard: g}
	rt.unknown = g.Require()(&rt.mux)
	return rt
}

// Handle adds a route with a pattern of http.ServeMux, guarded by the rules as by [Guard.Require]. It panics where
// http.ServeMux does, and for a [Login], which must be Public.
func (rt *Router) Handle(pattern string, h http.Handler, rules ...Rule) {
	refuseLogin(h)
	if f, ok := h.(http.HandlerFunc); h == nil || ok && f == nil {
		panic("httpauth: Handle: the handler of " + pattern + " is nil")
	}
	rt.mux.Handle(pattern, rt.guard.Require(rules...)(h))
}

// HandleFunc is Handle for a function.
func (rt *Router) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request), rules ...Rule) {
	if h == nil {
		panic("httpauth: HandleFunc: the handler of " + pattern + " is nil")
	}
	rt.Handle(pattern, http.HandlerFunc(h), rules...)
}

// refuseLogin panics for a Login behind a guard.
func refuseLogin(h http.Handler) {
	if _, ok := h.(*Login); ok {
		panic("httpauth: nobody could log in by a Login that needs a session: use Router.Public")
	}
}

// Public adds a route that is not guarded. Its handler may use a guard of its own. For a [Login] below its
// [Login.Prefix], it adds the routes of the Login one by one, so that they conflict with no wildcard of another route,
// as in GET /{org}/documents.
func (rt *Router) Public(pattern string, h http.Handler) {
	if login, ok := h.(*Login); ok {
		if host, ok := strings.CutSuffix(pattern, login.Prefix()); ok && !strings.ContainsAny(host, "/ ") {
			login.addTo(&rt.mux, host)
			return
		}
	}
	rt.mux.Handle(pattern, h)
}

// ServeHTTP serves the route that matches.
func (rt *Router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, pattern := rt.mux.Handler(r); pattern == "" {
		rt.unknown.ServeHTTP(w, r)
		return
	}
	rt.mux.ServeHTTP(w, r)
}
