package idp

import (
	"context"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/introspect"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
)

const opIntrospectTokenLocal = "b2c.idp.introspect_token_local"

var opIntrospectTokenNetwork = introspect.Op("b2c.idp.introspect_token_network")

// IntrospectTokenLocalRequest is what [Service.IntrospectTokenLocal] looks at.
type IntrospectTokenLocalRequest struct {
	// Token is the access token. Required.
	Token string
	// MaxTokenAge is how long ago the token may have been issued. Zero means as long as it is valid, an hour unless the
	// app has another setting.
	MaxTokenAge time.Duration
	// Leeway is how much longer a token is accepted than it says, for clocks that differ. Zero means not at all. A
	// token from up to five seconds in the future is accepted in any case.
	Leeway time.Duration
	// AuthorizationCheck is an action that the token's scopes must allow.
	AuthorizationCheck *sessions.AuthorizationCheck
}

// IntrospectTokenNetworkRequest is what [Service.IntrospectTokenNetwork] sends.
type IntrospectTokenNetworkRequest struct {
	// Token is the token. Required.
	Token string `json:"token"`
	// ClientID is the id of the Connected App that the token was issued to. Required.
	ClientID string `json:"client_id"`
	// ClientSecret is the app's secret. An app without one leaves it out.
	ClientSecret *string `json:"client_secret,omitzero"`
	// TokenTypeHint says what the token is, "access_token" or "refresh_token".
	TokenTypeHint *string `json:"token_type_hint,omitzero"`
	// AuthorizationCheck is an action that the token's scopes must allow. It is decided in the process, and
	// is not sent.
	AuthorizationCheck *sessions.AuthorizationCheck
}

// IntrospectTokenClaims are what an access token says.
type IntrospectTokenClaims struct {
	// Subject is the id of the user for whom the app acts.
	Subject string `json:"subject"`
	// Scope are the token's scopes, with a space between one and the next.
	Scope string `json:"scope"`
	// Audience are those the token is made out to: the project, and others if the app has an audience of its own.
	Audience []string `json:"audience"`
	// ExpiresAt, IssuedAt and NotBefore bound the token's life. What the API does not say is zero.
	ExpiresAt time.Time `json:"expires_at"`
	IssuedAt  time.Time `json:"issued_at"`
	NotBefore time.Time `json:"not_before"`
	// Issuer is who issued the token: "stytch.com/" with the project's id, or the URL of the project's domain.
	Issuer string `json:"issuer"`
	// TokenType is "access_token".
	TokenType string `json:"token_type"`
	// ClientID is the Connected App that the token was issued to.
	ClientID string `json:"client_id"`
	// CustomClaims are those of the project's JWT template. Numbers are float64.
	CustomClaims map[string]any `json:"custom_claims"`
}

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
	const op = opIntrospectTokenLocal
	p, check := verify.For(s.cfg, shared.ProductB2C), req.AuthorizationCheck
	if check != nil {
		if err := p.Complete(ctx, op, question(check)); err != nil {
			return nil, err
		}
	}
	found, err := verify.Token[IntrospectTokenClaims, claims](ctx, p, req.Token, verify.Want{
		Op: op, Field: "token", MaxAge: req.MaxTokenAge, Leeway: req.Leeway,
	})
	if err != nil {
		return nil, err
	}
	return found.allowed(ctx, p, op, check)
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
	op := &opIntrospectTokenNetwork
	p, check := verify.For(s.cfg, shared.ProductB2C), req.AuthorizationCheck
	if check != nil {
		if err := p.Complete(ctx, op.Name, question(check)); err != nil {
			return nil, err
		}
	}
	answer, err := introspect.Ask(ctx, s.cfg, op, req, opts...)
	if err != nil {
		return nil, err
	}
	return claimsOf(&answer.Token, answer.TokenType).allowed(ctx, p, op.Name, check)
}

// allowed returns the claims if their scopes allow what check asks for.
func (c *IntrospectTokenClaims) allowed(
	ctx context.Context, p *verify.Project, op string, check *sessions.AuthorizationCheck,
) (*IntrospectTokenClaims, error) {
	if check != nil {
		subject := &verify.Subject{Scope: c.Scope, ByScope: true}
		if err := p.Allow(ctx, op, subject, question(check)); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func question(check *sessions.AuthorizationCheck) verify.Question {
	return verify.Question{ResourceID: check.ResourceID, Action: check.Action}
}

// claims are those of a user's access token.
type claims struct{ introspect.Token }

// Settle takes users' access tokens only.
func (c *claims) Settle() error {
	if err := c.Kind(); err != nil {
		return err
	}
	if c.Organization != nil {
		return verify.WrongKind("it is of a member")
	}
	return nil
}

// Value is what the token says.
func (c *claims) Value() (value *IntrospectTokenClaims, session string) {
	return claimsOf(&c.Token, "access_token"), ""
}

func claimsOf(t *introspect.Token, kind string) *IntrospectTokenClaims {
	return &IntrospectTokenClaims{
		Subject:      t.Subject,
		Scope:        t.Scope,
		Audience:     t.Audience,
		ExpiresAt:    introspect.Time(t.Expires),
		IssuedAt:     introspect.Time(t.IssuedAt),
		NotBefore:    introspect.Time(t.NotBefore),
		Issuer:       t.Issuer,
		TokenType:    kind,
		ClientID:     t.ClientID,
		CustomClaims: t.CustomClaims(),
	}
}
