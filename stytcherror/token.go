package stytcherror

import (
	"fmt"
	"log/slog"
	"net/http"
)

// Reasons why a token is not accepted, for errors.Is. With ErrTokenExpired, ErrTokenTooOld and ErrKeysUnavailable, the
// API may still accept the session; the others are final.
var (
	// ErrTokenExpired means that the token is validly signed, but expired.
	ErrTokenExpired = &TokenError{Verdict: "expired"}
	// ErrTokenTooOld means that the token is valid, but older than MaxTokenAge.
	ErrTokenTooOld = &TokenError{Verdict: "too old"}
	// ErrKeyUnknown means that the key set has no key with the token's kid.
	ErrKeyUnknown = &TokenError{Verdict: "unknown key"}
	// ErrKeysUnavailable means that no key set could be fetched.
	ErrKeysUnavailable = &TokenError{Verdict: "keys unavailable"}
	// ErrTokenMalformed means that the text is not a JWT of the expected form.
	ErrTokenMalformed = &TokenError{Verdict: "malformed"}
	// ErrTokenSignature means that the signature is wrong.
	ErrTokenSignature = &TokenError{Verdict: "bad signature"}
	// ErrTokenClaims means that issuer or audience is wrong.
	ErrTokenClaims = &TokenError{Verdict: "wrong audience or issuer"}
	// ErrTokenKind means that the token is of another kind, such as an access token in place of a session JWT.
	ErrTokenKind = &TokenError{Verdict: "wrong kind"}
	// ErrTokenInactive means that the API says that the token is not active, without a reason.
	ErrTokenInactive = &TokenError{Verdict: "inactive"}
)

// TokenError means that a token is not accepted. errors.Is finds ErrTokenExpired and the like in it, by the Verdict.
type TokenError struct {
	// Op is the operation.
	Op string
	// Verdict is the reason in a few words, as in ErrTokenExpired.Verdict and the like.
	Verdict string
	// Reason has details, without the token and its claims.
	Reason string
}

func (e *TokenError) Error() string {
	text := prefix(e.Op) + "token refused: " + oneLine(e.Verdict)
	if e.Reason != "" {
		text += ": " + oneLine(e.Reason)
	}
	return text
}

// Is reports whether target has the same Verdict and nothing else, as ErrTokenExpired and the like.
func (e *TokenError) Is(target error) bool {
	t, ok := target.(*TokenError)
	return ok && t.Op == "" && t.Reason == "" && t.Verdict == e.Verdict
}

func (e *TokenError) httpStatus() int {
	if e.Verdict == ErrKeysUnavailable.Verdict {
		return http.StatusServiceUnavailable
	}
	return http.StatusUnauthorized
}

// Format writes the text of Error, whatever the verb.
func (e *TokenError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue returns the text of Error.
func (e *TokenError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
