// Command stytchgen generates files of the SDK from the specification under api/. Run it from the folder tools:
//
//	go run ./stytchgen -root ..         writes the files, and removes generated ones that are no longer wanted
//	go run ./stytchgen -root .. -check  fails if a file differs from what would be written
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seed75add069/stytch-go/tools/stytchgen/ir"
	"github.com/seed75add069/stytch-go/tools/stytchgen/openapi"
	"github.com/seed75add069/stytch-go/tools/stytchgen/render"
)

func main() {
	root := flag.String("root", "..", "the SDK's root folder")
	check := flag.Bool("check", false, "compare instead of write")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "stytchgen:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	outcomes, err := os.ReadFile(filepath.Join(root, outcomesFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	files, err := generate(os.DirFS(filepath.Join(root, "api")), outcomes)
	if err != nil {
		return err
	}
	stale, err := leftovers(root, files)
	if err != nil {
		return err
	}
	if check {
		return compare(root, files, stale)
	}
	for _, name := range stale {
		if err := os.Remove(filepath.Join(root, name)); err != nil {
			return err
		}
	}
	return write(root, files)
}

func write(root string, files render.Files) error {
	for name, content := range files {
		target := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// outcomesFile is written by the emulator's tests.
const outcomesFile = "emulator/internal/flows/testdata/outcomes.json"

// generate returns the files for a specification. Outcomes are what the emulator's tests have seen, nil if there are
// none.
func generate(spec fs.FS, outcomes []byte) (render.Files, error) {
	docs, err := openapi.Load(spec)
	if err != nil {
		return nil, err
	}
	codes, err := ir.LoadErrors(spec)
	if err != nil {
		return nil, err
	}
	api, err := ir.Build(docs, codes)
	if err != nil {
		return nil, err
	}
	if outcomes != nil {
		if err := api.ReadOutcomes(outcomes); err != nil {
			return nil, err
		}
	}
	return render.Render(api)
}

// leftovers are the generated files below root that are not among files. Those below tools are not looked at.
func leftovers(root string, files render.Files) ([]string, error) {
	var stale []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel == "tools" || rel == ".git" {
				return filepath.SkipDir
			}
			return nil
		}
		generated := strings.HasSuffix(rel, "_gen.go") || strings.HasSuffix(rel, "_gen_test.go")
		if _, wanted := files[rel]; generated && !wanted {
			stale = append(stale, rel)
		}
		return nil
	})
	return stale, err
}

func compare(root string, files render.Files, stale []string) error {
	differing := slices.Clone(stale)
	for name, content := range files {
		have, err := os.ReadFile(filepath.Join(root, name))
		if err != nil || !bytes.Equal(have, content) {
			differing = append(differing, name)
		}
	}
	if len(differing) > 0 {
		slices.Sort(differing)
		return fmt.Errorf("not what the specification makes, run make generate:\n\t%s", strings.Join(differing, "\n\t"))
	}
	return nil
}
