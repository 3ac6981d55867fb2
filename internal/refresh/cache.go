// Package refresh keeps a value that is fetched when it is needed and replaced while it still serves.
//
//	cache := refresh.New(refresh.Config[string]{Fetch: fetch, Lifetime: lifetime, Timeout: 10 * time.Second})
//	text, err := cache.Get(ctx, "")
//
// From the Early age of its [Lifetime] on, a caller begins the fetch of the next value and is served at once. From Due
// on, callers wait for that fetch, until [MaxWait] after it began, and are then served the cached value. While a fetch
// takes longer, and for [FailureMemory] after a failure, they do not wait: fetches go on behind them, with pauses that
// grow from a second to a minute, until one succeeds. From End on, only a new value serves: callers wait for the fetch
// until their own context ends, and in a pause get the last error at once.
//
// All callers share one fetch. Nothing runs while nobody calls.
package refresh

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// MaxWait is how long after a fetch began callers wait for it who could be served what is cached. It is measured by
	// the runtime's clock, as are timeouts.
	MaxWait = 2 * time.Second
	// FailureMemory is how long after a failure nobody waits who could be served what is cached.
	FailureMemory = 2 * time.Minute
)

// Config says where values come from and how long they serve.
type Config[T any] struct {
	// Fetch fetches a value, on a goroutine of its own and under a context of its own, which has nothing of a caller's.
	// It must return when that ends. A panic in it is a failure. The hint is that of the call that began the fetch.
	Fetch func(ctx context.Context, hint string) (T, error)
	// Lifetime says how long a value serves.
	Lifetime func(T) Lifetime
	// Timeout bounds a fetch, however long its callers wait.
	Timeout time.Duration
	// MaxPause bounds the pause after a failure while no value serves, unless the API asks for a longer one. Zero is
	// no bound but the usual minute.
	MaxPause time.Duration
	// Now is the clock for all ages and pauses. Default: time.Now.
	Now func() time.Time
}

// Cache is one cached value. It is safe for concurrent use, and serves a value before its Early without a lock or an
// allocation. It needs no closing. [New] makes one.
type Cache[T any] struct {
	config Config[T]
	state  atomic.Pointer[state[T]]
}

// New returns an empty cache. It fetches nothing yet.
func New[T any](config Config[T]) *Cache[T] {
	if config.Now == nil {
		config.Now = time.Now
	}
	c := &Cache[T]{config: config}
	c.Invalidate()
	return c
}

// Set caches a value as if its fetch had begun, and ended, now. What a fetch under way brings does not replace it.
func (c *Cache[T]) Set(value T) {
	c.state.Store(&state[T]{value: value, fetched: c.config.Now(), lifetime: c.config.Lifetime(value)})
}

// Invalidate empties the cache and forgets its failures. Later calls wait for a new value. What a fetch under way
// brings is only for those who wait for it already.
func (c *Cache[T]) Invalidate() { c.state.Store(&state[T]{}) }

// Get returns the value, after a wait where the package comment says so. A value that serves is returned even if ctx is
// over. The error is that of the last fetch, as it was, or a [*WaitError].
func (c *Cache[T]) Get(ctx context.Context, hint string) (T, error) {
	if s := c.state.Load(); s.fresh(c.config.Now()) {
		return s.value, nil
	}
	return c.start(ctx, hint).Wait(ctx)
}

// Start is Get without the wait, which is left to [Result.Wait]. It begins a fetch where one is needed and none is
// under way; where no value serves, not for a ctx that is over. The caller has read now from the same clock.
func (c *Cache[T]) Start(ctx context.Context, now time.Time, hint string) Result[T] {
	if s := c.state.Load(); s.fresh(now) {
		return Result[T]{value: s.value}
	}
	return c.start(ctx, hint)
}

func (c *Cache[T]) start(ctx context.Context, hint string) Result[T] {
	for {
		s := c.state.Load()
		now := c.config.Now() // after the state: no time in it is later
		phase := s.phase(now)
		if phase == fresh {
			return Result[T]{value: s.value}
		}
		if err := ContextError(ctx); err != nil && phase == expired {
			return Result[T]{err: &WaitError{err}}
		}
		call, ok := c.join(s, now, 0, hint)
		switch {
		case !ok:
			continue
		case phase == early, phase == due && s.failedLately(now):
			return Result[T]{value: s.value}
		case phase == due:
			return Result[T]{pending: &pending[T]{call, c, s}}
		case call == nil:
			return Result[T]{err: s.err}
		}
		return Result[T]{pending: &pending[T]{call: call}}
	}
}

// Refresh waits for a new value though the cached one may serve on, and begins its fetch unless one is under way. Where
// that is too early, because the last fetch began less than interval ago or a failure's pause is not over, it returns
// the cached value.
func (c *Cache[T]) Refresh(ctx context.Context, interval time.Duration, hint string) (value T, err error) {
	for {
		s := c.state.Load()
		now := c.config.Now()
		if err := ContextError(ctx); err != nil {
			return value, &WaitError{err}
		}
		call, ok := c.join(s, now, interval, hint)
		switch {
		case !ok:
			continue
		case call != nil:
			return call.wait(ctx)
		case s.phase(now) == expired:
			return c.Get(ctx, hint)
		}
		return s.value, nil
	}
}

// Fresh returns the value as long as it is not Due. It never waits, but begins the next fetch from Early on. The caller
// has read now from the same clock.
func (c *Cache[T]) Fresh(now time.Time) (value T, ok bool) {
	s := c.state.Load()
	switch s.phase(now) {
	case fresh:
		return s.value, true
	case early:
		c.join(s, c.config.Now(), 0, "")
		return s.value, true
	}
	return value, false
}

// Peek returns the value if it serves. It never waits, nor begins a fetch.
func (c *Cache[T]) Peek() (value T, ok bool) {
	s := c.state.Load()
	if s.phase(c.config.Now()) == expired {
		return value, false
	}
	return s.value, true
}

// join returns the fetch under way. If there is none, it begins one. Where that is too early, it returns nil. Not ok
// means that s is no longer the state, and that the caller has to look again.
func (c *Cache[T]) join(s *state[T], now time.Time, interval time.Duration, hint string) (_ *call[T], ok bool) {
	switch {
	case s.call != nil:
		return s.call, true
	case !Elapsed(s.began, now, interval), !Elapsed(s.failed, now, s.pause(now, c.config.MaxPause)):
		return nil, true
	}
	next := *s
	next.call, next.began = &call[T]{done: make(chan struct{}), slow: make(chan struct{})}, now
	if since(s.fetched, now) < 0 { // the clock was put back; the value is to serve no longer for that
		next.fetched = now.Add(-s.lifetime.Due)
	}
	if !c.state.CompareAndSwap(s, &next) {
		return nil, false
	}
	go c.run(&next, hint)
	return next.call, true
}
