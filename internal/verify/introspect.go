package verify

import (
	"context"
	"net/http"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Introspection says how the API is asked about an access token.
type Introspection struct {
	Config  *shared.FetchConfig
	Op      string
	Form    *IntrospectionForm
	Options []shared.RequestOption
	// Check, unless nil, is an action that the token's scopes must allow.
	Check *Check
	// Validate is the product's rule for access tokens.
	Validate func(*AccessToken) error
	// Result converts a token that was accepted, to a pointer.
	Result func(*AccessToken) any
}

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
	// RequestID and StatusCode are declared so that they are no custom claims.
	RequestID  string `json:"request_id"`
	StatusCode int    `json:"status_code"`
}

var _ transport.StrictResponse = (*introspection)(nil)

// MayBeLenient reports whether the response may be decoded leniently: what is checked in it is strict, as in a token.
func (i *introspection) MayBeLenient(body []byte) bool {
	return jwt.Unambiguous(body, append(i.StrictClaims(), "active", "token_type", "status_code")...)
}

// Introspect asks the API about a token and, if there is a Check, checks the permission. The response must pass the
// rules for a token that is verified locally. T is what Result returns a pointer to.
func Introspect[T any](ctx context.Context, v *Verifier, i *Introspection) (*T, error) {
	value, err := introspect(ctx, v, i)
	if err != nil {
		return nil, err
	}
	return value.(*T), nil
}

// introspect is Introspect without a type parameter.
func introspect(ctx context.Context, verifier *Verifier, i *Introspection) (any, error) {
	v := verifierOf(verifier)
	if err := v.validate(ctx, i.Op, i.Check); err != nil {
		return nil, err
	}
	resp, err := transport.Call[introspection](ctx, i.Config, introspectOp(i.Op), i.Form, i.Options...)
	switch {
	case err != nil:
		return nil, err
	case resp.Active == nil:
		return nil, &stytcherror.DecodeError{
			Op: i.Op, StatusCode: 200, RequestID: resp.RequestID, Field: "/active",
			Reason: "it is missing: this is not the API's response",
		}
	case resp.StatusCode != 0 && (resp.StatusCode < 200 || resp.StatusCode > 299):
		return nil, &stytcherror.DecodeError{
			Op: i.Op, StatusCode: 200, RequestID: resp.RequestID, Field: "/status_code",
			Reason: "it is not that of a success",
		}
	case !*resp.Active:
		return nil, &stytcherror.TokenError{Op: i.Op, Verdict: stytcherror.ErrTokenInactive}
	}
	if err := v.checkIntrospection(i, resp); err != nil {
		return nil, withOp(err, i.Op)
	}
	token := &resp.AccessToken
	result := Verified{Value: i.Result(token), Subject: token.PermissionSubject()}
	return v.checked(ctx, i.Op, &result, i.Check)
}

// checkIntrospection applies the rules for an access token to the API's response. It must also be of the app that asks.
func (v *verifier) checkIntrospection(i *Introspection, resp *introspection) error {
	token := &resp.AccessToken
	if resp.TokenType != AccessTokenType {
		return WrongKind("it is not an access token")
	}
	if err := i.Validate(token); err != nil {
		return err
	}
	if token.ClientID != i.Form.ClientID {
		return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenClaims, Reason: "it is of another client"}
	}
	if !token.sameAs(i.Form.Token) {
		return &stytcherror.TokenError{
			Verdict: stytcherror.ErrTokenClaims, Reason: "the response is about another token",
		}
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

func introspectOp(name string) *transport.Op {
	return &transport.Op{
		Name:       name,
		Method:     http.MethodPost,
		Path:       "/v1/public/{project_id}/oauth2/introspect",
		Form:       true,
		Public:     true,
		NoEnvelope: true,
		Class:      transport.Read,
	}
}
