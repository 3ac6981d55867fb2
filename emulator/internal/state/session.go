package state

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed75add069/stytch-go/b2c/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/store"
	"github.com/seed75add069/stytch-go/shared"
)

// Session is a member's session. Factors are oldest first.
type Session struct {
	ID             string                          `json:"member_session_id"`
	MemberID       string                          `json:"member_id"`
	OrganizationID string                          `json:"organization_id"`
	Tokens         []string                        `json:"tokens"`
	StartedAt      time.Time                       `json:"started_at"`
	LastAccessedAt time.Time                       `json:"last_accessed_at"`
	ExpiresAt      time.Time                       `json:"expires_at"`
	Factors        []sessions.AuthenticationFactor `json:"authentication_factors"`
	CustomClaims   shared.Object                   `json:"custom_claims"`
	// ProvedEmail is the address that the person of the session has proved by it, in lower case; empty for none.
	ProvedEmail string `json:"proved_email_address,omitzero"`
}

// Intermediate is an intermediate session: factors that somebody has proved, for which there is no session yet.
type Intermediate struct {
	Token string `json:"token"`
	Email string `json:"email_address"`
	// OrganizationID is the organization that it was made for, empty for discovery. Bound says that no other one
	// takes it.
	OrganizationID string                          `json:"organization_id"`
	Bound          bool                            `json:"bound,omitzero"`
	Factors        []sessions.AuthenticationFactor `json:"authentication_factors"`
	// EmailProved says that the person has proved the address otherwise than by one of the factors.
	EmailProved bool `json:"email_proved,omitzero"`
	// EmailKnown says that the person had proved the address before, see [Session].
	EmailKnown bool `json:"email_known,omitzero"`
	// Tenants are the OAuth tenants that the person belongs to.
	Tenants []Tenant `json:"oauth_tenants"`
	// Accounts are those of OAuth logins. They have no member yet.
	Accounts  []Registration `json:"oauth_accounts,omitzero"`
	ExpiresAt time.Time      `json:"expires_at"`
}

// Tenant is a workspace at an OAuth provider (slack, hubspot or github).
type Tenant struct {
	Provider string `json:"provider"`
	ID       string `json:"tenant_id"`
}

type sessionTables struct {
	Sessions       *store.Table[Session]
	SessionByToken *store.Index[Session]
	sessionsOf     *store.Index[Session] // by member
	Intermediates  *store.Table[Intermediate]

	sessionsDue, intermediatesDue due
}

func newSessionTables(db *store.DB) sessionTables {
	t := store.NewTable(db, "sessions", func(s *Session) string { return s.ID })
	return sessionTables{
		Sessions:       t,
		SessionByToken: t.UniqueEach("tokens", func(s *Session) []string { return s.Tokens }),
		sessionsOf:     t.Index("member", func(s *Session) string { return s.MemberID }),
		Intermediates:  store.NewTable(db, "intermediate_sessions", func(i *Intermediate) string { return i.Token }),
	}
}

// SessionsOf returns the sessions of a member that have not expired, oldest first.
func (tx *Tx) SessionsOf(memberID string) []*Session {
	var list []*Session
	for _, s := range tx.sessionsOf.All(memberID) {
		if tx.Now.Before(s.ExpiresAt) {
			list = append(list, s)
		}
	}
	return list
}

// DeleteSessionsOf deletes those sessions of a member for which is returns true.
func (tx *Tx) DeleteSessionsOf(memberID string, is func(*Session) bool) {
	for _, s := range tx.sessionsOf.Rows(memberID) {
		if is(s) {
			tx.Sessions.Delete(s.ID)
		}
	}
}

// DeleteIntermediatesFor deletes those intermediate sessions for a login of a member to the organization for which is
// returns true.
func (tx *Tx) DeleteIntermediatesFor(m *Member, is func(*Intermediate) bool) {
	tx.Intermediates.DeleteFunc(func(i *Intermediate) bool {
		return i.OrganizationID == m.OrganizationID && Lower(i.Email) == Lower(m.EmailAddress) && is(i)
	})
}

func (s *Session) prepare(*Tx) error {
	claims, err := MergeClaims(nil, s.CustomClaims)
	switch {
	case !IsName(s.ID):
		return errors.New("member_session_id is empty or too long")
	case err != nil || len(claims) != len(s.CustomClaims):
		return errors.New("custom_claims are too large or have a reserved name")
	case !encodesWithin(s.Factors, maxObject):
		return fmt.Errorf("authentication_factors must be UTF-8 and have at most %d bytes of JSON", maxObject)
	case len(Distinct(s.Tokens)) != len(s.Tokens) || slices.Contains(s.Tokens, ""):
		return errors.New("tokens has one that is empty, or that occurs twice")
	}
	return nil
}

// Check checks the bounds of a session that no call has made.
func (s *Session) Check() error { return cmp.Or(checkRow("sessions", s), s.prepare(nil)) }

func (i *Intermediate) prepare(*Tx) error {
	return cmp.Or(
		checkToken("token", i.Token), checkEmail("email_address", i.Email), checkAccounts("oauth_accounts", i.Accounts))
}

func (tx *Tx) checkSessions(all tokens) error {
	err := each(tx.Sessions, func(s *Session) error {
		for _, token := range s.Tokens {
			if err := all.once("tokens", token); err != nil {
				return err
			}
		}
		return tx.refersToMember(s.OrganizationID, s.MemberID)
	})
	if err != nil {
		return err
	}
	return each(tx.Intermediates, func(i *Intermediate) error {
		if i.OrganizationID != "" {
			if err := refers("organization_id", i.OrganizationID, tx.Organizations); err != nil {
				return err
			}
		}
		return all.once("token", i.Token)
	})
}
