package verify

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/shared"
)

// SessionRequest is what a caller wants of a session's JWT.
type SessionRequest struct {
	JWT    string
	MaxAge *time.Duration
	Leeway time.Duration
	// Check is an action that the session must be allowed to perform; nil where none is asked about.
	Check *Check
}

// Session verifies a session's JWT and the permission that is asked for, for a caller who goes on with [Remote]: where
// the API may decide otherwise, what a genuine JWT says is returned along with the error.
func Session[T, C any, P Claims[T, C]](
	ctx context.Context, v *Verifier, op string, req SessionRequest,
) (Verified[T], error) {
	return verifySession[T, C, P](ctx, v, op, req, true)
}

func verifySession[T, C any, P Claims[T, C]](
	ctx context.Context, v *Verifier, op string, req SessionRequest, outdated bool,
) (Verified[T], error) {
	if req.Check != nil {
		if err := v.complete(ctx, op, *req.Check); err != nil {
			return Verified[T]{}, err
		}
	}
	verified, err := Token[T, C, P](ctx, v, req.JWT, Demands{
		Op: op, Field: "session_jwt", MaxAge: req.MaxAge, Leeway: req.Leeway, OnlyAudience: true, Outdated: outdated,
	})
	if err == nil && req.Check != nil {
		err = v.Allow(ctx, op, &verified.Subject, *req.Check)
	}
	return verified, err
}

// Local is [Session] for a caller who does not ask the API.
func Local[T, C any, P Claims[T, C]](ctx context.Context, v *Verifier, op string, req SessionRequest) (*T, error) {
	verified, err := verifySession[T, C, P](ctx, v, op, req, false)
	if err != nil {
		return nil, err
	}
	return verified.Value, nil
}

// Remote calls ask where the API may decide otherwise than err, which [Session] has returned with session. Else it
// returns err. The check that ask gets names an organization in any case: where the caller's does not, it is that of
// the JWT.
func Remote[T, R any](
	v *Verifier, session Verified[T], req SessionRequest, err error, ask func(*Check) (*R, error),
) (*R, error) {
	if !mayDiffer(err) {
		return nil, err
	}
	check := req.Check
	if v.product == shared.ProductB2B && check != nil && check.OrganizationID == "" {
		check = new(*check)
		if check.OrganizationID = session.Subject.OrganizationID; session.Value == nil {
			check.OrganizationID = organizationOf(req.JWT)
		}
	}
	return ask(check)
}

// organizationOf is the organization that a JWT names, whose signature could not be verified: the API does that, and
// refuses a check in another organization than the session's.
func organizationOf(text string) string {
	var claims struct {
		Organization Organization `json:"https://stytch.com/organization"`
	}
	token, err := jwt.Parse(text, nil)
	if err != nil || token.Unverified(&claims) != nil {
		return ""
	}
	return claims.Organization.ID
}

// Organization is the claim "https://stytch.com/organization". Present says that it is there, be it as null.
type Organization struct {
	ID      string `json:"organization_id"`
	Slug    string `json:"slug"`
	Present bool   `json:"-"`
}

// UnmarshalJSONFrom notes that the claim is there.
func (o *Organization) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	type plain Organization
	err := json.UnmarshalDecode(dec, (*plain)(o))
	o.Present = true
	return err
}

// SessionClaims are the claims of a session's JWT. F is the product's type of a factor, A that of the login's attributes.
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

// ValidateMember takes members' sessions only. A session that ends before its token takes the token with it.
func (c *SessionClaims[F, A]) ValidateMember() error {
	switch {
	case c.Session == nil || c.Session.ID == "":
		return WrongKind("it is not of a session")
	case c.Organization.ID == "":
		return WrongKind("it is of a session without an organization")
	}
	c.endWithSession()
	return nil
}

// ValidateUser takes users' sessions only. A session that ends before its token takes the token with it.
func (c *SessionClaims[F, A]) ValidateUser() error {
	switch {
	case c.Session == nil || c.Session.ID == "":
		return WrongKind("it is not of a session")
	case c.Organization.Present:
		return WrongKind("it is of a member's session")
	}
	c.endWithSession()
	return nil
}

func (c *SessionClaims[F, A]) endWithSession() {
	c.ExpireBy(c.Session.ExpiresAt)
	if c.Session.ExpiresAt.IsZero() {
		c.Session.ExpiresAt = c.Expires.Time()
	}
}

// CustomClaims are those that the application has put there; nil when there are none.
func (c *SessionClaims[F, A]) CustomClaims() shared.Object { return CustomClaims(c.Custom) }
