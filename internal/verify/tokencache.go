package verify

import (
	"crypto/rsa"
	"hash/maphash"
	"math/bits"
	"sync/atomic"

	"github.com/seed75add069/stytch-go/internal/jwt"
)

const (
	// ways is the number of slots in a set.
	ways = 4
	// maxTokens bounds the size of a tokenCache.
	maxTokens = 1 << 20
)

// tokenCache is a set-associative cache of verified tokens. It is read and written without locks. A nil tokenCache is
// empty and stays so.
type tokenCache struct {
	seed maphash.Seed
	sets []tokenSet
	mask uint64 // the number of sets, a power of two, less one
	// epoch is incremented by forget, so that a verification that started before adds nothing after.
	epoch atomic.Uint64
}

// tokenSet is the slots for tokens of the same hash.
type tokenSet [ways]atomic.Pointer[entry]

// entry is a verified token. It is immutable.
type entry struct {
	text     string
	kid      string
	key      *rsa.PublicKey
	claims   jwt.Registered
	kind     *Kind
	verified Verified
}

// newTokenCache returns a cache for n tokens, rounded up to a power of two, or nil for none.
func newTokenCache(n int) *tokenCache {
	if n <= 0 {
		return nil
	}
	sets := uint64(1) << bits.Len((uint(min(n, maxTokens))-1)/ways)
	return &tokenCache{seed: maphash.MakeSeed(), sets: make([]tokenSet, sets), mask: sets - 1}
}

// hashed is the number of characters that choose a token's set.
const hashed = 32

// set returns the set for a token, by the end of its signature. Tokens in the set are compared by their whole text.
//
// Only verified tokens are added, and nobody but the issuer makes signatures that end alike: package jwt accepts one
// text for a signature, and that depends on the whole token.
func (t *tokenCache) set(text string) *tokenSet {
	return &t.sets[maphash.String(t.seed, text[max(len(text)-hashed, 0):])&t.mask]
}

func (t *tokenCache) find(text string) *entry {
	if t == nil {
		return nil
	}
	set := t.set(text)
	for i := range set {
		if e := set[i].Load(); e != nil && e.text == text {
			return e
		}
	}
	return nil
}

// begin returns the epoch in which a verification starts, for add.
func (t *tokenCache) begin() uint64 {
	if t == nil {
		return 0
	}
	return t.epoch.Load()
}

// add puts a token into an empty slot, or replaces the one that expires first. It does nothing if the epoch has
// changed.
func (t *tokenCache) add(epoch uint64, e *entry) {
	if t == nil {
		return
	}
	set := t.set(e.text)
	var slot *atomic.Pointer[entry]
	var old *entry
	for i := range set {
		other := set[i].Load()
		if other == nil || other.text == e.text {
			slot, old = &set[i], other
			break
		}
		if old == nil || other.claims.Expires.Seconds < old.claims.Expires.Seconds {
			slot, old = &set[i], other
		}
	}
	if t.epoch.Load() == epoch {
		t.put(epoch, slot, old, e)
	}
}

// put replaces old by e, and removes e again if the epoch has changed: a concurrent forget may have missed it.
func (t *tokenCache) put(epoch uint64, slot *atomic.Pointer[entry], old, e *entry) {
	if slot.CompareAndSwap(old, e) && t.epoch.Load() != epoch {
		slot.CompareAndSwap(e, nil)
	}
}

// forget removes the tokens that match.
func (t *tokenCache) forget(match func(*entry) bool) {
	if t == nil {
		return
	}
	t.epoch.Add(1)
	for s := range t.sets {
		for w := range t.sets[s] {
			slot := &t.sets[s][w]
			if e := slot.Load(); e != nil && match(e) {
				slot.CompareAndSwap(e, nil)
			}
		}
	}
}
