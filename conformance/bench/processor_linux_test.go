package bench_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/seed75add069/stytch-go/internal/benchtest"
)

// processorTime returns what the process has used, on all processors, garbage collection included.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// cost is what one call of a variant takes, on the clock and of the processors, and what it allocates.
type cost struct{ wall, processor, bytes float64 }

func costOf(tb testing.TB, v benchtest.Variant) cost {
	tb.Helper()
	runtime.GC() // what the call before left is not this one's
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	used, began := processorTime(tb), time.Now()
	v.Do()
	wall, processor := time.Since(began), processorTime(tb)-used
	runtime.ReadMemStats(&after)
	return cost{float64(wall), float64(processor), float64(after.TotalAlloc - before.TotalAlloc)}
}

// runCosts is like [benchtest.Run] for calls that take long, and compares processor time and allocated bytes too. Each
// call does n units of work, for one of which these are reported.
func runCosts(b *testing.B, unit string, n int, ours, official benchtest.Variant) {
	b.Helper()
	var own, theirs []cost
	for turn := 0; b.Loop(); turn++ {
		if turn%2 == 0 {
			own, theirs = append(own, costOf(b, ours)), append(theirs, costOf(b, official))
		} else {
			theirs, own = append(theirs, costOf(b, official)), append(own, costOf(b, ours))
		}
	}
	b.ReportMetric(0, "ns/op") // of the loop, with both in it
	for name, of := range map[string]func(cost) float64{
		"ns": func(c cost) float64 { return c.wall }, "cpu-ns": func(c cost) float64 { return c.processor },
		"B": func(c cost) float64 { return c.bytes },
	} {
		values, ratios := make([]float64, len(own)), make([]float64, len(own))
		for i := range own {
			values[i] = of(own[i]) / float64(n)
			ratios[i] = of(own[i]) / of(theirs[i])
		}
		b.ReportMetric(benchtest.Median(values), name+"/"+unit)
		b.ReportMetric(benchtest.Median(ratios), name+"-x-"+official.Name)
	}
}
