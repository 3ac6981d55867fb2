package m2m

import (
	"fmt"
	"log/slog"

	"github.com/seed75add069/stytch-go/internal/secret"
)

// The plain types are their namesakes as they travel: the same fields and none of the methods below.
type (
	plainTokenRequest             TokenRequest
	plainTokenResponse            TokenResponse
	plainAccessToken              AccessToken
	plainTokenForm                tokenForm
	plainAuthenticateTokenRequest AuthenticateTokenRequest
)

func (v TokenRequest) redacted() plainTokenRequest {
	v.ClientSecret = secret.Mask(v.ClientSecret)
	return plainTokenRequest(v)
}

// Format writes the fields with their secrets masked, whatever the verb.
func (v TokenRequest) Format(s fmt.State, _ rune) { secret.Format(s, "TokenRequest", v.redacted()) }

// LogValue is the value with its secrets masked.
func (v TokenRequest) LogValue() slog.Value { return slog.AnyValue(v.redacted()) }

// MarshalJSON masks the secrets, so that logs which marshal show none. To store or forward the real thing, marshal what
// Unredacted returns.
func (v TokenRequest) MarshalJSON() ([]byte, error) { return secret.MarshalJSON(v.redacted()) }

// Unredacted returns the value in a form that marshals with its secrets.
func (v *TokenRequest) Unredacted() any { return secret.Open{Plain: (*plainTokenRequest)(v)} }

func (v TokenResponse) redacted() plainTokenResponse {
	v.AccessToken = secret.Mask(v.AccessToken)
	return plainTokenResponse(v)
}

// Format writes the fields with their secrets masked, whatever the verb.
func (v TokenResponse) Format(s fmt.State, _ rune) { secret.Format(s, "TokenResponse", v.redacted()) }

// LogValue is the value with its secrets masked.
func (v TokenResponse) LogValue() slog.Value { return slog.AnyValue(v.redacted()) }

// MarshalJSON masks the secrets, so that logs which marshal show none. To store or forward the real thing, marshal what
// Unredacted returns.
func (v TokenResponse) MarshalJSON() ([]byte, error) { return secret.MarshalJSON(v.redacted()) }

// Unredacted returns the value in a form that marshals with its secrets.
func (v *TokenResponse) Unredacted() any { return secret.Open{Plain: (*plainTokenResponse)(v)} }

func (v AccessToken) redacted() plainAccessToken {
	v.AccessToken = secret.Mask(v.AccessToken)
	return plainAccessToken(v)
}

// Format writes the fields with their secrets masked, whatever the verb.
func (v AccessToken) Format(s fmt.State, _ rune) { secret.Format(s, "AccessToken", v.redacted()) }

// LogValue is the value with its secrets masked.
func (v AccessToken) LogValue() slog.Value { return slog.AnyValue(v.redacted()) }

// MarshalJSON masks the secrets, so that logs which marshal show none. To store or forward the real thing, marshal what
// Unredacted returns.
func (v AccessToken) MarshalJSON() ([]byte, error) { return secret.MarshalJSON(v.redacted()) }

// Unredacted returns the value in a form that marshals with its secrets.
func (v *AccessToken) Unredacted() any { return secret.Open{Plain: (*plainAccessToken)(v)} }

func (v tokenForm) redacted() plainTokenForm {
	v.ClientSecret = secret.Mask(v.ClientSecret)
	return plainTokenForm(v)
}

// Format, LogValue and MarshalJSON are for the client's log, which is shown what travels.
func (v tokenForm) Format(s fmt.State, _ rune) { secret.Format(s, "TokenRequest", v.redacted()) }

func (v tokenForm) LogValue() slog.Value { return slog.AnyValue(v.redacted()) }

func (v tokenForm) MarshalJSON() ([]byte, error) { return secret.MarshalJSON(v.redacted()) }

func (v AuthenticateTokenRequest) redacted() plainAuthenticateTokenRequest {
	v.AccessToken = secret.Mask(v.AccessToken)
	return plainAuthenticateTokenRequest(v)
}

// Format writes the fields with their secrets masked, whatever the verb.
func (v AuthenticateTokenRequest) Format(s fmt.State, _ rune) {
	secret.Format(s, "AuthenticateTokenRequest", v.redacted())
}

// LogValue is the value with its secrets masked.
func (v AuthenticateTokenRequest) LogValue() slog.Value { return slog.AnyValue(v.redacted()) }

// MarshalJSON masks the secrets, so that logs which marshal show none.
func (v AuthenticateTokenRequest) MarshalJSON() ([]byte, error) {
	return secret.MarshalJSON(v.redacted())
}
