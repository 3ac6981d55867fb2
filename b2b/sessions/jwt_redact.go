package sessions

import (
	"fmt"
	"log/slog"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// plainLocalRequest is AuthenticateJWTLocalRequest without the methods below.
type plainLocalRequest AuthenticateJWTLocalRequest

func (r AuthenticateJWTLocalRequest) redacted() plainLocalRequest {
	r.SessionJWT = secret.Mask(r.SessionJWT)
	return plainLocalRequest(r)
}

// Format writes the fields with the JWT masked, whatever the verb.
func (r AuthenticateJWTLocalRequest) Format(s fmt.State, _ rune) {
	secret.Format(s, "AuthenticateJWTLocalRequest", r.redacted())
}

// LogValue is the request with the JWT masked.
func (r AuthenticateJWTLocalRequest) LogValue() slog.Value { return slog.AnyValue(r.redacted()) }

// MarshalJSON masks the JWT.
func (r AuthenticateJWTLocalRequest) MarshalJSON() ([]byte, error) {
	return secret.MarshalJSON(r.redacted())
}

// Unredacted returns the value in a form that marshals with the JWT.
func (r *AuthenticateJWTLocalRequest) Unredacted() any {
	return secret.Open{Plain: (*plainLocalRequest)(r)}
}

// plainJWTRequest is AuthenticateJWTRequest without the methods below.
type plainJWTRequest AuthenticateJWTRequest

func (r AuthenticateJWTRequest) redacted() plainJWTRequest {
	r.SessionJWT = secret.Mask(r.SessionJWT)
	return plainJWTRequest(r)
}

// Format writes the fields with the JWT masked, whatever the verb.
func (r AuthenticateJWTRequest) Format(s fmt.State, _ rune) {
	secret.Format(s, "AuthenticateJWTRequest", r.redacted())
}

// LogValue is the request with the JWT masked.
func (r AuthenticateJWTRequest) LogValue() slog.Value { return slog.AnyValue(r.redacted()) }

// MarshalJSON masks the JWT.
func (r AuthenticateJWTRequest) MarshalJSON() ([]byte, error) {
	return secret.MarshalJSON(r.redacted())
}

// Unredacted returns the value in a form that marshals with the JWT.
func (r *AuthenticateJWTRequest) Unredacted() any { return secret.Open{Plain: (*plainJWTRequest)(r)} }

// plainJWTResponse is AuthenticateJWTResponse without the methods below.
type plainJWTResponse AuthenticateJWTResponse

func (r AuthenticateJWTResponse) redacted() plainJWTResponse {
	r.SessionJWT = secret.Mask(r.SessionJWT)
	return plainJWTResponse(r)
}

// Format writes the fields with the JWT masked, whatever the verb.
func (r AuthenticateJWTResponse) Format(s fmt.State, _ rune) {
	secret.Format(s, "AuthenticateJWTResponse", r.redacted())
}

// LogValue is the response with the JWT masked.
func (r AuthenticateJWTResponse) LogValue() slog.Value { return slog.AnyValue(r.redacted()) }

// MarshalJSON masks the JWT.
func (r AuthenticateJWTResponse) MarshalJSON() ([]byte, error) {
	return secret.MarshalJSON(r.redacted())
}

// Unredacted returns the value in a form that marshals with the JWT.
func (r *AuthenticateJWTResponse) Unredacted() any { return secret.Open{Plain: (*plainJWTResponse)(r)} }
