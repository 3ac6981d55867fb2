package httpauth

import (
	"context"
	"strings"
	"time"

	stytch "github.com/seed75add069/stytch-go"
	"github.com/seed75add069/stytch-go/b2c/idp"
	"github.com/seed75add069/stytch-go/b2c/m2m"
	"github.com/seed75add069/stytch-go/b2c/rbac"
	"github.com/seed75add069/stytch-go/b2c/sessions"
)

// b2cProduct is the product of users.
func b2cProduct(client *stytch.Client) *product {
	b2c := client.B2C
	return &product{
		verify: func(ctx context.Context, jwt string, maxAge *time.Duration, leeway time.Duration) (*Principal, error) {
			session, err := b2c.Sessions.AuthenticateJWTLocal(ctx, &sessions.AuthenticateJWTLocalRequest{
				SessionJWT: jwt, MaxTokenAge: maxAge, Leeway: leeway,
			})
			if err != nil {
				return nil, err
			}
			return userPrincipal(session), nil
		},
		authenticate: func(ctx context.Context, c credential, minutes *int) (*remoteAnswer, error) {
			req := &sessions.AuthenticateJWTRequest{SessionDurationMinutes: minutes, MaxTokenAge: new(time.Duration)}
			req.SessionJWT, req.SessionToken = c.forRequest()
			resp, err := b2c.Sessions.AuthenticateJWT(ctx, req, remoteOptions()...)
			if err != nil {
				return nil, err
			}
			return &remoteAnswer{principal: userPrincipal(&resp.Session), jwt: resp.SessionJWT}, nil
		},
		app: func(ctx context.Context, token string) (*Principal, error) {
			claims, err := b2c.IDP.IntrospectTokenLocal(ctx, &idp.IntrospectTokenLocalRequest{Token: token})
			if err != nil {
				return nil, err
			}
			return &Principal{
				isVerified: true, Kind: KindApp, ID: claims.Subject, ClientID: claims.ClientID,
				Scopes: strings.Fields(claims.Scope), CustomClaims: claims.CustomClaims,
				CheckedAt: claims.IssuedAt, ExpiresAt: claims.ExpiresAt,
			}, nil
		},
		machine: machineOf(b2c.M2M.AuthenticateToken),
		allow: func(ctx context.Context, p *Principal, of permission) error {
			return b2c.RBAC.Check(ctx, &rbac.CheckRequest{
				Subject: rbac.Subject{Roles: p.Roles, Scope: p.scope()}, ResourceID: of.resource, Action: of.action,
			})
		},
		revoke: func(ctx context.Context, c credential) error {
			req := &sessions.RevokeRequest{}
			req.SessionJWT, req.SessionToken = c.pointers()
			_, err := b2c.Sessions.Revoke(ctx, req, remoteOptions()...)
			return err
		},
		forget: b2c.Sessions.Forget, ready: b2c.Sessions.Ready,
		login: b2cLogin{b2c},
	}
}

func userPrincipal(s *sessions.Session) *Principal {
	return &Principal{
		isVerified: true, Kind: KindUser, ID: s.UserID, SessionID: s.SessionID,
		Roles: s.Roles, Factors: s.AuthenticationFactors, CustomClaims: s.CustomClaims,
		Impersonator: impersonator(s.AuthenticationFactors), CheckedAt: s.LastAccessedAt, ExpiresAt: s.ExpiresAt,
	}
}

// machineOf returns the verification of M2M access tokens, which both products have.
func machineOf(
	authenticate func(context.Context, *m2m.AuthenticateTokenRequest) (*m2m.AuthenticateTokenResponse, error),
) func(context.Context, string) (*Principal, error) {
	return func(ctx context.Context, token string) (*Principal, error) {
		resp, err := authenticate(ctx, &m2m.AuthenticateTokenRequest{AccessToken: token})
		if err != nil {
			return nil, err
		}
		return &Principal{
			isVerified: true, Kind: KindMachine, ID: resp.ClientID, ClientID: resp.ClientID, Scopes: resp.Scopes,
			CustomClaims: resp.CustomClaims, CheckedAt: resp.IssuedAt, ExpiresAt: resp.ExpiresAt,
		}, nil
	}
}
