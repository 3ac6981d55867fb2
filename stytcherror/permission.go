package stytcherror

import (
	"fmt"
	"log/slog"
)

// ErrTenancyMismatch is a permission asked for in another organization than the session's.
var ErrTenancyMismatch = &PermissionError{Reason: "the session belongs to another organization"}

// PermissionError means that the holder of a good token may not do this.
type PermissionError struct {
	// Op is the operation.
	Op string
	// Action and Resource are what was asked for.
	Action, Resource string
	// Reason says what is missing.
	Reason string
}

func (e *PermissionError) Error() string {
	text := head(e.Op) + "not permitted"
	if e.Action != "" || e.Resource != "" {
		text += ": " + line(e.Action) + " on " + line(e.Resource)
	}
	if e.Reason != "" {
		text += ": " + line(e.Reason)
	}
	return text
}

// Is reports whether target is [ErrTenancyMismatch] and this error has the same reason.
func (e *PermissionError) Is(target error) bool {
	t, ok := target.(*PermissionError)
	return ok && t == ErrTenancyMismatch && e.Reason == t.Reason
}

// Format writes the text of Error, whatever the verb.
func (e *PermissionError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue is the text of Error.
func (e *PermissionError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// PolicyError means that a permission could not be decided: there is no policy to decide by. It says neither yes nor
// no.
type PolicyError struct {
	// Op is the operation.
	Op string
	// Err is why there is none, often a *RequestError or an *Error of the policy's own operation.
	Err error
}

func (e *PolicyError) Error() string {
	text := head(e.Op) + "permission not decided"
	if e.Err != nil {
		text += ": " + line(e.Err.Error())
	}
	return text
}

// Unwrap returns the cause.
func (e *PolicyError) Unwrap() error { return e.Err }

// Format writes the text of Error, whatever the verb.
func (e *PolicyError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue is the text of Error.
func (e *PolicyError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
