package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// build is how long a command takes. For a program it is go build with two processors, the median of several runs.
type build struct {
	What            string
	Wall, Processor time.Duration
	Packages        int // those that are not in the standard library
}

// buildRuns is how often each program is built. They are built in turn.
const buildRuns = 5

// target is a program to build in a folder, which is a module.
type target struct{ what, dir, program string }

// builds measures how long each program takes to build if only the standard library is compiled, and then again after
// a change in its main package.
func builds(dir string, targets []target) (cold, changed []build, err error) {
	std := filepath.Join(dir, "std")
	if _, err := goTool(dir, []string{"GOCACHE=" + std}, "build", "std"); err != nil {
		return nil, nil, err
	}
	runs := make([][2][]build, len(targets))
	for range buildRuns {
		for i, t := range targets {
			cache := filepath.Join(dir, "cache")
			if err := os.RemoveAll(cache); err != nil {
				return nil, nil, err
			}
			if err := os.CopyFS(cache, os.DirFS(std)); err != nil {
				return nil, nil, err
			}
			first, err := t.build(cache)
			if err != nil {
				return nil, nil, err
			}
			again, err := t.rebuild(cache)
			if err != nil {
				return nil, nil, err
			}
			runs[i][0], runs[i][1] = append(runs[i][0], first), append(runs[i][1], again)
		}
	}
	for i, t := range targets {
		packages, err := linkedPackages(t)
		if err != nil {
			return nil, nil, err
		}
		cold = append(cold, medianBuild(t.what, packages, runs[i][0]))
		changed = append(changed, medianBuild(t.what, packages, runs[i][1]))
	}
	return cold, changed, nil
}

func (t target) build(cache string) (build, error) {
	env := []string{"GOCACHE=" + cache, "GOMAXPROCS=2", "GOFLAGS=-mod=mod"}
	return timed(t.dir, env, "go", "build", "-p", "2", "-o", filepath.Join(cache, "program"), t.program)
}

// timed runs a command in dir and returns how long it took.
func timed(dir string, env []string, name string, args ...string) (build, error) {
	cmd := exec.CommandContext(context.Background(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return build{}, fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, out)
	}
	state := cmd.ProcessState
	return build{Wall: time.Since(began), Processor: state.UserTime() + state.SystemTime()}, nil
}

// rebuild adds a line to the main package and builds it.
func (t target) rebuild(cache string) (build, error) {
	name := filepath.Join(t.dir, t.program, "main.go")
	text, err := os.ReadFile(name)
	if err != nil {
		return build{}, err
	}
	text = fmt.Appendf(text, "\n// changed at %d\n", time.Now().UnixNano())
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return build{}, err
	}
	return t.build(cache)
}

func linkedPackages(t target) (int, error) {
	const format = "{{if not .Standard}}{{.ImportPath}}{{end}}"
	text, err := goTool(t.dir, []string{"GOFLAGS=-mod=mod"}, "list", "-deps", "-f", format, t.program)
	return len(strings.Fields(text)), err
}

func medianBuild(what string, packages int, runs []build) build {
	wall, processor := make([]time.Duration, len(runs)), make([]time.Duration, len(runs))
	for i, r := range runs {
		wall[i], processor[i] = r.Wall, r.Processor
	}
	return build{What: what, Packages: packages, Wall: median(wall), Processor: median(processor)}
}
