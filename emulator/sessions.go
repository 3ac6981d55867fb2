package emulator

import (
	"cmp"
	"slices"

	"github.com/seed75add069/stytch-go/b2b/organizations"
	b2bsessions "github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/shared"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// activeSession finds a session that has not expired, and its member. The session of a deleted member counts as not
// found.
func (c *call) activeSession(is func(*session) bool) (*session, *member, error) {
	s := find(c.Sessions, func(s *session) bool { return c.now.Before(s.ExpiresAt) && is(s) })
	if s == nil {
		return nil, nil, fail(stytcherror.CodeSessionNotFound, "The session is unknown, was revoked or has expired.")
	}
	m := c.findMember(func(m *member) bool { return m.MemberID == s.MemberID })
	if m == nil {
		return nil, nil, fail(stytcherror.CodeSessionNotFound, "The session's member is gone.")
	}
	return s, m, nil
}

// sessionOf finds a session and its member by the session's token or a JWT, of which exactly one must be given.
func (c *call) sessionOf(token, jwt *string) (*session, *member, error) {
	switch {
	case token != nil && jwt != nil:
		return nil, nil, fail(stytcherror.CodeTooManySessionArguments,
			"Give a session token or a session JWT, not both.")
	case jwt != nil:
		return c.sessionOfJWT(*jwt)
	case token == nil:
		return nil, nil, fail(stytcherror.CodeNoSessionArguments, "Give a session token or a session JWT.")
	case !tokenForm.MatchString(*token):
		return nil, nil, fail(stytcherror.CodeInvalidSessionToken, "The session token is malformed.")
	}
	return c.activeSession(func(s *session) bool { return slices.Contains(s.Tokens, *token) })
}

// apiSession is a session as the API returns it.
func (c *call) apiSession(s *session, m *member, org *organizations.Organization) *b2bsessions.MemberSession {
	return &b2bsessions.MemberSession{
		MemberSessionID: s.ID, MemberID: s.MemberID,
		OrganizationID: s.OrganizationID, OrganizationSlug: org.OrganizationSlug,
		StartedAt: s.StartedAt, LastAccessedAt: s.LastAccessedAt, ExpiresAt: s.ExpiresAt,
		AuthenticationFactors: s.Factors, Roles: c.roleIDs(m), CustomClaims: s.CustomClaims,
	}
}

func (c *call) getSessions(req *b2bsessions.GetRequest) (*b2bsessions.GetResponse, error) {
	org, err := c.findOrganization(req.OrganizationID)
	if err != nil {
		return nil, err
	}
	m := c.findMember(func(m *member) bool { return m.OrganizationID == org.OrganizationID && m.is(req.MemberID) })
	if m == nil {
		return nil, fail(stytcherror.CodeMemberNotFound, "The organization has no such member.")
	}
	resp := &b2bsessions.GetResponse{}
	for _, s := range c.Sessions {
		if s.MemberID == m.MemberID && c.now.Before(s.ExpiresAt) {
			resp.MemberSessions = append(resp.MemberSessions, *c.apiSession(s, m, org))
		}
	}
	return resp, nil
}

func (c *call) authenticateSession(req *b2bsessions.AuthenticateRequest) (*b2bsessions.AuthenticateResponse, error) {
	duration, err := sessionDuration(req.SessionDurationMinutes)
	if err != nil {
		return nil, err
	}
	s, m, err := c.sessionOf(req.SessionToken, req.SessionJWT)
	if err != nil {
		return nil, err
	}
	var verdict *b2bsessions.AuthorizationVerdict
	if req.AuthorizationCheck != nil {
		if verdict, err = c.authorizeCheck(*req.AuthorizationCheck, m); err != nil {
			return nil, err
		}
	}
	if req.SessionDurationMinutes != nil {
		claims, err := mergeClaims(s.CustomClaims, req.SessionCustomClaims)
		if err != nil {
			return nil, err
		}
		s.CustomClaims, s.ExpiresAt = claims, c.now.Add(duration)
	}
	s.LastAccessedAt = c.now
	org := c.organization(s.OrganizationID)
	jwt, err := c.sessionJWT(s, m, org)
	if err != nil {
		return nil, err
	}
	return &b2bsessions.AuthenticateResponse{
		MemberSession: *c.apiSession(s, m, org), SessionToken: *cmp.Or(req.SessionToken, new("")), SessionJWT: jwt,
		Member: c.apiMember(m), Organization: *org, Verdict: verdict,
	}, nil
}

// revokeSession revokes one session, or all of a member's.
func (c *call) revokeSession(req *b2bsessions.RevokeRequest) (*b2bsessions.RevokeResponse, error) {
	given := slices.DeleteFunc([]*string{req.MemberSessionID, req.SessionToken, req.SessionJWT, req.MemberID},
		func(selector *string) bool { return selector == nil })
	switch {
	case len(given) == 0:
		return nil, fail(stytcherror.CodeNoSessionRevokeArguments, "Name a session or a member.")
	case len(given) > 1:
		return nil, fail(stytcherror.CodeTooManySessionRevokeArguments, "Name the session or member in one way only.")
	}
	m, is, err := c.sessionsToRevoke(req)
	if err != nil {
		return nil, err
	}
	if err := c.authorizeCaller(m, "revoke-sessions"); err != nil {
		return nil, err
	}
	c.Sessions = slices.DeleteFunc(c.Sessions, is)
	return &b2bsessions.RevokeResponse{}, nil
}

// sessionsToRevoke returns the member whose sessions a request names, and a function that tells which they are.
func (c *call) sessionsToRevoke(req *b2bsessions.RevokeRequest) (*member, func(*session) bool, error) {
	if req.MemberID != nil {
		m := c.findMember(func(m *member) bool { return m.is(*req.MemberID) })
		if m == nil {
			return nil, nil, fail(stytcherror.CodeMemberNotFound, "There is no such member.")
		}
		return m, func(s *session) bool { return s.MemberID == m.MemberID }, nil
	}
	var s *session
	var m *member
	var err error
	if req.MemberSessionID != nil {
		s, m, err = c.activeSession(func(s *session) bool { return s.ID == *req.MemberSessionID })
	} else {
		s, m, err = c.sessionOf(req.SessionToken, req.SessionJWT)
	}
	return m, func(other *session) bool { return other == s }, err
}

// authorizeCaller checks that the session in the call's headers, if there is one, permits an action on the target.
func (c *call) authorizeCaller(target *member, action string) error {
	token := shared.NonZero(c.header.Get("X-Stytch-Member-Session"))
	jwt := shared.NonZero(c.header.Get("X-Stytch-Member-SessionJWT"))
	switch {
	case token != nil:
		jwt = nil // the token wins
	case jwt == nil:
		return nil
	}
	_, caller, err := c.sessionOf(token, jwt)
	if err != nil {
		return err
	}
	if caller.OrganizationID != target.OrganizationID {
		return fail(stytcherror.CodeSessionAuthorizationTenancyError, "The member is of another organization.")
	}
	if len(c.grantingRoles(caller, resourceMember, action)) > 0 ||
		caller == target && len(c.grantingRoles(caller, resourceSelf, action)) > 0 {
		return nil
	}
	return fail(stytcherror.CodeSessionAuthorizationError, "No role of the session permits %s.", action)
}

// exchangeSession logs a session's member in to another organization that has a member with the same address.
func (c *call) exchangeSession(req *b2bsessions.ExchangeRequest) (*b2bsessions.ExchangeResponse, error) {
	l, err := newLogin(req.SessionDurationMinutes, req.SessionCustomClaims, req.Locale)
	if err != nil {
		return nil, err
	}
	s, from, err := c.sessionOf(req.SessionToken, req.SessionJWT)
	if err != nil {
		return nil, err
	}
	org, err := c.findOrganization(req.OrganizationID)
	if err != nil {
		return nil, err
	}
	l.org, l.member = org, c.memberByEmail(org, from.EmailAddress)
	if l.member == nil {
		return nil, fail(stytcherror.CodeMemberNotFound, "The organization has no member of that e-mail address.")
	}
	// Logins by SSO and passwords are not valid in other organizations.
	l.factors = slices.DeleteFunc(slices.Clone(s.Factors), func(f sessions.AuthenticationFactor) bool {
		return f.Type == sessions.AuthenticationFactorTypeSSO || f.Type == sessions.AuthenticationFactorTypePassword
	})
	if len(l.factors) == 0 {
		return nil, fail(stytcherror.CodeInsufficientFactorsForSessionExchange,
			"None of the session's factors is valid in another organization.")
	}
	resp, err := c.completeLogin(l)
	return (*b2bsessions.ExchangeResponse)(resp), err
}

// getJWKS returns the published keys (RFC 7517). A project signs the JWTs of members and of users with the same keys.
func (c *call) getJWKS(req *b2bsessions.GetJWKSRequest) (*b2bsessions.GetJWKSResponse, error) {
	if req.ProjectID != c.project.id {
		return nil, fail(stytcherror.CodeProjectNotFound, "There is no such project.")
	}
	keys, err := c.publishedKeys(c.now)
	if err != nil {
		return nil, err
	}
	resp := &b2bsessions.GetJWKSResponse{}
	for _, k := range keys {
		resp.Keys = append(resp.Keys, k.jwk())
	}
	return resp, nil
}
