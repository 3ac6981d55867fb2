package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

// The programs compile with the SDK. The bare one links no modules, the SDK's program few.
func TestPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := prepare(dir, "../.."); err != nil {
		t.Fatal(err)
	}
	if _, err := goTool(dir, nil, "vet", "./..."); err != nil {
		t.Fatal(err)
	}
	modules, err := linked(dir, "./bare")
	if err != nil || len(modules) > 0 {
		t.Errorf("the bare program has modules: %q, %v", modules, err)
	}
	modules, err = linked(dir, "./sdk")
	isJSON := func(s string) bool { return strings.HasPrefix(s, "github.com/go-json-experiment/json v") }
	if err != nil || !slices.ContainsFunc(modules, isJSON) || len(modules) > 4 {
		t.Errorf("the SDK's program has modules: %q, %v", modules, err)
	}
}

func TestParseBench(t *testing.T) {
	t.Parallel()
	got, err := parseBench("goos: linux\nBenchmarkX-2   \t 100\t 30.5 ns/op\t 7 B/op\t 3 allocs/op\n" +
		"BenchmarkX-2 100 20 ns/op 9 B/op 3 allocs/op\nBenchmarkY/a-b-2 1 0.5 x-z\nPASS\n")
	if err != nil || got["X"]["ns/op"] != 20 || got["X"]["B/op"] != 9 || got["Y/a-b"]["x-z"] != 0.5 {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", "PASS\n", "BenchmarkX-2 100 quick ns/op\n"} {
		if _, err := parseBench(text); err == nil {
			t.Errorf("%q gives a result", text)
		}
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	var page bytes.Buffer
	err := pageTemplate.Execute(&page, &figures{
		Go: "1.26.0", Platform: "linux/amd64", Modules: []string{"example.com/a v1.0.0"},
		Sizes: []size{{"bare", "bare", 6_000_000, 7_000_000, 0}, {"json", "json", 6_400_000, 6_400_000, 0},
			{"log", "log", 6_500_000, 6_500_000, 0}, {"sdk", "SDK", 6_600_000, 6_930_000, 0}},
		Cold:    []build{{"SDK", 6 * time.Second, 9 * time.Second, 103}, {"json", 2 * time.Second, 3 * time.Second, 8}},
		Changed: []build{{Wall: 500 * time.Millisecond}, {Wall: 400 * time.Millisecond}},
		Lines: []line{
			{row: rows[0], Ratio: "0.43", Text: "40.0 µs", Allocs: "246"},
			{row: rows[0], Ratio: "0.44"}, {row: rows[11], Ratio: "1.01"},
		},
		Tests: build{Wall: 300 * time.Second, Processor: 700 * time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| bare | 6,000,000 |  | 7,000,000 |  |\n", "| SDK | 6,600,000 | +10.0 % | 6,930,000 | -1.0 % |\n",
		"adds 0.60 MB to", "\n1 modules", "\n- example.com/a v1.0.0\n", "takes 300 s with",
		"| SDK | 3.00 | 6.0 s | 9.0 s | 103 | 0.5 s |\n", "| json | 1.00 | 2.0 s | 3.0 s | 8 | 0.4 s |\n",
		"| a call, in memory | 0.43 | Stytch's SDK | 40.0 µs | 246 | 0.45 | 1 |\n", "| 110 ns | 2 |\n",
		"\n\n```sh\ngo -C conformance test ./bench -run '^$' -bench 'Exchange$' -benchtime 300x\n" +
			"go test ./b2b/rbac -run",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestMeasured(t *testing.T) {
	t.Parallel()
	found := results{
		"A": {"ns/op": 1_500, "allocs/op": 3, "x-b": 0.5}, "A/one": {"ns/op": 110}, "A/two": {"ns/op": 121, "allocs/op": 2},
	}
	for _, tt := range []struct{ row, want line }{
		{line{row: row{name: "A", ratio: "x-b", value: "ns/op", unit: "µs", scale: 1e3, allocs: "allocs/op"}},
			line{Ratio: "0.50", Text: "1.5 µs", Allocs: "3"}},
		{line{row: row{name: "A/two", value: "ns/op", unit: "ns", scale: 1}}, line{Text: "121 ns"}},
	} {
		got, err := tt.row.measured(found)
		if err != nil || got.Ratio != tt.want.Ratio || got.Text != tt.want.Text || got.Allocs != tt.want.Allocs {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	for _, r := range []row{
		{name: "B", value: "ns/op"}, {name: "A", value: "B/op"}, {name: "A", value: "ns/op", ratio: "x-c"},
		{name: "A/one", value: "ns/op", allocs: "allocs/op"},
	} {
		if _, err := r.measured(found); err == nil {
			t.Errorf("a metric that was not measured has a value: %+v", r)
		}
	}
}

// The comparison pairs the runs of two revisions, and leaves out what only one has.
func TestWriteComparison(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	err := writeComparison(&out, [2][]results{
		{{"A": {"ns/op": 100}}, {"A": {"ns/op": 200}}, {"A": {"ns/op": 400}}},
		{{"A": {"ns/op": 50, "allocs/op": 1}, "B": {"ns/op": 1}}, {"A": {"ns/op": 100}}, {"A": {"ns/op": 300}}},
	})
	want := "benchmark  metric  ratio  of each round  then   now\n" +
		"A          ns/op   0.50   0.50 to 0.75   200.0  100.0\n"
	if err != nil || out.String() != want {
		t.Errorf("got %q, %v, want %q", out.String(), err, want)
	}
}
