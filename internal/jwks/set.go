package jwks

import (
	"context"
	"crypto/rsa"
	"errors"
	"strings"
	"time"
)

const (
	// maxMissing bounds the kids that a set remembers as missing.
	maxMissing = 128
	// missingIntervals is for how many MinIntervals they are remembered, so that a key that is used before it is
	// published is found soon after.
	missingIntervals = 4
)

// set is a valid response of the endpoint. It is immutable.
type set struct {
	keys    map[string]*rsa.PublicKey
	missing map[string]bool // kids that were requested before the fetch and are not in it
	fetched time.Time       // when the fetch began
	seed    bool
}

var errContradiction = errors.New("the response has another key for a kid that is cached")

// fetchSet fetches the set that replaces the cached one. Requested is the kid that caused the fetch, if any. The
// response is compared with the set that is cached when it arrives.
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

// reuse replaces keys by equal ones of s, since callers compare pointers. It returns false if a kid of s has another
// key now, unless s is a seed.
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

// stillMissing returns the kids that keys lack too: the requested one, and others up to maxMissing.
func (s *set) stillMissing(keys map[string]*rsa.PublicKey, requested string) map[string]bool {
	missing := map[string]bool{}
	if _, found := keys[requested]; requested != "" && !found {
		missing[strings.Clone(requested)] = true // it is a substring of a token, and would keep it in memory
	}
	for kid := range s.missing {
		if len(missing) == maxMissing {
			break
		}
		if _, found := keys[kid]; !found {
			missing[kid] = true
		}
	}
	return missing
}
