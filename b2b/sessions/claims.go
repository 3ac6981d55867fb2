package sessions

import (
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/verify"
)

// claims are those of the JWT of a member's session.
type claims struct {
	verify.SessionClaims[b2csessions.AuthenticationFactor, struct{}]
}

// Validate refuses what is not a member's session.
func (c *claims) Validate() error { return c.ValidateMember() }

// Verified returns the session as the API returns it.
func (c *claims) Verified() verify.Verified[MemberSession] {
	s := c.Session
	return verify.Verified[MemberSession]{
		Value: &MemberSession{
			MemberSessionID:       s.ID,
			MemberID:              c.Subject,
			OrganizationID:        c.Organization.ID,
			OrganizationSlug:      c.Organization.Slug,
			StartedAt:             s.StartedAt,
			LastAccessedAt:        s.LastAccessedAt,
			ExpiresAt:             s.ExpiresAt,
			AuthenticationFactors: s.AuthenticationFactors,
			Roles:                 s.Roles,
			CustomClaims:          c.CustomClaims(),
		},
		SessionID: s.ID,
		Subject:   verify.Subject{OrganizationID: c.Organization.ID, Roles: s.Roles},
	}
}
