// Command figures measures what the SDK costs a program that uses it - size, build time, modules, start - and writes
// docs/FIGURES.md.
//
//	go run ./figures -root ..
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
	flag.Parse()
	if err := figure(*root); err != nil {
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
