package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter returns the wait of a Retry-After header, in seconds or a date (RFC 9110, section 10.2.3). It is zero if
// the header is absent, invalid or in the past, and the longest duration if it is longer.
func retryAfter(h http.Header, now func() time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		if seconds > uint64(math.MaxInt64/time.Second) {
			return math.MaxInt64
		}
		return time.Duration(seconds) * time.Second
	} else if isDigits(value) {
		return math.MaxInt64
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if now == nil {
		now = time.Now
	}
	return max(date.Sub(now()), 0)
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
