package stytcherror

import (
	"fmt"
	"log/slog"
	"net/http"
)

// Verdicts on a token that is not accepted, for errors.Is. Expired, too old and keys unavailable may be different when
// the API is asked; the others are final.
var (
	// ErrTokenExpired is a validly signed token whose time is over.
	ErrTokenExpired = &TokenError{Verdict: "expired"}
	// ErrTokenTooOld is a valid token older than the caller's MaxTokenAge.
	ErrTokenTooOld = &TokenError{Verdict: "too old"}
	// ErrKeyUnknown is a token signed with a key that the key set does not hold.
	ErrKeyUnknown = &TokenError{Verdict: "unknown key"}
	// ErrKeysUnavailable means that there are no keys to check with.
	ErrKeysUnavailable = &TokenError{Verdict: "keys unavailable"}
	// ErrTokenMalformed is no token of the expected form.
	ErrTokenMalformed = &TokenError{Verdict: "malformed"}
	// ErrTokenSignature is a token whose signature is wrong.
	ErrTokenSignature = &TokenError{Verdict: "bad signature"}
	// ErrTokenClaims is a token of another issuer or for another audience.
	ErrTokenClaims = &TokenError{Verdict: "wrong audience or issuer"}
	// ErrTokenKind is a token of another kind, such as an access token where a session is asked for.
	ErrTokenKind = &TokenError{Verdict: "wrong kind"}
	// ErrTokenInactive is a token that the API calls inactive. It does not say why.
	ErrTokenInactive = &TokenError{Verdict: "inactive"}
)

// TokenError means that a token is not accepted. Compare it with the verdicts above by errors.Is.
type TokenError struct {
	// Op is the operation.
	Op string
	// Verdict is the outcome in words; the sentinels hold all there are.
	Verdict string
	// Reason says more, without the token or its claims.
	Reason string
}

func (e *TokenError) Error() string {
	text := prefix(e.Op) + "token refused: " + oneLine(e.Verdict)
	if e.Reason != "" {
		text += ": " + oneLine(e.Reason)
	}
	return text
}

// Is reports whether target is the sentinel of the same verdict.
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

// LogValue is the text of Error.
func (e *TokenError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
