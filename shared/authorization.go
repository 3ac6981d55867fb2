package shared

import (
	"fmt"
	"io"
	"log/slog"
)

// Authorization names the session on whose behalf a call is made. The API then refuses whatever that session's roles do
// not permit. Set one of the two.
type Authorization struct {
	SessionToken string `stytch:"secret"`
	SessionJWT   string `stytch:"secret"`
}

// IsZero reports whether no session is named.
func (a Authorization) IsZero() bool { return a == Authorization{} }

func (a Authorization) String() string {
	switch {
	case a.SessionToken != "":
		return "session token [redacted]"
	case a.SessionJWT != "":
		return "session JWT [redacted]"
	}
	return "none"
}

// Format writes which kind of session is named and never the session, whatever the verb.
func (a Authorization) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, a.String()) }

// LogValue is the same for slog.
func (a Authorization) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText is the same for encoders.
func (a Authorization) MarshalText() ([]byte, error) { return []byte(a.String()), nil }
