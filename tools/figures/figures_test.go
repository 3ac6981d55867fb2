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
		"BenchmarkX-2 100 10 ns/op 8 B/op 3 allocs/op\nBenchmarkX-2 100 20 ns/op 9 B/op 3 allocs/op\nPASS\n")
	if want := (bench{10, 8, 3}); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
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
		Sizes: []size{{"bare", "bare", 6_000_000, 7_000_000, 0}, {"sdk", "SDK", 6_600_000, 6_930_000, 0}},
		Build: 12 * time.Second, Packages: 9, Client: bench{3_456, 7_890, 12},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| bare | 6,000,000 |  | 7,000,000 |  |\n", "| SDK | 6,600,000 | +10.0 % | 6,930,000 | -1.0 % |\n",
		"difference is +10.0 %,", "\n1 modules", "\n- example.com/a v1.0.0\n", "9 packages", "\n12 s.", "3.5 µs and 12 allocations,\n7.9 kB.",
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
