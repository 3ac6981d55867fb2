package samlshield

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// Service calls POST /v1/saml/validate. It is safe for concurrent use.
type Service struct{ cfg *shared.FetchConfig }

// ValidateRequest is a SAML response to look at.
type ValidateRequest struct {
	// SAMLResponse is the form field of that name as the identity provider's form brought it: XML in base64, not the
	// XML itself. It is neither decoded nor changed on the way. It lets its bearer in, so it is never printed or
	// logged.
	SAMLResponse string `json:"SAMLResponse" stytch:"secret"`
}

// ValidateResponse is what SAML Shield says of a SAML response that it accepts.
type ValidateResponse struct {
	// RequestID names the call in the service's logs.
	RequestID string `json:"request_id"`
	// StatusCode is the HTTP status, as in the answer's body.
	StatusCode int `json:"status_code"`
	// Message is a text for people, free to change.
	Message string `json:"message"`
}

var opValidate = transport.Op{
	Name:   "samlshield.saml.validate",
	Method: "POST",
	Path:   "/v1/saml/validate",
	Class:  transport.SingleUse,
	Form:   true,
}

// Validate asks SAML Shield whether a SAML response is safe to consume. Call it first: it is no substitute for the
// checks of a service provider, such as signature, audience and time. What it refuses comes as a *stytcherror.Error;
// without a positive answer, treat the SAML response as refused.
//
// Unverified: whether looking at an assertion counts as its one use. We assume so.
//
// It calls POST /v1/saml/validate; retry class single-use.
func (s *Service) Validate(
	ctx context.Context, req *ValidateRequest, opts ...shared.RequestOption,
) (*ValidateResponse, error) {
	return transport.Call[ValidateResponse](ctx, s.cfg, &opValidate, req, opts...)
}

// Format writes v with its secrets masked, whatever the verb.
func (v ValidateRequest) Format(s fmt.State, _ rune) { secret.Format(s, v) }

// LogValue is v with its secrets masked.
func (v ValidateRequest) LogValue() slog.Value { return secret.LogValue(v) }

// Format writes v, whatever the verb.
func (v ValidateResponse) Format(s fmt.State, _ rune) { secret.Format(s, v) }

// LogValue is v for slog.
func (v ValidateResponse) LogValue() slog.Value { return secret.LogValue(v) }
