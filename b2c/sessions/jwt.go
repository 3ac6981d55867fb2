package sessions

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

const (
	opAuthenticateJWT      = "b2c.sessions.authenticate_jwt"
	opAuthenticateJWTLocal = "b2c.sessions.authenticate_jwt_local"
)

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
	return verify.Local[Session, claims](ctx, s.verifier, opAuthenticateJWTLocal, verify.SessionRequest{
		JWT: req.SessionJWT, MaxAge: req.MaxTokenAge, Leeway: req.Leeway, Check: checkOf(req.AuthorizationCheck),
	})
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
	want := verify.SessionRequest{
		JWT: req.SessionJWT, MaxAge: req.MaxTokenAge, Leeway: req.Leeway, Check: checkOf(req.AuthorizationCheck),
	}
	session, err := verify.Session[Session, claims](ctx, s.verifier, opAuthenticateJWT, want)
	if err == nil {
		return &AuthenticateJWTResponse{Session: *session.Value, SessionJWT: req.SessionJWT}, nil
	}
	resp, err := verify.Remote(s.verifier, session, want, err, func(*verify.Check) (*AuthenticateResponse, error) {
		remote := &AuthenticateRequest{
			SessionToken:           req.SessionToken,
			SessionDurationMinutes: req.SessionDurationMinutes,
			SessionCustomClaims:    req.SessionCustomClaims,
			AuthorizationCheck:     req.AuthorizationCheck,
		}
		if req.SessionToken == nil {
			remote.SessionJWT = &req.SessionJWT
		}
		return s.Authenticate(ctx, remote, opts...)
	})
	if err != nil {
		return nil, err
	}
	return &AuthenticateJWTResponse{Session: resp.Session, SessionJWT: resp.SessionJWT, Remote: resp}, nil
}

func checkOf(c *AuthorizationCheck) *verify.Check {
	if c == nil {
		return nil
	}
	return &verify.Check{ResourceID: c.ResourceID, Action: c.Action}
}

// Claims decodes a session's CustomClaims into a type of your own, a struct with json tags for one. Names have to match
// in case, and names that T does not know are left out. The error is a *stytcherror.DecodeError that names the claim. It
// works for every Session, wherever it comes from.
func Claims[T any](session *Session) (T, error) {
	if session == nil {
		session = new(Session)
	}
	return verify.Into[T]("b2c.sessions.claims", session.CustomClaims)
}

// Ready returns nil if there are keys to verify JWTs with, and otherwise fetches them or says why it cannot. It is for
// health probes, and for a start that shall not leave the wait to the first caller.
func (s *Service) Ready(ctx context.Context) error {
	return s.verifier.Ready(ctx, "b2c.sessions.ready")
}

// Forget drops what is remembered of a session's verified JWTs: see shared.Verification.TokenCacheSize. Revoke does so
// by itself. A JWT that is still valid passes a full check when it comes again: local verification knows of no
// revocation.
func (s *Service) Forget(sessionID string) { s.verifier.Forget(sessionID) }

// ForgetAll drops what is remembered of all verified JWTs.
func (s *Service) ForgetAll() { s.verifier.ForgetAll() }

// forgetRevoked drops what is remembered of the sessions that a call has revoked.
func (s *Service) forgetRevoked(req *RevokeRequest) {
	if req == nil {
		return
	}
	switch {
	case req.SessionID != nil:
		s.verifier.Forget(*req.SessionID)
	case req.SessionJWT != nil:
		s.verifier.ForgetToken(*req.SessionJWT)
	default:
		s.verifier.ForgetAll() // an opaque token does not say whose it is
	}
}
