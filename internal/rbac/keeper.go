package rbac

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/internal/flight"
	"github.com/seed75add069/stytch-go/stytcherror"
)

// keeper fetches one policy when it is asked for, and keeps it. Asking takes no lock.
type keeper struct {
	config *CacheConfig
	fetch  func(context.Context) (*Policy, error)
	state  atomic.Pointer[state]
}

// state is what a keeper knows at a time. It is replaced, never changed: while a fetch is under way, only by the fetch
// and by forget.
type state struct {
	policy   *Policy                 // nil when there is none
	asked    time.Time               // when its fetch began
	flight   *flight.Flight[*Policy] // the fetch under way, if any
	failures int                     // fetches in a row that failed
	err      error                   // of the last one
	failed   time.Time               // when it came
	backoff  time.Duration           // from then on
}

func newKeeper(config *CacheConfig, fetch func(context.Context) (*Policy, error)) *keeper {
	k := &keeper{config: config, fetch: fetch}
	k.forget()
	return k
}

// forget makes the next caller wait for a new policy. What a fetch that is under way brings may be of yesterday: it
// counts for those only who wait for it.
func (k *keeper) forget() { k.state.Store(&state{}) }

// fresh reports whether the policy serves and needs no other.
func (k *keeper) fresh(s *state, now time.Time) bool {
	age := flight.Since(s.asked, now)
	return s.policy != nil && age >= 0 && age < k.config.TTL
}

// serves reports whether the policy is fresh, or stale but better than none.
func (k *keeper) serves(s *state, now time.Time) bool {
	age := flight.Since(s.asked, now)
	return s.policy != nil && (age < k.config.TTL || age-k.config.TTL < k.config.MaxStale)
}

// ask starts a fetch if one is due and none is under way. It does not wait. A caller whose context is over starts none
// for himself alone.
func (k *keeper) ask(ctx context.Context, now time.Time) answer {
	for {
		s := k.state.Load()
		if k.fresh(s, now) {
			return answer{policy: s.policy}
		}
		now = k.config.Now() // once more, after s: no time in it is later
		serves := k.serves(s, now)
		if s.flight == nil && !k.fresh(s, now) && flight.Elapsed(s.failed, now, s.backoff) {
			if over := flight.Ended(ctx); over != nil && !serves {
				return answer{err: gaveUp(over)}
			}
			if s = k.start(s, now); s == nil {
				continue
			}
		}
		switch {
		case serves:
			return answer{policy: s.policy}
		case s.flight != nil:
			return answer{flight: s.flight}
		default:
			return answer{err: s.err}
		}
	}
}

// start begins a fetch and returns the state in place of s, or nil if that is no longer the state.
func (k *keeper) start(s *state, now time.Time) *state {
	busy := *s
	busy.flight = flight.New[*Policy]()
	if flight.Since(s.asked, now) < 0 { // the clock was put back; the policy is to serve no longer for that
		busy.asked = now.Add(-k.config.TTL)
	}
	if !k.state.CompareAndSwap(s, &busy) {
		return nil
	}
	go flight.Attempt(k.config.FetchTimeout, k.fetch, func(policy *Policy, err error) {
		k.state.CompareAndSwap(&busy, k.landed(&busy, now, policy, err)) // it fails after forget
		busy.flight.Land(policy, err)
	})
	return &busy
}

// landed is the state after a fetch that began at that time.
func (k *keeper) landed(s *state, began time.Time, policy *Policy, err error) *state {
	if err == nil {
		return &state{policy: policy, asked: began}
	}
	return &state{
		policy: s.policy, asked: s.asked,
		failures: s.failures + 1, err: err, failed: k.config.Now(), backoff: backoff(s.failures+1, err),
	}
}

// backoff is how long to leave the API alone: as long as it asks for, within reason.
func backoff(failures int, err error) time.Duration {
	wait := flight.Backoff(failures)
	if apiErr, ok := errors.AsType[*stytcherror.Error](err); ok {
		wait = max(wait, min(apiErr.RetryAfter, flight.MaxBackoff))
	}
	return wait
}

// answer is what a keeper has to say at once: a policy, an error, or whom to wait for.
type answer struct {
	policy *Policy
	err    error
	flight *flight.Flight[*Policy]
}

// wait returns the policy, at the latest when the caller's context ends.
func (a answer) wait(ctx context.Context) (*Policy, error) {
	if a.flight == nil {
		return a.policy, a.err
	}
	policy, err := a.flight.Wait(ctx)
	if over := ctx.Err(); over != nil && errors.Is(err, over) {
		return nil, gaveUp(err)
	}
	return policy, err
}

func gaveUp(over error) error { return fmt.Errorf("gave up waiting: %w", over) }
