package emulator

import (
	"sync/atomic"
	"time"
)

// Clock is a project's clock. It runs like Config.Now, ahead or behind by as much as it was moved. It is safe for
// concurrent use.
type Clock struct {
	base   func() time.Time
	offset atomic.Int64 // a time.Duration
}

// Now returns the project's time, in UTC.
func (c *Clock) Now() time.Time { return c.base().Add(time.Duration(c.offset.Load())).UTC() }

// Advance moves the clock by d, which may be negative.
func (c *Clock) Advance(d time.Duration) { c.offset.Add(int64(d)) }

// Set sets the clock to t, from where it runs on.
func (c *Clock) Set(t time.Time) { c.offset.Store(int64(t.Sub(c.base()))) }
