package sessions

import (
	b2csessions "github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/internal/verify"
)

// claims are those of a member's session.
type claims struct {
	jwt.Registered

	Session      *b2csessions.SessionClaim `json:"https://stytch.com/session"`
	Organization struct {
		ID   string `json:"organization_id"`
		Slug string `json:"slug"`
	} `json:"https://stytch.com/organization"`
	Custom map[string]any `json:",embed,inline"`
}

// Settle takes members' sessions only. A session that ends before its token takes the token with it.
func (c *claims) Settle() error {
	switch {
	case c.Session == nil || c.Session.ID == "":
		return verify.WrongKind("it is not of a session")
	case c.Organization.ID == "":
		return verify.WrongKind("it is of a session without an organization")
	}
	c.EndBy(c.Session.ExpiresAt)
	return nil
}

// Value is the session as the API describes it.
func (c *claims) Value() (session *MemberSession, id string) {
	s := c.Session
	session = &MemberSession{
		MemberSessionID:       s.ID,
		MemberID:              c.Subject,
		OrganizationID:        c.Organization.ID,
		OrganizationSlug:      c.Organization.Slug,
		StartedAt:             s.StartedAt,
		LastAccessedAt:        s.LastAccessedAt,
		ExpiresAt:             s.ExpiresAt,
		AuthenticationFactors: s.AuthenticationFactors,
		Roles:                 s.Roles,
		CustomClaims:          verify.CustomClaims(c.Custom),
	}
	if s.ExpiresAt.IsZero() {
		session.ExpiresAt = c.Expires.Time()
	}
	return session, s.ID
}
