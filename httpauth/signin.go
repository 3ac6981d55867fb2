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
		return nil, refuse("SignIn", "Cookies.Frontend", "is set: the browser SDK sets the cookies")
	case !isToken(t.SessionToken):
		return nil, refuse("SignIn", "SessionToken", "is missing or malformed")
	case t.SessionJWT == "":
		return nil, refuse("SignIn", "SessionJWT", "is missing")
	}
	p, state, err := g.verifyJWT(ctx, t.SessionJWT, freshness{})
	switch state {
	case jwtGood:
		if id := g.remote.sessionIDOf(credential{text: t.SessionToken}); id != "" && id != p.SessionID {
			return nil, refuse("SignIn", "SessionJWT", "is of another session than SessionToken")
		}
		return p, nil
	case jwtUnverified, jwtUndecided:
		return nil, err
	case jwtExpired: // by our clock, which may be wrong
	case jwtMissing, jwtBad, jwtOtherKind, jwtEnded, jwtTooOld:
		return nil, refuse("SignIn", "SessionJWT", "is not a JWT of a session that lasts")
	}
	q := question{credential: credential{text: t.SessionToken}, sessionID: p.SessionID}
	a, _, err := g.remote.ask(ctx, q)
	switch {
	case errors.Is(err, errOtherSession):
		return nil, refuse("SignIn", "SessionJWT", "is of another session than SessionToken")
	case err != nil:
		return nil, err
	}
	return a.principal, nil
}

// replaceSession sets the cookies of a session in place of those of the request, whose session is revoked.
func (g *Guard) replaceSession(w http.ResponseWriter, r *http.Request, t Tokens, p *Principal) {
	before := g.sessionOfCookies(r)
	g.setCookies(w, t)
	g.expireOtherScopes(w)
	if before.isEmpty() || before.sessionID == p.SessionID || before.token.text == t.SessionToken {
		return
	}
	err := g.endSession(r.Context(), &before)
	g.report(r.Context(), Event{Kind: EventLogout, Principal: before.principal, Err: err, Pattern: r.Pattern})
}

// SignOut revokes the session of the request's cookies, or of its bearer token, and expires the cookies, whatever comes
// of it. Call it before anything is written. An error means that the session may not be revoked; this process refuses
// it all the same, for ten minutes. Without a session there is nothing to do. Cookies of the browser SDK stay: it finds
// out by itself.
func (g *Guard) SignOut(w http.ResponseWriter, r *http.Request) error {
	setUncached(w.Header())
	if !g.config.Cookies.Frontend {
		g.clearCookies(w)
	}
	before := g.sessionOf(r)
	if before.isEmpty() {
		return nil
	}
	err := g.endSession(r.Context(), &before)
	g.report(r.Context(), Event{Kind: EventLogout, Principal: before.principal, Err: err, Pattern: r.Pattern})
	return err
}

// ownSession is the session that a request's credentials are of, as far as that is known without the API.
type ownSession struct {
	principal  *Principal // nil unless there is a genuine JWT
	sessionID  string     // empty if it is not known
	token, jwt credential // empty if they are missing, or the JWT is not genuine
}

func (s *ownSession) isEmpty() bool { return s.token.text == "" && s.jwt.text == "" }

// sessionOf returns the session of a request: by its bearer token if it has one, and by its cookies otherwise.
func (g *Guard) sessionOf(r *http.Request) ownSession {
	bearer, state := bearerOf(r.Header)
	switch {
	case state != oneBearer:
		return g.sessionOfCookies(r)
	case isJWT(bearer):
		return g.sessionOfPair(r.Context(), "", bearer)
	}
	return g.sessionOfPair(r.Context(), bearer, "")
}

// sessionOfCookies returns the session of a request's cookies. Of those with two values none counts.
func (g *Guard) sessionOfCookies(r *http.Request) ownSession {
	var token, jwt string
	tokens, jwts := cookiesOf(r.Header, g.config.Cookies.Session, g.config.Cookies.JWT)
	if tokens.n <= 1 {
		token = tokens.first()
	}
	if jwts.n <= 1 {
		jwt = jwts.first()
	}
	return g.sessionOfPair(r.Context(), token, jwt)
}

func (g *Guard) sessionOfPair(ctx context.Context, token, jwt string) (s ownSession) {
	if isToken(token) {
		s.token = credential{text: token}
	}
	s.sessionID = g.remote.sessionIDOf(s.token)
	p, state, _ := g.verifyJWT(ctx, jwt, freshness{})
	// An expired JWT is no credential: whoever found one could end its session here.
	if state == jwtGood && s.sessionID == "" || state.isGenuine() && s.sessionID == p.SessionID {
		s.principal, s.sessionID, s.jwt = p, p.SessionID, credential{text: jwt, isJWT: true}
	}
	return s
}

// endSession refuses a session in this process from now on, and revokes it.
func (g *Guard) endSession(ctx context.Context, s *ownSession) error {
	c := s.token
	if c.text == "" {
		c = s.jwt
	}
	g.remote.end(s.sessionID, c)
	return g.revoke(ctx, c, s.sessionID != "")
}

// revoke revokes the session of a credential. A session that the API does not know is revoked. The call outlasts the
// request: a client that leaves is logged out all the same. known says that the session is known by a genuine JWT or an
// answer of the API: a flood of other tokens does not keep it from being revoked then.
func (g *Guard) revoke(ctx context.Context, c credential, known bool) error {
	release, err := g.remote.budget.reserve(known)
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), g.config.RemoteTimeout)
	defer cancel()
	if err := g.product.revoke(ctx, c); err != nil && !verify.IsRefusal(err) {
		return err
	}
	return nil
}
