package benchtest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/seed75add069/stytch-go/internal/benchtest"
)

var sink any

// work returns a function whose time is proportional to n.
func work(n int) func() {
	return func() {
		x := uint64(n)
		for range n {
			x ^= x << 13
			x ^= x >> 7
		}
		sink = x
	}
}

//nolint:paralleltest // it measures time
func TestRun(t *testing.T) {
	result := testing.Benchmark(func(b *testing.B) {
		benchtest.Run(b, benchtest.Variant{Name: "base", Do: work(20_000)},
			benchtest.Variant{Name: "half", Do: work(10_000)}, benchtest.Variant{Name: "same", Do: work(20_000)})
	})
	assert.InDelta(t, 2, result.Extra["x-half"], 0.4)
	assert.InDelta(t, 1, result.Extra["x-same"], 0.2)
	assert.Zero(t, result.Extra["allocs-over-same"])
}

//nolint:paralleltest // it counts allocations
func TestAllocs(t *testing.T) {
	assert.Zero(t, benchtest.Allocs(func() {}))
	assert.InDelta(t, 3, benchtest.Allocs(func() {
		for range 3 {
			sink = new([100]byte)
		}
	}), 0)
}
