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
	// maxRemembered is the most that may be kept.
	maxRemembered = 1 << 20
)

// remembered holds verified tokens, a bounded number, in sets of places that are read and written without locks. A nil
// remembered holds none.
type remembered struct {
	seed maphash.Seed
	sets [][ways]atomic.Pointer[entry]
	mask uint64 // their number is a power of two
	// epoch grows whenever something is forgotten, so that a verification which began before is not kept after.
	epoch atomic.Uint64
}

// entry is a verified token with what it says. It is never changed.
type entry struct {
	text     string
	kid      string
	key      *rsa.PublicKey
	claims   jwt.Registered
	session  string
	verified any // a Verified
}

// newRemembered makes room for at least n tokens.
func newRemembered(n int) *remembered {
	if n <= 0 {
		return nil
	}
	sets := uint64(1) << bits.Len((uint(min(n, maxRemembered))-1)/ways)
	return &remembered{seed: maphash.MakeSeed(), sets: make([][ways]atomic.Pointer[entry], sets), mask: sets - 1}
}

// set is where a token may be kept. The hash only finds the place: tokens are compared as a whole.
func (t *remembered) set(text string) *[ways]atomic.Pointer[entry] {
	return &t.sets[maphash.String(t.seed, text)&t.mask]
}

func (t *remembered) find(text string) *entry {
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

func (t *remembered) begin() uint64 {
	if t == nil {
		return 0
	}
	return t.epoch.Load()
}

// keep puts a token in an empty place, or in that of the one that ends first.
func (t *remembered) keep(epoch uint64, k *entry) {
	set := t.set(k.text)
	var place *atomic.Pointer[entry]
	var old *entry
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
func (t *remembered) forget(match func(*entry) bool) {
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

// Forget drops the remembered tokens of a session.
func (v *Verifier) Forget(session string) {
	v.forget(func(e *entry) bool { return e.session == session })
}

// ForgetSubject drops the remembered tokens of a member or user.
func (v *Verifier) ForgetSubject(subject string) {
	v.forget(func(e *entry) bool { return e.claims.Subject == subject })
}

// ForgetToken drops the remembered tokens of the session that a token stands for.
func (v *Verifier) ForgetToken(text string) {
	if v == nil {
		return
	}
	if e := v.tokens.find(text); e != nil && e.session != "" {
		v.Forget(e.session)
		return
	}
	v.ForgetAll() // it says whose it is, but nobody has verified it
}

// ForgetAll drops all remembered tokens.
func (v *Verifier) ForgetAll() { v.forget(func(*entry) bool { return true }) }

func (v *Verifier) forget(match func(*entry) bool) {
	if v != nil {
		v.tokens.forget(match)
	}
}
