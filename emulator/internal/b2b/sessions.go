package b2b

import (
	"cmp"
	"strings"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/login"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

func sessionRoutes() []engine.Route {
	return []engine.Route{
		engine.Handle(ops.B2BSessionsGet, getSessions),
		engine.Handle(ops.B2BSessionsAuthenticate, authenticateSession),
		engine.Handle(ops.B2BSessionsRevoke, revokeSession),
		engine.Handle(ops.B2BSessionsExchange, exchangeSession),
	}
}

// getSessions lists the active sessions of a member.
func getSessions(tx *engine.Tx, req *sessions.GetRequest) (*sessions.GetResponse, error) {
	_, m, err := findMember(tx, req.OrganizationID, req.MemberID)
	if err != nil {
		return nil, err
	}
	resp := &sessions.GetResponse{}
	for _, s := range tx.SessionsOf(m.MemberID) {
		resp.MemberSessions = append(resp.MemberSessions, login.Session(tx.Tx, s))
	}
	return resp, nil
}

// authenticateSession extends a session only if a duration is given. Custom claims are ignored otherwise.
func authenticateSession(tx *engine.Tx, req *sessions.AuthenticateRequest) (*sessions.AuthenticateResponse, error) {
	duration, err := login.SessionDuration(req.SessionDurationMinutes)
	if err != nil {
		return nil, err
	}
	if _, err := state.MergeClaims(nil, req.SessionCustomClaims); err != nil {
		return nil, err
	}
	found, m, err := login.FindSession(tx.Tx, req.SessionToken, req.SessionJWT)
	if err != nil {
		return nil, err
	}
	s := *found
	if req.SessionDurationMinutes != nil && factor.IsImpersonation(s.Factors) {
		return nil, ops.ErrSessionNotMutable.Because("A session of an impersonation cannot be extended.")
	}
	resp := &sessions.AuthenticateResponse{}
	if req.AuthorizationCheck != nil {
		if resp.Verdict, err = login.Authorize(tx.Tx, &s, req.AuthorizationCheck); err != nil {
			return nil, err
		}
	}
	if req.SessionDurationMinutes != nil {
		if s.CustomClaims, err = state.MergeClaims(s.CustomClaims, req.SessionCustomClaims); err != nil {
			return nil, err
		}
		if duration, err = login.BoundedDuration(tx.Tx, req.SessionDurationMinutes, duration); err != nil {
			return nil, err
		}
		s.ExpiresAt = tx.Now.Add(duration)
	}
	s.LastAccessedAt = tx.Now
	tx.Sessions.Put(&s)
	login.SignJWT(tx.Tx, &s, &resp.SessionJWT)
	if state.Given(req.SessionToken) {
		resp.SessionToken = *req.SessionToken
	}
	resp.MemberSession = login.Session(tx.Tx, &s)
	resp.Member = login.Member(tx.Tx, m)
	resp.Organization = tx.Organizations.Get(s.OrganizationID).Organization
	return resp, nil
}

// revokeSession revokes one session, or all of a member.
func revokeSession(tx *engine.Tx, req *sessions.RevokeRequest) (*sessions.RevokeResponse, error) {
	n := 0
	for _, selector := range []*string{req.MemberSessionID, req.SessionToken, req.SessionJWT, req.MemberID} {
		if state.Given(selector) {
			n++
		}
	}
	switch {
	case n == 0:
		return nil, ops.ErrNoSessionRevokeArguments
	case n > 1:
		return nil, ops.ErrTooManySessionRevokeArguments
	}
	m, is, err := toRevoke(tx, req)
	if err != nil {
		return nil, err
	}
	if err := tx.Permit(m.OrganizationID, m); err != nil {
		return nil, err
	}
	tx.DeleteSessionsOf(m.MemberID, is)
	return &sessions.RevokeResponse{}, nil
}

// toRevoke returns the member whose sessions are revoked, and which of them are.
func toRevoke(tx *engine.Tx, req *sessions.RevokeRequest) (*state.Member, func(*state.Session) bool, error) {
	if state.Given(req.MemberID) {
		if err := login.CheckTestID("member", *req.MemberID); err != nil {
			return nil, nil, err
		}
		m := tx.MemberAnywhere(*req.MemberID)
		if m == nil {
			return nil, nil, ops.ErrMemberNotFound
		}
		return m, func(*state.Session) bool { return true }, nil
	}
	var s *state.Session
	var m *state.Member
	var err error
	if state.Given(req.MemberSessionID) {
		if s, m, err = login.FindSessionByID(tx.Tx, *req.MemberSessionID); err != nil {
			err = cmp.Or(checkSessionID(*req.MemberSessionID), err)
		}
	} else {
		s, m, err = login.FindSession(tx.Tx, req.SessionToken, req.SessionJWT)
	}
	return m, func(other *state.Session) bool { return other.ID == s.ID }, err
}

// checkSessionID refuses what no session's id can be.
func checkSessionID(id string) error {
	if !state.IDForm.MatchString(id) || !strings.Contains(id, "session-") {
		return ops.ErrInvalidSessionID
	}
	return cmp.Or(login.CheckTestID("member-session", id), login.CheckTestID("session", id))
}

// exchangeSession logs the person of a session in to another organization, with the factors that are valid there. The
// session that it came from stays.
func exchangeSession(tx *engine.Tx, req *sessions.ExchangeRequest) (*sessions.ExchangeResponse, error) {
	l, err := login.New(login.Request{
		SessionDurationMinutes: req.SessionDurationMinutes, SessionCustomClaims: req.SessionCustomClaims,
		Locale: req.Locale,
	})
	if err != nil {
		return nil, err
	}
	s, from, err := login.FindSession(tx.Tx, req.SessionToken, req.SessionJWT)
	if err != nil {
		return nil, err
	}
	if l.Org, err = login.FindOrganization(tx.Tx, req.OrganizationID); err != nil {
		return nil, err
	}
	if l.EmailKnown = login.HasProved(s, from); !l.EmailKnown {
		return nil, ops.ErrInsufficientFactorsForSessionExchange.Because(
			"The session has not proved the member's address.")
	}
	if l.Member = tx.MemberByEmail(l.Org.OrganizationID, from.EmailAddress); l.Member == nil {
		return nil, ops.ErrMemberNotFound
	}
	if l.Factors = factor.Portable(tx.Tx, factor.Current(from, s.Factors)); !factor.HasPrimary(l.Factors) {
		return nil, ops.ErrInsufficientFactorsForSessionExchange
	}
	resp, err := login.Complete(tx.Tx, l)
	return (*sessions.ExchangeResponse)(resp), err
}
