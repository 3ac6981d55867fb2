package login

import (
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/factor"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// A member is locked after maxFailures failed attempts to log in, for lockLifetime. Unverified: the API's number.
const (
	maxFailures  = 10
	lockLifetime = time.Hour
)

// CheckLock refuses a member who is locked.
func CheckLock(tx *state.Tx, m *state.Member) error {
	if tx.Now.Before(m.LockExpiresAt) {
		return ops.ErrUserLockLimitReached
	}
	return nil
}

// CountFailure counts a wrong code, and locks the member after too many since the last login. It returns the refusal as
// it is. Other refusals than those of a [factor.WrongCode] are not counted.
func CountFailure(tx *state.Tx, m *state.Member, refusal error) error {
	if _, wrong := errors.AsType[*factor.WrongCode](refusal); !wrong {
		return refusal
	}
	countFailure(tx, m)
	return refusal
}

func countFailure(tx *state.Tx, m *state.Member) {
	changed := *m
	if changed.Failures++; changed.Failures >= maxFailures {
		changed.Failures = 0
		changed.LockCreatedAt, changed.LockExpiresAt = tx.Now, tx.Now.Add(lockLifetime)
	}
	tx.Members.Put(&changed)
}

// clearFailures forgets the failed attempts of a member who has logged in. It returns the row.
func clearFailures(tx *state.Tx, m *state.Member) *state.Member {
	if m.Failures == 0 {
		return m
	}
	changed := *m
	changed.Failures = 0
	tx.Members.Put(&changed)
	return &changed
}
