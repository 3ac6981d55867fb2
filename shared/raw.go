package shared

import (
	"fmt"
	"log/slog"
	"net/http"
)

// RawResponse is an HTTP response as it was received. Header and body may contain secrets, so printing, logging and
// marshalling a RawResponse show only the status and the size of the body.
type RawResponse struct {
	StatusCode int
	Header     http.Header
	// Body is the body after decompression: all of it below status 400, otherwise at most 64 KiB.
	Body []byte
}

// String returns the status and the size of the body.
func (r RawResponse) String() string {
	return fmt.Sprintf("shared.RawResponse(%d, %d bytes)", r.StatusCode, len(r.Body))
}

// Format writes the text of String, whatever the verb.
func (r RawResponse) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, r.String()) }

// LogValue returns the text of String.
func (r RawResponse) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText returns the text of String.
func (r RawResponse) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
