// Package refresh caches a value that is fetched when it is first needed, and again before it expires.
//
//	cache := refresh.New(refresh.Config[string]{Fetch: fetch, Lifetime: lifetime, Timeout: 10 * time.Second})
//	text, err := cache.Get(ctx, "")
//
// A value's [Lifetime] has three ages. From Early on, a call starts the next fetch in the background and returns the
// cached value at once. From Due on, calls wait for that fetch, but at most until [MaxWait] after it started, and then
// return the cached value. From End on, the cached value is not used: calls wait until their own context ends.
//
// After a failed fetch, the next one starts after a pause, which grows from a second to a minute. For [FailureMemory]
// after a failure, calls return the cached value without waiting. From End on, calls in the pause fail at once with the
// last error.
//
// All callers share one fetch. Fetches are started by calls only; there is no goroutine between them.
package refresh

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/seed75add069/stytch-go/internal/contexts"
	"github.com/seed75add069/stytch-go/internal/deepcopy"
)

const (
	// MaxWait is how long after the start of a fetch calls wait for it that could return a cached value. Like Timeout,
	// it is measured by the runtime's clock, not by Config.Now.
	MaxWait = 2 * time.Second
	// FailureMemory is how long after a failed fetch no call waits that could return a cached value.
	FailureMemory = 2 * time.Minute
)

// Config configures a Cache. Fetch, Lifetime and Timeout are required.
type Config[T any] struct {
	// Fetch fetches a value. It runs on its own goroutine, under a context that has no values of a caller's, and must
	// return when that context ends. A panic counts as a failure. The hint is that of the call that started the fetch.
	Fetch func(ctx context.Context, hint string) (T, error)
	// Lifetime returns the lifetime of a value.
	Lifetime func(T) Lifetime
	// Timeout bounds a fetch.
	Timeout time.Duration
	// MaxPause bounds the pause after a failure while there is no value to return, unless the API's Retry-After is
	// longer. Zero means one minute.
	MaxPause time.Duration
	// Now is the clock for ages and pauses. Default: [Now].
	Now func() time.Time
}

// Cache caches one value. It is safe for concurrent use. Until Early, a call takes no lock and allocates nothing. There
// is nothing to close. [New] makes a Cache.
type Cache[T any] struct {
	config Config[T]
	state  atomic.Pointer[state[T]]
}

// New returns an empty cache. It fetches nothing yet.
func New[T any](config Config[T]) *Cache[T] {
	if config.Now == nil {
		config.Now = Now
	}
	c := &Cache[T]{config: config}
	c.Invalidate()
	return c
}

// Set caches a value as if it had been fetched at a time. The result of a running fetch does not replace it.
func (c *Cache[T]) Set(value T, fetched time.Time) {
	c.state.Store(&state[T]{value: value, fetched: fetched, lifetime: c.config.Lifetime(value)})
}

// Invalidate removes the value and forgets failures. The result of a running fetch is returned only to the calls that
// already wait for it.
func (c *Cache[T]) Invalidate() { c.state.Store(&state[T]{}) }

// Get returns the value. The package comment says when it waits. A cached value is returned even if ctx has ended. The
// error is that of the last fetch, as [deepcopy.Error] copies it, or a [*WaitError].
func (c *Cache[T]) Get(ctx context.Context, hint string) (T, error) {
	if s := c.state.Load(); s.phase(c.config.Now()) == fresh {
		return s.value, nil
	}
	return c.start(ctx, hint).Wait(ctx)
}

// Fresh returns the value, and true if it is before Early. It starts no fetch.
func (c *Cache[T]) Fresh(now time.Time) (value T, ok bool) {
	s := c.state.Load()
	return s.value, s.phase(now) == fresh
}

// Start is Get without the wait, which [Result.Wait] does. It starts a fetch where Get would, but from End on not if
// ctx has ended. Now is the time by the cache's clock.
func (c *Cache[T]) Start(ctx context.Context, now time.Time, hint string) Result[T] {
	if s := c.state.Load(); s.phase(now) == fresh {
		return Result[T]{value: s.value}
	}
	return c.start(ctx, hint)
}

func (c *Cache[T]) start(ctx context.Context, hint string) Result[T] {
	for {
		s := c.state.Load()
		now := c.config.Now() // read after the state, so that no time in the state is later
		phase := s.phase(now)
		if phase == fresh {
			return Result[T]{value: s.value}
		}
		if err := contexts.Err(ctx); err != nil && phase == expired {
			return Result[T]{err: &WaitError{err}}
		}
		call, ok := c.join(s, now, 0, hint)
		switch {
		case !ok:
			continue
		case phase == early, phase == due && !Elapsed(s.failed, now, FailureMemory):
			return Result[T]{value: s.value}
		case phase == due:
			return Result[T]{call: call, cached: s, cache: c}
		case call == nil:
			return Result[T]{err: deepcopy.Error(s.err)}
		}
		return Result[T]{call: call}
	}
}

// Refresh fetches a new value, whatever the age of the cached one, or joins the running fetch, and waits for it. It
// returns the cached value if the last fetch started less than interval ago, or the pause after a failure is not over.
func (c *Cache[T]) Refresh(ctx context.Context, interval time.Duration, hint string) (value T, err error) {
	for {
		s := c.state.Load()
		now := c.config.Now()
		if err := contexts.Err(ctx); err != nil {
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

// Peek returns the value until End. It never waits and starts no fetch.
func (c *Cache[T]) Peek() (value T, ok bool) {
	s := c.state.Load()
	if s.phase(c.config.Now()) == expired {
		return value, false
	}
	return s.value, true
}

// join returns the running fetch, or starts one. It returns nil if interval or a failure's pause is not over. It
// returns false if s is no longer the state: the caller must load it again.
func (c *Cache[T]) join(s *state[T], now time.Time, interval time.Duration, hint string) (_ *call[T], ok bool) {
	switch {
	case s.call != nil:
		return s.call, true
	case !Elapsed(s.began, now, interval), !Elapsed(s.failed, now, s.pause(now, c.config.MaxPause)):
		return nil, true
	}
	next := *s
	next.call, next.began = &call[T]{done: make(chan struct{}), slow: make(chan struct{})}, now
	if since(s.fetched, now) < 0 { // the clock was set back, which must not prolong the value's life
		next.fetched = now.Add(-s.lifetime.Due)
	}
	if !c.state.CompareAndSwap(s, &next) {
		return nil, false
	}
	go c.run(&next, hint)
	return next.call, true
}
