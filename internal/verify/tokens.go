package verify

import (
	"crypto/rsa"
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

const (
	// ways is how many places a token may be kept in.
	ways = 4
	// maxTokens is the most that may be kept.
	maxTokens = 1 << 20
)

// tokens remembers verified tokens, a bounded number, in sets of places that are read and written without locks. A nil
// tokens remembers none.
type tokens struct {
	seed maphash.Seed
	sets [][ways]atomic.Pointer[kept]
	mask uint64 // their number is a power of two
	// epoch grows with everything that is forgotten, so that a verification which began before is not kept after.
	epoch atomic.Uint64
}

// kept is a verified token with what it says. It is never changed.
type kept struct {
	text    string
	kid     string
	key     *rsa.PublicKey
	claims  jwt.Registered
	session string
	value   any
}

// newTokens makes room for at least n tokens.
func newTokens(n int) *tokens {
	if n <= 0 {
		return nil
	}
	sets := uint64(1) << bits.Len((uint(min(n, maxTokens))-1)/ways)
	return &tokens{seed: maphash.MakeSeed(), sets: make([][ways]atomic.Pointer[kept], sets), mask: sets - 1}
}

// set is where a token may be kept. The hash only finds the place: tokens are compared as a whole.
func (t *tokens) set(text string) *[ways]atomic.Pointer[kept] {
	return &t.sets[maphash.String(t.seed, text)&t.mask]
}

func (t *tokens) find(text string) *kept {
	if t == nil {
		return nil
	}
	set := t.set(text)
	for i := range set {
		if k := set[i].Load(); k != nil && k.text == text {
			return k
		}
	}
	return nil
}

func (t *tokens) begin() uint64 {
	if t == nil {
		return 0
	}
	return t.epoch.Load()
}

// keep puts a token in an empty place, or in that of the one that ends first.
func (t *tokens) keep(epoch uint64, k *kept) {
	set := t.set(k.text)
	var place *atomic.Pointer[kept]
	var old *kept
	for i := range set {
		other := set[i].Load() // once: it may change at any time
		if other == nil || other.text == k.text {
			place, old = &set[i], other
			break
		}
		if old == nil || other.claims.Expires.Seconds < old.claims.Expires.Seconds {
			place, old = &set[i], other
		}
	}
	if t.epoch.Load() != epoch || !place.CompareAndSwap(old, k) {
		return
	}
	if t.epoch.Load() != epoch { // something was forgotten just now, maybe this
		place.CompareAndSwap(k, nil)
	}
}

// forget drops the tokens that match.
func (t *tokens) forget(match func(*kept) bool) {
	if t == nil {
		return
	}
	t.epoch.Add(1)
	for s := range t.sets {
		for w := range t.sets[s] {
			place := &t.sets[s][w]
			if k := place.Load(); k != nil && match(k) {
				place.CompareAndSwap(k, nil)
			}
		}
	}
}

// Forget drops the remembered tokens of a session, ForgetSubject those of a member or user, and ForgetToken one token.
func (p *Project) Forget(session string) {
	p.tokens.forget(func(k *kept) bool { return k.session == session })
}

// ForgetSubject drops the remembered tokens of a subject.
func (p *Project) ForgetSubject(subject string) {
	p.tokens.forget(func(k *kept) bool { return k.claims.Subject == subject })
}

// ForgetToken drops the remembered tokens of the session that a token stands for.
func (p *Project) ForgetToken(text string) {
	if k := p.tokens.find(text); k != nil && k.session != "" {
		p.Forget(k.session)
		return
	}
	p.ForgetAll() // it says whose it is, but nobody has verified it
}

// ForgetAll drops all remembered tokens.
func (p *Project) ForgetAll() { p.tokens.forget(func(*kept) bool { return true }) }
