package login

import (
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Prove makes a login a direct one, of a member who has authenticated a factor now. The factor counts together with
// those of the member's own session or of the intermediate session that the request names. A session of somebody else,
// or of somebody who impersonates the member, is ignored.
func (l *Login) Prove(tx *state.Tx, m *state.Member, f Factor) error {
	l.Org, l.Member, l.method = tx.Organizations.Get(m.OrganizationID), m, factor.Method(&f)
	r := l.request
	switch {
	case state.Given(r.IntermediateSessionToken):
		if err := l.resumeFrom(tx, *r.IntermediateSessionToken); err != nil {
			return err
		}
	case state.Given(r.SessionToken) || state.Given(r.SessionJWT):
		s, owner, err := FindSession(tx, r.SessionToken, r.SessionJWT)
		if err != nil {
			return err
		}
		if owner.MemberID == m.MemberID && !factor.IsImpersonation(s.Factors) {
			l.ContinueSession(s, m)
		}
	}
	l.Factors = factor.Merge(l.Factors, f)
	l.byOwn = l.byOwn || factor.HasPassword([]Factor{f}) && ownsPassword(tx, m)
	return nil
}

// resumeFrom makes a login of a member go on from the intermediate session that has a token. It must be one of a person
// with the member's address, and be valid in the member's organization.
func (l *Login) resumeFrom(tx *state.Tx, token string) error {
	i, err := FindIntermediate(tx, token)
	if err != nil {
		return err
	}
	if i.Bound && i.OrganizationID != l.Member.OrganizationID ||
		state.Lower(i.Email) != state.Lower(l.Member.EmailAddress) {
		return ops.ErrInvalidIntermediateSessionTokenForOrganization
	}
	l.ContinueIntermediate(i)
	return nil
}

// ContinueIntermediate makes a login go on from an intermediate session.
func (l *Login) ContinueIntermediate(i *state.Intermediate) {
	l.Intermediate, l.Factors, l.accounts, l.EmailKnown = i, i.Factors, i.Accounts, i.EmailKnown
}

// ContinueSession makes a login one of a member's own session.
func (l *Login) ContinueSession(s *state.Session, m *state.Member) {
	l.Member, l.Session, l.Factors, l.EmailKnown = m, s, factor.Current(m, s.Factors), HasProved(s, m)
}
