package login

import (
	"errors"
	"reflect"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/password"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Guess is a password that somebody has given, for a member or for an address.
type Guess struct {
	// Hash is what it is compared with, outside of transactions.
	Hash *password.Hash

	memberID, passwordID string
}

// NewGuess makes a guess of a password, nil if there is none: of a member's or, if m is nil, of an address's. It
// refuses one for a member or a password that is locked. If there is no password, it returns a guess beside the error,
// which is to be compared all the same: the refusal then takes as long as any other.
func NewGuess(tx *state.Tx, m *state.Member, p *state.Password) (*Guess, error) {
	if m != nil {
		if err := CheckLock(tx, m); err != nil {
			return nil, err
		}
	}
	if p == nil {
		return &Guess{Hash: password.Nobody()}, ops.ErrMemberPasswordNotFound
	}
	if tx.Now.Before(p.LockExpiresAt) {
		return nil, ops.ErrUserLockLimitReached
	}
	g := &Guess{Hash: &p.Hash, passwordID: p.ID}
	if m != nil {
		g.memberID = m.MemberID
	}
	return g, nil
}

// ErrWrongGuess says that a password is wrong, or is not the right one any more.
var ErrWrongGuess = errors.New("the password is wrong")

// Accept ends a guess that was compared, and returns the rows if it is right; m is nil for a guess without a member.
// Otherwise it counts the guess and returns [ErrWrongGuess]. While the member or the password is locked it refuses
// both alike, so that of parallel guesses no more tell anything than of those in turn.
func (g *Guess) Accept(tx *state.Tx, right bool) (m *state.Member, p *state.Password, err error) {
	p = tx.Passwords.Get(g.passwordID)
	if p == nil {
		return nil, nil, ErrWrongGuess
	}
	right = right && reflect.DeepEqual(g.Hash, &p.Hash)
	if g.memberID != "" {
		if m = tx.Members.Get(g.memberID); m == nil || m.IsDeleted() {
			return nil, nil, ErrWrongGuess
		}
		if err := CheckLock(tx, m); err != nil {
			return nil, nil, err
		}
		right = right && (p.Email == "" || state.Lower(m.EmailAddress) == state.Lower(p.Email))
	}
	if tx.Now.Before(p.LockExpiresAt) {
		return nil, nil, ops.ErrUserLockLimitReached
	}
	if p.Email != "" {
		p = countGuess(tx, p, right)
	}
	if !right {
		if m != nil {
			countFailure(tx, m)
		}
		return nil, nil, ErrWrongGuess
	}
	return m, p, nil
}

// countGuess counts a guess of the password of an address, and locks it after too many wrong ones since the last right
// one. It returns the row.
func countGuess(tx *state.Tx, p *state.Password, right bool) *state.Password {
	changed := *p
	changed.Failures, changed.LockExpiresAt = changed.Failures+1, time.Time{}
	if right {
		changed.Failures = 0
	}
	if changed.Failures >= failuresToLock {
		changed.Failures, changed.LockExpiresAt = 0, tx.Now.Add(lockLifetime)
	}
	tx.Passwords.Put(&changed)
	return &changed
}
