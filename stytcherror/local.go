package stytcherror

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
)

// ErrRedirect is in the chain of a [RequestError] whose server sent the call to another host, or elsewhere with another
// method. Neither credentials nor body went there.
var ErrRedirect = errors.New("redirect refused")

// ErrTooLarge is in the chain of a [DecodeError] whose body went beyond Config.MaxResponseBytes.
var ErrTooLarge = errors.New("response too large")

// RequestError means that nothing usable came back: no connection, no answer in time, or an answer that broke off. For
// an operation that changes something it is then unknown whether it did.
type RequestError struct {
	// Op is the operation.
	Op string
	// Host is where the call went.
	Host string
	// Retries counts the attempts after the first.
	Retries int

	err error
}

// NewRequestError wraps the cause, usually an error of package net or context.
func NewRequestError(op, host string, retries int, cause error) *RequestError {
	return &RequestError{Op: op, Host: host, Retries: retries, err: cause}
}

func (e *RequestError) Error() string {
	text := head(e.Op) + "no answer"
	if e.Host != "" {
		text += " from " + line(e.Host)
	}
	if e.err != nil {
		text += ": " + line(e.err.Error())
	}
	if e.Retries > 0 {
		text += " (" + retried(e.Retries) + ")"
	}
	return text
}

// Unwrap returns the cause, such as context.Canceled or a *net.OpError.
func (e *RequestError) Unwrap() error { return e.err }

// Timeout reports whether time ran out, be it the caller's or the SDK's.
func (e *RequestError) Timeout() bool {
	if errors.Is(e.err, context.DeadlineExceeded) {
		return true
	}
	netErr, ok := errors.AsType[net.Error](e.err)
	return ok && netErr.Timeout()
}

// Format writes the text of Error, whatever the verb.
func (e *RequestError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue is the text of Error.
func (e *RequestError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// DecodeError means that an answer below 400 is not what the operation promises: not JSON, another shape, cut short or
// too large. The operation itself may well have succeeded.
type DecodeError struct {
	// Op is the operation.
	Op string
	// StatusCode is the HTTP status; zero for what was not an answer, such as claims of a token.
	StatusCode int
	// RequestID is the API's, where it could be read.
	RequestID string
	// Field is where decoding stopped, as a JSON pointer (RFC 6901); empty for the whole body.
	Field string
	// Reason says what was found.
	Reason string

	err error
}

// NewDecodeError returns e with its cause.
func NewDecodeError(e DecodeError, cause error) *DecodeError {
	e.err = cause
	return &e
}

func (e *DecodeError) Error() string {
	text := head(e.Op) + "status " + strconv.Itoa(e.StatusCode) + ", but the body does not decode"
	if e.StatusCode == 0 {
		text = head(e.Op) + "the value does not decode"
	}
	if e.Field != "" {
		text += " at " + line(e.Field)
	}
	if e.Reason != "" {
		text += ": " + line(e.Reason)
	}
	if e.RequestID != "" {
		text += " (" + line(e.RequestID) + ")"
	}
	return text
}

// Unwrap returns [ErrTooLarge], io.ErrUnexpectedEOF or nil.
func (e *DecodeError) Unwrap() error { return e.err }

// Format writes the text of Error, whatever the verb.
func (e *DecodeError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue is the text of Error.
func (e *DecodeError) LogValue() slog.Value { return slog.StringValue(e.Error()) }

// ArgumentError means that the call was refused before anything was sent.
type ArgumentError struct {
	// Op is the operation, or the function that refused.
	Op string
	// Field is the request's field, by its name on the wire, or the function's argument.
	Field string
	// Reason says what is wrong with it, without its value.
	Reason string
}

func (e *ArgumentError) Error() string { return head(e.Op) + line(e.Field) + " " + line(e.Reason) }

// Format writes the text of Error, whatever the verb.
func (e *ArgumentError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue is the text of Error.
func (e *ArgumentError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
