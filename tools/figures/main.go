// Command figures measures what the SDK costs a program that uses it - size, build time, modules - and what calls,
// verifications and checks take, and writes docs/FIGURES.md.
//
//	go run ./figures -root ..
//
// With -base, it compares with an earlier revision, and writes no file: the benchmarks of a package, or the time to
// build a program.
//
//	go run ./figures -root .. -base main~10 -package ./b2b/rbac -bench Check
//
// Sizes and allocations are the same on every run. Times depend on the machine.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", "..", "the SDK's root folder")
	base := flag.String("base", "", "the revision to compare with")
	pkg := flag.String("package", "", "the package whose benchmarks to compare")
	bench := flag.String("bench", ".", "the benchmarks to compare")
	flag.Parse()
	run := func() error { return figure(*root) }
	if *base != "" {
		run = func() error { return compare(os.Stdout, *root, *base, *pkg, *bench) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func figure(root string) error {
	dir, err := os.MkdirTemp("", "figures")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	f, err := measure(dir, root)
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := pageTemplate.Execute(&page, f); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "docs", "FIGURES.md"), page.Bytes(), 0o644)
}
