package login

import (
	"errors"
	"reflect"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/password"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Guess is a password that somebody has given, for a member or for an address. It counts as wrong from the beginning,
// so that parallel guesses are all counted, until [Guess.Accept] takes that back.
type Guess struct {
	// Hash is what it is compared with, outside of transactions.
	Hash *password.Hash

	memberID, passwordID string
	// lockedMember and lockedPassword say that counting it has locked them.
	lockedMember, lockedPassword bool
}

// NewGuess counts a guess of the password of a member, nil for none, or of an address. It refuses one for a member or a
// password that is locked. If there is no password, it returns a guess beside the error, which is to be compared all
// the same: the refusal then takes as long as any other.
func NewGuess(tx *state.Tx, m *state.Member, p *state.Password) (*Guess, error) {
	if m != nil {
		if err := CheckLock(tx, m); err != nil {
			return nil, err
		}
	}
	if p == nil {
		return &Guess{Hash: password.Nobody()}, ops.ErrMemberPasswordNotFound
	}
	g := &Guess{Hash: &p.Hash, passwordID: p.ID}
	if p.Email != "" {
		if tx.Now.Before(p.LockExpiresAt) {
			return nil, ops.ErrUserLockLimitReached
		}
		changed := *p
		if changed.Failures++; changed.Failures >= failuresToLock {
			changed.Failures, changed.LockExpiresAt = 0, tx.Now.Add(lockLifetime)
			g.lockedPassword = true
		}
		tx.Passwords.Put(&changed)
	}
	if m != nil {
		g.memberID = m.MemberID
		g.lockedMember = countFailure(tx, m)
	}
	return g, nil
}

// ErrPasswordChanged says that a password which was right when it was compared is the right one no more.
var ErrPasswordChanged = errors.New("the password is another one by now")

// Accept takes back that a guess, which was right, was counted. It returns [ErrPasswordChanged] if the password is
// another one by now or its member was deleted, and refuses one that is locked by other guesses. It returns the rows; m
// is nil for a guess without a member.
func (g *Guess) Accept(tx *state.Tx) (m *state.Member, p *state.Password, err error) {
	p = tx.Passwords.Get(g.passwordID)
	if p == nil || !reflect.DeepEqual(g.Hash, &p.Hash) {
		return nil, nil, ErrPasswordChanged
	}
	if p.Email != "" {
		if tx.Now.Before(p.LockExpiresAt) && !g.lockedPassword {
			return nil, nil, ops.ErrUserLockLimitReached
		}
		p = new(*p)
		p.Failures, p.LockExpiresAt = 0, time.Time{}
		tx.Passwords.Put(p)
	}
	if g.memberID == "" {
		return nil, p, nil
	}
	m = tx.Members.Get(g.memberID)
	if m == nil || m.IsDeleted() || p.Email != "" && state.Lower(m.EmailAddress) != state.Lower(p.Email) {
		return nil, nil, ErrPasswordChanged
	}
	m = new(*m)
	if g.lockedMember {
		m.Failures, m.LockCreatedAt, m.LockExpiresAt = failuresToLock-1, time.Time{}, time.Time{}
	} else if m.Failures > 0 {
		m.Failures--
	}
	tx.Members.Put(m)
	return m, p, CheckLock(tx, m)
}
