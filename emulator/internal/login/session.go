package login

import (
	"cmp"
	"time"

	"github.com/seed75add069/stytch-go/b2b/sessions"
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/sign"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// defaultSessionMinutes is how long a session lasts, in minutes, if no duration is asked for.
const defaultSessionMinutes = 60

// intermediateLifetime is how long an intermediate session is valid.
const intermediateLifetime = 10 * time.Minute

// FindSession returns the active session that a call names by its token or JWT, and its member. Empty ones are as if
// absent.
func FindSession(tx *state.Tx, token, jwt *string) (*state.Session, *state.Member, error) {
	hasToken, hasJWT := state.Given(token), state.Given(jwt)
	switch {
	case hasToken && hasJWT:
		return nil, nil, ops.ErrTooManySessionArguments
	case hasJWT:
		id, err := sign.SessionID(tx, *jwt)
		if err != nil {
			return nil, nil, err
		}
		return FindSessionByID(tx, id)
	case !hasToken:
		return nil, nil, ops.ErrNoSessionArguments
	case !state.TokenForm.MatchString(*token):
		return nil, nil, ops.ErrInvalidSessionToken
	}
	return active(tx, tx.SessionByToken.First(*token))
}

// FindSessionByID returns an active session and its member.
func FindSessionByID(tx *state.Tx, id string) (*state.Session, *state.Member, error) {
	return active(tx, tx.Sessions.Get(id))
}

func active(tx *state.Tx, s *state.Session) (*state.Session, *state.Member, error) {
	if s == nil || !tx.Now.Before(s.ExpiresAt) {
		return nil, nil, ops.ErrSessionNotFound
	}
	m := tx.Members.Get(s.MemberID)
	if m == nil || m.IsDeleted() {
		return nil, nil, ops.ErrSessionNotFound
	}
	return s, m, nil
}

// SessionDuration is how long a session lasts for which a number of minutes was asked.
func SessionDuration(minutes *int) (time.Duration, error) {
	n := defaultSessionMinutes
	if minutes != nil {
		n = *minutes
	}
	if n < state.MinSessionMinutes || n > state.MaxSessionMinutes {
		return 0, ops.ErrInvalidSessionDurationMinutes.Because(
			"session_duration_minutes must be between %d and %d.", state.MinSessionMinutes, state.MaxSessionMinutes)
	}
	return time.Duration(n) * time.Minute, nil
}

// BoundedDuration is the duration of a session, within the longest one that the project allows. One that was asked for
// and is longer is refused.
func BoundedDuration(tx *state.Tx, minutes *int, d time.Duration) (time.Duration, error) {
	longest := time.Duration(cmp.Or(tx.Settings().MaxSessionDurationMinutes, state.MaxSessionMinutes)) * time.Minute
	if d <= longest {
		return d, nil
	}
	if minutes != nil {
		return 0, ops.ErrInvalidSessionDuration.Because(
			"The project's sessions last at most %d minutes.", int(longest.Minutes()))
	}
	return longest, nil
}

// Session is a session as the API returns it.
func Session(tx *state.Tx, s *state.Session) sessions.MemberSession {
	return sessionResponse(s, tx.Organizations.Get(s.OrganizationID).OrganizationSlug, sessionRoleIDs(tx, s))
}

func sessionResponse(s *state.Session, slug string, roles []string) sessions.MemberSession {
	return sessions.MemberSession{
		MemberSessionID: s.ID, MemberID: s.MemberID, OrganizationID: s.OrganizationID, OrganizationSlug: slug,
		StartedAt: s.StartedAt, LastAccessedAt: s.LastAccessedAt, ExpiresAt: s.ExpiresAt,
		AuthenticationFactors: s.Factors, Roles: roles, CustomClaims: s.CustomClaims,
	}
}

// SignJWT makes a JWT for a session once the transaction is committed, and stores it in to.
func SignJWT(tx *state.Tx, s *state.Session, to *string) {
	slug := tx.Organizations.Get(s.OrganizationID).OrganizationSlug
	sign.Session(tx, s, slug, sessionRoleIDs(tx, s), to)
}

// FindIntermediate returns the intermediate session that has a token.
func FindIntermediate(tx *state.Tx, token string) (*state.Intermediate, error) {
	if !state.TokenForm.MatchString(token) {
		return nil, ops.ErrInvalidSessionToken.Because("The intermediate session token is malformed.")
	}
	i := tx.Intermediates.Get(token)
	if i == nil || !tx.Now.Before(i.ExpiresAt) {
		return nil, ops.ErrIntermediateSessionNotFound
	}
	return i, nil
}

// IntermediateExpiry is when an intermediate session that is made now expires.
func IntermediateExpiry(tx *state.Tx) time.Time { return tx.Now.Add(intermediateLifetime) }

// NewIntermediate puts an intermediate session, for an organization or, if the id is empty, for discovery. With a
// factor that is valid in one organization only, it is bound to that.
func NewIntermediate(tx *state.Tx, email, organizationID string, factors []Factor) *state.Intermediate {
	i := &state.Intermediate{
		Token: tx.Token(), Email: email, OrganizationID: organizationID, Factors: factors,
		ExpiresAt: IntermediateExpiry(tx),
	}
	i.Bound = organizationID != "" && len(factor.Portable(tx, factors)) < len(factors)
	tx.Intermediates.Put(i)
	return i
}

// LogOut deletes the sessions of a member, and the tokens of apps.
func LogOut(tx *state.Tx, m *state.Member) {
	tx.DeleteSessionsOf(m.MemberID, func(*state.Session) bool { return true })
	tx.DeleteAuthorizationsOf(m.MemberID)
}
