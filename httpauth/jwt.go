package httpauth

import (
	"context"
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/stytcherror"
)

// freshness is how lately Stytch must have vouched for a session.
type freshness struct {
	remote bool
	maxAge time.Duration // zero: for as long as a JWT is valid
}

// isStrict reports whether a JWT alone may not be enough.
func (f freshness) isStrict() bool { return f.remote || f.maxAge > 0 }

// jwtState is what local verification says of a session's JWT.
type jwtState uint8

const (
	jwtMissing jwtState = iota
	jwtGood
	jwtTooOld  // genuine, but older than MaxAge
	jwtExpired // genuine
	jwtEnded   // genuine, of a session that ended here
	jwtBad
	jwtOtherKind  // genuine, but not of a session
	jwtUndecided  // there are no keys
	jwtUnverified // the request's context ended
)

// hasPrincipal reports whether verifyJWT returned a principal: the JWT is one of a session that has not ended here.
func (s jwtState) hasPrincipal() bool { return s == jwtGood || s == jwtTooOld || s == jwtExpired }

// anyAge is a leeway that accepts a JWT for ten years after its end, longer than any key is kept.
const anyAge = 10 * 366 * 24 * time.Hour

// verifyJWT verifies a session's JWT locally. The principal is nil unless the JWT is genuine, and the error is nil only
// if it is missing or good.
func (g *Guard) verifyJWT(ctx context.Context, jwt string, fresh freshness) (*Principal, jwtState, error) {
	if jwt == "" {
		return nil, jwtMissing, nil
	}
	if !isJWT(jwt) {
		return nil, jwtBad, stytcherror.ErrTokenMalformed
	}
	var maxAge *time.Duration
	if fresh.maxAge > 0 {
		maxAge = new(fresh.maxAge)
	}
	state := jwtGood
	p, err := g.product.verify(ctx, jwt, maxAge, 0)
	refused := err
	switch {
	case err == nil:
	case errors.Is(err, stytcherror.ErrTokenTooOld):
		state = jwtTooOld
		p, err = g.product.verify(ctx, jwt, nil, 0)
	case errors.Is(err, stytcherror.ErrTokenExpired):
		state = jwtExpired
		p, err = g.product.verify(ctx, jwt, nil, anyAge)
	}
	if err != nil {
		if state = stateOf(err); state == jwtUnverified && ctx.Err() == nil { // the wait for keys was too long
			state = jwtUndecided
		}
		return nil, state, err
	}
	if g.remote.ended.isUsed() && g.remote.ended.hasSession(p.SessionID, g.now()) {
		return nil, jwtEnded, errEnded
	}
	p.authorization.SessionJWT = jwt
	return p, state, refused
}

// stateOf returns the state of a JWT that verification refuses with err.
func stateOf(err error) jwtState {
	refused, ok := errors.AsType[*stytcherror.TokenError](err)
	switch {
	case !ok:
		return jwtUnverified
	case refused.Verdict == stytcherror.ErrKeysUnavailable:
		return jwtUndecided
	case refused.Verdict == stytcherror.ErrTokenKind:
		return jwtOtherKind
	}
	return jwtBad
}
