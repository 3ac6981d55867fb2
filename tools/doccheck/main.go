// Command doccheck type-checks the Go code in the documentation: every block fenced as go in README.md, CONTRIBUTING.md
// and docs/. It prints file and line of each block that does not hold.
//
//	go run ./doccheck ..
//
// A block that begins with a package clause is a file and is checked as it is. Any other is a fragment: declarations,
// or statements that stand in a function. A fragment imports what it names, may use the variables of usual without
// declaring them, and may call functions of the reader's, such as startAgain(ctx), whose arguments alone are checked.
// Two comments right before a block say what cannot be guessed:
//
//	<!-- imports: github.com/seed75add069/stytch-go/b2b/sessions -->
//	<!-- vars: resp *sessions.GetResponse, handle func(string, error) -->
package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: doccheck ROOT")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "doccheck:", err)
		os.Exit(1)
	}
}

// run checks all blocks below root and reports every failure.
func run(ctx context.Context, root string, out io.Writer) error {
	files, err := documents(root)
	if err != nil {
		return err
	}
	var blocks []block
	for _, name := range files {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return err
		}
		found, err := extract(name, string(data))
		if err != nil {
			return err
		}
		blocks = append(blocks, found...)
	}
	if len(blocks) == 0 {
		return fmt.Errorf("no Go in %s", strings.Join(files, ", "))
	}
	failures, err := check(ctx, root, blocks)
	if err != nil {
		return err
	}
	if len(failures) > 0 {
		return fmt.Errorf("of %d blocks of Go some do not hold:\n%s", len(blocks), strings.Join(failures, "\n"))
	}
	_, err = fmt.Fprintf(out, "%d blocks of Go in %d documents hold.\n", len(blocks), len(files))
	return err
}

// documents are the files to look into, those that are there.
func documents(root string) ([]string, error) {
	var files []string
	for _, name := range []string{"README.md", "CONTRIBUTING.md"} {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			files = append(files, name)
		}
	}
	docs := os.DirFS(root)
	err := fs.WalkDir(docs, "docs", func(name string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err == nil && !d.IsDir() && filepath.Ext(name) == ".md" && name != "docs/COVERAGE.md" {
			files = append(files, name)
		}
		return err
	})
	slices.Sort(files)
	return files, err
}
