package verify_test

import (
	"context"

	stytch "github.com/seed75add069/stytch-go"
	b2bidp "github.com/seed75add069/stytch-go/b2b/idp"
	b2brbac "github.com/seed75add069/stytch-go/b2b/rbac"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/shared"
)

type b2bOperations struct {
	sessions *b2bsessions.Service
	idp      *b2bidp.Service
	rbac     *b2brbac.Service
}

func b2bOperationsOf(c *stytch.Client) operations {
	return b2bOperations{c.B2B.Sessions, c.B2B.IDP.Service, c.B2B.RBAC.Service}
}

func b2bZero() operations {
	return b2bOperations{new(b2bsessions.Service), new(b2bidp.Service), new(b2brbac.Service)}
}

func b2bSession(s *b2bsessions.MemberSession) *session {
	common := &session{
		id: s.MemberSessionID, subject: s.MemberID, expiresAt: s.ExpiresAt, roles: s.Roles, claims: s.CustomClaims,
	}
	for _, f := range s.AuthenticationFactors {
		common.factors = append(common.factors, string(f.Type))
	}
	return common
}

func (o b2bOperations) authenticateLocal(ctx context.Context, req *request) (*session, error) {
	var local *b2bsessions.AuthenticateJWTLocalRequest
	if req != nil {
		local = &b2bsessions.AuthenticateJWTLocalRequest{
			SessionJWT: req.SessionJWT, MaxTokenAge: req.MaxTokenAge, Leeway: req.Leeway,
			AuthorizationCheck: req.AuthorizationCheck,
		}
	}
	s, err := o.sessions.AuthenticateJWTLocal(ctx, local)
	if s == nil {
		return nil, err
	}
	return b2bSession(s), err
}

func (o b2bOperations) authenticate(
	ctx context.Context, req *request, opts ...shared.RequestOption,
) (*session, error) {
	resp, err := o.sessions.AuthenticateJWT(ctx, req, opts...)
	if resp == nil {
		return nil, err
	}
	s := b2bSession(&resp.MemberSession)
	s.jwt, s.remote = resp.SessionJWT, resp.Remote != nil
	return s, err
}

func (o b2bOperations) decodeClaims(claims map[string]any) (plan, error) {
	if claims == nil {
		return b2bsessions.Claims[plan](nil)
	}
	return b2bsessions.Claims[plan](&b2bsessions.MemberSession{CustomClaims: claims})
}

func (o b2bOperations) ready(ctx context.Context) error { return o.sessions.Ready(ctx) }

func (o b2bOperations) revoke(ctx context.Context, req *revokeRequest) error {
	_, err := o.sessions.Revoke(ctx, req)
	return err
}

func (o b2bOperations) forget(sessionID string) { o.sessions.Forget(sessionID) }

func (o b2bOperations) forgetAll() { o.sessions.ForgetAll() }

func (o b2bOperations) introspectLocal(ctx context.Context, req *localRequest) (*tokenClaims, error) {
	return o.idp.IntrospectTokenLocal(ctx, req)
}

func (o b2bOperations) introspectNetwork(ctx context.Context, req *networkRequest) (*tokenClaims, error) {
	return o.idp.IntrospectTokenNetwork(ctx, req)
}

func (o b2bOperations) check(ctx context.Context, req *checkRequest) error {
	return o.rbac.Check(ctx, req)
}

func (o b2bOperations) explain(ctx context.Context, req *checkRequest) (*shared.Explanation, error) {
	return o.rbac.Explain(ctx, req)
}

func (o b2bOperations) permissions(ctx context.Context, s *subject) ([]permission, error) {
	if s == nil {
		return o.rbac.Permissions(ctx, nil)
	}
	return o.rbac.Permissions(ctx, &b2brbac.PermissionsRequest{Subject: *s})
}

func (o b2bOperations) forgetPolicy() { o.rbac.ForgetPolicy() }
