package jwks

import (
	"crypto/rsa"
	"strings"
	"time"

	"github.com/seed75add069/stytch-go/internal/flight"
)

const (
	// maxMissing is how many kids that a set lacks are remembered with it.
	maxMissing = 128
	// remembered is for how many MinIntervals. Whoever uses a key before it is published must not be locked out for as
	// long as the set serves.
	remembered = 4
)

// set is the good answer of one fetch. It is never changed.
type set struct {
	keys    map[string]*rsa.PublicKey
	missing map[string]struct{} // kids that were asked for before the fetch and are not in it
	asked   time.Time           // when the fetch began
	seed    bool
}

func (s *set) lacks(kid string) bool {
	_, ok := s.missing[kid]
	return ok
}

// succeed makes the set of keys that takes the place of s, which may be nil. sought is the kid, if any, that caused the
// fetch.
func (s *set) succeed(keys map[string]*rsa.PublicKey, asked time.Time, sought string) *set {
	if s == nil {
		s = &set{}
	}
	for kid, key := range keys {
		if held, ok := s.keys[kid]; ok && held.Equal(key) {
			keys[kid] = held // stays the same for those who compare pointers
		}
	}
	return &set{keys: keys, asked: asked, missing: s.stillMissing(keys, sought)}
}

// contradicts reports whether keys have another key for a kid of s. A seed is nobody's answer and stands back.
func (s *set) contradicts(keys map[string]*rsa.PublicKey) bool {
	if s.seed {
		return false
	}
	for kid, key := range keys {
		if held, ok := s.keys[kid]; ok && !held.Equal(key) {
			return true
		}
	}
	return false
}

// dated is s, or s as if it had just become due where the clock was put back behind it: otherwise it would serve longer
// than MaxStale.
func (s *set) dated(ttl time.Duration, now time.Time) *set {
	if s == nil || flight.Since(s.asked, now) >= 0 {
		return s
	}
	again := *s
	again.asked = now.Add(-ttl)
	return &again
}

// stillMissing are the kids that keys lack too, the newest and any others there is room for.
func (s *set) stillMissing(keys map[string]*rsa.PublicKey, sought string) map[string]struct{} {
	missing := map[string]struct{}{}
	if _, found := keys[sought]; sought != "" && !found {
		missing[strings.Clone(sought)] = struct{}{} // a part of a token would keep the whole of it
	}
	for kid := range s.missing {
		if len(missing) == maxMissing {
			break
		}
		if _, found := keys[kid]; !found {
			missing[kid] = struct{}{}
		}
	}
	return missing
}

// phase is what a set is good for.
type phase int

const (
	gone  phase = iota // nothing
	stale              // serving, while a fetch is due
	fresh              // serving
)

func (c *Cache) phase(s *set, now time.Time) phase {
	if s == nil {
		return gone
	}
	switch age := flight.Since(s.asked, now); {
	case age > c.maxStale:
		return gone
	case age >= c.ttl, age < 0, s.seed:
		return stale
	}
	return fresh
}
