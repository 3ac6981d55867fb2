package bench_test

import (
	"runtime"
	"slices"
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
func runCosts(b *testing.B, unit string, n int, base, other benchtest.Variant) {
	b.Helper()
	var ours, theirs []cost
	for turn := 0; b.Loop(); turn++ {
		if turn%2 == 0 {
			ours, theirs = append(ours, costOf(b, base)), append(theirs, costOf(b, other))
		} else {
			theirs, ours = append(theirs, costOf(b, other)), append(ours, costOf(b, base))
		}
	}
	b.ReportMetric(0, "ns/op") // of the loop, with both in it
	for name, of := range map[string]func(cost) float64{
		"ns": func(c cost) float64 { return c.wall }, "cpu-ns": func(c cost) float64 { return c.processor },
		"B": func(c cost) float64 { return c.bytes },
	} {
		values, ratios := make([]float64, len(ours)), make([]float64, len(ours))
		for i := range ours {
			values[i] = of(ours[i]) / float64(n)
			ratios[i] = of(ours[i]) / of(theirs[i])
		}
		b.ReportMetric(median(values), name+"/"+unit)
		b.ReportMetric(median(ratios), name+"-x-"+other.Name)
	}
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// BenchmarkSearchAll reads 100,000 members in pages of 1,000. Its targets: cpu-ns-x-official at most 0.45, 6,425 bytes per
// member: half of what it was while bodies beyond 1 MiB were read into buffers that grew by doubling.
func BenchmarkSearchAll(b *testing.B) {
	const pages = 100 // 100,000 members
	ours, theirs := variants(b, func(tb testing.TB) (byOurs, byTheirs func() (int, error)) {
		tb.Helper()
		return searches(tb, pages)
	})
	runCosts(b, "member", pages*pageSize, ours, theirs)
}
