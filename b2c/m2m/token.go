package m2m

import (
	"context"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/internal/verify"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// tokenForm is the form of a TokenRequest (RFC 6749, section 4.4.2).
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

// Token gets an access token for an M2M client, with the client's credentials instead of the project's. Each call gets
// a new token; [Service.TokenSource] caches one.
//
// A refusal by the API is a *stytcherror.Error with the error code of OAuth, such as stytcherror.CodeInvalidClient.
//
// It calls POST /v1/public/{project_id}/oauth2/token; retry class write.
func (s *Service) Token(ctx context.Context, req *TokenRequest, opts ...shared.RequestOption) (*TokenResponse, error) {
	req = verify.OrEmpty(req)
	if slices.ContainsFunc(req.Scopes, func(s string) bool { return s == "" || strings.ContainsAny(s, " \t\r\n") }) {
		return nil, &stytcherror.ArgumentError{
			Op: opToken.Name, Field: "scopes", Reason: "has an empty scope, or one with white space",
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
		return nil, undecodable(resp, "/access_token", "it is missing")
	}
	return resp, nil
}

// undecodable returns the error for a response without a usable token.
func undecodable(resp *TokenResponse, field, reason string) error {
	return &stytcherror.DecodeError{
		Op: opToken.Name, StatusCode: resp.StatusCode, RequestID: resp.RequestID, Field: field, Reason: reason,
	}
}
