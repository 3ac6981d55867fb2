package stytcherror

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
)

// ErrRedirect is the cause of a [RequestError] whose server redirected the call to another host or scheme, to another
// method, or too often. The redirect was not followed: neither credentials nor body were sent there.
var ErrRedirect = errors.New("redirect refused")

// RequestError means that no complete response was received: the connection failed or broke, or there was no response
// in time. It does not say whether the API performed the operation.
type RequestError struct {
	// Op is the operation.
	Op string
	// Host is the host of the request's URL.
	Host string
	// Retries counts the attempts after the first.
	Retries int
	// Err is the cause, such as context.Canceled or a *net.OpError. It is not marshalled.
	Err error `json:"-"`
}

func (e *RequestError) Error() string {
	return prefix(e.Op) + "no response" + part(" from ", e.Host) + cause(e.Err) + notes("", e.Retries)
}

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// Timeout reports whether a deadline of the caller or a timeout of the SDK passed.
func (e *RequestError) Timeout() bool {
	if errors.Is(e.Err, context.DeadlineExceeded) {
		return true
	}
	netErr, ok := errors.AsType[net.Error](e.Err)
	return ok && netErr.Timeout()
}

func (e *RequestError) httpStatus() int {
	switch {
	case errors.Is(e.Err, context.Canceled):
		return statusClientClosedRequest
	case errors.Is(e.Err, ErrRedirect):
		return http.StatusBadGateway
	}
	return http.StatusServiceUnavailable
}

// Format writes the text of Error, whatever the verb.
func (e RequestError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue returns operation and text.
func (e RequestError) LogValue() slog.Value { return logValue(e.Op, e.Error()) }
