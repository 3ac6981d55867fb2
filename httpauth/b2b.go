package httpauth

import (
	"context"
	"strings"
	"time"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2b/idp"
	"github.com/seed75add069/stytch-go/b2b/rbac"
	"github.com/seed75add069/stytch-go/b2b/sessions"
)

// b2bProduct is the product of members.
func b2bProduct(client *stytch.Client) *product {
	b2b := client.B2B
	return &product{
		verify: func(ctx context.Context, jwt string, maxAge *time.Duration, leeway time.Duration) (*Principal, error) {
			session, err := b2b.Sessions.AuthenticateJWTLocal(ctx, &sessions.AuthenticateJWTLocalRequest{
				SessionJWT: jwt, MaxTokenAge: maxAge, Leeway: leeway,
			})
			if err != nil {
				return nil, err
			}
			return memberPrincipal(session), nil
		},
		authenticate: func(ctx context.Context, c credential, minutes *int) (*remoteAnswer, error) {
			req := &sessions.AuthenticateJWTRequest{SessionDurationMinutes: minutes, MaxTokenAge: new(time.Duration)}
			req.SessionJWT, req.SessionToken = c.forRequest()
			resp, err := b2b.Sessions.AuthenticateJWT(ctx, req, remoteOptions()...)
			if err != nil {
				return nil, err
			}
			return &remoteAnswer{principal: memberPrincipal(&resp.MemberSession), jwt: resp.SessionJWT}, nil
		},
		app: func(ctx context.Context, token string) (*Principal, error) {
			claims, err := b2b.IDP.IntrospectTokenLocal(ctx, &idp.IntrospectTokenLocalRequest{Token: token})
			if err != nil {
				return nil, err
			}
			return &Principal{
				isVerified: true, Kind: KindApp, ID: claims.Subject, ClientID: claims.ClientID,
				OrganizationID: claims.Organization.OrganizationID, OrganizationSlug: claims.Organization.Slug,
				Scopes: strings.Fields(claims.Scope), CustomClaims: claims.CustomClaims,
				CheckedAt: claims.IssuedAt, ExpiresAt: claims.ExpiresAt,
			}, nil
		},
		machine: machineOf(b2b.M2M.AuthenticateToken),
		allow: func(ctx context.Context, p *Principal, of permission) error {
			return b2b.RBAC.Check(ctx, &rbac.CheckRequest{
				Subject:    rbac.Subject{OrganizationID: p.OrganizationID, Roles: p.Roles, Scope: p.scope()},
				ResourceID: of.resource, Action: of.action,
			})
		},
		revoke: func(ctx context.Context, c credential) error {
			req := &sessions.RevokeRequest{}
			req.SessionJWT, req.SessionToken = c.pointers()
			_, err := b2b.Sessions.Revoke(ctx, req, remoteOptions()...)
			return err
		},
		forget: b2b.Sessions.Forget, ready: b2b.Sessions.Ready,
		login: b2bLogin{b2b},
	}
}

func memberPrincipal(s *sessions.MemberSession) *Principal {
	return &Principal{
		isVerified: true, Kind: KindMember, ID: s.MemberID, SessionID: s.MemberSessionID,
		OrganizationID: s.OrganizationID, OrganizationSlug: s.OrganizationSlug,
		Roles: s.Roles, Factors: s.AuthenticationFactors, CustomClaims: s.CustomClaims,
		Impersonator: impersonator(s.AuthenticationFactors), CheckedAt: s.LastAccessedAt, ExpiresAt: s.ExpiresAt,
	}
}
