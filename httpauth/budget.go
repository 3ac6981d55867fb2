package httpauth

import (
	"errors"
	"sync"
)

// errBusy means that too many calls to the API are running.
var errBusy = errors.New("too many calls to the API at one time: see Config.MaxRemote")

// budget bounds the calls to the API at one time. It is safe for concurrent use.
type budget struct {
	mu sync.Mutex
	// max bounds all calls, maxUnknown those of requests without a genuine JWT.
	max, maxUnknown int
	all, unknown    int
}

func newBudget(maxRemote int) *budget {
	return &budget{max: maxRemote, maxUnknown: max(1, maxRemote/4)}
}

// reserve counts a call in, or returns errBusy. known says that a genuine JWT came with the request. release counts the
// call out.
func (b *budget) reserve(known bool) (release func(), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all >= b.max || !known && b.unknown >= b.maxUnknown {
		return nil, errBusy
	}
	b.all++
	if !known {
		b.unknown++
	}
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.all--
		if !known {
			b.unknown--
		}
	}, nil
}
