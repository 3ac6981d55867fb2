package stytcherror

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
)

// ErrTooLarge is in the chain of a [DecodeError] whose body went beyond Config.MaxResponseBytes.
var ErrTooLarge = errors.New("response too large")

// DecodeError means that an answer below 400 cannot be used: it is not JSON, of another shape, cut short or too large.
// The operation itself may well have succeeded.
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
	text := prefix(e.Op) + "status " + strconv.Itoa(e.StatusCode) + ", but the body does not decode"
	if e.StatusCode == 0 {
		text = prefix(e.Op) + "the value does not decode"
	}
	if e.Field != "" {
		text += " at " + oneLine(e.Field)
	}
	if e.Reason != "" {
		text += ": " + oneLine(e.Reason)
	}
	if e.RequestID != "" {
		text += " (" + oneLine(e.RequestID) + ")"
	}
	return text
}

// Unwrap returns [ErrTooLarge], io.ErrUnexpectedEOF or nil.
func (e *DecodeError) Unwrap() error { return e.err }

func (e *DecodeError) httpStatus() int { return http.StatusBadGateway }

// Format writes the text of Error, whatever the verb.
func (e *DecodeError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue is the text of Error.
func (e *DecodeError) LogValue() slog.Value { return slog.StringValue(e.Error()) }
