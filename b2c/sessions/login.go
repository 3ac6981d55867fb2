package sessions

import (
	"fmt"
	"log/slog"

	"github.com/seed75add069/stytch-go/b2c/users"
	"github.com/seed75add069/stytch-go/internal/secret"
)

// Login is what the responses to all logins of users have in common, so that an application can handle them with one
// function. SessionToken, SessionJWT and Session are empty if the request had no SessionDurationMinutes: the login then
// creates no session.
type Login struct {
	UserID       string      `json:"user_id"`
	User         *users.User `json:"user,omitzero"`
	SessionToken string      `json:"session_token,omitzero" stytch:"secret"`
	SessionJWT   string      `json:"session_jwt,omitzero" stytch:"secret"`
	Session      *Session    `json:"session,omitzero"`
}

// Format shows v with its secrets masked.
func (v Login) Format(s fmt.State, _ rune) { secret.Format(s, v) }

// LogValue returns v with its secrets masked.
func (v Login) LogValue() slog.Value { return secret.LogValue(v) }
