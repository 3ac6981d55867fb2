package emulator

import (
	"time"

	"github.com/seed75add069/stytch-go/emulator/internal/engine"
)

// Clock is a project's clock. It runs like Config.Now, ahead or behind by as much as it was moved, within the years
// 1970 to 9899. It is safe for concurrent use.
type Clock struct{ clock *engine.Clock }

// Now returns the project's time, in UTC.
func (c *Clock) Now() time.Time { return c.clock.Now() }

// Advance moves the clock by d, which may be negative. It panics if the clock would be out of its bounds.
func (c *Clock) Advance(d time.Duration) { must(c.clock.Advance(d)) }

// Set sets the clock to t, from where it runs on. It panics if t is out of the clock's bounds.
func (c *Clock) Set(t time.Time) { must(c.clock.Set(t)) }

func must(err error) {
	if err != nil {
		panic("emulator: " + err.Error())
	}
}
