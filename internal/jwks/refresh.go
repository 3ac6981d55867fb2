package jwks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed75add069/stytch-go/internal/flight"
)

// state is all that changes in a cache, and is itself never changed. While a fetch is under way, only the fetch puts
// another in its place.
type state struct {
	set      *set                 // what is held; nil before the first good answer
	flight   *flight.Flight[*set] // the fetch under way
	tried    time.Time            // when the last fetch began
	failures int                  // since the last good answer
	failure  error                // the last of them
	failed   time.Time            // when it came
	backoff  time.Duration        // from then on
}

// join returns the fetch under way. If there is none, it begins one for the kid that is sought, which may be empty.
// Where that is too early, it returns nil: pause has not passed since the last one began, or its backoff since it
// failed. Not ok means that st is no longer the state, and that the caller has to look again.
func (c *Cache) join(st *state, now time.Time, pause time.Duration, sought string) (f *flight.Flight[*set], ok bool) {
	if st.flight != nil {
		return st.flight, true
	}
	if !flight.Elapsed(st.tried, now, pause) || !flight.Elapsed(st.failed, now, st.backoff) {
		return nil, true
	}
	next := *st
	next.flight, next.tried = flight.New[*set](), now
	next.set = st.set.dated(c.ttl, now)
	if !c.state.CompareAndSwap(st, &next) {
		return nil, false
	}
	fetch := func(ctx context.Context) (*set, error) { return c.successor(ctx, &next, sought) }
	go flight.Attempt(c.timeout, fetch, func(fetched *set, err error) { c.settle(&next, fetched, err) })
	return next.flight, true
}

var errContradiction = errors.New("the answer has another key for a kid that is held")

// successor fetches the set that takes the place of st's.
func (c *Cache) successor(ctx context.Context, st *state, sought string) (*set, error) {
	body, err := c.fetch(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := parse(body)
	if err != nil {
		return nil, err
	}
	if c.phase(st.set, c.now()) != gone && st.set.contradicts(keys) {
		return nil, errContradiction
	}
	return st.set.succeed(keys, st.tried, sought), nil
}

// settle puts the outcome in the place of st and lets those go who wait for it.
func (c *Cache) settle(st *state, fetched *set, err error) {
	next := &state{set: fetched, tried: st.tried}
	if err != nil {
		next.set, next.failures, next.failed = st.set, st.failures+1, c.now()
		next.failure = fmt.Errorf("%w: %s", ErrUnavailable, err.Error())
		next.backoff = flight.Backoff(next.failures)
	}
	c.state.Store(next)
	st.flight.Land(fetched, next.failure)
}
