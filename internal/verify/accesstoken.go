package verify

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// AccessToken has the claims of a Connected App's access token, from the token itself or from the API's introspection.
type AccessToken struct {
	jwt.Registered

	ClientID     string       `json:"client_id"`
	Scope        string       `json:"scope"`
	Organization Organization `json:"https://stytch.com/organization"`
	// Session is a claim of sessions' JWTs only.
	Session jsontext.Value `json:"https://stytch.com/session"`
	Custom  jsontext.Value `json:",embed,inline"`

	// Type is "access_token" or, from an introspection, the API's token_type.
	Type string `json:"-"`
}

// ValidateMember refuses what is not a member's access token.
func (t *AccessToken) ValidateMember() error {
	return t.validate(t.Organization.ID != "", "it is not for a member")
}

// ValidateUser refuses what is not a user's access token.
func (t *AccessToken) ValidateUser() error {
	return t.validate(!t.Organization.Present, "it is for a member")
}

// validate refuses sessions' JWTs and M2M access tokens.
func (t *AccessToken) validate(ofProduct bool, otherwise string) error {
	switch {
	case t.Session != nil:
		return WrongKind("it is a session's JWT")
	case t.ClientID == "":
		return WrongKind("it has no client_id")
	case t.ClientID == t.Subject:
		return WrongKind("it is an M2M token")
	case !ofProduct:
		return WrongKind(otherwise)
	}
	t.Type = "access_token"
	return nil
}

// PermissionSubject returns the subject of permission checks: the token's scopes in its organization.
func (t *AccessToken) PermissionSubject() Subject {
	return Subject{OrganizationID: t.Organization.ID, Scope: t.Scope}
}

// CustomClaims returns those of the project's JWT template, or nil if there are none.
func (t *AccessToken) CustomClaims() shared.Object { return CustomClaims(t.Custom) }

// IntrospectionForm is the form of an introspection request (RFC 7662, section 2.1).
type IntrospectionForm struct {
	Token         string  `json:"token" stytch:"secret"`
	ClientID      string  `json:"client_id"`
	ClientSecret  *string `json:"client_secret,omitzero" stytch:"secret"`
	TokenTypeHint *string `json:"token_type_hint,omitzero"`
}

// introspection is the API's response (RFC 7662, section 2.2). Active tells it from a gateway's response: for an
// inactive token, there may be no other member.
type introspection struct {
	AccessToken

	Active    *bool  `json:"active"`
	TokenType string `json:"token_type"`
	// Request and Status are declared so that they are no custom claims. Package transport would refuse a response with
	// neither if their names were RequestID and StatusCode.
	Request string `json:"request_id"`
	Status  int    `json:"status_code"`
}

// Unambiguous reports whether the response may be decoded leniently: what is checked in it is strict, as in a token.
func (*introspection) Unambiguous(body []byte) bool {
	return jwt.Unambiguous(body, "active", "token_type")
}

// IntrospectNetwork asks the API about a token and, unless check is nil, checks the permission. An inactive token is a
// *TokenError. Value converts the response.
func IntrospectNetwork[T any](
	ctx context.Context, v *Verifier, cfg *shared.FetchConfig, op string, form *IntrospectionForm, check *Check,
	value func(*AccessToken) *T, opts ...shared.RequestOption,
) (*T, error) {
	if err := v.validate(ctx, op, check); err != nil {
		return nil, err
	}
	answer, err := transport.Call[introspection](ctx, cfg, introspectOp(op), form, opts...)
	switch {
	case err != nil:
		return nil, err
	case answer.Active == nil:
		return nil, &stytcherror.DecodeError{
			Op: op, StatusCode: 200, RequestID: answer.Request, Field: "/active",
			Reason: "it is missing: this is not the API's response",
		}
	case !*answer.Active:
		return nil, &stytcherror.TokenError{Op: op, Verdict: stytcherror.ErrTokenInactive}
	}
	answer.Type = answer.TokenType
	token := &answer.AccessToken
	return checked(ctx, v, op, Verified[T]{Value: value(token), Subject: token.PermissionSubject()}, check)
}

// checked returns the token's value if check is nil or its scopes allow it.
func checked[T any](ctx context.Context, v *Verifier, op string, token Verified[T], check *Check) (*T, error) {
	if check != nil {
		if err := v.Allow(ctx, op, &token.Subject, check); err != nil {
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
