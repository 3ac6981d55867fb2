package httpauth

import (
	"context"
	"strings"
)

// fromBearer says who sends a request with a bearer token: a session's JWT, a session token, or an access token.
// Nothing is refreshed, and a token that does not hold is refused, whatever cookies the request has.
func (g *Guard) fromBearer(ctx context.Context, token string, rules *rules) outcome {
	if strings.Count(token, ".") != 2 {
		return g.fromSessionToken(ctx, token, rules)
	}
	if !isJWT(token) {
		return outcome{denial: g.deny(ReasonToken, errMalformed)}
	}
	last := outcome{denial: g.deny(ReasonToken, errKind)}
	if rules.people {
		o, isOther := g.fromSessionJWT(ctx, token, rules.freshness())
		if !isOther {
			return o
		}
		last = o
	}
	if rules.machines != nil {
		o, isOther := g.fromAccessToken(ctx, token, g.product.machine, rules.freshness())
		if !isOther {
			return o
		}
		last = o
	}
	if rules.apps != nil {
		o, isOther := g.fromAccessToken(ctx, token, g.product.app, rules.freshness())
		if !isOther {
			return o
		}
		last = o
	}
	return last
}

func (g *Guard) fromSessionToken(ctx context.Context, token string, rules *rules) outcome {
	switch {
	case !rules.people:
		return outcome{denial: g.deny(ReasonToken, errKind)}
	case !isToken(token):
		return outcome{denial: g.deny(ReasonToken, errMalformed)}
	}
	q := question{credential: credential{text: token}, maxAge: rules.maxAge, alone: rules.remote}
	a, waited, err := g.remote.ask(ctx, q)
	if err != nil {
		return g.remoteError(err, waited)
	}
	return outcome{who: g.found(a.principal, q.credential), waited: waited}
}

// fromSessionJWT also reports whether the token is not a session's JWT.
func (g *Guard) fromSessionJWT(ctx context.Context, token string, fresh freshness) (outcome, bool) {
	p, state, err := g.verifyJWT(ctx, token, fresh)
	switch {
	case state == jwtUnverified || state == jwtUndecided:
		return outcome{denial: g.unavailable(err)}, false
	case state == jwtTooOld || state == jwtGood && fresh.remote:
		return g.askByJWT(ctx, token, p, fresh), false
	case state == jwtGood:
		return outcome{who: g.found(p, credential{text: token, isJWT: true})}, false
	}
	return outcome{denial: g.deny(ReasonToken, err)}, state == jwtOtherKind
}

// fromAccessToken also reports whether the token is of another kind. The API cannot be asked about an access token, so
// none is new enough for Remote, nor for MaxAge once it was issued longer ago.
func (g *Guard) fromAccessToken(
	ctx context.Context, token string,
	verify func(context.Context, string) (*Principal, error), fresh freshness,
) (outcome, bool) {
	p, err := verify(ctx, token)
	if err != nil {
		switch state := stateOf(err); state {
		case jwtUnverified, jwtUndecided:
			return outcome{denial: g.unavailable(err)}, false
		default:
			return outcome{denial: g.deny(ReasonToken, err)}, state == jwtOtherKind
		}
	}
	switch {
	case fresh.remote, fresh.maxAge > 0 && g.now().Sub(p.CheckedAt) > fresh.maxAge:
		return outcome{denial: g.deny(ReasonToken, errNotFresh)}, false
	}
	return outcome{who: g.found(p, credential{})}, false
}
