package verify

import (
	"context"
	"errors"

	"github.com/seed75add069/stytch-go/internal/jwt"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// Session is [Local], but asks the API where that may accept what was refused here, and about a session token without a
// JWT. Exactly one result is not nil: local if the JWT was accepted here, remote if the API's response was, or err. In
// B2B, the check that the API gets has an organization: that of the JWT if the caller gave none. If it is not known
// before the response, the policy decides here.
//
// T is what Verified.Value points to, R is the response of Sessions.Authenticate.
func Session[T, R any](
	ctx context.Context, v *Verifier, kind *Kind, req Request, r *Remote,
) (local *T, remote *R, err error) {
	session, resp, err := authenticate(ctx, v, kind, &req, r)
	switch {
	case err != nil:
		return nil, nil, err
	case resp != nil:
		return nil, resp.(*R), nil
	}
	return session.(*T), nil, nil
}

// authenticate is Session without type parameters.
func authenticate(
	ctx context.Context, verifier *Verifier, kind *Kind, req *Request, r *Remote,
) (local, remote any, err error) {
	v := verifierOf(verifier)
	ctx, cancel := r.bounded(ctx)
	defer cancel()
	local, known, err := v.verifyOrIdentify(ctx, kind, req, r)
	if local != nil || err != nil {
		return local, nil, err
	}
	check := v.remoteCheck(req, known)
	remote, err = v.ask(ctx, r, req, known, check)
	if err != nil {
		return nil, nil, err
	}
	session := r.Session(remote)
	if err := v.checkResponse(r, req, known, check, &session); err != nil {
		return nil, nil, err
	}
	if err := v.checkJWT(kind, req, &session); err != nil {
		return nil, nil, r.decodeError(&session, "its session_jwt: "+err.Error())
	}
	if check == nil && req.Check != nil {
		member := Subject{OrganizationID: session.OrganizationID, Roles: session.Roles}
		own := Check{session.OrganizationID, req.Check.ResourceID, req.Check.Action}
		if err := v.allow(ctx, req.Op, &member, &own); err != nil {
			return nil, nil, err
		}
	}
	return nil, remote, nil
}

// verifyOrIdentify returns the session of a JWT that is accepted, an error that is final, or neither if the API is to
// be asked: known is the identity in the JWT then, nil if there is no JWT.
func (v *verifier) verifyOrIdentify(
	ctx context.Context, kind *Kind, req *Request, r *Remote,
) (local any, known *identity, err error) {
	if req.Token == "" {
		if err = v.validate(ctx, req.Op, req.Check); err == nil {
			err = req.validateBounds()
		}
		if err == nil && !r.hasToken() {
			err = refuse(req.Op, req.Field, "is required without a session_token")
		}
		return nil, nil, err
	}
	local, err = v.local(ctx, kind, req)
	if err == nil || !apiMayAccept(err, r) {
		return local, nil, err
	}
	known, _, err = kind.identify(req.Token)
	return nil, known, withOp(err, req.Op)
}

// remoteCheck returns the check with an organization, which the API needs in B2B, or nil if none is known.
func (v *verifier) remoteCheck(req *Request, known *identity) *Check {
	check := req.Check
	switch {
	case v.product != shared.ProductB2B || check == nil || check.OrganizationID != "":
		return check
	case known == nil:
		return nil
	}
	return &Check{known.organization, check.ResourceID, check.Action}
}

// checkJWT checks the JWT in the API's response, if there is one. It must be of the session, and pass the rules for a
// JWT but for two, which are for when it comes back: its signature is not verified, and it may begin in the future,
// where our clock is slow.
func (v *verifier) checkJWT(kind *Kind, req *Request, s *RemoteSession) error {
	if s.SessionJWT == "" {
		return nil
	}
	named, claims, err := kind.identify(s.SessionJWT)
	switch {
	case err != nil:
		return err
	case *named != s.identity():
		return &stytcherror.TokenError{Verdict: stytcherror.ErrTokenClaims, Reason: "it is of another session"}
	}
	return claims.Check(jwt.Expected{
		Issuers: v.issuers, Audience: v.projectID, OnlyAudience: req.OnlyAudience,
		Now: v.now(), Leeway: req.Leeway, AnyBegin: true,
	})
}

// apiMayAccept reports whether the API may accept a token or a check that failed with err. Other tokens, above all
// forged ones, must not cause a request: see docs/decisions/0006-who-asks-the-api.md. Without keys any JWT may be
// forged, and only a session token is sent.
func apiMayAccept(err error, r *Remote) bool {
	if r.SessionToken != nil && *r.SessionToken == "" {
		return false
	}
	if errors.Is(err, stytcherror.ErrKeysUnavailable) {
		return r.hasToken()
	}
	_, noPolicy := errors.AsType[*stytcherror.PolicyError](err)
	return noPolicy || errors.Is(err, stytcherror.ErrTokenExpired) || errors.Is(err, stytcherror.ErrTokenTooOld)
}

// identity says whose session it is, in which organization.
type identity struct{ session, subject, organization string }

// identify returns the identity that a session's JWT names, and its registered claims. The signature is not verified:
// use it for a JWT that was verified, or to compare.
func (k *Kind) identify(text string) (*identity, *jwt.Registered, error) {
	token, err := jwt.Parse(text, new(jwt.HeaderCache))
	if err != nil {
		return nil, nil, err
	}
	claims := k.NewClaims()
	if err := token.Unverified(claims); err != nil {
		return nil, nil, err
	}
	if err := claims.Validate(); err != nil {
		return nil, nil, err
	}
	verified, registered := claims.Verified(), claims.Claims()
	return &identity{verified.SessionID, registered.Subject, verified.Subject.OrganizationID}, registered, nil
}
