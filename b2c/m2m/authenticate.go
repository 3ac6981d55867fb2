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

// AuthenticateToken verifies an access token of a machine in the process, and that it has the scopes that are required.
// It makes no call but for the keys, at first use and then once an hour.
//
// It cannot know that the client was deactivated or deleted since the token was issued: its tokens stay valid until
// they expire. MaxTokenAge narrows that.
//
// The error is a *stytcherror.TokenError for a token that does not hold, to be compared with errors.Is:
// stytcherror.ErrTokenExpired and its like, with stytcherror.ErrTokenKind for the tokens of people, be it a session or
// a Connected App's; a *stytcherror.PermissionError that names the scopes which are missing; and a
// *stytcherror.RequestError when ctx ended before the keys were there.
func (s *Service) AuthenticateToken(
	ctx context.Context, req *AuthenticateTokenRequest,
) (*AuthenticateTokenResponse, error) {
	if req == nil {
		req = new(AuthenticateTokenRequest)
	}
	token, err := verify.Token[AuthenticateTokenResponse, claims](ctx, s.verifier, req.AccessToken, verify.Demands{
		Op: opAuthenticateToken, Field: "access_token",
		MaxAge: req.MaxTokenAge, Leeway: req.Leeway, OnlyAudience: true,
	})
	if err != nil {
		return nil, err
	}
	if missing := rbac.MissingScopes(token.Value.Scopes, req.RequiredScopes); len(missing) > 0 {
		reason := fmt.Sprintf("the token lacks %q", missing)
		return nil, &stytcherror.PermissionError{Op: opAuthenticateToken, Reason: reason}
	}
	return token.Value, nil
}

// claims are those of a machine's token.
type claims struct {
	jwt.Registered

	Scope    string `json:"scope"`
	ClientID string `json:"client_id"`
	// Session and Organization are what the tokens of people have.
	Session      jsontext.Value `json:"https://stytch.com/session"`
	Organization jsontext.Value `json:"https://stytch.com/organization"`
	Custom       jsontext.Value `json:",embed,inline"`
}

// Validate takes machines' tokens only, which say nobody but the client.
func (c *claims) Validate() error {
	switch {
	case c.Session != nil:
		return verify.WrongKind("it is a session's")
	case c.Organization != nil:
		return verify.WrongKind("it is of a member")
	case c.ClientID != "" && c.ClientID != c.Subject:
		return verify.WrongKind("it lets a Connected App act for somebody")
	}
	return nil
}

// Verified is what the token says.
func (c *claims) Verified() verify.Verified[AuthenticateTokenResponse] {
	return verify.Verified[AuthenticateTokenResponse]{Value: &AuthenticateTokenResponse{
		ClientID:     c.Subject,
		Scopes:       slices.DeleteFunc(strings.Split(c.Scope, " "), func(scope string) bool { return scope == "" }),
		CustomClaims: verify.CustomClaims(c.Custom),
		IssuedAt:     c.IssuedAt.Time(),
		ExpiresAt:    c.Expires.Time(),
	}}
}
