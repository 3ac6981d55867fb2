package stytcherror

import (
	"fmt"
	"log/slog"
	"net/http"
)

// ErrTenancyMismatch is the [Code] of a permission that was checked in another organization than the session's, locally
// or by the API.
const ErrTenancyMismatch = CodeSessionAuthorizationTenancyError

// PermissionError means that a session or token is valid but does not permit the action. It is the result of a local
// check; a denial by the API is an [Error] with the same [Code].
type PermissionError struct {
	// Op is the operation.
	Op string
	// Code is the API's code for the same denial: [CodeSessionAuthorizationError],
	// [CodeConsumerSessionAuthorizationError] or [CodeSessionAuthorizationTenancyError]. Empty for scopes of M2M access
	// tokens, for which the API has none.
	Code Code
	// Action and Resource are the permission that was checked.
	Action, Resource string
	// Reason says what is missing.
	Reason string
}

func (e *PermissionError) Error() string {
	text := prefix(e.Op) + "not permitted"
	if e.Action != "" || e.Resource != "" {
		text += ": " + oneLine(e.Action) + " on " + oneLine(e.Resource)
	}
	return text + part(": ", e.Reason)
}

// Is reports whether target is the error's [Code].
func (e *PermissionError) Is(target error) bool {
	return e != nil && e.Code != "" && target == error(e.Code)
}

func (e *PermissionError) httpStatus() int { return http.StatusForbidden }

// Format writes the text of Error, whatever the verb.
func (e PermissionError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue returns operation and text.
func (e PermissionError) LogValue() slog.Value { return logValue(e.Op, e.Error()) }
