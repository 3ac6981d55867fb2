package sessions

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/b2c/attribute"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/verify"
)

// SessionClaim is the claim "https://stytch.com/session" of a session's JWT, in both products.
type SessionClaim struct {
	// The session's id.
	ID string `json:"id"`
	// When the session began.
	StartedAt time.Time `json:"started_at"`
	// When the API last authenticated the session.
	LastAccessedAt time.Time `json:"last_accessed_at"`
	// When the session ends; zero in very old tokens.
	ExpiresAt time.Time `json:"expires_at"`
	// Where the login came from; absent or with empty parts when the application did not tell.
	Attributes *attribute.Attributes `json:"attributes"`
	// The factors that were proved, without the times of their creation and last change.
	AuthenticationFactors []AuthenticationFactor `json:"authentication_factors"`
	// The ids of the roles the session may act in.
	Roles []string `json:"roles"`
}

// claims are those of a user's session.
type claims struct {
	jwt.Registered

	Session      *SessionClaim  `json:"https://stytch.com/session"`
	Organization jsontext.Value `json:"https://stytch.com/organization"`
	Custom       map[string]any `json:",embed,inline"`
}

// Settle takes users' sessions only. A session that ends before its token takes the token with it.
func (c *claims) Settle() error {
	switch {
	case c.Session == nil || c.Session.ID == "":
		return verify.WrongKind("it is not of a session")
	case c.Organization != nil:
		return verify.WrongKind("it is of a member's session")
	}
	c.EndBy(c.Session.ExpiresAt)
	return nil
}

// Value is the session as the API describes it.
func (c *claims) Value() (session *Session, id string) {
	s := c.Session
	session = &Session{
		SessionID:             s.ID,
		UserID:                c.Subject,
		StartedAt:             s.StartedAt,
		LastAccessedAt:        s.LastAccessedAt,
		ExpiresAt:             s.ExpiresAt,
		Attributes:            s.Attributes,
		AuthenticationFactors: s.AuthenticationFactors,
		Roles:                 s.Roles,
		CustomClaims:          verify.CustomClaims(c.Custom),
	}
	if s.ExpiresAt.IsZero() {
		session.ExpiresAt = c.Expires.Time()
	}
	return session, s.ID
}
