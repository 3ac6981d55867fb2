// Package introspect is what both products' introspection of a Connected App's access token has in common: what a
// [Token] says, and how to [Ask] the API about one.
package introspect

import (
	"context"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Token is what an access token says, be it in its own claims or in the API's answer.
type Token struct {
	jwt.Registered

	ClientID     string        `json:"client_id"`
	Scope        string        `json:"scope"`
	Organization *Organization `json:"https://stytch.com/organization"`
	// Session is what a session's token has.
	Session jsontext.Value `json:"https://stytch.com/session"`
	// Custom are the claims that are left. They are to be read once, with CustomClaims.
	Custom map[string]any `json:",embed,inline"`
}

// Organization is a member's.
type Organization struct {
	ID   string `json:"organization_id"`
	Slug string `json:"slug"`
}

// Kind refuses the tokens of sessions and of machines.
func (t *Token) Kind() error {
	switch {
	case t.Session != nil:
		return verify.WrongKind("it is a session's")
	case t.ClientID == "":
		return verify.WrongKind("it names no client")
	case t.ClientID == t.Subject:
		return verify.WrongKind("it is a machine's")
	}
	return nil
}

// CustomClaims are those of the project's JWT template; nil when there are none.
func (t *Token) CustomClaims() map[string]any { return verify.CustomClaims(t.Custom) }

// Time is a date in UTC, zero where it is missing.
func Time(d jwt.Date) time.Time {
	if !d.Set {
		return time.Time{}
	}
	return d.Time()
}

// Answer is the API's (RFC 7662, section 2.2). One about an inactive token may say just that, so that its request_id
// and status_code cannot be what tells it from the answer of somebody else: Active is.
type Answer struct {
	Token

	Active    *bool  `json:"active"`
	TokenType string `json:"token_type"`
	Request   string `json:"request_id"`
	Status    int    `json:"status_code"`
}

// Ask sends a request, whose struct tags are those of a form, and returns what the API says of an active token. An
// inactive one is a *TokenError.
func Ask(
	ctx context.Context, cfg *shared.FetchConfig, op *transport.Op, req any, opts ...shared.RequestOption,
) (*Answer, error) {
	answer, err := transport.Call[Answer](ctx, cfg, op, req, opts...)
	switch {
	case err != nil:
		return nil, err
	case answer.Active == nil:
		return nil, stytcherror.NewDecodeError(stytcherror.DecodeError{
			Op: op.Name, StatusCode: 200, RequestID: answer.Request, Field: "/active",
			Reason: "it is missing: this is not the API's answer",
		}, nil)
	case !*answer.Active:
		return nil, &stytcherror.TokenError{Op: op.Name, Verdict: stytcherror.ErrTokenInactive.Verdict}
	}
	return answer, nil
}

// Op is the operation of that name.
func Op(name string) transport.Op {
	return transport.Op{
		Name:      name,
		Method:    "POST",
		Path:      "/v1/public/{project_id}/oauth2/introspect",
		Form:      true,
		Public:    true,
		Class:     transport.Read,
		Sensitive: []string{"token", "client_secret"},
	}
}
