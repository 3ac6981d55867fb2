package httpauth

import (
	"context"
	"net/http"
	"strings"
)

// Require lets a request through if it comes from somebody whom the rules admit. Handlers get who that is by [Must].
// Without rules, any session is admitted. It panics for a nil rule; what it returns panics for a nil handler and for a
// [Login], by which nobody could log in then.
//
// Guards nest: one inside another of the same Guard uses what that knows, and asks the API only if its rules are
// stricter. The request's cookies are not looked at if it has a bearer token.
func (g *Guard) Require(rules ...Rule) func(http.Handler) http.Handler {
	return g.middleware(newRules(rules), false)
}

// Optional is Require, but lets requests without credentials through too, and those whose cookies are of no session.
// [FromContext] reports false for them. A bearer token that does not hold is refused, and so is somebody whom the rules
// do not admit. If the API would have to be asked and cannot be, the answer is 503.
func (g *Guard) Optional(rules ...Rule) func(http.Handler) http.Handler {
	return g.middleware(newRules(rules), true)
}

// RequireExcept is Require without rules, but for requests that a pattern of http.ServeMux matches, as in
// "GET /static/" or "/healthz": those are let through and nobody is looked for. It is for routers whose middleware
// stands before the routes, such as echo. A path with dot segments, doubled or escaped slashes, or a backslash is never
// public, nor one that the mux would redirect. It panics on a pattern with a host, and on one that http.ServeMux
// refuses.
func (g *Guard) RequireExcept(public ...string) func(http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, pattern := range public {
		path := pattern[strings.IndexByte(pattern, ' ')+1:]
		if !strings.HasPrefix(strings.TrimLeft(path, " \t"), "/") {
			panic("httpauth: RequireExcept: the pattern " + pattern + " has a host, or no path")
		}
		mux.Handle(pattern, publicRoute{})
	}
	isPublic := func(r *http.Request) bool {
		if !isCanonical(r.URL) {
			return false
		}
		h, _ := mux.Handler(r)
		_, ok := h.(publicRoute) // not a redirect to one
		return ok
	}
	require := g.Require()
	return func(next http.Handler) http.Handler {
		guarded := require(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if isPublic(r) {
				next.ServeHTTP(w, r)
				return
			}
			guarded.ServeHTTP(w, r)
		})
	}
}

// publicRoute marks the patterns of RequireExcept.
type publicRoute struct{ http.Handler } // which is never called

// middleware returns the guard with the rules. If isOptional is set, nobody is let through too.
func (g *Guard) middleware(rules *rules, isOptional bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		if next == nil {
			panic("httpauth: the handler is nil")
		}
		refuseLogin(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			setUncached(w.Header())
			if outer := fromContext(r.Context()); outer != nil && outer.guard == g {
				g.nested(w, r, next, outer, rules, isOptional)
				return
			}
			o, isBearer := g.identify(r, rules)
			isNobody := isOptional && !isBearer && o.isNobody()
			if isNobody && o.clear == clearAll { // which only refusals do
				o.clear = clearNone
			}
			g.apply(w, r, &o)
			switch {
			case o.denial == nil:
				o.who.remote = rules.remote
				o.denial = g.check(r.Context(), r, o.who.principal, rules)
			case isNobody:
				g.report(r.Context(), Event{
					Kind: EventAdmitted, Err: o.denial.Err, Pattern: r.Pattern, Remote: o.waited,
				})
				if fromContext(r.Context()) != nil { // of another Guard, whose principal does not count
					r = r.WithContext(g.WithPrincipal(r.Context(), nil))
				}
				next.ServeHTTP(w, r)
				return
			}
			if o.denial != nil {
				g.reportDenied(r, &o)
				g.refuse(w, r, o.denial)
				return
			}
			g.report(r.Context(), Event{
				Kind: EventAdmitted, Principal: o.who.principal, Pattern: r.Pattern, Remote: o.waited,
			})
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, o.who)))
		})
	}
}

func (g *Guard) reportDenied(r *http.Request, o *outcome) {
	e := Event{Kind: EventDenied, Reason: o.denial.reason(), Err: o.denial.Err, Pattern: r.Pattern, Remote: o.waited}
	if o.who != nil {
		e.Principal = o.who.principal
	}
	g.report(r.Context(), e)
}

// identify says who sends a request, and whether by a bearer token.
func (g *Guard) identify(r *http.Request, rules *rules) (o outcome, isBearer bool) {
	token, state := bearerOf(r.Header)
	switch state {
	case badBearer:
		return outcome{denial: g.deny(ReasonRequest, errBadBearer)}, true
	case oneBearer:
		o = g.fromBearer(r.Context(), token, rules)
		if o.denial != nil && !isB64Token(token) { // which no token that holds is
			o.denial = g.deny(ReasonRequest, errBadBearer)
		}
		o.clear = clearNone // the cookies beside it were not looked at
		return o, true
	case noBearer:
	}
	tokens, jwts := g.cookiesOf(r)
	if !tokens.present && !jwts.present {
		return outcome{denial: g.deny(ReasonLogin, nil)}, false
	}
	if err := g.checkOrigin(r); err != nil {
		return outcome{denial: g.deny(ReasonOrigin, err)}, false
	}
	if !rules.people {
		return outcome{denial: g.deny(ReasonToken, errKind)}, false
	}
	if g.config.Cookies.Frontend {
		return g.fromFrontend(r.Context(), &tokens, &jwts, rules.freshness()), false
	}
	return g.fromCookies(r.Context(), &tokens, &jwts, rules.freshness()), false
}

// apply sets the cookies of an outcome. Those of dead sessions are expired in answers to navigations only: a request of
// a script may be older than the cookies that the browser has by now.
func (g *Guard) apply(w http.ResponseWriter, r *http.Request, o *outcome) {
	switch {
	case g.config.Cookies.Frontend:
	case o.refreshed != nil:
		g.setRefreshed(w, *o.refreshed)
		g.report(r.Context(), Event{
			Kind: EventRefreshed, Principal: o.who.principal, Pattern: r.Pattern, Remote: o.waited,
		})
	case o.clear == clearJWT:
		g.expireCookies(w, g.config.Cookies.JWT)
	case o.clear == clearAll && formatOf(r) == formatPage:
		g.clearCookies(w)
	}
}

// nested is a guard inside another one.
func (g *Guard) nested(
	w http.ResponseWriter, r *http.Request, next http.Handler, outer *authenticated, rules *rules, isOptional bool,
) {
	o := g.askAgain(r.Context(), outer, rules)
	g.apply(w, r, &o)
	if o.denial == nil {
		o.denial = g.check(r.Context(), r, o.who.principal, rules)
	}
	switch {
	case isOptional && outer.principal == nil, o.denial == nil && o.who == outer:
		next.ServeHTTP(w, r)
	case o.denial != nil:
		g.reportDenied(r, &o)
		g.refuse(w, r, o.denial)
	default:
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, o.who)))
	}
}

// askAgain asks the API about who was found by an outer guard, if the rules are stricter than that guard's were.
func (g *Guard) askAgain(ctx context.Context, outer *authenticated, rules *rules) outcome {
	p, fresh := outer.principal, rules.freshness()
	switch {
	case p == nil:
		return outcome{denial: g.deny(ReasonLogin, nil)}
	case !rules.admits(p.Kind):
		return outcome{denial: g.deny(ReasonToken, errKind)}
	case !fresh.isStrict(), outer.remote, outer.givenByTest && !p.Stale,
		!fresh.remote && !p.Stale && g.now().Sub(p.CheckedAt) <= fresh.maxAge:
		return outcome{who: outer}
	case outer.credential.text == "":
		return outcome{denial: g.deny(ReasonToken, errNotFresh)}
	}
	q := question{
		credential: outer.credential, sessionID: p.SessionID, maxAge: fresh.maxAge, alone: fresh.remote,
		extend: outer.fromCookie && !outer.credential.isJWT,
	}
	a, waited, err := g.remote.ask(ctx, q)
	if err != nil {
		o := g.remoteError(err, waited)
		o.who = outer
		if !outer.fromCookie {
			o.clear = clearNone
		}
		return o
	}
	who := *outer
	who.principal, who.remote = a.principal, fresh.remote
	o := outcome{who: &who, waited: waited}
	if outer.fromCookie && !q.credential.isJWT {
		o.refreshed = &Tokens{SessionToken: q.credential.text, SessionJWT: a.jwt, ExpiresAt: a.principal.ExpiresAt}
	}
	return o
}

// check holds somebody to the rules that follow who and freshness.
func (g *Guard) check(ctx context.Context, r *http.Request, p *Principal, rules *rules) *Denial {
	if d := g.checkScopes(p, rules); d != nil {
		return d
	}
	if d := g.checkOrganization(r, p, rules); d != nil {
		return d
	}
	for _, of := range rules.permissions {
		if d := g.checkPermission(ctx, p, of); d != nil {
			return d
		}
	}
	for i := range rules.factors {
		if f := &rules.factors[i]; !f.isMetBy(p, g.now()) {
			d := g.deny(ReasonStepUp, errStepUp)
			d.Factors, d.MaxAge = f.kinds, f.within
			return d
		}
	}
	for _, allow := range rules.allow {
		if err := allow(r, p); err != nil {
			return g.denialOf(err)
		}
	}
	return nil
}
