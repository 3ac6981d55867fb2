package verify

import (
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// RemoteSession is what is compared of the API's response about a session.
type RemoteSession struct {
	RequestID string
	// SessionID, Subject, OrganizationID and ExpiresAt are the session's. OrganizationID is for B2B only.
	SessionID, Subject, OrganizationID string
	ExpiresAt                          time.Time
	// Roles are the member's; for B2B only.
	Roles []string
	// BesideSubject and BesideOrganizations are ids in the objects beside the session; empty if there are none.
	BesideSubject       string
	BesideOrganizations [2]string
	// IsDeleted is set if the member beside the session is deleted.
	IsDeleted bool
	// SessionToken and SessionJWT are the session's tokens.
	SessionToken, SessionJWT string
	// Authorized is the verdict on the check; nil if there is none.
	Authorized *bool
}

func (s *RemoteSession) identity() identity {
	return identity{s.SessionID, s.Subject, s.OrganizationID}
}

// isBesideAnother reports whether an object beside the session is another person's or organization's.
func (s *RemoteSession) isBesideAnother() bool {
	isOther := func(organization string) bool { return organization != "" && organization != s.OrganizationID }
	return s.BesideSubject != "" && s.BesideSubject != s.Subject ||
		slices.ContainsFunc(s.BesideOrganizations[:], isOther)
}

// decodeError returns the error for a response that is not about the session that was asked about.
func (r *Remote) decodeError(s *RemoteSession, reason string) error {
	return &stytcherror.DecodeError{Op: r.Op.Name, StatusCode: 200, RequestID: s.RequestID, Reason: reason}
}

// checkResponse applies the rules for a JWT to the API's response: it must be of the same session as the JWT, if that
// is known, of the same member or user and organization, not expired, and have a verdict on the check. A mistaken proxy
// or middleware must not let anybody in. checkJWT looks at its JWT.
func (v *verifier) checkResponse(r *Remote, req *Request, known *identity, check *Check, s *RemoteSession) error {
	b2b := v.product == shared.ProductB2B
	switch {
	case s.SessionID == "" || s.Subject == "" || b2b && s.OrganizationID == "":
		return r.decodeError(s, "it has no session, or an incomplete one")
	case known != nil && *known != s.identity() && r.hasToken(): // the caller's client may have mixed them up
		return &stytcherror.TokenError{
			Op: req.Op, Verdict: stytcherror.ErrTokenClaims, Reason: "it is of another session than the session_token",
		}
	case known != nil && *known != s.identity():
		return r.decodeError(s, "it is of another session than the JWT")
	case s.isBesideAnother():
		return r.decodeError(s, "its session is of another person or organization")
	case s.IsDeleted:
		return r.decodeError(s, "its member is deleted")
	case r.hasToken() && s.SessionToken != "" && s.SessionToken != *r.SessionToken:
		return r.decodeError(s, "it has another session token than the request")
	case s.ExpiresAt.IsZero():
		return r.decodeError(s, "its session has no end")
	case !v.now().Before(s.ExpiresAt.Add(req.Leeway)):
		return &stytcherror.TokenError{
			Op: req.Op, Verdict: stytcherror.ErrTokenExpired, Reason: "the session has ended, by the API's response",
		}
	case check == nil:
		return nil
	case b2b && s.OrganizationID != check.OrganizationID:
		return tenancyError(req.Op, check)
	case s.Authorized == nil:
		return r.decodeError(s, "it has no verdict on the authorization_check")
	case !*s.Authorized:
		return v.denial(req.Op, check, "the API denies it")
	}
	return nil
}
