package httpauth

import (
	"context"
	"errors"
	"net/http"

	"github.com/seed75add069/stytch-go/internal/verify"
)

// SignIn sets the cookies of a new session, after a login of the application's own, and revokes the session whose
// cookies came with the request. Call it before anything is written. Both tokens must be of one session, as in the
// response to a login. The JWT is verified; the token is compared with it if the API has said here whose it is, or must
// be asked because the JWT has expired.
//
// The error is a *stytcherror.ArgumentError if a token is missing, malformed, or known to be of another session than
// the other, or if the browser SDK sets the cookies; or the API's, if it must be asked. Nothing is set then. If the
// session before cannot be revoked, that is reported to Config.OnEvent only.
func (g *Guard) SignIn(w http.ResponseWriter, r *http.Request, t Tokens) error {
	setUncached(w.Header())
	p, err := g.checkTokens(r.Context(), t)
	if err != nil {
		return err
	}
	if t.ExpiresAt.IsZero() {
		t.ExpiresAt = p.ExpiresAt
	}
	g.replaceSession(w, r, t, p)
	g.report(r.Context(), Event{Kind: EventLogin, Principal: p, Pattern: r.Pattern})
	return nil
}

// checkTokens returns whose tokens they are.
func (g *Guard) checkTokens(ctx context.Context, t Tokens) (*Principal, error) {
	switch {
	case g.config.Cookies.Frontend:
		return nil, argumentError("SignIn", "Cookies.Frontend", "is set: the browser SDK sets the cookies")
	case !isToken(t.SessionToken):
		return nil, argumentError("SignIn", "SessionToken", "is missing or malformed")
	case t.SessionJWT == "":
		return nil, argumentError("SignIn", "SessionJWT", "is missing")
	}
	p, state, err := g.verifyJWT(ctx, t.SessionJWT, freshness{})
	switch state {
	case jwtGood:
		if id := g.remote.sessionIDOf(credential{text: t.SessionToken}); id != "" && id != p.SessionID {
			return nil, argumentError("SignIn", "SessionJWT", "is of another session than SessionToken")
		}
		return p, nil
	case jwtUnverified, jwtUndecided:
		return nil, err
	case jwtExpired: // by our clock, which may be wrong
	case jwtMissing, jwtBad, jwtOtherKind, jwtEnded, jwtTooOld:
		return nil, argumentError("SignIn", "SessionJWT", "is not a JWT of a session that lasts")
	}
	q := question{credential: credential{text: t.SessionToken}, sessionID: p.SessionID}
	a, _, err := g.remote.ask(ctx, q)
	switch {
	case errors.Is(err, errOtherSession):
		return nil, argumentError("SignIn", "SessionJWT", "is of another session than SessionToken")
	case err != nil:
		return nil, g.remoteError(err, 0).denial
	}
	return a.principal, nil
}

// replaceSession sets the cookies of a session in place of those of the request, whose session is revoked.
func (g *Guard) replaceSession(w http.ResponseWriter, r *http.Request, t Tokens, p *Principal) {
	cookies := http.Request{Header: http.Header{"Cookie": r.Header["Cookie"]}} // without a bearer
	before, _ := g.sessionOf(cookies.WithContext(r.Context()))
	g.setCookies(w, t)
	g.expireOtherScopes(w)
	if before.isEmpty() || before.sessionID == p.SessionID || before.token.text == t.SessionToken {
		return
	}
	err := g.endSession(r.Context(), &before)
	g.report(r.Context(), Event{Kind: EventLogout, Principal: before.principal, Err: err, Pattern: r.Pattern})
}

// SignOut revokes the session of the request's cookies, or of its bearer token, and expires the cookies, whatever comes
// of it. Call it before anything is written. An error means that the API may still accept the session; this process
// refuses it for ten minutes. Without a session there is nothing to do. Cookies of the browser SDK stay: it finds
// out by itself.
func (g *Guard) SignOut(w http.ResponseWriter, r *http.Request) error {
	setUncached(w.Header())
	if !g.config.Cookies.Frontend {
		g.clearCookies(w)
	}
	before, err := g.sessionOf(r)
	if a := fromContext(r.Context()); err != nil && a != nil && a.guard == g && a.credential.text != "" {
		before = ownSession{principal: a.principal, sessionID: a.principal.SessionID, token: a.credential}
	}
	if before.isEmpty() {
		return err
	}
	err = g.endSession(r.Context(), &before)
	g.report(r.Context(), Event{Kind: EventLogout, Principal: before.principal, Err: err, Pattern: r.Pattern})
	return err
}

// ownSession is the session that a request's credentials are of, as far as that is known without the API.
type ownSession struct {
	principal  *Principal // nil unless there is a genuine JWT
	sessionID  string     // empty if it is not known
	token, jwt credential // empty if they are missing, or the JWT is not valid
}

func (s *ownSession) isEmpty() bool { return s.token.text == "" && s.jwt.text == "" }

// sessionOf returns the session of a request: by its bearer token if it has one, and by its cookies otherwise.
// Of cookies with two values none counts, which is an error.
func (g *Guard) sessionOf(r *http.Request) (ownSession, error) {
	bearer, state := bearerOf(r.Header)
	switch {
	case state == oneBearer && isJWT(bearer):
		return g.sessionOfPair(r.Context(), "", bearer), nil
	case state == oneBearer:
		return g.sessionOfPair(r.Context(), bearer, ""), nil
	}
	tokens, jwts := g.cookiesOf(r)
	if tokens.n > 1 || jwts.n > 1 {
		return ownSession{}, errTwoValues
	}
	return g.sessionOfPair(r.Context(), tokens.first(), jwts.first()), nil
}

func (g *Guard) sessionOfPair(ctx context.Context, token, jwt string) (s ownSession) {
	if isToken(token) {
		s.token = credential{text: token}
	}
	s.sessionID = g.remote.sessionIDOf(s.token)
	p, state, _ := g.verifyJWT(ctx, jwt, freshness{})
	// An expired JWT is no credential: whoever found one could end its session here.
	if state == jwtGood && s.sessionID == "" || state.hasPrincipal() && s.sessionID == p.SessionID {
		s.principal, s.sessionID = p, p.SessionID
	}
	if state == jwtGood && s.sessionID == p.SessionID {
		s.jwt = credential{text: jwt, isJWT: true}
	}
	return s
}

// endSession refuses a session in this process from now on, and revokes it.
func (g *Guard) endSession(ctx context.Context, s *ownSession) error {
	c := s.jwt // which is verified; the token may be of another session
	if c.text == "" {
		c = s.token
	}
	g.remote.end(s.sessionID, s.token, s.jwt)
	return g.revoke(ctx, c, s.sessionID != "")
}

// revoke revokes the session of a credential. A session that the API does not know is revoked. The call outlasts the
// request: a client that leaves is logged out all the same. known says that the session is known by a genuine JWT or an
// answer of the API: a flood of other tokens does not keep it from being revoked then.
func (g *Guard) revoke(ctx context.Context, c credential, known bool) error {
	release, err := g.remote.budget.reserve(known)
	if err != nil {
		return g.unavailable(err)
	}
	defer release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.config.RemoteTimeout)
	defer cancel()
	if err := g.product.revoke(ctx, c); err != nil && !verify.IsRefusal(err) {
		return err
	}
	return nil
}
