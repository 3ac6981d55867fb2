package idp

import (
	"context"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

// IntrospectTokenLocal verifies an access token of a Connected App in the process. It makes no call but for the keys,
// at first use and then once an hour, and, with an AuthorizationCheck, for the policy, at first use and then once in
// five minutes.
//
// It cannot know that the user has taken the consent back since: such a token stays valid until it expires.
// MaxTokenAge narrows that, and [Service.IntrospectTokenNetwork] asks the API.
//
// The error is a *stytcherror.TokenError for a token that does not hold, to be compared with errors.Is:
// stytcherror.ErrTokenExpired and its like, with stytcherror.ErrTokenKind for what is no user's access token, such as
// a session's JWT; a *stytcherror.PermissionError when the scopes do not allow what AuthorizationCheck asks for; a
// *stytcherror.PolicyError when that could not be decided; and a *stytcherror.RequestError when ctx ended before the
// keys were there.
func (s *Service) IntrospectTokenLocal(
	ctx context.Context, req *IntrospectTokenLocalRequest,
) (*IntrospectTokenClaims, error) {
	if req == nil {
		req = new(IntrospectTokenLocalRequest)
	}
	const op = "b2c.idp.introspect_token_local"
	return verify.IntrospectLocal[IntrospectTokenClaims, claims](ctx, s.verifier, op, verify.AccessTokenRequest{
		Token: req.Token, MaxAge: req.MaxTokenAge, Leeway: req.Leeway, Check: checkOf(req.AuthorizationCheck),
	})
}

// IntrospectTokenNetwork asks the API about a token, with the Connected App's own credentials and without those of the
// project. It knows of consent that was taken back, and costs a call.
//
// The error is a *stytcherror.TokenError that is stytcherror.ErrTokenInactive when the API does not vouch for the
// token, which it does not explain; a *stytcherror.PermissionError or a *stytcherror.PolicyError as with
// [Service.IntrospectTokenLocal]; and else what every call may return. An *stytcherror.Error has the Code of OAuth,
// such as "invalid_client".
//
// It calls POST /v1/public/{project_id}/oauth2/introspect; retry class read.
func (s *Service) IntrospectTokenNetwork(
	ctx context.Context, req *IntrospectTokenNetworkRequest, opts ...shared.RequestOption,
) (*IntrospectTokenClaims, error) {
	if req == nil {
		req = new(IntrospectTokenNetworkRequest)
	}
	const op = "b2c.idp.introspect_token_network"
	form := &verify.IntrospectionForm{
		Token: req.Token, ClientID: req.ClientID, ClientSecret: req.ClientSecret, TokenTypeHint: req.TokenTypeHint,
	}
	return verify.IntrospectNetwork(ctx, s.verifier, s.cfg, op, form, checkOf(req.AuthorizationCheck), claimsOf, opts...)
}

func checkOf(c *sessions.AuthorizationCheck) *verify.Check {
	if c == nil {
		return nil
	}
	return &verify.Check{ResourceID: c.ResourceID, Action: c.Action}
}

// claims are those of a user's access token.
type claims struct{ verify.AccessToken }

// Validate takes users' access tokens only.
func (c *claims) Validate() error { return c.ValidateUser() }

// Verified is what the token says.
func (c *claims) Verified() verify.Verified[IntrospectTokenClaims] {
	return verify.Verified[IntrospectTokenClaims]{Value: claimsOf(&c.AccessToken), Subject: c.Holder()}
}

func claimsOf(t *verify.AccessToken) *IntrospectTokenClaims {
	return &IntrospectTokenClaims{
		Subject:      t.Subject,
		Scope:        t.Scope,
		Audience:     t.Audience,
		ExpiresAt:    t.Expires.Time(),
		IssuedAt:     t.IssuedAt.Time(),
		NotBefore:    t.NotBefore.Time(),
		Issuer:       t.Issuer,
		TokenType:    t.Type,
		ClientID:     t.ClientID,
		CustomClaims: t.CustomClaims(),
	}
}
