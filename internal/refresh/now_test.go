package refresh_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/refresh"
)

func TestNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, passes := range []time.Duration{0, 1, time.Millisecond, time.Second - 1, time.Second, time.Hour, 0} {
			time.Sleep(passes)
			now := refresh.Now()
			assert.Equal(t, time.Now(), now, "after %v", passes)
		}
	})
}

func TestNow_hasAMonotonicReading(t *testing.T) {
	t.Parallel()
	before := time.Now()
	for range 2 {
		now := refresh.Now()
		assert.Contains(t, now.String(), " m=")
		assert.GreaterOrEqual(t, now.Sub(before), time.Duration(0))
		assert.Less(t, now.Sub(before), time.Minute)
	}
}

//nolint:paralleltest // it counts allocations
func TestNow_allocatesNothing(t *testing.T) {
	assert.Zero(t, testing.AllocsPerRun(1000, func() { refresh.Now() }))
}
