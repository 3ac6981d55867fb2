package stytcherror

import (
	"cmp"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is a response with a status of 400 or more. Its body may be the API's, that of an OAuth2 endpoint (RFC 6749,
// section 5.2; error becomes Code, error_description Message, error_uri URL) or a gateway's: JSON, HTML or text.
//
// It marshals like the body of an API error, without error_details.
type Error struct {
	// Op is the operation, as in "b2b.sessions.authenticate".
	Op string `json:"-"`
	// StatusCode is the HTTP status.
	StatusCode int `json:"status_code"`
	// RequestID identifies the call in Stytch's logs; empty if the response is not the API's, but a gateway's.
	RequestID string `json:"request_id,omitzero"`
	// Code is the error_type; empty if the body has none.
	Code Code `json:"error_type,omitzero"`
	// Message is the API's text for developers, which may change: match on Code. Of a gateway's response it is the
	// message of the JSON (RFC 9457 and others), the title, a heading or the text of the page, or the text, at most 300
	// bytes on one line. The request's secrets are replaced in it.
	Message string `json:"error_message,omitzero"`
	// URL is the address of documentation about the error.
	URL string `json:"error_url,omitzero"`

	// RetryAfter is how long the API asked to wait; zero if it did not.
	RetryAfter time.Duration `json:"-"`
	// Retries counts the attempts after the first.
	Retries int `json:"-"`
	// Details is error_details, of any JSON type. It is neither printed nor marshalled: it may repeat what was sent.
	Details json.RawMessage `json:"-"`
	// Body is the start of the body, at most 4 KiB. It is neither printed nor marshalled: it may repeat what was sent.
	Body []byte `json:"-"`
}

func (e *Error) Error() string {
	what := cmp.Or(string(e.Code), http.StatusText(e.StatusCode))
	return prefix(e.Op) + strconv.Itoa(e.StatusCode) + part(" ", what) + part(": ", e.Message) +
		notes(e.RequestID, e.Retries)
}

// Is reports whether target is the error's [Code].
func (e *Error) Is(target error) bool { return e != nil && e.Code != "" && target == error(e.Code) }

func (e *Error) httpStatus() int {
	entry := e.Code.entry()
	status := forwarded(cmp.Or(e.StatusCode, entry.api))
	switch {
	case e.Code == CodeUnauthorizedCredentials && strings.Contains("."+e.Op, ".passwords."):
		return http.StatusUnauthorized
	case e.Code == "emulator_host_not_allowed": // the emulator was not told its name, see --host
		return http.StatusInternalServerError
	case entry.override != 0:
		return entry.override
	case e.Code == "" && e.RequestID == "" && status < 500 && status != http.StatusTooManyRequests:
		return http.StatusBadGateway // of a gateway: the API sends a code or a request id
	}
	return status
}

// Format writes the text of Error, whatever the verb.
func (e Error) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue returns the fields that are safe to log, under the API's names and without empty ones.
func (e Error) LogValue() slog.Value {
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
