package bench_test

import "testing"

// BenchmarkSearchAll reads 100,000 members in pages of 1,000. It has two targets: cpu-ns-x-official at most 0.45, and at
// most 6,425 B/member, half of what it was while bodies beyond 1 MiB were read into buffers that grew by doubling.
func BenchmarkSearchAll(b *testing.B) {
	const pages = 100 // 100,000 members
	ours, theirs := variants(b, func(tb testing.TB) (byOurs, byTheirs func() (int, error)) {
		tb.Helper()
		return searches(tb, pages)
	})
	runCosts(b, "member", pages*pageSize, ours, theirs)
}
