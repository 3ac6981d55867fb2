package m2m

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/rbac"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/stytcherror"
)

const opAuthenticateToken = "b2c.m2m.authenticate_token"

// AuthenticateTokenRequest is what [Service.AuthenticateToken] looks at.
type AuthenticateTokenRequest struct {
	// AccessToken is the token, without the word Bearer. Required.
	AccessToken string
	// RequiredScopes are those that the token must have, all of them. A scope like "read:engines" is also held by who
	// has "read:*"; there is no wildcard for what stands before the colon.
	RequiredScopes []string
	// MaxTokenAge is how long ago the token may have been issued. Zero means as long as it is valid, usually an hour.
	MaxTokenAge time.Duration
	// Leeway is how much longer a token is accepted than it says, for clocks that differ. Zero means not at all. A
	// token from up to five seconds in the future is accepted in any case.
	Leeway time.Duration
}

// AuthenticateTokenResponse is what [Service.AuthenticateToken] returns.
type AuthenticateTokenResponse struct {
	// ClientID is the client that the token was issued to.
	ClientID string `json:"client_id"`
	// Scopes are those that the token has.
	Scopes []string `json:"scopes"`
	// CustomClaims are those of the project's JWT template. Numbers are float64.
	CustomClaims map[string]any `json:"custom_claims"`
	// IssuedAt and ExpiresAt bound the token's life.
	IssuedAt  time.Time `json:"issued_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

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
	token, err := verify.Token[AuthenticateTokenResponse, claims](ctx, s.project(), req.AccessToken, verify.Want{
		Op: opAuthenticateToken, Field: "access_token",
		MaxAge: req.MaxTokenAge, Leeway: req.Leeway, OnlyAudience: true,
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

func (s *Service) project() *verify.Project {
	if s.cfg == nil {
		return verify.For(nil, "")
	}
	return verify.For(s.cfg, s.cfg.Product)
}

// claims are those of a machine's token.
type claims struct {
	jwt.Registered

	Scope    string `json:"scope"`
	ClientID string `json:"client_id"`
	// Session and Organization are what the tokens of people have.
	Session      jsontext.Value `json:"https://stytch.com/session"`
	Organization jsontext.Value `json:"https://stytch.com/organization"`
	Custom       map[string]any `json:",embed,inline"`
}

// Settle takes machines' tokens only, which say nobody but the client.
func (c *claims) Settle() error {
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

// Value is what the token says.
func (c *claims) Value() (token *AuthenticateTokenResponse, session string) {
	return &AuthenticateTokenResponse{
		ClientID:     c.Subject,
		Scopes:       slices.DeleteFunc(strings.Split(c.Scope, " "), func(scope string) bool { return scope == "" }),
		CustomClaims: verify.CustomClaims(c.Custom),
		IssuedAt:     c.IssuedAt.Time(),
		ExpiresAt:    c.Expires.Time(),
	}, ""
}
