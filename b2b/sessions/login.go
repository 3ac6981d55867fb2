package sessions

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	"github.com/seed75add069/stytch-go/internal/secret"
)

// Login is what the responses to all logins of members have in common, so that an application can handle them with one
// function:
//
//	func answer(w http.ResponseWriter, r *http.Request, login sessions.Login)
//
//	answer(w, r, resp.Login())
type Login struct {
	// MemberID is the member's id.
	MemberID string `json:"member_id"`
	// Member and Organization are the member who logs in, and the organization.
	Member       *organizations.Member       `json:"member,omitzero"`
	Organization *organizations.Organization `json:"organization,omitzero"`
	// SessionToken, SessionJWT and Session are those of the new session. They are empty unless Next is StepDone.
	SessionToken string         `json:"session_token,omitzero" stytch:"secret"`
	SessionJWT   string         `json:"session_jwt,omitzero" stytch:"secret"`
	Session      *MemberSession `json:"member_session,omitzero"`
	// IntermediateSessionToken is to be sent with the next step, until IntermediateSessionTokenExpiresAt. It is empty
	// if Next is StepDone.
	IntermediateSessionToken          string    `json:"intermediate_session_token,omitzero" stytch:"secret"`
	IntermediateSessionTokenExpiresAt time.Time `json:"intermediate_session_token_expires_at,omitzero"`
	// Next is the next step of the login.
	Next Step `json:"next"`
}

// Format shows v with its secrets masked.
func (v Login) Format(s fmt.State, _ rune) { secret.Format(s, v) }

// LogValue returns v with its secrets masked.
func (v Login) LogValue() slog.Value { return secret.LogValue(v) }
