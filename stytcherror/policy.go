package stytcherror

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

// PolicyError means that a permission could not be checked, because the RBAC policy is not available. The permission is
// neither granted nor denied.
type PolicyError struct {
	// Op is the operation.
	Op string
	// Err is the cause, often a *RequestError or an *Error of the operation that fetches the policy.
	Err error
}

func (e *PolicyError) Error() string {
	return prefix(e.Op) + "permission not decided" + cause(e.Err)
}

// Unwrap returns the cause.
func (e *PolicyError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

func (e *PolicyError) httpStatus() int {
	switch {
	case errors.Is(e.Err, context.Canceled):
		return statusClientClosedRequest
	case isPermanent(e.Err):
		return http.StatusInternalServerError
	}
	return http.StatusServiceUnavailable
}

// isPermanent reports whether the cause of missing keys or a missing policy is a refusal by the API: then the project's
// credentials or configuration are wrong, not what the caller sent. A gateway's refusal, a 502 here, is not permanent.
func isPermanent(cause error) bool {
	refusal, ok := errors.AsType[*Error](cause)
	if !ok || refusal == nil {
		return false
	}
	status := refusal.httpStatus()
	return status <= http.StatusInternalServerError && status != http.StatusTooManyRequests
}

// Format writes the text of Error, whatever the verb.
func (e PolicyError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue returns operation and text.
func (e PolicyError) LogValue() slog.Value { return logValue(e.Op, e.Error()) }
