package httpauth

import "context"

// fromCookies says who sends a request with the cookies that the server sets. docs/guides/middleware.md has the table.
func (g *Guard) fromCookies(ctx context.Context, tokens, jwts *cookieValues, fresh freshness) outcome {
	if tokens.n > 1 || jwts.n > 1 {
		return g.refuseTwoValues(ctx, tokens, jwts)
	}
	jwt, token := jwts.first(), tokens.first()
	if !isToken(token) {
		token = ""
	}
	p, state, err := g.verifyJWT(ctx, jwt, fresh)
	switch {
	case state == jwtUnverified:
		return outcome{denial: g.unavailable(err)}
	case state == jwtGood && !fresh.remote:
		return outcome{who: g.foundByCookie(p, credentialFor(jwt, token))}
	case token == "":
		return g.fromJWTAlone(ctx, jwt, p, state, err, fresh)
	}
	q := question{
		credential: credential{text: token}, maxAge: fresh.maxAge, alone: fresh.remote, extend: true,
	}
	if state.hasPrincipal() {
		q.sessionID = p.SessionID
	}
	a, waited, err := g.remote.ask(ctx, q)
	if err != nil {
		if state == jwtExpired && isOutage(err) {
			if o, ok := g.admitStale(ctx, jwt, q, fresh); ok {
				o.waited = waited
				return o
			}
		}
		o := g.remoteError(err, waited)
		if state == jwtEnded { // the request may be older than the cookies that the browser has by now
			o.clear = clearNone
		}
		return o
	}
	o := outcome{who: g.foundByCookie(a.principal, q.credential), waited: waited}
	if a.jwt != jwt {
		o.refreshed = &Tokens{SessionToken: token, SessionJWT: a.jwt, ExpiresAt: a.principal.ExpiresAt}
	}
	return o
}

// found returns what is known of somebody.
func (g *Guard) found(p *Principal, c credential) *authenticated {
	return &authenticated{guard: g, principal: p, credential: c}
}

func (g *Guard) foundByCookie(p *Principal, c credential) *authenticated {
	a := g.found(p, c)
	a.fromCookie = true
	return a
}

// credentialFor returns how the API is asked about a session whose JWT is good.
func credentialFor(jwt, token string) credential {
	if token != "" {
		return credential{text: token}
	}
	return credential{text: jwt, isJWT: true}
}

// fromJWTAlone is for requests with a JWT at most. An expired one is no credential: a leaked one would live as long as
// its session. One that is too old, or for which Remote stands, is asked about.
func (g *Guard) fromJWTAlone(
	ctx context.Context, jwt string, p *Principal, state jwtState, err error, fresh freshness,
) outcome {
	switch state {
	case jwtGood, jwtTooOld:
		o := g.askByJWT(ctx, jwt, p, fresh)
		if o.who != nil {
			o.who.fromCookie = true
		}
		return o
	case jwtUndecided:
		return outcome{denial: g.unavailable(err)}
	case jwtMissing:
		return outcome{denial: g.deny(ReasonLogin, nil)}
	case jwtEnded:
		return outcome{denial: g.deny(ReasonToken, err)}
	default: // it has expired, or does not hold
	}
	return outcome{denial: g.deny(ReasonToken, err), clear: clearAll}
}

// askByJWT asks the API about a session by a JWT that is valid.
func (g *Guard) askByJWT(ctx context.Context, jwt string, p *Principal, fresh freshness) outcome {
	q := question{
		credential: credential{text: jwt, isJWT: true}, sessionID: p.SessionID,
		maxAge: fresh.maxAge, alone: fresh.remote,
	}
	a, waited, err := g.remote.ask(ctx, q)
	if err != nil {
		return g.remoteError(err, waited)
	}
	return outcome{who: g.found(a.principal, q.credential), waited: waited}
}

// admitStale lets an expired JWT pass while the API cannot be reached, for Config.OutageGrace: if the session has not
// ended, and the API has said here that the token is of it.
func (g *Guard) admitStale(ctx context.Context, jwt string, q question, fresh freshness) (outcome, bool) {
	grace := g.config.OutageGrace
	if grace == 0 || fresh.isStrict() || g.remote.sessionIDOf(q.credential) != q.sessionID {
		return outcome{}, false
	}
	p, err := g.product.verify(ctx, jwt, nil, grace)
	if err != nil || !g.now().Before(p.ExpiresAt) {
		return outcome{}, false
	}
	p.Stale = true
	p.authorization.SessionToken = q.credential.text
	return outcome{who: g.foundByCookie(p, q.credential)}, true
}

// refuseTwoValues is for requests with two different values of a cookie: somebody else can set cookies for this host.
// Nobody is asked which counts. The cookies of a request that may be older than those of the browser stay.
func (g *Guard) refuseTwoValues(ctx context.Context, tokens, jwts *cookieValues) outcome {
	o := outcome{denial: g.deny(ReasonToken, errTwoValues), clear: clearAll}
	for _, jwt := range jwts.list() {
		if _, state, _ := g.verifyJWT(ctx, jwt, freshness{}); state == jwtEnded {
			o.clear = clearNone
		}
	}
	for _, token := range tokens.list() {
		if g.remote.ended.hasCredential(credential{text: token}, g.now()) {
			o.clear = clearNone
		}
	}
	return o
}
