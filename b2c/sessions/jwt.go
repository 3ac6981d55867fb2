package sessions

import (
	"context"
	"time"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

const (
	opAuthenticateJWT      = "b2c.sessions.authenticate_jwt"
	opAuthenticateJWTLocal = "b2c.sessions.authenticate_jwt_local"
)

// AuthenticateJWTLocalRequest is what [Service.AuthenticateJWTLocal] looks at.
type AuthenticateJWTLocalRequest struct {
	// SessionJWT is a JWT of the session. Required.
	SessionJWT string
	// MaxTokenAge is how long ago the JWT may have been issued. Zero means as long as it is valid, which is five
	// minutes.
	MaxTokenAge time.Duration
	// Leeway is how much longer a JWT is accepted than it says, for clocks that differ. Zero means not at all. A JWT
	// from up to five seconds in the future is accepted in any case.
	Leeway time.Duration
	// AuthorizationCheck is an action that the session must be allowed to perform.
	AuthorizationCheck *AuthorizationCheck
}

// AuthenticateJWTLocal verifies a JWT of a session in the process and returns the session as it was when the JWT was
// issued. It makes no call but for the keys, at first use and then once an hour, and, with an AuthorizationCheck, for
// the policy, at first use and then once in five minutes. When they cannot be fetched anew, those that are held serve
// on for a while: see shared.Verification.
//
// It cannot know that a session was revoked since; a JWT lives for five minutes at most. MaxTokenAge narrows that,
// [Service.AuthenticateJWT] asks the API where that can help, and [Service.Authenticate] always.
//
// The error is a *stytcherror.TokenError for a token that does not hold, to be compared with errors.Is:
// stytcherror.ErrTokenExpired and its like; a *stytcherror.PermissionError when the session may not do what
// AuthorizationCheck asks for; a *stytcherror.PolicyError when that could not be decided; and a
// *stytcherror.RequestError when ctx ended before the keys were there.
func (s *Service) AuthenticateJWTLocal(ctx context.Context, req *AuthenticateJWTLocalRequest) (*Session, error) {
	if req == nil {
		req = new(AuthenticateJWTLocalRequest)
	}
	return s.verify(ctx, opAuthenticateJWTLocal, req)
}

func (s *Service) verify(ctx context.Context, op string, req *AuthenticateJWTLocalRequest) (*Session, error) {
	p := s.project()
	check := req.AuthorizationCheck
	var question verify.Question
	if check != nil {
		question = verify.Question{ResourceID: check.ResourceID, Action: check.Action}
		if err := p.Complete(ctx, op, question); err != nil {
			return nil, err
		}
	}
	session, err := verify.Token[Session, claims](ctx, p, req.SessionJWT, verify.Want{
		Op: op, Field: "session_jwt", MaxAge: req.MaxTokenAge, Leeway: req.Leeway, OnlyAudience: true,
	})
	if err != nil {
		return nil, err
	}
	if check != nil {
		if err := p.Allow(ctx, op, &verify.Subject{Roles: session.Roles}, question); err != nil {
			return nil, err
		}
	}
	return session, nil
}

func (s *Service) project() *verify.Project { return verify.For(s.cfg, shared.ProductB2C) }

// AuthenticateJWTRequest is what [Service.AuthenticateJWT] looks at and, if need be, sends.
type AuthenticateJWTRequest struct {
	// SessionJWT is a JWT of the session. Required.
	SessionJWT string
	// MaxTokenAge is how long ago the JWT may have been issued; the API is asked about an older one. Zero means as long
	// as it is valid, which is five minutes.
	MaxTokenAge time.Duration
	// Leeway is how much longer a JWT is accepted than it says, for clocks that differ. Zero means not at all.
	Leeway time.Duration
	// AuthorizationCheck is an action that the session must be allowed to perform.
	AuthorizationCheck *AuthorizationCheck
	// SessionDurationMinutes is how long the session shall last from now on, if the API is asked.
	SessionDurationMinutes *int
	// SessionCustomClaims are merged into the session's, if the API is asked.
	SessionCustomClaims map[string]any
}

// AuthenticateJWTResponse is what [Service.AuthenticateJWT] returns.
type AuthenticateJWTResponse struct {
	// Session is the session.
	Session Session
	// SessionJWT is the JWT to go on with: the one that was sent, or a fresh one from the API.
	SessionJWT string
	// Remote is the API's answer; nil when it was not asked.
	Remote *AuthenticateResponse
}

// AuthenticateJWT verifies a JWT of a session in the process, like [Service.AuthenticateJWTLocal], and asks the API
// where the outcome may be another one: the JWT is genuine but expired or older than MaxTokenAge, there are no keys to
// verify it with, or no policy to decide by. Whatever else is wrong with a token is final, and so is a denied
// AuthorizationCheck: as long as there are keys, a forged token costs no call.
//
// To extend a session for certain, or to know for certain that it was not revoked, call [Service.Authenticate].
func (s *Service) AuthenticateJWT(
	ctx context.Context, req *AuthenticateJWTRequest, opts ...shared.RequestOption,
) (*AuthenticateJWTResponse, error) {
	if req == nil {
		req = new(AuthenticateJWTRequest)
	}
	session, err := s.verify(ctx, opAuthenticateJWT, &AuthenticateJWTLocalRequest{
		SessionJWT: req.SessionJWT, MaxTokenAge: req.MaxTokenAge, Leeway: req.Leeway,
		AuthorizationCheck: req.AuthorizationCheck,
	})
	if err == nil {
		return &AuthenticateJWTResponse{Session: *session, SessionJWT: req.SessionJWT}, nil
	}
	if !verify.MayAsk(err) {
		return nil, err
	}
	resp, err := s.Authenticate(ctx, &AuthenticateRequest{
		SessionJWT:             &req.SessionJWT,
		SessionDurationMinutes: req.SessionDurationMinutes,
		SessionCustomClaims:    req.SessionCustomClaims,
		AuthorizationCheck:     req.AuthorizationCheck,
	}, opts...)
	if err != nil {
		return nil, err
	}
	return &AuthenticateJWTResponse{Session: resp.Session, SessionJWT: resp.SessionJWT, Remote: resp}, nil
}

// Claims decodes a session's CustomClaims into a type of your own, a struct with json tags for one. Names have to match
// in case, names that T does not know are left out, and numbers have passed through float64. The error is a
// *stytcherror.DecodeError that names the claim. It works for every Session, wherever it comes from.
func Claims[T any](session *Session) (T, error) {
	if session == nil {
		session = new(Session)
	}
	return verify.Into[T]("b2c.sessions.claims", session.CustomClaims)
}

// Ready returns nil if there are keys to verify JWTs with, and otherwise fetches them or says why it cannot. It is for
// health probes, and for a start that shall not leave the wait to the first caller.
func (s *Service) Ready(ctx context.Context) error {
	return s.project().Ready(ctx, "b2c.sessions.ready")
}

// Forget drops what is remembered of a session's verified JWTs: see shared.Verification.Tokens. Revoke does so by
// itself. A JWT that is still valid passes a full check when it comes again: local verification knows of no revocation.
func (s *Service) Forget(sessionID string) { s.project().Forget(sessionID) }

// ForgetAll drops what is remembered of all verified JWTs.
func (s *Service) ForgetAll() { s.project().ForgetAll() }

// forgetRevoked drops what is remembered of the sessions that a call has revoked.
func (s *Service) forgetRevoked(req *RevokeRequest) {
	if req == nil {
		return
	}
	p := s.project()
	switch {
	case req.SessionID != nil:
		p.Forget(*req.SessionID)
	case req.SessionJWT != nil:
		p.ForgetToken(*req.SessionJWT)
	default:
		p.ForgetAll() // an opaque token does not say whose it is
	}
}
