package state

import (
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// ForgetAfter is how long after it has expired a row is kept whose error is then another one than that of an unknown
// row: links, passcodes, logins that a browser has begun, and codes and tokens of apps.
const ForgetAfter = 24 * time.Hour

// Forget deletes what has expired and serves nothing any more. It looks only when tables have grown, so that it costs
// next to nothing per call.
func (s *State) Forget(now time.Time) {
	_ = s.Do(now, func(tx *Tx) error {
		hasExpired := func(at time.Time) bool { return !tx.Now.Before(at) }
		isForgotten := func(at time.Time) bool { return tx.Now.Sub(at) > ForgetAfter }
		forget(&tx.sessionsDue, tx.Sessions, func(s *Session) bool { return hasExpired(s.ExpiresAt) })
		forget(&tx.intermediatesDue, tx.Intermediates, func(i *Intermediate) bool { return hasExpired(i.ExpiresAt) })
		forget(&tx.linksDue, tx.Links, func(l *Link) bool { return isForgotten(l.ExpiresAt) })
		forget(&tx.passcodesDue, tx.Passcodes, func(p *Passcode) bool { return isForgotten(p.ExpiresAt) })
		forget(&tx.oauthFlowsDue, tx.OAuthFlows, func(f *OAuthFlow) bool { return isForgotten(f.ExpiresAt) })
		forget(&tx.oauthTokensDue, tx.OAuthTokens, func(t *OAuthToken) bool { return hasExpired(t.ExpiresAt) })
		forget(&tx.impersonationsDue, tx.Impersonations, func(i *Impersonation) bool { return hasExpired(i.ExpiresAt) })
		forget(&tx.ssoFlowsDue, tx.SSOFlows, func(f *SSOFlow) bool { return isForgotten(f.ExpiresAt) })
		forget(&tx.ssoTokensDue, tx.SSOTokens, func(t *SSOToken) bool { return hasExpired(t.ExpiresAt) })
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
