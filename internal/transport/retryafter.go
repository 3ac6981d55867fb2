package transport

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// retryAfter reads the header of that name, in seconds or as a date (RFC 9110, section 10.2.3). What is absent, past or
// unreadable is zero; what is absurd is as long as a duration can be.
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
