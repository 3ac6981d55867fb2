package emulator

import (
	"sync"
	"time"
)

// Clock is a project's time. It runs with the real one until it is moved, and goes on from there.
type Clock struct {
	base func() time.Time

	mu     sync.RWMutex
	offset time.Duration
}

func newClock(base func() time.Time) *Clock { return &Clock{base: base} }

// Now returns the project's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.base().Add(c.offset).UTC()
}

// Advance moves the clock by d, also backwards.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// Set makes t the present.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = t.Sub(c.base())
}

func (c *Clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = 0
}
