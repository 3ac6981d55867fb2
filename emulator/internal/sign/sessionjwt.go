package sign

import (
	"maps"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// sessionJWTLifetime is how long a session JWT is valid.
const sessionJWTLifetime = 5 * time.Minute

// Session signs a JWT for a member's session as [Later] does.
func Session(tx *state.Tx, s *state.Session, slug string, roles []string, to *string) {
	factors := append([]sessions.AuthenticationFactor{}, s.Factors...)
	for i := range factors { // a JWT has neither
		factors[i].CreatedAt, factors[i].UpdatedAt = time.Time{}, time.Time{}
	}
	claims := Claims{}
	maps.Copy(claims, s.CustomClaims)
	maps.Copy(claims, registered(tx, s.MemberID, sessionJWTLifetime))
	claims[sessionClaim] = map[string]any{
		"id":                     s.ID,
		"started_at":             s.StartedAt.Format(time.RFC3339),
		"last_accessed_at":       s.LastAccessedAt.Format(time.RFC3339),
		"expires_at":             s.ExpiresAt.Format(time.RFC3339),
		"attributes":             map[string]string{"user_agent": "", "ip_address": ""},
		"authentication_factors": factors,
		"roles":                  roles,
	}
	claims[organizationClaim] = map[string]string{"organization_id": s.OrganizationID, "slug": slug}
	Later(tx, claims, to)
}

// SessionID is the session that a JWT names. It verifies signature, audience and issuer, but not the expiry: an expired
// JWT still names an active session.
func SessionID(tx *state.Tx, text string) (string, error) {
	var claims struct {
		jwt.RegisteredClaims
		Session struct {
			ID string `json:"id"`
		} `json:"https://stytch.com/session"`
	}
	if err := verify(tx, text, &claims); err != nil {
		return "", ops.ErrUnableToParseSessionJWT
	}
	switch {
	case !slices.Contains(claims.Audience, tx.ProjectID):
		return "", ops.ErrJWTInvalidAudience
	case claims.Issuer != issuer(tx):
		return "", ops.ErrJWTInvalidIssuer
	case claims.Session.ID == "":
		return "", ops.ErrJWTInvalidClaims.Because("The JWT is none of a session.")
	}
	return claims.Session.ID, nil
}
