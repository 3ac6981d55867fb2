package jwks

import (
	"context"
	"crypto/rsa"
	"errors"
	"strings"
	"time"
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
	missing map[string]struct{} // kids that were requested before the fetch and are not in it
	fetched time.Time           // when the fetch began
	seed    bool
}

var errContradiction = errors.New("the answer has another key for a kid that is cached")

// fetchSet fetches the set that takes the place of the cached one, for the kid, if any, that was requested. The cached
// one counts as it is when the answer comes.
func (c *Cache) fetchSet(ctx context.Context, requested string) (*set, error) {
	began := c.now()
	body, err := c.fetch(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := parse(body)
	if err != nil {
		return nil, err
	}
	cached, ok := c.sets.Peek()
	if !ok {
		cached = &set{}
	}
	if !cached.reuse(keys) {
		return nil, errContradiction
	}
	return &set{keys: keys, fetched: began, missing: cached.stillMissing(keys, requested)}, nil
}

// lacks reports whether the kid is remembered as missing.
func (s *set) lacks(kid string) bool {
	_, ok := s.missing[kid]
	return ok
}

// reuse puts keys of s in the place of equal ones, for those who compare pointers. It reports whether there are no
// others for a kid of s. A seed is nobody's answer and stands in no key's way.
func (s *set) reuse(keys map[string]*rsa.PublicKey) bool {
	for kid, key := range keys {
		switch old, ok := s.keys[kid]; {
		case ok && old.Equal(key):
			keys[kid] = old
		case ok && !s.seed:
			return false
		}
	}
	return true
}

// stillMissing are the kids that keys lack too, the newest and any others there is room for.
func (s *set) stillMissing(keys map[string]*rsa.PublicKey, requested string) map[string]struct{} {
	missing := map[string]struct{}{}
	if _, found := keys[requested]; requested != "" && !found {
		missing[strings.Clone(requested)] = struct{}{} // a part of a token would keep the whole of it
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
