package sessions

import (
	"github.com/seed75add069/stytch-go/b2c/attribute"
	"github.com/seed75add069/stytch-go/internal/verify"
)

// claims are those of the JWT of a user's session.
type claims struct {
	verify.SessionClaims[AuthenticationFactor, attribute.Attributes]
}

// Validate refuses what is not a user's session.
func (c *claims) Validate() error { return c.ValidateUser() }

// Verified returns the session as the API returns it.
func (c *claims) Verified() verify.Verified[Session] {
	s := c.Session
	return verify.Verified[Session]{
		Value: &Session{
			SessionID:             s.ID,
			UserID:                c.Subject,
			StartedAt:             s.StartedAt,
			LastAccessedAt:        s.LastAccessedAt,
			ExpiresAt:             s.ExpiresAt,
			Attributes:            s.Attributes,
			AuthenticationFactors: s.AuthenticationFactors,
			Roles:                 s.Roles,
			CustomClaims:          c.CustomClaims(),
		},
		SessionID: s.ID,
		Subject:   verify.Subject{Roles: s.Roles},
	}
}
