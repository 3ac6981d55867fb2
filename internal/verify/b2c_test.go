package verify_test

import (
	"context"

	stytch "github.com/seed75add069/stytch-go"
	b2cidp "github.com/seed75add069/stytch-go/b2c/idp"
	b2crbac "github.com/seed75add069/stytch-go/b2c/rbac"
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
)

type b2cOperations struct {
	sessions *b2csessions.Service
	idp      *b2cidp.Service
	rbac     *b2crbac.Service
}

func b2cOperationsOf(c *stytch.Client) operations {
	return b2cOperations{c.B2C.Sessions, c.B2C.IDP.Service, c.B2C.RBAC}
}

func b2cZero() operations {
	return b2cOperations{new(b2csessions.Service), new(b2cidp.Service), new(b2crbac.Service)}
}

func b2cSession(s *b2csessions.Session) *session {
	common := &session{
		id: s.SessionID, subject: s.UserID, expiresAt: s.ExpiresAt, roles: s.Roles, claims: s.CustomClaims,
	}
	for _, f := range s.AuthenticationFactors {
		common.factors = append(common.factors, string(f.Type))
	}
	return common
}

func b2cCheck(c *check) *b2csessions.AuthorizationCheck {
	if c == nil {
		return nil
	}
	return &b2csessions.AuthorizationCheck{ResourceID: c.ResourceID, Action: c.Action}
}

func (o b2cOperations) authenticateLocal(ctx context.Context, req *request) (*session, error) {
	var local *b2csessions.AuthenticateJWTLocalRequest
	if req != nil {
		local = &b2csessions.AuthenticateJWTLocalRequest{
			SessionJWT: req.SessionJWT, MaxTokenAge: req.MaxTokenAge, Leeway: req.Leeway,
			AuthorizationCheck: b2cCheck(req.AuthorizationCheck),
		}
	}
	s, err := o.sessions.AuthenticateJWTLocal(ctx, local)
	if s == nil {
		return nil, err
	}
	return b2cSession(s), err
}

func (o b2cOperations) authenticate(
	ctx context.Context, req *request, opts ...shared.RequestOption,
) (*session, error) {
	var converted *b2csessions.AuthenticateJWTRequest
	if req != nil {
		converted = &b2csessions.AuthenticateJWTRequest{
			SessionJWT: req.SessionJWT, SessionToken: req.SessionToken, MaxTokenAge: req.MaxTokenAge, Leeway: req.Leeway,
			AuthorizationCheck: b2cCheck(req.AuthorizationCheck), SessionCustomClaims: req.SessionCustomClaims,
			SessionDurationMinutes: req.SessionDurationMinutes,
		}
	}
	resp, err := o.sessions.AuthenticateJWT(ctx, converted, opts...)
	if resp == nil {
		return nil, err
	}
	s := b2cSession(&resp.Session)
	s.jwt, s.remote = resp.SessionJWT, resp.Remote != nil
	return s, err
}

func (o b2cOperations) decodeClaims(claims map[string]any) (plan, error) {
	if claims == nil {
		return b2csessions.Claims[plan](nil)
	}
	return b2csessions.Claims[plan](&b2csessions.Session{CustomClaims: claims})
}

func (o b2cOperations) ready(ctx context.Context) error { return o.sessions.Ready(ctx) }

func (o b2cOperations) revoke(ctx context.Context, req *revokeRequest) error {
	var converted *b2csessions.RevokeRequest
	if req != nil {
		converted = &b2csessions.RevokeRequest{
			SessionID: req.MemberSessionID, SessionToken: req.SessionToken, SessionJWT: req.SessionJWT,
		}
	}
	_, err := o.sessions.Revoke(ctx, converted)
	return err
}

func (o b2cOperations) forget(sessionID string) { o.sessions.Forget(sessionID) }

func (o b2cOperations) forgetAll() { o.sessions.ForgetAll() }

func (o b2cOperations) introspectLocal(ctx context.Context, req *localRequest) (*tokenClaims, error) {
	var converted *b2cidp.IntrospectTokenLocalRequest
	if req != nil {
		converted = &b2cidp.IntrospectTokenLocalRequest{
			Token: req.Token, MaxTokenAge: req.MaxTokenAge, Leeway: req.Leeway,
			AuthorizationCheck: b2cCheck(req.AuthorizationCheck),
		}
	}
	return b2cTokenClaims(o.idp.IntrospectTokenLocal(ctx, converted))
}

func (o b2cOperations) introspectNetwork(ctx context.Context, req *networkRequest) (*tokenClaims, error) {
	var converted *b2cidp.IntrospectTokenNetworkRequest
	if req != nil {
		converted = &b2cidp.IntrospectTokenNetworkRequest{
			Token: req.Token, ClientID: req.ClientID, ClientSecret: req.ClientSecret,
			TokenTypeHint: req.TokenTypeHint, AuthorizationCheck: b2cCheck(req.AuthorizationCheck),
		}
	}
	return b2cTokenClaims(o.idp.IntrospectTokenNetwork(ctx, converted))
}

func b2cTokenClaims(c *b2cidp.IntrospectTokenClaims, err error) (*tokenClaims, error) {
	if c == nil {
		return nil, err
	}
	return &tokenClaims{
		Subject: c.Subject, Scope: c.Scope, Audience: c.Audience, ExpiresAt: c.ExpiresAt, IssuedAt: c.IssuedAt,
		NotBefore: c.NotBefore, Issuer: c.Issuer, TokenType: c.TokenType, ClientID: c.ClientID,
		CustomClaims: c.CustomClaims,
	}, err
}

func b2cCheckRequest(req *checkRequest) *b2crbac.CheckRequest {
	if req == nil {
		return nil
	}
	return &b2crbac.CheckRequest{Subject: b2cSubject(&req.Subject), ResourceID: req.ResourceID, Action: req.Action}
}

func b2cSubject(s *subject) b2crbac.Subject { return b2crbac.Subject{Roles: s.Roles, Scope: s.Scope} }

func (o b2cOperations) check(ctx context.Context, req *checkRequest) error {
	return o.rbac.Check(ctx, b2cCheckRequest(req))
}

func (o b2cOperations) explain(ctx context.Context, req *checkRequest) (*shared.Explanation, error) {
	return o.rbac.Explain(ctx, b2cCheckRequest(req))
}

func (o b2cOperations) permissions(ctx context.Context, s *subject) ([]permission, error) {
	var req *b2crbac.PermissionsRequest
	if s != nil {
		req = &b2crbac.PermissionsRequest{Subject: b2cSubject(s)}
	}
	return o.rbac.Permissions(ctx, req)
}

func (o b2cOperations) forgetPolicy() { o.rbac.ForgetPolicy() }
