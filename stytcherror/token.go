package stytcherror

import (
	"fmt"
	"log/slog"
	"net/http"
)

// Verdict is the reason why a token is not accepted. It is an error itself, so that errors.Is finds it in a
// [TokenError]:
//
//	errors.Is(err, stytcherror.ErrTokenExpired)
type Verdict string

// Verdicts. With ErrTokenExpired, ErrTokenTooOld and ErrKeysUnavailable, the API may still accept the session; the
// others are final.
const (
	// ErrTokenExpired means that the token is validly signed, but expired.
	ErrTokenExpired Verdict = "expired"
	// ErrTokenTooOld means that the token is valid, but older than MaxTokenAge.
	ErrTokenTooOld Verdict = "too old"
	// ErrKeyUnknown means that the key set has no key with the token's kid.
	ErrKeyUnknown Verdict = "unknown key"
	// ErrKeysUnavailable means that no key set could be fetched.
	ErrKeysUnavailable Verdict = "keys unavailable"
	// ErrTokenMalformed means that the text is not a JWT of the expected form.
	ErrTokenMalformed Verdict = "malformed"
	// ErrTokenSignature means that the signature is wrong.
	ErrTokenSignature Verdict = "bad signature"
	// ErrTokenClaims means that issuer or audience is wrong, or that the token is not of the client or session that was
	// asked about.
	ErrTokenClaims Verdict = "wrong audience or issuer"
	// ErrTokenKind means that the token is of another kind, such as an access token in place of a session JWT.
	ErrTokenKind Verdict = "wrong kind"
	// ErrTokenInactive means that the API says that the token is not active, without a reason.
	ErrTokenInactive Verdict = "inactive"
)

// Error returns the verdict as in "token refused: expired".
func (v Verdict) Error() string { return "token refused: " + oneLine(string(v)) }

func (v Verdict) httpStatus() int {
	if v == ErrKeysUnavailable {
		return http.StatusServiceUnavailable
	}
	return http.StatusUnauthorized
}

// TokenError means that a token is not accepted.
type TokenError struct {
	// Op is the operation.
	Op string
	// Verdict is why, as in [ErrTokenExpired].
	Verdict Verdict
	// Reason has details, without the token and its claims.
	Reason string
	// Err is the API's refusal to return keys, a *[Error]. It is nil unless the Verdict is ErrKeysUnavailable and the
	// API has responded. It is not marshalled.
	Err error `json:"-"`
}

func (e *TokenError) Error() string {
	return prefix(e.Op) + e.Verdict.Error() + part(": ", e.Reason)
}

// Is reports whether target is the error's [Verdict].
func (e *TokenError) Is(target error) bool {
	return e != nil && e.Verdict != "" && target == error(e.Verdict)
}

// Unwrap returns Err.
func (e *TokenError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

func (e *TokenError) httpStatus() int {
	if e.Verdict == ErrKeysUnavailable && isPermanent(e.Err) {
		return http.StatusInternalServerError
	}
	return e.Verdict.httpStatus()
}

// Format writes the text of Error, whatever the verb.
func (e TokenError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue returns operation and text.
func (e TokenError) LogValue() slog.Value { return logValue(e.Op, e.Error()) }
