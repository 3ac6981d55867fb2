package shared

import (
	"fmt"
	"io"
	"log/slog"
)

// Authorization identifies the session on whose behalf a call is made. The API then refuses what that session's roles
// do not permit. Set one of the two fields. A call with both returns an ArgumentError, since they may be of two
// sessions, and so does one with neither, which would act with the rights of the project.
type Authorization struct {
	SessionToken string `stytch:"secret"`
	SessionJWT   string `stytch:"secret"`

	// missing says that a call is to be on behalf of a session, and that none was given.
	missing bool
}

// IsZero reports whether neither field is set, and [WithAuthorization] was not used.
func (a Authorization) IsZero() bool { return a == Authorization{} }

// String says which field is set, without its value.
func (a Authorization) String() string {
	switch {
	case a.SessionToken != "":
		return "session token [redacted]"
	case a.SessionJWT != "":
		return "session JWT [redacted]"
	}
	return "none"
}

// Format writes the text of String, whatever the verb.
func (a Authorization) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, a.String()) }

// LogValue returns the text of String.
func (a Authorization) LogValue() slog.Value { return slog.StringValue(a.String()) }

// MarshalText returns the text of String.
func (a Authorization) MarshalText() ([]byte, error) { return []byte(a.String()), nil }
