// Package benchtest compares the speed of several ways to do the same work, on a machine with other load.
//
//	benchtest.Run(b,
//		benchtest.Variant{Name: "ours", Do: func() { ours() }},
//		benchtest.Variant{Name: "theirs", Do: func() { theirs() }})
//
// [Run] runs the variants in turn, in batches of about a millisecond, so that other load slows all of them alike. It
// reports the median of the ratios of their times in one turn: 1.00 is as fast, 2.00 takes twice as long.
package benchtest

import (
	"slices"
	"testing"
	"time"
)

// batch is the duration of the calls of one variant in one turn.
const batch = time.Millisecond

// Variant is one way to do the work.
type Variant struct {
	Name string
	Do   func()
}

// Run compares base with others. It reports time and allocations of a call of base, and for each other variant the
// median of base's time divided by its time as "x-Name", and base's allocations minus its allocations as
// "allocs-over-Name". In one iteration of the benchmark, each variant has a batch.
func Run(b *testing.B, base Variant, others ...Variant) {
	b.Helper()
	all := append([]Variant{base}, others...)
	times := make([][]float64, len(all)) // nanoseconds per call, by variant and turn
	sizes := make([]int, len(all))
	allocs := make([]float64, len(all))
	for i, v := range all {
		sizes[i] = batchSize(v.Do)
		allocs[i] = Allocs(v.Do)
	}
	turn := 0
	for b.Loop() {
		for k := range all {
			i := (turn + k) % len(all) // each turn begins with another variant
			began := time.Now()
			for range sizes[i] {
				all[i].Do()
			}
			times[i] = append(times[i], float64(time.Since(began))/float64(sizes[i]))
		}
		turn++
	}
	b.ReportMetric(Median(times[0]), "ns/op")
	b.ReportMetric(allocs[0], "allocs/call")
	for i, v := range others {
		ratios := make([]float64, turn)
		for j := range ratios {
			ratios[j] = times[0][j] / times[i+1][j]
		}
		b.ReportMetric(Median(ratios), "x-"+v.Name)
		b.ReportMetric(allocs[0]-allocs[i+1], "allocs-over-"+v.Name)
	}
}

// Allocs returns the number of allocations per call of f, those of other goroutines included, such as a test server's.
// It is the least of several counts, since garbage collection empties pools.
func Allocs(f func()) float64 {
	const counts, calls = 5, 40
	least := make([]float64, counts)
	for i := range least {
		least[i] = testing.AllocsPerRun(calls, f)
	}
	return slices.Min(least)
}

// batchSize returns how many calls of f take as long as batch.
func batchSize(f func()) int {
	for n := 1; ; n *= 2 {
		began := time.Now()
		for range n {
			f()
		}
		if took := time.Since(began); took >= batch {
			return max(1, int(float64(n)*float64(batch)/float64(took)))
		}
	}
}

// Median returns the median of values, of which there must be one.
func Median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
