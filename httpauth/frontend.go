package httpauth

import (
	"context"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// fromFrontend says who sends a request with the cookies of the browser SDK, which are never set or expired here. Their
// path is that of the page that set them, so that a request may have several of one name: the first whose session holds
// counts, and two that hold, of two sessions, are refused.
func (g *Guard) fromFrontend(ctx context.Context, tokens, jwts *cookieValues, fresh freshness) outcome {
	if tokens.n <= 1 && jwts.n <= 1 {
		return g.fromCookies(ctx, tokens, jwts, fresh)
	}
	if tokens.tooMany || jwts.tooMany { // one of those that are not looked at may be of another session
		return outcome{denial: g.deny(ReasonToken, errTooMany)}
	}
	var found outcome
	isUnsure := false // another session may be as good
	for _, jwt := range jwts.list() {
		p, state, err := g.verifyJWT(ctx, jwt, fresh)
		var o outcome
		switch {
		case state == jwtUnverified:
			return outcome{denial: g.unavailable(err)}
		case state == jwtGood && !fresh.remote:
			o = outcome{who: g.foundByCookie(p, credential{text: jwt, isJWT: true})}
		case state == jwtExpired:
			isUnsure = true
			continue
		default:
			o = g.fromJWTAlone(ctx, jwt, p, state, err, fresh)
		}
		if found = g.moreCertain(found, o); found.isDenied(errTwoSessions) {
			return found
		}
	}
	if found.who != nil && !isUnsure {
		return found
	}
	for _, token := range tokens.list() {
		if !isToken(token) {
			continue
		}
		q := question{credential: credential{text: token}, maxAge: fresh.maxAge, alone: fresh.remote, extend: true}
		a, waited, err := g.remote.ask(ctx, q)
		o := outcome{waited: waited}
		if err != nil {
			o = g.remoteError(err, waited)
		} else {
			o.who = g.foundByCookie(a.principal, q.credential)
		}
		if found = g.moreCertain(found, o); found.isDenied(errTwoSessions) {
			return found
		}
	}
	if found.who == nil && found.denial == nil {
		found.denial = g.deny(ReasonToken, stytcherror.ErrTokenExpired)
	}
	return found
}

// moreCertain returns the outcome that counts of two: somebody before a refusal, and an API that does not answer before
// a dead session. Two sessions are a refusal.
func (g *Guard) moreCertain(a, b outcome) outcome {
	waited := a.waited + b.waited
	switch {
	case a.who != nil && b.who != nil && a.who.principal.SessionID != b.who.principal.SessionID:
		a = outcome{denial: g.deny(ReasonToken, errTwoSessions)}
	case a.who != nil:
		if b.denial != nil && b.denial.Reason == ReasonUnavailable { // whether there is another is not known
			a = b
		}
	case b.who != nil:
		if a.denial == nil || a.denial.Reason != ReasonUnavailable {
			a = b
		}
	case a.denial == nil || b.denial != nil && b.denial.Reason == ReasonUnavailable:
		a = b
	}
	a.waited = waited
	return a
}
