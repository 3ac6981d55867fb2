package state

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/store"
)

// UsedToken is a token that works once, and that was used. It is kept for as long as it would work.
type UsedToken struct {
	// Hash is the SHA-256 of the token, in base64url.
	Hash      string    `json:"hash"`
	ExpiresAt time.Time `json:"expires_at"`
}

func newUsedTokenTable(db *store.DB) *store.Table[UsedToken] {
	return store.NewTable(db, "used_tokens", func(t *UsedToken) string { return t.Hash })
}

// UseToken notes that a token was used, which works until a time. It reports whether the token was unused.
func (tx *Tx) UseToken(token string, until time.Time) bool {
	forget(&tx.usedTokensDue, tx.usedTokens, func(t *UsedToken) bool { return !tx.Now.Before(t.ExpiresAt) })
	sum := sha256.Sum256([]byte(token))
	row := &UsedToken{Hash: base64.RawURLEncoding.EncodeToString(sum[:]), ExpiresAt: until}
	if checkTime("", until) != nil {
		row.ExpiresAt = MaxTime
	}
	if tx.usedTokens.Has(row) {
		return false
	}
	tx.usedTokens.Put(row)
	return true
}

func (t *UsedToken) prepare(*Tx) error {
	if t.Hash == "" {
		return errors.New("hash is empty")
	}
	return nil
}
