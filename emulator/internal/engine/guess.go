package engine

import (
	"crypto/sha256"
	"net"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

// Bounds of guesses at the secrets of OAuth2's clients. Unverified: the API's.
const (
	// maxWrongSecrets is how many wrong secrets of a client an address may send in a minute.
	maxWrongSecrets = 10
	// maxGuessers bounds what is remembered. Beyond it, an address is counted for all clients together.
	maxGuessers = 10_000
)

// guesser is a client and the address from which its secret is guessed. It is a hash, so that all have the same size.
type guesser [sha256.Size]byte

// guesses counts wrong secrets in a minute.
type guesses struct {
	minute time.Time
	wrong  map[guesser]int
}

// Guess runs check, which reports whether the secret of a client is right. After too many wrong ones from the address
// of the caller, it refuses all for the rest of the minute, the right one too. The client at other addresses is not
// kept from its own. Whether a client exists makes no difference.
func (tx *Tx) Guess(clientID string, check func() bool) error {
	p, minute := tx.call.project, tx.Now.Truncate(time.Minute)
	host, _, _ := net.SplitHostPort(tx.call.request.RemoteAddr)
	key := guesser(sha256.Sum256([]byte(host + " " + clientID)))
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.guesses.minute.Equal(minute) {
		p.guesses = guesses{minute: minute, wrong: map[guesser]int{}}
	}
	if _, known := p.guesses.wrong[key]; !known && len(p.guesses.wrong) >= maxGuessers {
		key = guesser(sha256.Sum256([]byte(host)))
	}
	if p.guesses.wrong[key] >= maxWrongSecrets {
		return &tooManyRequests{minute.Add(time.Minute).Sub(tx.Now)}
	}
	if !check() {
		p.guesses.wrong[key]++
		return ops.ErrInvalidClient
	}
	return nil
}
