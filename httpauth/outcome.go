package httpauth

import (
	"context"
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// outcome is who sends a request: somebody, nobody, or a refusal.
type outcome struct {
	// who is nil if nobody was found.
	who *authenticated
	// denial is why nobody was found, or why the request is refused; nil if who is set.
	denial *Denial
	// refreshed are new cookies to set; nil if there are none.
	refreshed *Tokens
	clear     clearing
	// waited is how long the API was waited for.
	waited time.Duration
}

// isDenied reports whether the request is refused for a cause.
func (o *outcome) isDenied(cause error) bool {
	return o.denial != nil && errors.Is(o.denial.Err, cause)
}

// clearing says which cookies a refusal expires.
type clearing uint8

const (
	clearNone clearing = iota
	clearJWT           // in every response
	clearAll           // in the response to a navigation
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

// isGenuine reports whether the JWT names a session that it is of.
func (s jwtState) isGenuine() bool { return s == jwtGood || s == jwtTooOld || s == jwtExpired }

// anyAge is a leeway that accepts a JWT however long ago it expired.
const anyAge = 10 * 366 * 24 * time.Hour

// verifyJWT verifies a session's JWT locally. The principal is nil unless the JWT is genuine.
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
	if g.remote.ended.hasSession(p.SessionID, g.now()) {
		return nil, jwtEnded, errEnded
	}
	p.authorization.SessionJWT = jwt
	return p, state, nil
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

// remoteError returns the outcome of a question that the API did not answer with a session.
func (g *Guard) remoteError(err error, waited time.Duration) outcome {
	switch {
	case errors.Is(err, errEnded):
		return outcome{denial: g.deny(ReasonToken, err), waited: waited}
	case errors.Is(err, errOtherSession):
		return outcome{denial: g.deny(ReasonToken, err), clear: clearJWT, waited: waited}
	case verify.IsRefusal(err):
		return outcome{denial: g.deny(ReasonToken, err), clear: clearAll, waited: waited}
	}
	return outcome{denial: g.unavailable(err), waited: waited}
}
