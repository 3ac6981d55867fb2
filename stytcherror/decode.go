package stytcherror

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
)

// ErrTooLarge is the cause of a [DecodeError] whose body was larger than Config.MaxResponseBytes.
var ErrTooLarge = errors.New("response too large")

// DecodeError means that a response with a status below 400 cannot be used: it is not JSON, not of the expected shape,
// cut short or too large. The operation itself may have succeeded.
type DecodeError struct {
	// Op is the operation.
	Op string
	// StatusCode is the HTTP status; zero if it was no response that was decoded, but the claims of a token.
	StatusCode int
	// RequestID identifies the call in Stytch's logs; empty if it could not be decoded.
	RequestID string
	// Field is where decoding stopped, as a JSON pointer (RFC 6901); empty for the whole body.
	Field string
	// Reason says what was found.
	Reason string
	// Err is the cause: [ErrTooLarge], io.ErrUnexpectedEOF or nil. It is not marshalled.
	Err error `json:"-"`
}

func (e *DecodeError) Error() string {
	what := "the value does not decode"
	if e.StatusCode != 0 {
		what = "status " + strconv.Itoa(e.StatusCode) + ", but the body does not decode"
	}
	return prefix(e.Op) + what + part(" at ", e.Field) + part(": ", e.Reason) + notes(e.RequestID, 0)
}

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

func (e *DecodeError) httpStatus() int { return http.StatusBadGateway }

// Format writes the text of Error, whatever the verb.
func (e DecodeError) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue returns operation and text.
func (e DecodeError) LogValue() slog.Value { return logValue(e.Op, e.Error()) }
