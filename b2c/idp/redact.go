package idp

import (
	"fmt"
	"log/slog"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// plainNetworkRequest is IntrospectTokenNetworkRequest without the methods below.
type plainNetworkRequest IntrospectTokenNetworkRequest

func (v IntrospectTokenNetworkRequest) redacted() plainNetworkRequest {
	v.Token, v.ClientSecret = secret.Mask(v.Token), secret.MaskPtr(v.ClientSecret)
	return plainNetworkRequest(v)
}

// Format writes the fields with their secrets masked, whatever the verb.
func (v IntrospectTokenNetworkRequest) Format(s fmt.State, _ rune) {
	secret.Format(s, "IntrospectTokenNetworkRequest", v.redacted())
}

// LogValue is the value with its secrets masked.
func (v IntrospectTokenNetworkRequest) LogValue() slog.Value { return slog.AnyValue(v.redacted()) }

// MarshalJSON masks the secrets, so that logs which marshal show none. To store or forward the real thing, marshal what
// Unredacted returns.
func (v IntrospectTokenNetworkRequest) MarshalJSON() ([]byte, error) {
	return secret.MarshalJSON(v.redacted())
}

// Unredacted returns the value in a form that marshals with its secrets.
func (v *IntrospectTokenNetworkRequest) Unredacted() any {
	return secret.Open{Plain: (*plainNetworkRequest)(v)}
}

// plainLocalRequest is IntrospectTokenLocalRequest without the methods below.
type plainLocalRequest IntrospectTokenLocalRequest

func (v IntrospectTokenLocalRequest) redacted() plainLocalRequest {
	v.Token = secret.Mask(v.Token)
	return plainLocalRequest(v)
}

// Format writes the fields with the token masked, whatever the verb.
func (v IntrospectTokenLocalRequest) Format(s fmt.State, _ rune) {
	secret.Format(s, "IntrospectTokenLocalRequest", v.redacted())
}

// LogValue is the value with the token masked.
func (v IntrospectTokenLocalRequest) LogValue() slog.Value { return slog.AnyValue(v.redacted()) }

// MarshalJSON masks the token, so that logs which marshal do not show it.
func (v IntrospectTokenLocalRequest) MarshalJSON() ([]byte, error) {
	return secret.MarshalJSON(v.redacted())
}

// LogValue is the value itself: it has no secrets of its own.
func (v IntrospectTokenClaims) LogValue() slog.Value {
	type plain IntrospectTokenClaims
	return slog.AnyValue(plain(v))
}
