package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// figures is everything that is measured.
type figures struct {
	Go, Platform string
	// Official is the version of Stytch's SDK.
	Official string
	Sizes    []size
	// Modules are the modules that the SDK's program links, besides the SDK and the standard library.
	Modules []string
	// Cold and Changed are the builds of programs when only the standard library is compiled, and after a change in the
	// main package: of the SDK's, of one with json/v2 alone, and of one with Stytch's SDK.
	Cold, Changed []build
	Lines         []line
	// Tests is make test when nothing is compiled.
	Tests build
}

// size is a program's size in bytes: Bytes as built by default, Std with json/v2 in the standard library. Base is the
// index of the program to compare it with.
type size struct {
	Name, What string
	Bytes, Std int64
	Base       int
}

func measure(dir, root string) (*figures, error) {
	f := &figures{
		Go:       strings.TrimPrefix(runtime.Version(), "go"),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if err := prepare(dir, root); err != nil {
		return nil, err
	}
	var err error
	if f.Official, err = prepareOfficial(dir, root); err != nil {
		return nil, err
	}
	for _, p := range programs {
		s := size{Name: p.name, What: p.what, Base: p.base}
		if s.Bytes, err = link(dir, p.name, ""); err != nil {
			return nil, err
		}
		if s.Std, err = link(dir, p.name, "GOEXPERIMENT=jsonv2"); err != nil {
			return nil, err
		}
		f.Sizes = append(f.Sizes, s)
	}
	if f.Modules, err = linked(dir, "./sdk"); err != nil {
		return nil, err
	}
	targets := []target{
		{"the SDK", dir, "./sdk"}, {"net/http and json/v2", dir, "./json"},
		{"Stytch's SDK", filepath.Join(dir, official), "."},
	}
	if f.Cold, f.Changed, err = builds(dir, targets); err != nil {
		return nil, err
	}
	if f.Lines, err = measureRows(root); err != nil {
		return nil, err
	}
	f.Tests, err = coldTests(dir, root)
	return f, err
}

// coldTests runs make test with an empty cache.
func coldTests(dir, root string) (build, error) {
	return timed(root, []string{"GOCACHE=" + filepath.Join(dir, "tests")}, "make", "test")
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

// goTool runs go in dir and returns what it prints.
func goTool(dir string, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(context.Background(), "go", args...)
	cmd.Env = append(os.Environ(), slices.DeleteFunc(slices.Clone(env), func(s string) bool { return s == "" })...)
	return outputOf(cmd, dir)
}

// output runs a program in dir and returns what it prints.
func output(dir, name string, args ...string) (string, error) {
	return outputOf(exec.CommandContext(context.Background(), name, args...), dir)
}

func outputOf(cmd *exec.Cmd, dir string) (string, error) {
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", strings.Join(cmd.Args, " "), err, out, stderr.String())
	}
	return string(out), nil
}
