package engine

import (
	"errors"
	"sync"
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/state"
)

// Clock is a project's clock. It runs like base, ahead or behind by as much as it was moved, within the years 1970 to
// 9899. It is safe for concurrent use.
type Clock struct {
	base func() time.Time

	mu sync.Mutex
	// The clock showed the time to when base showed from. Both are zero until it is moved.
	from, to time.Time
}

// Now returns the project's time, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at(c.base())
}

// at returns what the clock shows when base shows now.
func (c *Clock) at(now time.Time) time.Time {
	if c.to.IsZero() {
		return now.UTC()
	}
	return c.to.Add(now.Sub(c.from))
}

// Advance moves the clock by d, which may be negative. An error changes nothing.
func (c *Clock) Advance(d time.Duration) error {
	return c.move(func(now time.Time) time.Time { return now.Add(d) })
}

// Set sets the clock to t, from where it runs on. An error changes nothing.
func (c *Clock) Set(t time.Time) error { return c.move(func(time.Time) time.Time { return t.UTC() }) }

// move sets the clock to what change makes of the time that it shows. An error changes nothing.
func (c *Clock) move(change func(now time.Time) time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.base()
	moved := change(c.at(now))
	if err := CheckTime(moved); err != nil {
		return err
	}
	c.from, c.to = now, moved
	return nil
}

// reset undoes all moves.
func (c *Clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.from, c.to = time.Time{}, time.Time{}
}

// CheckTime refuses a time that a clock cannot show.
func CheckTime(t time.Time) error {
	if t.Before(state.MinTime) || !t.Before(state.MaxTime) {
		return errors.New("the clock would be outside of the years 1970 to 9899")
	}
	return nil
}
