package stytcherror

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is an answer with a status of 400 or more, whether its body is the API's, that of an OAuth2 endpoint (RFC 6749,
// section 5.2; error becomes Code, error_description Message, error_uri URL) or a gateway's HTML page.
type Error struct {
	// Op is the operation, as in "b2b.sessions.authenticate".
	Op string `json:"op"`
	// StatusCode is the HTTP status.
	StatusCode int `json:"status_code"`
	// RequestID names the call in Stytch's logs; empty when the API did not answer itself.
	RequestID string `json:"request_id,omitempty"`
	// Code is the error_type; empty when the body had none.
	Code Code `json:"code,omitempty"`
	// Message is the API's text for people, free to change: match on Code. Values of the request's secret fields are
	// replaced in it.
	Message string `json:"message,omitempty"`
	// URL is the API's page about the error.
	URL string `json:"url,omitempty"`
	// RetryAfter is how long the API asked to wait; zero when it did not ask.
	RetryAfter time.Duration `json:"-"`
	// Retries counts the attempts after the first.
	Retries int `json:"retries,omitempty"`
	// Details is the raw error_details, in whatever shape. Not printed.
	Details json.RawMessage `json:"-"`
	// Body is the start of the body, at most 4 KiB. Not printed: it may echo what was sent.
	Body []byte `json:"-"`
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(head(e.Op))
	b.WriteString(strconv.Itoa(e.StatusCode))
	switch {
	case e.Code != "":
		b.WriteString(" " + line(string(e.Code)))
	case http.StatusText(e.StatusCode) != "":
		b.WriteString(" " + http.StatusText(e.StatusCode))
	}
	if e.Message != "" {
		b.WriteString(": " + line(e.Message))
	}
	var tail []string
	if e.RequestID != "" {
		tail = append(tail, line(e.RequestID))
	}
	if e.Retries > 0 {
		tail = append(tail, retried(e.Retries))
	}
	if len(tail) > 0 {
		b.WriteString(" (" + strings.Join(tail, ", ") + ")")
	}
	return b.String()
}

// Is reports whether target is the error's [Code].
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && code != "" && code == e.Code
}

// Format writes the text of Error, whatever the verb.
func (e *Error) Format(s fmt.State, verb rune) { format(s, verb, e.Error()) }

// LogValue holds the fields that are safe to log.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("op", e.Op),
		slog.Int("status_code", e.StatusCode),
		slog.String("code", line(string(e.Code))),
		slog.String("message", line(e.Message)),
		slog.String("request_id", line(e.RequestID)),
		slog.Int("retries", e.Retries),
	)
}

// MarshalJSON writes all fields that are safe to log, RetryAfter in the form of [time.Duration.String]: the second
// version of encoding/json has no form for a duration.
func (e *Error) MarshalJSON() ([]byte, error) {
	type plain Error
	var retryAfter string
	if e.RetryAfter > 0 {
		retryAfter = e.RetryAfter.String()
	}
	return json.Marshal(struct {
		*plain
		RetryAfter string `json:"retry_after,omitempty"`
	}{(*plain)(e), retryAfter})
}
