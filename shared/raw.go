package shared

import (
	"fmt"
	"log/slog"
	"net/http"
)

// RawResponse is an answer as it came. Its body holds whatever secrets the answer held, so printing, logging and
// marshalling a RawResponse show the size of the body only.
type RawResponse struct {
	StatusCode int
	Header     http.Header
	// Body is the decompressed body: all of it for a success, at most 64 KiB for an error.
	Body []byte
}

func (r RawResponse) String() string {
	return fmt.Sprintf("shared.RawResponse(%d, %d bytes)", r.StatusCode, len(r.Body))
}

// Format writes status and size, whatever the verb.
func (r RawResponse) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, r.String()) }

// LogValue is the same for slog.
func (r RawResponse) LogValue() slog.Value { return slog.StringValue(r.String()) }

// MarshalText is the same for encoders.
func (r RawResponse) MarshalText() ([]byte, error) { return []byte(r.String()), nil }
