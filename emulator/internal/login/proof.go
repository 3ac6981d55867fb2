package login

import (
	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// HasProved reports whether the person who logs in has proved the member's address, so that the session opens what
// belongs to the address in other organizations. That a member's address is verified is not enough: somebody else may
// have proved it, after the address was given to the member, or beside an identity provider of the organization that
// says whose addresses are whose. This is the one rule; what a session, an intermediate session, a password, an account
// or an app's authorization stores of it is its outcome. A login has proved the address
//   - by a factor that does so everywhere (see [factor.ProvesEmail]) or a link for setting a password,
//   - if the session or intermediate session that it goes on from has proved this same address, or
//   - by a password or an account at an OAuth provider that was made the member's by such a login, while the member had
//     this address.
//
// SSO, tokens of apps and of other issuers, imported sessions and impersonations prove it for the organization at most.
// Unverified: the rule. The API's is not known.
func (l *Login) HasProved() bool {
	m := l.Member
	return l.EmailProved || l.EmailKnown || factor.ProvesEmail(l.Factors, m.EmailAddress) ||
		l.byOwn && m.EmailAddressVerified && !m.VouchedFor
}

// HasProved reports whether a session has proved the address that its member has now, see [Login.HasProved].
func HasProved(s *state.Session, m *state.Member) bool {
	return isProved(s.ProvedEmail, m) || factor.ProvesEmail(factor.Current(m, s.Factors), m.EmailAddress)
}

// isProved reports whether an address that was proved, empty for none, is a member's.
func isProved(email string, m *state.Member) bool {
	return email != "" && state.Lower(email) == state.Lower(m.EmailAddress)
}

// ownsPassword reports whether the password with which a member logs in was set by somebody who had proved the address.
func ownsPassword(tx *state.Tx, m *state.Member) bool {
	p := tx.PasswordOf(m)
	return p != nil && !p.Unproved
}
