package verify

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/shared"
)

// Organization is the claim "https://stytch.com/organization". Present is set if the token has the claim, even as null.
type Organization struct {
	ID      string `json:"organization_id"`
	Slug    string `json:"slug"`
	Present bool   `json:"-"`
}

// UnmarshalJSONFrom sets Present.
func (o *Organization) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	type plain Organization
	err := json.UnmarshalDecode(dec, (*plain)(o))
	o.Present = true
	return err
}

// SessionClaims are the claims of a session's JWT. F is the type of a factor, A that of the attributes of the login.
type SessionClaims[F, A any] struct {
	jwt.Registered

	Session      *SessionClaim[F, A] `json:"https://stytch.com/session"`
	Organization Organization        `json:"https://stytch.com/organization"`
	Custom       jsontext.Value      `json:",embed,inline"`
}

// SessionClaim is the claim "https://stytch.com/session". ExpiresAt is zero in very old tokens.
type SessionClaim[F, A any] struct {
	ID                    string    `json:"id"`
	StartedAt             time.Time `json:"started_at"`
	LastAccessedAt        time.Time `json:"last_accessed_at"`
	ExpiresAt             time.Time `json:"expires_at"`
	Attributes            *A        `json:"attributes"`
	AuthenticationFactors []F       `json:"authentication_factors"`
	Roles                 []string  `json:"roles"`
}

// ValidateMember refuses what is not a member's session. The token expires with its session, if that ends earlier.
func (c *SessionClaims[F, A]) ValidateMember() error {
	return c.validate(c.Organization.ID != "", "it is of a session without an organization")
}

// ValidateUser refuses what is not a user's session. The token expires with its session, if that ends earlier.
func (c *SessionClaims[F, A]) ValidateUser() error {
	return c.validate(!c.Organization.Present, "it is of a member's session")
}

// validate makes the token expire with its session, and a session without an end with its token.
func (c *SessionClaims[F, A]) validate(ofProduct bool, otherwise string) error {
	switch {
	case c.Session == nil || c.Session.ID == "":
		return WrongKind("it is not a session's JWT")
	case !ofProduct:
		return WrongKind(otherwise)
	}
	c.ExpireBy(c.Session.ExpiresAt)
	if c.Session.ExpiresAt.IsZero() {
		c.Session.ExpiresAt = c.Expires.Time()
	}
	return nil
}

// CustomClaims returns the application's own claims, or nil if there are none.
func (c *SessionClaims[F, A]) CustomClaims() shared.Object { return CustomClaims(c.Custom) }
