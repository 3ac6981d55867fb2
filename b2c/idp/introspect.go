package idp

import (
	"context"

	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// IntrospectTokenLocal verifies a Connected App's access token locally. It sends requests only for the keys, about once
// an hour, and, with an AuthorizationCheck, for the policy, about once in five minutes.
//
// It does not notice that the user has revoked the consent: the token is valid until it expires. MaxTokenAge shortens
// that; [Service.IntrospectTokenNetwork] asks the API.
//
// Errors:
//   - a *stytcherror.ArgumentError if the request is incomplete
//   - a *stytcherror.TokenError if the token is refused; errors.Is compares it with stytcherror.ErrTokenExpired and the
//     like, or with stytcherror.ErrTokenKind if it is not a user's access token
//   - a *stytcherror.PermissionError if the token's scopes do not allow the AuthorizationCheck
//   - a *stytcherror.PolicyError if there is no policy to decide the AuthorizationCheck by
//   - a *stytcherror.RequestError if ctx ended before the keys were fetched
func (s *Service) IntrospectTokenLocal(
	ctx context.Context, req *IntrospectTokenLocalRequest,
) (*IntrospectTokenClaims, error) {
	req = verify.OrEmpty(req)
	return verify.Local[IntrospectTokenClaims](ctx, s.verifier, &accessToken, verify.Request{
		Op: "b2c.idp.introspect_token_local", Field: "token", Token: req.Token,
		MaxAge: req.MaxTokenAge, Leeway: req.Leeway, Check: (*verify.UserCheck)(req.AuthorizationCheck).Check(),
	})
}

// IntrospectTokenNetwork asks the API about a token, with the Connected App's credentials instead of the project's. It
// notices revoked consent.
//
// A token that the API calls inactive, for whatever reason, is a *stytcherror.TokenError that is
// stytcherror.ErrTokenInactive. An active one must also pass the rules of [Service.IntrospectTokenLocal], and belong to
// the Connected App that asks. So a refresh token, an M2M access token, one that is not for a user, and one of
// another app, project or issuer is a *stytcherror.TokenError too. A denied AuthorizationCheck, or one without a
// policy, gives the errors of IntrospectTokenLocal. Other errors are those of every call; a *stytcherror.Error has the
// error code of OAuth, such as "invalid_client".
//
// It calls POST /v1/public/{project_id}/oauth2/introspect; retry class read.
func (s *Service) IntrospectTokenNetwork(
	ctx context.Context, req *IntrospectTokenNetworkRequest, opts ...shared.RequestOption,
) (*IntrospectTokenClaims, error) {
	req = verify.OrEmpty(req)
	return verify.Introspect[IntrospectTokenClaims](ctx, s.verifier, &verify.Introspection{
		Config: s.cfg, Op: "b2c.idp.introspect_token_network", Options: opts,
		Form: &verify.IntrospectionForm{
			Token: req.Token, ClientID: req.ClientID, ClientSecret: req.ClientSecret, TokenTypeHint: req.TokenTypeHint,
		},
		Check:    (*verify.UserCheck)(req.AuthorizationCheck).Check(),
		Validate: (*verify.AccessToken).ValidateUser, Result: claimsOf,
	})
}

// accessToken is the kind of a user's access token.
var accessToken = verify.Kind{NewClaims: func() verify.Claims { return new(claims) }}

// claims are those of a user's access token.
type claims struct{ verify.AccessToken }

// Validate refuses what is not a user's access token.
func (c *claims) Validate() error { return c.ValidateUser() }

// Verified returns the claims and the subject of permission checks.
func (c *claims) Verified() verify.Verified {
	return verify.Verified{Value: claimsOf(&c.AccessToken), Subject: c.PermissionSubject()}
}

// claimsOf returns the *IntrospectTokenClaims of a token.
func claimsOf(t *verify.AccessToken) any {
	return &IntrospectTokenClaims{
		Subject:      t.Subject,
		Scope:        t.Scope,
		Audience:     t.Audience,
		ExpiresAt:    t.Expires.Time(),
		IssuedAt:     t.IssuedAt.Time(),
		NotBefore:    t.NotBefore.Time(),
		Issuer:       t.Issuer,
		TokenType:    verify.AccessTokenType,
		ClientID:     t.ClientID,
		CustomClaims: t.CustomClaims(),
	}
}
