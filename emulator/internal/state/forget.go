package state

import (
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// ForgetAfter is how long a link or code is kept after it has expired, to be told apart from an unknown one.
const ForgetAfter = 24 * time.Hour

// Forget deletes what has expired and serves nothing any more. It looks only when tables have grown, so that it costs
// next to nothing per call.
func (s *State) Forget(now time.Time) {
	_ = s.Do(now, func(tx *Tx) error {
		hasExpired := func(at time.Time) bool { return !tx.Now.Before(at) }
		forget(&tx.sessionsDue, tx.Sessions, func(s *Session) bool { return hasExpired(s.ExpiresAt) })
		forget(&tx.intermediatesDue, tx.Intermediates, func(i *Intermediate) bool { return hasExpired(i.ExpiresAt) })
		forget(&tx.linksDue, tx.Links, func(l *Link) bool { return tx.Now.Sub(l.ExpiresAt) > ForgetAfter })
		forget(&tx.passcodesDue, tx.Passcodes, func(p *Passcode) bool { return tx.Now.Sub(p.ExpiresAt) > ForgetAfter })
		forget(&tx.flowsDue, tx.OAuthFlows, func(f *OAuthFlow) bool { return tx.Now.Sub(f.ExpiresAt) > ForgetAfter })
		forget(&tx.tokensDue, tx.OAuthTokens, func(t *OAuthToken) bool { return hasExpired(t.ExpiresAt) })
		forget(&tx.impersonationsDue, tx.Impersonations, func(i *Impersonation) bool { return hasExpired(i.ExpiresAt) })
		forget(&tx.ssoFlowsDue, tx.SSOFlows, func(f *SSOFlow) bool { return tx.Now.Sub(f.ExpiresAt) > ForgetAfter })
		forget(&tx.ssoTokensDue, tx.SSOTokens, func(t *SSOToken) bool { return tx.Now.Sub(t.ExpiresAt) > ForgetAfter })
		tx.forgetAuthorizations()
		return nil
	})
}

// due says when a table is looked through for rows that have expired: when it has twice the rows that were left the
// last time, so that looking costs no more than adding rows did.
type due int

// minDue is how many rows a table has at least that is looked through.
const minDue = 1000

// forget deletes the rows of a table for which dead is true, if the table is to be looked through.
func forget[R any](d *due, t *store.Table[R], dead func(*R) bool) {
	if t.Len() >= max(minDue, 2*int(*d)) {
		t.DeleteFunc(dead)
		*d = due(t.Len())
	}
}
