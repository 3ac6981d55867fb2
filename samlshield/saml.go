package samlshield

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/seed75add069/stytch-go/internal/secret"
	"github.com/seed75add069/stytch-go/internal/transport"
	"github.com/seed75add069/stytch-go/shared"
)

// Service validates SAML responses. It is safe for concurrent use.
type Service struct{ cfg *shared.FetchConfig }

// ValidateRequest is the request of [Service.Validate].
type ValidateRequest struct {
	// SAMLResponse is the form field of that name that the identity provider has the browser post: XML in base64, not
	// the XML itself. It is sent unchanged. Since its bearer can log in with it, it is masked when printed or logged.
	SAMLResponse string `json:"SAMLResponse" stytch:"secret"`
}

// ValidateResponse is SAML Shield's response to a SAML response that passed its checks.
type ValidateResponse struct {
	// RequestID identifies the call in the service's logs.
	RequestID string `json:"request_id"`
	// StatusCode is the HTTP status, as in the body.
	StatusCode int `json:"status_code"`
	// Message is a text for developers, which may change.
	Message string `json:"message"`
}

var opValidate = transport.Op{
	Name:   "samlshield.saml.validate",
	Method: "POST",
	Path:   "/v1/saml/validate",
	Class:  transport.SingleUse,
	Form:   true,
}

// Validate asks SAML Shield whether a SAML response is safe to accept. Call it before the checks of a service provider
// (signature, audience, time), which it does not replace. A response that SAML Shield refuses is a *stytcherror.Error;
// after any error, do not accept the SAML response.
//
// Unverified: whether a validation counts as the single use of an assertion. The SDK assumes so.
//
// It calls POST /v1/saml/validate; retry class single-use.
func (s *Service) Validate(
	ctx context.Context, req *ValidateRequest, opts ...shared.RequestOption,
) (*ValidateResponse, error) {
	return transport.Call[ValidateResponse](ctx, s.cfg, &opValidate, req, opts...)
}

// Format shows v with its secrets masked.
func (v ValidateRequest) Format(s fmt.State, _ rune) { secret.FormatRequest(s, v) }

// LogValue returns v with its secrets masked.
func (v ValidateRequest) LogValue() slog.Value { return secret.LogRequest(v) }

// Format shows v with its secrets masked.
func (v ValidateResponse) Format(s fmt.State, _ rune) { secret.Format(s, v) }

// LogValue returns v with its secrets masked.
func (v ValidateResponse) LogValue() slog.Value { return secret.LogValue(v) }
