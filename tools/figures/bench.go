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
	remembered = benches{".", "./b2b/sessions", "AuthenticateJWTLocal_hit/bare", "300x"}
	checks     = benches{".", "./b2b/rbac", "Check$/roles=(10|10000)$", "300ms"}
	compiling  = benches{".", "./internal/rbac", "Compile/roles=10000$", "20x"}
	newClient  = benches{".", ".", "NewClient$", "300ms"}
)

// row is a line of the table: a metric of one benchmark of a run, or the ratio of the metric of two.
type row struct {
	Run benches
	// Name is the benchmark's, without Benchmark and the number of processors.
	Name, What string
	// Ratio is the metric that is a ratio, to Beside; or, if Over is set, the metric that is divided by that of Over.
	Ratio, Over, Beside string
	// Value is the metric of what one operation takes, in Unit, which is Scale of the metric's.
	Value, Unit string
	Scale       float64
	// Allocs is the metric of allocations, if any.
	Allocs string
}

const (
	stytch = "Stytch's SDK"
	nanos  = "ns/op"
)

var rows = []row{
	{exchange, "Exchange", "a call, in memory", "x-official", "", stytch, nanos, "µs", 1e3, "allocs/call"},
	{
		byHand, "Exchange_inMemory", "a call, in memory", "x-jsonv2", "", "net/http, json/v2", nanos, "µs", 1e3,
		"allocs/call",
	},
	{
		concurrent, "Concurrent", "64 callers, TLS, HTTP/1.1", "ns-x-official", "", stytch,
		"ns/call", "µs a call", 1e3, "",
	},
	{
		pages, "SearchAll", "100 000 members, processor time", "cpu-ns-x-official", "", stytch, "cpu-ns/member",
		"µs each", 1e3, "",
	},
	{
		pages, "SearchAll", "100 000 members, bytes allocated", "B-x-official", "", stytch, "B/member",
		"kB each", 1e3, "",
	},
	{verifyBoth, "Verify", "a session's JWT", "x-official", "", stytch, nanos, "µs", 1e3, "allocs/call"},
	{
		verifyOwn, "AuthenticateJWTLocal/valid", "a session's JWT", "x-rsa", "", "SHA-256 and RSA", nanos, "µs",
		1e3, "allocs/call",
	},
	{
		remembered, "AuthenticateJWTLocal_hit/bare/1", "a remembered JWT", "x-copy", "", "the copy of its session",
		nanos, "ns", 1, "allocs/call",
	},
	{
		remembered, "AuthenticateJWTLocal_hit/bare/1024", "one of 1024 remembered JWTs", "x-copy", "",
		"the copy of its session", nanos, "ns", 1, "allocs/call",
	},
	{
		checks, "Check/roles=10000/allowed", "a permission, 10 000 roles", nanos, "Check/roles=10/allowed", "10 roles",
		nanos, "ns", 1, "allocs/op",
	},
	{
		checks, "Check/roles=10000/denied-action", "a denial, 10 000 roles", nanos, "Check/roles=10/denied-action",
		"10 roles", nanos, "ns", 1, "allocs/op",
	},
	{compiling, "Compile/roles=10000", "compiling 10 000 roles", "", "", "", nanos, "ms", 1e6, "allocs/op"},
	{newClient, "NewClient", "stytch.NewClient", "", "", "", nanos, "µs", 1e3, "allocs/op"},
}

// Commands are those of the runs, each once.
func (f *figures) Commands() []string {
	var list []string
	for _, l := range f.Lines {
		if command := l.Run.Command(); !slices.Contains(list, command) {
			list = append(list, command)
		}
	}
	return list
}

// line is a row that was measured.
type line struct {
	row

	RatioText, Text, AllocsText string
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
		if done[r.Run] == nil {
			found, err := r.Run.run(root)
			if err != nil {
				return nil, err
			}
			done[r.Run] = found
		}
		l, err := r.measured(done[r.Run])
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, nil
}

func (r row) measured(from results) (line, error) {
	l := line{row: r}
	own := from[r.Name]
	value, ok := own[r.Value]
	if !ok {
		return l, fmt.Errorf("benchmark %s: no %q", r.Name, r.Value)
	}
	l.Text = fmt.Sprintf("%.*f %s", digits(value/r.Scale), value/r.Scale, r.Unit)
	if r.Ratio != "" {
		ratio := own[r.Ratio]
		if r.Over != "" {
			ratio /= from[r.Over][r.Ratio]
		}
		l.RatioText = fmt.Sprintf("%.2f", ratio)
	}
	if r.Allocs != "" {
		l.AllocsText = fmt.Sprintf("%.0f", own[r.Allocs])
	}
	return l, nil
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
