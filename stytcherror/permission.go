package stytcherror

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// ErrTenancyMismatch is a permission asked for in another organization than the session's. It matches the API's answer
// too: errors.Is finds it in an [Error] with [CodeSessionAuthorizationTenancyError].
var ErrTenancyMismatch = &PermissionError{
	Code: CodeSessionAuthorizationTenancyError, Reason: "the session belongs to another organization",
}

// PermissionError means that somebody whose session or token is valid may not do this. It was decided in the process;
// what the API denies is an [Error] with the same [Code].
type PermissionError struct {
	// Op is the operation.
	Op string
	// Code is the API's for the same denial: [CodeSessionAuthorizationError], [CodeConsumerSessionAuthorizationError]
	// or [CodeSessionAuthorizationTenancyError]. Empty where the API has none: for scopes of M2M access tokens.
	Code Code
	// Action and Resource are what was asked for.
	Action, Resource string
	// Reason says what is missing.
	Reason string
}

func (e *PermissionError) Error() string {
	text := prefix(e.Op) + "not permitted"
	if e.Action != "" || e.Resource != "" {
		text += ": " + oneLine(e.Action) + " on " + oneLine(e.Resource)
	}
	if e.Reason != "" {
		text += ": " + oneLine(e.Reason)
	}
	return text
}

// Is reports whether target is the error's [Code] or, for that of another organization, [ErrTenancyMismatch].
func (e *PermissionError) Is(target error) bool { return e.Code != "" && errors.Is(e.Code, target) }

func (e *PermissionError) httpStatus() int { return http.StatusForbidden }

// Format writes the text of Error, whatever the verb.
func (e *PermissionError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue is the text of Error.
func (e *PermissionError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
