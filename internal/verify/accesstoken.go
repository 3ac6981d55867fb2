package verify

import (
	"context"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// AccessToken is what the access token of a Connected App says, be it in its own claims or in the API's answer about it.
type AccessToken struct {
	jwt.Registered

	ClientID     string       `json:"client_id"`
	Scope        string       `json:"scope"`
	Organization Organization `json:"https://stytch.com/organization"`
	// Session is what a session's token has.
	Session jsontext.Value `json:"https://stytch.com/session"`
	Custom  jsontext.Value `json:",embed,inline"`

	// Type is "access_token", or what the API calls it.
	Type string `json:"-"`
}

// ValidateMember takes members' access tokens only.
func (t *AccessToken) ValidateMember() error {
	if err := t.validate(); err != nil {
		return err
	}
	if t.Organization.ID == "" {
		return WrongKind("it is of nobody in an organization")
	}
	return nil
}

// ValidateUser takes users' access tokens only.
func (t *AccessToken) ValidateUser() error {
	if err := t.validate(); err != nil {
		return err
	}
	if t.Organization.Present {
		return WrongKind("it is of a member")
	}
	return nil
}

// validate refuses the tokens of sessions and of machines.
func (t *AccessToken) validate() error {
	switch {
	case t.Session != nil:
		return WrongKind("it is a session's")
	case t.ClientID == "":
		return WrongKind("it names no client")
	case t.ClientID == t.Subject:
		return WrongKind("it is a machine's")
	}
	t.Type = "access_token"
	return nil
}

// Holder is who the token lets the app act for.
func (t *AccessToken) Holder() Subject {
	return Subject{OrganizationID: t.Organization.ID, Scope: t.Scope}
}

// CustomClaims are those of the project's JWT template; nil when there are none.
func (t *AccessToken) CustomClaims() shared.Object { return CustomClaims(t.Custom) }

// AccessTokenRequest is what a caller wants of an access token.
type AccessTokenRequest struct {
	Token  string
	MaxAge *time.Duration
	Leeway time.Duration
	// Check is an action that the token's scopes must allow; nil where none is asked about.
	Check *Check
}

// IntrospectLocal verifies an access token and the permission that is asked for.
func IntrospectLocal[T, C any, P Claims[T, C]](
	ctx context.Context, v *Verifier, op string, req AccessTokenRequest,
) (*T, error) {
	if req.Check != nil {
		if err := v.complete(ctx, op, *req.Check); err != nil {
			return nil, err
		}
	}
	token, err := Token[T, C, P](ctx, v, req.Token, Demands{
		Op: op, Field: "token", MaxAge: req.MaxAge, Leeway: req.Leeway,
	})
	if err != nil {
		return nil, err
	}
	return allowed(ctx, v, op, token, req.Check)
}

// IntrospectionForm is what the API is asked with.
type IntrospectionForm struct {
	Token         string  `json:"token" stytch:"secret"`
	ClientID      string  `json:"client_id"`
	ClientSecret  *string `json:"client_secret,omitzero" stytch:"secret"`
	TokenTypeHint *string `json:"token_type_hint,omitzero"`
}

// introspection is the API's answer (RFC 7662, section 2.2). One about an inactive token may say just that, so that its
// request_id and status_code cannot be what tells it from the answer of somebody else: active is.
type introspection struct {
	AccessToken

	Active    *bool  `json:"active"`
	TokenType string `json:"token_type"`
	Request   string `json:"request_id"`
	Status    int    `json:"status_code"`
}

// IntrospectNetwork asks the API about a token, and checks the permission that is asked for. An inactive token is a
// *TokenError.
func IntrospectNetwork[T any](
	ctx context.Context, v *Verifier, cfg *shared.FetchConfig, op string, form *IntrospectionForm, check *Check,
	value func(*AccessToken) *T, opts ...shared.RequestOption,
) (*T, error) {
	if check != nil {
		if err := v.complete(ctx, op, *check); err != nil {
			return nil, err
		}
	}
	answer, err := transport.Call[introspection](ctx, cfg, introspectOp(op), form, opts...)
	switch {
	case err != nil:
		return nil, err
	case answer.Active == nil:
		return nil, stytcherror.NewDecodeError(stytcherror.DecodeError{
			Op: op, StatusCode: 200, RequestID: answer.Request, Field: "/active",
			Reason: "it is missing: this is not the API's answer",
		}, nil)
	case !*answer.Active:
		return nil, &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrTokenInactive.Verdict}
	}
	answer.Type = answer.TokenType
	token := &answer.AccessToken
	return allowed(ctx, v, op, Verified[T]{Value: value(token), Subject: token.Holder()}, check)
}

// allowed returns what a token says if its scopes allow what is asked for.
func allowed[T any](ctx context.Context, v *Verifier, op string, token Verified[T], check *Check) (*T, error) {
	if check != nil {
		if err := v.Allow(ctx, op, &token.Subject, *check); err != nil {
			return nil, err
		}
	}
	return token.Value, nil
}

func introspectOp(name string) *transport.Op {
	return &transport.Op{
		Name:   name,
		Method: "POST",
		Path:   "/v1/public/{project_id}/oauth2/introspect",
		Form:   true,
		Public: true,
		Class:  transport.Read,
	}
}
