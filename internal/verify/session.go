package verify

import (
	"context"
	"errors"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Session is [Local], but asks the API where that may accept what was refused here, and about a session token without a
// JWT. Exactly one result is not nil: local if the JWT was accepted here, remote if the API's answer was, or err. In
// B2B, the check that the API gets has an organization: that of the JWT if the caller gave none.
func Session[T, C, R any, P Claims[T, C]](
	ctx context.Context, v *Verifier, req Request, ask *Remote[R],
) (local *T, remote *R, err error) {
	var of *identity
	if req.Token != "" || !ask.hasToken() {
		local, err = Local[T, C, P](ctx, v, req)
		if err == nil || !apiMayAccept(err, ask) {
			return local, nil, err
		}
		if of, err = identify[T, C, P](req.Token); err != nil {
			return nil, nil, withOp(err, req.Op)
		}
	} else if err = v.validate(ctx, req.Op, req.Check); err != nil {
		return nil, nil, err
	} else if err = req.validateBounds(); err != nil {
		return nil, nil, err
	}
	check := req.Check
	if v.product == shared.ProductB2B && check != nil && check.OrganizationID == "" {
		if of == nil {
			return nil, nil, refuse(req.Op, "organization_id", "is required without a session_jwt")
		}
		check = &Check{of.organization, check.ResourceID, check.Action}
	}
	remote, err = ask.do(ctx, v, &req, of, check)
	if err != nil {
		return nil, nil, err
	}
	answer := ask.Answer(remote)
	if err := ask.hold(v, &req, of, check, &answer); err != nil {
		return nil, nil, err
	}
	given, err := identify[T, C, P](answer.SessionJWT)
	if err == nil && *given != answer.identity() || errors.Is(err, stytcherror.ErrTokenKind) {
		return nil, nil, ask.unusable(&answer, "its session_jwt is not of its session")
	}
	return nil, remote, nil
}

// apiMayAccept reports whether the API may accept a token or a check that failed with err. Other tokens, above all
// forged ones, must not cause a request: see docs/decisions/0006-who-asks-the-api.md. Without keys any JWT may be
// forged, and only a session token is sent.
func apiMayAccept[R any](err error, ask *Remote[R]) bool {
	if ask.SessionToken != nil && *ask.SessionToken == "" {
		return false
	}
	if errors.Is(err, stytcherror.ErrKeysUnavailable) {
		return ask.hasToken()
	}
	_, noPolicy := errors.AsType[*stytcherror.PolicyError](err)
	return noPolicy || errors.Is(err, stytcherror.ErrTokenExpired) || errors.Is(err, stytcherror.ErrTokenTooOld)
}

// identity says whose session it is, in which organization.
type identity struct{ session, subject, organization string }

// identify returns the identity that a session's JWT names. The signature is not verified: use it for a JWT that was
// verified, or to compare.
func identify[T, C any, P Claims[T, C]](text string) (*identity, error) {
	token, err := jwt.Parse(text, new(jwt.HeaderCache))
	if err != nil {
		return nil, err
	}
	claims := P(new(C))
	if err := token.Unverified(claims); err != nil {
		return nil, err
	}
	if err := claims.Validate(); err != nil {
		return nil, err
	}
	verified := claims.Verified()
	return &identity{verified.SessionID, claims.Claims().Subject, verified.Subject.OrganizationID}, nil
}
