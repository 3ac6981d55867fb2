package stytcherror

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is an answer with a status of 400 or more, whether its body is the API's, that of an OAuth2 endpoint (RFC 6749,
// section 5.2; error becomes Code, error_description Message, error_uri URL) or a gateway's HTML page.
//
// It marshals to the API's body of an error, error_details left out.
type Error struct {
	// Op is the operation, as in "b2b.sessions.authenticate".
	Op string `json:"-"`
	// StatusCode is the HTTP status.
	StatusCode int `json:"status_code"`
	// RequestID names the call in Stytch's logs; empty when the API did not answer itself.
	RequestID string `json:"request_id,omitzero"`
	// Code is the error_type; empty when the body had none.
	Code Code `json:"error_type,omitzero"`
	// Message is the API's text for people, free to change: match on Code. Values of the request's secret fields are
	// replaced in it.
	Message string `json:"error_message,omitzero"`
	// URL is the API's page about the error.
	URL string `json:"error_url,omitzero"`

	// RetryAfter is how long the API asked to wait; zero when it did not ask.
	RetryAfter time.Duration `json:"-"`
	// Retries counts the attempts after the first.
	Retries int `json:"-"`
	// Details is the raw error_details, in whatever shape. Neither printed nor marshalled: it may echo what was sent.
	Details json.RawMessage `json:"-"`
	// Body is the start of the body, at most 4 KiB. Neither printed nor marshalled: it may echo what was sent.
	Body []byte `json:"-"`
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(prefix(e.Op))
	b.WriteString(strconv.Itoa(e.StatusCode))
	switch {
	case e.Code != "":
		b.WriteString(" " + oneLine(string(e.Code)))
	case http.StatusText(e.StatusCode) != "":
		b.WriteString(" " + http.StatusText(e.StatusCode))
	}
	if e.Message != "" {
		b.WriteString(": " + oneLine(e.Message))
	}
	var notes []string
	if e.RequestID != "" {
		notes = append(notes, oneLine(e.RequestID))
	}
	if e.Retries > 0 {
		notes = append(notes, retries(e.Retries))
	}
	if len(notes) > 0 {
		b.WriteString(" (" + strings.Join(notes, ", ") + ")")
	}
	return b.String()
}

// Is reports whether target is the error's [Code] or, for that of another organization, [ErrTenancyMismatch].
func (e *Error) Is(target error) bool { return e.Code != "" && errors.Is(e.Code, target) }

func (e *Error) httpStatus() int {
	known := e.Code.known()
	status := relayed(cmp.Or(e.StatusCode, known.status))
	switch {
	case e.Code == CodeUnauthorizedCredentials && strings.Contains("."+e.Op, ".passwords."):
		return http.StatusUnauthorized
	case known.caller != 0:
		return known.caller
	case e.Code == "" && e.RequestID == "" && status < 500 && status != http.StatusTooManyRequests:
		return http.StatusBadGateway // a gateway's: the API gives a code or a request id
	}
	return status
}

// Format writes the text of Error, whatever the verb.
func (e *Error) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue holds what is safe to log, under the API's names. What is empty is left out.
func (e *Error) LogValue() slog.Value {
	attrs := []slog.Attr{slog.Int("status_code", e.StatusCode)}
	for _, text := range []struct{ name, value string }{
		{"op", e.Op},
		{"error_type", string(e.Code)},
		{"error_message", e.Message},
		{"request_id", e.RequestID},
	} {
		if text.value != "" {
			attrs = append(attrs, slog.String(text.name, oneLine(text.value)))
		}
	}
	if e.Retries > 0 {
		attrs = append(attrs, slog.Int("retries", e.Retries))
	}
	return slog.GroupValue(attrs...)
}
