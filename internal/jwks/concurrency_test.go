package jwks_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/jwks"
)

// steppedClock is a clock that several goroutines read.
type steppedClock struct{ offset atomic.Int64 }

func (s *steppedClock) now() time.Time          { return time.Now().Add(time.Duration(s.offset.Load())) }
func (s *steppedClock) advance(d time.Duration) { s.offset.Add(int64(d)) }

// by10000 runs f on 10 000 goroutines at once.
func by10000(f func(i int)) {
	var wait sync.WaitGroup
	for i := range 10_000 {
		wait.Go(func() { f(i) })
	}
	wait.Wait()
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	t.Run("10 000 callers during refreshes and rotations always get the key that stays, and never a wrong one", func(t *testing.T) {
		t.Parallel()
		var clock steppedClock
		e := serving("stays", "round-0")
		c := e.filled(t, func(c *jwks.Config) { c.Now = clock.now })
		var round atomic.Int64
		stop := make(chan struct{})
		var rotation sync.WaitGroup
		rotation.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				next := round.Load() + 1
				e.serves("stays", fmt.Sprint("round-", next))
				round.Store(next)
				clock.advance(ttl)
				assert.NoError(t, c.Refresh(t.Context()))
			}
		})
		want := keyNamed("stays")
		by10000(func(i int) {
			key, err := c.Key(t.Context(), "stays")
			if assert.NoError(t, err) {
				assert.True(t, want.Equal(key))
			}
			assert.NoError(t, c.Ready(t.Context()))
			kid := fmt.Sprint("round-", round.Load())
			if i%10 == 0 {
				kid = fmt.Sprint("forged-", i)
			}
			if key, err := c.Key(t.Context(), kid); err == nil {
				assert.True(t, keyNamed(kid).Equal(key))
			} else {
				assert.ErrorIs(t, err, jwks.ErrUnknown)
			}
		})
		close(stop)
		rotation.Wait()
		assert.Greater(t, round.Load(), int64(1))
		assert.LessOrEqual(t, int64(e.fetches()), 4*round.Load()+8, "a few per rotation, not one per caller")
	})
}
