package login

import (
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// A member is locked after failuresToLock failed attempts to log in, for lockLifetime. Unverified: the API's number.
const (
	failuresToLock = 10
	lockLifetime   = time.Hour
)

// CheckLock refuses a member who is locked.
func CheckLock(tx *state.Tx, m *state.Member) error {
	if _, expires := lockOf(tx, m); !expires.IsZero() {
		return ops.ErrUserLockLimitReached
	}
	return nil
}

// lockOf is since when and until when a member is locked: by wrong codes and passwords of the member's or, where
// passwords are for all organizations, by wrong passwords of the address. The times are zero if there is no lock.
func lockOf(tx *state.Tx, m *state.Member) (created, expires time.Time) {
	if tx.Now.Before(m.LockExpiresAt) {
		created, expires = m.LockCreatedAt, m.LockExpiresAt
	}
	if p := tx.PasswordOf(m); p != nil && tx.Now.Before(p.LockExpiresAt) && p.LockExpiresAt.After(expires) {
		created, expires = p.LockExpiresAt.Add(-lockLifetime), p.LockExpiresAt
	}
	return created, expires
}

// CountFailure counts a wrong code, and locks the member after too many since the last login. It returns the refusal as
// it is. One that is no [ops.CommittedError] is not that of a wrong code, and is not counted.
func CountFailure(tx *state.Tx, m *state.Member, refusal error) error {
	if _, isWrong := errors.AsType[*ops.CommittedError](refusal); !isWrong {
		return refusal
	}
	countFailure(tx, m)
	return refusal
}

// countFailure counts a failed attempt to log in, and locks the member after too many.
func countFailure(tx *state.Tx, m *state.Member) {
	changed := *m
	if changed.Failures++; changed.Failures >= failuresToLock {
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
