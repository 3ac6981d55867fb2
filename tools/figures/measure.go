package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// figures is everything that is measured.
type figures struct {
	Go, Platform string
	Sizes        []size
	// Modules are the modules that the SDK's program links, besides the SDK and the standard library.
	Modules []string
	// Build is the time of go build ./... with two processors, Packages the number of packages that it builds.
	Build    time.Duration
	Packages int
	Client   bench
}

// size is a program's size in bytes: Bytes as built by default, Std with json/v2 in the standard library. Base is the
// index of the program to compare it with.
type size struct {
	Name, What string
	Bytes, Std int64
	Base       int
}

// bench is the result of a benchmark, per operation.
type bench struct {
	Nanoseconds, Bytes, Allocs float64
}

func measure(dir, root string) (*figures, error) {
	f := &figures{
		Go:       strings.TrimPrefix(runtime.Version(), "go"),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if err := prepare(dir, root); err != nil {
		return nil, err
	}
	for _, p := range programs {
		s := size{Name: p.name, What: p.what, Base: p.base}
		var err error
		if s.Bytes, err = link(dir, p.name, ""); err != nil {
			return nil, err
		}
		if s.Std, err = link(dir, p.name, "GOEXPERIMENT=jsonv2"); err != nil {
			return nil, err
		}
		f.Sizes = append(f.Sizes, s)
	}
	var err error
	if f.Modules, err = linked(dir, "./sdk"); err != nil {
		return nil, err
	}
	if f.Build, f.Packages, err = coldBuild(dir, root); err != nil {
		return nil, err
	}
	f.Client, err = benchmark(root, "BenchmarkNewClient")
	return f, err
}

// link builds a program as for production and returns its size in bytes. env is one more variable, or empty.
func link(dir, name, env string) (int64, error) {
	out := filepath.Join(dir, name+".bin")
	_, err := goTool(dir, []string{env}, "build", "-trimpath", "-ldflags=-s -w", "-o", out, "./"+name)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(out)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// linked lists the modules whose packages a program imports, besides the SDK.
func linked(dir, program string) ([]string, error) {
	const format = "{{with .Module}}{{.Path}} {{.Version}}{{end}}"
	text, err := goTool(dir, nil, "list", "-deps", "-f", format, program)
	if err != nil {
		return nil, err
	}
	var modules []string
	for line := range strings.Lines(text) {
		name, _, versioned := strings.Cut(strings.TrimSpace(line), " ")
		if versioned && name != module && !slices.Contains(modules, strings.TrimSpace(line)) {
			modules = append(modules, strings.TrimSpace(line))
		}
	}
	slices.Sort(modules)
	return modules, nil
}

// coldBuild builds every package at root with two processors and a cache that holds the standard library only.
func coldBuild(dir, root string) (took time.Duration, packages int, err error) {
	env := []string{"GOCACHE=" + filepath.Join(dir, "cache"), "GOMAXPROCS=2"}
	std, err := goTool(root, env, "list", "-deps", "-f", "{{if .Standard}}{{.ImportPath}}{{end}}", "./...")
	if err != nil {
		return 0, 0, err
	}
	if _, err := goTool(root, env, append([]string{"build"}, strings.Fields(std)...)...); err != nil {
		return 0, 0, err
	}
	own, err := goTool(root, env, "list", "./...")
	if err != nil {
		return 0, 0, err
	}
	began := time.Now()
	if _, err := goTool(root, env, "build", "-p", "2", "./..."); err != nil {
		return 0, 0, err
	}
	return time.Since(began), len(strings.Fields(own)), nil
}

// benchmark runs a benchmark of the package at root five times and returns the fastest run, which other load on the
// machine disturbed least.
func benchmark(root, name string) (bench, error) {
	text, err := goTool(root, nil, "test", "-run", "^$", "-bench", "^"+name+"$", "-benchmem", "-count", "5", ".")
	if err != nil {
		return bench{}, err
	}
	return parseBench(text)
}

func parseBench(text string) (bench, error) {
	var runs []bench
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		values := map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return bench{}, fmt.Errorf("benchmark: %q: %w", line, err)
			}
			values[fields[i+1]] = value
		}
		runs = append(runs, bench{values["ns/op"], values["B/op"], values["allocs/op"]})
	}
	if len(runs) == 0 {
		return bench{}, errors.New("benchmark: no result")
	}
	return slices.MinFunc(runs, func(a, b bench) int { return cmp.Compare(a.Nanoseconds, b.Nanoseconds) }), nil
}

// goTool runs go in dir and returns what it prints.
func goTool(dir string, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(context.Background(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), slices.DeleteFunc(slices.Clone(env), func(s string) bool { return s == "" })...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return string(out), nil
}
