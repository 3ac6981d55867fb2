package m2m

import (
	"context"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// tokenForm is a TokenRequest as it travels (RFC 6749, section 4.4.2).
type tokenForm struct {
	GrantType    string `json:"grant_type"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret" stytch:"secret"`
	Scope        string `json:"scope,omitzero"`
}

var opToken = transport.Op{
	Name:   "m2m.token",
	Method: "POST",
	Path:   "/v1/public/{project_id}/oauth2/token",
	Form:   true,
	Public: true,
	Class:  transport.Write,
}

// Token gets an access token for a client, with the client's own credentials and without those of the project. Each
// call makes a new token; [Service.TokenSource] keeps one as long as it lasts.
//
// What the API refuses is a *stytcherror.Error whose Code is the one of OAuth, such as stytcherror.CodeInvalidClient.
//
// It calls POST /v1/public/{project_id}/oauth2/token; retry class write.
func (s *Service) Token(ctx context.Context, req *TokenRequest, opts ...shared.RequestOption) (*TokenResponse, error) {
	if req == nil {
		req = new(TokenRequest)
	}
	if slices.ContainsFunc(req.Scopes, func(s string) bool { return s == "" || strings.ContainsAny(s, " \t\r\n") }) {
		return nil, &stytcherror.ArgumentError{
			Op: opToken.Name, Field: "scopes", Reason: "hold an empty scope, or one with a space",
		}
	}
	form := &tokenForm{
		GrantType:    "client_credentials",
		ClientID:     req.ClientID,
		ClientSecret: req.ClientSecret,
		Scope:        strings.Join(req.Scopes, " "),
	}
	resp, err := transport.Call[TokenResponse](ctx, s.cfg, &opToken, form, opts...)
	if err != nil {
		return nil, err
	}
	if resp.AccessToken == "" {
		return nil, undecodable(resp, "/access_token", "there is none")
	}
	return resp, nil
}

// undecodable is the error for an answer that has no usable token.
func undecodable(resp *TokenResponse, field, reason string) error {
	return stytcherror.NewDecodeError(stytcherror.DecodeError{
		Op: opToken.Name, StatusCode: resp.StatusCode, RequestID: resp.RequestID, Field: field, Reason: reason,
	}, nil)
}
