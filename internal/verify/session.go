package verify

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/shared"
)

// SessionRequest is a request to verify a session's JWT.
type SessionRequest struct {
	JWT    string
	MaxAge *time.Duration
	Leeway time.Duration
	// Check, unless nil, is an action that the session must be allowed to perform.
	Check *Check
	// HasToken says that the session's token is known too, so that there need not be a JWT.
	HasToken bool
}

// SessionLocal verifies a session's JWT and, if req has a Check, checks the permission. It does not ask the API.
func SessionLocal[T, C any, P Claims[T, C]](
	ctx context.Context, v *Verifier, op string, req SessionRequest,
) (*T, error) {
	verified, err := verifySession[T, C, P](ctx, v, op, req, false)
	if err != nil {
		return nil, err
	}
	return verified.Value, nil
}

// Session is [SessionLocal], but calls ask where the API may accept what was refused here. Exactly one result is not
// nil: local if the JWT was accepted here, remote if ask returned it, or err. In B2B, the check that ask gets has an
// organization: the session's if the caller gave none. Without a JWT there is nothing to verify or to fill it from.
func Session[T, C, R any, P Claims[T, C]](
	ctx context.Context, v *Verifier, op string, req SessionRequest, ask func(*Check) (*R, error),
) (local *T, remote *R, err error) {
	if req.JWT == "" && req.HasToken {
		if err = v.validateRemote(ctx, op, req.Check); err == nil {
			remote, err = ask(req.Check)
		}
		return nil, remote, err
	}
	session, err := verifySession[T, C, P](ctx, v, op, req, true)
	switch {
	case err == nil:
		return session.Value, nil, nil
	case !apiMayAccept(err):
		return nil, nil, err
	}
	check := req.Check
	if v.product == shared.ProductB2B && check != nil && check.OrganizationID == "" {
		organizationID := session.Subject.OrganizationID
		if session.Value == nil {
			organizationID = unverifiedOrganization(req.JWT)
		}
		check = &Check{OrganizationID: organizationID, ResourceID: check.ResourceID, Action: check.Action}
	}
	remote, err = ask(check)
	return nil, remote, err
}

func verifySession[T, C any, P Claims[T, C]](
	ctx context.Context, v *Verifier, op string, req SessionRequest, returnOutdated bool,
) (Verified[T], error) {
	if req.Check != nil {
		if err := v.validate(ctx, op, *req.Check); err != nil {
			return Verified[T]{}, err
		}
	}
	verified, err := Token[T, C, P](ctx, v, req.JWT, TokenOptions{
		Op: op, Field: "session_jwt", MaxAge: req.MaxAge, Leeway: req.Leeway, OnlyAudience: true,
		returnOutdated: returnOutdated,
	})
	if err == nil && req.Check != nil {
		err = v.Allow(ctx, op, &verified.Subject, *req.Check)
	}
	return verified, err
}

// unverifiedOrganization returns the organization that a JWT names, while there are no keys to verify it with. The API
// verifies the JWT, and refuses a check for another organization than the session's.
func unverifiedOrganization(text string) string {
	var claims struct {
		Organization Organization `json:"https://stytch.com/organization"`
	}
	token, err := jwt.Parse(text, nil)
	if err != nil || token.Unverified(&claims) != nil {
		return ""
	}
	return claims.Organization.ID
}

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
	switch {
	case c.Session == nil || c.Session.ID == "":
		return WrongKind("it is not a session's JWT")
	case c.Organization.ID == "":
		return WrongKind("it is of a session without an organization")
	}
	c.expireWithSession()
	return nil
}

// ValidateUser refuses what is not a user's session. The token expires with its session, if that ends earlier.
func (c *SessionClaims[F, A]) ValidateUser() error {
	switch {
	case c.Session == nil || c.Session.ID == "":
		return WrongKind("it is not a session's JWT")
	case c.Organization.Present:
		return WrongKind("it is of a member's session")
	}
	c.expireWithSession()
	return nil
}

// expireWithSession makes the token expire with its session, and a session without an end with its token.
func (c *SessionClaims[F, A]) expireWithSession() {
	c.ExpireBy(c.Session.ExpiresAt)
	if c.Session.ExpiresAt.IsZero() {
		c.Session.ExpiresAt = c.Expires.Time()
	}
}

// CustomClaims returns the application's own claims, or nil if there are none.
func (c *SessionClaims[F, A]) CustomClaims() shared.Object { return CustomClaims(c.Custom) }
