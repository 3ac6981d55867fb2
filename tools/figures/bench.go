package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// benches is a run of benchmarks: go test -run '^$' -bench Bench -benchtime Time Package, in the folder Dir.
type benches struct{ Dir, Package, Bench, Time string }

// Command is how a user runs them, from the root.
func (r benches) Command() string {
	dir := ""
	if r.Dir != "." {
		dir = "-C " + r.Dir + " "
	}
	return fmt.Sprintf("go %stest %s -run '^$' -bench '%s' -benchtime %s", dir, r.Package, r.Bench, r.Time)
}

// The runs. Each prints the ratios of paired, interleaved runs, or times and allocations.
var (
	exchange   = benches{"conformance", "./bench", "Exchange$", "300x"}
	byHand     = benches{".", "./b2b/discovery/intermediatesessions", "Exchange_inMemory", "300x"}
	concurrent = benches{"conformance", "./bench", "Concurrent$", "5x"}
	pages      = benches{"conformance", "./bench", "SearchAll$", "3x"}
	verifyBoth = benches{"conformance", "./bench", "Verify$", "300x"}
	verifyOwn  = benches{".", "./b2b/sessions", "AuthenticateJWTLocal$/valid", "300x"}
	remembered = benches{".", "./b2b/sessions", "AuthenticateJWTLocal_hit", "300x"}
	checks     = benches{".", "./b2b/rbac", "Check_flat", "1000x"}
	compiling  = benches{".", "./internal/rbac", "Compile/roles=10000$", "20x"}
	newClient  = benches{".", ".", "NewClient$", "300ms"}
)

// row is a line of the table: metrics of one benchmark of a run.
type row struct {
	run benches
	// name is the benchmark's, without Benchmark and the number of processors.
	name string
	// What is measured, Beside what, and the Target: of the ratio, or of what it takes.
	What, Beside, Target string
	// ratio is the metric that is the ratio to Beside. Empty is none.
	ratio string
	// value is the metric of what one operation takes, in so many of which there are scale.
	value, unit string
	scale       float64
	// allocs is the metric of allocations. Empty is none.
	allocs string
}

const (
	stytchSDK = "Stytch's SDK"
	aCopy     = "the copy of its session"
)

// call is a row in microseconds of a benchmark by package benchtest.
func call(run benches, name, what, ratio, beside string) row {
	return row{
		run: run, name: name, What: what, Beside: beside, ratio: ratio,
		value: "ns/op", unit: "µs", scale: 1e3, allocs: "allocs/call",
	}
}

// hit is a row in nanoseconds of a benchmark by package benchtest.
func hit(run benches, name, what, ratio, beside string) row {
	r := call(run, name, what, ratio, beside)
	r.unit, r.scale = "ns", 1
	return r
}

// each is a row of a benchmark that does many operations: the ratio and the metric of one of them, in thousands.
func each(run benches, name, what, ratio, value, unit string) row {
	return row{
		run: run, name: name, What: what, Beside: stytchSDK, ratio: ratio, value: value, unit: unit, scale: 1e3,
	}
}

// plain is a row of a benchmark by package testing.
func plain(run benches, name, what, unit string, scale float64) row {
	return row{run: run, name: name, What: what, value: "ns/op", unit: unit, scale: scale, allocs: "allocs/op"}
}

// aim sets the target.
func (r row) aim(target string) row {
	r.Target = target
	return r
}

var rows = []row{
	call(exchange, "Exchange", "a call, in memory", "x-official", stytchSDK).aim("0.45"),
	call(byHand, "Exchange_inMemory", "a call, in memory", "x-jsonv2", "net/http, json/v2").aim("1.10"),
	each(concurrent, "Concurrent", "64 callers, TLS, HTTP/1.1", "ns-x-official", "ns/call", "µs a call").aim("0.20"),
	each(
		pages, "SearchAll", "100 000 members: processor time", "cpu-ns-x-official", "cpu-ns/member", "µs each",
	).aim("0.45"),
	each(pages, "SearchAll", "100 000 members: bytes allocated", "B-x-official", "B/member", "kB each").aim("6.4 kB"),
	call(verifyBoth, "Verify", "a session's JWT", "x-official", stytchSDK).aim("0.57"),
	call(verifyOwn, "AuthenticateJWTLocal/valid", "a session's JWT", "x-rsa", "SHA-256 and RSA").aim("1.25"),
	hit(remembered, "AuthenticateJWTLocal_hit/bare/1", "a cached JWT of a bare session", "x-copy", aCopy).aim("200 ns"),
	hit(remembered, "AuthenticateJWTLocal_hit/bare/1024", "... one of 1024", "x-copy", aCopy).aim("1 µs"),
	hit(remembered, "AuthenticateJWTLocal_hit/full/1", "a cached JWT of a full session", "x-copy", aCopy),
	hit(remembered, "AuthenticateJWTLocal_hit/full/1024", "... one of 1024", "x-copy", aCopy),
	hit(checks, "Check_flat/allowed", "a permission, 10 000 roles", "x-10-roles", "10 roles").aim("110 ns"),
	hit(checks, "Check_flat/denied", "a denial, 10 000 roles", "x-10-roles", "10 roles").aim("400 ns"),
	plain(compiling, "Compile/roles=10000", "compiling 10 000 roles", "ms", 1e6).aim("60 ms"),
	plain(newClient, "NewClient", "stytch.NewClient", "µs", 1e3).aim("10 µs"),
}

// Commands are those of the runs, each once.
func (f *figures) Commands() []string {
	var list []string
	for _, l := range f.Lines {
		if !slices.Contains(list, l.run.Command()) {
			list = append(list, l.run.Command())
		}
	}
	return list
}

// Number is the number of a line's command in Commands, from 1.
func (f *figures) Number(l line) int { return slices.Index(f.Commands(), l.run.Command()) + 1 }

// line is a row that was measured.
type line struct {
	row

	Ratio, Text, Allocs string
}

// results has the metrics of benchmarks, by name and unit.
type results map[string]map[string]float64

// run runs benchmarks.
func (r benches) run(root string) (results, error) {
	text, err := goTool(filepath.Join(root, r.Dir), nil,
		"test", r.Package, "-run", "^$", "-bench", r.Bench, "-benchtime", r.Time, "-benchmem")
	if err != nil {
		return nil, err
	}
	return parseBench(text)
}

// measureRows runs each run once.
func measureRows(root string) ([]line, error) {
	done := map[benches]results{}
	lines := make([]line, 0, len(rows))
	for _, r := range rows {
		if done[r.run] == nil {
			found, err := r.run.run(root)
			if err != nil {
				return nil, err
			}
			done[r.run] = found
		}
		l, err := r.measured(done[r.run])
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (r row) measured(from results) (line, error) {
	l := line{row: r}
	var missing error
	metric := func(unit string) float64 {
		value, ok := from[r.name][unit]
		if !ok {
			missing = fmt.Errorf("benchmark %s: no %q", r.name, unit)
		}
		return value
	}
	value := metric(r.value) / r.scale
	l.Text = fmt.Sprintf("%.*f %s", digits(value), value, r.unit)
	if r.ratio != "" {
		l.Ratio = fmt.Sprintf("%.2f", metric(r.ratio))
	}
	if r.allocs != "" {
		l.Allocs = fmt.Sprintf("%.0f", metric(r.allocs))
	}
	return l, missing
}

// digits is how many digits after the point are shown of a value.
func digits(v float64) int {
	if v < 100 {
		return 1
	}
	return 0
}

// parseBench reads what go test -bench prints.
func parseBench(text string) (results, error) {
	found := results{}
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndex(name, "-"); i > 0 {
			name = name[:i]
		}
		values := map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return nil, fmt.Errorf("benchmark: %q: %w", line, err)
			}
			values[fields[i+1]] = value
		}
		found[name] = values
	}
	if len(found) == 0 {
		return nil, errors.New("benchmark: no result")
	}
	return found, nil
}
