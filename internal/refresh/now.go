package refresh

import (
	"sync/atomic"
	"time"
)

// wallClock is the last time that Now read from the wall clock.
var wallClock atomic.Pointer[time.Time]

// wallInterval is for how long Now trusts the monotonic clock alone.
const wallInterval = time.Second

// Now is time.Now, but reads the wall clock only once a second, and the monotonic clock in between, which takes two
// thirds of the time. So it notices up to a second late that the wall clock was set, or that the machine has slept.
// That will do for ages, but not for the expiry of tokens.
func Now() time.Time {
	if last := wallClock.Load(); last != nil {
		if passed := time.Since(*last); passed >= 0 && passed < wallInterval {
			return last.Add(passed)
		}
	}
	now := time.Now()
	wallClock.Store(&now)
	return now
}
