package sessions

import (
	"context"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// AuthenticateJWTLocal verifies a session's JWT locally and returns the session as it was when the JWT was issued. It
// sends requests only for the keys, about once an hour, and, with an AuthorizationCheck, for the policy, about once in
// five minutes. If those cannot be fetched, cached ones are used for some time: see shared.Verification.
//
// It does not notice that a session was revoked after the JWT was issued. A JWT is valid for at most five minutes;
// MaxTokenAge shortens that. [Service.AuthenticateJWT] asks the API where that can help, [Service.Authenticate] always
// does.
//
// Errors:
//   - a *stytcherror.ArgumentError if the request is incomplete
//   - a *stytcherror.TokenError if the token is refused; errors.Is compares it with stytcherror.ErrTokenExpired and the
//     like
//   - a *stytcherror.PermissionError if the AuthorizationCheck is denied, or is for another organization
//   - a *stytcherror.PolicyError if there is no policy to decide the AuthorizationCheck by
//   - a *stytcherror.RequestError if ctx ended before the keys were fetched
func (s *Service) AuthenticateJWTLocal(ctx context.Context, req *AuthenticateJWTLocalRequest) (*MemberSession, error) {
	req = verify.OrEmpty(req)
	return verify.Local[MemberSession](ctx, s.verifier, &memberSession, verify.Request{
		Op: "b2b.sessions.authenticate_jwt_local", Field: "session_jwt", Token: req.SessionJWT, OnlyAudience: true,
		MaxAge: req.MaxTokenAge, Leeway: req.Leeway, Check: (*verify.Check)(req.AuthorizationCheck),
	})
}

// AuthenticateJWT verifies a session's JWT locally, like [Service.AuthenticateJWTLocal], and asks the API in three
// cases: the JWT has a valid signature but is expired or older than MaxTokenAge; there is no policy to decide the
// AuthorizationCheck by; or there are no keys, but a SessionToken. Every other refusal is final, and so is a denied
// AuthorizationCheck: a forged token causes no request. With a SessionToken but no JWT it asks the API too.
//
// The API is asked about the SessionToken, where that is given. Without one, whoever has a JWT can use and extend its
// session, however old the JWT is: pass the SessionToken, even if it is empty, where JWTs come from browsers.
//
// The API's response must be of the same session, member, organization and token, and have a verdict on the
// AuthorizationCheck. Its session must not have ended, nor its member be deleted; a JWT in it must be of that session
// and pass the rules of local verification, but for its signature and for times in the future. Otherwise the error is a
// *stytcherror.DecodeError, or a *stytcherror.TokenError or *stytcherror.PermissionError. Without a JWT and an
// OrganizationID, the policy decides the AuthorizationCheck, in the organization of the response.
//
// Concurrent callers with equal requests and options share one request, unless MaxTokenAge is zero or they have a
// shared.WithRawResponse. It is cancelled when the contexts of all have ended. It is attempted twice at most, and once
// under a rate limit. A token that the API refused, as with stytcherror.CodeSessionNotFound, is refused for half a
// minute without a request, unless MaxTokenAge is zero; Forget and Revoke end that. A shared.WithTimeout bounds fetches
// of keys and policies too.
//
// It extends the session only when it asks the API. [Service.Authenticate] always does, and so always notices that a
// session was revoked.
func (s *Service) AuthenticateJWT(
	ctx context.Context, req *AuthenticateJWTRequest, opts ...shared.RequestOption,
) (*AuthenticateJWTResponse, error) {
	req = verify.OrEmpty(req)
	want := verify.Request{
		Op: "b2b.sessions.authenticate_jwt", Field: "session_jwt", Token: req.SessionJWT, OnlyAudience: true,
		MaxAge: req.MaxTokenAge, Leeway: req.Leeway, Check: (*verify.Check)(req.AuthorizationCheck),
	}
	local, remote, err := verify.Session[MemberSession, AuthenticateResponse](
		ctx, s.verifier, &memberSession, want, s.remote(req, opts))
	switch {
	case err != nil:
		return nil, err
	case remote != nil:
		return &AuthenticateJWTResponse{
			MemberSession: remote.MemberSession, SessionJWT: remote.SessionJWT, Remote: remote,
		}, nil
	}
	return &AuthenticateJWTResponse{MemberSession: *local, SessionJWT: req.SessionJWT}, nil
}

// opFallback is opAuthenticate, called by AuthenticateJWT.
var opFallback = opAuthenticate.AsFallback()

// remote says how AuthenticateJWT asks the API.
func (s *Service) remote(req *AuthenticateJWTRequest, opts []shared.RequestOption) *verify.Remote {
	return &verify.Remote{
		Config: s.cfg, Op: &opFallback, Options: opts, SessionToken: req.SessionToken,
		NewRequest: func(check *verify.Check) any {
			request := &AuthenticateRequest{
				SessionToken:           req.SessionToken,
				SessionDurationMinutes: req.SessionDurationMinutes,
				SessionCustomClaims:    req.SessionCustomClaims,
				AuthorizationCheck:     (*AuthorizationCheck)(check),
			}
			if req.SessionToken == nil {
				request.SessionJWT = &req.SessionJWT
			}
			return request
		},
		Response: (*AuthenticateResponse)(nil),
		Session:  remoteSession,
	}
}

// remoteSession returns what is compared of an *AuthenticateResponse.
func remoteSession(response any) verify.RemoteSession {
	resp := response.(*AuthenticateResponse)
	session := &resp.MemberSession
	remote := verify.RemoteSession{
		RequestID: resp.RequestID,
		SessionID: session.MemberSessionID, Subject: session.MemberID, OrganizationID: session.OrganizationID,
		ExpiresAt: session.ExpiresAt, Roles: session.Roles, BesideSubject: resp.Member.MemberID,
		BesideOrganizations: [2]string{resp.Member.OrganizationID, resp.Organization.OrganizationID},
		IsDeleted:           resp.Member.Status == organizations.MemberStatusDeleted,
		SessionToken:        resp.SessionToken, SessionJWT: resp.SessionJWT,
	}
	if resp.Verdict != nil {
		remote.Authorized = &resp.Verdict.Authorized
	}
	return remote
}

// Claims decodes a session's CustomClaims into a T, such as a struct with json tags. Names must match in case; claims
// that T does not have are ignored. The error is a *stytcherror.DecodeError that names the claim. The session may come
// from any call.
func Claims[T any](session *MemberSession) (T, error) {
	return verify.DecodeClaims[T]("b2b.sessions.claims", verify.OrEmpty(session).CustomClaims)
}

// Ready returns nil if there are keys to verify JWTs with. If there are none, it fetches them. Call it from a health
// check, or at start, so that the first request does not wait.
func (s *Service) Ready(ctx context.Context) error {
	return s.verifier.Ready(ctx, "b2b.sessions.ready")
}

// Forget removes what is remembered of a session: its JWTs from the cache of verified tokens (see
// shared.Verification.TokenCacheSize), and the API's refusals, those of tokens of unknown sessions too. Later calls of
// AuthenticateJWT ask anew. Revoke does the same. It revokes nothing: a JWT is valid until it expires, and is then
// verified in full.
func (s *Service) Forget(memberSessionID string) { s.verifier.Forget(memberSessionID) }

// ForgetAll is Forget for all sessions.
func (s *Service) ForgetAll() { s.verifier.ForgetAll() }

// isMemberID reports whether an id is Stytch's, not an external id.
func isMemberID(id string) bool {
	return strings.HasPrefix(id, "member-test-") || strings.HasPrefix(id, "member-live-")
}

// forgetRevoked removes what is remembered of the sessions that a call has revoked.
func (s *Service) forgetRevoked(req *RevokeRequest) {
	switch {
	case req == nil:
	case req.MemberSessionID != nil:
		s.verifier.Forget(*req.MemberSessionID)
	case req.SessionJWT != nil:
		s.verifier.ForgetToken(*req.SessionJWT)
	case req.MemberID != nil && isMemberID(*req.MemberID):
		s.verifier.ForgetSubject(*req.MemberID)
	case req.SessionToken != nil:
		s.verifier.ForgetSessionToken(*req.SessionToken)
	default:
		s.verifier.ForgetAll() // an external id is in no JWT
	}
}

// memberSession is the kind of a member's session JWT.
var memberSession = verify.Kind{NewClaims: func() verify.Claims { return new(claims) }}

// claims are those of the JWT of a member's session.
type claims struct {
	verify.SessionClaims[b2csessions.AuthenticationFactor, struct{}]
}

// Validate refuses what is not a member's session.
func (c *claims) Validate() error { return c.ValidateMember() }

// Verified returns the session as the API returns it.
func (c *claims) Verified() verify.Verified {
	s := c.Session
	return verify.Verified{
		Value: &MemberSession{
			MemberSessionID:       s.ID,
			MemberID:              c.Subject,
			OrganizationID:        c.Organization.ID,
			OrganizationSlug:      c.Organization.Slug,
			StartedAt:             s.StartedAt,
			LastAccessedAt:        s.LastAccessedAt,
			ExpiresAt:             s.ExpiresAt,
			AuthenticationFactors: s.AuthenticationFactors,
			Roles:                 s.Roles,
			CustomClaims:          c.CustomClaims(),
		},
		SessionID: s.ID,
		Subject:   verify.Subject{OrganizationID: c.Organization.ID, Roles: s.Roles},
	}
}
