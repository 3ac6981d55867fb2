package m2m

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const opAuthenticateToken = "m2m.authenticate_token"

// AuthenticateToken verifies an M2M access token locally, and that it has the required scopes. It sends requests only
// for the keys, about once an hour.
//
// It does not notice that the client was deactivated or deleted after the token was issued: the token is valid until it
// expires. MaxTokenAge shortens that.
//
// Errors:
//   - a *stytcherror.ArgumentError if the request is incomplete
//   - a *stytcherror.TokenError if the token is refused; errors.Is compares it with stytcherror.ErrTokenExpired and the
//     like, or with stytcherror.ErrTokenKind if it is a session's JWT or a Connected App's access token
//   - a *stytcherror.PermissionError that names the missing scopes
//   - a *stytcherror.RequestError if ctx ended before the keys were fetched
func (s *Service) AuthenticateToken(
	ctx context.Context, req *AuthenticateTokenRequest,
) (*AuthenticateTokenResponse, error) {
	req = verify.OrEmpty(req)
	token, err := verify.Local[AuthenticateTokenResponse](ctx, s.verifier, &accessToken, verify.Request{
		Op: opAuthenticateToken, Field: "access_token", Token: req.AccessToken, OnlyAudience: true,
		MaxAge: req.MaxTokenAge, Leeway: req.Leeway,
	})
	if err != nil {
		return nil, err
	}
	if missing := rbac.MissingScopes(token.Scopes, req.RequiredScopes); len(missing) > 0 {
		reason := fmt.Sprintf("the token lacks %q", missing)
		return nil, &stytcherror.PermissionError{Op: opAuthenticateToken, Reason: reason}
	}
	return token, nil
}

// accessToken is the kind of an M2M access token.
var accessToken = verify.Kind{NewClaims: func() verify.Claims { return new(claims) }}

// claims are those of an M2M access token.
type claims struct {
	jwt.Registered
	jwt.AccessTokenClaims

	// Session and Organization are claims of the tokens of users and members only.
	Session      jsontext.Value `json:"https://stytch.com/session"`
	Organization jsontext.Value `json:"https://stytch.com/organization"`
	Custom       jsontext.Value `json:",embed,inline"`
}

// Validate refuses what is not an M2M access token. The subject of those is the client.
func (c *claims) Validate() error {
	switch {
	case c.Session != nil:
		return verify.WrongKind("it is a session's JWT")
	case c.Organization != nil:
		return verify.WrongKind("it is for a member")
	case c.ClientID != "" && c.ClientID != c.Subject:
		return verify.WrongKind("it is a Connected App's access token")
	}
	return nil
}

// Verified returns the claims.
func (c *claims) Verified() verify.Verified {
	return verify.Verified{Value: &AuthenticateTokenResponse{
		ClientID:     c.Subject,
		Scopes:       slices.DeleteFunc(strings.Split(c.Scope, " "), func(scope string) bool { return scope == "" }),
		CustomClaims: verify.CustomClaims(c.Custom),
		IssuedAt:     c.IssuedAt.Time(),
		ExpiresAt:    c.Expires.Time(),
	}}
}
