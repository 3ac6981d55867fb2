package state

import (
	"bytes"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// ForgetAfter is how long after it has expired a row is kept whose error is then another one than that of an unknown
// row: links, passcodes, and codes and tokens of apps.
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
		forget(&tx.impersonationsDue, tx.Impersonations, func(i *Impersonation) bool { return hasExpired(i.ExpiresAt) })
		forgetOldest(tx.OAuthFlows, func(f *OAuthFlow) bool { return hasExpired(f.ExpiresAt) })
		forgetOldest(tx.OAuthTokens, func(t *OAuthToken) bool { return hasExpired(t.ExpiresAt) })
		forgetOldest(tx.SSOFlows, func(f *SSOFlow) bool { return hasExpired(f.ExpiresAt) })
		forgetOldest(tx.SSOTokens, func(t *SSOToken) bool { return hasExpired(t.ExpiresAt) })
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

// forgetOldest deletes the oldest rows of a table for which dead is true, up to the first other one, if there are many
// rows. It is for rows that expire in the order in which they were added.
func forgetOldest[R any](t *store.Table[R], dead func(*R) bool) {
	if t.Len() < minDue {
		return
	}
	for t.Len() > 0 && dead(t.Oldest()) {
		t.DeleteOldest()
	}
}

// maxLoginBytes bounds a table of logins in bytes, since anybody can begin one. Each counts for at least minLoginBytes,
// so that there are at most MaxLogins of them.
const maxLoginBytes = MaxLogins * minLoginBytes

// What a login counts for: at least minLoginBytes, else its JSON and, besides that, about what its values and objects
// take in memory.
const (
	minLoginBytes = 3 << 10
	valueBytes    = 32
	objectBytes   = 320
)

// pack copies a login, with nothing else of the request that it came from in memory, and returns what it counts for.
func pack[R any](row *R) (*R, int) {
	data, err := json.Marshal(row)
	own := new(R)
	if err == nil {
		err = json.Unmarshal(data, own)
	}
	if err != nil {
		*own = *row // not reached: all that is stored can be in a snapshot
	}
	values, objects := bytes.Count(data, []byte(",")), bytes.Count(data, []byte("{"))
	return own, max(minLoginBytes, len(data)+valueBytes*values+objectBytes*objects)
}
