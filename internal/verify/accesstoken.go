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

	// Type is accessTokenType, once the token was validated.
	Type string `json:"-"`
}

// accessTokenType is the token_type of an introspection.
const accessTokenType = "access_token"

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
	t.Type = accessTokenType
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

// IntrospectNetwork asks the API about a token and, unless check is nil, checks the permission. The answer must pass
// the rules for a token that is verified locally; validate is the product's. Value converts the answer.
func IntrospectNetwork[T any](
	ctx context.Context, v *Verifier, cfg *shared.FetchConfig, op string, form *IntrospectionForm, check *Check,
	validate func(*AccessToken) error, value func(*AccessToken) *T, opts ...shared.RequestOption,
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
	token := &answer.AccessToken
	if err := holdIntrospection(v, form, answer, validate); err != nil {
		return nil, withOp(err, op)
	}
	return checked(ctx, v, op, Verified[T]{Value: value(token), Subject: token.PermissionSubject()}, check)
}

// holdIntrospection holds the API's answer to the rules for an access token. It must also be of the app that asks.
func holdIntrospection(
	v *Verifier, form *IntrospectionForm, answer *introspection, validate func(*AccessToken) error,
) error {
	token := &answer.AccessToken
	if answer.TokenType != accessTokenType {
		return WrongKind("it is not an access token")
	}
	if err := validate(token); err != nil {
		return err
	}
	if token.ClientID != form.ClientID {
		return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenClaims, Reason: "it is of another client"}
	}
	if !token.sameAs(form.Token) {
		return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenClaims, Reason: "the answer is about another token"}
	}
	return token.Check(jwt.Expected{Issuers: v.issuers, Audience: v.projectID, Now: v.now()})
}

// sameAs reports whether a JWT names the same client, person and organization. It is true for what is not a JWT.
func (t *AccessToken) sameAs(text string) bool {
	var asked AccessToken
	parsed, err := jwt.Parse(text, new(jwt.HeaderCache))
	if err != nil || parsed.Unverified(&asked) != nil {
		return true
	}
	return t.ClientID == asked.ClientID && t.Subject == asked.Subject && t.Organization.ID == asked.Organization.ID
}

// checked returns the token's value if check is nil or its scopes allow it.
func checked[T any](ctx context.Context, v *Verifier, op string, token Verified[T], check *Check) (*T, error) {
	if check != nil {
		if err := v.Allow(ctx, op, &token.Subject, check); err != nil {
			return nil, err
		}
	}
	return token.value(), nil
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
