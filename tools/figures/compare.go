package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

// rounds is how often the benchmarks of each revision run, in turn.
const rounds = 10

// compare writes how root differs from one of its earlier revisions, the base: in the benchmarks of a package that both
// have, or, without a package, in the time to build the program with one call.
func compare(w io.Writer, root, base, pkg, bench string) (err error) {
	root, err = filepath.Abs(root)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "compare")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	old := filepath.Join(dir, "base")
	if _, err := output(root, "git", "rev-parse", "--verify", "--quiet", base+"^{commit}"); err != nil {
		return fmt.Errorf("no revision %q", base)
	}
	// A clone, not a worktree, leaves nothing in the repository if this is interrupted.
	if err := runGit(root, "clone", "--quiet", "--shared", "--no-checkout", root, old); err != nil {
		return err
	}
	revision, err := output(root, "git", "rev-parse", base)
	if err != nil {
		return err
	}
	if err := runGit(old, "checkout", "--quiet", "--detach", strings.TrimSpace(revision)); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w, "The files as they are, compared with %s. A ratio below 1.00 is less than then.\n", base)
	if pkg == "" {
		return compareBuilds(w, dir, old, root)
	}
	return compareBenches(w, dir, old, root, pkg, bench)
}

func runGit(root string, args ...string) error {
	_, err := timed(root, nil, "git", args...)
	return err
}

func compareBuilds(w io.Writer, dir, old, root string) error {
	targets := []target{
		{"then", filepath.Join(dir, "with-base"), "./sdk"}, {"now", filepath.Join(dir, "with-now"), "./sdk"},
		{"json/v2 alone", filepath.Join(dir, "with-now"), "./json"},
	}
	for i, from := range []string{old, root} {
		if err := prepare(targets[i].dir, from); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(w, "Medians of %d builds of each, in turn: a few minutes.\n", buildRuns)
	cold, changed, err := builds(dir, targets)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "program\tratio\ttime\tprocessor time\tafter a change")
	for i, b := range cold {
		_, _ = fmt.Fprintf(table, "%s\t%.2f\t%.2f s\t%.2f s\t%.2f s\n", b.What,
			b.Wall.Seconds()/cold[0].Wall.Seconds(), b.Wall.Seconds(), b.Processor.Seconds(), changed[i].Wall.Seconds())
	}
	return table.Flush()
}

// when names the two revisions.
var when = [2]string{"then", "now"}

func compareBenches(w io.Writer, dir, old, root, pkg, bench string) error {
	runs := [2][]results{}
	for i, from := range []string{old, root} {
		if _, err := os.Stat(filepath.Join(from, pkg)); err != nil {
			return fmt.Errorf("no package %s %s", pkg, when[i])
		}
		_, _ = fmt.Fprintf(w, "compiling %s as it is %s\n", pkg, when[i])
		binary := filepath.Join(dir, fmt.Sprint("test", i))
		if _, err := goTool(from, nil, "test", "-c", "-o", binary, pkg); err != nil {
			return err
		}
	}
	_, _ = fmt.Fprintf(w, "running %q %d times each, in turn\n", bench, rounds)
	for round := range 2 * rounds {
		i := (round + round/2) % 2 // each revision begins every other round
		from := []string{old, root}[i]
		text, err := output(filepath.Join(from, pkg), filepath.Join(dir, fmt.Sprint("test", i)),
			"-test.run", "^$", "-test.bench", bench, "-test.benchtime", "100ms", "-test.benchmem")
		if err != nil {
			return err
		}
		found, err := parseBench(text)
		if err != nil {
			return fmt.Errorf("no benchmark of %s matches %q %s", pkg, bench, when[i])
		}
		runs[i] = append(runs[i], found)
	}
	return writeComparison(w, runs)
}

// writeComparison writes the metrics that both revisions have: the ratio of the medians, the least and the greatest of
// the ratios of each round, and the medians.
func writeComparison(w io.Writer, runs [2][]results) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "benchmark\tmetric\tratio\tof each round\tthen\tnow")
	for _, name := range slices.Sorted(maps.Keys(runs[1][0])) {
		for _, unit := range slices.Sorted(maps.Keys(runs[1][0][name])) {
			var base, now, ratios []float64
			for i := range min(len(runs[0]), len(runs[1])) {
				b, ok := runs[0][i][name][unit]
				if !ok || strings.Contains(unit, "x-") {
					continue
				}
				n := runs[1][i][name][unit]
				base, now, ratios = append(base, b), append(now, n), append(ratios, quotient(n, b))
			}
			if len(ratios) > 0 {
				_, _ = fmt.Fprintf(table, "%s\t%s\t%.2f\t%.2f to %.2f\t%.1f\t%.1f\n",
					name, unit, quotient(median(now), median(base)), slices.Min(ratios), slices.Max(ratios),
					median(base), median(now))
			}
		}
	}
	return table.Flush()
}

// median is the upper one of the two in the middle if there are two.
func median[T cmp.Ordered](values []T) T {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// quotient is 1 for two zeros, such as allocations.
func quotient(n, base float64) float64 {
	if n == base {
		return 1
	}
	return n / base
}
